/*
 * re_dfa.c - the automaton made deterministic as far as the data asks for it.
 *
 * A state of the DFA is a set of NFA states, not yet followed through assertions, and
 * what the byte before it was; so ^ $ \b are decided when the next byte is known. A match
 * is therefore noticed with the byte behind it, or at the end. States and transitions
 * live in a cache of fixed size. When it is full it is emptied; when that happens too
 * often to be worth while, the simulation of re_nfa.c goes on from there.
 */
#include <stdlib.h>

#include "match/re_run.h"

#define UNKNOWN   UINT32_MAX
#define HIT       (UINT32_MAX - 1)
#define SPECIAL   0x80000000u /* everything but a plain row to go to */
#define MATCHED   0x40000000u /* a match ends where the row begins */
#define HOME      0x20000000u /* the row of the first state, from which bytes are skipped */
#define ROW_OF(t) ((t)&0x1fffffffu)

#define HASH_SIZE  4096u
#define SMALL      16u    /* bytes of data that are not worth a DFA */
#define FEW        16384u /* work for states before a pattern is judged */
#define PATIENCE   3u     /* times that the work may not have been worth while */
#define WORTH      2u     /* bytes a new state has to serve for each unit of work */
#define STATE_WORK 8u     /* of a state; and one for each NFA state in its set */
#define KEY_SAMPLE 512u
#define SKIPS      64u /* visits of the first state after which skipping is judged ... */
#define SKIP_MIN   4u  /* ... by the bytes it skips on average */

struct state {
	uint32_t set, n; /* where in the pool, and how many NFA states */
	uint32_t next;   /* in its hash chain, + 1 */
	uint8_t kind;
	bool matched;
};

struct re_dfa {
	uint32_t *trans, trans_cap; /* rows of stride */
	struct state *state;
	uint32_t *pool, pool_cap, pool_n;
	uint32_t states, states_cap;
	uint64_t work, most;      /* for states; as much as may be; that doubles */
	uint32_t stride, edge;    /* columns of a row; that of the edge of the data */
	uint32_t hash[HASH_SIZE]; /* state + 1 */
	struct re_bytes bytes;    /* where the wide \b holds, column class + classes */
	bool leaves[256];         /* bytes that lead away from the first state */
	uint32_t *chain; /* by NFA state: the run of optional copies it is in, or 0 */
	uint32_t home;   /* its row, or UNKNOWN when nothing can be skipped */
	const struct re_prog *prog;
	uint64_t key;
	bool back, stop; /* direction; stop at the first match */
};

struct re_dfa *
re_dfa_new(size_t bytes)
{
	struct re_dfa *d = calloc(1, sizeof(*d));
	size_t third = bytes / 3 / sizeof(uint32_t);

	if (d == NULL)
		return NULL;
	third = third > ROW_OF(UINT32_MAX) ? ROW_OF(UINT32_MAX) : third;
	d->trans_cap = d->pool_cap = (uint32_t)third;
	d->states_cap = (uint32_t)(third * sizeof(uint32_t) / sizeof(struct state));
	d->trans = calloc(third + 1, sizeof(uint32_t));
	d->pool = calloc(third + 1, sizeof(uint32_t));
	d->state = calloc((size_t)d->states_cap + 1, sizeof(struct state));
	d->chain = calloc(RE_STATES_MAX, sizeof(uint32_t));
	if (d->trans == NULL || d->pool == NULL || d->state == NULL || d->chain == NULL) {
		re_dfa_free(d);
		return NULL;
	}
	return d;
}

void
re_dfa_free(struct re_dfa *d)
{
	if (d == NULL)
		return;
	free(d->trans);
	free(d->pool);
	free(d->state);
	free(d->chain);
	free(d);
}

/* Splits each class of bytes into those in the set and those not. */
static void
classes_split(struct re_dfa *d, const bool in[256])
{
	uint16_t other[256], next = (uint16_t)d->bytes.classes;
	bool seen[256][2] = { 0 };

	for (unsigned b = 0; b < 256; b++)
		seen[d->bytes.class[b]][in[b]] = true;
	for (unsigned c = 0; c < d->bytes.classes; c++)
		other[c] = seen[c][0] && seen[c][1] ? next++ : (uint16_t)c;
	for (unsigned b = 0; b < 256; b++)
		if (in[b])
			d->bytes.class[b] = (uint8_t)other[d->bytes.class[b]];
	d->bytes.classes = next;
}

