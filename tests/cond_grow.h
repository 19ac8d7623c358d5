/*
 * cond_grow.h - random condition trees and random worlds, for tests only.
 */
#pragma once

#include "tests/cond_rig.h"

struct grow_var {
	uint32_t slot;
	enum ir_type type;
	bool pattern;             /* the current string of a for-of */
	const struct fact *table; /* of an object */
};

struct grow {
	struct rig *r;
	uint64_t seed;
	struct grow_var var[RIG_SLOTS];
	uint32_t nvars;
	bool facts; /* many texts are compared with constants */
};

static struct ir_node *grow_bool(struct grow *g, unsigned depth);
static struct ir_node *grow_int(struct grow *g, unsigned depth);
static struct ir_node *grow_float(struct grow *g, unsigned depth);
static struct ir_node *grow_str(struct grow *g, unsigned depth);

static inline uint32_t
roll(struct grow *g, uint32_t n)
{
	return (uint32_t)(test_random(&g->seed) >> 33) % n;
}

/* --- objects --- */

static inline struct ir_node *
grow_module(struct grow *g)
{
	struct ir_node *n = ir_new(&g->r->b, IR_MODULE, IR_OBJECT, 0);

	n->u.index = 1;
	n->schema = rig_facts;
	n->is_table = true;
	return n;
}

static inline enum ir_type
fact_ir(enum fact_type t)
{
	return t == FACT_INT     ? IR_INT
	       : t == FACT_FLOAT ? IR_FLOAT
	       : t == FACT_STR   ? IR_STR
				 : IR_OBJECT;
}

static inline struct ir_node *
ir_field(struct build *b, struct ir_node *of, const struct fact *f)
{
	struct ir_node *n = ir_new(b, IR_FIELD, fact_ir(f->type), 1, of);

	n->u.fact = f;
	n->is_table = f->type == FACT_STRUCT;
	n->schema = n->is_table ? f->sub : f;
	return n;
}

/* An element of the array or dict `of`: a scalar or a struct. */
static inline struct ir_node *
ir_element(struct build *b, enum ir_op op, struct ir_node *of, struct ir_node *key)
{
	const struct fact *sub = of->schema->sub;
	bool scalar = sub->name[0] == '\0';
	struct ir_node *n =
	    ir_new(b, op, scalar ? fact_ir(sub->type) : IR_OBJECT, 2, of, key);

	n->is_table = !scalar;
	n->schema = scalar ? NULL : sub;
	return n;
}

/* A struct with the table wanted, or NULL when there is none about. */
static inline struct ir_node *
grow_struct(struct grow *g, const struct fact *table, unsigned depth)
{
	struct build *b = &g->r->b;
	struct ir_node *m = grow_module(g);

	for (uint32_t i = 0; i < g->nvars; i++) {
		struct ir_node *v;

		if (g->var[i].table != table || table == NULL || roll(g, 2))
			continue;
		v = ir_var(b, g->var[i].slot, IR_OBJECT);
		v->schema = table;
		v->is_table = true;
		return v;
	}
	if (table == rig_row_facts)
		return ir_element(b, IR_INDEX, ir_field(b, m, &rig_facts[RIG_ROWS]),
		    grow_int(g, depth));
	if (table == rig_entry_facts)
		return ir_element(
		    b, IR_KEY, ir_field(b, m, &rig_facts[RIG_DICT]), grow_str(g, depth));
	if (table == rig_in_facts && roll(g, 3) == 0)
		return ir_field(
		    b, grow_struct(g, rig_row_facts, depth), &rig_row_facts[3]);
	if (table == rig_in_facts && roll(g, 2))
		return ir_field(
		    b, grow_struct(g, rig_entry_facts, depth), &rig_entry_facts[0]);
	if (table == rig_in_facts)
		return ir_field(b, m, &rig_facts[RIG_IN]);
	return m;
}

static inline struct ir_node *
ir_call(struct build *b, enum ir_type type, struct ir_node *of, const struct fact *f,
    struct ir_node *x, struct ir_node *y)
{
	struct ir_node *n =
	    ir_new(b, IR_CALL, type, 1 + (x != NULL) + (y != NULL), of, x, y);

