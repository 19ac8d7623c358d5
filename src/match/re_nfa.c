/*
 * re_nfa.c - Thompson's simulation: a list of states walks over the data.
 *
 * A list holds the states that read a byte (and the accepting one), in order of
 * preference. All lists are bounded by the number of states, for each is entered once.
 */
#include "match/re_run.h"

/*
 * What a state of a list costs, when that is compared with a byte of a search
 * (match/judge.c: the atoms of a regex, or its automaton over all the file).
 */
#define LIST_STEP 4u

struct re_run
re_run_of(struct re_vm *vm, const struct re_prog *prog, struct bytes data, bool back)
{
	const uint8_t *base = (const uint8_t *)prog;

	return (struct re_run){
		.vm = vm,
		.prog = prog,
		.st = (const void *)(base + (back ? prog->rev : prog->fwd)),
		.class = (const void *)(base + prog->class),
		.start = back ? prog->rev_start : prog->fwd_start,
		.data = data,
		.back = back,
		.pair = &vm->scratch->pair[0],
	};
}

void
re_list_begin(struct re_scratch *s, struct re_list *l)
{
	if (++s->gen == 0) {
		memset(s->mark, 0, RE_STATES_MAX * sizeof(*s->mark));
		s->gen = 1;
	}
	l->n = 0;
	l->match = false;
}

struct re_ctx
re_ctx_at(const struct re_run *r, uint64_t pos)
{
	struct re_ctx c = { .start = pos == 0, .end = pos == r->data.n };

	if (r->prog->flags & RE_P_WORD)
		c.word = re_word_edge(r, pos);
	return c;
}

static bool
passes(uint8_t op, struct re_ctx c)
{
	switch (op) {
	case RE_OP_START: return c.start;
	case RE_OP_END: return c.end;
	case RE_OP_WORD: return c.word;
	default: return !c.word;
	}
}

void
re_list_add(const struct re_run *r, struct re_list *l, uint32_t state, struct re_ctx ctx)
{
	struct re_scratch *s = r->vm->scratch;
	uint32_t top = 0;

	s->stack[top++] = state;
	while (top > 0) {
		uint32_t i = s->stack[--top];

		/* Each split is entered once and leaves one state behind: no overflow. */
		while (s->mark[i] != s->gen) {
			const struct re_state *st = &r->st[i];

			s->mark[i] = s->gen;
			if (st->op <= RE_OP_CLASS) {
				l->s[l->n++] = i;
				l->match |= st->op == RE_OP_MATCH;
				break;
			}
			if (st->op == RE_OP_SPLIT)
				s->stack[top++] = st->y;
			else if (!passes(st->op, ctx))
				break;
			i = st->x;
		}
	}
}

static void
swap(struct re_pair *p)
{
	struct re_list t = p->cur;

	p->cur = p->nxt;
	p->nxt = t;
}

static bool
at_end(const struct re_run *r, uint64_t pos)
{
	return r->back ? pos == 0 : pos >= r->data.n;
}

/* The list behind the next byte; pos moves. Not to be called at the end. */
static void
advance(const struct re_run *r, uint64_t *pos)
{
	struct re_pair *p = r->pair;
	uint8_t byte = r->data.p[r->back ? *pos - 1 : *pos];
	struct re_ctx ctx;

	*pos = r->back ? *pos - 1 : *pos + 1;
	ctx = re_ctx_at(r, *pos);
	re_list_begin(r->vm->scratch, &p->nxt);
	for (uint32_t i = 0; i < p->cur.n; i++) {
		const struct re_state *st = &r->st[p->cur.s[i]];

		if (re_reads(r, st, byte))
			re_list_add(r, &p->nxt, st->x, ctx);
	}
	swap(p);
}

static void
begin(const struct re_run *r, uint32_t state, uint64_t pos)
{
	re_list_begin(r->vm->scratch, &r->pair->cur);
	re_list_add(r, &r->pair->cur, state, re_ctx_at(r, pos));
}

/*
 * Most runs fail within the bytes behind an atom, where there is one way to go only:
 * compared without lists. False: there is no match.
 */
