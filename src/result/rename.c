#include "result/rename.h"

#include "base/sort.h"
#include "result/named.h"

#define SKETCH  32 /* smallest hashes that are kept of an item */
#define ALIKE   12 /* of SKETCH in common: about four tenths of the content */
#define SHINGLE 16 /* bytes */
#define COPIES  8  /* of one size and digest that are compared with each */

struct rename_sketch {
	uint64_t least[SKETCH]; /* ascending */
	uint32_t n;
};

/* One side's items in the order of a key, without those that have a partner. */
struct order {
	struct rename_item **v;
	uint32_t n;
};

typedef int order_fn(const void *x, const void *y);

static void
join(struct rename_job *j, struct rename_item *a, struct rename_item *b)
{
	a->mate = (uint32_t)(b - j->side[1].v) + 1;
	b->mate = (uint32_t)(a - j->side[0].v) + 1;
}

static bool
is_late(const struct rename_job *j)
{
	return j->late != NULL && j->late(j->arg);
}

/* --- by keys -------------------------------------------------------------- */

static int
by_digest(const void *x, const void *y)
{
	const struct rename_item *a = *(struct rename_item *const *)x;
	const struct rename_item *b = *(struct rename_item *const *)y;

	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->digest < b->digest ? -1 : a->digest > b->digest;
}

static int
by_form(const void *x, const void *y)
{
	return bytes_cmp((*(struct rename_item *const *)x)->form,
	    (*(struct rename_item *const *)y)->form);
}

/* The sort is stable: equal ones stay in the order of their names. */
static enum err
order_of(
    struct rename_job *j, const struct rename_side *s, order_fn *cmp, struct order *out)
{
	*out =
	    (struct order){ .v = ARENA_ARRAY(j->arena, s->n + 1u, struct rename_item *) };
	if (out->v == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->v[i].mate == 0)
			out->v[out->n++] = &s->v[i];
	sort(out->v, out->n, sizeof(struct rename_item *), cmp);
	return OK;
}

static uint32_t
run_of(const struct order *o, uint32_t from, order_fn *cmp)
{
	uint32_t to = from + 1;

	while (to < o->n && cmp(&o->v[from], &o->v[to]) == 0)
		to++;
	return to - from;
}

/* What is done with na items of A and nb of B that have one key. */
typedef enum err group_fn(struct rename_job *j, struct rename_item **a, uint32_t na,
    struct rename_item **b, uint32_t nb);

static enum err
by_groups(struct rename_job *j, order_fn *cmp, group_fn *fn)
{
	struct order a, b;
	uint32_t i = 0, k = 0;

	TRY(order_of(j, &j->side[0], cmp, &a));
	TRY(order_of(j, &j->side[1], cmp, &b));
	while (i < a.n && k < b.n) {
		int c = cmp(&a.v[i], &b.v[k]);
		uint32_t na = run_of(&a, i, cmp), nb = run_of(&b, k, cmp);

		if (is_late(j))
			return ERR_LIMIT;
		if (c == 0)
			TRY(fn(j, &a.v[i], na, &b.v[k], nb));
		i += c <= 0 ? na : 0;
		k += c >= 0 ? nb : 0;
	}
	return OK;
}

static uint64_t
mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static enum err
digest(struct rename_job *j, unsigned side, struct rename_item *x)
{
	struct bytes w;
	uint64_t h = 1;

	for (uint64_t off = 0; off < x->size && off < RENAME_READ; off += w.n) {
		TRY(j->read(j->arg, side, x, off, &w));
		if (w.n == 0)
			break;
		for (size_t i = 0; i < w.n; i++)
			h = h * 0x100000001b3u + w.p[i] + 1;
	}
	x->digest = mix(h) | 1;
	return OK;
}

static enum err
digests(struct rename_job *j, struct rename_item **a, uint32_t na, struct rename_item **b,
    uint32_t nb)
{
	for (uint32_t i = 0; i < na; i++)
		TRY(digest(j, 0, a[i]));
	for (uint32_t i = 0; i < nb; i++)
		TRY(digest(j, 1, b[i]));
	return OK;
}

static enum err
join_same(struct rename_job *j, struct rename_item **a, uint32_t na,
    struct rename_item **b, uint32_t nb)
{
	uint32_t from = 0; /* of B: all before have a partner */

	for (uint32_t i = 0; i < na && a[0]->digest != 0; i++) {
		while (from < nb && b[from]->mate != 0)
			from++;
		for (uint32_t k = from; k < nb && k < from + COPIES; k++) {
			bool same = false;

			if (b[k]->mate == 0)
				TRY(j->same(j->arg, a[i], b[k], &same));
			if (!same)
				continue;
			join(j, a[i], b[k]);
			break;
		}
	}
	return OK;
}

static enum err
forms(struct rename_job *j)
{
	for (unsigned s = 0; s < 2; s++)
		for (uint32_t i = 0; i < j->side[s].n; i++) {
			struct rename_item *x = &j->side[s].v[i];
			uint8_t *p;

			if (x->mate != 0)
				continue;
			p = arena_alloc(j->arena, x->name.n + 1);
			if (p == NULL)
				return ERR_LIMIT;
			x->form = (struct bytes){ p, named_form(x->name, p) };
		}
	return OK;
}

