/*
 * given.h - what modules are given besides the objects: -x MODULE=FILE, and libmagic's
 * database when the rules ask for it.
 *
 * The files are opened here, as everything is, and read by workers only: the report of a
 * sandbox is a stranger's text as well.
 */
#pragma once

#include "cli/opt.h"
#include "sandbox/pool.h"

struct given {
	struct pool_given files[WIRE_GIVEN_MAX];
	uint32_t n;
};

/*
 * Opens FILE of each MODULE=FILE. On failure *bad is the argument at fault. ERR_SYNTAX:
 * it has no "=", or is one too many; ERR_ACCESS: its file is none that can be read.
 */
MUST_USE enum err given_open(
    const struct opt_list *list, struct given *out, const char **bad);

/* The file that an argument MODULE=FILE names. */
const char *given_file(const char *arg);

/*
 * Hands all to the pool, with what the rules of the database need of the system. Their
 * module without it would be a rule that is silent, so that is ERR_ACCESS: why tells.
 */
MUST_USE enum err given_needs(
    struct given *g, int db, struct pool_opts *o, char why[POOL_WHY]);

void given_done(struct given *g);
