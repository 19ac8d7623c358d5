/*
 * build_in.h - what the files of the back half share; private to rules/build*.c.
 *
 * build.c runs the passes and writes what is left; build_filter.c chooses triggers and
 * makes the filters; build_gates.c finds what rules need of an object besides strings,
 * build_index.c sorts those that need a certain value among its facts.
 */
#pragma once

#include "rules/compile.h"
#include "rules/ir.h"
#include "rules/lower.h"
#include "rules/records.h"
#include "rules/triggers.h"

struct build {
	const struct rules_env *env;
	struct arena pass; /* what only one pass needs; see build_pass() */
	struct ir *ir;
	struct dbw w;
	struct lowered low;
	struct trigger *trigger; /* by rule */
	uint64_t *pattern_gates; /* by pattern: those of the rules it wakes */
	uint64_t *gates;         /* by rule: bits of DB_MASKS, one of which it needs */
	struct record_rule *rule;
	struct buf *early;         /* by rule: what explain shows of it before folding */
	uint32_t *modules;         /* DB_MODULES index of each of ir.modules */
	bool *bad;                 /* by pattern: the filter refused it as a trigger */
	const struct ir_rule *now; /* whose condition is being written */
	enum err regex_err;
};

/* A rule behind one of its gates. */
struct gated {
	struct gate gate;
	uint32_t rule;
};

/* Drops what the pass before left in b->pass, which may take what the budget still has.
 */
struct arena *build_pass(struct build *b);

/* The costs of triggers that the filter is built with. */
struct trigger_costs build_costs(struct build *b);

/* build_filter.c: triggers, and the filter over all of them. */
MUST_USE enum err build_filter(struct build *b);
/* The filter without what only bit 0 of DB_MASKS wants; after build_masks. */
MUST_USE enum err build_filter2(struct build *b);
/* The patterns that decide a rule which nothing wakes; and hints about such rules. */
MUST_USE enum err build_firsts(struct build *b);

/* build_gates.c: gates, DB_MASKS, pattern_gates; then the records of gated rules. */
MUST_USE enum err build_masks(struct build *b);
MUST_USE enum err build_gates(struct build *b);

/* build_index.c: those behind facts (DB_GATE_FACT), in order of gate_cmp; after masks. */
void build_indexes(struct build *b, const struct gated *v, size_t n);