	n->u.fact = f;
	return n;
}

static inline struct ir_node *
ir_regex(struct build *b, char c)
{
	struct ir_node *n = ir_new(b, IR_CONST, IR_REGEX, 0);

	n->u.re = (const struct re_ast *)(uintptr_t)c;
	return n;
}

/* --- values --- */

static inline struct ir_node *
grow_var(struct grow *g, enum ir_type type)
{
	uint32_t at = roll(g, RIG_SLOTS);

	for (uint32_t i = 0; i < g->nvars; i++) {
		const struct grow_var *v = &g->var[(i + at) % g->nvars];

		if (v->type == type && !v->pattern && v->table == NULL)
			return ir_var(&g->r->b, v->slot, type);
	}
	return NULL;
}

/* Which string, by number or the current one of a loop about. */
static inline struct ir_node *
grow_pattern(struct grow *g, enum ir_op op, unsigned depth)
{
	struct build *b = &g->r->b;
	bool two = op == IR_IN || op == IR_COUNT_IN;
	bool none = op == IR_FOUND || op == IR_COUNT;
	struct ir_node *x = none ? NULL : grow_int(g, depth);
	struct ir_node *y = two ? grow_int(g, depth) : NULL;
	struct ir_node *n = ir_pat(b, op, roll(g, RIG_PATTERNS),
	    none  ? 0
	    : two ? 2
		  : 1,
	    x, y);

	for (uint32_t i = 0; i < g->nvars; i++)
		if (g->var[i].pattern && roll(g, 2))
			return ir_current(n, g->var[i].slot);
	return n;
}

static inline struct ir_node *
grow_int_const(struct grow *g)
{
	static const int64_t odd[] = { INT64_MIN, INT64_MAX, FACT_UNDEF, -1, 64, 63,
		0x5a4d, 1LL << 40 };

	if (roll(g, 12) == 0)
		return ir_int(&g->r->b, odd[roll(g, COUNT(odd))]);
	return ir_int(&g->r->b, (int64_t)roll(g, 12) - 2);
}

static inline struct ir_node *
grow_int_leaf(struct grow *g)
{
	struct build *b = &g->r->b;
	struct ir_node *n;

	switch (roll(g, 8)) {
	case 0: return ir_new(b, IR_FILESIZE, IR_INT, 0);
	case 1: return ir_new(b, IR_UNDEF, IR_INT, 0);
	case 2: return ir_new(b, IR_ENTRYPOINT, IR_INT, 0);
	case 3:
		n = ir_new(b, IR_EXT, IR_INT, 0);
		n->u.index = 0;
		return n;
	case 4: n = grow_var(g, IR_INT); return n ? n : grow_int_const(g);
	case 5: return grow_pattern(g, IR_COUNT, 0);
	default: return grow_int_const(g);
	}
}

static inline struct ir_node *
grow_int_object(struct grow *g, unsigned depth)
{
	struct build *b = &g->r->b;
	struct ir_node *m = grow_module(g);

	switch (roll(g, 8)) {
	case 0: return ir_field(b, m, &rig_facts[RIG_IS]);
	case 1:
		return ir_field(
		    b, grow_struct(g, rig_row_facts, depth), &rig_row_facts[0]);
	case 2: return ir_field(b, grow_struct(g, rig_in_facts, depth), &rig_in_facts[0]);
	case 3:
		return ir_element(b, IR_INDEX, ir_field(b, m, &rig_facts[RIG_INTS]),
		    grow_int(g, depth));
	case 4:
		return ir_element(
		    b, IR_KEY, ir_field(b, m, &rig_facts[RIG_PAIRS]), grow_str(g, depth));
	case 5:
		return ir_call(b, IR_INT, m, &rig_facts[RIG_ADD], grow_int(g, depth),
		    grow_int(g, depth));
	default: return ir_field(b, m, &rig_facts[roll(g, 2) ? RIG_A : RIG_B]);
	}
}

