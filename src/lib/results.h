/*
 * results.h - from findings, which borrow, to what candor.h hands out, which stays.
 *
 * All of one object lies in one arena: names with NULs behind, and copies of matched
 * bytes, as the object may be gone when they are read.
 */
#pragma once

#include "base/arena.h"
#include "lib/candor.h"
#include "result/finding.h"
#include "sandbox/process.h"

struct results {
	struct arena arena;
	struct candor_finding **list;
	size_t n, cap;
	size_t room; /* of the last finding's matches, while more of them come */
	bool cut;    /* the arena is spent: something is missing */
	const struct process *process; /* that is scanned; NULL: none is */
	const char *region;            /* the name of the last match's, in the arena, */
	struct bytes region_of;        /* and whose copy that is */
	char limit[256];               /* why the scan is incomplete, */
	char failed[256];              /* or failed; else empty */
};

void results_init(struct results *r);
void results_done(struct results *r);
void results_clear(struct results *r); /* a new object */

/* Adds a copy of f, or to the last one what FINDING_MORE brings. */
void results_add(struct results *r, const struct finding *f);

/* A finding without a rule. */
void results_say(struct results *r, enum finding_kind kind, const char *text);

/* The rule that f is about. NULL: the arena is spent. */
const struct candor_rule *results_rule(struct arena *a, const struct finding *f);
