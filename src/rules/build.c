#include "rules/build.h"

#include <stdlib.h>

#include "base/sort.h"
#include "rules/code.h"
#include "rules/explain.h"
#include "rules/explain_code.h"
#include "rules/fold.h"
#include "rules/keep.h"
#include "rules/lit_build.h"
#include "rules/lower.h"
#include "rules/re_build.h"
#include "rules/records.h"
#include "rules/triggers.h"

struct build {
	const struct rules_env *env;
	struct ir *ir;
	struct dbw w;
	struct lowered low;
	struct trigger *trigger; /* by rule */
	uint64_t *pattern_gates; /* by pattern: those of the rules it wakes */
	uint64_t *gates;         /* by rule: bits of DB_MASKS, one of which it needs */
	struct record_rule *rule;
	struct buf *early; /* by rule: what explain shows of it before folding */
	uint32_t *modules; /* DB_MODULES index of each of ir.modules */
	bool *bad;         /* by pattern: the filter refused it as a trigger */
	enum err regex_err;
};

static double
pattern_cost(void *arg, const struct ir_pattern *p)
{
	const struct build *b = arg;

	return b->bad[p->index] ? INFINITY : b->low.pattern[p->index].cost;
}

/* Of a pattern that is one plain literal; other beginnings are not looked for. */
static uint32_t
pattern_prefix(void *arg, const struct ir_pattern *p, uint8_t *out)
{
	const struct build *b = arg;
	const struct lowered_pattern *l = &b->low.pattern[p->index];
	const struct db_part *part = &b->low.part[l->part];
	const struct lit_in *in = &b->low.lit[part->needle];
	uint32_t n;

	if (l->nparts != 1 || part->nneedles != 1 || in->flags & (LIT_NOCASE | LIT_XOR) ||
	    (in->a & 0xff) != DB_NEEDLE_WHOLE)
		return 0;
	n = in->lit.n < 8 ? (uint32_t)in->lit.n : 8;
	memcpy(out, in->lit.p, n);
	return n;
}

static uint32_t
write_text(void *arg, struct bytes s)
{
	struct build *b = arg;

	return dbw_text(&b->w, s);
}

/* The regex of a `matches` or of a module's function: searched, so without atoms. */
static uint32_t
write_regex(void *arg, const struct re_ast *ast)
{
	struct build *b = arg;
	struct re_atoms none = { 0 };
	struct re_fail fail = { 0 };
	struct re_form form;
	uint32_t at = 0;
	enum err e = re_lower(b->env->arena, ast, 0, &form, &fail);

	if (e == OK)
		e = re_build(
		    b->env->arena, &form, &none, &b->w.section[DB_REGEX], &at, &fail);
	if (e != OK && b->regex_err == OK) {
		b->regex_err = e;
		if (fail.text != NULL)
			diag_add(b->env->diags,
			    &(struct diag){
				.kind = DIAG_ERROR, .file = "", .text = fail.text });
	}
	return at;
}

/* The condition of one rule as code. */
static enum err
write_code(struct build *b, uint32_t i)
{
	struct code_writer w = {
		.arg = b, .text = write_text, .regex = write_regex, .modules = b->modules
	};
	struct buf *out = &b->w.section[DB_CODE];
	const struct ir_rule *r = b->ir->rules[i];
	enum err e;

	buf_align(out, 4);
	b->rule[i].code = (uint32_t)out->n;
	e = code_rule(b->ir, r, &w, out);
	b->rule[i].ncode = (uint32_t)out->n - b->rule[i].code;
	b->rule[i].effect = b->trigger[i].effect;
	if (e == ERR_LIMIT)
		diag_addf(b->env->diags,
		    &(struct diag){ .kind = DIAG_ERROR,
			.file = r->file,
			.rule = arena_str(b->env->arena, r->name),
			.line = r->line },
		    "the condition is too large");
	return e == ERR_LIMIT ? ERR_SYNTAX : e;
}