static struct ir_node *
grow_int(struct grow *g, unsigned depth)
{
	static const enum ir_op two[] = { IR_ADD, IR_SUB, IR_MUL, IR_DIV, IR_MOD,
		IR_BITAND, IR_BITOR, IR_BITXOR, IR_SHL, IR_SHR };
	struct build *b = &g->r->b;

	if (depth == 0)
		return grow_int_leaf(g);
	switch (roll(g, 9)) {
	case 0:
		return ir_arith(
		    b, roll(g, 2) ? IR_NEG : IR_BITNOT, grow_int(g, depth - 1), NULL);
	case 1:
	case 2:
		return ir_arith(b, two[roll(g, COUNT(two))], grow_int(g, depth - 1),
		    grow_int(g, depth - 1));
	case 3:
		return ir_read(
		    b, 8u << roll(g, 3), roll(g, 2), roll(g, 2), grow_int(g, depth - 1));
	case 4: return grow_pattern(g, IR_COUNT_IN, depth - 1);
	case 5: return grow_pattern(g, roll(g, 2) ? IR_OFFSET : IR_LENGTH, depth - 1);
	case 6: return grow_int_object(g, depth - 1);
	default: return grow_int_leaf(g);
	}
}

static struct ir_node *
grow_float(struct grow *g, unsigned depth)
{
	static const enum ir_op two[] = { IR_ADD, IR_SUB, IR_MUL, IR_DIV };
	static const double some[] = { 0.0, 0.5, 1.5, -2.0, 0.1, 0.2, 0.3, -0.0 };
	struct build *b = &g->r->b;
	struct ir_node *n;

	switch (depth == 0 ? roll(g, 4) : roll(g, 9)) {
	case 0:
		if (roll(g, 4) == 0)
			return ir_new(b, IR_UNDEF, IR_FLOAT, 0);
		return ir_field(b, grow_module(g), &rig_facts[RIG_F]);
	case 1:
		n = ir_new(b, IR_EXT, IR_FLOAT, 0);
		n->u.index = 1;
		return n;
	case 4: return ir_arith(b, IR_NEG, grow_float(g, depth - 1), NULL);
	case 5: return ir_new(b, IR_TO_FLOAT, IR_FLOAT, 1, grow_int(g, depth - 1));
	case 6:
		return ir_arith(b, two[roll(g, COUNT(two))], grow_float(g, depth - 1),
		    grow_float(g, depth - 1));
	case 7:
		return ir_field(
		    b, grow_struct(g, rig_row_facts, depth - 1), &rig_row_facts[1]);
	case 8:
		return ir_call(b, IR_FLOAT, grow_module(g), &rig_facts[RIG_HALF],
		    grow_float(g, depth - 1), NULL);
	default: return ir_flt(b, some[roll(g, COUNT(some))]);
	}
}

static struct ir_node *
grow_str(struct grow *g, unsigned depth)
{
	static const char *const some[] = { "", "a", "A", "ab", "aB", "\xff", "key" };
	struct build *b = &g->r->b;
	struct ir_node *m = grow_module(g), *n;

	switch (depth == 0 ? roll(g, 5) : roll(g, 9)) {
	case 0: return ir_field(b, m, &rig_facts[RIG_S]);
	case 1:
		n = ir_new(b, IR_EXT, IR_STR, 0);
		n->u.index = 2;
		return n;
	case 2: n = grow_var(g, IR_STR); return n ? n : ir_new(b, IR_UNDEF, IR_STR, 0);
	case 5:
		return ir_field(
		    b, grow_struct(g, rig_row_facts, depth - 1), &rig_row_facts[2]);
	case 6:
		return ir_call(b, IR_STR, grow_struct(g, rig_in_facts, depth - 1),
		    &rig_in_facts[2], NULL, NULL);
	case 7:
		return ir_element(b, IR_INDEX, ir_field(b, m, &rig_facts[RIG_NAMES]),
		    grow_int(g, depth - 1));
	case 8:
		return ir_field(
		    b, grow_struct(g, rig_in_facts, depth - 1), &rig_in_facts[1]);
	default: return ir_str(b, some[roll(g, COUNT(some))]);
	}
}

