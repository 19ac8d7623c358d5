/*
 * slow.h - would YARA warn that a string "may slow down scanning"?
 *
 * YARA searches atoms of up to four bytes and gives each a quality; it warns when
 * the worst atom of a string is worse than "aa". Candor searches differently and
 * is not slow there, but says what YARA says, as scripts read it.
 */
#pragma once

#include "rules/ir.h"

struct re_chain;

/* chain: the links of a body; none for a text. a: what it takes is the caller's to drop.
 */
bool slow_pattern(
    struct arena *a, const struct ir_pattern *p, const struct re_chain *chain);

/* The quality of an atom of at most four bytes; mask 0xff: a whole byte. */
int slow_atom(const uint8_t *value, const uint8_t *mask, size_t n);

/*
 * The quality of the best atom, at most four of n bytes, or of the first that is good
 * enough; mask 0xff: a whole byte.
 */
int slow_quality(const uint8_t *value, const uint8_t *mask, size_t n);
