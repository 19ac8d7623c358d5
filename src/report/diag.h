/*
 * diag.h - a message about a rule source, with the line and a caret under it.
 */
#pragma once

#include "base/buf.h"
#include "base/diag.h"

/*
 * Appends the message and, where there is a source line, that line and a caret under the
 * place. file: instead of d->file, the name as the user knows it. Any bytes are fine, in
 * all of d's texts; a place behind the end of the line has no caret.
 */
void report_diag(struct buf *out, const struct diag *d, const char *file, bool colour);
