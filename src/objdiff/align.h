/*
 * align.h - the shortest way from one sequence to another (Myers, 1986), within bounds.
 *
 * For instructions of a function: some thousand keys, few edits. Beyond ALIGN_EDITS the
 * sequences are called unlike, and are shown one after the other.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define ALIGN_EDITS 600

/* Which key of b stands against each of a: 1 + its index, or 0. */
struct aligned {
	uint32_t *of_a, *of_b; /* 1 + index into the other; na and nb of them */
	bool unlike;           /* too many edits: only both ends are aligned */
};

/* ERR_LIMIT: the arena is spent. */
MUST_USE enum err align_keys(struct arena *arena, const uint64_t *a, size_t na,
    const uint64_t *b, size_t nb, struct aligned *out);