/* --- booleans --- */

static inline enum ir_quant
grow_quant(struct grow *g, struct ir_node **number, unsigned depth)
{
	enum ir_quant q = (enum ir_quant)roll(g, 5);

	*number = NULL;
	if (q == IR_N || q == IR_PERCENT) {
		*number = roll(g, 2) ? ir_int(&g->r->b, (int64_t)roll(g, 5) - 1)
				     : grow_int(g, depth);
		if (q == IR_PERCENT && (*number)->op == IR_CONST)
			(*number)->u.i = (*number)->u.i % 100 * 33;
	}
	return q;
}

static inline struct ir_node *
grow_of(struct grow *g, unsigned depth)
{
	struct build *b = &g->r->b;
	uint32_t lo = roll(g, RIG_PATTERNS), n = 1 + roll(g, RIG_PATTERNS - lo);
	struct ir_node *q, *node;
	enum ir_quant quant = grow_quant(g, &q, depth);

	switch (roll(g, 5)) {
	case 0: node = ir_new(b, IR_OF, IR_BOOL, 2, q, grow_int(g, depth)); break;
	case 1:
		node = ir_new(
		    b, IR_OF, IR_BOOL, 3, q, grow_int(g, depth), grow_int(g, depth));
		break;
	case 2: {
		node = ir_new(b, IR_OF_EXPRS, IR_BOOL, 4, q, grow_bool(g, depth),
		    grow_bool(g, depth), grow_bool(g, depth));
		return ir_quant(b, node, quant, 0);
	}
	case 3:
		node = ir_new(b, IR_OF_RULES, IR_BOOL, 1, q);
		return ir_set(b, ir_quant(b, node, quant, 0), 0, 1 + roll(g, RIG_RULES));
	default: node = ir_new(b, IR_OF, IR_BOOL, 1, q); break;
	}
	return ir_set(b, ir_quant(b, node, quant, 0), lo, lo + n);
}

static inline void
push_var(struct grow *g, uint32_t slot, enum ir_type type, const struct fact *table)
{
	g->var[g->nvars++] = (struct grow_var){ slot, type, false, table };
}

static inline struct ir_node *
ir_small(struct grow *g, struct ir_node *n)
{
	return ir_arith(&g->r->b, IR_MOD, n, ir_int(&g->r->b, 5));
}

static inline struct ir_node *
grow_for_array(struct grow *g, unsigned depth, uint32_t slot, struct ir_node *q)
{
	static const enum rig_row_index rows[] = { RIG_ROWS, RIG_INTS, RIG_NAMES,
		RIG_DICT, RIG_PAIRS };
	const struct fact *f = &rig_facts[rows[roll(g, COUNT(rows))]];
	struct build *b = &g->r->b;
	bool dict = f->type == FACT_DICT, scalar = f->sub->name[0] == '\0';
	enum ir_type type = scalar ? fact_ir(f->sub->type) : IR_OBJECT;

	if (dict)
		push_var(g, slot, IR_STR, NULL);
	push_var(g, slot + dict, type, scalar ? NULL : f->sub);
	return ir_new(b, dict ? IR_FOR_DICT : IR_FOR_ARRAY, IR_BOOL, 3, q,
	    ir_field(b, grow_module(g), f), grow_bool(g, depth));
}

