/*
 * fix_escape.h - a text in which a backslash was written that begins no escape.
 *
 * In "C:\Windows\temp" the first backslash means nothing, and the second means a tab,
 * which nobody has in the name of a file. So once one was wrong, the others are looked at
 * too: within what is a path beyond doubt they stand for themselves; elsewhere they are
 * left, and whoever mends tells of them.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"

struct escape_said {
	unsigned doubled; /* backslashes that stand for themselves */
	uint8_t left;     /* the first escape that may not be meant: t n r x; 0: none */
};

/*
 * text: from the quote that begins it. Writes it up to its closing quote, with the
 * backslashes doubled, and tells in *n how long it was. False, and nothing useful is
 * written: it does not end on its line, nothing was doubled, or a \x without digits
 * stands where no path is.
 */
bool escape_mend(struct bytes text, struct buf *out, size_t *n, struct escape_said *said);

/*
 * The same for a text in curly quotes (UTF-8: U+201C, U+201D), which are made straight.
 * False: it does not begin with one, or end on its line with one, or a straight quote
 * stands between.
 */
bool escape_quotes(struct bytes text, struct buf *out, size_t *n);
