/*
 * fold.c - the walk, and what is special about booleans.
 *
 * A boolean has three values, and `and` and `or` take undefined for false. So
 * "x and true" is x only where nobody tells false from undefined: everywhere but
 * below `not` and `defined` and in values. That is what `strict` says.
 */
#include "rules/fold.h"

#include <stdlib.h>

#include "base/sort.h"
#include "rules/fold_in.h"

struct ir_node *
fold_node(struct fold *f, const struct ir_node *at, enum ir_op op, enum ir_type type,
    uint32_t nkids)
{
	struct ir_node *n = ARENA_NEW(f->ir->arena, struct ir_node);

	if (n != NULL)
		n->kid = ARENA_ARRAY(f->ir->arena, nkids + 1, struct ir_node *);
	if (n == NULL || n->kid == NULL) {
		f->err = ERR_LIMIT;
		return NULL;
	}
	n->op = op;
	n->type = type;
	n->line = at->line;
	n->col = at->col;
	n->nkids = nkids;
	return n;
}

struct ir_node *
fold_bool(struct fold *f, const struct ir_node *at, bool v)
{
	struct ir_node *n = fold_node(f, at, IR_CONST, IR_BOOL, 0);

	if (n == NULL)
		return (struct ir_node *)(uintptr_t)at;
	n->u.i = v;
	return n;
}

struct ir_node *
fold_undef(struct fold *f, const struct ir_node *at)
{
	struct ir_node *n = fold_node(f, at, IR_UNDEF, at->type, 0);

	return n ? n : (struct ir_node *)(uintptr_t)at;
}

struct ir_node *
fold_not(struct fold *f, const struct ir_node *at, struct ir_node *k)
{
	struct ir_node *n;

	if (k->op == IR_CONST)
		return fold_bool(f, at, k->u.i == 0);
	if (k->op == IR_NOT)
		return k->kid[0];
	if (k->op == IR_UNDEF)
		return k;
	n = fold_node(f, at, IR_NOT, IR_BOOL, 1);
	if (n == NULL)
		return k;
	n->kid[0] = k;
	return n;
}

static bool
is_number(const struct ir_node *n)
{
	return n->op == IR_CONST && n->u.i != FACT_UNDEF;
}

/* Never undefined; filesize is, of a process. */
bool
fold_definite(const struct ir_node *n)
{
	switch (n->op) {
	case IR_NOT: return fold_definite(n->kid[0]);
	case IR_AT: return is_number(n->kid[0]);
	case IR_IN: return is_number(n->kid[0]) && is_number(n->kid[1]);
	case IR_OF:
	case IR_OF_RULES:
	case IR_OF_EXPRS: return n->nkids < 2 && n->u.loop->quant != IR_PERCENT;
	case IR_CONST:
	case IR_AND:
	case IR_OR:
	case IR_DEFINED:
	case IR_FOUND:
	case IR_COUNT:
	case IR_RULE: return true;
	case IR_FOR_OF:
	case IR_FOR_RANGE:
	case IR_FOR_LIST:
	case IR_FOR_ARRAY:
	case IR_FOR_DICT: return n->u.loop->quant != IR_PERCENT;
	default: return false;
	}
}

/* --- what it costs, about, beside its kids --- */

static uint32_t
own_cost(const struct ir_node *n)
{
	switch (n->op) {
	case IR_CONST:
	case IR_UNDEF:
	case IR_VAR:
	case IR_NOT:
	case IR_AND:
	case IR_OR:
	case IR_DEFINED: return 0;
	case IR_READ: return n->kid[0]->op == IR_CONST ? 1 : 3;
	case IR_RULE:
	case IR_FOUND: return 6;
	case IR_OF:
	case IR_OF_RULES: return (n->nkids > 1 ? 60 : 6) + 4 * n->u.loop->nset;
	case IR_AT: return 40;
	case IR_IN:
	case IR_COUNT:
	case IR_COUNT_IN:
	case IR_OFFSET:
	case IR_LENGTH: return 100; /* every match has to be known */
	case IR_MODULE: return 150; /* may be the first to ask: a parser runs */
	case IR_CONTAINS:
	case IR_ICONTAINS: return 50;
	case IR_MATCHES: return 300;
	case IR_CALL: return 1000;
	case IR_FOR_OF:
	case IR_FOR_RANGE:
	case IR_FOR_LIST:
	case IR_FOR_ARRAY:
	case IR_FOR_DICT: return 2000;
	default: return 1;
	}
}

static uint32_t
rounds(const struct ir_node *n)
{
	switch (n->op) {
	case IR_FOR_OF: return n->u.loop->nset;
	case IR_FOR_LIST: return n->nkids;
	case IR_FOR_RANGE: return 64;
	case IR_FOR_ARRAY:
	case IR_FOR_DICT: return 8;
	default: return 1;
	}
}

