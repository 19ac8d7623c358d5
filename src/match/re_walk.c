/*
 * re_walk.c - small automata for the runs that verify an atom, kept from hit to hit.
 *
 * Where an atom is frequent its regex is run from the same state again and again, and
 * fails after some bytes each time. So each such start has a little deterministic
 * automaton, made as far as data asked for it: a byte costs one load. There are some
 * tens of them, for the starts that were last in use. One that grows too much is not
 * kept: its runs are simulated, as before there was this file.
 */
#include <stdlib.h>

#include "match/re_run.h"

#define STATES 250u /* of one automaton */
#define POOL   4096u
#define SET    128u /* NFA states in a set, at most */
#define WAYS   2u
#define WALKS  128u
#define FRESH  64u /* a walk as young as this is not given up for another one */

/* More than states, in a table of transitions. */
enum { DEAD = STATES, HIT, UNKNOWN };

#define PATIENCE 3u /* times a walk may be emptied early */
#define WORTH    8u /* bytes that a state has to serve */

struct state {
	uint32_t hash;
	uint16_t at, n; /* in the pool */
	uint8_t kind;   /* enum re_kind */
};

struct walk {
	const struct re_prog *prog;
	uint32_t entry;
	bool back, hopeless;
	uint8_t kind, early;
	uint32_t used; /* when: re_walks.now */
	uint32_t states, pool_n;
	uint64_t served; /* bytes, since it was empty */
	struct tables *t;
};

/* Apart from the heads: a page that is never touched is never there. */
struct tables {
	struct state state[STATES];
	uint32_t pool[POOL];
	uint8_t trans[STATES][256]; /* row_of() a state */
};

struct re_walks {
	uint32_t sets, now; /* sets of WAYS walks; runs so far */
	struct walk walk[WALKS];
	struct tables tables[];
};

struct re_walks *
re_walks_new(size_t bytes)
{
	size_t sets = bytes / (WAYS * sizeof(struct tables));
	struct re_walks *w;

	sets = sets > WALKS / WAYS ? WALKS / WAYS : sets;
	w = calloc(1, sizeof(*w) + sets * WAYS * sizeof(struct tables));
	for (size_t i = 0; w != NULL && i < sets * WAYS; i++)
		w->walk[i].t = &w->tables[i];
	if (w != NULL)
		w->sets = (uint32_t)sets;
	return w;
}

void
re_walks_forget(struct re_walks *w)
{
	for (uint32_t i = 0; w != NULL && i < w->sets * WAYS; i++)
		w->walk[i].prog = NULL;
}

/* With the wide \b a state has two rows: for where it does not hold, and where it does.
 */
static uint32_t
row_of(const struct re_run *r, uint32_t state, bool word)
{
	return re_wide_words(r) ? 2 * state + word : state;
}

static void
clear(struct walk *w)
{
	w->states = w->pool_n = 0;
	w->served = 0;
}

/* The walk of a start, maybe an empty one; NULL: all that it could be are in use. */
static struct walk *
walk_of(struct re_walks *all, const struct re_run *r, uint32_t entry, uint8_t kind)
{
	uint64_t h = ((uintptr_t)r->prog / RE_ALIGN + entry * 2u + r->back) *
		     0x9e3779b97f4a7c15ULL;
	struct walk *set = all->walk + (h >> 32) % all->sets * WAYS, *oldest = set;

	all->now++;
	for (struct walk *w = set; w < set + WAYS; w++) {
		if (w->prog == r->prog && w->entry == entry && w->back == r->back &&
		    w->kind == kind) {
			w->used = all->now;
			return w;
		}
		if (w->prog == NULL || (oldest->prog != NULL &&
					   all->now - w->used > all->now - oldest->used))
			oldest = w;
	}
	if (oldest->prog != NULL && all->now - oldest->used < FRESH)
		return NULL;
	*oldest = (struct walk){ .prog = r->prog,
		.entry = entry,
		.back = r->back,
		.kind = kind,
		.used = all->now,
		.t = oldest->t };
	return oldest;
}

/* The state of a set behind the end of the pool; UNKNOWN: no room. */
static uint8_t
intern(struct walk *w, const struct re_run *r, uint32_t n, uint8_t kind)
{
	uint32_t rows = re_wide_words(r) ? 2 : 1;
	const uint32_t *set = w->t->pool + w->pool_n;
	uint32_t h = 2166136261u ^ kind;

	for (uint32_t i = 0; i < n; i++)
		h = (h ^ set[i]) * 16777619u;
	for (uint32_t i = 0; i < w->states; i++) {
		const struct state *s = &w->t->state[i];

		if (s->hash == h && s->n == n && s->kind == kind &&
		    memcmp(w->t->pool + s->at, set, n * sizeof(*set)) == 0)
			return (uint8_t)i;
	}
	if (w->states == STATES / rows)
		return UNKNOWN;
	w->t->state[w->states] = (struct state){
		.hash = h, .at = (uint16_t)w->pool_n, .n = (uint16_t)n, .kind = kind
	};
	memset(w->t->trans[w->states * rows], UNKNOWN, rows * sizeof(w->t->trans[0]));
	w->pool_n += n;
	return (uint8_t)w->states++;
}

/* All that a state at pos leads to without reading, when a byte of this kind is next. */
static struct re_list *
follow(const struct walk *w, const struct re_run *r, uint8_t state, uint64_t pos,
    enum re_kind next)
{
	const struct state *s = &w->t->state[state];
	struct re_list *l = &r->pair->nxt;
	struct re_ctx ctx = re_between(r, (enum re_kind)s->kind, next);

