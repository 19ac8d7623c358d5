/*
 * fold_of.c - quantifiers: what they come to when they are known.
 *
 * In a strict place false and undefined are told apart (below a `not`); elsewhere
 * an undefined result may become a false one.
 */
#include "db/cond.h"
#include "rules/fold_in.h"

/* Every quantifier that is known becomes all, any, none, or a number of two and more. */
enum reduced { OPEN, NEVER, EVERY, NORMAL };

/* YARA: so many that nobody knows are all; so many percent are undefined. */
static bool
is_undef_number(const struct ir_node *q)
{
	return q->op == IR_UNDEF || (q->op == IR_CONST && q->u.i == FACT_UNDEF);
}

static enum reduced
reduce(struct ir_node *n, uint32_t total)
{
	struct ir_loop *l = n->u.loop;
	int64_t need;

	if (l->quant != IR_N && l->quant != IR_PERCENT)
		return NORMAL;
	if (is_undef_number(n->kid[0])) {
		if (l->quant == IR_PERCENT)
			return OPEN;
		l->quant = IR_ALL;
		n->kid[0] = NULL;
		return NORMAL;
	}
	if (n->kid[0]->op != IR_CONST)
		return OPEN;
	need = n->kid[0]->u.i;
	if (l->quant == IR_PERCENT)
		need = cond_percent(need, total);
	if (need < 0 || (need == 0 && l->quant == IR_PERCENT))
		return EVERY;
	if (need > total)
		return NEVER;
	l->quant = need == 0       ? IR_NONE
		   : need == 1     ? IR_ANY
		   : need == total ? IR_ALL
				   : IR_N;
	if (l->quant != IR_N)
		n->kid[0] = NULL;
	else
		n->kid[0]->u.i = need;
	return NORMAL;
}

/* x where undefined counts as false: itself, or `x and true`. */
static struct ir_node *
settled(struct fold *f, struct ir_node *x, bool strict)
{
	struct ir_node *n;

	if (!strict || fold_definite(x))
		return x;
	n = fold_node(f, x, IR_AND, IR_BOOL, 2);
	if (n == NULL)
		return x;
	n->kid[0] = x;
	n->kid[1] = fold_bool(f, x, true);
	return n->kid[1] ? n : x;
}

/* One string, with `at` or `in` perhaps. */
static struct ir_node *
single_string(struct fold *f, struct ir_node *n)
{
	static const enum ir_op op[] = { IR_FOUND, IR_AT, IR_IN };
	uint32_t operands = n->nkids > 0 ? n->nkids - 1 : 0;
	struct ir_node *one;

	if (operands > 2)
		return n;
	one = fold_node(f, n, op[operands], IR_BOOL, operands);
	if (one == NULL)
		return n;
	one->u.pat = (struct ir_pat){ .index = n->u.loop->set[0] };
	for (uint32_t i = 0; i < operands; i++)
		one->kid[i] = n->kid[i + 1];
	return n->u.loop->quant == IR_NONE ? fold_not(f, n, one) : one;
}

static struct ir_node *
fold_of(struct fold *f, struct ir_node *n, bool strict)
{
	enum reduced r = reduce(n, n->u.loop->nset);

	/* An undefined offset is undefined whatever the number. */
	if ((r == NEVER || r == EVERY) && (n->nkids < 2 || (r == NEVER && !strict)))
		return fold_bool(f, n, r == EVERY);
	if (r == NORMAL && n->u.loop->nset == 1)
		return single_string(f, n);
	return n;
}

static struct ir_node *
fold_of_rules(struct fold *f, struct ir_node *n)
{
	enum reduced r = reduce(n, n->u.loop->nset);
	struct ir_node *one;

	if (r == NEVER || r == EVERY)
		return fold_bool(f, n, r == EVERY);
	if (r != NORMAL || n->u.loop->nset != 1)
		return n;
	one = fold_node(f, n, IR_RULE, IR_BOOL, 0);
	if (one == NULL)
		return n;
	one->u.index = n->u.loop->rules[0];
	return n->u.loop->quant == IR_NONE ? fold_not(f, n, one) : one;
}