static void
classes_find(struct re_dfa *d, const struct re_run *r, uint32_t n)
{
	const struct re_state *last = NULL;
	bool in[256];

	memset(d->bytes.class, 0, sizeof(d->bytes.class));
	d->bytes.classes = 1;
	for (uint32_t i = 0; i < n; i++) {
		const struct re_state *s = &r->st[i];

		if (s->op != RE_OP_MASK && s->op != RE_OP_CLASS)
			continue;
		/* The copies of a repeat follow each other. */
		if (last != NULL && s->op == last->op && s->a == last->a &&
		    s->b == last->b)
			continue;
		last = s;
		for (unsigned b = 0; b < 256; b++)
			in[b] = re_reads(r, s, (uint8_t)b);
		classes_split(d, in);
		r->vm->steps += 16;
	}
	if (r->prog->flags & RE_P_WORD && !re_wide_words(r)) {
		for (unsigned b = 0; b < 256; b++)
			in[b] = re_is_word((uint8_t)b);
		classes_split(d, in);
	}
	for (unsigned b = 0; b < 256; b++)
		d->bytes.sample[d->bytes.class[b]] = (uint8_t)b;
	d->edge = d->bytes.classes * (re_wide_words(r) ? 2 : 1);
	d->stride = d->edge + 1;
}

/* Where a split goes that does not go to the state before it; UNKNOWN: not such a one. */
static uint32_t
chain_exit(const struct re_run *r, uint32_t i)
{
	const struct re_state *s = &r->st[i], *leaf = s - 1;

	if (i == 0 || s->op != RE_OP_SPLIT ||
	    (leaf->op != RE_OP_MASK && leaf->op != RE_OP_CLASS))
		return UNKNOWN;
	return s->x == i - 1 ? s->y : s->y == i - 1 ? s->x : UNKNOWN;
}

/*
 * x{0,n} is built as splits that lead to a copy of x, and behind it to the split with
 * one copy less, or out to the same exit. What a split with fewer copies left can match,
 * one with more can too. So of the splits of one such chain a set needs only that with
 * the most: x{0,500} then costs one member, not 500. By construction the chain lies
 * side by side with the number of copies rising; that it is one is checked here.
 */
static void
chains_find(struct re_dfa *d, const struct re_run *r, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct re_state *leaf = &r->st[i] - 1, *less = &r->st[i] - 3;
		uint32_t exit = chain_exit(r, i);

		d->chain[i] = 0;
		if (exit == UNKNOWN)
			continue;
		if (leaf->x == exit)
			d->chain[i] = i;
		else if (i >= 3 && leaf->x == i - 2 && d->chain[i - 2] != 0 &&
			 chain_exit(r, i - 2) == exit && leaf->op == less->op &&
			 leaf->a == less->a && leaf->b == less->b)
			d->chain[i] = d->chain[i - 2];
	}
}

static void
cache_clear(struct re_dfa *d)
{
	memset(d->hash, 0, sizeof(d->hash));
	d->states = 0;
	d->pool_n = 0;
}

static bool
state_is(const struct re_dfa *d, uint32_t i, const struct state *like)
{
	const struct state *s = &d->state[i];

	return s->n == like->n && s->kind == like->kind && s->matched == like->matched &&
	       memcmp(d->pool + s->set, d->pool + like->set, s->n * sizeof(uint32_t)) ==
		   0;
}

/*
 * The number of the state like, whose set lies behind the end of the pool; UNKNOWN when
 * there is no room for a new one.
 */
static uint32_t
state_intern(struct re_dfa *d, const struct state *like)
{
	uint32_t h = 2166136261u ^ like->kind ^ (uint32_t)like->matched << 2, *slot;

	for (uint32_t i = 0; i < like->n; i++)
		h = (h ^ d->pool[like->set + i]) * 16777619u;
	slot = &d->hash[(h ^ h >> 15) % HASH_SIZE];
	for (uint32_t i = *slot; i > 0; i = d->state[i - 1].next)
		if (state_is(d, i - 1, like))
			return i - 1;
	if (d->states == d->states_cap ||
	    (uint64_t)(d->states + 1) * d->stride > d->trans_cap)
		return UNKNOWN;
	d->state[d->states] = *like;
	d->state[d->states].next = *slot;
	*slot = d->states + 1;
	d->pool_n += like->n;
	d->work += like->n + STATE_WORK;
	for (uint32_t i = 0; i < d->stride; i++)
		d->trans[d->states * d->stride + i] = UNKNOWN;
	return d->states++;
}

/* A state with an empty set. */
static uint32_t
state_empty(struct re_dfa *d, enum re_kind kind)
{
	struct state s = { .set = d->pool_n, .kind = (uint8_t)kind };

	return state_intern(d, &s);
}

