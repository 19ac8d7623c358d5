/*
 * keep.c - which matches of a string can matter to its rule: YARA may stop at the first,
 * so a report that shows all of them would not be YARA's.
 */
#include "rules/keep.h"

#include "rules/fold_in.h"
#include "rules/re_chain.h"

enum place { PLACE_NONE, PLACE_FIXED, PLACE_ANY };

struct keep {
	struct ir_rule *rule;
	uint8_t *place; /* by string: enum place */
	bool *named;    /* by string: the condition says its name, or a set's */
	uint32_t depth;
};

/* An offset that YARA's parser would compute: of integers alone. */
static bool
constant(const struct ir_node *n, uint32_t depth, int64_t *out)
{
	int64_t v[2] = { 0 };

	if (n->type != IR_INT || depth > FOLD_DEPTH)
		return false;
	if (n->op == IR_CONST) {
		*out = n->u.i;
		return true;
	}
	if (n->op < IR_NEG || n->op > IR_SHR || n->op == IR_TO_FLOAT)
		return false;
	for (uint32_t i = 0; i < n->nkids && i < 2; i++)
		if (!constant(n->kid[i], depth + 1, &v[i]))
			return false;
	*out = fold_int(n->op, v[0], v[1]);
	return *out != FACT_UNDEF;
}

static void
use(struct keep *k, uint32_t i, bool once)
{
	k->place[i] = PLACE_ANY;
	k->rule->strings[i].once &= once;
}

static void
use_at(struct keep *k, uint32_t i, const struct ir_node *at)
{
	struct ir_string *s = &k->rule->strings[i];
	int64_t v;

	s->once = false;
	if (!constant(at, 0, &v) || (k->place[i] == PLACE_FIXED && s->fixed_at != v)) {
		k->place[i] = PLACE_ANY;
	} else if (k->place[i] == PLACE_NONE) {
		k->place[i] = PLACE_FIXED;
		s->fixed_at = v;
	}
}

/* What is said of the current string of a loop counts, in YARA, for all of the rule's. */
static void
use_string(struct keep *k, const struct ir_node *n)
{
	bool all = n->u.pat.current;
	uint32_t lo = all ? 0 : n->u.pat.index;
	uint32_t hi = all ? k->rule->nstrings : lo + 1;

	for (uint32_t i = lo; i < hi; i++) {
		k->named[i] |= !all;
		if (n->op == IR_AT)
			use_at(k, i, n->kid[0]);
		else
			use(k, i, n->op == IR_FOUND);
	}
}

static void
use_set(struct keep *k, const struct ir_loop *l)
{
	for (uint32_t i = 0; i < l->nset; i++) {
		k->named[l->set[i]] = true;
		use(k, l->set[i], true);
	}
}

static void
walk(struct keep *k, const struct ir_node *n)
{
	if (n == NULL || k->depth >= FOLD_DEPTH)
		return;
	if (n->op >= IR_FOUND && n->op <= IR_LENGTH)
		use_string(k, n);
	if (n->op == IR_OF || n->op == IR_FOR_OF)
		use_set(k, n->u.loop);
	k->depth++;
	for (uint32_t i = 0; i < n->nkids; i++)
		walk(k, n->kid[i]);
	k->depth--;
}

enum err
keep_rule(const struct ir *ir, struct ir_rule *rule)
{
	struct keep k = { .rule = rule };

	k.place = ARENA_ARRAY(ir->arena, rule->nstrings + 1, uint8_t);
	k.named = ARENA_ARRAY(ir->arena, rule->nstrings + 1, bool);
	if (k.place == NULL || k.named == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < rule->nstrings; i++)
		rule->strings[i].once = true;
	walk(&k, rule->cond);
	for (uint32_t i = 0; i < rule->nstrings; i++) {
		struct ir_string *s = &rule->strings[i];

		if (k.place[i] == PLACE_FIXED && k.named[i])
			s->fixed = s->pattern->literal;
	}
	return OK;
}