/* any, all, none of booleans are or, and, not or. */
static struct ir_node *
fold_of_exprs(struct fold *f, struct ir_node *n, bool strict)
{
	uint32_t total = n->nkids - 1;
	enum reduced r = reduce(n, total);
	enum ir_quant q = n->u.loop->quant;
	struct ir_node *out;

	if (r == NEVER || r == EVERY)
		return fold_bool(f, n, r == EVERY);
	if (r != NORMAL || q == IR_N)
		return n;
	if (total == 1) {
		out = settled(f, n->kid[1], strict || q == IR_NONE);
		return q == IR_NONE ? fold_not(f, n, out) : out;
	}
	out = fold_node(f, n, q == IR_ALL ? IR_AND : IR_OR, IR_BOOL, total);
	if (out == NULL)
		return n;
	for (uint32_t i = 0; i < total; i++)
		out->kid[i] = n->kid[i + 1];
	return q == IR_NONE ? fold_not(f, n, out) : out;
}

/* Does the tree look at the string or variable of that slot? */
static bool
varies(const struct ir_node *n, uint32_t var, uint32_t depth)
{
	if (n == NULL)
		return false;
	if (depth >= FOLD_DEPTH || (n->op == IR_VAR && n->u.var == var))
		return true;
	if (n->op >= IR_FOUND && n->op <= IR_LENGTH && n->u.pat.current &&
	    n->u.pat.index == var)
		return true;
	for (uint32_t i = 0; i < n->nkids; i++)
		if (varies(n->kid[i], var, depth + 1))
			return true;
	return false;
}

/* `for Q of S : ($)`, `... : ($ at 5)`: a set like any other. */
static bool
is_of(const struct ir_node *body, uint32_t var)
{
	if (body->op != IR_FOUND && body->op != IR_AT && body->op != IR_IN)
		return false;
	for (uint32_t i = 0; i < body->nkids; i++)
		if (body->kid[i]->op != IR_CONST)
			return false;
	return body->u.pat.current && body->u.pat.index == var;
}

static struct ir_node *
fold_for_of(struct fold *f, struct ir_node *n, bool strict)
{
	struct ir_node *body = n->kid[1], *out;
	uint32_t var = n->u.loop->var;
	enum reduced r = reduce(n, n->u.loop->nset);

	if (r == NEVER || r == EVERY)
		return fold_bool(f, n, r == EVERY);
	if (is_of(body, var)) {
		out = fold_node(f, n, IR_OF, IR_BOOL, 1 + body->nkids);
		if (out == NULL)
			return n;
		out->u.loop = n->u.loop;
		out->kid[0] = n->kid[0];
		for (uint32_t i = 0; i < body->nkids; i++)
			out->kid[1 + i] = body->kid[i];
		return fold_of(f, out, strict);
	}
	if (r != NORMAL || n->u.loop->quant == IR_N || varies(body, var, 0))
		return n;
	/* The same for each string: one round is enough. */
	out = settled(f, body, strict || n->u.loop->quant == IR_NONE);
	return n->u.loop->quant == IR_NONE ? fold_not(f, n, out) : out;
}

/* A loop whose number of rounds is not known. */
static struct ir_node *
fold_for(struct fold *f, struct ir_node *n)
{
	const struct ir_node *body = n->kid[n->nkids - 1];
	enum ir_quant q = n->u.loop->quant;

	if ((q == IR_ANY || q == IR_ALL) &&
	    (fold_is_bool(body, false) || body->op == IR_UNDEF))
		return fold_bool(f, n, false);
	if (n->op == IR_FOR_RANGE &&
	    (n->kid[1]->op == IR_UNDEF || n->kid[2]->op == IR_UNDEF))
		return fold_bool(f, n, false);
	return n;
}

struct ir_node *
fold_quantified(struct fold *f, struct ir_node *n, bool strict)
{
	switch (n->op) {
	case IR_OF: return fold_of(f, n, strict);
	case IR_OF_RULES: return fold_of_rules(f, n);
	case IR_OF_EXPRS: return fold_of_exprs(f, n, strict);
	case IR_FOR_OF: return fold_for_of(f, n, strict);
	case IR_FOR_RANGE:
	case IR_FOR_LIST:
	case IR_FOR_ARRAY:
	case IR_FOR_DICT: return fold_for(f, n);
	default: return n;
	}
}
