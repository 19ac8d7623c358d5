/*
 * triggers_value.c - what must happen for a value to be defined, or not zero.
 *
 * A field of a module is undefined, and its arrays are empty, unless the module
 * recognises the object; its functions are undefined then. Only pe.is_pe and its
 * like are 0 for everybody else, and constants are what they are.
 */
#include <stdlib.h>

#include "base/sort.h"
#include "rules/triggers_in.h"

/* Modules with data are about a format; those of functions only (math) are not. */
static bool
is_format(const struct fact *table)
{
	for (; table != NULL && table->type != FACT_END; table++)
		if (table->type != FACT_FN && !(table->flags & FACT_CONST))
			return true;
	return false;
}

/* The module that an object comes from, DB_NONE: not known (a variable). */
static uint32_t
module_of(const struct ir_node *n)
{
	while (
	    n->op == IR_FIELD || n->op == IR_INDEX || n->op == IR_KEY || n->op == IR_CALL)
		n = n->kid[0];
	return n->op == IR_MODULE ? n->u.index : DB_NONE;
}

static struct wake
recognised(struct triggers *t, const struct ir_node *n)
{
	uint32_t m = module_of(n);

	if (t->awake || m >= t->ir->nmodules || !is_format(t->ir->modules[m].facts))
		return WAKE_ALWAYS;
	return wake_gate(
	    t, (struct gate){ .kind = DB_GATE_MODULE, .module = m }, t->costs->module);
}

/*
 * pe.is_pe: the one field that is there for every object, and 0; and what means another
 * thing to YARA-X, which has values where YARA has none.
 */
static bool
is_flag(const struct ir_node *n)
{
	return (n->u.fact->flags & (FACT_DIALECT | FACT_ALWAYS)) != 0 ||
	       (n->op == IR_FIELD && n->kid[0]->op == IR_MODULE &&
		   strncmp(n->u.fact->name, "is_", 3) == 0);
}

static struct wake
kids_defined(struct triggers *t, const struct ir_node *n, uint32_t from)
{
	struct wake w = WAKE_ALWAYS;

	for (uint32_t i = from; i < n->nkids; i++)
		if (n->kid[i]->type != IR_REGEX)
			w = wake_best(w, wake_defined(t, n->kid[i]));
	return w;
}

static struct wake
defined_one(struct triggers *t, const struct ir_node *n)
{
	switch (n->op) {
	case IR_UNDEF: return WAKE_NEVER;
	case IR_OFFSET:
	case IR_LENGTH:
		return wake_best(wake_pattern(t, n->u.pat), kids_defined(t, n, 0));
	case IR_COUNT_IN:
	case IR_READ: return kids_defined(t, n, 0);
	case IR_FIELD:
		if (n->u.fact->flags & FACT_CONST || is_flag(n))
			return WAKE_ALWAYS;
		return wake_best(recognised(t, n), kids_defined(t, n, 0));
	case IR_INDEX:
	case IR_KEY: return wake_best(recognised(t, n), kids_defined(t, n, 0));
	case IR_CALL:
		return wake_best(
		    is_flag(n) ? WAKE_ALWAYS : recognised(t, n), kids_defined(t, n, 0));
	default: break;
	}
	if (n->op >= IR_NEG && n->op <= IR_SHR)
		return kids_defined(t, n, 0);
	return n->type == IR_BOOL && n->op != IR_VAR && n->op != IR_EXT
		   ? wake_of(t, n, WANT_DEFINED)
		   : WAKE_ALWAYS;
}

struct wake
wake_defined(struct triggers *t, const struct ir_node *n)
{
	struct wake w;

	if (t->err != OK || ++t->steps > TRIGGERS_STEPS || t->depth >= TRIGGERS_DEPTH)
		return WAKE_ALWAYS;
	t->depth++;
	w = defined_one(t, n);
	t->depth--;
	return w;
}

static struct wake
either(struct triggers *t, const struct ir_node *n)
{
	return wake_both(t, wake_nonzero(t, n->kid[0]), wake_nonzero(t, n->kid[1]));
}

