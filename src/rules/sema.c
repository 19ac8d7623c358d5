/* sema.c - nodes of the tree, and what the operators ask of their operands. */
#include "rules/parse.h"

#include <inttypes.h>

/* How an operator treats its operands. */
enum op_class {
	NO_OPERATOR,
	ARITHMETIC, /* both ints, or a float among them */
	INTEGER,    /* ints only */
	COMPARISON, /* numbers, or strings */
	TEXTUAL,    /* strings only */
};

struct op {
	enum op_class class;
	enum ir_op op;
	const char *name; /* in YARA's messages */
};

/* clang-format off */
static const struct op ops[TOK_COUNT] = {
	[TOK_PLUS] = { ARITHMETIC, IR_ADD, "+" },
	[TOK_MINUS] = { ARITHMETIC, IR_SUB, "-" },
	[TOK_STAR] = { ARITHMETIC, IR_MUL, "*" },
	[TOK_DIV] = { ARITHMETIC, IR_DIV, "\\" },
	[TOK_PERCENT] = { INTEGER, IR_MOD, "%" },
	[TOK_BAR] = { INTEGER, IR_BITOR, "|" },
	[TOK_CARET] = { INTEGER, IR_BITXOR, "^" },
	[TOK_AMP] = { INTEGER, IR_BITAND, "^" }, /* sic */
	[TOK_SHL] = { INTEGER, IR_SHL, "<<" },
	[TOK_SHR] = { INTEGER, IR_SHR, ">>" },
	[TOK_EQ] = { COMPARISON, IR_EQ, "==" },
	[TOK_NE] = { COMPARISON, IR_NE, "!=" },
	[TOK_LT] = { COMPARISON, IR_LT, "<" },
	[TOK_LE] = { COMPARISON, IR_LE, "<=" },
	[TOK_GT] = { COMPARISON, IR_GT, ">" },
	[TOK_GE] = { COMPARISON, IR_GE, ">=" },
	[TOK_CONTAINS] = { TEXTUAL, IR_CONTAINS, "contains" },
	[TOK_ICONTAINS] = { TEXTUAL, IR_ICONTAINS, "icontains" },
	[TOK_STARTSWITH] = { TEXTUAL, IR_STARTS, "startswith" },
	[TOK_ISTARTSWITH] = { TEXTUAL, IR_ISTARTS, "istartswith" },
	[TOK_ENDSWITH] = { TEXTUAL, IR_ENDS, "endswith" },
	[TOK_IENDSWITH] = { TEXTUAL, IR_IENDS, "iendswith" },
	[TOK_IEQUALS] = { TEXTUAL, IR_IEQUALS, "iequals" },
};
/* clang-format on */

enum err
node_new(
    struct parser *p, enum ir_op op, enum ir_type type, struct place at, struct ex *out)
{
	struct ir_node *n = ARENA_NEW(p->arena, struct ir_node);

	if (n == NULL)
		return ERR_LIMIT;
	n->op = op;
	n->type = type;
	n->line = at.line;
	n->col = at.col;
	*out = (struct ex){ .node = n, .place = at, .primary = true, .depth = 1 };
	return OK;
}

enum err
node_kids(struct parser *p, struct ex *out, const struct ex *kid, uint32_t n)
{
	struct ir_node **kids = ARENA_ARRAY(p->arena, n, struct ir_node *);

	if (kids == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n; i++) {
		kids[i] = kid[i].node;
		if (kid[i].depth >= out->depth)
			out->depth = kid[i].depth + 1;
	}
	out->node->kid = kids;
	out->node->nkids = n;
	if (out->depth > IR_DEPTH_MAX)
		return parse_fail(p, out->place, "expression is nested too deeply");
	return OK;
}

enum err
node_const_int(struct parser *p, int64_t v, struct place at, struct ex *out)
{
	TRY(node_new(p, IR_CONST, IR_INT, at, out));
	out->node->u.i = v;
	out->known = true;
	out->value = v;
	return OK;
}

enum err
sema_wrong_type(struct parser *p, const struct ex *x, const char *op)
{
	static const char *const type[] = { [IR_BOOL] = "boolean",
		[IR_INT] = "integer",
		[IR_FLOAT] = "float",
		[IR_STR] = "string",
		[IR_REGEX] = "regexp",
		[IR_OBJECT] = "object" };

	if (x->node->type == IR_REGEX && p->yara_only)
		return parse_fail(
		    p, x->place, "%s", ""); /* sic: YARA has no words for it */
	return parse_fail(
	    p, x->place, "wrong type \"%s\" for %s operator", type[x->node->type], op);
}

/* A node with one kid. */
static enum err
wrap(struct parser *p, enum ir_op op, enum ir_type type, struct ex *x)
{
	struct ex out;

	TRY(node_new(p, op, type, x->place, &out));
	TRY(node_kids(p, &out, x, 1));
	out.primary = x->primary;
	*x = out;
	return OK;
}

enum err
sema_truth(struct parser *p, struct ex *x)
{
	const struct ir_node *n = x->node;

	if (n->type == IR_BOOL)
		return OK;
	if (x->literal)
		parse_warning(p, x->place,
		    "using literal string \"%s\" in a boolean operation.",
		    parse_str(p, n->u.s));
	if (n->type != IR_REGEX)
		return wrap(p, IR_TRUTH, IR_BOOL, x);
	/* A regex by itself is true in YARA, as any pointer. */
	TRY(node_new(p, IR_CONST, IR_BOOL, x->place, x));
	x->node->u.i = 1;
	return OK;
}

