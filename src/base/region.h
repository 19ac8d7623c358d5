/*
 * region.h - an object that lies in pieces: the memory of a process.
 *
 * Each region has bytes at an address; between them is nothing, and nothing crosses
 * their edges. A file is one region at 0, so what searches can treat both alike.
 */
#pragma once

#include "base/bytes.h"
#include "base/sort.h"

struct region {
	uint64_t base; /* the address of its first byte */
	struct bytes data;
};

/* In the order of their addresses, without overlaps, none reaching beyond 2^64. */
struct regions {
	const struct region *p;
	uint32_t n;
};

/* The last region that begins at or before the address; NULL: none does. */
static inline const struct region *
region_before(const struct regions *r, uint64_t at)
{
	size_t lo;

	SORT_FIRST(lo, r->n, r->p[lo].base > at);
	return lo > 0 ? &r->p[lo - 1] : NULL;
}

/* What lies from the address on, to the end of its region; no bytes where nothing is. */
static inline struct bytes
region_from(const struct regions *r, uint64_t at)
{
	const struct region *g = region_before(r, at);

	return g ? bytes_from(g->data, at - g->base) : (struct bytes){ 0 };
}
