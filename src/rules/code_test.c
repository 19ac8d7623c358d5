/*
 * code_test.c - conditions compiled, verified and run, against a plain evaluator.
 */
#include "rules/fold.h"
#include "rules/triggers.h"
#include "tests/cond_grow.h"

#define TREES  8000
#define WORLDS 6

/* A condition's text, for the row of a failure. */
static bool
agrees(struct rig *r, struct ir_node *n, unsigned tree)
{
	bool want = rig_true(r, n);
	enum cond_result have = rig_run(r);

	ROW("tree %u", tree);
	return EQ_U(have, want ? COND_TRUE : COND_FALSE);
}

/* A rule that hangs on a pattern is false where it is not there; and nothing is changed.
 */
static bool
hangs_rightly(struct rig *r, bool want, unsigned *hangs)
{
	enum cond_result have = rig_run(r);
	bool ok = true;

	for (uint32_t p = 0; p < RIG_PATTERNS && have == COND_NEED; p++) {
		bool known = r->pattern[p].known, hang;
		uint32_t n = r->pattern[p].n;

		hang = cond_hangs_on(r->vm, RIG_RULES, p);
		*hangs += hang;
		ok &= CHECK(!(hang && (known || (n == 0 && want))));
		ok &= CHECK(r->pattern[p].known == known && r->pattern[p].n == n);
	}
	return ok && EQ_U(rig_run(r), have);
}

TEST(machine_agrees_with_the_tree)
{
	unsigned doubts = 0, decided = 0, hangs = 0;
	static struct rig r;

	for (unsigned i = 0; i < TREES; i++) {
		struct grow g = { .r = &r, .seed = i + 1 };
		struct ir_node *n;
		bool ok = true;

		rig_init(&r);
		n = grow_bool(&g, 2 + i % 5);
		ROW("tree %u", i);
		ok = CHECK(rig_compile(&r, n));
		for (unsigned w = 0; ok && w < WORLDS; w++) {
			grow_world(&g);
			ok = agrees(&r, n, i);
			if (ok && w % 2) {
				bool want = rig_true(&r, n);
				enum cond_result have;

				grow_doubt(&g);
				have = rig_run(&r);
				ok = have == COND_NEED ||
				     EQ_U(have, want ? COND_TRUE : COND_FALSE);
				ok = ok && hangs_rightly(&r, want, &hangs);
				doubts++;
				decided += have != COND_NEED;
			}
		}
		rig_done(&r);
		if (!ok)
			return;
	}
	/* Guessing must be worth something: most are decided in spite of doubt. */
	CHECK(decided * 2 > doubts);
	CHECK(hangs > 0);
}

/* A tree is folded in place, so it is grown twice. */
TEST(folding_keeps_the_value)
{
	static struct rig r;

	for (unsigned i = 0; i < TREES; i++) {
		struct grow g = { .r = &r, .seed = i + 1 }, again = g;
		struct ir_node *n;
		bool ok;

		rig_init(&r);
		n = grow_bool(&g, 2 + i % 5);
		r.b.rule.cond = grow_bool(&again, 2 + i % 5);
		ROW("tree %u", i);
		ok = EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK) &&
		     CHECK(rig_compile(&r, r.b.rule.cond));
		for (unsigned w = 0; ok && w < WORLDS; w++) {
			grow_world(&g);
			ok = agrees(&r, n, i);
		}
		rig_done(&r);
		if (!ok)
			return;
	}
}

/* --- triggers --- */

static double
random_cost(void *arg, const struct ir_pattern *p)
{
	const double *cost = arg;

	return cost[p->index];
}

static void
wakes_it(void *arg, uint32_t rule)
{
	*(bool *)arg |= rule == 7;
}

