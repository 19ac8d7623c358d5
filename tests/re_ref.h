/*
 * re_ref.h - what a pattern matches, worked out the slow and obvious way.
 *
 * Walks the parsed tree (not the lowered one, no automaton) with ordered lists of
 * positions: from a place, the places where a node can end, the preferred first, each
 * once. No backtracking: a place is never tried twice for the same node. For data of at
 * most RE_REF_MAX bytes.
 */
#pragma once

#include "rules/re_ast.h"

#define RE_REF_MAX 60

struct re_ref {
	struct bytes data;
	unsigned flags; /* enum re_flag: NOCASE DOTALL WIDE FULLWORD */
	uint64_t *work; /* nodes visited; at RE_REF_WORK the answer is worthless */
};

#define RE_REF_WORK 2000000

/* Ends in order of preference. */
struct re_ref_ends {
	uint8_t at[RE_REF_MAX + 1], n;
	uint64_t has;
};

static inline void
re_ref_add(struct re_ref_ends *e, unsigned at)
{
	if (e->has >> at & 1)
		return;
	e->has |= 1ULL << at;
	e->at[e->n++] = (uint8_t)at;
}

static inline bool
re_ref_word(unsigned c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool
re_ref_reads(const struct re_ref *r, const struct re_node *n, unsigned c)
{
	unsigned other = (c | 32) >= 'a' && (c | 32) <= 'z' ? c ^ 32 : c;

	switch (n->kind) {
	case RE_BYTE: return c == n->value || (r->flags & RE_NOCASE && other == n->value);
	case RE_MASK: return ((c & n->mask) == n->value) != n->neg;
	case RE_ANY: return c != '\n' || r->flags & RE_DOTALL;
	default: return re_set_has(n->set, c);
	}
}

static inline bool
re_ref_edge(const struct re_ref *r, size_t at)
{
	const uint8_t *p = r->data.p;
	size_t w = r->flags & RE_WIDE ? 2 : 1;

	if (at < w || r->data.n - at < w)
		return true;
	return (re_ref_word(p[at - w]) && (w == 1 || p[at - 1] == 0)) !=
	       (re_ref_word(p[at]) && (w == 1 || p[at + 1] == 0));
}

static inline void re_ref_node(const struct re_ref *r, const struct re_node *n,
    unsigned at, struct re_ref_ends *out);

static inline void
re_ref_cat(const struct re_ref *r, const struct re_node *n, uint32_t i, unsigned at,
    struct re_ref_ends *out)
{
	struct re_ref_ends now = { 0 }, then;

	re_ref_add(&now, at);
	for (; i < n->n; i++) {
		then = (struct re_ref_ends){ 0 };
		for (unsigned k = 0; k < now.n; k++) {
			struct re_ref_ends one = { 0 };

			re_ref_node(r, n->kid[i], now.at[k], &one);
			for (unsigned m = 0; m < one.n; m++)
				re_ref_add(&then, one.at[m]);
		}
		now = then;
	}
	for (unsigned k = 0; k < now.n; k++)
		re_ref_add(out, now.at[k]);
}

/*
 * The optional part of a repeat, depth-first. A place is entered once for each number of
 * copies left: a second time could only lead to what the first led to. A loop without
 * a bound (left 0) has one such number, so it never goes round without reading.
 */
static inline void
re_ref_more(const struct re_ref *r, const struct re_node *n, uint32_t left, unsigned at,
    uint64_t seen[RE_REF_MAX + 3], struct re_ref_ends *out)
{
	struct re_ref_ends one = { 0 };

	if (seen[left] >> at & 1)
		return;
	seen[left] |= 1ULL << at;
	if (!n->greedy)
		re_ref_add(out, at);
	if (left != 1) {
		re_ref_node(r, n->kid[0], at, &one);
		for (unsigned k = 0; k < one.n; k++)
			re_ref_more(r, n, left ? left - 1 : 0, one.at[k], seen, out);
	}
	re_ref_add(out, at);
}

static inline void
re_ref_repeat(
    const struct re_ref *r, const struct re_node *n, unsigned at, struct re_ref_ends *out)
{
	struct re_ref_ends now = { 0 }, then;
	uint64_t seen[RE_REF_MAX + 3] = { 0 };
	uint32_t left = n->max == RE_INF ? 0 : n->max - n->min + 1;

	left = left > RE_REF_MAX + 2 ? RE_REF_MAX + 2 : left;
	re_ref_add(&now, at);
	for (uint32_t i = 0; i < n->min && now.n > 0; i++) {
		then = (struct re_ref_ends){ 0 };
		for (unsigned k = 0; k < now.n; k++) {
			struct re_ref_ends one = { 0 };

			re_ref_node(r, n->kid[0], now.at[k], &one);
			for (unsigned m = 0; m < one.n; m++)
				re_ref_add(&then, one.at[m]);
		}
		if (then.has == now.has && then.n == 1)
			break; /* reads nothing: the same for ever */
		now = then;
	}
	for (unsigned k = 0; k < now.n; k++)
		re_ref_more(r, n, left, now.at[k], seen, out);
}

static inline void
re_ref_node(
    const struct re_ref *r, const struct re_node *n, unsigned at, struct re_ref_ends *out)
{
	size_t end = r->data.n;
	bool wide = r->flags & RE_WIDE;

	if (++*r->work > RE_REF_WORK)
		return;
	switch (n->kind) {
	case RE_EMPTY: re_ref_add(out, at); return;
	case RE_CAT: re_ref_cat(r, n, 0, at, out); return;
	case RE_ALT:
		for (uint32_t i = 0; i < n->n; i++)
			re_ref_node(r, n->kid[i], at, out);
		return;
	case RE_REPEAT: re_ref_repeat(r, n, at, out); return;
	case RE_START:
	case RE_END:
		if (at == (n->kind == RE_START ? 0 : end))
			re_ref_add(out, at);
		return;
	case RE_WORD:
	case RE_NOTWORD:
		if (re_ref_edge(r, at) == (n->kind == RE_WORD))
			re_ref_add(out, at);
		return;
	default:
		if (end - at < (wide ? 2u : 1u) || !re_ref_reads(r, n, r->data.p[at]) ||
		    (wide && r->data.p[at + 1] != 0))
			return;
		re_ref_add(out, at + (wide ? 2 : 1));
	}
}

/* Is the byte (the wide character) at `at` a letter or digit? */
static inline bool
re_ref_alnum(const struct re_ref *r, size_t at)
{
	size_t w = r->flags & RE_WIDE ? 2 : 1;

	return at + w <= r->data.n && r->data.p[at] != '_' &&
	       re_ref_word(r->data.p[at]) && (w == 1 || r->data.p[at + 1] == 0);
}

static inline bool
re_ref_full(const struct re_ref *r, size_t at, size_t end)
{
	size_t w = r->flags & RE_WIDE ? 2 : 1;

	if (!(r->flags & RE_FULLWORD))
		return true;
	return !(at >= w && re_ref_alnum(r, at - w)) && !re_ref_alnum(r, end);
}
