/*
 * lit.h - the layout of the literal filter: what its builder and its runtime share.
 *
 * Three sections. DB_NEEDLES is a table of struct lit_needle, DB_LITERALS the
 * bytes they point to, DB_FILTER the filter over those needles that are worth
 * searching in every file (the triggers): a head, a bitmap, buckets and chains.
 *
 * A window is 4 bytes of a needle, folded so that ASCII case does not count. The
 * runtime looks where the folded data has an *anchor*: 4 bytes whose classes, each by
 * its place, have a group in common. Every needle has one window that is an anchor, so
 * it is seen exactly once wherever it is; the builder chooses windows and groups such
 * that few places of ordinary files are anchors.
 *
 * There the window is hashed. One 32-bit word of the bitmap answers: bit A, from the
 * hash, says that a needle may have this window, bit B, from the two bytes behind it,
 * that it goes on like this. What passes is looked up in the buckets by a tag of the
 * hash and a check of the 4 bytes behind or before the window; that key's chain names
 * the needles.
 *
 * Everything is little-endian, offsets count from the head. The bitmap is aligned to
 * 4 bytes; all else may lie anywhere, though 64 is faster for the buckets.
 */
#pragma once

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "databases are little-endian");

enum lit_flag {
	LIT_NOCASE = 1 << 0,  /* the literal is stored folded (lit_fold) */
	LIT_XOR = 1 << 1,     /* every byte xor one key of xor_lo..xor_hi */
	LIT_TRIGGER = 1 << 2, /* searched in every file, by the filter */
};

#define LIT_WINDOW  4
#define LIT_LEN_MAX 65535

/* One literal. A part (the unit of searching) may have several. */
struct lit_needle {
	uint32_t at; /* DB_LITERALS */
	uint32_t part;
	uint32_t a, b; /* the user's: see db.h */
	uint16_t len;  /* 1..LIT_LEN_MAX */
	uint8_t flags; /* enum lit_flag */
	uint8_t xor_lo, xor_hi;
	uint8_t rare; /* for filter_dyn: the offset of its rarest window; 0 where it is
			 too short to have one */
	uint8_t unused[2];
};

#define LIT_MAGIC 0x3354494cu /* LIT3 */

struct lit_head {
	uint32_t magic;
	uint32_t seed;     /* multiplier of the window hash; odd */
	uint32_t bits;     /* log2 of the bits of the bitmap: LIT_BITS_MIN..MAX */
	uint32_t groups;   /* of anchors: 8 or 16 */
	uint32_t nbuckets; /* those that are home to a key; LIT_PROBES - 1 more follow.
			      0: the filter is empty */
	uint32_t nchains;
	uint32_t bitmap_at, buckets_at, chains_at;
	uint32_t nneedles; /* of the table it was built for */
	uint32_t anchors_at;
	uint32_t unused[5];
};

#define LIT_BITS_MIN 17 /* 16 KB */
#define LIT_BITS_MAX 25 /* 4 MB */

/*
 * Groups of anchors: for each eight of them and each place in a window a table, by class,
 * of the groups (a bit each) that have the class there. lit_head.groups / 8 times
 * LIT_WINDOW times LIT_CLASSES bytes.
 */
#define LIT_CLASSES    128
#define LIT_GROUPS_MAX 16
#define LIT_ANCHORS    (LIT_WINDOW * LIT_CLASSES) /* bytes for 8 groups */

/*
 * The class of a folded byte. None is 0x40 to 0x5f: there the bytes above 0x7f are put,
 * three in a class.
 */
static inline uint8_t
lit_class(uint8_t folded)
{
	return folded & 0x80 ? (uint8_t)(0x40 | (folded & 0x1f)) : folded;
}

/*
 * A cache line of 8 keys. A key lives in its home bucket or, when that is full,
 * in one of the next ones. Tags are never 0; 0 is a free slot, and a bucket with
 * a free slot ends the search.
 */
struct lit_bucket {
	uint16_t tag[8];
	uint16_t check[8]; /* lit_check of the 4 bytes behind or before it; 0: none */
	uint32_t chain[8]; /* index of its chain */
};

#define LIT_PROBES 16 /* buckets that are looked at for one key, at most */

/*
 * A chain: the folded window itself, then an entry for each needle that has it:
 * needle << 7 | last << 6 | offset of the window in the needle.
 */
#define LIT_NEEDLES_MAX (1u << 25)
#define LIT_CHAINS_MAX  (1u << 30)
#define LIT_OFF_MAX     62
#define LIT_CHAIN_LAST  (1u << 6)

static inline uint32_t
lit_chain(uint32_t needle, unsigned off)
{
	return needle << 7 | off;
}

static inline uint32_t
lit_chain_needle(uint32_t entry)
{
	return entry >> 7;
}

static inline unsigned
lit_chain_off(uint32_t entry)
{
	return entry & 63;
}

/*
 * Lower case for letters. Other bytes with bit 6 set may meet another one ('@'
 * and '`'), which costs a comparison; NUL and space do not, which would cost many.
 */
static inline uint32_t
lit_fold4(uint32_t w)
{
	return w | (w >> 1 & 0x20202020u);
}

static inline uint64_t
lit_fold8(uint64_t w)
{
	return w | (w >> 1 & 0x2020202020202020u);
}

static inline uint8_t
lit_fold(uint8_t b)
{
	return (uint8_t)(b | (b >> 1 & 0x20));
}

/* Of a folded window. Its top bits are the word of the bitmap, bit A comes next. */
static inline uint32_t
lit_hash(uint32_t window, uint32_t seed)
{
	return window * seed;
}

static inline uint32_t
lit_word(uint32_t hash, uint32_t bits)
{
	return hash >> (37 - bits);
}

/*
 * Bits A are the lower half of a word and bits B the upper one: a window with nothing
 * known behind it sets all bits B, and what meets its word must still meet its bit A.
 */
static inline uint32_t
lit_bit_a(uint32_t hash, uint32_t bits)
{
	return hash >> (32 - bits) & 15;
}

#define LIT_BITS_B 0xffff0000u

/*
 * Of the two folded bytes behind the window: two bits come from each, so that a needle
 * that ends after the first sets four bits and not all.
 */
static inline uint32_t
lit_bit_b(uint32_t next)
{
	uint32_t x = next ^ next >> 2;

	return 16 | (x & 3) | (x >> 6 & 12);
}

/* All that the first byte allows. */
static inline uint32_t
lit_bits_b(uint8_t first)
{
	return 0x11110000u << (lit_bit_b(first) & 3);
}

/* And all that the second one does. */
static inline uint32_t
lit_bits_b2(uint8_t second)
{
	return 0x000f0000u << (lit_bit_b((uint32_t)second << 8) & 12);
}

static inline uint16_t
lit_tag(uint32_t hash)
{
	return (uint16_t)(hash * 0x2545f491u >> 16 | 1);
}

static inline uint32_t
lit_home(uint32_t hash, uint32_t nbuckets)
{
	return (uint32_t)((uint64_t)hash * nbuckets >> 32);
}

/* Check of 4 folded neighbours. */
static inline uint16_t
lit_check(uint32_t folded)
{
	return (uint16_t)(folded * 0xc2b2ae35u >> 16);
}

/* Record i; the caller has checked that it is inside. */
static inline struct lit_needle
lit_needle_at(struct bytes table, uint32_t i)
{
	struct lit_needle n;

	memcpy(&n, table.p + (size_t)i * sizeof(n), sizeof(n));
	return n;
}
