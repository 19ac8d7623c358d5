/*
 * hex.h - two runs of bytes that nobody can look into: where they differ, in hexadecimal.
 *
 * Both are cut into pieces at places that their content chooses (a rolling hash), and the
 * sequences of pieces are compared as lines of text are; so a byte that was put in does
 * not make all behind it differ. Between equal pieces bytes are compared in place. Read
 * in windows: memory does not grow with the bytes, only pieces do.
 */
#pragma once

#include "diff/run.h"

/*
 * Says one FOUND of cls with the first places and how many there are. A place whose bytes
 * are in text, and differ as cause.h knows, may get a milder class when cls is DIFF_DATA.
 */
MUST_USE enum err hex_diff(
    struct run *r, const struct span *a, const struct span *b, enum diff_class cls);
