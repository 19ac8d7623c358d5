/*
 * hex_parse.h - a hex string into the same tree as a regular expression.
 */
#pragma once

#include "rules/re_ast.h"

#define HEX_JUMP_MAX                                                      \
	200u /* within an alternative; beyond it the top level is chained \
	      */

/*
 * text: what stands between the braces, comments still in it. out->flags gets RE_HEX.
 * ERR_SYNTAX: *fail tells, for 'invalid hex string "$a": TEXT'.
 * ERR_LIMIT: the arena is spent.
 */
MUST_USE enum err hex_parse(
    struct arena *a, struct bytes text, struct re_ast *out, struct re_fail *fail);
