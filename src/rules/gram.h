/*
 * gram.h - how common short byte strings are in ordinary files.
 *
 * Counted over ELF, PE, source and document files (tools/gram), folded like the
 * literal filter folds, shipped inside the compiler. Probabilities are per
 * position of a file; what was never counted gets a small one, never 0.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Of two and of four folded bytes, little-endian. */
double gram_pair(uint16_t folded);
double gram_quad(uint32_t folded);

/* The commonest strings of six folded bytes. p is 0 behind the last. */
struct gram_heavy {
	uint32_t quad; /* its first four bytes */
	uint16_t next; /* and two more */
	double p;
};
struct gram_heavy gram_heavy(size_t i);
