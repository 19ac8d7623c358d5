/* triggers.c - booleans, and the sets that come out. */
#include "rules/triggers.h"

#include <stdlib.h>

#include "base/sort.h"
#include "rules/triggers_in.h"

static const struct reason *
reason_new(struct triggers *t, struct reason r)
{
	struct reason *p = ARENA_NEW(t->scratch, struct reason);

	if (p == NULL) {
		t->err = ERR_LIMIT;
		return NULL;
	}
	*p = r;
	return p;
}

struct wake
wake_both(struct triggers *t, struct wake a, struct wake b)
{
	struct wake out = { .cost = a.cost + b.cost };

	if (isinf(out.cost))
		return WAKE_ALWAYS;
	if (a.why == NULL || b.why == NULL)
		out.why = a.why ? a.why : b.why;
	else
		out.why = reason_new(t, (struct reason){ .left = a.why, .right = b.why });
	return out;
}

static int
wake_cmp(const void *pa, const void *pb)
{
	const struct wake *a = pa, *b = pb;

	return a->cost < b->cost ? -1 : a->cost > b->cost;
}

struct wake
wake_some(struct triggers *t, struct wake *w, uint32_t n, int64_t need)
{
	struct wake out = WAKE_NEVER;

	if (need <= 0)
		return WAKE_ALWAYS;
	if (n > 1)
		sort(w, n, sizeof(*w), wake_cmp);
	for (int64_t i = 0; i < (int64_t)n - need + 1; i++)
		out = wake_both(t, out, w[i]);
	return out;
}

const struct ir_pattern *
wake_which(const struct triggers *t, struct ir_pat p)
{
	uint32_t s = p.current ? t->current[p.index] : p.index;

	return s < t->rule->nstrings ? t->rule->strings[s].pattern : NULL;
}

/*
 * What many rules share is common, whatever its letters promise ("AssemblyTitle"),
 * and a hit wakes them all.
 */
static struct wake
wake_one_pattern(struct triggers *t, const struct ir_pattern *p)
{
	double share = 1 + 0.25 * (t->uses[p->index] - 1.0);
	struct wake w = { .cost = t->costs->cost(t->costs->arg, p) };

	if (isinf(w.cost))
		return w;
	w.cost *= share;
	w.why = reason_new(t, (struct reason){ .pattern = p->index });
	return w;
}

struct wake
wake_pattern(struct triggers *t, struct ir_pat p)
{
	const struct ir_pattern *pat = wake_which(t, p);

	return pat != NULL ? wake_one_pattern(t, pat) : WAKE_ALWAYS;
}

struct wake
wake_gate(struct triggers *t, struct gate g, double cost)
{
	return (struct wake){ cost,
		reason_new(t, (struct reason){ .is_gate = true, .gate = g }) };
}

static double
gate_cost(const struct triggers *t, const struct gate *g)
{
	switch (g->kind) {
	case DB_GATE_HEAD: return t->costs->head;
	case DB_GATE_FACT: return t->costs->fact;
	default: return t->costs->module;
	}
}

/* What wakes an earlier rule: it is false until then. */
struct wake
wake_rule(struct triggers *t, uint32_t rule)
{
	const struct trigger *e = &t->earlier[rule];
	struct wake w = WAKE_NEVER;

	if (e->always)
		return WAKE_ALWAYS;
	for (uint32_t i = 0; i < e->npatterns; i++)
		w = wake_both(t, w, wake_one_pattern(t, t->ir->patterns[e->patterns[i]]));
	for (uint32_t i = 0; i < e->ngates && !t->awake; i++)
		w = wake_both(
		    t, w, wake_gate(t, e->gates[i], gate_cost(t, &e->gates[i])));
	return w;
}

/* --- booleans --- */

static struct wake
all_kids(struct triggers *t, const struct ir_node *n)
{
	struct wake w = WAKE_ALWAYS;

	for (uint32_t i = 0; i < n->nkids; i++)
		w = wake_best(w, wake_of(t, n->kid[i], WANT_TRUE));
	return w;
}

