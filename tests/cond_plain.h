/*
 * cond_plain.h - judges a condition's tree in the plainest way, for tests only.
 *
 * No code, no folding, no order of cost: each operator as docs/conditions.md says it,
 * undefined values and all. The machine (cond_rig.h) must agree with it.
 */
#pragma once

#include "tests/cond_world.h"

static const struct val VAL_UNDEF = { .undef = true };

static inline struct val
val_int(int64_t i)
{
	return (struct val){ .i = i, .undef = i == FACT_UNDEF };
}

static inline struct val
val_bool(bool b)
{
	return (struct val){ .i = b };
}

static inline struct val
val_float(double f)
{
	int64_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return (struct val){ .f = f, .undef = bits == FACT_UNDEF };
}

static inline struct val
val_str(struct bytes s)
{
	return (struct val){ .s = s, .undef = s.p == NULL };
}

static struct val rig_eval(struct rig *r, const struct ir_node *n);

static inline bool
rig_true(struct rig *r, const struct ir_node *n)
{
	struct val v = rig_eval(r, n);

	return !v.undef && v.i != 0;
}

static inline const struct rig_pattern *
rig_pattern_of(struct rig *r, struct ir_pat p)
{
	uint32_t s = p.current ? (uint32_t)r->slot[p.index].i : p.index;

	return &r->pattern[r->b.rule.strings[s].pattern->index];
}

static inline int64_t
rig_count(const struct rig_pattern *p, int64_t lo, int64_t hi)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < p->n; i++)
		n += (int64_t)p->hit[i].off >= lo && (int64_t)p->hit[i].off <= hi;
	return n;
}

static inline struct val
rig_eval_pattern(struct rig *r, const struct ir_node *n)
{
	const struct rig_pattern *p = rig_pattern_of(r, n->u.pat);
	struct val a = n->nkids > 0 ? rig_eval(r, n->kid[0]) : val_int(0);
	struct val b = n->nkids > 1 ? rig_eval(r, n->kid[1]) : a;

	if (a.undef || b.undef)
		return VAL_UNDEF;
	switch (n->op) {
	case IR_FOUND: return val_bool(p->n > 0);
	case IR_AT: return val_bool(rig_count(p, a.i, a.i) > 0);
	case IR_IN: return val_bool(rig_count(p, a.i, b.i) > 0);
	case IR_COUNT: return val_int(p->n);
	case IR_COUNT_IN: return val_int(rig_count(p, a.i, b.i));
	default: break;
	}
	if (a.i < 1 || a.i > p->n)
		return VAL_UNDEF;
	return val_int(n->op == IR_OFFSET ? (int64_t)p->hit[a.i - 1].off
					  : (int64_t)p->hit[a.i - 1].len);
}

static inline struct val
rig_eval_int(enum ir_op op, int64_t x, int64_t y)
{
	uint64_t a = (uint64_t)x, b = (uint64_t)y;

	switch (op) {
	case IR_ADD: return val_int((int64_t)(a + b));
	case IR_SUB: return val_int((int64_t)(a - b));
	case IR_MUL: return val_int((int64_t)(a * b));
	case IR_DIV:
	case IR_MOD:
		if (y == 0 || (x == INT64_MIN && y == -1))
			return VAL_UNDEF;
		return val_int(op == IR_DIV ? x / y : x % y);
	case IR_BITAND: return val_int(x & y);
	case IR_BITOR: return val_int(x | y);
	case IR_BITXOR: return val_int(x ^ y);
	case IR_SHL: return y < 0 ? VAL_UNDEF : val_int(y > 63 ? 0 : (int64_t)(a << y));
	case IR_SHR: return y < 0 ? VAL_UNDEF : val_int(y > 63 ? 0 : x >> y);
	default: bug("no arithmetic");
	}
}

static inline struct val
rig_eval_float(enum ir_op op, double x, double y)
{
	switch (op) {
	case IR_ADD: return val_float(x + y);
	case IR_SUB: return val_float(x - y);
	case IR_MUL: return val_float(x * y);
	case IR_DIV: return val_float(x / y);
	default: bug("no arithmetic");
	}
}