/* What makes an operation's result differ from 0, besides being defined. */
static struct wake
nonzero_one(struct triggers *t, const struct ir_node *n)
{
	switch (n->op) {
	case IR_CONST:
		if (n->type == IR_INT && n->u.i == 0)
			return WAKE_NEVER;
		return WAKE_ALWAYS;
	case IR_COUNT:
	case IR_COUNT_IN: return wake_pattern(t, n->u.pat);
	case IR_FIELD:
	case IR_CALL: return is_flag(n) ? recognised(t, n) : WAKE_ALWAYS;
	case IR_NEG:
	case IR_TO_FLOAT:
	case IR_SHL:
	case IR_SHR:
		return n->type == IR_FLOAT && n->op == IR_NEG
			   ? WAKE_ALWAYS /* -0.0 counts as true */
			   : wake_nonzero(t, n->kid[0]);
	case IR_MOD: return wake_nonzero(t, n->kid[0]);
	case IR_DIV: return n->type == IR_INT ? wake_nonzero(t, n->kid[0]) : WAKE_ALWAYS;
	case IR_MUL:
		return n->type == IR_INT ? wake_best(wake_nonzero(t, n->kid[0]),
					       wake_nonzero(t, n->kid[1]))
					 : WAKE_ALWAYS;
	case IR_BITAND:
		return wake_best(wake_nonzero(t, n->kid[0]), wake_nonzero(t, n->kid[1]));
	case IR_ADD:
	case IR_SUB: return n->type == IR_INT ? either(t, n) : WAKE_ALWAYS;
	case IR_BITOR:
	case IR_BITXOR: return either(t, n);
	default: return WAKE_ALWAYS;
	}
}

struct wake
wake_nonzero(struct triggers *t, const struct ir_node *n)
{
	struct wake w;

	if (t->err != OK || ++t->steps > TRIGGERS_STEPS || t->depth >= TRIGGERS_DEPTH)
		return WAKE_ALWAYS;
	t->depth++;
	w = wake_best(nonzero_one(t, n), defined_one(t, n));
	t->depth--;
	return w;
}

/* --- sums: (#a & 1) * 3 + (#b & 1) * 2 + ... >= 4 --- */

struct term {
	struct wake wake; /* without it the term is 0 */
	double max;       /* the most it can be; INFINITY: not known */
};

struct sum {
	struct term *v;
	size_t n, cap;
	double constant; /* exact up to 2^53, and nothing larger is used */
};

/* The most that n can be, when that is easy to see. */
static double
most(const struct ir_node *n)
{
	double a, b;

	switch (n->op) {
	case IR_CONST:
		return n->type == IR_INT && n->u.i >= 0 ? (double)n->u.i : INFINITY;
	case IR_BITAND:
		a = n->kid[0]->op == IR_CONST ? most(n->kid[0]) : INFINITY;
		b = n->kid[1]->op == IR_CONST ? most(n->kid[1]) : INFINITY;
		return a < b ? a : b;
	case IR_MUL:
		/* Of a mask and a weight, the only form there is. */
		if (n->kid[1]->op == IR_CONST && n->kid[0]->op == IR_BITAND)
			return most(n->kid[0]) * most(n->kid[1]);
		if (n->kid[0]->op == IR_CONST && n->kid[1]->op == IR_BITAND)
			return most(n->kid[0]) * most(n->kid[1]);
		return INFINITY;
	default: return INFINITY;
	}
}

static void
sum_add(struct triggers *t, struct sum *s, const struct ir_node *n)
{
	for (; n->op == IR_ADD && t->err == OK; n = n->kid[0])
		sum_add(t, s, n->kid[1]);
	if (n->op == IR_CONST) {
		s->constant += (double)n->u.i;
		return;
	}
	if (s->n >= s->cap) {
		struct term *more =
		    arena_grow(t->scratch, s->v, &s->cap, s->n + 1, sizeof(*s->v));

		if (more == NULL) {
			t->err = ERR_LIMIT;
			return;
		}
		s->v = more;
	}
	s->v[s->n++] = (struct term){ wake_nonzero(t, n), most(n) };
}

static int
term_cmp(const void *pa, const void *pb)
{
	const struct term *a = pa, *b = pb;

	return a->wake.cost > b->wake.cost ? -1 : a->wake.cost < b->wake.cost;
}

/* n >= least, least > 0: the dearest terms that cannot reach it alone are left out. */
static struct wake
at_least(struct triggers *t, const struct ir_node *n, int64_t least)
{
	struct sum s = { 0 };
	struct wake w = WAKE_NEVER;
	double without;

	if (n->op != IR_ADD || n->type != IR_INT || least > 1LL << 50)
		return wake_nonzero(t, n);
	sum_add(t, &s, n);
	without = s.constant;
	/* Beyond 2^50 a sum may be rounded here, or wrap there. */
	if (!(fabs(without) < 1LL << 50) || without >= (double)least)
		return wake_defined(t, n);
	if (s.n > 1)
		sort(s.v, s.n, sizeof(s.v[0]), term_cmp);
	for (size_t i = 0; i < s.n; i++) {
		if (without + s.v[i].max < (double)least)
			without += s.v[i].max;
		else
			w = wake_both(t, w, s.v[i].wake);
	}
	return wake_best(w, wake_defined(t, n));
}

