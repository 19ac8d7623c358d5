/*
 * lit_anchor.c - choosing the groups of anchors (db/lit.h): which bytes at which of four
 * places, so that every needle has an anchor and few places of ordinary files are one.
 * The cost of a choice is estimated by gram.h; sums are made in one order, so equal
 * choices cost the same everywhere.
 */
#include "rules/lit_anchor.h"

#include "rules/gram.h"

#define GROUPS LIT_GROUPS_MAX

/*
 * What a group covers is taken for the product of what its four sets do. That is true of
 * compressed data only; so files are three kinds, and what is common in any is dear.
 */
enum kind { RANDOM, ORDINARY, SPARSE, KINDS };

static const float share[KINDS] = { 0.4F, 0.3F, 0.3F };

/* Of files of code and wide text, zeros and spaces are so much. */
#define SPARSE_ZERO  0.5F
#define SPARSE_SPACE 0.2F

struct lit_anchors {
	unsigned groups;
	float mass[KINDS][LIT_CLASSES];
	/* Of the classes that a group has at a place; the product over places, times its
	   share, in the order in which lit_anchors_cost makes it: equal ones are. */
	float sum[LIT_WINDOW][KINDS][GROUPS];
	float all[KINDS][GROUPS];
	float absent[LIT_WINDOW][LIT_CLASSES][GROUPS]; /* 1: the group lacks it */
	uint16_t has[LIT_WINDOW][LIT_CLASSES];         /* groups, a bit each */
	uint32_t uses[LIT_WINDOW][LIT_CLASSES][GROUPS];
};

static void
mass_fill(struct lit_anchors *t)
{
	for (unsigned b = 0; b < 256; b++)
		t->mass[RANDOM][lit_class(lit_fold((uint8_t)b))] += 1.0F / 256;
	for (unsigned p = 0; p < 65536; p++)
		t->mass[ORDINARY][lit_class(lit_fold((uint8_t)p))] +=
		    (float)gram_pair((uint16_t)p);
	for (unsigned c = 0; c < LIT_CLASSES; c++)
		t->mass[SPARSE][c] =
		    t->mass[ORDINARY][c] * (1 - SPARSE_ZERO - SPARSE_SPACE);
	t->mass[SPARSE][0] += SPARSE_ZERO;
	t->mass[SPARSE][' '] += SPARSE_SPACE;
}

struct lit_anchors *
lit_anchors_new(struct arena *a, unsigned groups)
{
	struct lit_anchors *t = ARENA_NEW(a, struct lit_anchors);

	if (t == NULL)
		return NULL;
	t->groups = groups;
	mass_fill(t);
	for (unsigned i = 0; i < LIT_WINDOW; i++)
		for (unsigned c = 0; c < LIT_CLASSES; c++)
			for (unsigned g = 0; g < GROUPS; g++)
				t->absent[i][c][g] = 1;
	return t;
}

bool
lit_anchors_has(const struct lit_anchors *t, const uint8_t *quad)
{
	return t->has[0][lit_class(quad[0])] & t->has[1][lit_class(quad[1])] &
	       t->has[2][lit_class(quad[2])] & t->has[3][lit_class(quad[3])];
}

/* Multiplies v by what each group has at place i, with the bytes there too. */
static inline void
times_place(const struct lit_anchors *t, enum kind k, unsigned i, const uint8_t *b,
    unsigned n, float v[GROUPS])
{
	float add[GROUPS] = { 0 };

	for (unsigned x = 0; x < n; x++) {
		unsigned c = lit_class(b[x]);

		for (unsigned g = 0; g < GROUPS; g++)
			add[g] += t->absent[i][c][g] * t->mass[k][c];
	}
	for (unsigned g = 0; g < GROUPS; g++)
		v[g] *= t->sum[i][k][g] + add[g];
}

double
lit_anchors_cost(const struct lit_anchors *t, const struct lit_places *p, unsigned *group)
{
	float cost[GROUPS] = { 0 };
	unsigned best = 0;

	for (enum kind k = 0; k < KINDS; k++) {
		float v[GROUPS];

		for (unsigned g = 0; g < GROUPS; g++)
			v[g] = share[k];
		for (unsigned i = 0; i < LIT_WINDOW; i++)
			times_place(t, k, i, p->b[i], p->n[i], v);
		for (unsigned g = 0; g < GROUPS; g++)
			cost[g] += v[g] - t->all[k][g];
	}
	for (unsigned g = 1; g < t->groups; g++)
		if (cost[g] < cost[best])
			best = g;
	*group = best;
	return cost[best] > 0 ? (double)cost[best] : 0;
}

/* Sums are made anew: what is added and taken away again would leave errors behind. */
static void
sums_set(struct lit_anchors *t, unsigned i, unsigned g)
{
	for (enum kind k = 0; k < KINDS; k++) {
		float sum = 0;

		for (unsigned c = 0; c < LIT_CLASSES; c++)
			sum += t->has[i][c] >> g & 1 ? t->mass[k][c] : 0;
		t->sum[i][k][g] = sum;
		t->all[k][g] = share[k];
		for (unsigned x = 0; x < LIT_WINDOW; x++)
			t->all[k][g] *= t->sum[x][k][g];
	}
}

static void
change(struct lit_anchors *t, const struct lit_places *p, unsigned g, uint32_t by)
{
	for (unsigned i = 0; i < LIT_WINDOW; i++) {
		bool news = false;

		for (unsigned x = 0; x < p->n[i]; x++) {
			unsigned c = lit_class(p->b[i][x]);
			bool had = t->uses[i][c][g] > 0, has;

			t->uses[i][c][g] += by;
			has = t->uses[i][c][g] > 0;
			if (had == has)
				continue;
			news = true;
			t->has[i][c] ^= (uint16_t)(1u << g);
			t->absent[i][c][g] = has ? 0 : 1;
		}
		if (news)
			sums_set(t, i, g);
	}
}

void
lit_anchors_put(struct lit_anchors *t, const struct lit_places *p, unsigned group)
{
	change(t, p, group, 1);
}

void
lit_anchors_take(struct lit_anchors *t, const struct lit_places *p, unsigned group)
{
	change(t, p, group, UINT32_MAX); /* one less */
}

void
lit_anchors_write(const struct lit_anchors *t, struct buf *out)
{
	for (unsigned g = 0; g < t->groups; g += 8)
		for (unsigned i = 0; i < LIT_WINDOW; i++)
			for (unsigned c = 0; c < LIT_CLASSES; c++)
				buf_u8(out, (uint8_t)(t->has[i][c] >> g));
}
