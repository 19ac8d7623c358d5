/*
 * re_atoms.c - the bytes without which a regular expression cannot match, to be searched
 * as literals; the choice is the one whose candidates are fewest in ordinary files.
 * Every match goes through one atom of the set, or the set is none.
 */
#include "rules/re_atoms.h"

#include <math.h>

/*
 * The form is walked from left to right with two runs of literals growing side by side:
 * one that takes a class by multiplying itself, and one that starts anew behind each. At
 * each end of a run the set is weighed; the cheapest set of all is the result.
 */

struct lit {
	uint8_t b[RE_ATOM_LEN];
	uint8_t n;
	bool fold; /* some letter matches both cases */
	const struct re_node *leaf;
};

/* Strings, one of which ends where the walk is; n 0: no run. */
struct run {
	struct lit lit[RE_ATOM_SPLIT];
	unsigned n;
};

struct best {
	double cost;
	struct run run;
	struct lit *many; /* NULL: the set is run; else these */
	size_t n;
};

struct walk {
	struct arena *arena;
	struct re_cost cost;
	struct best best;
	struct run split, plain;
};

static void
lower_case(struct lit *l)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->b[i] >= 'A' && l->b[i] <= 'Z')
			l->b[i] |= 0x20;
}

static double
run_cost(const struct walk *w, const struct run *r)
{
	double sum = 0;

	for (unsigned i = 0; i < r->n; i++) {
		struct lit l = r->lit[i];

		if (l.n == 0)
			return INFINITY;
		if (l.fold)
			lower_case(&l);
		sum += w->cost.fn(w->cost.ctx, (struct bytes){ l.b, l.n }, l.fold);
	}
	return sum;
}

static void
weigh(struct walk *w, const struct run *r)
{
	double cost = r->n ? run_cost(w, r) : INFINITY;

	if (!(cost < w->best.cost))
		return;
	w->best.cost = cost;
	w->best.run = *r;
	w->best.many = NULL;
	w->best.n = r->n;
}

static void
flush(struct walk *w, struct run *r)
{
	weigh(w, r);
	r->n = 0;
}

static void
run_option(struct run *r, const struct re_node *leaf, uint8_t byte, bool fold)
{
	struct lit *l = &r->lit[r->n++];

	l->b[0] = byte;
	l->n = 1;
	l->fold = fold;
	l->leaf = leaf;
}

/* The bytes a leaf stands for, as strings of one; false: too many. */
static bool
leaf_options(const struct re_node *n, struct run *out)
{
	out->n = 0;
	if (n->kind == RE_MASK && (n->mask | 0x20) == 0xff && !n->neg) {
		run_option(out, n, n->mask == 0xdf ? n->value | 0x20 : n->value,
		    n->mask == 0xdf);
		return true;
	}
	for (unsigned c = 0; c < 256; c++) {
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		bool both = n->kind == RE_CLASS && letter && re_set_has(n->set, c) &&
			    re_set_has(n->set, c ^ 0x20);

		if (n->kind == RE_CLASS ? !re_set_has(n->set, c)
					: ((c & n->mask) == n->value) == n->neg)
			continue;
		if (both && !(c & 0x20))
			continue; /* the lower case one stands for the pair */
		if (out->n == RE_ATOM_SPLIT)
			return false;
		run_option(out, n, (uint8_t)c, both);
	}
	return out->n > 0;
}

/* Every string of a with every one of b behind it; false: too many, or too long. */
static bool
run_product(struct run *a, const struct run *b)
{
	struct run r = { .n = 0 };

	if (a->n * b->n > RE_ATOM_SPLIT)
		return false;
	for (unsigned i = 0; i < a->n; i++) {
		for (unsigned k = 0; k < b->n; k++) {
			struct lit *l = &r.lit[r.n++];
			const struct lit *tail = &b->lit[k];

			*l = a->lit[i];
			if (l->n + tail->n > RE_ATOM_LEN)
				return false;
			memcpy(l->b + l->n, tail->b, tail->n);
			if (l->n == 0)
				l->leaf = tail->leaf;
			l->n = (uint8_t)(l->n + tail->n);
			l->fold |= tail->fold;
		}
	}
	*a = r;
	return true;
}

