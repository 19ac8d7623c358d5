/*
 * explain.c - `candor explain` and `candor check`: what becomes of a rule, and why it is
 * slow, in words with a remedy. It reads what the passes left and decides nothing.
 */
#include "rules/explain.h"

#include <math.h>

#include "rules/explain_code.h"
#include "rules/ir_print.h"

#define LINE_MAX  90
#define LIT_SHOWN 32

bool
explain_wants(const struct rules_env *env, const struct ir_rule *r)
{
	return env->flags & RULES_EXPLAIN && env->explain != NULL &&
	       (env->explain_rule.n == 0 || bytes_eq(env->explain_rule, r->name));
}

void
explain_source(const struct ir_rule *r, struct buf *out)
{
	buf_str(out, "rule ");
	explain_text(out, r->name);
	buf_printf(out, " (line %u)\ntokens\n", r->line);
	ir_print_tokens(out, r);
}

void
explain_tree(
    const char *stage, const struct ir *ir, const struct ir_rule *r, struct buf *out)
{
	buf_printf(out, "%s\n", stage);
	ir_print_rule(out, ir, r);
}

static void
put_literal(struct buf *out, const struct lit_in *in)
{
	buf_str(out, "    \"");
	explain_text(out, bytes_clip(in->lit, 0, LIT_SHOWN));
	buf_str(out, in->lit.n > LIT_SHOWN ? "\"..." : "\"");
	if (in->flags & LIT_NOCASE)
		buf_str(out, " nocase");
	if (in->flags & LIT_XOR)
		buf_printf(out, " xor %u-%u", in->xor_lo, in->xor_hi);
	buf_str(out, (in->a & 0xff) == DB_NEEDLE_WHOLE ? " whole" : " atom");
	if (in->lit.n < LIT_WINDOW)
		buf_str(out, ", too short to wait for\n");
	else
		buf_printf(
		    out, ", expected %.3g candidates a MB\n", 1e6 * lit_cost(in->lit));
}

void
explain_atoms(const struct lowered *low, const struct ir_rule *r, struct buf *out)
{
	buf_str(out, "atoms\n");
	for (uint32_t i = 0; i < r->nstrings; i++) {
		const struct lowered_pattern *p =
		    &low->pattern[r->strings[i].pattern->index];

		buf_str(out, "  ");
		explain_text(out, r->strings[i].name);
		buf_printf(out, ": %u part%s\n", p->nparts, p->nparts == 1 ? "" : "s");
		for (uint32_t k = 0; k < p->nparts; k++) {
			const struct db_part *part = &low->part[p->part + k];

			if (part->flags & DB_PART_ATOMLESS)
				buf_str(
				    out, "    no literal: searched by its automaton\n");
			for (uint32_t j = 0; j < part->nneedles; j++)
				put_literal(out, &low->lit[part->needle + j]);
		}
	}
}

/* How often the best part of a pattern is suspected, a MB of common files (gram.h). */
static double
places_of(const struct lowered *low, const struct lowered_pattern *p)
{
	double least = INFINITY;

	for (uint32_t k = 0; k < p->nparts; k++) {
		const struct db_part *part = &low->part[p->part + k];
		double sum = part->nneedles ? 0 : INFINITY;

		for (uint32_t j = 0; j < part->nneedles; j++)
			sum += lit_trigger_cost(&low->lit[part->needle + j]);
		least = sum < least ? sum : least;
	}
	return least * EXPLAIN_MB;
}

static double
budget_of(const struct rules_env *env)
{
	return env->budget ? env->budget : EXPLAIN_BUDGET;
}

/* Why a pattern cannot wake rules, or should not, in words with a remedy. */
static const char *
reason_of(const struct rules_env *env, const struct lowered *low, uint32_t pattern)
{
	const struct lowered_pattern *p = &low->pattern[pattern];
	bool atomless = false, brief = false;
	double places = places_of(low, p);

	for (uint32_t k = 0; k < p->nparts; k++) {
		const struct db_part *part = &low->part[p->part + k];

		atomless |= (part->flags & DB_PART_ATOMLESS) != 0;
		for (uint32_t j = 0; j < part->nneedles; j++)
			brief |= low->lit[part->needle + j].lit.n < LIT_WINDOW;
	}
	if (atomless)
		return "has no fixed bytes; give it some that every match contains";
	if (brief)
		return "has fewer than 4 fixed bytes in a row; make it longer";
	if (isfinite(places))
		return arena_printf(env->arena,
		    "is suspected at %.0f places of a MB, where %.0f are the budget; use "
		    "rarer bytes",
		    places, budget_of(env));
	return "is too common; use rarer bytes";
}

/* The first string of the rule that is among the patterns and costs too much, or NULL. */
static const struct ir_string *
dear_string(const struct rules_env *env, const struct lowered *low,
    const struct ir_rule *r, const struct trigger *t)
{
	for (uint32_t i = 0; i < r->nstrings; i++) {
		uint32_t p = r->strings[i].pattern->index;
		bool among = false;

		for (uint32_t k = 0; k < t->npatterns; k++)
			among |= t->patterns[k] == p;
		if (among && !(places_of(low, &low->pattern[p]) <= budget_of(env)))
			return &r->strings[i];
	}
	return NULL;
}

void
explain_dear(const struct rules_env *env, const struct lowered *low,
    const struct ir_rule *r, const struct trigger *is, const struct trigger *would)
{
	const struct ir_string *s = dear_string(env, low, r, is->always ? would : is);
	struct diag d = { .kind = DIAG_HINT,
		.file = r->file,
		.rule = arena_str(env->arena, r->name),
		.line = r->line };

	if (is->always && would->always)
		diag_addf(env->diags, &d,
		    "evaluated for every file, for it can be true without any of its "
		    "strings; require one, or a header or size");
	else if (s != NULL)
		diag_addf(env->diags, &d, "%s: \"%.*s\" %s",
		    is->always ? "evaluated for every file, for no string can wake it"
			       : "evaluated too often",
		    (int)(s->name.n < 100 ? s->name.n : 100), (const char *)s->name.p,
		    reason_of(env, low, s->pattern->index));
}