static uint32_t
add_cost(uint32_t a, uint64_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

/* --- and, or --- */

struct operand {
	struct folded f;
	uint32_t at; /* order, so that equal ones stay in it */
};

static int
operand_cmp(const void *pa, const void *pb)
{
	const struct operand *a = pa, *b = pb;

	if (a->f.cost != b->f.cost)
		return a->f.cost < b->f.cost ? -1 : 1;
	return a->at < b->at ? -1 : 1;
}

struct operands {
	struct operand *v;
	size_t n, cap;
	bool effect;
};

static void
operands_add(struct fold *f, struct operands *o, struct folded k)
{
	if (o->n >= o->cap) {
		struct operand *more =
		    arena_grow(f->ir->arena, o->v, &o->cap, o->n + 1, sizeof(*o->v));

		if (more == NULL) {
			f->err = ERR_LIMIT;
			return;
		}
		o->v = more;
	}
	o->v[o->n] = (struct operand){ k, (uint32_t)o->n };
	o->n++;
	o->effect = o->effect || k.effect;
}

static struct folded fold(struct fold *f, struct ir_node *n, bool strict);

/* The cost of an operand that was folded within another one: about the same. */
static uint32_t
cost_again(const struct ir_node *n, uint32_t depth)
{
	uint32_t c = own_cost(n);

	for (uint32_t i = 0; i < n->nkids && depth < 8; i++)
		if (n->kid[i] != NULL)
			c = add_cost(c, cost_again(n->kid[i], depth + 1));
	return c;
}

/* Operands of the same kind inside of an operand are operands of ours. */
static void
gather(struct fold *f, struct ir_node *n, struct operands *o)
{
	for (uint32_t i = 0; i < n->nkids; i++) {
		struct folded k = fold(f, n->kid[i], false);

		if (k.n->op != n->op || k.effect) {
			operands_add(f, o, k);
			continue;
		}
		for (uint32_t j = 0; j < k.n->nkids; j++)
			operands_add(f, o,
			    (struct folded){
				k.n->kid[j], cost_again(k.n->kid[j], 0), false });
	}
}

/* Constants: what decides everything (true of true) or nothing (dropped). */
static bool
drop_constants(struct operands *o, enum ir_op op)
{
	size_t kept = 0;

	for (size_t i = 0; i < o->n; i++) {
		const struct ir_node *k = o->v[i].f.n;
		bool known =
		    k->op == IR_UNDEF || (k->op == IR_CONST && k->type == IR_BOOL);
		bool value = k->op == IR_CONST && k->u.i != 0;

		if (known && value == (op == IR_OR))
			return true;
		if (!known)
			o->v[kept++] = o->v[i];
	}
	o->n = kept;
	return false;
}

/* A test that a whole set of the same kind can take over. */
static bool
is_member(const struct ir_node *n, enum ir_op op)
{
	if (n->op == IR_FOUND)
		return !n->u.pat.current;
	return n->op == IR_OF && n->nkids < 2 &&
	       n->u.loop->quant == (op == IR_AND ? IR_ALL : IR_ANY);
}

static uint32_t
member_size(const struct ir_node *n)
{
	return n->op == IR_FOUND ? 1 : n->u.loop->nset;
}

static struct ir_node *
make_set(struct fold *f, const struct operands *o, enum ir_op op, uint32_t total)
{
	const struct ir_node *first = o->v[0].f.n;
	struct ir_node *n = fold_node(f, first, IR_OF, IR_BOOL, 1);
	struct ir_loop *l = ARENA_NEW(f->ir->arena, struct ir_loop);
	uint32_t *set = ARENA_ARRAY(f->ir->arena, total, uint32_t), at = 0;

	if (n == NULL || l == NULL || set == NULL) {
		f->err = ERR_LIMIT;
		return NULL;
	}
	for (size_t i = 0; i < o->n; i++) {
		const struct ir_node *k = o->v[i].f.n;

		if (!is_member(k, op))
			continue;
		if (k->op == IR_FOUND)
			set[at] = k->u.pat.index;
		else
			memcpy(&set[at], k->u.loop->set, k->u.loop->nset * sizeof(*set));
		at += member_size(k);
	}
	*l = (struct ir_loop){
		.quant = op == IR_AND ? IR_ALL : IR_ANY, .set = set, .nset = at
	};
	n->u.loop = l;
	return n;
}

/* $a and $b and all of ($c*): one set, which the machine judges as a whole. */
static void
join_sets(struct fold *f, struct operands *o, enum ir_op op)
{
	uint32_t members = 0, total = 0;
	struct ir_node *set;
	size_t kept = 0;

	for (size_t i = 0; i < o->n; i++) {
		if (!is_member(o->v[i].f.n, op))
			continue;
		members++;
		total += member_size(o->v[i].f.n);
	}
	if (members < 2 || (set = make_set(f, o, op, total)) == NULL)
		return;
	for (size_t i = 0; i < o->n; i++)
		if (!is_member(o->v[i].f.n, op))
			o->v[kept++] = o->v[i];
	o->n = kept;
	operands_add(f, o, (struct folded){ set, own_cost(set), false });
}

/* The node of the operands; one of them alone is enough where it may be. */
static struct folded
from_operands(struct fold *f, struct ir_node *n, struct operands *o, bool strict)
{
	struct folded out = { .effect = o->effect };

	if (o->n == 0)
		return (struct folded){ fold_bool(f, n, n->op == IR_AND), 0, false };
	if (o->n == 1 && !o->effect && (!strict || fold_definite(o->v[0].f.n)))
		return o->v[0].f;
	out.n = fold_node(f, n, n->op, IR_BOOL, o->n == 1 ? 2 : (uint32_t)o->n);
	if (out.n == NULL)
		return (struct folded){ n, 0, o->effect };
	for (size_t i = 0; i < o->n; i++) {
		out.n->kid[i] = o->v[i].f.n;
		out.cost = add_cost(out.cost, o->v[i].f.cost);
	}
	if (o->n == 1)
		out.n->kid[1] = fold_bool(f, n, n->op == IR_AND);
	return out;
}

static struct folded
fold_and_or(struct fold *f, struct ir_node *n, bool strict)
{
	struct operands o = { 0 };

	gather(f, n, &o);
	if (!o.effect) {
		if (drop_constants(&o, n->op))
			return (
			    struct folded){ fold_bool(f, n, n->op == IR_OR), 0, false };
		join_sets(f, &o, n->op);
		if (o.n > 1)
			sort(o.v, o.n, sizeof(o.v[0]), operand_cmp);
	}
	return from_operands(f, n, &o, strict);
}

/* --- the rest --- */

static struct ir_node *
fold_defined(struct fold *f, struct ir_node *n)
{
	const struct ir_node *k = n->kid[0];

	if (k->op == IR_UNDEF)
		return fold_bool(f, n, false);
	if (fold_definite(k) &&
	    !(k->op == IR_CONST && k->type == IR_INT && k->u.i == FACT_UNDEF))
		return fold_bool(f, n, true);
	return n;
}

/* Is kid i looked at only for being true? */
static bool
kid_strict(const struct ir_node *n, uint32_t i, bool strict)
{
	switch (n->op) {
	case IR_OF_EXPRS: return i == 0;
	case IR_FOR_OF:
	case IR_FOR_RANGE:
	case IR_FOR_LIST:
	case IR_FOR_ARRAY:
	case IR_FOR_DICT: return i + 1 != n->nkids;
	case IR_WITH: return i + 1 != n->nkids || strict;
	case IR_TRUTH: return strict;
	default: return true;
	}
}

static struct ir_node *
fold_self(struct fold *f, struct ir_node *n, bool strict)
{
	switch (n->op) {
	case IR_NOT: return fold_not(f, n, n->kid[0]);
	case IR_DEFINED: return fold_defined(f, n);
	case IR_WITH:
		/* Values are only looked at by the body. */
		return n->kid[n->nkids - 1]->op == IR_CONST ? n->kid[n->nkids - 1] : n;
	default: break;
	}
	if (n->op >= IR_OF && n->op <= IR_FOR_DICT)
		return fold_quantified(f, n, strict);
	return fold_value(f, n);
}

static struct folded
fold(struct fold *f, struct ir_node *n, bool strict)
{
	struct folded out = { .n = n };

	if (n == NULL || f->err != OK || f->depth >= FOLD_DEPTH) {
		out.effect = true; /* unknown: nothing around it moves */
		return out;
	}
	f->depth++;
	if (n->op == IR_AND || n->op == IR_OR) {
		out = fold_and_or(f, n, strict);
		f->depth--;
		return out;
	}
	out.effect = n->op == IR_CALL && n->u.fact->flags & FACT_EFFECT;
	for (uint32_t i = 0; i < n->nkids; i++) {
		struct folded k;

		if (n->kid[i] == NULL)
			continue;
		k = fold(f, n->kid[i], kid_strict(n, i, strict));
		n->kid[i] = k.n;
		out.cost = add_cost(
		    out.cost, (uint64_t)k.cost * (i + 1 == n->nkids ? rounds(n) : 1));
		out.effect = out.effect || k.effect;
	}
	out.cost = add_cost(out.cost, own_cost(n));
	if (!out.effect)
		out.n = fold_self(f, n, strict);
	if (out.n->op == IR_CONST)
		out.cost = 0;
	f->depth--;
	return out;
}

enum err
fold_rule(const struct ir *ir, struct ir_rule *rule)
{
	struct fold f = { .ir = ir };
	struct folded r = fold(&f, rule->cond, false);

	if (f.err != OK)
		return f.err;
	rule->cond = r.n;
	return OK;
}
