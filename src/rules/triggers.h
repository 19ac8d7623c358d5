/*
 * triggers.h - what must happen in an object before a rule can be true.
 *
 * The scanner searches only triggers and evaluates only rules that one of theirs
 * has woken. So a trigger set must be *sound*: when none of its patterns is found
 * and none of its gates holds, the condition is false (or undefined) for sure.
 * Among the sound sets the cheapest is taken: of `a and b` the cheaper one, of
 * `a or b` both, of "N of S" the |S| - N + 1 cheapest. What is negated, counted
 * against, or not understood wakes nothing: then another operand must, or the
 * rule is evaluated for every object.
 */
#pragma once

#include "db/cond.h"
#include "rules/ir.h"

/* A fact about the object that needs no search. See enum db_gate_kind. */
struct gate {
	enum db_gate_kind kind; /* DB_GATE_HEAD, DB_GATE_MODULE, DB_GATE_FACT */
	uint32_t module;        /* index in ir.modules */
	uint32_t off, width;
	uint64_t value; /* of the head; of a fact: the db_sum of text */
	/* DB_GATE_FACT: at some element of each array on its way this text is found. */
	const struct cond_path *path;
	struct bytes text;
};

/* In order of their kinds; those of facts by their paths, then by value. 0: the same. */
int gate_cmp(const struct gate *a, const struct gate *b);

/*
 * Any of the patterns or gates wakes the rule. Neither patterns nor gates, and not
 * always: the condition is never true.
 */
struct trigger {
	bool always; /* nothing is known that it needs */
	bool effect; /* it writes lines: always, and in order */
	struct gate *gates;
	uint32_t *patterns; /* indexes in ir.patterns; sorted, each once */
	uint32_t ngates, npatterns;
};

/* Costs are of one unit: expected candidates a byte. */
struct trigger_costs {
	void *arg;
	/* What searching the pattern costs; INFINITY: it cannot be a trigger. */
	double (*cost)(void *arg, const struct ir_pattern *p);
	/*
	 * The first bytes that every match of a hex or regex pattern begins with, 8 at
	 * most; how many. NULL: not known (texts are known here).
	 */
	uint32_t (*prefix)(void *arg, const struct ir_pattern *p, uint8_t *out);
	double head, module; /* a gate: it may let through what then has to be searched */
	double fact;  /* a value that few files have; INFINITY: no gates of such a kind */
	double place; /* a pattern that is asked for at one place only is verified there,
			 behind a gate, unless it is cheaper than this */
};
#define TRIGGER_HEAD   1e-3
#define TRIGGER_MODULE 1e-3
#define TRIGGER_FACT   1e-7
#define TRIGGER_PLACE  8e-7

/*
 * out has room for ir->nrules; everything in it lives in a. Rules should have been
 * folded. ERR_LIMIT: the arena is spent.
 */
MUST_USE enum err triggers_find(struct arena *a, const struct ir *ir,
    const struct trigger_costs *costs, struct trigger *out);
