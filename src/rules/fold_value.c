/* fold_value.c - arithmetic and comparison of constants, as the machine does it. */
#include <float.h>

#include "rules/fold_in.h"

static bool
is_undef(const struct ir_node *n)
{
	return n->op == IR_UNDEF ||
	       (n->op == IR_CONST && n->type == IR_INT && n->u.i == FACT_UNDEF);
}

static struct ir_node *
make_int(struct fold *f, const struct ir_node *at, int64_t v)
{
	struct ir_node *n;

	if (v == FACT_UNDEF)
		return fold_undef(f, at);
	n = fold_node(f, at, IR_CONST, IR_INT, 0);
	if (n != NULL)
		n->u.i = v;
	return n;
}

static struct ir_node *
make_float(struct fold *f, const struct ir_node *at, double v)
{
	struct ir_node *n;

	/* What is no number stays to be computed: its bits decide (fact.h). */
	if (isnan(v))
		return NULL;
	n = fold_node(f, at, IR_CONST, IR_FLOAT, 0);
	if (n != NULL)
		n->u.f = v;
	return n;
}

int64_t
fold_int(enum ir_op op, int64_t x, int64_t y)
{
	uint64_t a = (uint64_t)x, b = (uint64_t)y;

	switch (op) {
	case IR_NEG: return (int64_t)(0 - a);
	case IR_BITNOT: return ~x;
	case IR_ADD: return (int64_t)(a + b);
	case IR_SUB: return (int64_t)(a - b);
	case IR_MUL: return (int64_t)(a * b);
	case IR_DIV:
	case IR_MOD:
		if (y == 0 || (x == INT64_MIN && y == -1))
			return FACT_UNDEF;
		return op == IR_DIV ? x / y : x % y;
	case IR_BITAND: return x & y;
	case IR_BITOR: return x | y;
	case IR_BITXOR: return x ^ y;
	case IR_SHL: return y < 0 ? FACT_UNDEF : y > 63 ? 0 : (int64_t)(a << y);
	default: return y < 0 ? FACT_UNDEF : y > 63 ? 0 : x >> y;
	}
}

static double
float_result(enum ir_op op, double a, double b)
{
	switch (op) {
	case IR_NEG: return -a;
	case IR_ADD: return a + b;
	case IR_SUB: return a - b;
	case IR_MUL: return a * b;
	default: return a / b;
	}
}

static struct ir_node *
arithmetic(struct fold *f, struct ir_node *n)
{
	const struct ir_node *a = n->kid[0], *b = n->nkids > 1 ? n->kid[1] : a;
	struct ir_node *out;

	if (is_undef(a) || is_undef(b))
		return fold_undef(f, n);
	if (a->op != IR_CONST || b->op != IR_CONST)
		return n;
	if (n->op == IR_TO_FLOAT)
		out = make_float(f, n, (double)a->u.i);
	else if (n->type == IR_FLOAT)
		out = make_float(f, n, float_result(n->op, a->u.f, b->u.f));
	else
		out = make_int(f, n, fold_int(n->op, a->u.i, b->u.i));
	return out != NULL ? out : n;
}

static bool
int_relation(enum ir_op op, int64_t a, int64_t b)
{
	switch (op) {
	case IR_EQ: return a == b;
	case IR_NE: return a != b;
	case IR_LT: return a < b;
	case IR_LE: return a <= b;
	case IR_GT: return a > b;
	default: return a >= b;
	}
}

static bool
float_relation(const struct ir_node *n, double a, double b)
{
	switch (n->op) {
	case IR_EQ: return n->exact ? a == b : fabs(a - b) < DBL_EPSILON;
	case IR_NE: return n->exact ? a != b : fabs(a - b) >= DBL_EPSILON;
	case IR_LT: return a < b;
	case IR_LE: return a <= b;
	case IR_GT: return a > b;
	default: return a >= b;
	}
}

/* a op b is b mirror(op) a. */
static enum ir_op
mirror(enum ir_op op)
{
	switch (op) {
	case IR_LT: return IR_GT;
	case IR_LE: return IR_GE;
	case IR_GT: return IR_LT;
	case IR_GE: return IR_LE;
	default: return op;
	}
}

