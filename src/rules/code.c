/*
 * code.c - booleans as branches, and the frame around them.
 *
 * gen_bool(n, to) emits code that ends at to.on[o] for the outcome o of n, or
 * behind itself where that is NULL. `and` and `or` know no undefined: an operand
 * that is undefined counts as false (docs/conditions.md).
 */
#include "rules/code_gen.h"

#define DEFINITE (COND_ON_FALSE | COND_ON_TRUE)

uint32_t
gen_pattern(struct gen *g, struct ir_pat p)
{
	if (p.current)
		return COND_PAT_REG | g->slot[p.index].reg;
	return g->rule->strings[p.index].pattern->index;
}

void
gen_always(struct gen *g, struct goal to, enum cond_outcome o)
{
	if (to.on[o] != NULL)
		gen_jump(g, to.on[o]);
}

static bool
has_effect(const struct ir_node *n, uint32_t depth)
{
	if (n == NULL || depth >= GEN_DEPTH)
		return false;
	if (n->op == IR_CALL && n->u.fact->flags & FACT_EFFECT)
		return true;
	for (uint32_t i = 0; i < n->nkids; i++)
		if (has_effect(n->kid[i], depth + 1))
			return true;
	return false;
}

bool
gen_has_effect(const struct gen *g, const struct ir_node *n)
{
	return g->effects && has_effect(n, 0);
}

/*
 * YARA goes on to the right operand of `and` when the left one is undefined, for
 * its effects: a console.log there speaks. Only the second one: behind it the
 * value is a plain false. Not inside of a copy, or code would grow as a power.
 */
static void
gen_and_undefined(struct gen *g, const struct ir_node *second, struct label *f)
{
	g->copying = true;
	gen_bool(g, second, (struct goal){ { f, f, f } });
	g->copying = false;
}

static void
gen_and(struct gen *g, const struct ir_node *n, struct goal to)
{
	struct label end = { 0 }, undef = { 0 };
	struct label *f = to.on[COND_IS_FALSE] ? to.on[COND_IS_FALSE] : &end;
	bool twice = !g->copying && gen_has_effect(g, n->kid[1]);
	uint32_t last = n->nkids - 1;

	for (uint32_t i = 0; i < last; i++)
		gen_bool(g, n->kid[i],
		    (struct goal){ { f, NULL, i == 0 && twice ? &undef : f } });
	if (!twice) {
		gen_bool(g, n->kid[last],
		    (struct goal){ { to.on[COND_IS_FALSE], to.on[COND_IS_TRUE],
			to.on[COND_IS_FALSE] } });
	} else {
		gen_bool(g, n->kid[last], (struct goal){ { f, NULL, f } });
		gen_jump(g, to.on[COND_IS_TRUE] ? to.on[COND_IS_TRUE] : &end);
		gen_bind(g, &undef);
		gen_and_undefined(g, n->kid[1], f);
	}
	gen_bind(g, &end);
}

static void
gen_or(struct gen *g, const struct ir_node *n, struct goal to)
{
	struct label end = { 0 };
	struct label *t = to.on[COND_IS_TRUE] ? to.on[COND_IS_TRUE] : &end;
	uint32_t last = n->nkids - 1;

	for (uint32_t i = 0; i < last; i++)
		gen_bool(g, n->kid[i], (struct goal){ { NULL, t, NULL } });
	gen_bool(g, n->kid[last],
	    (struct goal){
		{ to.on[COND_IS_FALSE], to.on[COND_IS_TRUE], to.on[COND_IS_FALSE] } });
	gen_bind(g, &end);
}

static uint32_t
hint_not(uint32_t hint)
{
	return hint == COND_HELPS ? COND_HURTS : hint == COND_HURTS ? COND_HELPS : 0;
}

static void
gen_not(struct gen *g, const struct ir_node *n, struct goal to)
{
	g->hint = hint_not(g->hint);
	gen_bool(g, n->kid[0],
	    (struct goal){
		{ to.on[COND_IS_TRUE], to.on[COND_IS_FALSE], to.on[COND_IS_UNDEF] } });
	g->hint = hint_not(g->hint);
}

static bool
is_place(const struct ir_node *n)
{
	return n->type == IR_OBJECT;
}