static inline int
rig_strcmp(struct bytes a, struct bytes b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (a.p[i] != b.p[i])
			return (signed char)a.p[i] < (signed char)b.p[i] ? -1 : 1;
	return a.n < b.n ? -1 : a.n > b.n;
}

static inline struct val
rig_relation(enum ir_op op, bool lt, bool eq, bool gt)
{
	switch (op) {
	case IR_EQ: return val_bool(eq);
	case IR_NE: return val_bool(lt || gt);
	case IR_LT: return val_bool(lt);
	case IR_LE: return val_bool(lt || eq);
	case IR_GT: return val_bool(gt);
	default: return val_bool(gt || eq);
	}
}

static inline struct val
rig_compare(struct rig *r, const struct ir_node *n)
{
	struct val a = rig_eval(r, n->kid[0]), b = rig_eval(r, n->kid[1]);
	enum ir_type t = n->kid[0]->type;

	if (a.undef || b.undef)
		return t == IR_FLOAT && n->op == IR_LT ? val_bool(false) : VAL_UNDEF;
	if (t == IR_STR) {
		int c = rig_strcmp(a.s, b.s);

		return rig_relation(n->op, c<0, c == 0, c> 0);
	}
	if (t == IR_INT)
		return rig_relation(n->op, a.i<b.i, a.i == b.i, a.i> b.i);
	if (n->op == IR_EQ)
		return val_bool(fabs(a.f - b.f) < DBL_EPSILON);
	if (n->op == IR_NE)
		return val_bool(fabs(a.f - b.f) >= DBL_EPSILON);
	return rig_relation(n->op, a.f<b.f, a.f == b.f, a.f> b.f);
}

static inline struct bytes
rig_lower(struct rig *r, struct bytes s)
{
	uint8_t *p = build_alloc(&r->b, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] + 32) : s.p[i];
	return (struct bytes){ p, s.n };
}

static inline struct val
rig_ask(struct rig *r, const struct ir_node *n)
{
	struct val x = rig_eval(r, n->kid[0]), y = rig_eval(r, n->kid[1]);
	struct bytes a = x.s, b = y.s;

	if (x.undef || y.undef)
		return VAL_UNDEF;
	switch (n->op) {
	case IR_ICONTAINS:
	case IR_ISTARTS:
	case IR_IENDS:
	case IR_IEQUALS:
		a = rig_lower(r, a);
		b = rig_lower(r, b);
		break;
	default: break;
	}
	switch (n->op) {
	case IR_CONTAINS:
	case IR_ICONTAINS: return val_bool(b.n == 0 || bytes_find(a, 0, b) != UINT64_MAX);
	case IR_STARTS:
	case IR_ISTARTS:
		return val_bool(b.n <= a.n && bytes_eq(bytes_clip(a, 0, b.n), b));
	case IR_ENDS:
	case IR_IENDS:
		return val_bool(b.n <= a.n && bytes_eq(bytes_from(a, a.n - b.n), b));
	default: return val_bool(bytes_eq(a, b));
	}
}

/* A regex of the rig matches strings with that byte in them. */
static inline bool
rig_re_matches(uint32_t re, struct bytes s)
{
	return s.n > 0 && memchr(s.p, (int)re, s.n) != NULL;
}

static inline struct val
rig_load_row(const struct fact *f, const uint8_t *p)
{
	struct val v = { 0 };

	switch (f->type) {
	case FACT_INT: memcpy(&v.i, p, sizeof(v.i)); return val_int(v.i);
	case FACT_FLOAT:
		memcpy(&v.f, p, sizeof(v.f));
		return isnan(v.f) ? VAL_UNDEF : val_float(v.f);
	case FACT_STR: memcpy(&v.s, p, sizeof(v.s)); return val_str(v.s);
	default: v.o = p; return v;
	}
}

/* The element e of an array or dict whose row is f: a scalar, or its struct. */
static inline struct val
rig_element(const struct fact *f, const uint8_t *e)
{
	const struct fact *sub = f->sub;

	if (sub->name[0] == '\0')
		return rig_load_row(sub, e + sub->at);
	return (struct val){ .o = e };
}