/* A count against 0 or 1 asks whether the string is there; below 0 is never. */
static struct ir_node *
count_relation(struct fold *f, struct ir_node *n)
{
	bool none = int_relation(n->op, 0, n->kid[1]->u.i);
	bool one = int_relation(n->op, 1, n->kid[1]->u.i);
	bool many = int_relation(n->op, INT64_MAX, n->kid[1]->u.i);
	struct ir_node *found;

	/* A relation changes at most twice, around its constant. */
	if (one != many || n->kid[1]->u.i > 1)
		return n;
	if (none == one)
		return fold_bool(f, n, none);
	found = fold_node(f, n, IR_FOUND, IR_BOOL, 0);
	if (found == NULL)
		return n;
	found->u.pat = n->kid[0]->u.pat;
	return none ? fold_not(f, n, found) : found;
}

static struct ir_node *
comparison(struct fold *f, struct ir_node *n)
{
	struct ir_node *a = n->kid[0], *b = n->kid[1];

	if (is_undef(a) || is_undef(b)) {
		/* YARA's one exception: see the machine's FCMP. */
		if (a->type == IR_FLOAT && n->op == IR_LT)
			return fold_bool(f, n, false);
		return fold_undef(f, n);
	}
	if (a->type == IR_STR)
		return n;
	if (a->op == IR_CONST && b->op == IR_CONST)
		return fold_bool(f, n,
		    a->type == IR_FLOAT ? float_relation(n, a->u.f, b->u.f)
					: int_relation(n->op, a->u.i, b->u.i));
	if (a->type == IR_INT && a->op == IR_CONST) {
		n->kid[0] = b;
		n->kid[1] = a;
		n->op = mirror(n->op);
	}
	if (n->kid[0]->op == IR_COUNT && n->kid[1]->op == IR_CONST)
		return count_relation(f, n);
	return n;
}

static struct ir_node *
truth(struct fold *f, struct ir_node *n)
{
	struct ir_node *k = n->kid[0], *found;

	if (k->type == IR_BOOL)
		return k;
	if (is_undef(k))
		return fold_undef(f, n);
	if (k->op == IR_COUNT) {
		found = fold_node(f, n, IR_FOUND, IR_BOOL, 0);
		if (found == NULL)
			return n;
		found->u.pat = k->u.pat;
		return found;
	}
	if (k->op != IR_CONST)
		return n;
	if (k->type == IR_STR)
		return fold_bool(f, n, k->u.s.n > 0);
	if (k->type == IR_FLOAT)
		return fold_bool(f, n, k->u.f != 0 || signbit(k->u.f));
	return fold_bool(f, n, k->u.i != 0);
}

static struct ir_node *
field(struct fold *f, struct ir_node *n)
{
	const struct fact *row = n->u.fact;
	struct ir_node *c;

	if (!(row->flags & FACT_CONST))
		return n;
	if (row->type == FACT_INT)
		return make_int(f, n, row->value);
	c = fold_node(f, n, IR_CONST, n->type, 0);
	if (c == NULL)
		return n;
	if (row->type == FACT_FLOAT)
		c->u.f = row->flt;
	else
		c->u.s = bytes_of(row->text);
	return c;
}

/* Where an undefined operand makes the result undefined. */
static struct ir_node *
strict_operands(struct fold *f, struct ir_node *n)
{
	for (uint32_t i = 0; i < n->nkids; i++)
		if (n->kid[i]->type != IR_OBJECT && is_undef(n->kid[i]))
			return fold_undef(f, n);
	return n;
}

struct ir_node *
fold_value(struct fold *f, struct ir_node *n)
{
	if (n->op >= IR_NEG && n->op <= IR_SHR)
		return arithmetic(f, n);
	if (n->op >= IR_EQ && n->op <= IR_GE)
		return comparison(f, n);
	switch (n->op) {
	case IR_TRUTH: return truth(f, n);
	case IR_FIELD: return field(f, n);
	case IR_AT:
	case IR_IN:
	case IR_COUNT_IN:
	case IR_OFFSET:
	case IR_LENGTH:
	case IR_READ:
	case IR_CONTAINS:
	case IR_ICONTAINS:
	case IR_STARTS:
	case IR_ISTARTS:
	case IR_ENDS:
	case IR_IENDS:
	case IR_IEQUALS:
	case IR_MATCHES:
	case IR_CALL: return strict_operands(f, n);
	case IR_INDEX:
	case IR_KEY: return n->type == IR_OBJECT ? n : strict_operands(f, n);
	default: return n;
	}
}
