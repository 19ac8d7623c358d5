/*
 * fold.h - the same condition, smaller and in a better order.
 *
 * Constants are computed with YARA's rules (wrapping, undefined), booleans
 * simplified, `and` and `or` flattened, quantifiers reduced to what they come to,
 * existence tests gathered into sets, and operands sorted so that what is cheap
 * and decides early comes first. The value stays the same for every object; where
 * a call has an effect (console.log) nothing around it is moved or dropped.
 */
#pragma once

#include "rules/ir.h"

/* Replaces rule->cond. ERR_LIMIT: the arena is spent. */
MUST_USE enum err fold_rule(const struct ir *ir, struct ir_rule *rule);