static enum err
write_codes(struct build *b)
{
	for (uint32_t i = 0; i < b->ir->nrules; i++)
		TRY(write_code(b, i));
	return b->regex_err;
}

/* The literals of the trigger part of every pattern that wakes a rule behind gates. */
static void
mark_triggers(struct build *b, uint64_t gates)
{
	for (uint32_t i = 0; i < b->low.nlits; i++)
		b->low.lit[i].flags &= (uint8_t)~LIT_TRIGGER;
	for (uint32_t r = 0; r < b->ir->nrules; r++) {
		const struct trigger *t = &b->trigger[r];

		for (uint32_t i = 0; i < t->npatterns; i++) {
			uint32_t part = b->low.pattern[t->patterns[i]].trigger;
			const struct db_part *p = &b->low.part[part];

			if (!(b->pattern_gates[t->patterns[i]] & gates))
				continue;
			for (uint32_t k = 0; k < p->nneedles; k++)
				b->low.lit[p->needle + k].flags |= LIT_TRIGGER;
		}
	}
}

/*
 * The filter may refuse a trigger as too common. Its pattern is then none, the
 * rules choose again; each round takes at least one pattern away.
 */
static enum err
build_filter(struct build *b)
{
	struct buf *literals = &b->w.section[DB_LITERALS];
	struct trigger_costs costs = { .arg = b,
		.cost = pattern_cost,
		.prefix = pattern_prefix,
		.head = TRIGGER_HEAD,
		.module = TRIGGER_MODULE,
		.place = TRIGGER_PLACE };

	for (unsigned round = 0; round < 8; round++) {
		struct lit_out out = { .filter = &b->w.section[DB_FILTER],
			.needles = &b->w.section[DB_NEEDLES],
			.literals = literals };

		TRY(triggers_find(b->ir, &costs, b->trigger));
		mark_triggers(b, UINT64_MAX);
		buf_clear(out.filter);
		buf_clear(out.needles);
		buf_clear(literals);
		TRY(lit_build(b->env->arena, b->low.lit, b->low.nlits,
		    &(struct lit_opts){ 0 }, &out));
		if (out.ndeferred == 0)
			return OK;
		for (uint32_t i = 0; i < out.ndeferred; i++) {
			uint32_t part = b->low.lit[out.deferred[i]].part;
			b->bad[b->low.part[part].pattern] = true;
		}
	}
	return ERR_LIMIT;
}

/* Which rules a pattern wakes: lists by pattern, in order of the rules. */
static enum err
write_patterns(struct build *b)
{
	uint32_t np = b->ir->npatterns,
		 *at = ARENA_ARRAY(b->env->arena, np + 2, uint32_t);
	uint32_t *list, total = 0, base;

	if (at == NULL)
		return ERR_LIMIT;
	for (uint32_t r = 0; r < b->ir->nrules; r++)
		for (uint32_t i = 0; i < b->trigger[r].npatterns; i++, total++)
			at[b->trigger[r].patterns[i] + 1]++;
	list = ARENA_ARRAY(b->env->arena, total + 1, uint32_t);
	if (list == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < np; i++)
		at[i + 1] += at[i];
	base = dbw_list(&b->w, NULL, 0);
	for (uint32_t i = 0; i < np; i++) {
		const struct lowered_pattern *l = &b->low.pattern[i];
		struct db_pattern d = { .flags = l->flags,
			.part = l->part,
			.nparts = l->nparts,
			.wake = base + at[i],
			.nwake = at[i + 1] - at[i],
			.gates = b->pattern_gates[i] };

		b->w.gates |= b->pattern_gates[i];

		dbw_record(&b->w, DB_PATTERNS, &d, sizeof(d));
	}
	for (uint32_t r = 0; r < b->ir->nrules; r++)
		for (uint32_t i = 0; i < b->trigger[r].npatterns; i++)
			list[at[b->trigger[r].patterns[i]]++] = r;
	dbw_list(&b->w, list, total);
	buf_put(
	    &b->w.section[DB_PARTS], b->low.part, b->low.nparts * sizeof(*b->low.part));
	return OK;
}