static void
gen_defined(struct gen *g, const struct ir_node *n, struct goal to)
{
	const struct ir_node *k = n->kid[0];
	uint32_t hint = g->hint;

	if (k->type == IR_BOOL) {
		g->hint = 0;
		gen_bool(g, k,
		    (struct goal){ { to.on[COND_IS_TRUE], to.on[COND_IS_TRUE],
			to.on[COND_IS_FALSE] } });
		g->hint = hint;
		return;
	}
	if (is_place(k))
		gen_op(g, COND_DEFO, gen_place(g, k).reg, 0, 0);
	else if (k->type == IR_STR)
		gen_op(g, COND_DEFS, gen_str(g, k), 0, 0);
	else
		gen_op(g, COND_DEFN, gen_num(g, k), 0, 0);
	gen_branch(g, to, DEFINITE);
}

/* Relations with a constant on the right that need no register for it. */
static bool
gen_fused(struct gen *g, const struct ir_node *n, uint32_t rel, struct goal to)
{
	const struct ir_node *a = n->kid[0], *b = n->kid[1];
	struct ir_read r = a->u.read;

	if (b->op != IR_CONST || b->type != IR_INT || b->u.i == FACT_UNDEF)
		return false;
	if (a->op == IR_FILESIZE) {
		gen_op(g, COND_SIZECMP, 0, 0, rel);
		gen_i64(g, b->u.i);
		gen_branch(g, to, COND_ON_ALL); /* undefined, of a process */
		return true;
	}
	if (a->op == IR_READ && !r.flt && r.width <= 32 && a->kid[0]->op == IR_CONST &&
	    a->kid[0]->u.i >= 0 && a->kid[0]->u.i <= UINT32_MAX) {
		uint32_t log = r.width == 8 ? 0 : r.width == 16 ? 1 : 2;

		gen_op(g, COND_READCMP, 0,
		    log | (r.sign ? COND_READ_SIGN : 0) | (r.big ? COND_READ_BIG : 0),
		    rel);
		gen_word(g, (uint32_t)a->kid[0]->u.i);
		gen_i64(g, b->u.i);
		gen_branch(g, to, COND_ON_ALL);
		return true;
	}
	if (b->u.i != (int32_t)b->u.i)
		return false;
	if (a->op == IR_COUNT) {
		gen_op(g, COND_CNTCMP, 0, 0, rel);
		gen_word(g, gen_pattern(g, a->u.pat));
		gen_word(g, (uint32_t)b->u.i);
		gen_branch(g, to, DEFINITE);
		return true;
	}
	gen_op(g, COND_CMPI, gen_num(g, a), 0, rel);
	gen_word(g, (uint32_t)b->u.i);
	gen_branch(g, to, COND_ON_ALL);
	return true;
}

static void
gen_compare(struct gen *g, const struct ir_node *n, struct goal to)
{
	uint32_t rel = (uint32_t)(n->op - IR_EQ) + COND_EQ, a, b;
	enum cond_op op = COND_CMP;

	if (gen_fused(g, n, rel, to))
		return;
	if (n->kid[0]->type == IR_STR) {
		op = COND_SCMP;
		a = gen_str(g, n->kid[0]);
		b = gen_str(g, n->kid[1]);
	} else {
		op = n->kid[0]->type == IR_FLOAT ? COND_FCMP : COND_CMP;
		if (op == COND_FCMP && n->exact && rel <= COND_NE)
			rel = rel == COND_EQ ? COND_SAME : COND_OTHER;
		a = gen_num(g, n->kid[0]);
		b = gen_num(g, n->kid[1]);
	}
	gen_op(g, op, a, b, rel);
	gen_branch(g, to, COND_ON_ALL);
}

static void
gen_str_test(struct gen *g, const struct ir_node *n, struct goal to)
{
	uint32_t a = gen_str(g, n->kid[0]);

	if (n->op == IR_MATCHES) {
		gen_op(g, COND_MATCHES, a, 0, 0);
		gen_word(g, g->w->regex(g->w->arg, n->kid[1]->u.re));
	} else {
		uint32_t b = gen_str(g, n->kid[1]);

		gen_op(
		    g, COND_STR, a, b, (uint32_t)(n->op - IR_CONTAINS) + COND_CONTAINS);
	}
	gen_branch(g, to, COND_ON_ALL);
}

