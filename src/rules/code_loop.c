/*
 * code_loop.c - quantifiers: of, for, and with.
 *
 * YARA 4.5: the number 0 means none, an undefined one all, and a loop without a
 * round is false whatever its quantifier. What is known while compiling becomes
 * jumps; a quantifier that is computed counts rounds and asks at the end.
 */
#include "rules/code_gen.h"

#define DEFINITE (COND_ON_FALSE | COND_ON_TRUE)

struct quant
gen_quant(const struct ir_node *n, uint32_t total)
{
	const struct ir_node *q = n->nkids > 0 ? n->kid[0] : NULL;
	bool fixed = q != NULL && q->op == IR_CONST;
	struct quant out = { QUANT_NEED, 1 };

	switch (n->u.loop->quant) {
	case IR_ANY: break;
	case IR_ALL: out.kind = QUANT_ALL; break;
	case IR_NONE: out.kind = QUANT_NONE; break;
	case IR_N:
		out.kind = fixed ? QUANT_NEED : QUANT_NUMBER;
		out.need = fixed ? q->u.i : 0;
		if (fixed && q->u.i == 0)
			out.kind = QUANT_NONE;
		if (fixed && q->u.i == FACT_UNDEF)
			out.kind = QUANT_ALL;
		break;
	case IR_PERCENT:
		out.kind = QUANT_PERCENT;
		if (fixed && total > 0 && q->u.i != FACT_UNDEF) {
			out.kind = QUANT_NEED;
			out.need = cond_percent(q->u.i, total);
		}
		break;
	}
	return out;
}

/* The number that a list instruction needs; a negative one is always there. */
static uint32_t
need_of(struct quant q, uint32_t total)
{
	if (q.kind == QUANT_ALL)
		return total;
	if (q.kind == QUANT_NONE)
		return 1;
	if (q.need < 0)
		return 0;
	return q.need > total ? total + 1 : (uint32_t)q.need;
}

static struct goal
goal_not(struct goal to)
{
	return (struct goal){ { to.on[COND_IS_TRUE], to.on[COND_IS_FALSE],
	    to.on[COND_IS_UNDEF] } };
}

static uint32_t
hint_of(uint32_t hint, struct quant q)
{
	if (q.kind == QUANT_NUMBER || q.kind == QUANT_PERCENT || hint == 0)
		return 0;
	if (q.kind == QUANT_NONE)
		return hint ^ (COND_HELPS | COND_HURTS);
	return hint;
}

/* --- counting, for quantifiers that are not known yet --- */

struct tally {
	uint32_t yes, total, want;
};

static struct tally
tally_new(struct gen *g, const struct ir_node *n)
{
	struct tally t;

	t.want = gen_num(g, n->kid[0]);
	t.yes = gen_new_num(g);
	t.total = gen_new_num(g);
	gen_load_int(g, t.yes, 0);
	gen_load_int(g, t.total, 0);
	return t;
}

static void
tally_test(struct gen *g, struct tally t, struct quant q, struct goal to)
{
	bool number = q.kind == QUANT_NUMBER;

	gen_op(g, number ? COND_QUANT : COND_PERCENT, t.yes, t.total, t.want);
	gen_branch(g, to, number ? DEFINITE : COND_ON_ALL);
}

static void
gen_inc(struct gen *g, uint32_t reg)
{
	gen_op(g, COND_INC, reg, 0, 0);
}

/* --- of --- */

/* at and in: the operands, and where an undefined one leads. */
static void
of_operands(struct gen *g, const struct ir_node *n, uint32_t *reg)
{
	for (uint32_t i = 1; i < n->nkids && i < 3; i++)
		reg[i - 1] = gen_num(g, n->kid[i]);
}

static enum cond_op
of_op(const struct ir_node *n, bool one)
{
	switch (n->nkids) {
	case 3: return one ? COND_IN : COND_OFIN;
	case 2: return one ? COND_AT : COND_OFAT;
	default: return one ? COND_FOUND : COND_OF;
	}
}