static inline struct ir_node *
grow_for(struct grow *g, unsigned depth)
{
	struct build *b = &g->r->b;
	uint32_t slot = g->nvars * 2, vars = g->nvars, lo;
	struct ir_node *q, *n, *x, *y;
	enum ir_quant quant = grow_quant(g, &q, depth);

	if (g->nvars >= 5)
		return grow_of(g, 0);
	switch (roll(g, 5)) {
	case 0:
		x = ir_small(g, grow_int(g, depth));
		y = ir_small(g, grow_int(g, depth));
		push_var(g, slot, IR_INT, NULL);
		n = ir_new(b, IR_FOR_RANGE, IR_BOOL, 4, q, x, y, grow_bool(g, depth));
		break;
	case 1:
		x = grow_int(g, depth);
		y = grow_int(g, depth);
		push_var(g, slot, IR_INT, NULL);
		n = ir_new(b, IR_FOR_LIST, IR_BOOL, 4, q, x, y, grow_bool(g, depth));
		break;
	case 2:
		x = grow_str(g, depth);
		push_var(g, slot, IR_STR, NULL);
		n = ir_new(b, IR_FOR_LIST, IR_BOOL, 3, q, x, grow_bool(g, depth));
		break;
	case 3: n = grow_for_array(g, depth, slot, q); break;
	default:
		push_var(g, slot, IR_INT, NULL);
		g->var[g->nvars - 1].pattern = true;
		n = ir_new(b, IR_FOR_OF, IR_BOOL, 2, q, grow_bool(g, depth));
		lo = roll(g, RIG_PATTERNS);
		g->nvars = vars;
		return ir_set(b, ir_quant(b, n, quant, slot), lo,
		    lo + 1 + roll(g, RIG_PATTERNS - lo));
	}
	g->nvars = vars;
	return ir_quant(b, n, quant, slot);
}

static inline struct ir_node *
grow_with(struct grow *g, unsigned depth)
{
	struct build *b = &g->r->b;
	uint32_t slot = g->nvars * 2, vars = g->nvars;
	struct ir_node *x, *y, *n;

	if (g->nvars >= 4)
		return grow_of(g, 0);
	x = roll(g, 2) ? grow_int(g, depth) : grow_struct(g, rig_row_facts, depth);
	y = grow_str(g, depth);
	push_var(g, slot, x->type, x->type == IR_OBJECT ? rig_row_facts : NULL);
	push_var(g, slot + 1, IR_STR, NULL);
	n = ir_new(b, IR_WITH, IR_BOOL, 3, x, y, grow_bool(g, depth));
	g->nvars = vars;
	return ir_quant(b, n, IR_ANY, slot);
}

/* (#a & 1) * 3 + (#b & 1) * 2 + ... >= 4 */
static inline struct ir_node *
grow_sum(struct grow *g)
{
	struct build *b = &g->r->b;
	struct ir_node *sum = ir_int(b, roll(g, 2));

	for (uint32_t n = 2 + roll(g, 4); n > 0; n--) {
		struct ir_node *k = ir_arith(b, IR_BITAND, grow_pattern(g, IR_COUNT, 0),
		    ir_int(b, 1 + roll(g, 2) * 2));

		if (roll(g, 2))
			k = ir_arith(b, IR_MUL, k, ir_int(b, roll(g, 4)));
		sum = ir_arith(b, IR_ADD, sum, k);
	}
	return ir_op2(b, IR_EQ + roll(g, 6), sum, ir_int(b, roll(g, 9)));
}

/* uint16(0) == 0x5a4d and its like; some of the values are there. */
static inline struct ir_node *
grow_head(struct grow *g)
{
	static const int64_t some[] = { 0x4d, 0x5a4d, 0x4d5a, 0x5a4d << 16, -1, -128,
		0x80, 0xff, 0x01ff7f, 0x5a4d0000, 0xff7f80, -255, 0xff01, 0x01ff, 0 };
	struct build *b = &g->r->b;

	return ir_op2(b, roll(g, 3) ? IR_EQ : IR_NE,
	    ir_read(b, 8u << roll(g, 4), roll(g, 2), roll(g, 2), ir_int(b, roll(g, 8))),
	    ir_int(b, some[roll(g, COUNT(some))]));
}

static inline struct ir_node *
grow_compare(struct grow *g, unsigned depth)
{
	enum ir_op op = IR_EQ + roll(g, 6);
	struct build *b = &g->r->b;

	switch (roll(g, 9)) {
	case 6: return grow_sum(g);
	case 7: return grow_head(g);
	case 0: return ir_op2(b, op, grow_float(g, depth), grow_float(g, depth));
	case 1: return ir_op2(b, op, grow_str(g, depth), grow_str(g, depth));
	case 2: return ir_op2(b, op, grow_int(g, depth), grow_int_const(g));
	case 3: return ir_op2(b, op, grow_int_const(g), grow_int(g, depth));
	default: return ir_op2(b, op, grow_int(g, depth), grow_int(g, depth));
	}
}