static inline struct val
rig_eval_object(struct rig *r, const struct ir_node *n)
{
	struct val o, k;
	const struct fact_array *a;
	const struct fact *row;

	if (n->op == IR_MODULE)
		return (struct val){ .o = &r->facts };
	o = rig_eval(r, n->kid[0]);
	k = n->op == IR_FIELD ? val_int(0) : rig_eval(r, n->kid[1]);
	if (o.undef || k.undef)
		return VAL_UNDEF;
	if (n->op == IR_FIELD)
		return rig_load_row(n->u.fact, (const uint8_t *)o.o + n->u.fact->at);
	a = o.o;
	row = n->kid[0]->schema;
	if (n->op == IR_INDEX) {
		if (k.i < 0 || k.i >= a->n)
			return VAL_UNDEF;
		return rig_element(
		    row, (const uint8_t *)a->p + (size_t)k.i * row->stride);
	}
	for (uint32_t i = 0; i < a->n; i++) {
		const uint8_t *e = (const uint8_t *)a->p + i * row->stride;
		struct bytes key;

		memcpy(&key, e, sizeof(key));
		if (bytes_eq(key, k.s))
			return rig_element(row, e);
	}
	return VAL_UNDEF;
}

static inline void
rig_say(struct rig *r, struct bytes line)
{
	size_t n = line.n < 15 ? line.n : 15;

	if (r->nsaid < COUNT(r->said)) {
		memset(r->said[r->nsaid], 0, sizeof(r->said[0]));
		if (n > 0)
			memcpy(r->said[r->nsaid], line.p, n);
	}
	r->nsaid++;
}

static inline struct val
rig_call(struct rig *r, const struct ir_node *n)
{
	struct val self = rig_eval(r, n->kid[0]), a[2] = { 0 };

	for (uint32_t i = 1; i < n->nkids; i++)
		if (n->kid[i]->type != IR_REGEX)
			a[i - 1] = rig_eval(r, n->kid[i]);
	if (self.undef || a[0].undef || a[1].undef)
		return VAL_UNDEF;
	/* Functions of a format are undefined for other objects. */
	if (n->u.fact->fn != rig_name && n->u.fact->fn != rig_log && !r->facts.recognised)
		return VAL_UNDEF;
	if (n->u.fact->fn == rig_add)
		return val_int((int64_t)((uint64_t)a[0].i + (uint64_t)a[1].i));
	if (n->u.fact->fn == rig_half)
		return isnan(a[0].f) ? VAL_UNDEF : val_float(a[0].f / 2);
	if (n->u.fact->fn == rig_even)
		return val_bool((a[0].i & 1) == 0);
	if (n->u.fact->fn == rig_like)
		return val_bool(
		    rig_re_matches((uint32_t)(uintptr_t)n->kid[1]->u.re, a[1].s));
	if (n->u.fact->fn == rig_log) {
		rig_say(r, a[0].s);
		return val_int(1);
	}
	return val_str(((const struct rig_in *)self.o)->s);
}

/* Rounds and how many were true, judged by the quantifier. */
static inline struct val
rig_judge(struct rig *r, const struct ir_node *n, int64_t yes, int64_t all, bool loop)
{
	enum ir_quant q = n->u.loop->quant;
	struct val w = n->nkids > 0 && n->kid[0] ? rig_eval(r, n->kid[0]) : val_int(1);

	if (loop && all == 0)
		return val_bool(false);
	if (q == IR_PERCENT) {
		if (w.undef)
			return VAL_UNDEF;
		return val_bool((double)yes / (double)all * 100 >= (double)w.i);
	}
	if (q == IR_ALL || (q == IR_N && w.undef))
		return val_bool(yes >= all);
	if (q == IR_NONE || (q == IR_N && w.i == 0))
		return val_bool(yes == 0);
	return val_bool(yes >= (q == IR_ANY ? 1 : w.i));
}