/* Each string by itself, counted: for a quantifier that is computed. */
static void
of_counted(struct gen *g, const struct ir_node *n, struct quant q, struct goal to)
{
	const struct ir_loop *l = n->u.loop;
	uint32_t hint = g->hint, reg[2] = { 0 };
	struct label undef = { 0 }, end = { 0 };
	struct tally t = tally_new(g, n);

	g->hint = 0;
	of_operands(g, n, reg);
	for (uint32_t i = 0; i < l->nset; i++) {
		struct label no = { 0 };

		gen_inc(g, t.total);
		gen_op(g, of_op(n, true), reg[0], reg[1], 0);
		gen_word(g, gen_pattern(g, (struct ir_pat){ .index = l->set[i] }));
		gen_branch(g, (struct goal){ { &no, NULL, &undef } },
		    n->nkids > 1 ? COND_ON_ALL : DEFINITE);
		gen_inc(g, t.yes);
		gen_bind(g, &no);
	}
	g->hint = hint;
	for (unsigned o = 0; o < 3; o++)
		if (to.on[o] == NULL)
			to.on[o] = &end;
	tally_test(g, t, q, to);
	gen_bind(g, &undef);
	gen_always(g, to, COND_IS_UNDEF);
	gen_bind(g, &end);
}

void
gen_of(struct gen *g, const struct ir_node *n, struct goal to)
{
	const struct ir_loop *l = n->u.loop;
	struct quant q = gen_quant(n, l->nset);
	uint32_t hint = g->hint, reg[2] = { 0 };

	if (q.kind == QUANT_NUMBER || q.kind == QUANT_PERCENT) {
		of_counted(g, n, q, to);
		return;
	}
	of_operands(g, n, reg);
	gen_op(g, of_op(n, false), reg[0], reg[1], 0);
	gen_word(g, l->nset);
	gen_word(g, need_of(q, l->nset));
	for (uint32_t i = 0; i < l->nset; i++)
		gen_word(g, gen_pattern(g, (struct ir_pat){ .index = l->set[i] }));
	g->hint = hint_of(hint, q);
	gen_branch(g, q.kind == QUANT_NONE ? goal_not(to) : to,
	    n->nkids > 1 ? COND_ON_ALL : DEFINITE);
	g->hint = hint;
}

static void
of_rules_counted(struct gen *g, const struct ir_node *n, struct quant q, struct goal to)
{
	const struct ir_loop *l = n->u.loop;
	struct tally t = tally_new(g, n);
	uint32_t hint = g->hint;

	g->hint = 0;
	for (uint32_t i = 0; i < l->nset; i++) {
		struct label no = { 0 };

		gen_inc(g, t.total);
		gen_op(g, COND_RULE, 0, 0, 0);
		gen_word(g, l->rules[i]);
		gen_branch(g, (struct goal){ { &no, NULL, NULL } }, DEFINITE);
		gen_inc(g, t.yes);
		gen_bind(g, &no);
	}
	g->hint = hint;
	tally_test(g, t, q, to);
}

void
gen_of_rules(struct gen *g, const struct ir_node *n, struct goal to)
{
	const struct ir_loop *l = n->u.loop;
	struct quant q = gen_quant(n, l->nset);
	uint32_t hint = g->hint;

	if (q.kind == QUANT_NUMBER || q.kind == QUANT_PERCENT) {
		of_rules_counted(g, n, q, to);
		return;
	}
	gen_op(g, COND_OFRULE, 0, 0, 0);
	gen_word(g, l->nset);
	gen_word(g, need_of(q, l->nset));
	for (uint32_t i = 0; i < l->nset; i++)
		gen_word(g, l->rules[i]);
	g->hint = hint_of(hint, q);
	gen_branch(g, q.kind == QUANT_NONE ? goal_not(to) : to, DEFINITE);
	g->hint = hint;
}

/* The booleans of a tuple, counted; with a known number it stops when it is reached. */
void
gen_of_exprs(struct gen *g, const struct ir_node *n, struct goal to)
{
	uint32_t total = n->nkids - 1, hint = g->hint;
	struct quant q = gen_quant(n, total);
	bool open = q.kind == QUANT_NUMBER || q.kind == QUANT_PERCENT;
	struct goal goal = q.kind == QUANT_NONE ? goal_not(to) : to;
	struct label end = { 0 }, *t = goal.on[COND_IS_TRUE];
	struct tally c = { 0 };

	if (t == NULL)
		t = &end;
	if (open) {
		c = tally_new(g, n);
	} else {
		c.yes = gen_new_num(g);
		gen_load_int(g, c.yes, 0);
	}
	g->hint = hint_of(hint, q);
	for (uint32_t i = 1; i <= total; i++) {
		struct label no = { 0 };

		if (open)
			gen_inc(g, c.total);
		gen_bool(g, n->kid[i], (struct goal){ { &no, NULL, &no } });
		gen_inc(g, c.yes);
		gen_bind(g, &no);
	}
	g->hint = hint;
	if (open) {
		tally_test(g, c, q, to);
	} else {
		gen_op(g, COND_CMPI, c.yes, 0, COND_GE);
		gen_word(g, need_of(q, total));
		gen_branch(g, (struct goal){ { goal.on[0], t, goal.on[2] } }, DEFINITE);
	}
	gen_bind(g, &end);
}

