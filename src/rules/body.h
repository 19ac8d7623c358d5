/*
 * body.h - the body of a hex string or regex as a tree, while somebody needs it.
 *
 * The trees of a large pack take ten times the memory of its text, so none is kept: a
 * body is parsed when the rule is read, to be checked and to learn the few things that
 * are asked of it often, and once more when it is lowered.
 */
#pragma once

#include "rules/ir.h"
#include "rules/re_ast.h"

/*
 * Parses w->text (kind IR_HEX or IR_RE) into a. ERR_SYNTAX: why tells. ERR_LIMIT: the
 * arena is spent.
 */
MUST_USE enum err body_parse(
    struct arena *a, const struct ir_pattern *w, struct re_ast *out, struct re_fail *why);

/*
 * Fills what w keeps of its body: re_flags, literal, dot_star, slow. ast: the body
 * parsed, NULL for a text. a: what it takes is dropped by the caller.
 */
MUST_USE enum err body_learn(
    struct arena *a, struct ir_pattern *w, const struct re_ast *ast);