/* All that a state leads to on a column. */
static struct re_list *
follow(struct re_dfa *d, const struct re_run *r, const struct state *s, enum re_kind next,
    uint32_t column)
{
	struct re_list *l = &r->pair->nxt;
	struct re_ctx ctx = re_between(r, (enum re_kind)s->kind, next);
	bool edge = column == d->edge;

	if (re_wide_words(r))
		ctx.word = column >= d->bytes.classes;

	re_list_begin(r->vm->scratch, l);
	for (uint32_t i = 0; i < s->n; i++)
		re_list_add(r, l, d->pool[s->set + i], ctx);
	/* A match starts before the end of the data, but can end anywhere. */
	if (!edge || r->back)
		re_list_add(r, l, r->start, ctx);
	return l;
}

/* Puts the states behind a byte, sorted, behind the end of the pool; false: no room. */
static bool
gather(struct re_dfa *d, const struct re_run *r, const struct re_list *l, uint8_t byte,
    uint32_t *n)
{
	struct re_scratch *s = r->vm->scratch;
	uint32_t lo = UINT32_MAX, hi = 0;
	struct re_list none = { 0 };

	re_list_begin(s, &none);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct re_state *st = &r->st[l->s[i]];

		if (!re_reads(r, st, byte))
			continue;
		s->mark[st->x] = s->gen;
		lo = st->x < lo ? st->x : lo;
		hi = st->x > hi ? st->x : hi;
	}
	*n = 0;
	for (uint32_t i = lo; lo != UINT32_MAX && i <= hi; i++) {
		if (s->mark[i] != s->gen)
			continue;
		if (*n > 0 && d->chain[i] != 0 &&
		    d->chain[i] == d->chain[d->pool[d->pool_n + *n - 1]])
			--*n; /* i has more copies left */
		if (d->pool_cap - d->pool_n <= *n)
			return false;
		d->pool[d->pool_n + (*n)++] = i;
	}
	return true;
}

/*
 * Where a state goes on a column: a row with its marks, HIT, or UNKNOWN when the
 * cache is full. At the edge of the data only MATCHED and HIT mean anything.
 */
static uint32_t
step(struct re_dfa *d, const struct re_run *r, uint32_t state, uint32_t column)
{
	const struct state from = d->state[state];
	bool edge = column == d->edge;
	uint8_t sample = edge ? 0 : d->bytes.sample[column % d->bytes.classes];
	enum re_kind kind = re_kind_of(r, edge ? -1 : sample);
	struct re_list *l = follow(d, r, &from, kind, column);
	struct state to = { .set = d->pool_n, .kind = (uint8_t)kind };
	uint32_t i, t;

	r->vm->steps += l->n + 1;
	if (l->match && d->stop)
		return HIT;
	if (edge)
		return SPECIAL | (l->match ? MATCHED : 0);
	to.matched = l->match;
	if (d->work >= d->most || !gather(d, r, l, sample, &to.n))
		return UNKNOWN;
	i = state_intern(d, &to);
	if (i == UNKNOWN)
		return UNKNOWN;
	t = i * d->stride;
	if (to.matched)
		t |= SPECIAL | MATCHED;
	else if (t == d->home)
		t |= SPECIAL | HOME;
	d->trans[state * d->stride + column] = t;
	return t;
}

/* Finds the bytes that do not lead from the first state to itself. */
static void
home_find(struct re_dfa *d, const struct re_run *r)
{
	uint32_t home = state_empty(d, RE_KIND_OTHER), leaving = 0;

	d->home = UNKNOWN;
	if ((r->prog->flags & RE_P_WORD) || home == UNKNOWN)
		return;
	d->home = home * d->stride;
	for (unsigned b = 0; b < 256; b++) {
		uint32_t t = d->trans[d->home + d->bytes.class[b]];

		if (t == UNKNOWN)
			t = step(d, r, home, d->bytes.class[b]);
		d->leaves[b] = t != (d->home | SPECIAL | HOME);
		leaving += d->leaves[b];
	}
	if (leaving > 128) /* most bytes leave: no use in skipping */
		d->home = UNKNOWN;
	cache_clear(d);
	if (state_empty(d, RE_KIND_OTHER) * d->stride != d->home)
		d->home = UNKNOWN;
}