/* A text that may be a fact's, and a value that it may have. */
static inline struct ir_node *
grow_equal(struct grow *g)
{
	static const char *const some[] = { "a", "ab", "Ba", "key", "" };
	struct build *b = &g->r->b;
	struct ir_node *is = ir_str(b, some[roll(g, COUNT(some))]);
	struct ir_node *text = grow_str(g, 2);
	enum ir_op op = roll(g, 4) ? IR_EQ : IR_NE;

	return roll(g, 4) ? ir_op2(b, op, text, is) : ir_op2(b, op, is, text);
}

static inline struct ir_node *
grow_leaf(struct grow *g, unsigned depth)
{
	struct build *b = &g->r->b;
	struct ir_node *n;

	if (g->facts && roll(g, 4))
		return grow_equal(g);
	switch (roll(g, 8)) {
	case 0: return ir_bool(b, roll(g, 2));
	case 1:
		n = ir_new(b, IR_RULE, IR_BOOL, 0);
		n->u.index = roll(g, RIG_RULES);
		return n;
	case 2: return grow_pattern(g, IR_AT, depth);
	case 3: return grow_pattern(g, IR_IN, depth);
	case 4:
		return ir_call(b, IR_BOOL, grow_module(g), &rig_facts[RIG_EVEN],
		    grow_int(g, depth), NULL);
	default: return grow_pattern(g, IR_FOUND, 0);
	}
}

static inline struct ir_node *
grow_ask(struct grow *g, unsigned depth)
{
	struct build *b = &g->r->b;

	if (roll(g, 3) == 0)
		return ir_op2(b, IR_MATCHES, grow_str(g, depth), ir_regex(b, 'a'));
	if (roll(g, 5) == 0)
		return ir_call(b, IR_BOOL, grow_module(g), &rig_facts[RIG_LIKE],
		    ir_regex(b, 'b'), grow_str(g, depth));
	return ir_op2(
	    b, IR_CONTAINS + roll(g, 7), grow_str(g, depth), grow_str(g, depth));
}

static struct ir_node *
grow_bool(struct grow *g, unsigned depth)
{
	struct build *b = &g->r->b;

	if (depth == 0)
		return grow_leaf(g, 0);
	depth--;
	switch (roll(g, 14)) {
	case 0:
	case 1: return ir_op2(b, IR_AND, grow_bool(g, depth), grow_bool(g, depth));
	case 2:
		return ir_new(b, IR_AND, IR_BOOL, 3, grow_bool(g, depth),
		    grow_bool(g, depth), grow_bool(g, depth));
	case 3:
	case 4: return ir_op2(b, IR_OR, grow_bool(g, depth), grow_bool(g, depth));
	case 5: return ir_not(b, grow_bool(g, depth));
	case 6:
		switch (roll(g, 3)) {
		case 0: return ir_new(b, IR_DEFINED, IR_BOOL, 1, grow_bool(g, depth));
		case 1: return ir_new(b, IR_DEFINED, IR_BOOL, 1, grow_str(g, depth));
		default: return ir_new(b, IR_DEFINED, IR_BOOL, 1, grow_int(g, depth));
		}
	case 7:
		switch (roll(g, 3)) {
		case 0: return ir_new(b, IR_TRUTH, IR_BOOL, 1, grow_float(g, depth));
		case 1: return ir_new(b, IR_TRUTH, IR_BOOL, 1, grow_str(g, depth));
		default: return ir_new(b, IR_TRUTH, IR_BOOL, 1, grow_int(g, depth));
		}
	case 8: return grow_of(g, depth);
	case 9: return grow_for(g, depth);
	case 10: return roll(g, 3) ? grow_ask(g, depth) : grow_with(g, depth);
	case 11:
	case 12: return grow_compare(g, depth);
	default: return grow_leaf(g, depth);
	}
}

