/*
 * lower.c - patterns become searchable: text to literals, regular expressions to
 * programs and atoms, long jumps to chains of parts. One pattern at a time, in scratch
 * memory that is given back behind it; what is not found to be searchable by literals is
 * searched by its program alone.
 */
#include "rules/lower.h"

#include <math.h>

#include "rules/body.h"
#include "rules/re_build.h"
#include "rules/re_chain.h"
#include "rules/re_near.h"
#include "rules/re_prefer.h"
#include "rules/variants.h"

struct lower {
	struct arena *a;
	struct arena scratch; /* what only one pattern needs: trees, atoms, programs */
	const struct rules_env *env;
	const struct ir *ir;
	struct dbw *w;
	struct lowered *out;
	const struct ir_pattern *p;
	size_t cappart, caplit;
	uint32_t part; /* the one being made */
};

/* Candidates a byte from which on a pattern is searched last. */
#define COMMON 2e-5

static double
cost_of(const struct lit_in *in)
{
	double c = lit_trigger_cost(in);

	return c > LIT_HOT ? INFINITY : c;
}

static double
atom_cost(void *ctx, struct bytes lit, bool nocase)
{
	(void)ctx;
	(void)nocase;
	return lit_cost(lit);
}

static enum err
part_add(struct lower *l)
{
	struct lowered *o = l->out;

	if (o->nparts == l->cappart) {
		void *v = arena_grow(
		    l->a, o->part, &l->cappart, o->nparts + 1, sizeof(*o->part));

		if (v == NULL)
			return ERR_LIMIT;
		o->part = v;
	}
	l->part = o->nparts++;
	o->part[l->part] = (struct db_part){ .pattern = l->p->index,
		.needle = o->nlits,
		.re = DB_NONE,
		.re_wide = DB_NONE };
	return OK;
}

static enum err
lit_add(struct lower *l, const struct lit_in *in)
{
	struct lowered *o = l->out;

	if (o->nlits == l->caplit) {
		void *v =
		    arena_grow(l->a, o->lit, &l->caplit, o->nlits + 1, sizeof(*o->lit));

		if (v == NULL)
			return ERR_LIMIT;
		o->lit = v;
	}
	o->lit[o->nlits] = *in;
	o->lit[o->nlits++].part = l->part;
	o->part[l->part].nneedles++;
	return OK;
}

/* lit_add of what lies in the scratch arena. */
static enum err
lit_keep(struct lower *l, const struct lit_in *in)
{
	struct lit_in kept = *in;

	kept.lit = arena_bytes(l->a, in->lit);
	if (kept.lit.p == NULL)
		return ERR_LIMIT;
	if (in->around != NULL) {
		struct lit_around *around = ARENA_NEW(l->a, struct lit_around);

		if (around == NULL)
			return ERR_LIMIT;
		*around = *in->around;
		kept.around = around;
	}
	return lit_add(l, &kept);
}

static uint32_t
whole_flags(const struct ir_pattern *p, bool wide)
{
	uint32_t a = DB_NEEDLE_WHOLE;

	if (p->mods & IR_FULLWORD)
		a |= DB_NEEDLE_FULLWORD;
	return wide ? a | DB_NEEDLE_WIDE : a;
}

/* The first string that is this pattern, and its rule; false: no rule shows it. */
static bool
first_use(
    const struct lower *l, const struct ir_rule **rule, const struct ir_string **string)
{
	for (uint32_t i = 0; i < l->ir->nrules; i++) {
		const struct ir_rule *r = l->ir->rules[i];

		for (uint32_t k = 0; k < r->nstrings; k++)
			if (r->strings[k].pattern == l->p) {
				*rule = r;
				*string = &r->strings[k];
				return true;
			}
	}
	return false;
}