static struct wake
any_kid(struct triggers *t, const struct ir_node *n)
{
	struct wake w = WAKE_NEVER;

	for (uint32_t i = 0; i < n->nkids && isfinite(w.cost); i++)
		w = wake_both(t, w, wake_of(t, n->kid[i], WANT_TRUE));
	return w;
}

static struct wake
constant(const struct ir_node *n, enum want want)
{
	bool truth = n->u.i != 0;

	if (n->op == IR_UNDEF)
		return WAKE_NEVER;
	if (want == WANT_DEFINED || truth == (want != WANT_FALSE))
		return WAKE_ALWAYS;
	return WAKE_NEVER;
}

static struct wake
defined_test(struct triggers *t, const struct ir_node *n, enum want want)
{
	if (want != WANT_TRUE)
		return WAKE_ALWAYS;
	if (n->kid[0]->type == IR_BOOL)
		return wake_of(t, n->kid[0], WANT_DEFINED);
	return wake_defined(t, n->kid[0]);
}

static struct wake
truth(struct triggers *t, const struct ir_node *n, enum want want)
{
	if (n->kid[0]->type == IR_BOOL)
		return wake_of(t, n->kid[0], want);
	return want == WANT_TRUE ? wake_nonzero(t, n->kid[0])
				 : wake_defined(t, n->kid[0]);
}

/* A test that is undefined when one of its values is. */
static struct wake
of_values(struct triggers *t, const struct ir_node *n)
{
	struct wake w = WAKE_ALWAYS;

	for (uint32_t i = 0; i < n->nkids; i++)
		w = wake_best(w, wake_defined(t, n->kid[i]));
	return w;
}

static struct wake
opposite(struct triggers *t, const struct ir_node *k, enum want want)
{
	if (want == WANT_DEFINED)
		return wake_of(t, k, want);
	return wake_of(t, k, want == WANT_TRUE ? WANT_FALSE : WANT_TRUE);
}

static struct wake
wake_one(struct triggers *t, const struct ir_node *n, enum want want)
{
	bool yes = want == WANT_TRUE;

	switch (n->op) {
	case IR_CONST:
	case IR_UNDEF: return constant(n, want);
	case IR_AND: return yes ? all_kids(t, n) : WAKE_ALWAYS;
	case IR_OR: return yes ? any_kid(t, n) : WAKE_ALWAYS;
	case IR_NOT: return opposite(t, n->kid[0], want);
	case IR_DEFINED: return defined_test(t, n, want);
	case IR_TRUTH: return truth(t, n, want);
	case IR_FOUND: return yes ? wake_pattern(t, n->u.pat) : WAKE_ALWAYS;
	case IR_AT:
		return yes ? wake_at(t, n->kid[0], n->u.pat) : wake_defined(t, n->kid[0]);
	case IR_IN:
		return yes ? wake_best(wake_pattern(t, n->u.pat), of_values(t, n))
			   : of_values(t, n);
	case IR_RULE: return yes ? wake_rule(t, n->u.index) : WAKE_ALWAYS;
	case IR_FIELD:
	case IR_INDEX:
	case IR_KEY:
	case IR_CALL: return yes ? wake_nonzero(t, n) : wake_defined(t, n);
	case IR_WITH: return wake_of(t, n->kid[n->nkids - 1], want);
	default: break;
	}
	if (n->op >= IR_EQ && n->op <= IR_GE)
		return wake_compare(t, n, want);
	if (n->op >= IR_CONTAINS && n->op <= IR_MATCHES)
		return of_values(t, n);
	if (n->op >= IR_OF && n->op <= IR_FOR_DICT)
		return wake_quantified(t, n, want);
	return WAKE_ALWAYS;
}

struct wake
wake_of(struct triggers *t, const struct ir_node *n, enum want want)
{
	struct wake w;

	if (t->err != OK || ++t->steps > TRIGGERS_STEPS || t->depth >= TRIGGERS_DEPTH)
		return WAKE_ALWAYS;
	t->depth++;
	w = wake_one(t, n, want);
	if (t->awake && n->op != IR_AND && n->op != IR_OR && n->op != IR_NOT)
		w = wake_best(w, wake_fact(t, n));
	t->depth--;
	return w;
}

