/*
 * ir_build.h - small constructors of condition trees, for tests only.
 *
 * Everything lives in the arena of the ir; running out of it is a bug of the test.
 */
#pragma once

#include <stdarg.h>

#include "rules/ir.h"

struct build {
	struct arena arena;
	struct ir ir;
	struct ir_rule rule;
};

static inline void *
build_alloc(struct build *b, size_t n)
{
	void *p = arena_alloc(&b->arena, n);

	if (p == NULL)
		bug("the test's arena is too small");
	return p;
}

/* A node with n kids that follow. */
static inline struct ir_node *
ir_new(struct build *b, enum ir_op op, enum ir_type type, unsigned n, ...)
{
	struct ir_node *node = build_alloc(b, sizeof(*node));
	va_list ap;

	node->op = op;
	node->type = type;
	node->nkids = n;
	node->kid = build_alloc(b, (n + 1) * sizeof(node->kid[0]));
	va_start(ap, n);
	for (unsigned i = 0; i < n; i++)
		node->kid[i] = va_arg(ap, struct ir_node *);
	va_end(ap);
	return node;
}

static inline struct ir_node *
ir_int(struct build *b, int64_t v)
{
	struct ir_node *n = ir_new(b, IR_CONST, IR_INT, 0);

	n->u.i = v;
	return n;
}

static inline struct ir_node *
ir_bool(struct build *b, bool v)
{
	struct ir_node *n = ir_new(b, IR_CONST, IR_BOOL, 0);

	n->u.i = v;
	return n;
}

static inline struct ir_node *
ir_flt(struct build *b, double v)
{
	struct ir_node *n = ir_new(b, IR_CONST, IR_FLOAT, 0);

	n->u.f = v;
	return n;
}

static inline struct ir_node *
ir_str(struct build *b, const char *s)
{
	struct ir_node *n = ir_new(b, IR_CONST, IR_STR, 0);

	n->u.s = arena_bytes(&b->arena, bytes_of(s));
	if (n->u.s.p == NULL)
		n->u.s.p = (const uint8_t *)"";
	return n;
}

/* A node about string s of the rule. */
static inline struct ir_node *
ir_pat(struct build *b, enum ir_op op, uint32_t s, unsigned n, struct ir_node *x,
    struct ir_node *y)
{
	struct ir_node *node =
	    ir_new(b, op, op >= IR_COUNT && op <= IR_LENGTH ? IR_INT : IR_BOOL, n, x, y);

	node->u.pat.index = s;
	return node;
}

static inline struct ir_node *
ir_found(struct build *b, uint32_t s)
{
	return ir_pat(b, IR_FOUND, s, 0, NULL, NULL);
}

/* The string of the for-of whose slot is var. */
static inline struct ir_node *
ir_current(struct ir_node *n, uint32_t var)
{
	n->u.pat = (struct ir_pat){ .current = true, .index = var };
	return n;
}

static inline struct ir_node *
ir_var(struct build *b, uint32_t var, enum ir_type type)
{
	struct ir_node *n = ir_new(b, IR_VAR, type, 0);

	n->u.var = var;
	return n;
}

static inline struct ir_node *
ir_read(struct build *b, unsigned width, bool sign, bool big, struct ir_node *at)
{
	struct ir_node *n = ir_new(b, IR_READ, IR_INT, 1, at);

	n->u.read = (struct ir_read){ .width = (uint8_t)width, .sign = sign, .big = big };
	return n;
}

/* Operators: two kids, boolean. */
static inline struct ir_node *
ir_op2(struct build *b, enum ir_op op, struct ir_node *x, struct ir_node *y)
{
	return ir_new(b, op, IR_BOOL, 2, x, y);
}

static inline struct ir_node *
ir_not(struct build *b, struct ir_node *x)
{
	return ir_new(b, IR_NOT, IR_BOOL, 1, x);
}

static inline struct ir_node *
ir_arith(struct build *b, enum ir_op op, struct ir_node *x, struct ir_node *y)
{
	return ir_new(b, op, x->type, y ? 2 : 1, x, y);
}

/* Gives n the loop, with its quantifier's number in kid 0 (NULL: none). */
static inline struct ir_node *
ir_quant(struct build *b, struct ir_node *n, enum ir_quant quant, uint32_t var)
{
	struct ir_loop *l = build_alloc(b, sizeof(*l));

	l->quant = quant;
	l->var = var;
	l->var2 = var + 1;
	n->u.loop = l;
	return n;
}

/* quant of the strings, or rules, lo..hi-1. */
static inline struct ir_node *
ir_set(struct build *b, struct ir_node *n, uint32_t lo, uint32_t hi)
{
	uint32_t *set = build_alloc(b, (hi - lo + 1) * sizeof(*set));

	for (uint32_t i = lo; i < hi; i++)
		set[i - lo] = i;
	if (n->op == IR_OF_RULES)
		n->u.loop->rules = set;
	else
		n->u.loop->set = set;
	n->u.loop->nset = hi - lo;
	return n;
}

/* A rule of nstrings strings, each a pattern of its own. */
static inline void
build_init(struct build *b, size_t budget, uint32_t nstrings)
{
	struct ir_string *s;

	*b = (struct build){ 0 };
	arena_init(&b->arena, budget);
	b->ir.arena = &b->arena;
	b->ir.patterns = build_alloc(b, (nstrings + 1) * sizeof(b->ir.patterns[0]));
	s = build_alloc(b, (nstrings + 1) * sizeof(*s));
	for (uint32_t i = 0; i < nstrings; i++) {
		struct ir_pattern *p = build_alloc(b, sizeof(*p));

		p->index = i;
		p->kind = IR_TEXT;
		p->mods = IR_ASCII;
		p->text = BYTES_LIT("text");
		b->ir.patterns[i] = p;
		s[i].name = BYTES_LIT("$a");
		s[i].pattern = p;
	}
	b->ir.npatterns = nstrings;
	b->rule.strings = s;
	b->rule.nstrings = nstrings;
	b->rule.nslots = 8;
}