static void
complain(struct lower *l, const char *text)
{
	const struct ir_rule *rule;
	const struct ir_string *string;
	struct diag d = {
		.kind = DIAG_ERROR, .file = "", .line = l->p->line, .text = text
	};

	if (first_use(l, &rule, &string)) {
		d.file = rule->file;
		d.rule = arena_str(l->a, rule->name);
		d.line = string->line;
		d.col = string->col;
	}
	diag_add(l->env->diags, &d);
}

static enum err
lower_text(struct lower *l)
{
	struct variant v[VARIANTS_MAX];
	uint32_t n = variants_of(l->a, l->p, v);

	TRY(part_add(l));
	if (n == 0)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n; i++) {
		struct lit_in in = { .lit = v[i].lit, .a = whole_flags(l->p, v[i].wide) };

		if (in.lit.n > LIT_LEN_MAX) {
			complain(l, "string is too long");
			return ERR_SYNTAX;
		}
		if (l->p->mods & IR_NOCASE)
			in.flags |= LIT_NOCASE;
		if (l->p->mods & IR_XOR) {
			in.flags |= LIT_XOR;
			in.xor_lo = l->p->xor_lo;
			in.xor_hi = l->p->xor_hi;
		}
		TRY(lit_add(l, &in));
	}
	return OK;
}

/* A program, its atoms as literals. Atomless: the whole part is. */
static enum err
lower_program(struct lower *l, struct re_form *form, bool wide)
{
	struct re_cost cost = { .fn = atom_cost };
	struct db_part *part = &l->out->part[l->part];
	struct re_fail fail = { 0 };
	struct arena *tmp = &l->scratch;
	struct re_atoms atoms;
	uint32_t at;
	enum err e;

	TRY(re_atoms_pick(tmp, form, cost, &atoms));
	TRY(re_near_best(tmp, form, &atoms));
	e = re_build(tmp, form, &atoms, &l->w->section[DB_REGEX], &at, &fail);
	if (e == ERR_SYNTAX)
		complain(l, fail.text);
	TRY(e);
	*(wide ? &part->re_wide : &part->re) = at;
	if (atoms.n == 0)
		part->flags |= DB_PART_ATOMLESS;
	for (size_t i = 0; i < atoms.n; i++) {
		struct lit_in in = { .lit = atoms.at[i].lit,
			.a = wide ? DB_NEEDLE_RE_WIDE : DB_NEEDLE_RE,
			.b = (uint32_t)i,
			.flags = atoms.at[i].nocase ? LIT_NOCASE : 0 };

		if (in.lit.n <= LIT_WINDOW)
			TRY(re_near_around(tmp, form, &atoms.at[i], &in.around));
		TRY(lit_keep(l, &in));
	}
	return OK;
}

static enum err
lower_form(struct lower *l, const struct re_ast *ast, bool wide)
{
	unsigned flags = wide ? RE_WIDE : 0;
	struct re_fail fail = { 0 };
	struct re_form form;
	struct bytes lit;
	bool nocase;
	enum err e;

	if (l->p->mods & IR_FULLWORD)
		flags |= RE_FULLWORD;
	e = re_lower(&l->scratch, ast, flags, &form, &fail);
	if (e == ERR_SYNTAX)
		complain(l, fail.text);
	TRY(e);
	if (re_literal(&l->scratch, &form, &lit, &nocase) && lit.n > 0 &&
	    lit.n <= LIT_LEN_MAX) {
		struct lit_in in = { .lit = lit,
			.a = whole_flags(l->p, wide),
			.flags = nocase ? LIT_NOCASE : 0 };

		return lit_keep(l, &in);
	}
	return lower_program(l, &form, wide);
}

/* One fragment: its narrow form, its wide form, or both. */
static enum err
lower_link(struct lower *l, const struct re_link *link)
{
	bool wide = (l->p->mods & IR_WIDE) != 0;
	struct db_part *part;

	TRY(part_add(l));
	if (!wide || l->p->mods & IR_ASCII)
		TRY(lower_form(l, &link->ast, false));
	if (wide)
		TRY(lower_form(l, &link->ast, true));
	part = &l->out->part[l->part];
	part->gap_min = link->gap_min;
	part->gap_max = link->gap_max == RE_INF ? DB_NONE : link->gap_max;
	if (part->flags & DB_PART_ATOMLESS) {
		l->out->nlits = part->needle; /* found by searching: no literals needed */
		part->nneedles = 0;
	}
	return OK;
}