/* A rule behind one of its gates. */
struct gated {
	struct gate gate;
	uint32_t rule;
};

static int
gate_cmp(const struct gated *a, const struct gated *b)
{
	uint64_t x[] = { a->gate.kind, a->gate.module, a->gate.off, a->gate.width,
		a->gate.value };
	uint64_t y[] = { b->gate.kind, b->gate.module, b->gate.off, b->gate.width,
		b->gate.value };

	for (size_t i = 0; i < COUNT(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static int
gated_cmp(const void *a, const void *b)
{
	const struct gated *x = a, *y = b;
	int c = gate_cmp(x, y);

	return c ? c : (x->rule > y->rule) - (x->rule < y->rule);
}

/* Every rule behind each of its gates; one that is always asked behind an open one. */
static struct gated *
list_gates(const struct build *b, size_t *count)
{
	const struct gate open = { .kind = DB_GATE_ALWAYS };
	struct gated *v;
	size_t n = 0, k = 0;

	for (uint32_t r = 0; r < b->ir->nrules; r++)
		n += b->trigger[r].always || b->trigger[r].effect ? 1
								  : b->trigger[r].ngates;
	v = ARENA_ARRAY(b->env->arena, n + 1, struct gated);
	for (uint32_t r = 0; v != NULL && r < b->ir->nrules; r++) {
		const struct trigger *t = &b->trigger[r];

		if (t->always || t->effect)
			v[k++] = (struct gated){ open, r };
		for (uint32_t i = 0; !t->always && !t->effect && i < t->ngates; i++)
			v[k++] = (struct gated){ t->gates[i], r };
	}
	*count = k;
	return v;
}

static struct db_gate
gate_record(const struct gate *g)
{
	return (struct db_gate){ .kind = g->kind,
		.module = g->module,
		.off = g->off,
		.width = g->width,
		.value = g->value };
}

/* Rules without a trigger, gate by gate; equal gates share a record. */
static enum err
write_gates(struct build *b)
{
	size_t n;
	struct gated *v = list_gates(b, &n);

	if (v == NULL)
		return ERR_LIMIT;
	sort(v, n, sizeof(*v), gated_cmp);
	for (size_t i = 0, end; i < n; i = end) {
		struct db_gate d = gate_record(&v[i].gate);

		d.rules = dbw_list(&b->w, NULL, 0);

		for (end = i; end < n && gate_cmp(&v[i], &v[end]) == 0; end++)
			dbw_list(&b->w, &v[end].rule, 1);
		d.nrules = (uint32_t)(end - i);
		dbw_record(&b->w, DB_GATES, &d, sizeof(d));
	}
	return OK;
}

static double
no_cost(void *arg, const struct ir_pattern *p)
{
	(void)arg;
	(void)p;
	return INFINITY;
}

/* The 63 gates that most rules are behind. Bit i of *masks is the i-th of DB_MASKS. */
static uint32_t
common_gates(struct build *b, const struct gated *v, size_t n, struct gated *top)
{
	uint32_t count = 0, size[63];

	for (size_t i = 0, end; i < n; i = end) {
		uint32_t at = count;

		for (end = i; end < n && gate_cmp(&v[i], &v[end]) == 0;)
			end++;
		if (v[i].gate.kind == DB_GATE_ALWAYS)
			continue;
		for (; at > 0 && size[at - 1] < end - i; at--)
			if (at < 63) {
				size[at] = size[at - 1];
				top[at] = top[at - 1];
			}
		if (at >= 63)
			continue;
		size[at] = (uint32_t)(end - i);
		top[at] = v[i];
		count += count < 63;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct db_gate d = gate_record(&top[i].gate);

		dbw_record(&b->w, DB_MASKS, &d, sizeof(d));
	}
	return count;
}

/*
 * What a rule needs besides its patterns: the gates that it would wait behind if no
 * pattern could wake it. For objects where none holds, its patterns do not matter.
 */
static enum err
find_gates(struct build *b)
{
	struct trigger_costs costs = { .arg = b,
		.cost = no_cost,
		.prefix = pattern_prefix,
		.head = TRIGGER_HEAD,
		.module = TRIGGER_MODULE,
		.place = TRIGGER_PLACE };
	struct trigger *chosen = b->trigger;
	struct gated *v, top[63];
	uint32_t ntop;
	size_t n;

	b->trigger = ARENA_ARRAY(b->env->arena, b->ir->nrules + 1, struct trigger);
	if (b->trigger == NULL)
		return ERR_LIMIT;
	TRY(triggers_find(b->ir, &costs, b->trigger));
	v = list_gates(b, &n);
	b->trigger = chosen;
	if (v == NULL)
		return ERR_LIMIT;
	sort(v, n, sizeof(*v), gated_cmp);
	ntop = common_gates(b, v, n, top);
	for (size_t i = 0; i < n; i++) {
		uint64_t bit = DB_GATE_OPEN;

		for (uint32_t k = 0; k < ntop; k++)
			if (gate_cmp(&v[i], &top[k]) == 0)
				bit = 1ULL << k;
		b->gates[v[i].rule] |= bit;
	}
	return OK;
}

/* Any pattern can be searched on demand: dear ones are, but only when nothing else is. */
static double
any_cost(void *arg, const struct ir_pattern *p)
{
	const struct build *b = arg;
	double c = b->low.pattern[p->index].search;

	return c < 1e6 ? c : 1e6;
}

/*
 * For rules that no pattern wakes: the patterns that would, cost what they may. They
 * are searched before the rule's other ones, and mostly that is the end of it.
 */
static enum err
find_firsts(struct build *b)
{
	struct trigger_costs costs = { .arg = b,
		.cost = any_cost,
		.prefix = pattern_prefix,
		.head = 1e9,
		.module = 1e9,
		.place = 1e9 };
	struct trigger *t = ARENA_ARRAY(b->env->arena, b->ir->nrules + 1, struct trigger);

	if (t == NULL)
		return ERR_LIMIT;
	TRY(triggers_find(b->ir, &costs, t));
	for (uint32_t r = 0; r < b->ir->nrules; r++) {
		const struct ir_rule *rule = b->ir->rules[r];

		if (b->trigger[r].always && !b->trigger[r].effect && rule->nstrings > 0)
			explain_dear(b->env, &b->low, rule, &t[r]);
		if (b->trigger[r].npatterns > 0 || t[r].always || t[r].ngates > 0)
			continue;
		b->rule[r].first = dbw_list(&b->w, t[r].patterns, t[r].npatterns);
		b->rule[r].nfirst = t[r].npatterns;
	}
	return OK;
}

/* Everything behind folding that a person may want to see of a rule. */
static void
explain(const struct build *b, uint32_t r)
{
	struct trigger_costs costs = { .arg = (void *)(uintptr_t)b,
		.cost = pattern_cost };
	const struct buf *code = &b->w.section[DB_CODE];
	const struct ir_rule *rule = b->ir->rules[r];
	struct buf *out = b->env->explain;

	explain_tree("folded", b->ir, rule, out);
	explain_atoms(&b->low, rule, out);
	buf_str(out, "trigger\n");
	explain_trigger(out, b->ir, rule, &b->trigger[r], &costs);
	buf_str(out, "code\n");
	explain_code(out, b->ir,
	    bytes_sub(buf_bytes(code), b->rule[r].code, b->rule[r].ncode), b->modules);
	buf_u8(out, '\n');
}

static void
gather_gates(struct build *b)
{
	memset(b->pattern_gates, 0, b->ir->npatterns * sizeof(*b->pattern_gates));
	for (uint32_t r = 0; r < b->ir->nrules; r++)
		for (uint32_t i = 0; i < b->trigger[r].npatterns; i++)
			b->pattern_gates[b->trigger[r].patterns[i]] |= b->gates[r];
}

/*
 * Most sets are mostly for one kind of file (PE). For all other files a filter
 * without its triggers is smaller, so it stays in a nearer cache and passes less.
 * The needles are those of the first one: same input, same table.
 */
static enum err
build_filter2(struct build *b)
{
	struct buf needles = { 0 }, literals = { 0 };
	struct lit_out out = { .filter = &b->w.section[DB_FILTER2],
		.needles = &needles,
		.literals = &literals };
	enum err e;

	mark_triggers(b, ~1ULL);
	e = lit_build(
	    b->env->arena, b->low.lit, b->low.nlits, &(struct lit_opts){ 0 }, &out);
	buf_done(&needles);
	buf_done(&literals);
	return e == OK && out.ndeferred > 0 ? ERR_LIMIT : e;
}

static enum err
build_all(struct build *b, struct buf *db)
{
	struct arena *a = b->env->arena;
	uint32_t nr = b->ir->nrules, np = b->ir->npatterns;

	b->trigger = ARENA_ARRAY(a, nr + 1, struct trigger);
	b->rule = ARENA_ARRAY(a, nr + 1, struct record_rule);
	b->bad = ARENA_ARRAY(a, np + 1, bool);
	b->gates = ARENA_ARRAY(a, nr + 1, uint64_t);
	b->pattern_gates = ARENA_ARRAY(a, np + 1, uint64_t);
	b->early = ARENA_ARRAY(a, nr + 1, struct buf);
	b->modules = ARENA_ARRAY(a, b->ir->nmodules + 1, uint32_t);
	for (uint32_t i = 0; b->modules != NULL && i < b->ir->nmodules; i++)
		b->modules[i] = i;
	if (b->early == NULL || b->modules == NULL || b->gates == NULL ||
	    b->pattern_gates == NULL || b->trigger == NULL || b->rule == NULL ||
	    b->bad == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < nr; i++) {
		if (explain_wants(b->env, b->ir->rules[i])) {
			explain_source(b->ir->rules[i], &b->early[i]);
			explain_tree("tree", b->ir, b->ir->rules[i], &b->early[i]);
		}
		TRY(keep_rule(b->ir, b->ir->rules[i]));
		TRY(fold_rule(b->ir, b->ir->rules[i]));
		TRY(code_use(b->ir, b->ir->rules[i]));
	}
	memset(b->pattern_gates, 0xff, np * sizeof(*b->pattern_gates));
	TRY(lower_patterns(b->env, b->ir, &b->w, &b->low));
	TRY(build_filter(b));
	TRY(find_gates(b));
	gather_gates(b);
	TRY(build_filter2(b));
	TRY(find_firsts(b));
	TRY(write_codes(b));
	for (uint32_t i = 0; i < nr; i++) {
		if (!explain_wants(b->env, b->ir->rules[i]))
			continue;
		buf_put(b->env->explain, b->early[i].p, b->early[i].n);
		buf_done(&b->early[i]);
		explain(b, i);
	}
	TRY(write_patterns(b));
	TRY(write_gates(b));
	TRY(records_write(&b->w, b->ir, b->rule));
	return dbw_finish(&b->w, db);
}

enum err
ir_to_db(const struct rules_env *env, struct ir *ir, struct buf *db)
{
	struct build b = { .env = env, .ir = ir };
	enum err e;

	dbw_init(&b.w);
	e = build_all(&b, db);
	dbw_done(&b.w);
	return e;
}

enum err
rules_compile(
    const struct rules_env *env, const struct rules_source *src, size_t n, struct buf *db)
{
	struct ir ir;

	TRY(rules_to_ir(env, src, n, &ir));
	return ir_to_db(env, &ir, db);
}
