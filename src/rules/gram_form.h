/*
 * gram_form.h - the form of data/gram.bin, for the tool that writes it
 * (tools/gram) and the reader (gram.c).
 *
 *	magic             8 bytes
 *	total             u64: positions counted
 *	pairs             65,536 fine levels, by the folded two bytes (little-endian)
 *	rows              2 x GRAM_ROW bytes of levels, a nibble each: a count-min
 *	                  sketch of the folded four bytes. The cell has the level of
 *	                  the commonest that falls there; the smaller of both counts
 *	heavy             GRAM_HEAVY x 7 bytes, the commonest first: six folded bytes
 *	                  and a fine level (0 at the end: none)
 *
 * A fine level is 1 + 8 log2(count), 0 for never; a nibble level l says that the
 * count is at least GRAM_QUAD_FLOOR * GRAM_QUAD_STEP^(l-1), 0 that it is less.
 */
#pragma once

#include <stdint.h>

#define GRAM_MAGIC      "CANDORG1"
#define GRAM_ROW        (1u << 18)
#define GRAM_HEAVY      8192
#define GRAM_QUAD_FLOOR 8
#define GRAM_QUAD_STEP  2.5

#define GRAM_PAIRS_AT 16u
#define GRAM_ROWS_AT  (GRAM_PAIRS_AT + 65536u)
#define GRAM_HEAVY_AT (GRAM_ROWS_AT + 2 * GRAM_ROW)
#define GRAM_SIZE     (GRAM_HEAVY_AT + 7 * GRAM_HEAVY)

/*
 * The cell of four folded bytes in either row. Multiplicative hashes that share nothing,
 * so that two which meet in one row seldom meet in both.
 */
static inline uint32_t
gram_slot0(uint32_t w)
{
	return w * 0x9e3779b1u >> 13;
}

static inline uint32_t
gram_slot1(uint32_t w)
{
	w = (w ^ w >> 15) * 0x85ebca6bu;
	w = (w ^ w >> 13) * 0xc2b2ae35u;
	return w >> 13;
}
