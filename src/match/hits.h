/*
 * hits.h - what is known about the patterns in the object at hand.
 *
 * A pattern is unknown until a pass has searched it. The first pass (the filter
 * over the triggers) only learns that triggers may match; a condition that asks
 * for an unknown pattern is put aside, its patterns are searched together in one
 * on-demand pass, and it is run again. Match offsets are collected only for
 * patterns whose conditions (or the report) need them. All state is per object,
 * kept by generation numbers: starting an object costs the same whatever the
 * number of patterns.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "db/db.h"

struct hits;

/* UNKNOWN is no answer: hits_want and hits_search (pass.h) find it out. */
enum hits_answer { HITS_NO, HITS_YES, HITS_UNKNOWN };

/* One match: where it starts, how long it is. key is that of an xor string. */
struct hit {
	uint64_t off;
	uint32_t len;
	uint8_t key, wide;
};

/* Does it match anywhere? Unknown: it must be searched first. */
enum hits_answer hits_found(struct hits *h, uint32_t pattern);

/*
 * Until it is called with false, an unknown pattern counts as absent; false: it is known,
 * and stays so.
 */
bool hits_suppose(struct hits *h, uint32_t pattern, bool absent);

/* Does a match start at off? Verified in place: needs no search, mostly. */
enum hits_answer hits_at(struct hits *h, uint32_t pattern, uint64_t off);

/* Every match is known: the functions below may be asked. */
bool hits_listed(struct hits *h, uint32_t pattern);

/* Matches that start in [lo, hi]; all of them: 0, UINT64_MAX. */
uint64_t hits_count(struct hits *h, uint32_t pattern, uint64_t lo, uint64_t hi);

/* The i-th match by offset, from 1; NULL: there are not so many. */
const struct hit *hits_nth(struct hits *h, uint32_t pattern, uint64_t i);