/* All strings a part can match, when these are few and short. */
static bool
exact(const struct re_node *n, struct run *out)
{
	struct run kid;

	if (n->kind == RE_MASK || n->kind == RE_CLASS)
		return leaf_options(n, out);
	if (n->kind == RE_REPEAT)
		return false;
	out->n = 0;
	if (n->kind != RE_ALT) { /* a sequence, or something without a width */
		memset(&out->lit[0], 0, sizeof(out->lit[0]));
		out->n = 1;
	}
	for (uint32_t i = 0; i < n->n; i++) {
		if (!exact(n->kid[i], &kid))
			return false;
		if (n->kind == RE_CAT) {
			if (!run_product(out, &kid))
				return false;
			continue;
		}
		if (out->n + kid.n > RE_ATOM_SPLIT)
			return false;
		memcpy(&out->lit[out->n], kid.lit, kid.n * sizeof(kid.lit[0]));
		out->n += kid.n;
	}
	return true;
}

/* Puts what comes next behind a run, or ends the run and begins another with it. */
static void
extend(struct walk *w, struct run *r, const struct run *next)
{
	if (r->n > 0) {
		if (next->n > 1)
			weigh(w, r); /* it may be better off without the split */
		if (run_product(r, next))
			return;
		flush(w, r);
	}
	*r = *next;
}

static void
step(struct walk *w, const struct run *next)
{
	extend(w, &w->split, next);
	if (next->n == 1)
		extend(w, &w->plain, next);
	else
		flush(w, &w->plain);
}

static void
gap(struct walk *w)
{
	flush(w, &w->split);
	flush(w, &w->plain);
}

static enum err walk_node(struct walk *w, const struct re_node *n);

/* The best set of a part by itself. */
static enum err
best_of(struct walk *w, const struct re_node *n, struct best *out)
{
	struct walk sub = { .arena = w->arena, .cost = w->cost };

	sub.best.cost = INFINITY;
	TRY(walk_node(&sub, n));
	gap(&sub);
	*out = sub.best;
	return OK;
}

static const struct lit *
best_lits(const struct best *b)
{
	return b->many ? b->many : b->run.lit;
}

/* Behind alternatives that are too many to write out: the best of each of them. */
static enum err
walk_alt(struct walk *w, const struct re_node *n)
{
	struct best sum = { .cost = 0 }, one;
	size_t cap = 0;

	for (uint32_t i = 0; i < n->n; i++) {
		TRY(best_of(w, n->kid[i], &one));
		sum.cost += one.cost;
		if (!(sum.cost < w->best.cost) || sum.n + one.n > RE_ATOMS_MAX)
			return OK;
		if (sum.n + one.n > cap) {
			sum.many = arena_grow(
			    w->arena, sum.many, &cap, sum.n + one.n, sizeof(struct lit));
			if (sum.many == NULL)
				return ERR_LIMIT;
		}
		memcpy(sum.many + sum.n, best_lits(&one), one.n * sizeof(struct lit));
		sum.n += one.n;
	}
	if (sum.n > 0)
		w->best = sum;
	return OK;
}

static enum err
walk_part(struct walk *w, const struct re_node *n)
{
	struct run next;
	struct best one;

	if (exact(n, &next)) {
		step(w, &next);
		return OK;
	}
	gap(w);
	if (n->kind == RE_ALT)
		return walk_alt(w, n);
	if (n->kind != RE_REPEAT || n->min == 0)
		return OK;
	TRY(best_of(w, n->kid[0], &one));
	if (one.cost < w->best.cost)
		w->best = one;
	return OK;
}

static enum err
walk_node(struct walk *w, const struct re_node *n)
{
	if (n->kind == RE_MASK || n->kind == RE_CLASS || n->kind == RE_ALT ||
	    n->kind == RE_REPEAT)
		return walk_part(w, n);
	for (uint32_t i = 0; i < n->n; i++)
		TRY(walk_node(w, n->kid[i]));
	return OK;
}

enum err
re_atoms_pick(struct arena *a, const struct re_form *form, struct re_cost cost,
    struct re_atoms *out)
{
	struct walk w = { .arena = a, .cost = cost };
	struct best best;
	struct re_atom *at;

	TRY(best_of(&w, form->root, &best));
	at = ARENA_ARRAY(a, best.n, struct re_atom);
	if (at == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < best.n; i++) {
		struct lit l = best_lits(&best)[i];

		if (l.fold)
			lower_case(&l);
		at[i].lit = arena_bytes(a, (struct bytes){ l.b, l.n });
		at[i].nocase = l.fold;
		at[i].leaf = l.leaf;
		if (at[i].lit.p == NULL)
			return ERR_LIMIT;
	}
	*out = (struct re_atoms){ .at = at, .n = best.n, .cost = best.cost };
	return OK;
}
