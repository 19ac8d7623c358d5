/*
 * myers.h - which elements of two sequences stay, and which come and go.
 *
 * E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), in linear
 * space: the middle of a shortest way is found from both ends, and the halves again.
 * Elements that the other side does not have at all are taken out first; so two files
 * with nothing in common cost no more than two that are the same. The steps are bounded:
 * beyond the bound a box is cut at the farthest point that was reached, which is right,
 * but not the shortest any more, and approx says so.
 */
#pragma once

#include "base/arena.h"

struct myers {
	const uint32_t *a, *b; /* equal numbers are equal elements; all < ids */
	uint32_t na, nb, ids;
	uint64_t steps; /* at most, about; 0: MYERS_STEPS */
	/* out, from the arena: does the element have no partner? */
	uint8_t *gone_a, *gone_b;
	bool approx;
};

#define MYERS_STEPS (64u << 20)

/* ERR_LIMIT: the arena is spent. */
MUST_USE enum err myers_run(struct myers *m, struct arena *arena);
