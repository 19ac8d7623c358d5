/*
 * filter_run.h - one scan in progress: what filter.c and filter_dyn.c share.
 *
 * A run walks over the data block by block; candidates of a block are verified
 * against the data itself and leave in batches.
 */
#pragma once

#include "db/lit.h"
#include "match/filter_ops.h"

#define DYN_WINDOWS 4096 /* needles of four bytes and more: in one pass */
#define DYN_SLOTS   4096
#define DYN_WORDS   8192 /* of the bitmap, at most */
#define DYN_SHORTS  24   /* of two and three bytes: together with these */
#define DYN_DIRECT  256  /* needles that are looked for on their own */

/* A window of a needle in the hash table of an on-demand pass. */
struct dyn_window {
	uint32_t quad;
	uint32_t needle;
	uint16_t next; /* index + 1 of the next one in the slot */
	uint8_t off;
};

/* A needle of two or three bytes, folded; n: how many. */
struct dyn_short {
	uint32_t needle, quad, mask; /* folded bytes */
	uint8_t n;
};

/*
 * A needle that is looked for on its own, by four of its bytes: when there are few, that
 * is quicker than the table. off: where the quad begins in the needle; xored: it holds
 * under every key.
 */
struct dyn_direct {
	uint32_t needle, part;
	struct filter_quad quad;
	uint8_t off;
	bool xored;
};

/*
 * A chain at its last place, and the bytes around it, from pos - before to pos + after,
 * that decided that nothing there is of interest.
 */
struct filter_memo {
	uint32_t scan, chain;   /* scan: filter_scratch.scans, else it is an old one */
	uint32_t before, after; /* after 0: only the place is known */
	uint32_t visits;        /* since it began, or was wrong */
	uint64_t pos;
};

#define FILTER_MEMOS 128

/*
 * What a run works in: one a scanner, used again for every object. Its size is a promise
 * (FILTER_SCRATCH_SIZE).
 */
struct filter_scratch {
	struct filter_copy fold, raw, classes;
	uint16_t at[FILTER_BLOCK + FILTER_OVER];
	uint32_t hash[FILTER_BLOCK];
	struct filter_hit hits[FILTER_BATCH];
	uint32_t bitmap[DYN_WORDS];
	uint16_t slot[DYN_SLOTS];
	uint8_t groups[LIT_GROUPS_MAX / 8 * LIT_ANCHORS];
	struct dyn_window window[DYN_WINDOWS];
	struct dyn_short shorts[DYN_SHORTS];
	struct dyn_direct direct[DYN_DIRECT];
	struct filter_memo memo[FILTER_MEMOS];
	uint32_t scans;
};

_Static_assert(sizeof(struct filter_scratch) <= FILTER_SCRATCH_SIZE, "the stated budget");

/*
 * One walk over the data. limit: of ctx's compares, in steps; block and raw are of
 * scratch.
 */
struct filter_run {
	const struct filter *f;
	struct bytes data;
	struct filter_ctx *ctx;
	struct filter_scratch *s;
	uint64_t limit;
	uint64_t base;        /* of the block, in data */
	size_t n;             /* positions in the block */
	const uint8_t *block; /* the folded copy of data + base */
	const uint8_t *raw;   /* the plain copy, when filter_run_raw was called */
	size_t nhits;
	bool dense;    /* the block before this one had many keys */
	enum err stop; /* not OK: end the scan */
};

/* Bytes of a needle that are compared first. */
#define FILTER_HEAD 64

/* A run at the start of the data; nothing to end. f, data and ctx must outlive it. */
struct filter_run filter_run_new(
    const struct filter *f, struct bytes data, struct filter_ctx *ctx);

/*
 * Copies and folds the block at base, which is inside of the data. Fetching the next
 * block meanwhile is for those who do little with this one.
 */
void filter_run_block(struct filter_run *r, uint64_t base, bool fetch);
void filter_run_raw(struct filter_run *r);

/* The next block of the data; this one, when there is no other whole one. */
const uint8_t *filter_run_ahead(const struct filter_run *r);

/* Reports the hits so far. */
void filter_run_flush(struct filter_run *r);

/* The limit is reached: asks for more; else the scan is to stop. */
void filter_run_spent(struct filter_run *r);

/* Reports what is left; true: go on with the next block. */
bool filter_run_end_block(struct filter_run *r);

/*
 * Needle index may be in the data, with its byte off at base + at. Compares, and
 * appends to the batch when it is.
 */
void filter_run_verify(struct filter_run *r, uint32_t index, unsigned off, size_t at);

/* Nobody wants more matches of this part: its hits need not be verified. */
static inline bool
filter_done(const struct filter_ctx *c, uint32_t part)
{
	return part < c->ndone && c->done[part] == c->generation;
}
