/* triggers_loop.c - of and for: how many must come true, and what each needs. */
#include "db/cond.h"
#include "rules/triggers_in.h"

/* At least so many of n are true when the quantified is; 0: not known, or none. */
static int64_t
needed(const struct ir_node *n, uint32_t total)
{
	const struct ir_node *q = n->kid[0];

	switch (n->u.loop->quant) {
	case IR_ANY: return 1;
	case IR_ALL: return total;
	case IR_NONE: return 0;
	case IR_N:
		if (q->op != IR_CONST || q->u.i == FACT_UNDEF)
			return 0;
		return q->u.i;
	case IR_PERCENT:
		return q->op == IR_CONST && total > 0 ? cond_percent(q->u.i, total) : 0;
	}
	return 0;
}

/* `none of` is false when one of them is true. */
static int64_t
wanted(const struct ir_node *n, uint32_t total, enum want want)
{
	if (want == WANT_TRUE)
		return needed(n, total);
	return want == WANT_FALSE && n->u.loop->quant == IR_NONE ? 1 : 0;
}

static struct wake *
wakes_new(struct triggers *t, uint32_t n)
{
	struct wake *w = ARENA_ARRAY(t->scratch, n + 1, struct wake);

	if (w == NULL)
		t->err = ERR_LIMIT;
	return w;
}

static struct wake
one_string(struct triggers *t, const struct ir_node *n, uint32_t s)
{
	struct ir_pat p = { .index = s };

	return n->nkids == 2 ? wake_at(t, n->kid[1], p) : wake_pattern(t, p);
}

static struct wake
of_strings(struct triggers *t, const struct ir_node *n, enum want want)
{
	const struct ir_loop *l = n->u.loop;
	int64_t need = wanted(n, l->nset, want);
	struct wake place = WAKE_ALWAYS, *w;

	for (uint32_t i = 1; i < n->nkids; i++)
		place = wake_best(place, wake_defined(t, n->kid[i]));
	if (need <= 0 || (w = wakes_new(t, l->nset)) == NULL)
		return place;
	for (uint32_t i = 0; i < l->nset; i++)
		w[i] = one_string(t, n, l->set[i]);
	return wake_best(wake_some(t, w, l->nset, need), place);
}

static struct wake
of_rules(struct triggers *t, const struct ir_node *n, enum want want)
{
	const struct ir_loop *l = n->u.loop;
	int64_t need = wanted(n, l->nset, want);
	struct wake *w;

	if (need <= 0 || (w = wakes_new(t, l->nset)) == NULL)
		return WAKE_ALWAYS;
	for (uint32_t i = 0; i < l->nset; i++)
		w[i] = wake_rule(t, l->rules[i]);
	return wake_some(t, w, l->nset, need);
}

static struct wake
of_exprs(struct triggers *t, const struct ir_node *n, enum want want)
{
	uint32_t total = n->nkids - 1;
	int64_t need = wanted(n, total, want);
	struct wake *w;

	if (need <= 0 || (w = wakes_new(t, total)) == NULL)
		return WAKE_ALWAYS;
	for (uint32_t i = 0; i < total; i++)
		w[i] = wake_of(t, n->kid[i + 1], WANT_TRUE);
	return wake_some(t, w, total, need);
}

/* Each string of the set in turn is the current one. */
static struct wake
for_strings(struct triggers *t, const struct ir_node *n, enum want want)
{
	const struct ir_loop *l = n->u.loop;
	int64_t need = wanted(n, l->nset, want);
	uint32_t before = t->current[l->var];
	struct wake *w;

	if (need <= 0 || (w = wakes_new(t, l->nset)) == NULL)
		return WAKE_ALWAYS;
	for (uint32_t i = 0; i < l->nset; i++) {
		t->current[l->var] = l->set[i];
		w[i] = wake_of(t, n->kid[1], WANT_TRUE);
	}
	t->current[l->var] = before;
	return wake_some(t, w, l->nset, need);
}

/*
 * A loop with no round is false, so its bounds must be defined; and one round must
 * come true unless the quantifier is content without.
 */
static struct wake
for_rounds(struct triggers *t, const struct ir_node *n)
{
	enum ir_quant q = n->u.loop->quant;
	bool one = q == IR_ANY || q == IR_ALL;
	struct wake w = WAKE_ALWAYS;

	if ((q == IR_N || q == IR_PERCENT) && n->kid[0]->op == IR_CONST)
		one = n->kid[0]->u.i > 0;
	if (n->op != IR_FOR_LIST)
		for (uint32_t i = 1; i + 1 < n->nkids; i++)
			w = wake_best(w, wake_defined(t, n->kid[i]));
	if (n->op == IR_FOR_ARRAY)
		t->element[n->u.loop->var] = n->kid[1];
	if (n->op == IR_FOR_DICT)
		t->element[n->u.loop->var2] = n->kid[1];
	if (one)
		w = wake_best(w, wake_of(t, n->kid[n->nkids - 1], WANT_TRUE));
	return w;
}

struct wake
wake_quantified(struct triggers *t, const struct ir_node *n, enum want want)
{
	switch (n->op) {
	case IR_OF: return of_strings(t, n, want);
	case IR_OF_RULES: return of_rules(t, n, want);
	case IR_OF_EXPRS: return of_exprs(t, n, want);
	case IR_FOR_OF: return for_strings(t, n, want);
	default: return want == WANT_TRUE ? for_rounds(t, n) : WAKE_ALWAYS;
	}
}