/* --- what comes out --- */

struct flat {
	struct trigger *out;
	uint32_t npatterns, ngates;
};

/* The rope is as deep as a union has parts; those of one side hang on the left. */
static void
flatten(const struct reason *r, struct flat *f)
{
	while (r != NULL) {
		const struct reason *left = r->left;

		if (left == NULL && r->is_gate && f->out->gates != NULL)
			f->out->gates[f->ngates] = r->gate;
		if (left == NULL && !r->is_gate && f->out->patterns != NULL)
			f->out->patterns[f->npatterns] = r->pattern;
		if (left == NULL) {
			f->ngates += r->is_gate;
			f->npatterns += !r->is_gate;
			return;
		}
		flatten(r->right, f);
		r = left;
	}
}

static int
u32_cmp(const void *pa, const void *pb)
{
	uint32_t a, b;

	memcpy(&a, pa, sizeof(a));
	memcpy(&b, pb, sizeof(b));
	return a < b ? -1 : a > b;
}

static int
path_cmp(const struct cond_path *a, const struct cond_path *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return memcmp(a->row, b->row, a->n * sizeof(a->row[0]));
}

int
gate_cmp(const struct gate *a, const struct gate *b)
{
	uint64_t x[] = { a->kind, a->module, a->off, a->width };
	uint64_t y[] = { b->kind, b->module, b->off, b->width };
	int c;

	for (size_t i = 0; i < COUNT(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	c = path_cmp(a->path, b->path);
	return c ? c : (a->value > b->value) - (a->value < b->value);
}

static int
gates_cmp(const void *pa, const void *pb)
{
	return gate_cmp(pa, pb);
}

/* Sorted: hundreds of hashes in one rule are no rarity. */
static void
unique(struct trigger *out)
{
	uint32_t n = 0;

	if (out->npatterns > 1)
		sort(out->patterns, out->npatterns, sizeof(uint32_t), u32_cmp);
	if (out->ngates > 1)
		sort(out->gates, out->ngates, sizeof(struct gate), gates_cmp);
	for (uint32_t i = 0; i < out->npatterns; i++)
		if (n == 0 || out->patterns[n - 1] != out->patterns[i])
			out->patterns[n++] = out->patterns[i];
	out->npatterns = n;
	n = 0;
	for (uint32_t i = 0; i < out->ngates; i++)
		if (n == 0 || gate_cmp(&out->gates[n - 1], &out->gates[i]) != 0)
			out->gates[n++] = out->gates[i];
	out->ngates = n;
}

static enum err
trigger_make(struct triggers *t, struct wake w, struct trigger *out)
{
	struct trigger made = { .always = isinf(w.cost) };
	struct flat f = { .out = &made };

	if (made.always) {
		*out = made;
		return OK;
	}
	flatten(w.why, &f);
	made.patterns = ARENA_ARRAY(t->scratch, f.npatterns + 1, uint32_t);
	made.gates = ARENA_ARRAY(t->scratch, f.ngates + 1, struct gate);
	if (made.patterns == NULL || made.gates == NULL)
		return ERR_LIMIT;
	made.npatterns = f.npatterns;
	made.ngates = f.ngates;
	f.npatterns = f.ngates = 0;
	flatten(w.why, &f);
	unique(&made);
	*out = made;
	return OK;
}

static bool
has_effect(const struct ir_node *n, uint32_t depth)
{
	if (n == NULL)
		return false;
	if (depth >= TRIGGERS_DEPTH ||
	    (n->op == IR_CALL && n->u.fact->flags & FACT_EFFECT))
		return true;
	for (uint32_t i = 0; i < n->nkids; i++)
		if (has_effect(n->kid[i], depth + 1))
			return true;
	return false;
}

/*
 * A rule that a gate lets through is evaluated, and then its patterns are better
 * known: `uint16(0) == 0x5a4d and (pe.imphash() == "..." or all of them)` would
 * have every PE file searched once more for it. So the patterns whose absence
 * decides it are triggers, too.
 */
static struct wake
decisive(struct triggers *t, const struct ir_node *cond)
{
	struct wake w;

	t->awake = true;
	t->steps = 0;
	w = wake_of(t, cond, WANT_TRUE);
	t->awake = false;
	return isfinite(w.cost) ? w : WAKE_NEVER;
}

/* A value that is sought is hardly ever there: such a rule need not be decided early. */
static bool
gated(const struct trigger *out)
{
	for (uint32_t i = 0; i < out->ngates; i++)
		if (out->gates[i].kind != DB_GATE_FACT)
			return true;
	return false;
}

static enum err
trigger_cond(struct triggers *t, const struct ir_node *cond, struct trigger *out)
{
	struct wake w = wake_of(t, cond, WANT_TRUE);

	TRY(trigger_make(t, w, out));
	if (gated(out))
		TRY(trigger_make(t, wake_both(t, w, decisive(t, cond)), out));
	return t->err;
}

static enum err
trigger_rule(struct triggers *t, struct trigger *out)
{
	const struct ir_rule *rule = t->rule;

	if (has_effect(rule->cond, 0)) {
		*out = (struct trigger){ .always = true, .effect = true };
		return OK;
	}
	t->current = ARENA_ARRAY(t->scratch, rule->nslots + 1, uint32_t);
	t->element = ARENA_ARRAY(t->scratch, rule->nslots + 1, const struct ir_node *);
	if (t->current == NULL || t->element == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < rule->nslots; i++)
		t->current[i] = DB_NONE;
	return trigger_cond(t, rule->cond, out);
}

/* A copy of what a rule's search found, which lives in its scratch arena. */
static enum err
trigger_keep(struct arena *a, const struct trigger *found, struct trigger *out)
{
	*out = *found;
	out->patterns = ARENA_ARRAY(a, found->npatterns, uint32_t);
	out->gates = ARENA_ARRAY(a, found->ngates, struct gate);
	if (out->patterns == NULL || out->gates == NULL)
		return ERR_LIMIT;
	if (found->npatterns > 0)
		memcpy(
		    out->patterns, found->patterns, found->npatterns * sizeof(uint32_t));
	for (uint32_t i = 0; i < found->ngates; i++) {
		const struct cond_path *from = found->gates[i].path;
		struct cond_path *path = from ? ARENA_NEW(a, struct cond_path) : NULL;

		if (from != NULL && path == NULL)
			return ERR_LIMIT;
		if (from != NULL)
			*path = *from;
		out->gates[i] = found->gates[i];
		out->gates[i].path = path;
	}
	return OK;
}

static enum err
find_all(struct triggers *t, struct arena *a, struct trigger *out)
{
	const struct ir *ir = t->ir;

	for (uint32_t i = 0; i < ir->nrules; i++) {
		struct triggers one = *t;
		struct trigger found;

		arena_reset(one.scratch);
		one.scratch->budget = a->budget - a->used;
		one.rule = ir->rules[i];
		TRY(trigger_rule(&one, &found));
		TRY(trigger_keep(a, &found, &out[i]));
	}
	return OK;
}

enum err
triggers_find(struct arena *a, const struct ir *ir, const struct trigger_costs *costs,
    struct trigger *out)
{
	struct triggers t = { .ir = ir, .costs = costs, .earlier = out };
	uint32_t *uses = ARENA_ARRAY(a, ir->npatterns + 1, uint32_t);
	struct arena scratch;
	enum err e;

	if (uses == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < ir->nrules; i++)
		for (uint32_t k = 0; k < ir->rules[i]->nstrings; k++)
			uses[ir->rules[i]->strings[k].pattern->index]++;
	arena_init(&scratch, 0);
	t.scratch = &scratch;
	t.uses = uses;
	e = find_all(&t, a, out);
	arena_done(&scratch);
	return e;
}