/* --- comparisons --- */

/* uint16(0) == 0x5a4d: these bytes are there. */
static struct wake
head_equals(struct triggers *t, const struct ir_node *n)
{
	const struct ir_node *a = n->kid[0], *c = n->kid[1];
	struct ir_read r = a->u.read;
	uint64_t v = (uint64_t)c->u.i;
	int64_t off;

	if (a->op != IR_READ || c->op != IR_CONST || r.flt || a->kid[0]->op != IR_CONST)
		return WAKE_ALWAYS;
	off = a->kid[0]->u.i;
	if (off < 0 || off > INT32_MAX)
		return WAKE_ALWAYS;
	if (r.width < 64) {
		uint64_t mask = (1ULL << r.width) - 1;
		uint64_t sign = r.sign && v >> 63 ? ~mask : 0;

		/* A value that such a read never gives. */
		if ((v & ~mask) != sign ||
		    (r.sign && !(v >> 63) != !(v >> (r.width - 1) & 1)))
			return WAKE_NEVER;
		v &= mask;
	}
	if (t->awake)
		return WAKE_ALWAYS;
	if (r.big)
		v = __builtin_bswap64(v) >> (64 - r.width);
	return wake_gate(t,
	    (struct gate){ .kind = DB_GATE_HEAD,
		.off = (uint32_t)off,
		.width = r.width / 8u,
		.value = v },
	    t->costs->head);
}

static enum ir_op
negated(enum ir_op op)
{
	switch (op) {
	case IR_EQ: return IR_NE;
	case IR_NE: return IR_EQ;
	case IR_LT: return IR_GE;
	case IR_LE: return IR_GT;
	case IR_GT: return IR_LE;
	default: return IR_LT;
	}
}

/* What is never below 0, and too small for a sum of such to wrap. */
static bool
not_negative(const struct ir_node *n)
{
	for (; n->op == IR_ADD; n = n->kid[0])
		if (n->kid[1]->op == IR_ADD || !not_negative(n->kid[1]))
			return false;
	switch (n->op) {
	case IR_CONST: return n->u.i >= 0 && n->u.i < 1LL << 50;
	case IR_READ: return !n->u.read.sign && n->u.read.width <= 32;
	case IR_FILESIZE:
	case IR_COUNT:
	case IR_COUNT_IN:
	case IR_OFFSET:
	case IR_LENGTH: return true;
	default: return false;
	}
}

/* #a > #b: there is an a. */
static struct wake
compare_two(struct triggers *t, const struct ir_node *n, enum ir_op op)
{
	if (op == IR_GT && not_negative(n->kid[1]))
		return wake_nonzero(t, n->kid[0]);
	if (op == IR_LT && not_negative(n->kid[0]))
		return wake_nonzero(t, n->kid[1]);
	return WAKE_ALWAYS;
}

static struct wake
compare_int(struct triggers *t, const struct ir_node *n, enum ir_op op)
{
	const struct ir_node *a = n->kid[0];
	int64_t c = n->kid[1]->u.i;

	if (n->kid[1]->op != IR_CONST)
		return compare_two(t, n, op);
	switch (op) {
	case IR_EQ:
		if (c == 0)
			return WAKE_ALWAYS;
		return wake_best(
		    head_equals(t, n), c > 0 ? at_least(t, a, c) : wake_nonzero(t, a));
	case IR_NE: return c == 0 ? wake_nonzero(t, a) : WAKE_ALWAYS;
	case IR_GE: return c > 0 ? at_least(t, a, c) : WAKE_ALWAYS;
	case IR_GT:
		if (c == INT64_MAX)
			return WAKE_NEVER;
		return c >= 0 ? at_least(t, a, c + 1) : WAKE_ALWAYS;
	case IR_LE: return c < 0 ? wake_nonzero(t, a) : WAKE_ALWAYS;
	default: return c <= 0 ? wake_nonzero(t, a) : WAKE_ALWAYS;
	}
}

