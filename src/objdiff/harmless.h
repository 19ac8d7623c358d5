/*
 * harmless.h - differences in data that are recognisably a date or a build path.
 *
 * Strict on purpose: a text is harmless only when all of it is equal but words that are a
 * date or time of day on both sides, or a source file's path that ends alike. A path that
 * a program may open, a number, a byte outside of a text are never harmless.
 */
#pragma once

#include "base/bytes.h"
#include "result/difference.h"

/*
 * Are a and b (data; NUL-terminated texts and zeros between them) equal but for dates and
 * build paths? True sets *cls to DIFF_TIMESTAMP, DIFF_PATH, or the later of both.
 * Sizes may differ. False when they are equal, and when any of them is no text.
 */
bool harmless_data(struct bytes a, struct bytes b, enum diff_class *cls);

/* One text of printable characters against another. */
bool harmless_text(struct bytes a, struct bytes b, enum diff_class *cls);

/* Printable ASCII, tabs and line ends, or UTF-8 beyond. */
bool harmless_printable(struct bytes s);
