/*
 * re_ends.c - all matches of an automaton, in time linear in the data.
 *
 * A backward scan from the end of the data finds the starts, from right to left. The
 * lengths come from a table that is computed in the same direction: where a match ends
 * that is continued by a state at a position follows from the rows of the position to
 * the right. So one row per position suffices for any number of starts, however long
 * and overlapping the matches are.
 *
 * There are two rows. `after` holds the end that a backtracking engine finds first;
 * `before` holds, for states left of the atoms, the longest or shortest of all the ends
 * that some atom leads to (re_vm.h). The table is dense, so it is only computed where a
 * start needs it: from the furthest place that the start's match can reach.
 */
#include "match/re_run.h"

#define NONE UINT64_MAX

struct ends {
	struct re_sink sink;
	struct re_run run; /* forward, with the second pair of lists */
	struct re_spans *out;
	uint64_t from; /* starts before it do not count */
	uint64_t count;
	bool limit;

	uint64_t *after, *before, *after_next, *before_next; /* by state, at pos */
	uint64_t pos, top; /* the row's place; the rows are right for matches up to top */
	bool live;         /* there is a row */
	uint64_t patience; /* steps to spend on finding out how far matches reach */
};

/* The states that read something, or accept, behind `state` at pos, preferred first. */
static const struct re_list *
closure(struct ends *e, uint32_t state, struct re_ctx ctx)
{
	struct re_list *l = &e->run.pair->nxt;

	re_list_begin(e->run.vm->scratch, l);
	re_list_add(&e->run, l, state, ctx);
	return l;
}

/* The first end in order of preference. */
static uint64_t
first_end(struct ends *e, uint32_t state, struct re_ctx ctx)
{
	const struct re_list *l = closure(e, state, ctx);

	e->run.vm->steps += l->n;
	for (uint32_t i = 0; i < l->n; i++) {
		if (e->run.st[l->s[i]].op == RE_OP_MATCH) {
			if (re_accepts(&e->run, e->pos))
				return e->pos;
			continue;
		}
		if (e->after[l->s[i]] != NONE)
			return e->after[l->s[i]];
	}
	return NONE;
}

/* Of two ends that a start has, does the first count? The long one, or the short one. */
static bool
better(const struct ends *e, uint64_t a, uint64_t b)
{
	if (a == NONE || b == NONE)
		return a != NONE;
	return e->run.prog->flags & RE_P_GREEDY ? a > b : a < b;
}

/* The longest or shortest end through any atom. */
static uint64_t
any_end(struct ends *e, uint32_t state, struct re_ctx ctx)
{
	const struct re_list *l = closure(e, state, ctx);
	uint64_t best = NONE;

	e->run.vm->steps += l->n;
	for (uint32_t i = 0; i < l->n; i++)
		if (better(e, e->before[l->s[i]], best))
			best = e->before[l->s[i]];
	return best;
}

static void
exchange(uint64_t **a, uint64_t **b)
{
	uint64_t *t = *a;

	*a = *b;
	*b = t;
}

/*
 * Where a match ends that reads its first byte in state i, and so may go through an atom
 * that begins there: that atom's word, or a later atom's, as YARA asks each of them.
 */
static uint64_t
before_end(struct ends *e, uint32_t i, uint64_t end, struct re_ctx ctx)
{
	const struct re_prog *p = e->run.prog;
	uint64_t later = any_end(e, e->run.st[i].x, ctx);

	if (!e->run.vm->scratch->pivot[i] || end == NONE ||
	    !re_fullword_right(p, e->run.data, end))
		return later;
	return better(e, end, later) ? end : later;
}

/* From the row at pos to the row one to the left. */
static void
row_step(struct ends *e)
{
	const struct re_prog *p = e->run.prog;
	struct re_ctx ctx = re_ctx_at(&e->run, e->pos);
	uint8_t byte = e->run.data.p[e->pos - 1];

	for (uint32_t i = 0; i < p->fwd_n; i++) {
		const struct re_state *st = &e->run.st[i];
		bool reads = re_reads(&e->run, st, byte);
		uint64_t end = reads ? first_end(e, st->x, ctx) : NONE;

		e->after_next[i] = end;
		if (p->entries > 0)
			e->before_next[i] = reads ? before_end(e, i, end, ctx) : NONE;
	}
	e->run.vm->steps += p->fwd_n;
	exchange(&e->after, &e->after_next);
	exchange(&e->before, &e->before_next);
	e->pos--;
}

static void
row_begin(struct ends *e, uint64_t top)
{
	for (uint32_t i = 0; i < e->run.prog->fwd_n; i++)
		e->after[i] = e->before[i] = NONE;
	e->pos = e->top = top;
	e->live = true;
}

