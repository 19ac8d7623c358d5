/*
 * ir_print.h - the tree of a rule as text: for `candor explain` and for tests.
 *
 * One node a line, children indented. The form is for people and may change.
 */
#pragma once

#include "base/buf.h"
#include "rules/ir.h"

/* The tokens of a rule, a source line a line. */
void ir_print_tokens(struct buf *b, const struct ir_rule *r);

/* One rule with its patterns and its condition. */
void ir_print_rule(struct buf *b, const struct ir *ir, const struct ir_rule *r);

/* All rules. */
void ir_print(struct buf *b, const struct ir *ir);