enum err
sema_unary(struct parser *p, enum tok op, struct place at, struct ex *x)
{
	bool neg = op == TOK_MINUS, known = x->known;
	enum ir_type type = x->node->type;
	int64_t v = x->value;

	if (type != IR_INT && !(neg && type == IR_FLOAT))
		return sema_wrong_type(p, x, neg ? "-" : "~");
	x->place = at;
	TRY(wrap(p, neg ? IR_NEG : IR_BITNOT, type, x));
	x->known = known;
	x->value = neg ? (int64_t)(0 - (uint64_t)v) : ~v;
	x->primary = true;
	return OK;
}

static bool
is_number(const struct ex *x)
{
	return x->node->type == IR_INT || x->node->type == IR_FLOAT;
}

/* Brings two numbers to one type. */
static enum err
promote(struct parser *p, struct ex kid[2])
{
	if (kid[0].node->type == kid[1].node->type)
		return OK;
	return wrap(p, IR_TO_FLOAT, IR_FLOAT, &kid[kid[0].node->type == IR_FLOAT]);
}

/* The operands of an arithmetic operator or a comparison. */
static enum err
check_operands(struct parser *p, const struct op *op, struct place at, struct ex kid[2])
{
	if (is_number(&kid[0]) && is_number(&kid[1]))
		return promote(p, kid);
	if (kid[0].node->type != IR_STR || kid[1].node->type != IR_STR)
		return parse_fail(p, at, "type mismatch");
	if (op->class == COMPARISON)
		return OK;
	return parse_fail(p, at, "strings don't support \"%s\" operation", op->name);
}

static enum err
check_type(struct parser *p, const struct op *op, enum ir_type type, struct ex kid[2])
{
	for (int i = 0; i < 2; i++) {
		if (kid[i].node->type != type)
			return sema_wrong_type(p, &kid[i], op->name);
	}
	return OK;
}

static enum err
overflow(struct parser *p, const struct token *op, int64_t a, int64_t b)
{
	return parse_fail(p, place_of(op),
	    "integer overflow in \"%" PRId64 " %s %" PRId64 "\"", a, ops[op->kind].name,
	    b);
}

/* Does YARA call a * b an overflow? It compares magnitudes. */
static bool
mul_overflows(int64_t a, int64_t b)
{
	if (a == INT64_MIN || b == INT64_MIN || b == 0)
		return false;
	a = a < 0 ? -a : a;
	b = b < 0 ? -b : b;
	return a > INT64_MAX / b;
}

/* The value of + - * \ on constants, for the checks that need it. */
static enum err
fold_arithmetic(
    struct parser *p, const struct token *op, struct ex *out, int64_t a, int64_t b)
{
	int64_t v = 0;
	bool bad = false;

	switch (op->kind) {
	case TOK_PLUS: bad = __builtin_add_overflow(a, b, &v); break;
	case TOK_MINUS: bad = __builtin_sub_overflow(a, b, &v); break;
	case TOK_STAR:
		bad = mul_overflows(a, b);
		v = (int64_t)((uint64_t)a * (uint64_t)b);
		break;
	default: /* not by zero: that was seen to */
		bad = a == INT64_MIN && b == -1;
		v = bad ? 0 : a / b;
		break;
	}
	if (bad)
		return overflow(p, op, a, b);
	out->value = v;
	out->known = true;
	return OK;
}

static void
fold_integer(enum tok op, struct ex *out, int64_t a, int64_t b)
{
	out->known = true;
	switch (op) {
	case TOK_BAR: out->value = a | b; break;
	case TOK_CARET: out->value = a ^ b; break;
	case TOK_AMP: out->value = a & b; break;
	case TOK_PERCENT: out->value = b == -1 ? 0 : a % b; break;
	default: /* both shifts: for its checks YARA takes >> as << */
		out->value = (int64_t)((uint64_t)a << (b & 63));
		break;
	}
}

/* What YARA knows of the result, and what it forbids of constants. */
static enum err
fold(struct parser *p, const struct token *op, const struct ex kid[2], struct ex *out)
{
	bool shift = op->kind == TOK_SHL || op->kind == TOK_SHR;
	const struct ex *a = &kid[0], *b = &kid[1];

	if (out->node->type != IR_INT)
		return OK;
	if ((op->kind == TOK_DIV || op->kind == TOK_PERCENT) && b->known && b->value == 0)
		return parse_fail(p, place_of(op), "division by zero");
	if (shift && b->known && b->value < 0)
		return parse_fail(
		    p, b->place, "%s", p->yara_only ? "" : "negative shift");
	if (shift && b->known && b->value >= 64) {
		out->known = true;
		return OK;
	}
	if (!a->known || !b->known)
		return OK;
	if (ops[op->kind].class == ARITHMETIC)
		return fold_arithmetic(p, op, out, a->value, b->value);
	fold_integer(op->kind, out, a->value, b->value);
	return OK;
}

enum err
sema_binary(struct parser *p, const struct token *op, const struct ex *a,
    const struct ex *b, struct ex *out)
{
	const struct op *o = &ops[op->kind];
	struct ex kid[2] = { *a, *b };
	bool boolean = o->class == COMPARISON || o->class == TEXTUAL;
	struct ex x;

	if (o->class == INTEGER || o->class == TEXTUAL)
		TRY(check_type(p, o, o->class == INTEGER ? IR_INT : IR_STR, kid));
	else
		TRY(check_operands(p, o, place_of(op), kid));
	TRY(node_new(p, o->op, boolean ? IR_BOOL : kid[0].node->type, place_of(op), &x));
	TRY(node_kids(p, &x, kid, 2));
	x.primary = !boolean;
	x.node->exact = p->env->flags & RULES_YARAX;
	if (!boolean)
		TRY(fold(p, op, kid, &x));
	*out = x;
	return OK;
}
