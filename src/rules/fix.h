/*
 * fix.h - classic mistakes in rule files, mended: candor check --fix.
 *
 * Two sorts only. What compiles keeps its verdicts: an import given twice, `0 of`,
 * `nocase` of what has no letters, a regex that is a plain text. What does not compile is
 * mended where one mend is obvious: a mark before the first rule (UTF-8's BOM), an escape
 * that means nothing ("\d" was meant as "\\d", and so were those beside it:
 * fix_escape.h), a / in a regex that was not escaped (fix_slash.h), a modifier or a tag
 * given twice, a module that is used and not imported, a string that is asked for without
 * its $, one that nobody asks for (it becomes $_name, which need not be used), an empty
 * section, curly quotes, and in conditions what other languages write (fix_cond.c).
 *
 * Works on tokens, so layout and comments stay. Nothing is done in a rule that other
 * files have a part in (include).
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "rules/compile.h"

#define FIX_ESCAPES 1000u      /* of one file; more are for the next time */
#define FIX_STEPS   (1u << 28) /* tokens looked at again, for what was before or comes */

/*
 * Appends the mended text to out, and says in diags, as hints, what was mended and where;
 * and what was not, for there are two ways.
 * A rule with an error that is not among these is left, and others are mended: the
 * compiler tells of what is left. ERR_SYNTAX: nothing is done, for it would leave as many
 * errors, with the first of them where it was; ERR_LIMIT: the arena, or FIX_STEPS.
 */
MUST_USE enum err rules_fix(
    const struct rules_env *env, const struct rules_source *src, struct buf *out);
