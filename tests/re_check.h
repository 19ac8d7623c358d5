/*
 * re_check.h - one pattern over one piece of data: everything the engine says about it
 * must agree with the reference and with itself. Used by the random tests and by
 * fuzz/regex.c.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "match/re_vm.h"
#include "rules/hex_parse.h"
#include "rules/re_build.h"
#include "rules/re_parse.h"
#include "tests/re_ref.h"

#define RE_CHECK_SPANS 4096

struct re_check {
	struct re_vm *vm;
	struct bytes pattern, data;
	bool hex;
	unsigned flags; /* NOCASE DOTALL for the parser; WIDE FULLWORD for lowering */
	bool atomless;  /* leave the atoms out */
};

/* Everything made of one pattern. */
struct re_checked {
	struct arena arena;
	struct buf section;
	struct re_ast ast;
	struct re_form form;
	struct re_atoms atoms;
	const struct re_prog *prog;
};

/* Long is rare; a common letter is not. */
static inline double
re_check_cost(void *ctx, struct bytes lit, bool nocase)
{
	double p = 1;

	(void)ctx;
	for (size_t i = 0; i < lit.n; i++)
		p *= lit.p[i] == 0 ? 0.25 : 1.0 / 64;
	return nocase ? p * 2 : p;
}

/* false: the pattern is refused (that is fine), or something is wrong (*wrong says). */
static inline bool
re_check_compile(const struct re_check *c, struct re_checked *o, const char **wrong)
{
	struct re_cost cost = { re_check_cost, NULL };
	struct re_fail fail;
	uint32_t at;
	enum err e;

	*o = (struct re_checked){ 0 };
	*wrong = NULL;
	arena_init(&o->arena, 64 << 20);
	if (c->hex)
		e = hex_parse(&o->arena, c->pattern, &o->ast, &fail);
	else
		e = re_parse(&o->arena, c->pattern, c->flags & (RE_NOCASE | RE_DOTALL),
		    &o->ast, &fail);
	if (e == ERR_SYNTAX && (fail.text == NULL || fail.at > c->pattern.n))
		*wrong = "a refusal without a reason";
	if (e != OK || re_lower(&o->arena, &o->ast, c->flags & (RE_WIDE | RE_FULLWORD),
			   &o->form, &fail) != OK)
		return false;
	if (!c->atomless && re_atoms_pick(&o->arena, &o->form, cost, &o->atoms) != OK)
		return false;
	e = re_build(&o->arena, &o->form, &o->atoms, &o->section, &at, &fail);
	if (e != OK)
		return false;
	if (re_verify(buf_bytes(&o->section), at) != OK) {
		*wrong = "the verifier refuses what was built";
		return false;
	}
	o->prog = re_prog_at(buf_bytes(&o->section), at);
	re_vm_forget(c->vm);
	return true;
}

static inline void
re_check_done(struct re_checked *o)
{
	arena_done(&o->arena);
	buf_done(&o->section);
}

static inline bool
re_check_lit_at(const struct re_atom *a, struct bytes data, size_t at)
{
	if (data.n - at < a->lit.n)
		return false;
	for (size_t i = 0; i < a->lit.n; i++) {
		uint8_t c = data.p[at + i];

		if (a->nocase && c >= 'A' && c <= 'Z')
			c |= 32;
		if (c != a->lit.p[i])
			return false;
	}
	return true;
}

/* Merges a span as the caller of re_hit_all() has to. */
static inline void
re_check_merge(const struct re_prog *p, struct re_span *best, struct re_span s)
{
	struct re_span *b = &best[s.at];
	bool longest = p->flags & RE_P_GREEDY;

	if (b->at == UINT64_MAX || (longest ? s.len > b->len : s.len < b->len))
		*b = s;
}

