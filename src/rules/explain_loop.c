/*
 * explain_loop.c - loops that cost too much, told before they run.
 *
 * What a loop costs is estimated for a file of a MB (or of the size that the condition
 * allows, when that is less), in steps, as the scanner counts them: about two a node and
 * round. A loop whose rounds are not known before the scan counts as one round: the
 * scanner's own budget is for those.
 */
#include <math.h>

#include "rules/explain.h"

#define LOOK_DEPTH 500u /* deeper, a hint may be missing, the stack may not */
#define NODE_STEPS 2.0
#define FEW_ROUNDS 16.0 /* of a loop that is told of for the one in it */

struct look {
	const struct rules_env *env;
	const struct ir_rule *rule;
	double size;  /* of the file: bytes */
	bool bounded; /* by the condition */
	bool told;    /* of a loop within the node at hand */
};

static bool
grows(const struct ir_node *n, unsigned depth)
{
	if (n == NULL || depth > LOOK_DEPTH)
		return false;
	if (n->op == IR_FILESIZE)
		return true;
	for (uint32_t i = 0; i < n->nkids; i++)
		if (grows(n->kid[i], depth + 1))
			return true;
	return false;
}

/* A function over a range that grows with the file: hash.md5(0, filesize). */
static bool
reads_all(const struct ir_node *n)
{
	return n->op == IR_CALL && n->nkids == 3 && strcmp(n->u.fact->sig, "ii:s") == 0 &&
	       grows(n->kid[2], 0);
}

/* How large the condition lets the file be, at its top; INFINITY: it does not say. */
static double
size_bound(const struct ir_node *n)
{
	double least = INFINITY;

	if (n->op == IR_LT || n->op == IR_LE || n->op == IR_EQ) {
		if (n->kid[0]->op == IR_FILESIZE)
			return n->kid[1]->op == IR_CONST ? (double)n->kid[1]->u.i
							 : EXPLAIN_MB;
		return INFINITY;
	}
	for (uint32_t i = 0; n->op == IR_AND && i < n->nkids; i++)
		if (n->kid[i]->op != IR_AND)
			least = fmin(least, size_bound(n->kid[i]));
	return least;
}

/* The value of an integer that is known but for the size; NAN: it is not. */
static double
value_of(const struct look *l, const struct ir_node *n, unsigned depth)
{
	double a, b;

	if (n->type != IR_INT || depth > LOOK_DEPTH)
		return NAN;
	if (n->op == IR_CONST)
		return (double)n->u.i;
	if (n->op == IR_FILESIZE)
		return l->size;
	if (n->nkids != 2)
		return NAN;
	a = value_of(l, n->kid[0], depth + 1);
	b = value_of(l, n->kid[1], depth + 1);
	switch (n->op) {
	case IR_ADD: return a + b;
	case IR_SUB: return a - b;
	case IR_MUL: return a * b;
	case IR_DIV: return a / b;
	default: return NAN;
	}
}

/* Rounds of a loop; 1: not known. */
static double
rounds_of(const struct look *l, const struct ir_node *n)
{
	double from, to;

	switch (n->op) {
	case IR_FOR_OF: return n->u.loop->nset;
	case IR_FOR_LIST: return n->nkids - 2.0;
	case IR_FOR_RANGE:
		from = value_of(l, n->kid[1], 0);
		to = value_of(l, n->kid[2], 0);
		if (isnan(to) && grows(n->kid[2], 0))
			to = l->size;
		return isnan(to) ? 1 : fmax(to - (isnan(from) ? 0 : from) + 1, 0);
	default: return 1;
	}
}

static void
hint(const struct look *l, const struct ir_node *n, const char *text)
{
	if (text == NULL)
		return; /* no memory is left: the compiler tells */
	diag_addf(l->env->diags,
	    &(struct diag){ .kind = DIAG_HINT,
		.file = l->rule->file,
		.rule = arena_str(l->env->arena, l->rule->name),
		.line = n->line,
		.col = n->col },
	    "%s", text);
}

/* As people say it: about so many. */
static const char *
amount(const struct look *l, double n)
{
	const char *s;

	if (n < 1e4)
		s = arena_printf(l->env->arena, "%.0f", n);
	else if (n < 1e6)
		s = arena_printf(l->env->arena, "%.0f thousand", n / 1e3);
	else if (n < 1e9)
		s = arena_printf(l->env->arena, "%.0f million", n / 1e6);
	else
		s = arena_printf(l->env->arena, "%.0f thousand million", n / 1e9);
	return s != NULL ? s : "many";
}

static void
hint_loop(struct look *l, const struct ir_node *n, double rounds, double steps)
{
	bool whole = grows(n->kid[2], 0);

	l->told = true;
	hint(l, n,
	    arena_printf(l->env->arena,
		"a loop %s %s rounds, about %s steps for a file of a MB, where %s are "
		"the budget; let it end at a %snumber, or search for a string and loop "
		"over its matches",
		whole ? "over the whole file," : "of", amount(l, rounds),
		amount(l, steps), amount(l, EXPLAIN_STEPS), whole ? "" : "smaller "));
}

/* What a function reads beside its own step: (offset, size) come first. */
static double
call_steps(const struct look *l, const struct ir_node *n)
{
	double size;

	if (n->op != IR_CALL || n->nkids < 3 || strncmp(n->u.fact->sig, "ii", 2) != 0)
		return 0;
	size = value_of(l, n->kid[2], 0);
	return isnan(size) ? 0 : fmin(fmax(size, 0), l->size);
}

/* The steps of a node, and hints for what is in it. */
static double
look_node(struct look *l, const struct ir_node *n, unsigned depth)
{
	double steps = NODE_STEPS, rounds = 1, body = 0;
	bool before = l->told;

	if (n == NULL || depth > LOOK_DEPTH)
		return 0;
	if (reads_all(n) && !l->bounded)
		hint(l, n,
		    "a digest of the whole file, however large; ask for its filesize "
		    "first");
	l->told = false;
	for (uint32_t i = 0; i < n->nkids; i++) {
		steps += body;
		body = look_node(l, n->kid[i], depth + 1);
	}
	rounds = rounds_of(l, n);
	steps += rounds * (body + NODE_STEPS) + call_steps(l, n);
	if (n->op == IR_FOR_RANGE && steps > EXPLAIN_STEPS &&
	    (!l->told || rounds > FEW_ROUNDS))
		hint_loop(l, n, rounds, steps);
	l->told |= before;
	return steps;
}

void
explain_loops(const struct rules_env *env, const struct ir_rule *r)
{
	double bound = size_bound(r->cond);
	struct look l = { .env = env,
		.rule = r,
		.size = fmin(bound, EXPLAIN_MB),
		.bounded = isfinite(bound) };

	look_node(&l, r->cond, 0);
}