/* --- worlds --- */

static inline int64_t
some_int(struct grow *g)
{
	return roll(g, 4) == 0 ? FACT_UNDEF : (int64_t)roll(g, 8) - 2;
}

static inline struct bytes
some_str(struct grow *g)
{
	static const char *const some[] = { "a", "ab", "Ba", "key", "" };

	return roll(g, 4) == 0 ? (struct bytes){ 0 }
			       : bytes_of(some[roll(g, COUNT(some))]);
}

static inline void
grow_facts(struct grow *g)
{
	struct rig_facts *f = &g->r->facts;

	fact_clear(rig_facts, f);
	f->is_rig = f->recognised = roll(g, 3) != 0;
	for (int i = 0; i < 3; i++)
		fact_clear(rig_row_facts, &f->row[i]);
	if (!f->recognised)
		return;
	f->a = some_int(g);
	f->b = some_int(g);
	f->f = roll(g, 4) ? (double)roll(g, 4) / 2 : NAN;
	f->s = some_str(g);
	f->in = (struct rig_in){ some_int(g), some_str(g) };
	for (int i = 0; i < 3; i++) {
		f->row[i] = (struct rig_row){ some_int(g), 0.5 * i, some_str(g),
			{ some_int(g), some_str(g) } };
		f->ints_of[i] = some_int(g);
	}
	for (int i = 0; i < 2; i++) {
		f->names_of[i] = some_str(g);
		f->pair[i] = (struct rig_pair){ bytes_of(i ? "key" : "a"), some_int(g) };
		f->entry[i] = (struct rig_entry){ bytes_of(i ? "ab" : "a"),
			{ some_int(g), some_str(g) } };
	}
	f->rows = (struct fact_array){ f->row, roll(g, 4) };
	f->ints = (struct fact_array){ f->ints_of, roll(g, 4) };
	f->names = (struct fact_array){ f->names_of, roll(g, 3) };
	f->pairs = (struct fact_array){ f->pair, roll(g, 3) };
	f->dict = (struct fact_array){ f->entry, roll(g, 3) };
}

static inline void
grow_world(struct grow *g)
{
	static const uint8_t data[] = "MZ\0\0\x01\xff\x7f\x80"
				      "0123456789abcdef";
	struct rig *r = g->r;

	grow_facts(g);
	r->file = (struct bytes){ data, roll(g, sizeof(data)) };
	for (uint32_t i = 0; i < RIG_PATTERNS; i++) {
		struct rig_pattern *p = &r->pattern[i];
		uint32_t off = roll(g, 4);

		p->known = p->listed = true;
		p->n = roll(g, 2) ? 0 : roll(g, RIG_MATCHES + 1);
		for (uint32_t k = 0; k < p->n; k++) {
			p->hit[k] = (struct hit){ .off = off, .len = 1 + roll(g, 5) };
			off += 1 + roll(g, 3);
		}
	}
	for (uint32_t i = 0; i < RIG_RULES; i++) {
		r->rule_true[i] = roll(g, 2);
		r->rule[i] = r->rule_true[i] ? COND_RULE_TRUE : COND_RULE_FALSE;
	}
	r->ext[0] = (struct ext){ .type = EXT_INT, .i = roll(g, 6) };
	r->ext[1] = (struct ext){ .type = EXT_FLOAT, .f = roll(g, 3) };
	r->ext[2] = (struct ext){ .type = EXT_STR, .s = bytes_of("ab") };
	r->env.entrypoint = some_int(g);
}

/* Forgets a part of what is known. */
static inline void
grow_doubt(struct grow *g)
{
	for (uint32_t i = 0; i < RIG_PATTERNS; i++) {
		struct rig_pattern *p = &g->r->pattern[i];

		p->known = roll(g, 2);
		p->listed = p->known && roll(g, 2);
		p->placed = roll(g, 2);
	}
	for (uint32_t i = 0; i < RIG_RULES; i++)
		if (roll(g, 4) == 0)
			g->r->rule[i] = COND_RULE_PENDING;
}