/* Where several have one form, their content has to tell. */
static enum err
join_form(struct rename_job *j, struct rename_item **a, uint32_t na,
    struct rename_item **b, uint32_t nb)
{
	if (na == 1 && nb == 1)
		join(j, a[0], b[0]);
	return OK;
}

/* --- by likeness ---------------------------------------------------------- */

static void
keep_least(struct rename_sketch *s, uint64_t h)
{
	uint32_t i = s->n;

	if (s->n == SKETCH && h >= s->least[SKETCH - 1])
		return;
	for (uint32_t k = 0; k < s->n; k++)
		if (s->least[k] == h)
			return;
	if (s->n < SKETCH)
		s->n++;
	else
		i--;
	for (; i > 0 && s->least[i - 1] > h; i--)
		s->least[i] = s->least[i - 1];
	s->least[i] = h;
}

/* A polynomial over SHINGLE bytes, rolled; one shingle in four is taken. */
static void
sketch_add(struct rename_sketch *s, struct bytes w)
{
	const uint64_t base = 0x100000001b3u;
	uint64_t h = 0, out = 1;

	for (unsigned i = 0; i < SHINGLE; i++)
		out *= base;
	for (size_t i = 0; i < w.n; i++) {
		uint64_t v;

		h = h * base + w.p[i] + 1;
		if (i >= SHINGLE)
			h -= out * (w.p[i - SHINGLE] + 1u);
		v = mix(h);
		if (i + 1 >= SHINGLE && (v & 3) == 0)
			keep_least(s, v);
	}
}

static enum err
sketch_of(struct rename_job *j, unsigned side, struct rename_item *x)
{
	struct bytes w;

	x->sketch = ARENA_NEW(j->arena, struct rename_sketch);
	if (x->sketch == NULL)
		return ERR_LIMIT;
	for (uint64_t off = 0; off < x->size && off < RENAME_READ; off += w.n) {
		TRY(j->read(j->arg, side, x, off, &w));
		if (w.n == 0)
			break;
		sketch_add(x->sketch, w);
	}
	return OK;
}

/* The first RENAME_TRIED without a partner, in the order of their names. */
static enum err
left_of(struct rename_job *j, unsigned side, struct order *out)
{
	const struct rename_side *s = &j->side[side];

	*out = (struct order){ .v = ARENA_ARRAY(
				   j->arena, RENAME_TRIED, struct rename_item *) };
	if (out->v == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->v[i].mate != 0)
			continue;
		if (out->n < RENAME_TRIED)
			out->v[out->n++] = &s->v[i];
		else
			j->untried++;
	}
	return OK;
}

static unsigned
in_common(const struct rename_sketch *a, const struct rename_sketch *b)
{
	unsigned n = 0;

	for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
		uint64_t x = a->least[i], y = b->least[k];

		n += x == y;
		i += x <= y;
		k += y <= x;
	}
	return n;
}

typedef unsigned judge_fn(const struct rename_item *a, const struct rename_item *b);

static unsigned
same_form(const struct rename_item *a, const struct rename_item *b)
{
	return bytes_eq(a->form, b->form) ? 1 + in_common(a->sketch, b->sketch) : 0;
}

static unsigned
alike(const struct rename_item *a, const struct rename_item *b)
{
	unsigned n;

	if (a->kind != b->kind || a->size / 4 > b->size || b->size / 4 > a->size)
		return 0;
	n = in_common(a->sketch, b->sketch);
	return n >= ALIKE ? n : 0;
}

/* Each of A takes the best of B that is free. */
static enum err
join_best(struct rename_job *j, struct order *a, struct order *b, judge_fn *judge)
{
	for (uint32_t i = 0; i < a->n; i++) {
		struct rename_item *best = NULL;
		unsigned most = 0;

		for (uint32_t k = 0; k < b->n && a->v[i]->mate == 0; k++) {
			unsigned score = b->v[k]->mate ? 0 : judge(a->v[i], b->v[k]);

			if (score > most) {
				most = score;
				best = b->v[k];
			}
		}
		if (best != NULL)
			join(j, a->v[i], best);
		if (is_late(j))
			return ERR_LIMIT;
	}
	return OK;
}

static enum err
by_likeness(struct rename_job *j)
{
	struct order left[2];

	for (unsigned s = 0; s < 2; s++)
		TRY(left_of(j, s, &left[s]));
	if (left[0].n == 0 || left[1].n == 0) {
		j->untried = 0; /* there is nothing to be like */
		return OK;
	}
	for (unsigned s = 0; s < 2; s++)
		for (uint32_t i = 0; i < left[s].n; i++) {
			TRY(sketch_of(j, s, left[s].v[i]));
			if (is_late(j))
				return ERR_LIMIT;
		}
	TRY(join_best(j, &left[0], &left[1], same_form));
	return join_best(j, &left[0], &left[1], alike);
}

enum err
rename_pair(struct rename_job *j)
{
	j->untried = 0;
	if (j->side[0].n == 0 || j->side[1].n == 0)
		return OK;
	/* digests are still 0: groups are of one size */
	TRY(by_groups(j, by_digest, digests));
	TRY(by_groups(j, by_digest, join_same));
	TRY(forms(j));
	TRY(by_groups(j, by_form, join_form));
	return by_likeness(j);
}