/* Programs are told apart by address and a sample: a database may be mapped anew. */
static uint64_t
key_of(const struct re_prog *p)
{
	uint32_t n = p->size < KEY_SAMPLE ? p->size : KEY_SAMPLE;
	const uint8_t *b = (const uint8_t *)p;
	uint64_t h = 14695981039346656037ULL, v;

	for (uint32_t i = 0; i + 8 <= n; i += 8) {
		memcpy(&v, b + i, 8);
		h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return h;
}

static void
dfa_use(struct re_dfa *d, const struct re_run *r, bool stop)
{
	uint32_t n = r->back ? r->prog->rev_n : r->prog->fwd_n;
	uint64_t key = key_of(r->prog);

	if (d->prog == r->prog && d->key == key && d->back == r->back && d->stop == stop)
		return;
	d->prog = r->prog;
	d->key = key;
	d->back = r->back;
	d->stop = stop;
	r->vm->steps += n / 8;
	classes_find(d, r, n);
	chains_find(d, r, n);
	cache_clear(d);
	d->work = 0;
	d->most = UINT64_MAX;
	home_find(d, r);
}

/* One pass over the data. */
struct scan {
	struct re_dfa *d;
	const struct re_run *r;
	struct re_sink *sink;
	uint64_t pos, since; /* since: where there was room the last time */
	uint64_t had;        /* work that had been done then */
	uint32_t row;
	unsigned early; /* times that it was not worth while */
	uint64_t skipped, skips;
	bool any;
};

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Hands over to the simulation: it wants the list of the states at pos. */
static enum re_answer
give_up(struct scan *s)
{
	const struct re_run *r = s->r;
	const struct state *st = &s->d->state[s->row / s->d->stride];
	struct re_list *cur = &r->pair->cur;
	struct re_ctx ctx = re_ctx_at(r, s->pos);
	enum re_answer a;

	re_list_begin(r->vm->scratch, cur);
	for (uint32_t i = 0; i < st->n; i++)
		re_list_add(r, cur, s->d->pool[st->set + i], ctx);
	a = re_bits_scan(r, s->pos, &s->d->bytes, s->sink);
	return a == RE_NO && s->any ? RE_YES : a;
}

/* Empties the cache but for the state of the scan; false: not even that has room. */
static bool
empty(struct scan *s)
{
	struct re_dfa *d = s->d;
	struct state st = d->state[s->row / d->stride];
	uint32_t i;

	cache_clear(d);
	if (d->home != UNKNOWN)
		state_empty(d, RE_KIND_OTHER);
	memmove(d->pool, d->pool + st.set, st.n * sizeof(uint32_t));
	st.set = 0;
	i = state_intern(d, &st);
	if (i == UNKNOWN)
		return false;
	s->row = i * d->stride;
	return true;
}

/*
 * A state is as dear as some hundred bytes. So a pattern that goes on making new ones is
 * noticed while they are few. False: it is not worth while.
 */
static bool
make_room(struct scan *s)
{
	struct re_dfa *d = s->d;
	bool full = d->work < d->most;

	if (distance(s->pos, s->since) < (d->work - s->had) * WORTH &&
	    ++s->early > PATIENCE)
		return false;
	if (!full)
		d->most += d->work - s->had + FEW;
	if (full && !empty(s))
		return false;
	s->since = s->pos;
	s->had = d->work;
	return true;
}

/* The first state becomes one like the others: it is left too soon for skipping. */
static void
stay_home(struct scan *s)
{
	s->d->home = UNKNOWN;
	cache_clear(s->d);
	s->row = state_empty(s->d, RE_KIND_OTHER) * s->d->stride;
	s->since = s->pos;
	s->had = s->d->work;
}

/* Runs over bytes that change nothing in the first state. */
static void
skip(struct scan *s)
{
	const bool *leaves = s->d->leaves;
	const uint8_t *p = s->r->data.p;
	uint64_t at = s->pos, n = s->r->data.n;

	if (s->r->back)
		while (at > 0 && !leaves[p[at - 1]])
			at--;
	else
		while (at < n && !leaves[p[at]])
			at++;
	s->skipped += distance(at, s->pos);
	s->pos = at;
	if (++s->skips == SKIPS && s->skipped < SKIPS * SKIP_MIN)
		stay_home(s);
	if (s->skips == SKIPS)
		s->skips = s->skipped = 0;
}

/* The column of the byte that is next at pos. */
static uint32_t
column_at(const struct scan *s, uint64_t pos)
{
	const struct re_bytes *b = &s->d->bytes;
	uint32_t class = b->class[s->r->data.p[s->r->back ? pos - 1 : pos]];

	return re_wide_words(s->r) && re_word_edge(s->r, pos) ? class + b->classes
							      : class;
}

static bool
scan_done(const struct scan *s)
{
	return s->r->back ? s->pos == 0 : s->pos == s->r->data.n;
}

/* run() for the wide \b. */
static uint32_t
run_wide(struct scan *s)
{
	uint32_t t = 0;

	while (!scan_done(s)) {
		t = s->d->trans[s->row + column_at(s, s->pos)];
		if (t & SPECIAL)
			break;
		s->row = t;
		s->pos = s->r->back ? s->pos - 1 : s->pos + 1;
	}
	return t;
}

/* The hot loop: to the next transition that is more than a step. */
static uint32_t
run(struct scan *s)
{
	const uint32_t *trans = s->d->trans;
	const uint8_t *class = s->d->bytes.class, *p = s->r->data.p + s->pos;
	const uint8_t *end = s->r->data.p + (s->r->back ? 0 : s->r->data.n);
	uint32_t row = s->row, t = 0;

	if (s->r->back) {
		for (; p > end; p--, row = t)
			if ((t = trans[row + class[p[-1]]]) & SPECIAL)
				break;
	} else {
		for (; p < end; p++, row = t)
			if ((t = trans[row + class[*p]]) & SPECIAL)
				break;
	}
	s->row = row;
	s->pos = (uint64_t)(p - s->r->data.p);
	return t;
}

/* A match that ends at pos (or starts there, backwards). False: enough. */
static bool
report(struct scan *s)
{
	s->any = true;
	return s->sink != NULL && s->sink->found(s->sink, s->pos);
}

/* At the end of the data. */
static enum re_answer
finish(struct scan *s)
{
	uint32_t t = step(s->d, s->r, s->row / s->d->stride, s->d->edge);

	if (t == HIT || (t & MATCHED))
		report(s);
	return s->any ? RE_YES : RE_NO;
}

/* A special transition on the byte at pos. RE_NO: go on. */
static enum re_answer
turn(struct scan *s, uint32_t t)
{
	struct re_dfa *d = s->d;
	uint32_t column = column_at(s, s->pos);

	if (t == UNKNOWN) {
		t = step(d, s->r, s->row / d->stride, column);
		if (t == UNKNOWN && make_room(s))
			t = step(d, s->r, s->row / d->stride, column);
		if (t == UNKNOWN)
			return RE_LIMIT;
	}
	if (t == HIT || (t & SPECIAL && t & MATCHED)) {
		if (!report(s))
			return RE_YES;
	}
	s->row = ROW_OF(t);
	s->pos = s->r->back ? s->pos - 1 : s->pos + 1;
	if (t & SPECIAL && t & HOME)
		skip(s);
	return RE_NO;
}

static enum re_answer
scan(struct scan *s)
{
	while (!scan_done(s)) {
		uint64_t from = s->pos;
		uint32_t t = re_wide_words(s->r) ? run_wide(s) : run(s);
		enum re_answer a = RE_NO;

		if (!scan_done(s))
			a = turn(s, t);
		if (a == RE_LIMIT)
			return give_up(s);
		if (!re_charge(s->r->vm, distance(s->pos, from)))
			return RE_LIMIT;
		if (a == RE_YES)
			return RE_YES;
	}
	return finish(s);
}

enum re_answer
re_dfa_scan(const struct re_run *r, uint64_t pos, struct re_sink *sink)
{
	struct scan s = { .r = r, .sink = sink, .pos = pos, .since = pos };
	struct re_dfa *d = s.d = r->vm->scratch->dfa;
	uint64_t left = r->back ? pos : r->data.n - pos;
	uint32_t states = r->back ? r->prog->rev_n : r->prog->fwd_n;
	int before = -1;

	if (d == NULL || left < SMALL || left < states / 16) {
		re_list_begin(r->vm->scratch, &r->pair->cur);
		return re_nfa_scan(r, pos, sink);
	}
	dfa_use(d, r, sink == NULL);
	s.had = d->work;
	d->most = d->work + FEW;
	if (r->back ? pos < r->data.n : pos > 0)
		before = r->data.p[r->back ? pos : pos - 1];
	s.row = state_empty(d, re_kind_of(r, before));
	if (s.row == UNKNOWN) {
		cache_clear(d);
		d->home = UNKNOWN;
		s.row = state_empty(d, re_kind_of(r, before));
	}
	if (s.row == UNKNOWN) {
		re_list_begin(r->vm->scratch, &r->pair->cur);
		return re_nfa_scan(r, pos, sink);
	}
	s.row *= d->stride;
	return scan(&s);
}