struct wake
wake_compare(struct triggers *t, const struct ir_node *n, enum want want)
{
	enum ir_type type = n->kid[0]->type;
	struct wake w = wake_best(wake_defined(t, n->kid[0]), wake_defined(t, n->kid[1]));

	/* "less than" of an undefined float is false: the one that is not undefined. */
	if (type == IR_FLOAT && n->op == IR_LT && want != WANT_TRUE)
		return WAKE_ALWAYS;
	if (type == IR_STR && want != WANT_DEFINED &&
	    n->op == (want == WANT_TRUE ? IR_EQ : IR_NE))
		w = wake_best(w, wake_best(wake_equals(t, n->kid[0], n->kid[1]),
				     wake_equals(t, n->kid[1], n->kid[0])));
	if (type != IR_INT || want == WANT_DEFINED)
		return w;
	/* uint16(0) == 0 is about the head, too. */
	if (n->op == IR_EQ && want == WANT_TRUE)
		w = wake_best(w, head_equals(t, n));
	return wake_best(
	    w, compare_int(t, n, want == WANT_TRUE ? n->op : negated(n->op)));
}

/* --- at --- */

static uint32_t
prefix_of(struct triggers *t, const struct ir_pattern *p, uint8_t *out)
{
	uint32_t plain = IR_ASCII | IR_FULLWORD;
	uint32_t n = p->text.n < 8 ? (uint32_t)p->text.n : 8;

	if (p->mods & ~plain)
		return 0;
	if (p->kind == IR_TEXT) {
		memcpy(out, p->text.p, n);
		return n;
	}
	return t->costs->prefix ? t->costs->prefix(t->costs->arg, p, out) : 0;
}

/* $a at 0, when $a begins with bytes that are known. */
static struct wake
head_begins(struct triggers *t, const struct ir_node *off, const struct ir_pattern *p)
{
	struct gate g = { .kind = DB_GATE_HEAD, .width = 8 };
	uint8_t head[8] = { 0 };
	uint32_t n;

	if (t->awake || p == NULL || off->op != IR_CONST || off->u.i < 0 ||
	    off->u.i > INT32_MAX)
		return WAKE_ALWAYS;
	n = prefix_of(t, p, head);
	if (n == 0)
		return WAKE_ALWAYS;
	while (g.width > n)
		g.width /= 2;
	g.off = (uint32_t)off->u.i;
	g.value = le64(head) & (g.width == 8 ? UINT64_MAX : (1ULL << 8 * g.width) - 1);
	return wake_gate(t, g, t->costs->head);
}

struct wake
wake_at(struct triggers *t, const struct ir_node *off, struct ir_pat p)
{
	struct wake found = wake_pattern(t, p);
	struct wake gate =
	    wake_best(wake_defined(t, off), head_begins(t, off, wake_which(t, p)));

	/* Verified in place: known without a search, and true perhaps. */
	if (t->awake)
		return off->op == IR_CONST ? WAKE_ALWAYS
					   : (struct wake){ .cost = t->costs->module };
	if (isfinite(gate.cost) && found.cost > t->costs->place)
		return gate;
	return wake_best(found, gate);
}

/* --- facts --- */

enum { ABOUT_HEAD, ABOUT_FACTS, ABOUT_PATTERNS };

static int
about(const struct ir_node *n, uint32_t depth)
{
	int what = n->op == IR_MODULE || n->op == IR_EXT || n->op == IR_CALL ? ABOUT_FACTS
									     : ABOUT_HEAD;

	if (depth >= TRIGGERS_DEPTH || n->op == IR_RULE || n->op == IR_OF ||
	    n->op == IR_OF_RULES || n->op == IR_FOR_OF ||
	    (n->op >= IR_FOUND && n->op <= IR_LENGTH))
		return ABOUT_PATTERNS;
	for (uint32_t i = 0; i < n->nkids && what != ABOUT_PATTERNS; i++) {
		int k = n->kid[i] ? about(n->kid[i], depth + 1) : ABOUT_HEAD;

		what = k > what ? k : what;
	}
	return what;
}

/*
 * pe.imphash() == "..." is false for nearly every file; of pe.number_of_sections > 2
 * one cannot say, so a pattern is a better choice. Size and header are known to
 * suit, or the rule was not awake.
 */
struct wake
wake_fact(struct triggers *t, const struct ir_node *n)
{
	bool rare = n->op == IR_CALL || n->op == IR_MATCHES ||
		    (n->op >= IR_CONTAINS && n->op <= IR_IEQUALS) ||
		    (n->op == IR_EQ && n->kid[0]->type == IR_STR);

	if (about(n, 0) != ABOUT_FACTS)
		return WAKE_ALWAYS;
	return (struct wake){ .cost = rare ? 0 : t->costs->module };
}
