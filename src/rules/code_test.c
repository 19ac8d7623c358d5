/*
 * code_test.c - conditions compiled, verified and run, against a plain evaluator.
 */
#include "rules/cond_grow.h"
#include "rules/fold.h"

#define TREES  15000
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

TEST(machine_agrees_with_the_tree)
{
	unsigned doubts = 0, decided = 0;
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