/* --- for --- */

/* One loop: a counter from i to hi, what a round sets up, and its end. */
struct loop {
	const struct ir_node *node, *body;
	uint32_t i, hi;
	struct place place; /* the array or dict */
};

static void
loop_count(struct gen *g, struct loop *l, uint32_t n)
{
	l->i = gen_new_num(g);
	l->hi = gen_new_num(g);
	gen_load_int(g, l->i, 0);
	gen_load_int(g, l->hi, (int64_t)n - 1);
}

static void
loop_range(struct gen *g, struct loop *l)
{
	const struct ir_node *n = l->node;

	l->i = gen_new_num(g);
	gen_op(g, COND_MOVN, l->i, gen_num(g, n->kid[1]), 0);
	l->hi = gen_num(g, n->kid[2]);
	g->slot[n->u.loop->var].reg = l->i;
}

static void
loop_items(struct gen *g, struct loop *l)
{
	uint32_t one = gen_new_num(g);

	l->place = gen_place(g, l->node->kid[1]);
	gen_load(g, &l->place);
	l->i = gen_new_num(g);
	l->hi = gen_new_num(g);
	gen_load_int(g, l->i, 0);
	gen_load_int(g, one, 1);
	gen_op(g, COND_LEN, l->hi, l->place.reg, 0);
	gen_path(g, &l->place.path);
	gen_word(g, l->place.off);
	gen_op(g, COND_SUB, l->hi, l->hi, one);
}

static void
loop_start(struct gen *g, struct loop *l)
{
	const struct ir_node *n = l->node;

	switch (n->op) {
	case IR_FOR_OF: loop_count(g, l, n->u.loop->nset); break;
	case IR_FOR_LIST: loop_count(g, l, n->nkids - 2); break;
	case IR_FOR_RANGE: loop_range(g, l); break;
	default: loop_items(g, l); break;
	}
}

/* The i-th value of the list: a switch over the code of each. */
static void
round_list(struct gen *g, struct loop *l)
{
	const struct ir_node *n = l->node;
	uint32_t count = n->nkids - 2;
	bool str = n->kid[1]->type == IR_STR;
	uint32_t var = str ? gen_new_str(g) : gen_new_num(g);
	struct label *at = ARENA_ARRAY(g->arena, count, struct label), end = { 0 };

	g->slot[n->u.loop->var].reg = var;
	if (at == NULL) {
		gen_fail(g);
		return;
	}
	gen_op(g, COND_SWITCH, l->i, 0, 0);
	gen_word(g, count);
	for (uint32_t i = 0; i < count; i++)
		gen_target(g, &at[i], 0);
	for (uint32_t i = 0; i < count; i++) {
		struct mark mark = gen_mark(g);

		gen_bind(g, &at[i]);
		if (str)
			gen_op(g, COND_MOVS, var, gen_str(g, n->kid[1 + i]), 0);
		else
			gen_op(g, COND_MOVN, var, gen_num(g, n->kid[1 + i]), 0);
		gen_jump(g, &end);
		gen_release(g, mark);
	}
	gen_bind(g, &end);
}

static void
round_of(struct gen *g, struct loop *l)
{
	const struct ir_loop *s = l->node->u.loop;
	uint32_t var = gen_new_num(g);

	g->slot[s->var].reg = var;
	gen_op(g, COND_PICK, var, l->i, 0);
	gen_word(g, s->nset);
	gen_word(g, 0);
	for (uint32_t i = 0; i < s->nset; i++)
		gen_word(g, gen_pattern(g, (struct ir_pat){ .index = s->set[i] }));
}

/* An array of scalars has a table of one row without a name. */
static enum ir_type
scalar_type(const struct fact *table)
{
	if (table == NULL || table->type == FACT_END || table->name == NULL ||
	    table->name[0] != '\0')
		return IR_OBJECT;
	return table->type == FACT_STR     ? IR_STR
	       : table->type == FACT_FLOAT ? IR_FLOAT
					   : IR_INT;
}

static void
round_item(struct gen *g, struct loop *l)
{
	const struct ir_loop *s = l->node->u.loop;
	struct place e = gen_elem(g, l->place, COND_ELEM, l->i);
	bool dict = l->node->op == IR_FOR_DICT;
	struct slot *value = &g->slot[dict ? s->var2 : s->var];
	enum ir_type type = scalar_type(e.table);

	if (dict) {
		g->slot[s->var].reg = gen_new_str(g);
		gen_op(g, COND_KEY, g->slot[s->var].reg, e.reg, 0);
	}
	value->place = e;
	if (type != IR_OBJECT)
		value->reg = gen_scalar(g, e, 0, type);
}

