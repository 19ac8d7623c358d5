/*
 * list.c - lists of matches: kept in the object's arena up to HITS_MATCHES_MAX, sorted
 * once at the end, one match a start. YARA's choice among several with one start is in
 * better().
 */
#include "base/sort.h"
#include "match/hits_state.h"

enum err
list_add(struct hits *h, struct hit_list *l, const struct hit *hit)
{
	if (l->n >= HITS_MATCHES_MAX) {
		l->cut = true;
		return ERR_LIMIT;
	}
	if (l->n == l->cap) {
		void *v = arena_grow(h->o.object, l->v, &l->cap, l->n + 1, sizeof(*l->v));

		if (v == NULL) {
			l->cut = true;
			return ERR_LIMIT;
		}
		l->v = v;
	}
	l->v[l->n++] = *hit;
	return OK;
}

size_t
list_before(const struct hit_list *l, uint64_t off)
{
	size_t lo;

	SORT_FIRST(lo, l->n, l->v[lo].off >= off);
	return lo;
}

static bool
sorted(const struct hit_list *l)
{
	for (size_t i = 1; i < l->n; i++)
		if (l->v[i - 1].off > l->v[i].off)
			return false;
	return true;
}

/* Merges the sorted runs [0, mid) and [mid, n) of from into to. */
static void
merge(struct hit *to, const struct hit *from, size_t mid, size_t n)
{
	size_t a = 0, b = mid;

	for (size_t i = 0; i < n; i++) {
		bool left = a < mid && (b >= n || from[a].off <= from[b].off);
		to[i] = left ? from[a++] : from[b++];
	}
}

/* Merge sort from the bottom up: stable, and no malloc as in qsort. */
static enum err
sort_list(struct hits *h, struct hit_list *l)
{
	struct hit *from = l->v, *to = ARENA_ARRAY(h->o.object, l->n, struct hit);

	if (to == NULL)
		return ERR_LIMIT;
	for (size_t run = 1; run < l->n; run *= 2) {
		for (size_t at = 0; at < l->n; at += 2 * run) {
			size_t n = l->n - at < 2 * run ? l->n - at : 2 * run;
			merge(to + at, from + at, n < run ? n : run, n);
		}
		struct hit *t = from;
		from = to;
		to = t;
	}
	l->v = from;
	l->cap = l->n;
	return OK;
}

/* Which of two matches with one start counts. The ascii form: YARA tries the wide one
 * where that fails. Of one form, the longest if the pattern has a greedy quantifier, else
 * the shortest. */
static bool
better(const struct hit *v, const struct hit *than, bool longest)
{
	if (v->wide != than->wide)
		return than->wide;
	return v->len != than->len && (v->len > than->len) == longest;
}

enum err
list_finish(struct hits *h, struct hit_list *l, bool longest)
{
	size_t n = 0;

	if (!sorted(l))
		TRY(sort_list(h, l));
	for (size_t i = 0; i < l->n; i++) {
		struct hit *last = n ? &l->v[n - 1] : NULL;

		if (last == NULL || last->off != l->v[i].off)
			l->v[n++] = l->v[i];
		else if (better(&l->v[i], last, longest))
			*last = l->v[i];
	}
	l->n = n;
	return OK;
}
