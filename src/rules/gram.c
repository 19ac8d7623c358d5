/*
 * gram.c - how often bytes occur in ordinary files, from data/gram.bin (gram_form.h).
 * Estimates with the same answer on every machine: no pow(), no rounding that depends on
 * a compiler, for what is chosen by them is written to databases.
 */
#include "rules/gram.h"

#include "base/bytes.h"
#include "rules/gram_form.h"

extern const unsigned char gram_data[GRAM_SIZE];

static double
positions(void)
{
	return (double)le64(gram_data + 8);
}

/*
 * Exact on every machine: a constant times a power of two, not pow(). Half a count stands
 * for what was never seen.
 */
static double
fine_count(uint8_t level)
{
	static const double eighth[8] = { 1, 1.0905077326652577, 1.1892071150027210,
		1.2968395546510096, 1.4142135623730951, 1.5422108254079407,
		1.6817928305074290, 1.8340080864093424 };

	return level ? eighth[(level - 1) % 8] * (double)(1ULL << (level - 1) / 8) : 0.5;
}

double
gram_pair(uint16_t folded)
{
	return fine_count(gram_data[GRAM_PAIRS_AT + folded]) / positions();
}

static unsigned
nibble(uint32_t row, uint32_t slot)
{
	return gram_data[GRAM_ROWS_AT + row * GRAM_ROW + slot / 2] >> slot % 2 * 4 & 15;
}

/* The middle of the level's range; level 0 is 0 to 7 times, 15 has no end. */
double
gram_quad(uint32_t folded)
{
	static const double count[16] = { 1, 12.5, 31.3, 78.1, 195, 488, 1221, 3052, 7629,
		19073, 47684, 119209, 298023, 745058, 1862645, 2e7 };
	unsigned a = nibble(0, gram_slot0(folded)), b = nibble(1, gram_slot1(folded));

	return count[a < b ? a : b] / positions();
}

static const uint8_t *
heavy_at(size_t i)
{
	return gram_data + GRAM_HEAVY_AT + 7 * i;
}

bool
gram_heavy(size_t i, uint32_t *quad, uint16_t *next)
{
	if (i >= GRAM_HEAVY || heavy_at(i)[6] == 0)
		return false;
	*quad = le32(heavy_at(i));
	*next = le16(heavy_at(i) + 4);
	return true;
}

double
gram_heavy_p(size_t i)
{
	return i < GRAM_HEAVY ? fine_count(heavy_at(i)[6]) / positions() : 0;
}
