/*
 * fix_slash.h - a regular expression with a / in it that was not escaped.
 *
 * /http://a.example/x/ ends for YARA at its second slash, and what follows makes no
 * sense. Where it was meant to end can be told when only one slash of the line is
 * followed by what may follow there: flags and modifiers, and then the next string, the
 * condition, a comment or nothing.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"

/*
 * line: from the slash that begins it to the end of the line. How many of its slashes may
 * end it; 2 stands for more. *end: where the last of them is. condition: it stands in
 * one, where other things follow.
 */
unsigned slash_ends(struct bytes line, bool condition, size_t *end);

/* Writes re, the text between the slashes, with each slash escaped. */
void slash_escape(struct bytes re, struct buf *out);
