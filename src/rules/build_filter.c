/*
 * build_filter.c - which patterns the filter searches in every file, and the needles of
 * all others.
 *
 * A trigger that the filter refuses as too common is none any more, and its rules choose
 * again; each round takes away at least one, so it ends.
 */
#include <math.h>

#include "rules/build_in.h"
#include "rules/explain.h"
#include "rules/lit_build.h"

static double
pattern_cost(void *arg, const struct ir_pattern *p)
{
	const struct build *b = arg;

	return b->bad[p->index] ? INFINITY : b->low.pattern[p->index].cost;
}

/*
 * Where a plain string is, its rule wakes, and others of its strings must be searched;
 * where only the atom of a pattern is, mostly not.
 */
#define PLAIN 8

static double
wake_cost(void *arg, const struct ir_pattern *p)
{
	double cost = pattern_cost(arg, p);

	return p->kind == IR_TEXT && !(p->mods & IR_XOR) ? cost * PLAIN : cost;
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

struct trigger_costs
build_costs(struct build *b)
{
	return (struct trigger_costs){ .arg = b,
		.cost = pattern_cost,
		.prefix = pattern_prefix,
		.head = TRIGGER_HEAD,
		.module = TRIGGER_MODULE,
		.fact = TRIGGER_FACT,
		.place = TRIGGER_PLACE };
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
enum err
build_filter(struct build *b)
{
	struct buf *literals = &b->w.section[DB_LITERALS];
	struct trigger_costs costs = build_costs(b);

	costs.cost = wake_cost;
	for (unsigned round = 0; round < 8; round++) {
		struct lit_out out = { .filter = &b->w.section[DB_FILTER],
			.needles = &b->w.section[DB_NEEDLES],
			.literals = literals };

		TRY(triggers_find(b->env->arena, b->ir, &costs, b->trigger));
		mark_triggers(b, UINT64_MAX);
		buf_clear(out.filter);
		buf_clear(out.needles);
		buf_clear(literals);
		TRY(lit_build(build_pass(b), b->low.lit, b->low.nlits,
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

/*
 * Most sets are mostly for one kind of file (PE). For all other files a filter
 * without its triggers is smaller, so it stays in a nearer cache and passes less.
 * The needles are those of the first one: same input, same table.
 */
enum err
build_filter2(struct build *b)
{
	struct lit_out out = { .filter = &b->w.section[DB_FILTER2] };
	enum err e;

	mark_triggers(b, ~1ULL);
	e = lit_build(
	    build_pass(b), b->low.lit, b->low.nlits, &(struct lit_opts){ 0 }, &out);
	return e == OK && out.ndeferred > 0 ? ERR_LIMIT : e;
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
enum err
build_firsts(struct build *b)
{
	struct trigger_costs costs = { .arg = b,
		.cost = any_cost,
		.prefix = pattern_prefix,
		.head = 1e9,
		.module = 1e9,
		.fact = 1e9,
		.place = 1e9 };
	struct arena *pass = build_pass(b);
	struct trigger *t = ARENA_ARRAY(pass, b->ir->nrules + 1, struct trigger);

	if (t == NULL)
		return ERR_LIMIT;
	TRY(triggers_find(pass, b->ir, &costs, t));
	for (uint32_t r = 0; r < b->ir->nrules; r++) {
		const struct ir_rule *rule = b->ir->rules[r];

		if (!b->trigger[r].effect && rule->nstrings > 0)
			explain_dear(b->env, &b->low, rule, &b->trigger[r], &t[r]);
		explain_loops(b->env, rule);
		if (b->trigger[r].npatterns > 0 || t[r].always || t[r].ngates > 0)
			continue;
		b->rule[r].first = dbw_list(&b->w, t[r].patterns, t[r].npatterns);
		b->rule[r].nfirst = t[r].npatterns;
	}
	return OK;
}
