/*
 * cond_verify.h - is this condition code safe to run?
 *
 * What passes touches only registers that the rule's head declares, lists that
 * lie in the code, patterns, rules and variables that exist, and fields as the
 * modules' own tables describe them; it jumps only to instructions, and back
 * only where a step is charged. It may still compute nonsense.
 */
#pragma once

#include "base/arena.h"
#include "db/cond.h"

/* What there is to refer to. */
struct cond_known {
	uint32_t npatterns, nexts, nfacts;
	uint32_t rule; /* the rule itself: only earlier ones may be asked for */
	const struct fact *const *facts; /* by module; NULL: not known here */
};

/* ERR_FORMAT: broken. ERR_LIMIT: scratch is spent. */
MUST_USE enum err cond_verify(
    const struct cond_known *k, const uint32_t *code, uint32_t n, struct arena *scratch);