static bool
run_ahead(const struct re_run *r, uint32_t *state, uint64_t *pos)
{
	uint64_t at = *pos;
	uint32_t i = *state;

	for (; r->st[i].op == RE_OP_MASK || r->st[i].op == RE_OP_CLASS; i = r->st[i].x) {
		if (at_end(r, at) ||
		    !re_reads(r, &r->st[i], r->data.p[r->back ? at - 1 : at]))
			break;
		at = r->back ? at - 1 : at + 1;
	}
	r->vm->steps += 1 + (r->back ? *pos - at : at - *pos);
	re_saw(r->vm, at, at + 1);
	*state = i;
	*pos = at;
	return r->st[i].op != RE_OP_MASK && r->st[i].op != RE_OP_CLASS;
}

enum re_answer
re_nfa_all(const struct re_run *r, uint32_t state, uint64_t pos, struct re_sink *sink)
{
	struct re_list *cur = &r->pair->cur;
	bool any = false;

	if (!run_ahead(r, &state, &pos))
		return re_charge(r->vm, 0) ? RE_NO : RE_LIMIT;
	for (begin(r, state, pos); cur->n > 0; advance(r, &pos)) {
		if (!re_charge(r->vm, LIST_STEP * (uint64_t)cur->n))
			return RE_LIMIT;
		if (cur->match) {
			any = true;
			if (sink == NULL || !sink->found(sink, pos))
				break;
		}
		if (at_end(r, pos))
			break;
	}
	re_saw(r->vm, pos, pos);
	return any ? RE_YES : RE_NO;
}

enum re_answer
re_nfa_exists(const struct re_run *r, uint32_t state, uint64_t pos)
{
	enum re_answer a;
	bool can;

	if (!run_ahead(r, &state, &pos))
		return re_charge(r->vm, 0) ? RE_NO : RE_LIMIT;
	a = re_walk_exists(r, state, pos, &can);
	return can || a == RE_LIMIT ? a : re_nfa_all(r, state, pos, NULL);
}

/* What is less preferred than a match found is given up. */
static void
cut_at_match(const struct re_run *r, struct re_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (r->st[l->s[i]].op == RE_OP_MATCH)
			l->n = i;
}

bool
re_accepts(const struct re_run *r, uint64_t pos)
{
	return !(r->prog->flags & RE_P_BRANCHES) ||
	       re_fullword_right(r->prog, r->data, pos);
}

enum re_answer
re_nfa_end(const struct re_run *r, uint32_t state, uint64_t pos, uint64_t *end)
{
	struct re_list *cur = &r->pair->cur;
	bool any = false;

	if (!run_ahead(r, &state, &pos))
		return re_charge(r->vm, 0) ? RE_NO : RE_LIMIT;
	for (begin(r, state, pos); cur->n > 0; advance(r, &pos)) {
		if (!re_charge(r->vm, LIST_STEP * (uint64_t)cur->n))
			return RE_LIMIT;
		if (cur->match && re_accepts(r, pos)) {
			any = true;
			*end = pos;
			cut_at_match(r, cur);
		}
		if (at_end(r, pos))
			break;
	}
	re_saw(r->vm, pos, pos);
	return any ? RE_YES : RE_NO;
}

enum re_answer
re_nfa_reach(const struct re_run *r, uint64_t pos, uint64_t max, uint64_t *end)
{
	struct re_list *cur = &r->pair->cur;
	uint64_t steps = 0;

	for (begin(r, r->start, pos); cur->n > 0 && !at_end(r, pos); advance(r, &pos)) {
		steps += cur->n;
		if (!re_charge(r->vm, cur->n))
			return RE_LIMIT;
		if (steps > max)
			return RE_NO;
	}
	*end = pos;
	return RE_YES;
}

enum re_answer
re_nfa_scan(const struct re_run *r, uint64_t pos, struct re_sink *sink)
{
	struct re_list *cur = &r->pair->cur;
	bool any = false;

	for (;; advance(r, &pos)) {
		/* A match starts before the end of the data, but can end anywhere. */
		if (r->back || !at_end(r, pos))
			re_list_add(r, cur, r->start, re_ctx_at(r, pos));
		if (!re_charge(r->vm, cur->n + 1u))
			return RE_LIMIT;
		if (cur->match) {
			any = true;
			if (sink == NULL || !sink->found(sink, pos))
				return RE_YES;
		}
		if (at_end(r, pos))
			return any ? RE_YES : RE_NO;
	}
}
