/*
 * pass.c - the passes themselves: triggers first, then whatever conditions ask for, all
 * of it in one more pass each time. A pass that a budget ended leaves its patterns
 * unknown; nothing is called absent that was not searched to the end.
 */
#include "match/hits_state.h"

static bool
ids_add(struct hits *h, struct ids *l, uint32_t id)
{
	if (l->n == l->cap) {
		void *v = arena_grow(h->o.object, l->v, &l->cap, l->n + 1, sizeof(*l->v));

		if (v == NULL)
			return false;
		l->v = v;
	}
	l->v[l->n++] = id;
	return true;
}

void
part_defer(struct hits *h, uint32_t part)
{
	if (!ids_add(h, &h->defer, part))
		hits_cut(h, db_part(h->db, part)->pattern, "too little memory");
}

static bool
on_hits(void *arg, const struct filter_hit *hit, size_t n)
{
	struct hits *h = arg;

	for (size_t i = 0; i < n; i++)
		judge_hit(h, &hit[i]);
	return !h->spent;
}

static struct filter_ctx
context(struct hits *h)
{
	return (struct filter_ctx){ .scratch = h->scratch,
		.hits = on_hits,
		.arg = h,
		.done = h->done,
		.ndone = h->db->nparts,
		.generation = h->gen,
		.local = true,
		.limit = HITS_SLICE,
		.more = hits_pass_more };
}

/* What a pass says: it ends early when the object's budget is spent, and only then. */
static void
pass_begin(struct hits *h, struct filter_ctx *c)
{
	h->pass = c;
	h->told_pass = 0;
}

static void
pass_end(struct hits *h, enum err e)
{
	if (h->spent)
		hits_cut(h, DB_NONE, "too much work");
	else if (e != OK)
		hits_cut(h, DB_NONE, "the filter is damaged");
}

static void
count(struct hits *h, const struct filter_ctx *c)
{
	h->stats.anchors += c->anchors;
	h->stats.candidates += c->candidates;
	h->stats.compares += c->compares;
	h->stats.steps += c->steps;
	h->pass = NULL;
}

/* Parts whose atoms were too frequent get their linear search. */
static void
search_deferred(struct hits *h)
{
	for (size_t i = 0; i < h->defer.n && !h->spent; i++)
		judge_search(h, h->defer.v[i]);
	h->defer.n = 0;
}

/* One region after the other; list NULL: the triggers of f. */
static enum err
run_filter(
    struct hits *h, const struct filter *f, const struct ids *list, struct filter_ctx *c)
{
	for (uint32_t i = 0; i < h->object.n; i++) {
		hits_enter(h, &h->object.p[i]);
		TRY(list ? filter_dyn(f, list->v, list->n, h->file, c)
			 : filter_scan(f, h->file, c));
	}
	return OK;
}

void
hits_first(struct hits *h)
{
	struct filter_ctx c = context(h);

	if ((h->db->head->gates & h->gates) == 0) {
		h->first_done = true;
		return;
	}
	h->first_pass = true;
	pass_begin(h, &c);
	pass_end(h, run_filter(h, h->gates & 1 ? &h->filter : &h->filter2, NULL, &c));
	count(h, &c);
	search_deferred(h);
	h->first_pass = false;
	h->first_done = !h->spent;
}

bool
hits_want(struct hits *h, uint32_t pattern, bool all)
{
	struct pattern_state *p = pattern_state(h, pattern);

	/* what is absent has nothing to list either */
	if (p == NULL || p->answer == HITS_NO)
		return false;
	all |= (db_pattern(h->db, pattern)->flags & DB_PAT_ALL) != 0;
	if (all ? p->listed : p->answer != HITS_UNKNOWN)
		return false;
	p->all |= all;
	if (p->wanted)
		return true;
	p->wanted = true;
	if (!ids_add(h, &h->want, pattern))
		hits_cut(h, pattern, "too little memory");
	return true;
}

