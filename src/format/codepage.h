/*
 * codepage.h - text of a code page as UTF-8.
 *
 * Old formats say of their strings only which code page they are in. Pages of one byte a
 * character are known (codepage.def), those of two bytes are not: their tables would be
 * larger than the parsers that need them, and rules look for ASCII.
 */
#pragma once

#include "base/arena.h"

/*
 * Is it UTF-8 (65001), ASCII (20127) or a page of codepage.def? The numbers are Windows'.
 */
bool codepage_known(unsigned page);

/* s as UTF-8; of an unknown page as if it were UTF-8 already, with U+FFFD for what is
 * wrong. p NULL: the arena is spent. */
struct bytes codepage_text(struct arena *a, unsigned page, struct bytes s);