static void
loop_round(struct gen *g, struct loop *l)
{
	switch (l->node->op) {
	case IR_FOR_OF: round_of(g, l); break;
	case IR_FOR_LIST: round_list(g, l); break;
	case IR_FOR_RANGE: break;
	default: round_item(g, l); break;
	}
}

/* any, all, none: one round decides. hit: what a round's true body means. */
static void
for_simple(
    struct gen *g, struct loop *l, struct quant q, struct label *t, struct label *f)
{
	struct label next = { 0 };
	uint32_t head = (uint32_t)g->n;
	struct goal body = { { &next, t, &next } };

	if (q.kind == QUANT_ALL)
		body = (struct goal){ { f, &next, f } };
	else if (q.kind == QUANT_NONE)
		body = (struct goal){ { &next, f, &next } };
	loop_round(g, l);
	gen_bool(g, l->body, body);
	gen_bind(g, &next);
	gen_back(g, l->i, l->hi, head);
	gen_jump(g, q.kind == QUANT_NEED ? f : t);
}

/* Rounds are counted; `want` is known (need > 1), or asked for at the end. */
static void
for_counted(struct gen *g, struct loop *l, struct quant q, struct tally c, struct goal to)
{
	struct label next = { 0 };
	uint32_t head = (uint32_t)g->n;
	bool fixed = q.kind == QUANT_NEED;

	loop_round(g, l);
	if (!fixed)
		gen_inc(g, c.total);
	gen_bool(g, l->body, (struct goal){ { &next, NULL, &next } });
	gen_inc(g, c.yes);
	if (fixed) {
		gen_op(g, COND_CMPI, c.yes, 0, COND_GE);
		gen_word(g, q.need > INT32_MAX ? INT32_MAX : (uint32_t)q.need);
		gen_branch(
		    g, (struct goal){ { NULL, to.on[COND_IS_TRUE], NULL } }, DEFINITE);
	}
	gen_bind(g, &next);
	gen_back(g, l->i, l->hi, head);
	if (fixed)
		gen_jump(g, to.on[COND_IS_FALSE]);
	else
		tally_test(g, c, q, to);
}

void
gen_for(struct gen *g, const struct ir_node *n, struct goal to)
{
	struct loop l = { .node = n, .body = n->kid[n->nkids - 1] };
	struct quant q = gen_quant(n, n->op == IR_FOR_OF ? n->u.loop->nset : 0);
	struct label end = { 0 }, *f, *t;
	uint32_t hint = g->hint;
	struct tally c = { 0 };

	for (unsigned o = 0; o < 3; o++)
		if (to.on[o] == NULL)
			to.on[o] = &end;
	f = to.on[COND_IS_FALSE];
	t = to.on[COND_IS_TRUE];
	g->hint = hint_of(hint, q);
	if (q.kind == QUANT_NUMBER || q.kind == QUANT_PERCENT) {
		c = tally_new(g, n);
	} else if (q.kind == QUANT_NEED && q.need > 1) {
		c.yes = gen_new_num(g);
		gen_load_int(g, c.yes, 0);
	}
	loop_start(g, &l);
	gen_op(g, COND_RANGE, l.i, l.hi, 0);
	gen_branch(g, (struct goal){ { f, NULL, NULL } }, DEFINITE);
	if (q.kind == QUANT_NEED && q.need <= 0)
		gen_jump(g, t); /* YARA: one round, and fewer than none are enough */
	else if (q.kind == QUANT_NUMBER || q.kind == QUANT_PERCENT || q.need > 1)
		for_counted(g, &l, q, c, to);
	else
		for_simple(g, &l, q, t, f);
	g->hint = hint;
	gen_bind(g, &end);
}

void
gen_with(struct gen *g, const struct ir_node *n, struct goal to)
{
	for (uint32_t i = 0; i + 1 < n->nkids; i++) {
		const struct ir_node *k = n->kid[i];
		struct slot *s = &g->slot[n->u.loop->var + i];

		if (k->type == IR_OBJECT)
			s->place = gen_place(g, k);
		else if (k->type == IR_STR)
			s->reg = gen_str(g, k);
		else
			s->reg = gen_num(g, k);
	}
	gen_bool(g, n->kid[n->nkids - 1], to);
}
