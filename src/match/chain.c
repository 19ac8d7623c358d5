/*
 * chain.c - patterns with long jumps: their parts are found one by one and joined here,
 * in time linear in the matches of the parts (times the logarithm of a search in sorted
 * lists).
 */
#include "match/hits_state.h"

/*
 * A chain is parts with gaps. From the last part backwards, each match of a part
 * learns where the chain that starts there ends: at the end of the first match
 * of the next part that lies in the gap and itself leads to the end. Lists are
 * sorted and pointers only look ahead, so a chain of k parts costs its matches
 * times log of them.
 */

/* alive[i]: the first match at or after i that leads to the end; n: none. */
static uint32_t *
alive_of(struct hits *h, const struct hit_list *l, const uint64_t *end)
{
	uint32_t *alive = ARENA_ARRAY(h->o.object, l->n + 1, uint32_t);

	if (alive == NULL)
		return NULL;
	alive[l->n] = (uint32_t)l->n;
	for (size_t i = l->n; i-- > 0;)
		alive[i] = end[i] != UINT64_MAX ? (uint32_t)i : alive[i + 1];
	return alive;
}

/* The last address of the region that holds this one: no chain goes beyond. */
static uint64_t
edge(const struct hits *h, uint64_t off)
{
	const struct region *r = region_before(&h->object, off);

	return r ? num_add(r->base, r->data.n) : 0;
}

/* Where the chains that start with the matches of l end, given those of next. */
static enum err
ends_of(struct hits *h, const struct hit_list *l, const struct hit_list *next,
    const struct db_part *gap, uint64_t **end)
{
	uint64_t *e = ARENA_ARRAY(h->o.object, l->n + 1, uint64_t);
	uint32_t *alive = alive_of(h, next, *end);

	if (e == NULL || alive == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < l->n; i++) {
		uint64_t from = num_add(l->v[i].off + l->v[i].len, gap->gap_min);
		uint64_t to = gap->gap_max == DB_NONE
				  ? UINT64_MAX
				  : num_add(l->v[i].off + l->v[i].len, gap->gap_max);
		size_t k = alive[list_before(next, from)];

		if (h->object.n > 1 && to > edge(h, l->v[i].off))
			to = edge(h, l->v[i].off) - 1;
		e[i] = k < next->n && next->v[k].off <= to ? (*end)[k] : UINT64_MAX;
	}
	*end = e;
	return OK;
}

static enum err
tail_ends(struct hits *h, const struct hit_list *l, uint64_t **end)
{
	uint64_t *e = ARENA_ARRAY(h->o.object, l->n + 1, uint64_t);

	if (e == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < l->n; i++)
		e[i] = l->v[i].off + l->v[i].len;
	*end = e;
	return OK;
}

enum err
chain_join(struct hits *h, const struct db_pattern *p, struct hit_list *out)
{
	const struct hit_list *l = NULL;
	uint64_t *end = NULL;

	for (uint32_t i = db_pattern_nparts(h->db, p); i-- > 0;) {
		struct part_work *w = part_work(h, p->part + i);
		const struct hit_list *next = l;

		if (w == NULL)
			return ERR_LIMIT;
		l = &w->list;
		out->cut |= l->cut;
		if (next == NULL)
			TRY(tail_ends(h, l, &end));
		else
			TRY(ends_of(h, l, next, db_part(h->db, p->part + i + 1), &end));
	}
	for (size_t i = 0; l != NULL && i < l->n; i++) {
		struct hit hit = l->v[i];

		if (end[i] == UINT64_MAX)
			continue;
		hit.len = end[i] - hit.off < UINT32_MAX ? (uint32_t)(end[i] - hit.off)
							: UINT32_MAX;
		TRY(list_add(h, out, &hit));
	}
	return OK;
}
