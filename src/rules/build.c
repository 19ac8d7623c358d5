/*
 * build.c - from trees to sections: every pass in its order, and what each may know of
 * the one before.
 *
 * Passes share the compile arena, whose budget is the limit of all they know together;
 * what only one of them needs goes into an arena of its own and is given back. The order
 * of rules and patterns is the source's throughout, so the same sources give the same
 * database.
 */
#include "rules/build_in.h"
#include "rules/code.h"
#include "rules/explain.h"
#include "rules/explain_code.h"
#include "rules/fold.h"
#include "rules/keep.h"
#include "rules/re_build.h"

struct arena *
build_pass(struct build *b)
{
	arena_reset(&b->pass);
	b->pass.budget = b->env->arena->budget - b->env->arena->used;
	return &b->pass;
}

static uint32_t
write_text(void *arg, struct bytes s)
{
	struct build *b = arg;

	return dbw_text(&b->w, s);
}

static void
refuse(struct build *b, const struct ir_rule *r, const char *text)
{
	diag_add(b->env->diags, &(struct diag){ .kind = DIAG_ERROR,
				    .file = r->file,
				    .rule = arena_str(b->env->arena, r->name),
				    .line = r->line,
				    .text = text });
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
	struct arena *pass = build_pass(b);
	enum err e = re_lower(pass, ast, 0, &form, &fail);

	if (e == OK)
		e = re_build(pass, &form, &none, &b->w.section[DB_REGEX], &at, &fail);
	if (e != OK && b->regex_err == OK) {
		b->regex_err = e;
		if (fail.text != NULL)
			refuse(b, b->now, fail.text);
	}
	return at;
}

/* The condition of one rule as code. */
static enum err
write_code(struct build *b, struct arena *a, uint32_t i)
{
	struct code_writer w = { .arg = b,
		.arena = a,
		.text = write_text,
		.regex = write_regex,
		.modules = b->modules };
	struct buf *out = &b->w.section[DB_CODE];
	const struct ir_rule *r = b->ir->rules[i];
	enum err e;

	arena_reset(a);
	a->budget = b->env->arena->budget - b->env->arena->used;
	buf_align(out, 4);
	b->rule[i].code = (uint32_t)out->n;
	b->now = r;
	e = code_rule(b->ir, r, &w, out);
	b->rule[i].ncode = (uint32_t)out->n - b->rule[i].code;
	b->rule[i].effect = b->trigger[i].effect;
	if (e != ERR_LIMIT || a->spent) /* of memory: not the rule's fault */
		return e;
	refuse(b, r, "the condition is too large");
	return ERR_SYNTAX;
}

static enum err
write_codes(struct build *b)
{
	struct arena scratch;
	enum err e = OK;

	arena_init(&scratch, 0);
	for (uint32_t i = 0; i < b->ir->nrules && e == OK; i++)
		e = write_code(b, &scratch, i);
	arena_done(&scratch);
	return e != OK ? e : b->regex_err;
}

/* Which rules a pattern wakes: lists by pattern, in order of the rules. */
static enum err
write_patterns(struct build *b)
{
	struct arena *pass = build_pass(b);
	uint32_t np = b->ir->npatterns, *at = ARENA_ARRAY(pass, np + 2, uint32_t);
	uint32_t *list, total = 0, base;

	if (at == NULL)
		return ERR_LIMIT;
	for (uint32_t r = 0; r < b->ir->nrules; r++)
		for (uint32_t i = 0; i < b->trigger[r].npatterns; i++, total++)
			at[b->trigger[r].patterns[i] + 1]++;
	list = ARENA_ARRAY(pass, total + 1, uint32_t);
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

/* Everything behind folding that a person may want to see of a rule. */
static void
explain(struct build *b, uint32_t r)
{
	struct trigger_costs costs = build_costs(b);
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

/* What the owner wants explained: early, before folding changes the tree. */
static void
explain_early(struct build *b, uint32_t r)
{
	const struct ir_rule *rule = b->ir->rules[r];

	if (!explain_wants(b->env, rule))
		return;
	explain_source(rule, &b->early[r]);
	explain_tree("tree", b->ir, rule, &b->early[r]);
}

static void
explain_all(struct build *b)
{
	for (uint32_t i = 0; i < b->ir->nrules; i++) {
		if (!explain_wants(b->env, b->ir->rules[i]))
			continue;
		buf_put(b->env->explain, b->early[i].p, b->early[i].n);
		buf_done(&b->early[i]);
		explain(b, i);
	}
}

/* Room for what the passes find out of each rule, pattern and module. */
static enum err
build_begin(struct build *b)
{
	uint32_t nr = b->ir->nrules, np = b->ir->npatterns, nm = b->ir->nmodules;
	struct arena *a = b->env->arena;

	b->trigger = ARENA_ARRAY(a, nr + 1, struct trigger);
	b->rule = ARENA_ARRAY(a, nr + 1, struct record_rule);
	b->gates = ARENA_ARRAY(a, nr + 1, uint64_t);
	b->early = ARENA_ARRAY(a, nr + 1, struct buf);
	b->bad = ARENA_ARRAY(a, np + 1, bool);
	b->pattern_gates = ARENA_ARRAY(a, np + 1, uint64_t);
	b->modules = ARENA_ARRAY(a, nm + 1, uint32_t);
	if (b->trigger == NULL || b->rule == NULL || b->gates == NULL ||
	    b->early == NULL || b->bad == NULL || b->pattern_gates == NULL ||
	    b->modules == NULL)
		return ERR_LIMIT;
	memset(b->pattern_gates, 0xff, np * sizeof(*b->pattern_gates));
	for (uint32_t i = 0; i < nm; i++)
		b->modules[i] = i;
	return OK;
}

static enum err
build_all(struct build *b)
{
	TRY(build_begin(b));
	for (uint32_t i = 0; i < b->ir->nrules; i++) {
		explain_early(b, i);
		TRY(keep_rule(b->ir, b->ir->rules[i]));
		TRY(fold_rule(b->ir, b->ir->rules[i]));
		TRY(code_use(b->ir, b->ir->rules[i]));
	}
	TRY(lower_patterns(b->env, b->ir, &b->w, &b->low));
	TRY(build_filter(b));
	TRY(build_masks(b));
	TRY(build_filter2(b));
	TRY(build_firsts(b));
	TRY(write_codes(b));
	explain_all(b);
	TRY(write_patterns(b));
	TRY(build_gates(b));
	return records_write(&b->w, b->ir, b->rule);
}

/* From sources to sections. */
static enum err
compile(struct build *b, const struct rules_source *src, size_t n)
{
	b->ir = ARENA_NEW(b->env->arena, struct ir);
	if (b->ir == NULL)
		return ERR_LIMIT;
	TRY(rules_to_ir(b->env, src, n, b->ir));
	return build_all(b);
}

/* What the passes know is dropped before the sections are put together. */
enum err
rules_compile(
    const struct rules_env *env, const struct rules_source *src, size_t n, struct buf *db)
{
	struct rules_env inner = *env;
	struct build b = { .env = &inner };
	struct arena own;
	enum err e;

	arena_init(&own, env->arena->budget - env->arena->used);
	inner.arena = &own;
	dbw_init(&b.w);
	e = compile(&b, src, n);
	env->arena->spent |= own.spent;
	arena_done(&b.pass);
	arena_done(&own);
	if (e == OK)
		e = dbw_finish(&b.w, db);
	dbw_done(&b.w);
	return e;
}