/* Prepares a part for the coming pass; its needles go to list. */
static void
part_begin(struct hits *h, uint32_t part, bool all, struct ids *list)
{
	const struct db_part *p = db_part(h->db, part);
	struct part_work *w = part_work(h, part);

	if (w == NULL || part >= h->db->nparts) {
		hits_cut(h, p->pattern, "too little memory");
		return;
	}
	*w = (struct part_work){ .all = all };
	h->done[part] = 0;
	if (p->flags & DB_PART_ATOMLESS) {
		w->searched = true;
		part_defer(h, part);
		return;
	}
	if (p->needle > h->filter.nneedles ||
	    p->nneedles > h->filter.nneedles - p->needle) {
		hits_cut(h, p->pattern, "a damaged database");
		return;
	}
	for (uint32_t i = 0; i < p->nneedles; i++)
		if (!ids_add(h, list, p->needle + i)) {
			hits_cut(h, p->pattern, "too little memory");
			return;
		}
}

static void
pattern_begin(struct hits *h, uint32_t pattern, struct ids *list)
{
	const struct db_pattern *d = db_pattern(h->db, pattern);
	struct pattern_state *p = pattern_state(h, pattern);

	for (uint32_t i = 0; i < db_pattern_nparts(h->db, d); i++)
		part_begin(h, d->part + i, p->all || d->nparts > 1, list);
}

/* The list of a pattern that is all there; chains are joined. */
static enum err
pattern_list(struct hits *h, const struct db_pattern *d, struct hit_list *out)
{
	for (uint32_t i = 0; i < db_pattern_nparts(h->db, d); i++) {
		struct part_work *w = part_work(h, d->part + i);
		bool greedy = (d->flags & DB_PAT_GREEDY) != 0;

		if (w == NULL)
			return ERR_LIMIT;
		TRY(list_finish(h, &w->list, greedy));
		if (d->nparts == 1)
			*out = w->list;
	}
	return d->nparts == 1 ? OK : chain_join(h, d, out);
}

static void
pattern_end(struct hits *h, uint32_t pattern)
{
	const struct db_pattern *d = db_pattern(h->db, pattern);
	struct pattern_state *p = pattern_state(h, pattern);
	struct hit_list *l;

	p->wanted = false;
	if (h->spent) /* it stays unknown */
		return;
	if (!p->all && d->nparts == 1) {
		if (p->answer == HITS_UNKNOWN)
			p->answer = HITS_NO;
		return;
	}
	l = ARENA_NEW(h->o.object, struct hit_list);
	if (l == NULL || pattern_list(h, d, l) != OK)
		hits_cut(h, pattern, "too little memory");
	if (l != NULL && l->cut)
		hits_cut(h, pattern, "too many matches");
	p->list = l;
	p->listed = true;
	p->answer = l && l->n > 0 ? HITS_YES : HITS_NO;
}

void
hits_search(struct hits *h)
{
	struct filter_ctx c = context(h);
	struct ids list = { 0 };

	for (size_t i = 0; i < h->want.n && !h->spent; i++)
		pattern_begin(h, h->want.v[i], &list);
	pass_begin(h, &c);
	if (list.n > 0)
		pass_end(h, run_filter(h, &h->filter, &list, &c));
	count(h, &c);
	search_deferred(h);
	for (size_t i = 0; i < h->want.n; i++)
		pattern_end(h, h->want.v[i]);
	h->want.n = 0;
	h->stats.passes++;
}

enum err
hits_regex(struct hits *h, uint32_t re, struct bytes s, bool *found)
{
	const struct re_prog *prog = hits_program(h, re);
	enum re_answer r;

	if (prog == NULL)
		return ERR_FORMAT;
	hits_regex_begin(h);
	r = re_search(&h->vm, prog, s, 0);
	hits_regex_end(h);
	switch (r) {
	case RE_YES: *found = true; return OK;
	case RE_NO: *found = false; return OK;
	case RE_LIMIT: break;
	}
	return ERR_LIMIT;
}