static inline struct val
rig_eval_of(struct rig *r, const struct ir_node *n)
{
	const struct ir_loop *l = n->u.loop;
	struct val a = n->nkids > 1 ? rig_eval(r, n->kid[1]) : val_int(0);
	struct val b = n->nkids > 2 ? rig_eval(r, n->kid[2]) : a;
	int64_t yes = 0;

	if (n->op == IR_OF_RULES) {
		for (uint32_t i = 0; i < l->nset; i++)
			yes += r->rule_true[l->rules[i]];
		return rig_judge(r, n, yes, l->nset, false);
	}
	if (a.undef || b.undef)
		return VAL_UNDEF;
	for (uint32_t i = 0; i < l->nset; i++) {
		const struct rig_pattern *p =
		    rig_pattern_of(r, (struct ir_pat){ .index = l->set[i] });

		yes += n->nkids > 1 ? rig_count(p, a.i, b.i) > 0 : p->n > 0;
	}
	return rig_judge(r, n, yes, l->nset, false);
}

/* How many rounds; the i-th one's variables are set. */
static inline int64_t
rig_rounds(struct rig *r, const struct ir_node *n, struct val *from)
{
	struct val a, b;

	switch (n->op) {
	case IR_FOR_OF: return n->u.loop->nset;
	case IR_FOR_LIST: return n->nkids - 2;
	case IR_FOR_RANGE:
		a = rig_eval(r, n->kid[1]);
		b = rig_eval(r, n->kid[2]);
		*from = a;
		if (a.undef || b.undef || a.i > b.i)
			return 0;
		return (int64_t)((uint64_t)b.i - (uint64_t)a.i) + 1;
	default:
		a = rig_eval(r, n->kid[1]);
		*from = a;
		return a.undef ? 0 : ((const struct fact_array *)a.o)->n;
	}
}

static inline void
rig_round(struct rig *r, const struct ir_node *n, struct val from, int64_t i)
{
	const struct ir_loop *l = n->u.loop;
	const struct fact_array *a = from.o;
	const uint8_t *e;

	switch (n->op) {
	case IR_FOR_OF: r->slot[l->var] = val_int(l->set[i]); return;
	case IR_FOR_LIST: r->slot[l->var] = rig_eval(r, n->kid[1 + i]); return;
	case IR_FOR_RANGE: r->slot[l->var] = val_int(from.i + i); return;
	default: break;
	}
	e = (const uint8_t *)a->p + (size_t)i * n->kid[1]->schema->stride;
	if (n->op == IR_FOR_ARRAY) {
		r->slot[l->var] = rig_element(n->kid[1]->schema, e);
		return;
	}
	r->slot[l->var] = rig_load_row(&rig_name_facts[0], e);
	r->slot[l->var2] = rig_element(n->kid[1]->schema, e);
}

static inline struct val
rig_eval_for(struct rig *r, const struct ir_node *n)
{
	struct val from = { 0 };
	int64_t all = rig_rounds(r, n, &from), yes = 0;

	CHECK(all < 1000);
	for (int64_t i = 0; i < all && i < 1000; i++) {
		rig_round(r, n, from, i);
		yes += rig_true(r, n->kid[n->nkids - 1]);
	}
	return rig_judge(r, n, yes, all, true);
}

static inline struct val
rig_eval_bool(struct rig *r, const struct ir_node *n)
{
	struct val v;
	bool any = false, all = true;
	int64_t yes = 0;

	switch (n->op) {
	case IR_AND:
	case IR_OR:
		for (uint32_t i = 0; i < n->nkids; i++) {
			bool t = rig_true(r, n->kid[i]);

			any = any || t;
			all = all && t;
		}
		return val_bool(n->op == IR_AND ? all : any);
	case IR_NOT: v = rig_eval(r, n->kid[0]); return v.undef ? v : val_bool(v.i == 0);
	case IR_DEFINED: return val_bool(!rig_eval(r, n->kid[0]).undef);
	case IR_TRUTH:
		v = rig_eval(r, n->kid[0]);
		if (v.undef)
			return v;
		if (n->kid[0]->type == IR_FLOAT)
			return val_bool(v.f != 0 || signbit(v.f));
		return val_bool(n->kid[0]->type == IR_STR ? v.s.n > 0 : v.i != 0);
	case IR_OF_EXPRS:
		for (uint32_t i = 1; i < n->nkids; i++)
			yes += rig_true(r, n->kid[i]);
		return rig_judge(r, n, yes, n->nkids - 1, false);
	case IR_WITH:
		for (uint32_t i = 0; i + 1 < n->nkids; i++)
			r->slot[n->u.loop->var + i] = rig_eval(r, n->kid[i]);
		return rig_eval(r, n->kid[n->nkids - 1]);
	case IR_MATCHES:
		v = rig_eval(r, n->kid[0]);
		if (v.undef)
			return v;
		return val_bool(
		    rig_re_matches((uint32_t)(uintptr_t)n->kid[1]->u.re, v.s));
	default: bug("no boolean");
	}
}

