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
	struct buf text;  /* for people: compare's page, or why there is none */
};

struct explain_side {
	int fd;
	const char *name; /* "vendor/hello.deb" */
};

/*
 * Compares what both are open for reading. program: candor-compare, as compare_find gives
 * it; NULL: then it stays unexplained, and text says so. Never fails: what could not be
 * compared is not complete.
 */
void explain_pair(const char *program, const struct explain_side *a,
    const struct explain_side *b, struct explain *out);

/* "differs only in: timestamp, path", "CODE differs: code, data"; for people. */
void explain_classes(const struct explain *e, struct buf *out);
static inline bool
explain_is_code(const struct explain *e)
{
	return (e->classes >> DIFF_CODE & 1) != 0;
}
