/*
 * cond_print.h - condition code as text, for `candor explain` and `candor dump`.
 *
 * In db/, because both the compiler and who reads a database show it. The code
 * may be broken: what cannot be read is said and ends the listing.
 */
#pragma once

#include "base/buf.h"
#include "db/cond.h"

/* What stands behind numbers; members may be NULL, then numbers are shown. */
struct cond_names {
	void *arg;
	/* Appends the name of operand i of that kind of cond_ops.def: P R E M T G. */
	void (*name)(void *arg, char kind, uint32_t i, struct buf *out);
	const struct fact *const *facts; /* by module, to name fields */
	uint32_t nfacts;
};

/* One instruction a line. n: words. */
void cond_print(
    struct buf *out, const uint32_t *code, uint32_t n, const struct cond_names *names);