static enum err
lower_regex(struct lower *l)
{
	struct re_chain chain;
	struct re_fail why;
	struct re_ast ast;

	TRY(body_parse(&l->scratch, l->p, &ast, &why));
	TRY(re_chain_split(&l->scratch, &ast, &chain));
	for (size_t i = 0; i < chain.n; i++) {
		re_prefer(&chain.link[i].ast);
		TRY(lower_link(l, &chain.link[i]));
	}
	return OK;
}

#define ATOMLESS_COST 100

/* What it costs to search a part on demand: short literals are possible, and dear. */
static double
part_search(const struct lowered *o, uint32_t part)
{
	const struct db_part *p = &o->part[part];
	double c = p->nneedles ? 0 : ATOMLESS_COST;

	for (uint32_t i = 0; i < p->nneedles; i++)
		c += lit_cost(o->lit[p->needle + i].lit);
	return c;
}

static double
part_cost(const struct lowered *o, uint32_t part)
{
	const struct db_part *p = &o->part[part];
	double c = p->nneedles ? 0 : INFINITY;

	for (uint32_t i = 0; i < p->nneedles; i++)
		c += cost_of(&o->lit[p->needle + i]);
	return c;
}

static uint32_t
pattern_flags(const struct ir_pattern *p)
{
	uint32_t flags = 0;

	if (p->use & (IR_USE_ALL | IR_USE_LENGTH))
		flags |= DB_PAT_ALL;
	if (p->use & IR_USE_LENGTH)
		flags |= DB_PAT_LENGTH;
	if (p->kind == IR_RE && p->re_flags & RE_GREEDY)
		flags |= DB_PAT_GREEDY;
	if (p->mods & IR_FULLWORD)
		flags |= DB_PAT_FULLWORD;
	return flags;
}

static enum err
lower_pattern(struct lower *l, struct lowered_pattern *to)
{
	arena_reset(&l->scratch);
	l->scratch.budget = l->a->budget - l->a->used;
	to->part = l->out->nparts;
	TRY(l->p->kind == IR_TEXT ? lower_text(l) : lower_regex(l));
	to->nparts = l->out->nparts - to->part;
	to->flags = pattern_flags(l->p);
	to->trigger = to->part;
	to->cost = INFINITY;
	for (uint32_t i = 0; i < to->nparts; i++) {
		double c = part_cost(l->out, to->part + i);

		to->search += part_search(l->out, to->part + i);
		if (c < to->cost) {
			to->cost = c;
			to->trigger = to->part + i;
		}
	}
	if (to->cost > COMMON)
		to->flags |= DB_PAT_COMMON;
	return OK;
}

enum err
lower_patterns(
    const struct rules_env *env, const struct ir *ir, struct dbw *w, struct lowered *out)
{
	struct lower l = { .a = env->arena, .env = env, .ir = ir, .w = w, .out = out };
	enum err e = OK;

	*out = (struct lowered){ .pattern = ARENA_ARRAY(env->arena, ir->npatterns + 1,
				     struct lowered_pattern) };
	/* About one of each a pattern: a vector that doubles would leave its old self. */
	l.cappart = l.caplit = ir->npatterns + ir->npatterns / 4 + 8;
	out->part = ARENA_ARRAY(env->arena, l.cappart, struct db_part);
	out->lit = ARENA_ARRAY(env->arena, l.caplit, struct lit_in);
	if (out->pattern == NULL || out->part == NULL || out->lit == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < ir->npatterns && e == OK; i++) {
		l.p = ir->patterns[i];
		e = lower_pattern(&l, &out->pattern[i]);
	}
	arena_done(&l.scratch);
	return e;
}
