/*
 * lit_short.h - windows for literals that are not longer than a window.
 *
 * What a literal lacks is taken from its surroundings: every byte that may stand there.
 * So three bytes become windows for each fourth one, and the two of \x41\ become
 * those of all hex numbers. The filter sees the literal only where the surroundings
 * fit, which is where a match can be. Internal to the builder of the literal filter.
 */
#pragma once

#include "rules/lit_pick.h"

/* Literals of so many bytes and less, but for xor ones. */
#define LIT_SHORT LIT_WINDOW

/* Expected candidates a byte; INFINITY: too many windows. */
double lit_short_cost(const struct lit_in *in);

/*
 * Appends the windows; their number counts against p->shorts_max. ERR_END: too many,
 * or too hot. ERR_LIMIT: budget.
 */
MUST_USE enum err lit_short_pick(
    struct lit_picker *p, const struct lit_in *in, uint32_t needle);
