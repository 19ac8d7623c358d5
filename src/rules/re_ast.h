/*
 * re_ast.h - a regular expression or hex string as a tree, over bytes.
 *
 * Both parsers (re_parse, hex_parse) make this one tree, and chain splitting, lowering,
 * atom picking and the builder walk it. All of it lives in the compile arena. Every
 * walk is recursive; the parsers bound the depth by RE_DEPTH_MAX, so the walks need not.
 *
 * The tree keeps groups as the source has them: what a sequence parses to is always a
 * RE_CAT, even of one part, because YARA's chaining and its warnings look at the top
 * level only.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#define RE_DEPTH_MAX 250
#define RE_INF       UINT32_MAX /* re_node.max: no upper bound */

enum re_kind {
	RE_EMPTY,
	RE_BYTE,  /* value */
	RE_MASK,  /* (byte & mask) == value, or the contrary with neg; mask 0: any byte */
	RE_ANY,   /* a dot of a regex: any byte, but no newline without RE_DOTALL */
	RE_CLASS, /* set */
	RE_CAT,   /* kid[0..n) one after the other; n may be 0 */
	RE_ALT,   /* one of kid[0..n), the first that leads to a match; n >= 1 */
	RE_REPEAT, /* kid[0], min to max times */
	RE_START,  /* at the first byte of the data */
	RE_END,    /* behind the last one */
	RE_WORD,   /* \b */
	RE_NOTWORD,
};

/* A set of bytes: bit b & 63 of bit[b >> 6]. */
struct re_set {
	uint64_t bit[4];
};

struct re_node {
	uint8_t kind;
	uint8_t value, mask;
	bool neg, greedy;
	uint32_t min, max; /* RE_REPEAT */
	uint32_t n;        /* kids */
	struct re_node **kid;
	struct re_set *set;
	uint32_t fwd, rev; /* the builder's: state of this leaf in each automaton */
};

enum re_flag {
	RE_NOCASE = 1 << 0, /* ASCII letters match both cases (/i or nocase) */
	RE_DOTALL = 1 << 1, /* a dot matches newline too (/s) */
	RE_GREEDY = 1 << 2, /* has a greedy quantifier */
	RE_LAZY = 1 << 3,   /* has a lazy one; YARA forbids both in one string */
	RE_HEX = 1 << 4,    /* from a hex string: jumps are lazy but not RE_LAZY */
	RE_WIDE = 1 << 5,   /* for re_lower: every byte is followed by 00 */
	RE_FULLWORD = 1 << 6,
	RE_BRANCHES = 1 << 7, /* re_prefer: each alternative is looked for by itself */
	RE_YARAX = 1 << 8,    /* re_parse: has a group of a kind that YARA has not */
};

struct re_ast {
	struct re_node *root;
	unsigned flags; /* RE_NOCASE .. RE_HEX, RE_BRANCHES */
};

/* What is wrong with a pattern: YARA's words, and the byte of the text it is at. */
struct re_fail {
	const char *text; /* NULL: no complaint (the arena was spent) */
	size_t at;
};

/* Tells where and what, and gives the error to return. */
static inline enum err
re_fail_at(struct re_fail *fail, size_t at, const char *text)
{
	*fail = (struct re_fail){ .text = text, .at = at };
	return ERR_SYNTAX;
}

static inline bool
re_set_has(const struct re_set *s, unsigned byte)
{
	return s->bit[byte >> 6 & 3] >> (byte & 63) & 1;
}

static inline void
re_set_add(struct re_set *s, unsigned byte)
{
	s->bit[byte >> 6 & 3] |= 1ULL << (byte & 63);
}

/* Adds the other case of every letter in s. */
void re_set_fold(struct re_set *s);

/* NULL: the arena is spent. */
struct re_node *re_node_new(struct arena *a, enum re_kind kind);
struct re_node *re_node_byte(struct arena *a, uint8_t value);
struct re_node *re_node_repeat(
    struct arena *a, struct re_node *kid, uint32_t min, uint32_t max);

/* Appends kid; cap is the vector's capacity, 0 at first. */
enum err re_node_push(
    struct arena *a, struct re_node *node, size_t *cap, struct re_node *kid) MUST_USE;

/*
 * Does YARA warn "contains .*, .+ or .{x,}"? True for a dot repeated without bound
 * that is reached through sequences only (not inside an alternative or a repeat).
 */
bool re_ast_dot_star(const struct re_ast *ast);