static void
gen_pattern_test(struct gen *g, const struct ir_node *n, struct goal to)
{
	enum cond_op op = n->op == IR_FOUND ? COND_FOUND
			  : n->op == IR_AT  ? COND_AT
					    : COND_IN;
	uint32_t reg[2] = { 0 };

	for (uint32_t i = 0; i < n->nkids && i < 2; i++)
		reg[i] = gen_num(g, n->kid[i]);
	gen_op(g, op, reg[0], reg[1], 0);
	gen_word(g, gen_pattern(g, n->u.pat));
	gen_branch(g, to, n->op == IR_FOUND ? DEFINITE : COND_ON_ALL);
}

/* A value as a boolean. */
static void
gen_truth(struct gen *g, const struct ir_node *k, struct goal to)
{
	if (k->type == IR_STR)
		gen_op(g, COND_TRUES, gen_str(g, k), 0, 0);
	else
		gen_op(g, COND_TRUEN, gen_num(g, k), 0, 0);
	gen_branch(g, to, COND_ON_ALL);
}

static void
gen_leaf(struct gen *g, const struct ir_node *n, struct goal to)
{
	switch (n->op) {
	case IR_CONST: gen_always(g, to, n->u.i ? COND_IS_TRUE : COND_IS_FALSE); break;
	case IR_UNDEF: gen_always(g, to, COND_IS_UNDEF); break;
	case IR_RULE:
		gen_op(g, COND_RULE, 0, 0, 0);
		gen_word(g, n->u.index);
		gen_branch(g, to, DEFINITE);
		break;
	case IR_TRUTH:
		if (n->kid[0]->type == IR_BOOL)
			gen_bool(g, n->kid[0], to);
		else
			gen_truth(g, n->kid[0], to);
		break;
	case IR_EXT:
	case IR_VAR:
	case IR_FIELD:
	case IR_INDEX:
	case IR_KEY:
	case IR_CALL: gen_truth(g, n, to); break;
	default: gen_fail(g); break;
	}
}

static void
gen_any(struct gen *g, const struct ir_node *n, struct goal to)
{
	switch (n->op) {
	case IR_AND: gen_and(g, n, to); break;
	case IR_OR: gen_or(g, n, to); break;
	case IR_NOT: gen_not(g, n, to); break;
	case IR_DEFINED: gen_defined(g, n, to); break;
	case IR_FOUND:
	case IR_AT:
	case IR_IN: gen_pattern_test(g, n, to); break;
	case IR_EQ:
	case IR_NE:
	case IR_LT:
	case IR_LE:
	case IR_GT:
	case IR_GE: gen_compare(g, n, to); break;
	case IR_CONTAINS:
	case IR_ICONTAINS:
	case IR_STARTS:
	case IR_ISTARTS:
	case IR_ENDS:
	case IR_IENDS:
	case IR_IEQUALS:
	case IR_MATCHES: gen_str_test(g, n, to); break;
	case IR_OF: gen_of(g, n, to); break;
	case IR_OF_RULES: gen_of_rules(g, n, to); break;
	case IR_OF_EXPRS: gen_of_exprs(g, n, to); break;
	case IR_FOR_OF:
	case IR_FOR_RANGE:
	case IR_FOR_LIST:
	case IR_FOR_ARRAY:
	case IR_FOR_DICT: gen_for(g, n, to); break;
	case IR_WITH: gen_with(g, n, to); break;
	default: gen_leaf(g, n, to); break;
	}
}

void
gen_bool(struct gen *g, const struct ir_node *n, struct goal to)
{
	struct mark mark = gen_mark(g);

	if (g->err != OK || g->depth >= GEN_DEPTH) {
		gen_fail(g);
		return;
	}
	g->depth++;
	gen_any(g, n, to);
	g->depth--;
	gen_release(g, mark);
}

enum err
code_rule(const struct ir *ir, const struct ir_rule *rule, const struct code_writer *w,
    struct buf *out)
{
	struct gen g = { .ir = ir,
		.rule = rule,
		.w = w,
		.arena = w->arena,
		.hint = COND_HELPS,
		.effects = has_effect(rule->cond, 0) };
	struct label no = { 0 };

	g.slot = ARENA_ARRAY(w->arena, rule->nslots + 1, struct slot);
	if (g.slot == NULL)
		return ERR_LIMIT;
	gen_bool(&g, rule->cond, (struct goal){ { &no, NULL, &no } });
	gen_op(&g, COND_RET, 1, 0, 0);
	gen_bind(&g, &no);
	gen_op(&g, COND_RET, 0, 0, 0);
	return gen_finish(&g, out);
}
