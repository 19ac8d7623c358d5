/*
 * re_build.h - a lowered pattern into the program of db/re.h.
 */
#pragma once

#include "base/buf.h"
#include "rules/re_atoms.h"

/*
 * Appends the program to out, aligned to RE_ALIGN, and gives its offset, the handle
 * that the runtime takes. Atom k of the program is atoms->at[k]. An atomless pattern,
 * or one for `matches`, passes an empty set.
 * ERR_SYNTAX: fail->text is "regular expression is too large". ERR_LIMIT: the arena is
 * spent, or out is full. The form's leaves are written to (fwd, rev).
 */
MUST_USE enum err re_build(struct arena *a, struct re_form *form,
    const struct re_atoms *atoms, struct buf *out, uint32_t *at, struct re_fail *fail);
