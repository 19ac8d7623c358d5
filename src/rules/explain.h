/*
 * explain.h - how a rule was compiled, stage by stage, for `candor explain`; and
 * which rules are dear, for `candor check`.
 */
#pragma once

#include "rules/lower.h"
#include "rules/triggers.h"

/* Is this rule to be explained? */
bool explain_wants(const struct rules_env *env, const struct ir_rule *r);

/* Before folding: its tokens and its tree. */
void explain_source(const struct ir_rule *r, struct buf *out);
void explain_tree(
    const char *stage, const struct ir *ir, const struct ir_rule *r, struct buf *out);

/* Literals of every string and what they are expected to cost. */
void explain_atoms(const struct lowered *low, const struct ir_rule *r, struct buf *out);

#define EXPLAIN_MB     1048576.0              /* bytes */
#define EXPLAIN_BUDGET (LIT_HOT * EXPLAIN_MB) /* places of a MB, when none is given */

#define EXPLAIN_STEPS 4e6 /* of one loop, in a file of a MB; 10 ms, about */

/*
 * explain_loop.c: hints for loops that cost more than EXPLAIN_STEPS, as far as their
 * rounds are known: those that end at a large number, and those that grow with the file.
 * And for digests of the whole file, where the condition does not say first how large it
 * may be.
 */
void explain_loops(const struct rules_env *env, const struct ir_rule *r);

/*
 * A hint for a rule with strings that costs more than env->budget: it is evaluated for
 * every object, for none of them can wake it, or one of those that wake it does so too
 * often. is: what wakes it; would: one of whose patterns would have to.
 */
void explain_dear(const struct rules_env *env, const struct lowered *low,
    const struct ir_rule *r, const struct trigger *is, const struct trigger *would);