static inline struct val
rig_eval_read(struct rig *r, const struct ir_node *n)
{
	struct val at = rig_eval(r, n->kid[0]);
	struct ir_read how = n->u.read;
	struct bytes b;
	uint64_t v = 0;

	if (at.undef || at.i < 0)
		return VAL_UNDEF;
	b = bytes_sub(r->file, (uint64_t)at.i, how.width / 8);
	if (b.p == NULL)
		return VAL_UNDEF;
	for (size_t i = 0; i < b.n; i++)
		v |= (uint64_t)b.p[how.big ? b.n - 1 - i : i] << 8 * i;
	if (how.sign && how.width < 64 && v >> (how.width - 1))
		v |= ~0ULL << how.width;
	return val_int((int64_t)v);
}

static inline struct val
rig_eval_leaf(struct rig *r, const struct ir_node *n)
{
	const struct ext *e;

	switch (n->op) {
	case IR_CONST:
		if (n->type == IR_FLOAT)
			return val_float(n->u.f);
		return n->type == IR_STR ? val_str(n->u.s) : val_int(n->u.i);
	case IR_UNDEF: return VAL_UNDEF;
	case IR_FILESIZE: return val_int((int64_t)r->file.n);
	case IR_ENTRYPOINT: return val_int(r->env.entrypoint);
	case IR_EXT:
		e = &r->ext[n->u.index];
		return (struct val){ .i = e->i, .f = e->f, .s = e->s };
	case IR_RULE: return val_bool(r->rule_true[n->u.index]);
	default: return r->slot[n->u.var];
	}
}

static inline struct val
rig_eval_arith(struct rig *r, const struct ir_node *n)
{
	struct val a = rig_eval(r, n->kid[0]);
	struct val b = n->nkids > 1 ? rig_eval(r, n->kid[1]) : val_int(0);

	if (a.undef || b.undef)
		return VAL_UNDEF;
	switch (n->op) {
	case IR_NEG:
		return n->type == IR_FLOAT ? val_float(-a.f)
					   : val_int((int64_t)(0 - (uint64_t)a.i));
	case IR_BITNOT: return val_int(~a.i);
	case IR_TO_FLOAT: return val_float((double)a.i);
	default: break;
	}
	return n->type == IR_FLOAT ? rig_eval_float(n->op, a.f, b.f)
				   : rig_eval_int(n->op, a.i, b.i);
}

static struct val
rig_eval(struct rig *r, const struct ir_node *n)
{
	if (n->op <= IR_VAR)
		return rig_eval_leaf(r, n);
	if (n->op == IR_MODULE || (n->op >= IR_FIELD && n->op <= IR_KEY))
		return rig_eval_object(r, n);
	if (n->op <= IR_LENGTH)
		return rig_eval_pattern(r, n);
	if (n->op == IR_READ)
		return rig_eval_read(r, n);
	if (n->op >= IR_NEG && n->op <= IR_SHR)
		return rig_eval_arith(r, n);
	if (n->op >= IR_EQ && n->op <= IR_GE)
		return rig_compare(r, n);
	if (n->op >= IR_CONTAINS && n->op <= IR_IEQUALS)
		return rig_ask(r, n);
	if (n->op == IR_CALL)
		return rig_call(r, n);
	if (n->op == IR_OF || n->op == IR_OF_RULES)
		return rig_eval_of(r, n);
	if (n->op >= IR_FOR_OF && n->op <= IR_FOR_DICT)
		return rig_eval_for(r, n);
	return rig_eval_bool(r, n);
}