	if (re_wide_words(r))
		ctx.word = re_word_edge(r, pos);
	re_list_begin(r->vm->scratch, l);
	for (uint32_t i = 0; i < s->n; i++)
		re_list_add(r, l, w->t->pool[s->at + i], ctx);
	r->vm->steps += l->n + s->n;
	return l;
}

/* Puts the states behind a byte behind the end of the pool, sorted; false: no room. */
static bool
gather(struct walk *w, const struct re_run *r, const struct re_list *l, uint8_t byte,
    uint32_t *out)
{
	uint32_t *set = w->t->pool + w->pool_n, n = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		const struct re_state *s = &r->st[l->s[i]];
		uint32_t k = n;

		if (!re_reads(r, s, byte))
			continue;
		if (n == SET || w->pool_n + n == POOL)
			return false;
		for (; k > 0 && set[k - 1] >= s->x; k--)
			set[k] = set[k - 1];
		if (k < n && set[k] == s->x) {
			/* there it is already: the rest moves back */
			memmove(set + k, set + k + 1, (n - k) * sizeof(*set));
			n--;
		}
		set[k] = s->x;
		n++;
	}
	*out = n;
	return true;
}

/* Where a state at pos goes on the next byte; UNKNOWN: there is no room for it. */
static uint8_t
step(struct walk *w, const struct re_run *r, uint8_t state, uint64_t pos)
{
	uint8_t byte = r->data.p[r->back ? pos - 1 : pos];
	enum re_kind kind = re_kind_of(r, byte);
	const struct re_list *l = follow(w, r, state, pos, kind);
	uint8_t to = HIT;
	uint32_t n;

	if (!l->match) {
		if (!gather(w, r, l, byte, &n))
			return UNKNOWN;
		to = n > 0 ? intern(w, r, n, (uint8_t)kind) : DEAD;
	}
	if (to != UNKNOWN)
		w->t->trans[row_of(r, state, re_wide_words(r) && re_word_edge(r, pos))]
			   [byte] = to;
	return to;
}

/* run() for the wide \b. */
static uint8_t
run_wide(const struct walk *w, const struct re_run *r, uint8_t *state, uint64_t *pos)
{
	uint64_t end = r->back ? 0 : r->data.n, at = *pos;
	uint8_t t = *state;

	while (at != end) {
		uint32_t row = row_of(r, *state, re_word_edge(r, at));

		t = w->t->trans[row][r->data.p[r->back ? at - 1 : at]];
		if (t >= DEAD)
			break;
		*state = t;
		at = r->back ? at - 1 : at + 1;
	}
	*pos = at;
	return t;
}

/* From state on; *pos ends where the transition that is returned was taken. */
static uint8_t
run(const struct walk *w, const struct re_run *r, uint8_t *state, uint64_t *pos)
{
	const uint8_t *p = r->data.p + *pos;
	const uint8_t *end = r->data.p + (r->back ? 0 : r->data.n);
	uint8_t s = *state, t = s;

	if (r->back) {
		for (; p > end && (t = w->t->trans[s][p[-1]]) < DEAD; p--)
			s = t;
	} else {
		for (; p < end && (t = w->t->trans[s][*p]) < DEAD; p++)
			s = t;
	}
	*state = s;
	*pos = (uint64_t)(p - r->data.p);
	return p == end ? s : t;
}

/* No room any more: begins anew, where that was worth it. The run at hand is simulated.
 */
static void
overflow(struct walk *w)
{
	w->hopeless = w->served < w->states * WORTH && ++w->early > PATIENCE;
	clear(w);
}

static enum re_answer
go(struct walk *w, const struct re_run *r, uint64_t pos, bool *can)
{
	uint64_t end = r->back ? 0 : r->data.n, from = pos;
	uint8_t s = 0, t;

	for (;;) {
		uint64_t at = pos;

		t = re_wide_words(r) ? run_wide(w, r, &s, &pos) : run(w, r, &s, &pos);
		if (!re_charge(r->vm, at > pos ? at - pos : pos - at))
			return RE_LIMIT;
		if (pos == end) {
			t = follow(w, r, s, pos, RE_KIND_EDGE)->match ? HIT : DEAD;
			break;
		}
		if (t == UNKNOWN)
			t = step(w, r, s, pos);
		if (t >= DEAD)
			break;
		s = t;
		pos = r->back ? pos - 1 : pos + 1;
	}
	w->served += from > pos ? from - pos : pos - from;
	re_saw(r->vm, pos, pos + 1);
	*can = t != UNKNOWN;
	if (!*can)
		overflow(w);
	return t == HIT ? RE_YES : RE_NO;
}

/* The kind of the byte before pos, in the run's direction. */
static enum re_kind
kind_before(const struct re_run *r, uint64_t pos)
{
	if (r->back)
		return re_kind_of(r, pos < r->data.n ? r->data.p[pos] : -1);
	return re_kind_of(r, pos > 0 ? r->data.p[pos - 1] : -1);
}

enum re_answer
re_walk_exists(const struct re_run *r, uint32_t state, uint64_t pos, bool *can)
{
	struct re_walks *all = r->vm->scratch->walks;
	enum re_kind kind;
	struct walk *w;

	*can = false;
	if (!r->vm->often || all == NULL || all->sets == 0)
		return RE_NO;
	kind = kind_before(r, pos);
	w = walk_of(all, r, state, (uint8_t)kind);
	if (w == NULL || w->hopeless)
		return RE_NO;
	if (w->states == 0) {
		w->t->pool[0] = state;
		intern(w, r, 1, (uint8_t)kind);
	}
	return go(w, r, pos, can);
}