/* Is the value there? The machine is asked, with an index of the one value. */
static bool
fact_happens(struct rig *r, const struct gate *g)
{
	uint32_t list[COND_PATH_MAX + 1] = { 7 };
	struct db_key key = { .hash = g->value, .nrules = 1 };
	struct db_index x = { .path = 1, .npath = g->path->n, .nkeys = 1 };
	bool woken = false;

	for (uint32_t i = 0; i < g->path->n; i++)
		list[1 + i] = g->path->row[i];
	r->db.section[DB_LISTS] = (struct bytes){ (const uint8_t *)list, sizeof(list) };
	r->db.section[DB_KEYS] = (struct bytes){ (const uint8_t *)&key, sizeof(key) };
	r->db.section[DB_INDEXES] = (struct bytes){ (const uint8_t *)&x, sizeof(x) };
	cond_begin(r->vm);
	cond_index(r->vm, 0, wakes_it, &woken);
	return woken;
}

/* Does anything of the trigger happen in the world? */
static bool
happens(struct rig *r, const struct trigger *t)
{
	if (t->always)
		return true;
	for (uint32_t i = 0; i < t->npatterns; i++)
		if (r->pattern[t->patterns[i]].n > 0)
			return true;
	for (uint32_t i = 0; i < t->ngates; i++) {
		const struct gate *g = &t->gates[i];
		struct bytes at = bytes_sub(r->file, g->off, g->width);
		uint64_t v = 0;

		for (size_t k = 0; at.p != NULL && k < at.n; k++)
			v |= (uint64_t)at.p[k] << 8 * k;
		if (g->kind == DB_GATE_FACT     ? fact_happens(r, g)
		    : g->kind == DB_GATE_MODULE ? r->facts.recognised
						: at.p != NULL && v == g->value)
			return true;
	}
	return false;
}

/* What does not wake a rule must not be missed: the world is asked. */
TEST(triggers_are_sound)
{
	unsigned useful = 0, asleep = 0, facts = 0;
	static struct rig r;

	for (unsigned i = 0; i < TREES; i++) {
		struct grow g = { .r = &r, .seed = i + 1, .facts = i % 3 == 0 };
		struct trigger out[RIG_RULES + 1];
		double cost[RIG_PATTERNS];
		struct trigger_costs costs = { cost, random_cost, NULL,
			roll(&g, 5) * 0.01, roll(&g, 5) * 0.01, 1, 0.005 };
		bool ok = true;

		rig_init(&r);
		for (unsigned k = 0; k < RIG_PATTERNS; k++)
			cost[k] = roll(&g, 8) ? roll(&g, 100) * 0.001 : INFINITY;
		/* Matches are chosen at random here, whatever the text says. */
		for (unsigned k = 0; k < RIG_PATTERNS; k++)
			r.b.ir.patterns[k]->kind = IR_RE;
		r.b.rule.cond = grow_bool(&g, 2 + i % 5);
		ROW("tree %u", i);
		ok = (i % 2 || EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK)) &&
		     CHECK(rig_compile(&r, r.b.rule.cond)) &&
		     EQ_U(triggers_find(r.b.ir.arena, &r.b.ir, &costs, out), OK);
		useful += ok && !out[RIG_RULES].always;
		for (unsigned k = 0; ok && k < out[RIG_RULES].ngates; k++)
			facts += out[RIG_RULES].gates[k].kind == DB_GATE_FACT;
		for (unsigned w = 0; ok && w < 8 * WORLDS; w++) {
			grow_world(&g);
			/* Earlier rules are true only where their string is. */
			for (unsigned k = 0; k < RIG_RULES; k++)
				r.rule_true[k] &= r.pattern[k].n > 0;
			if (happens(&r, &out[RIG_RULES]))
				continue;
			asleep++;
			ok = CHECK(!rig_true(&r, r.b.rule.cond));
		}
		rig_done(&r);
		if (!ok)
			return;
	}
	CHECK(useful * 4 > TREES);
	CHECK(asleep > TREES);
	CHECK(facts > TREES / 100);
}
