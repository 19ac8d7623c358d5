/*
 * explain.h - why two artefacts are not the same, by candor compare.
 *
 * Compare works in confined workers and says what kinds of differences there are, each
 * with its likely cause. "Code differs" is the one that matters: everything else can be
 * an accident of the build.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "result/difference.h"

struct explain {
	bool asked;       /* they differ, and compare looked at them */
	bool complete;    /* to the end: what is not in classes is not there */
	uint32_t classes; /* 1 << DIFF_TIMESTAMP... */
	struct buf text;  /* for people: the verdict and the first differences */
};

/* "timestamp, path" or "nothing that could be named"; for people. */
void explain_classes(const struct explain *e, struct buf *out);
static inline bool
explain_is_code(const struct explain *e)
{
	return (e->classes >> DIFF_CODE & 1) != 0;
}
