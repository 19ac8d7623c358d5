/*
 * exts.h - external variables as a caller defines them, one by one.
 *
 * A list of owned copies in the form in which they travel to a worker; a name that comes
 * again replaces the one before. Zero-initialised is empty.
 */
#pragma once

#include "result/wire.h"

struct exts {
	struct ext *p;
	size_t n, cap;
};

/* v's texts are copied. false: a name that no rule can use. */
bool exts_put(struct exts *e, const struct ext *v);
void exts_done(struct exts *e);

static inline struct wire_exts
exts_wire(const struct exts *e)
{
	return (struct wire_exts){ e->p, (uint32_t)e->n };
}
