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

/* Deeper nodes are not looked at: a hint may be missing, the stack may not. */
#define LOOK_DEPTH 500u

static bool
grows(const struct ir_node *n, unsigned depth)
{
	if (n == NULL || depth > LOOK_DEPTH)
		return false;
	if (n->op == IR_FILESIZE)
		return true;
	for (uint32_t i = 0; i < n->nkids; i++)
		if (grows(n->kid[i], depth + 1))
			return true;
	return false;
}

/* A function over a range that grows with the file: hash.md5(0, filesize). */
static bool
reads_all(const struct ir_node *n)
{
	return n->op == IR_CALL && n->nkids == 3 && strcmp(n->u.fact->sig, "ii:s") == 0 &&
	       grows(n->kid[2], 0);
}

/* Does the condition say at its top how large the file may be? */
static bool
is_bounded(const struct ir_node *n)
{
	if (n->op == IR_LT || n->op == IR_LE || n->op == IR_EQ)
		return n->kid[0]->op == IR_FILESIZE;
	for (uint32_t i = 0; n->op == IR_AND && i < n->nkids; i++)
		if (n->kid[i]->op != IR_AND && is_bounded(n->kid[i]))
			return true;
	return false;
}

struct hinting {
	const struct rules_env *env;
	const struct ir_rule *rule;
	bool bounded;
};

static void
hint(const struct hinting *h, const struct ir_node *n, const char *text)
{
	diag_addf(h->env->diags,
	    &(struct diag){ .kind = DIAG_HINT,
		.file = h->rule->file,
		.rule = arena_str(h->env->arena, h->rule->name),
		.line = n->line,
		.col = n->col },
	    "%s", text);
}

static void
hint_node(const struct hinting *h, const struct ir_node *n, unsigned depth)
{
	if (n == NULL || depth > LOOK_DEPTH)
		return;
	if (n->op == IR_FOR_RANGE && grows(n->kid[2], 0))
		hint(h, n,
		    "a loop over the whole file; let it end at a number, or search for a "
		    "string and loop over its matches");
	if (reads_all(n) && !h->bounded)
		hint(h, n,
		    "a digest of the whole file, however large; ask for its filesize "
		    "first");
	for (uint32_t i = 0; i < n->nkids; i++)
		hint_node(h, n->kid[i], depth + 1);
}

void
explain_loops(const struct rules_env *env, const struct ir_rule *r)
{
	struct hinting h = { env, r, is_bounded(r->cond) };

	hint_node(&h, r->cond, 0);
}