/* What the atoms give; best is by start, at UINT64_MAX for no match. */
static inline const char *
re_check_hits(const struct re_check *c, const struct re_checked *o, struct re_span *best)
{
	static struct re_span room[RE_CHECK_SPANS];

	for (size_t i = 0; i <= c->data.n; i++)
		best[i].at = UINT64_MAX;
	for (uint32_t k = 0; k < o->atoms.n; k++) {
		for (size_t at = 0; at < c->data.n; at++) {
			struct re_spans out = { .p = room, .max = RE_CHECK_SPANS };
			enum re_answer any, all;

			if (!re_check_lit_at(&o->atoms.at[k], c->data, at))
				continue;
			c->vm->often = at % 3 > 0;
			any = re_hit(c->vm, o->prog, c->data, k, at);
			all = re_hit_all(
			    c->vm, o->prog, c->data, (struct re_at){ k, at }, &out);
			if (any != all || (any == RE_YES) != (out.n > 0))
				return "re_hit and re_hit_all disagree";
			for (size_t i = 0; i < out.n; i++)
				re_check_merge(o->prog, best, out.p[i]);
		}
	}
	return NULL;
}

static inline const char *
re_check_start(const struct re_check *c, const struct re_checked *o, size_t at,
    const struct re_span *have)
{
	uint64_t work = 0;
	struct re_ref ref = {
		.data = c->data,
		.flags = (o->ast.flags & (RE_NOCASE | RE_DOTALL)) |
			 (c->flags & (RE_WIDE | RE_FULLWORD)),
		.work = &work,
	};
	struct re_ref_ends ends = { 0 };
	bool any = false;

	re_ref_node(&ref, o->ast.root, (unsigned)at, &ends);
	if (work > RE_REF_WORK)
		return NULL;
	for (unsigned i = 0; i < ends.n; i++)
		any |= re_ref_full(&ref, at, ends.at[i]);
	if (have != NULL) {
		if (have->len > c->data.n - at || !(ends.has >> (at + have->len) & 1))
			return "a length that the reference does not have";
		if (!re_ref_full(&ref, at, at + have->len))
			return "a match that is no full word";
	}
	/*
	 * What is preferred is disputed when a loop with both kinds of quantifier can go
	 * round without reading; strings must not mix them, `matches` has no lengths.
	 */
	if (o->atoms.n > 0 ||
	    (o->ast.flags & (RE_GREEDY | RE_LAZY)) == (RE_GREEDY | RE_LAZY)) {
		/* fullword may drop a start that has other lengths. */
		if ((have != NULL) != any && !(c->flags & RE_FULLWORD && any))
			return "the starts differ from the reference";
		return NULL;
	}
	if (ends.n == 0 || !re_ref_full(&ref, at, ends.at[0]))
		return have ? "a match that the reference does not have" : NULL;
	if (have == NULL)
		return "a match of the reference is missing";
	return at + have->len == ends.at[0] ? NULL : "not the preferred length";
}

static inline const char *
re_check_spans(const struct re_check *c, const struct re_checked *o)
{
	static struct re_span room[RE_CHECK_SPANS], best[RE_CHECK_SPANS + 1];
	struct re_spans out = { .p = room, .max = RE_CHECK_SPANS };
	enum re_answer all = re_search_all(c->vm, o->prog, c->data, &out);
	const char *wrong = re_check_hits(c, o, best);
	size_t k = 0;

	if (c->vm->steps > c->vm->budget)
		return NULL; /* an answer to nothing */
	if (wrong != NULL)
		return wrong;
	if ((all == RE_YES) != (out.n > 0) || all == RE_LIMIT)
		return "re_search_all does not know what it found";
	for (size_t at = 0; at <= c->data.n; at++) {
		const struct re_span *have =
		    k < out.n && out.p[k].at == at ? &room[k] : NULL;
		enum re_answer later = re_search(c->vm, o->prog, c->data, at);

		if (later == RE_LIMIT)
			return NULL;
		if ((later == RE_YES) != (k < out.n))
			return "re_search and re_search_all disagree";
		k += have != NULL;
		if (o->atoms.n > 0 && ((best[at].at == at) != (have != NULL) ||
					  (have && best[at].len != have->len)))
			return "the hits of the atoms are not those of re_search_all";
		wrong = at < c->data.n && c->data.n <= RE_REF_MAX
			    ? re_check_start(c, o, at, have)
			    : NULL;
		if (wrong != NULL)
			return wrong;
	}
	return k == out.n ? NULL : "starts out of order";
}

/* NULL: all is well, or the pattern was refused. *ran: it was not. */
static inline const char *
re_check_one(const struct re_check *c, bool *ran)
{
	struct re_checked o;
	const char *wrong;

	*ran = re_check_compile(c, &o, &wrong);
	if (*ran)
		wrong = re_check_spans(c, &o);
	re_check_done(&o);
	return wrong;
}
