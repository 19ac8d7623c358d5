/*
 * triggers_in.h - what the files of the trigger pass share.
 *
 * A wake is a set of reasons with a cost. wake(node, want) is a set without which
 * the node does not come to what is wanted: an answer to "what must happen for
 * this to be true / false / defined / defined and not zero".
 */
#pragma once

#include "rules/triggers.h"

#define TRIGGERS_DEPTH 3000
#define TRIGGERS_STEPS (1u << 20) /* nodes visited for one rule */

/* A rope of reasons: a leaf has one, an inner node two ropes. */
struct reason {
	const struct reason *left, *right;
	bool is_gate;
	uint32_t pattern;
	struct gate gate;
};

struct wake {
	double cost;              /* INFINITY: nothing is known that must happen */
	const struct reason *why; /* NULL and finite: it cannot happen at all */
};

enum want { WANT_TRUE, WANT_FALSE, WANT_DEFINED, WANT_NONZERO };

struct triggers {
	const struct ir *ir;
	struct arena *scratch; /* reset for each rule */
	const struct ir_rule *rule;
	const struct trigger_costs *costs;
	const struct trigger *earlier;
	const uint32_t *uses;           /* by pattern: how many strings are it */
	uint32_t *current;              /* by slot: the string of a for-of, or DB_NONE */
	const struct ir_node **element; /* by slot: the array that it goes through */
	bool awake;                     /* gates are open: see decisive() */
	uint32_t steps, depth;
	enum err err;
};

#define WAKE_ALWAYS ((struct wake){ .cost = INFINITY })
#define WAKE_NEVER  ((struct wake){ .cost = 0 })

static inline struct wake
wake_best(struct wake a, struct wake b)
{
	return b.cost < a.cost ? b : a;
}

/* A wake and what must happen for each of n things; which of them is up to need. */
struct wake wake_both(struct triggers *t, struct wake a, struct wake b);
/* need of n must happen: the n - need + 1 cheapest. Sorts w. */
struct wake wake_some(struct triggers *t, struct wake *w, uint32_t n, int64_t need);
struct wake wake_pattern(struct triggers *t, struct ir_pat p);
struct wake wake_gate(struct triggers *t, struct gate g, double cost);
struct wake wake_rule(struct triggers *t, uint32_t rule);

/* The pattern that p names now; NULL: not known. */
const struct ir_pattern *wake_which(const struct triggers *t, struct ir_pat p);

/*
 * What must be seen before the node can be want; the cheapest such set. The walk is
 * bounded by IR_DEPTH_MAX.
 */
struct wake wake_of(struct triggers *t, const struct ir_node *n, enum want want);

/* A test that no pattern has a part in: what it costs to rely on its being false. */
struct wake wake_fact(struct triggers *t, const struct ir_node *n);

/* triggers_value.c: numbers, strings, objects */
struct wake wake_defined(struct triggers *t, const struct ir_node *n);
struct wake wake_nonzero(struct triggers *t, const struct ir_node *n);
struct wake wake_compare(struct triggers *t, const struct ir_node *n, enum want want);
struct wake wake_at(struct triggers *t, const struct ir_node *off, struct ir_pat p);

/* triggers_fact.c: the value a is the constant text b. */
struct wake wake_equals(
    struct triggers *t, const struct ir_node *a, const struct ir_node *b);

/* triggers_loop.c */
struct wake wake_quantified(struct triggers *t, const struct ir_node *n, enum want want);
