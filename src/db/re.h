/*
 * re.h - the layout of a compiled pattern: the spec that builder and runtime share.
 *
 * A program lies in a section of the database, aligned to RE_ALIGN, and refers only to
 * itself, by offsets from its own first byte; so it can be moved and mapped anywhere
 * with that alignment. Numbers are little-endian, the struct members as they stand.
 * What a stranger could have written is checked once by re_verify(); the runtime then
 * reads without checks.
 *
 * Two kinds:
 *	RE_FIXED   n pairs (value, mask): n value bytes at fwd, n mask bytes at rev, both
 *	           readable up to a multiple of 8. Atom k lies entry[k].fwd bytes behind
 *	           the start of a match.
 *	RE_NFA     two Thompson automata over bytes. The forward one reads a match from
 *	           its first byte, the reverse one from its last. Of two ways out of a
 *	           RE_OP_SPLIT the forward one prefers x. entry[k].fwd is the forward
 *	           state that reads the first byte of atom k; entry[k].rev is the reverse
 *	           state from which everything left of the atom is read.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define RE_ALIGN      8u
#define RE_STATES_MAX 65536u /* of one automaton */
#define RE_FIXED_MAX  65536u /* bytes of a fixed pattern */
#define RE_LEN_INF    UINT32_MAX

/* See above; 0 is none, so that zeroed bytes are no program. */
enum re_prog_kind { RE_FIXED = 1, RE_NFA };

enum re_prog_flag {
	RE_P_GREEDY = 1 << 0,
	RE_P_BRANCHES = 1 << 1, /* fullword: an end that is none of a word is no end */
	RE_P_WIDE = 1 << 2,
	RE_P_NOCASE = 1 << 3,
	RE_P_FULLWORD = 1 << 4,
	RE_P_WORD = 1 << 5,  /* has \b or \B */
	RE_P_START = 1 << 6, /* has ^ */
	RE_P_END = 1 << 7,   /* has $ */
};

struct re_prog {
	uint32_t size;             /* of all, from this field on */
	uint8_t kind, flags;       /* enum re_prog_kind, re_prog_flag */
	uint16_t entries;          /* atoms by which a match is found */
	uint32_t min_len, max_len; /* of a match in bytes; RE_LEN_INF: no bound */
	uint32_t entry;            /* offset of struct re_entry[entries] */
	uint32_t fwd, fwd_n,
	    fwd_start; /* where its states are, how many, the first one */
	uint32_t rev, rev_n,
	    rev_start;           /* the same of the automaton that reads backwards */
	uint32_t class, class_n; /* struct re_class[class_n] */
	uint32_t zero;           /* unused; pads to RE_ALIGN */
};

/*
 * Bytes without which there is no match: at one of the places lo to hi, counted from
 * where the atom begins, (it & mask) == value for the little-endian number there; the
 * bytes that mask touches lie in the data. mask 0: nothing is known.
 */
struct re_near {
	int16_t lo, hi;
	uint32_t value, mask;
};

#define RE_NEAR_SPAN 64 /* hi - lo is less */

struct re_entry {
	uint32_t fwd, rev;
	struct re_near near[2]; /* left and right; of RE_NFA */
};

struct re_class {
	uint64_t bit[4];
};

enum re_op {
	RE_OP_MATCH,
	RE_OP_MASK,  /* reads a byte: (it & b's low half) == a; b's 0x100: != */
	RE_OP_CLASS, /* reads a byte of class[b] */
	RE_OP_SPLIT, /* goes to x and to y, x preferred */
	RE_OP_START, /* goes to x at the start of the data */
	RE_OP_END,
	RE_OP_WORD, /* goes to x at a word boundary */
	RE_OP_NOTWORD,
	RE_OP_COUNT
};

struct re_state {
	uint8_t op, a;
	uint16_t b;
	uint32_t x, y; /* states to go to; y only of RE_OP_SPLIT, else 0 */
};

/* Is there a whole and harmless program at `at`? Checks every index. */
MUST_USE enum err re_verify(struct bytes section, uint32_t at);

/* The program at a handle that re_verify() has passed; section as aligned as RE_ALIGN. */
static inline const struct re_prog *
re_prog_at(struct bytes section, uint32_t at)
{
	return (const struct re_prog *)(const void *)(section.p + at);
}
