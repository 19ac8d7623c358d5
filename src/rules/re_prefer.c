/*
 * re_prefer.c - the order in which YARA would try alternatives, where that decides the
 * length of a match: of equal starts it keeps what its own atoms lead to first. Where
 * nothing can be told the order stays.
 */
#include "rules/re_prefer.h"

#include "rules/slow.h"

#define ATOM    4u
#define NO_ATOM (-1000)

/* The best atom so far of what is read from left to right. */
struct best {
	uint8_t value[ATOM], mask[ATOM];
	uint32_t n;   /* bytes in the window */
	uint32_t pos; /* bytes read */
	uint32_t end; /* where the best atom ends */
	int quality;
};

static void
best_put(struct best *b, uint8_t value, uint8_t mask)
{
	int q;

	if (b->n == ATOM) {
		memmove(b->value, b->value + 1, ATOM - 1);
		memmove(b->mask, b->mask + 1, ATOM - 1);
		b->n--;
	}
	b->value[b->n] = value;
	b->mask[b->n++] = mask;
	b->pos++;
	q = slow_atom(b->value, b->mask, b->n);
	if (q > b->quality) {
		b->quality = q;
		b->end = b->pos;
	}
}

/* False: its length is not fixed, or it has alternatives of its own. */
static bool
best_read(struct best *b, const struct re_node *n)
{
	switch ((enum re_kind)n->kind) {
	case RE_EMPTY: return true;
	case RE_BYTE: best_put(b, n->value, 0xff); return true;
	case RE_MASK: best_put(b, n->value, n->neg ? 0 : n->mask); return true;
	case RE_ANY: best_put(b, 0, 0); return true;
	case RE_CLASS:
		b->n = 0;
		b->pos++;
		return true;
	case RE_CAT:
		for (uint32_t i = 0; i < n->n; i++)
			if (!best_read(b, n->kid[i]))
				return false;
		return true;
	default: return false;
	}
}

#define BRANCHES_MAX 64 /* of alternatives that are put in order */

/*
 * The quality of alternatives: that of the worst branch, for all are searched. False:
 * nothing can be told.
 */
static bool
alt_quality(const struct re_node *alt, int *out)
{
	if (alt->n > BRANCHES_MAX)
		return false;
	for (uint32_t i = 0; i < alt->n; i++) {
		struct best b = { .quality = NO_ATOM };

		if (!best_read(&b, alt->kid[i]))
			return false;
		if (i == 0 || b.quality < *out)
			*out = b.quality;
	}
	return true;
}

/* By the end of the atom, or by length. Stable; alt_quality() has seen the branches. */
static void
sort_branches(struct re_node *alt, bool by_atom)
{
	uint32_t key[BRANCHES_MAX];

	for (uint32_t i = 0; i < alt->n; i++) {
		struct best b = { .quality = NO_ATOM };
		struct re_node *branch = alt->kid[i];
		uint32_t k = i, mine;

		(void)best_read(&b, branch);
		mine = by_atom ? b.end : b.pos;
		for (; k > 0 && key[k - 1] > mine; k--) {
			key[k] = key[k - 1];
			alt->kid[k] = alt->kid[k - 1];
		}
		key[k] = mine;
		alt->kid[k] = branch;
	}
}

/* The part of the sequence whose atoms YARA would take; its n: none can be told. */
static uint32_t
choose(const struct re_node *cat)
{
	struct best run = { .quality = NO_ATOM };
	int best = NO_ATOM;
	uint32_t chosen = cat->n;

	for (uint32_t i = 0; i < cat->n; i++) {
		bool alt = cat->kid[i]->kind == RE_ALT;
		int q = NO_ATOM;

		if (alt && !alt_quality(cat->kid[i], &q))
			return cat->n;
		if (alt || !best_read(&run, cat->kid[i]))
			run = (struct best){ .quality = NO_ATOM };
		if (!alt)
			q = run.quality;
		/* Of equal ones the first is taken, but alternatives before it. */
		if (q > best || (alt && q == best && q > NO_ATOM)) {
			best = q;
			chosen = i;
		}
	}
	return chosen;
}

void
re_prefer(struct re_ast *ast)
{
	struct re_node *root = ast->root;
	uint32_t chosen;

	if (root->kind != RE_CAT || ast->flags & (RE_GREEDY | RE_LAZY))
		return;
	chosen = choose(root);
	for (uint32_t i = 0; chosen < root->n && i <= chosen; i++) {
		if (root->kid[i]->kind != RE_ALT)
			continue;
		sort_branches(root->kid[i], i == chosen);
		ast->flags |= RE_BRANCHES;
	}
}
