/*
 * gram.h - how common short byte strings are in ordinary files.
 *
 * Counted over ELF, PE, source and document files (tools/gram), folded like the
 * literal filter folds, shipped inside the compiler. Probabilities are per
 * position of a file; what was never counted gets a small one, never 0.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of two and of four folded bytes, little-endian. */
double gram_pair(uint16_t folded);
double gram_quad(uint32_t folded);

/*
 * The commonest strings of six folded bytes, the commonest first: its first four
 * and two more. False behind the last.
 */
bool gram_heavy(size_t i, uint32_t *quad, uint16_t *next);
double gram_heavy_p(size_t i);
