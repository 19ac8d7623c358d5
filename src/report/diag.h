/*
 * diag.h - a message about a rule source, with the line and a caret under it.
 */
#pragma once

#include "base/buf.h"
#include "base/diag.h"

/* file: instead of d->file, the name as the user knows it. Any bytes are fine. */
void report_diag(struct buf *out, const struct diag *d, const char *file, bool colour);