/*
 * How far a match that begins at pos can reach. Finding out costs a run; when the runs
 * together cost more than the data, the answer is the end of the data, which
 * is right for every start. So the whole stays linear.
 */
static uint64_t
reach(struct ends *e, uint64_t pos)
{
	uint64_t end, n = e->run.data.n, before = e->run.vm->steps, spent;
	const struct re_prog *p = e->run.prog;
	enum re_answer a = RE_NO;

	if (p->max_len != RE_LEN_INF)
		return p->max_len < n - pos ? pos + p->max_len : n;
	if (e->patience > 0)
		a = re_nfa_reach(&e->run, pos, e->patience, &end);
	spent = e->run.vm->steps - before;
	e->patience = a == RE_YES && spent < e->patience ? e->patience - spent : 0;
	return a == RE_YES ? end : n;
}

/* The end of the match that counts for a start; NONE: there is none after all. */
static uint64_t
end_of(struct ends *e, uint64_t pos)
{
	const struct re_prog *p = e->run.prog;
	struct re_ctx ctx = re_ctx_at(&e->run, pos);
	uint64_t end, far;

	if (p->min_len == p->max_len)
		end = p->min_len <= e->run.data.n - pos ? pos + p->min_len : NONE;
	else {
		if (!e->live || e->top < e->run.data.n) {
			far = reach(e, pos);
			if (!e->live || far > e->top || far < e->pos)
				row_begin(e, far);
		}
		while (e->pos > pos && re_charge(e->run.vm, 0))
			row_step(e);
		if (p->entries > 0)
			return any_end(e, e->run.start, ctx);
		end = first_end(e, e->run.start, ctx);
	}
	return end != NONE && re_fullword_right(p, e->run.data, end) ? end : NONE;
}

static void
keep(struct ends *e, uint64_t at, uint64_t len)
{
	struct re_spans *o = e->out;
	size_t room = o->max - o->n;

	/* Starts fall, so with too many of them the oldest gives way. */
	if (room > 0)
		o->p[o->n + e->count % room] = (struct re_span){ at, len };
	o->more |= e->count >= room;
}

static bool
ends_found(struct re_sink *sink, uint64_t pos)
{
	struct ends *e = (struct ends *)(void *)sink;
	uint64_t end;

	if (pos >= e->run.data.n)
		return true;
	if (pos < e->from)
		return false;
	if (!re_fullword_left(e->run.prog, e->run.data, pos))
		return true;
	end = end_of(e, pos);
	e->limit = !re_charge(e->run.vm, 1);
	if (e->limit)
		return false;
	if (end == NONE)
		return true;
	if (e->out != NULL)
		keep(e, pos, end - pos);
	e->count++;
	return e->out != NULL;
}

static void
reverse(struct re_span *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct re_span t = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = t;
	}
}

/* Sorts by start what keep() has written, a ring in falling order. */
static void
finish(struct ends *e)
{
	struct re_spans *o = e->out;
	size_t room = o->max - o->n, n = e->count < room ? (size_t)e->count : room;
	size_t oldest = e->count > room && room > 0 ? (size_t)(e->count % room) : 0;

	reverse(o->p + o->n, oldest);
	reverse(o->p + o->n + oldest, n - oldest);
	o->n += n;
}

static void
pivots(struct re_vm *vm, const struct re_prog *p)
{
	const struct re_entry *en = (const void *)((const uint8_t *)p + p->entry);
	uint8_t *pivot = vm->scratch->pivot;

	memset(pivot, 0, p->fwd_n);
	for (uint32_t i = 0; i < p->entries; i++)
		pivot[en[i].fwd] = 1;
}

enum re_answer
re_ends_search(struct re_vm *vm, const struct re_prog *p, struct bytes data,
    uint64_t from, struct re_spans *out)
{
	struct re_run back = re_run_of(vm, p, data, true);
	uint64_t *const *row = vm->scratch->end;
	struct ends e = {
		.sink = { ends_found },
		.run = re_run_of(vm, p, data, false),
		.out = out,
		.from = from,
		.after = row[0],
		.after_next = row[1],
		.before = row[2],
		.before_next = row[3],
		.patience = data.n,
	};
	enum re_answer a;

	e.run.pair = &vm->scratch->pair[1];
	pivots(vm, p);
	a = re_dfa_scan(&back, data.n, &e.sink);
	if (out != NULL)
		finish(&e);
	if (a == RE_LIMIT || e.limit)
		return RE_LIMIT;
	return e.count > 0 ? RE_YES : RE_NO;
}
