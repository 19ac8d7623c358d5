/*
 * re_parse.h - YARA's regular expression dialect into a tree.
 *
 * The dialect is that of YARA 4.5 (docs/re.md), which is over bytes, has no
 * captures and reads unknown escapes as the letter. `(?:` and `(?i)`, `(?s)`, `(?is:`
 * are accepted beyond it; they are syntax errors there, so no valid rule changes.
 */
#pragma once

#include "rules/re_ast.h"

/*
 * body: what stands between the slashes, "\/" still in it. flags: RE_NOCASE and
 * RE_DOTALL as the suffix or modifiers say; they come back in out->flags with RE_GREEDY
 * and RE_LAZY added (the caller refuses both together in a string, not in `matches`).
 * ERR_SYNTAX: *fail tells, for 'invalid regular expression "$a": TEXT'.
 * ERR_LIMIT: the arena is spent.
 */
MUST_USE enum err re_parse(struct arena *a, struct bytes body, unsigned flags,
    struct re_ast *out, struct re_fail *fail);
