/*
 * format.h - a rule file laid out afresh: candor fmt.
 *
 * Works on tokens and what stands between them, never on trees: so every token is
 * written as it was (only blanks at the ends of its lines go), and every comment is
 * kept, in its place. The result is cut into tokens again and held against the
 * source; what differs is refused, not written.
 *
 * Layout: one indent for section keywords, two for what is in them; a meta or a string
 * a line; conditions keep the line breaks of their author and are indented by their
 * parentheses; one blank line between rules, at most one elsewhere; lines end in \n.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

#define FORMAT_INDENT 4  /* blanks */
#define FORMAT_LEVELS 16 /* of indentation: more parentheses do not move a line */

/*
 * Appends the file's new text to out. ERR_SYNTAX: this is no rule file (diags tell, at
 * the place), or laying it out would change it; ERR_LIMIT: the arena.
 */
MUST_USE enum err rules_format(struct bytes text, const char *file, struct arena *a,
    struct diags *diags, struct buf *out);
