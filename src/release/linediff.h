/*
 * linediff.h - which lines of a text became others.
 *
 * For people who read what changed in a rule: the longest common sequence of lines stays,
 * the rest was taken out or put in. Texts are strangers', so work is bounded: of two that
 * are too long for the table every line between the common ends counts as changed.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/*
 * Calls line for each line that is not in both, in order: sign '-' of the old text, '+'
 * of the new one, without its newline. An err of line ends everything and is handed up.
 */
MUST_USE enum err linediff(struct bytes old, struct bytes new,
    enum err (*line)(void *arg, char sign, struct bytes text), void *arg);
