/*
 * keep.h - which matches of a string are told, when nobody needs the others.
 *
 * YARA does not keep every match that exists: a literal that is only asked for at
 * one constant offset (`$a at 0`) is kept there alone, and in its fast mode a string
 * that nothing counts or places is kept once. No verdict depends on it, but what
 * `-s` prints does. It is decided by the condition as it was written, so this runs
 * before anything is folded away.
 */
#pragma once

#include "rules/ir.h"

/* Fills once, fixed and fixed_at of the rule's strings. ERR_LIMIT: no memory. */
MUST_USE enum err keep_rule(const struct ir *ir, struct ir_rule *rule);
