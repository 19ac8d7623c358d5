/*
 * filter_ops.h - the part of the filter that differs by processor.
 *
 * Each variant (filter_scalar.c, filter_avx2.c, filter_avx512.c) gives its vector
 * operations names and includes filter_kernel.h, which makes a filter_ops of them.
 * All work on a copy of at most FILTER_BLOCK bytes of the data with room on both
 * sides, so no vector load ever touches what lies around the data. All variants
 * give the same candidates.
 */
#pragma once

#include "match/filter.h"

#define FILTER_BLOCK 4096

/*
 * The copy of a block: bytes before it for lit_bucket.check, and behind it for
 * windows that begin in it (8 bytes), then for a vector that begins there.
 */
#define FILTER_FRONT  64
#define FILTER_BEHIND 16
#define FILTER_SLACK  80

/* See above: [FILTER_FRONT] is the block's first byte. */
struct filter_copy {
	uint8_t b[FILTER_FRONT + FILTER_BLOCK + FILTER_BEHIND + FILTER_SLACK];
};

/* One bitmap to test against. */
struct filter_map {
	const uint8_t *words; /* 1 << (bits - 3) bytes */
	uint32_t seed, bits;
};

/* Which places are anchors: lit_head.anchors_at. */
struct filter_anchors {
	const uint8_t *table;
	const uint8_t *ahead;
	uint32_t groups; /* 8 or 16 */
};

/* A variant may write so many positions behind those that it found. */
#define FILTER_OVER 32

/* Four bytes to look for at i + at[0..3]. */
struct filter_quad {
	uint8_t b[4], at[4];
};

/*
 * Positions are offsets in the block, below n; of at most FILTER_BLOCK. The
 * output has room for all of them and FILTER_OVER more. The functions return how many
 * there are.
 */
struct filter_ops {
	/* dst has room for n bytes and FILTER_SLACK more, which become zero. The
	   bytes at ahead are fetched into the cache meanwhile, here and below. */
	void (*fold)(uint8_t *dst, const uint8_t *src, const uint8_t *ahead, size_t n);
	/* That are anchors; in order. The classes of the block go to a second one. */
	size_t (*anchors)(const struct filter_anchors *t, const uint8_t *block,
	    struct filter_copy *classes, size_t n, uint16_t *out);
	/* Of the n positions of at those that pass the bitmap; they stay in order. */
	size_t (*lookup)(
	    const struct filter_map *m, const uint8_t *block, uint16_t *at, size_t n);
	/* Where the four bytes are; in order. */
	size_t (*find)(
	    const struct filter_quad *q, const uint8_t *block, size_t n, uint16_t *out);
	/* Where the first two xor each other give b[0], and the other two b[1]. */
	size_t (*find_xor)(
	    const struct filter_quad *q, const uint8_t *block, size_t n, uint16_t *out);
};

extern const struct filter_ops filter_scalar, filter_avx2, filter_avx512;
