/*
 * gram.c - counts how common short byte strings are, and writes data/gram.bin.
 *
 *	gram OUT LIST MEGABYTES [LIST MEGABYTES]...
 *
 * A LIST names files, one a line; the first MEGABYTES of them count, at most four
 * pieces of 256 KB of each file. Bytes are folded (db/lit.h). The form of OUT is
 * told in rules/gram.c. Needs 3 GB of memory and a minute; the same files give
 * the same table. tools/gram/lists.py makes the lists.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "db/lit.h"
#include "rules/gram_form.h"

#define COUNTERS (1u << 28)
#define PIECE    (256u << 10)

struct counts {
	uint32_t *quad, *six; /* by hash: few enough grams share a counter */
	uint64_t pair[65536];
	uint64_t total;
};

struct heavy {
	uint64_t gram;
	uint32_t count;
};

static struct counts counts;
static uint8_t *row[2];
static struct heavy heavy[1 << 20];
static size_t nheavy;
static uint32_t heavy_floor;

static uint32_t
quad_slot(uint32_t w)
{
	return w * 0x9e3779b1u >> 4;
}

static uint32_t
six_slot(uint64_t g)
{
	return (uint32_t)(g * 0x9e3779b97f4a7c15u >> 36);
}

static uint64_t
load6(const uint8_t *p)
{
	return lit_fold4(le32(p)) | (uint64_t)lit_fold4(le16(p + 4)) << 32;
}

static void
count_piece(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 6 <= n; i++) {
		uint64_t g = load6(p + i);

		counts.pair[g & 0xffff]++;
		counts.quad[quad_slot((uint32_t)g)]++;
		counts.six[six_slot(g)]++;
		counts.total++;
	}
}

static uint8_t
quad_level(uint32_t count)
{
	uint8_t level = 0;

	for (double c = GRAM_QUAD_FLOOR; c <= count && level < 15; c *= GRAM_QUAD_STEP)
		level++;
	return level;
}

static void
raise_level(uint8_t *nibbles, uint32_t slot, uint8_t level)
{
	unsigned shift = slot % 2 * 4;
	uint8_t *b = &nibbles[slot / 2];

	if ((*b >> shift & 15) < level)
		*b = (uint8_t)((*b & (0xf0 >> shift)) | level << shift);
}

/* The second pass: a table cell has the level of the commonest gram in it. */
static void
table_piece(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 6 <= n; i++) {
		uint64_t g = load6(p + i);
		uint32_t w = (uint32_t)g, c = counts.quad[quad_slot(w)];
		uint32_t *six = &counts.six[six_slot(g)];

		if (c >= GRAM_QUAD_FLOOR) {
			raise_level(row[0], gram_slot0(w), quad_level(c));
			raise_level(row[1], gram_slot1(w), quad_level(c));
		}
		if (*six >= heavy_floor && nheavy < COUNT(heavy)) {
			heavy[nheavy++] = (struct heavy){ g, *six };
			*six = 0; /* taken */
		}
	}
}

static void
read_file(const char *path, void (*piece)(const uint8_t *, size_t), uint64_t *left)
{
	static uint8_t b[PIECE];
	FILE *f = fopen(path, "rb");
	long size;

	if (f == NULL)
		return;
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	for (long k = 0; k < 4 && *left > 0; k++) {
		long at = size <= 4 * (long)PIECE ? k * PIECE : (size - PIECE) / 3 * k;
		size_t n;

		if (at >= size || fseek(f, at, SEEK_SET) != 0)
			break;
		n = fread(b, 1, PIECE, f);
		piece(b, n);
		*left = n < *left ? *left - n : 0;
	}
	fclose(f);
}

static void
read_lists(int n, char **arg, void (*piece)(const uint8_t *, size_t))
{
	char line[4096];

	for (int i = 0; i + 1 < n; i += 2) {
		uint64_t left = strtoull(arg[i + 1], NULL, 10) * 1000000;
		FILE *list = fopen(arg[i], "r");

		if (list == NULL) {
			perror(arg[i]);
			exit(2);
		}
		while (left > 0 && fgets(line, sizeof(line), list)) {
			line[strcspn(line, "\n")] = '\0';
			read_file(line, piece, &left);
		}
		fclose(list);
	}
}

/* The count that about GRAM_HEAVY six-byte strings reach. */
static uint32_t
floor_of_heavy(void)
{
	uint32_t c = 16;

	for (size_t n = SIZE_MAX; n > GRAM_HEAVY; c += c / 8) {
		n = 0;
		for (size_t i = 0; i < COUNTERS; i++)
			n += counts.six[i] >= c;
		if (n <= GRAM_HEAVY)
			break;
	}
	return c;
}

static int
by_count(const void *a, const void *b)
{
	const struct heavy *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->gram < y->gram ? -1 : x->gram > y->gram;
}

static uint8_t
fine_level(uint64_t count)
{
	return count ? (uint8_t)(1 + lrint(8 * log2((double)count))) : 0;
}

static void
write_table(FILE *f)
{
	uint8_t word[8];

	fwrite(GRAM_MAGIC, 1, 8, f);
	put_le64(word, counts.total);
	fwrite(word, 1, 8, f);
	for (int i = 0; i < 65536; i++)
		fputc(fine_level(counts.pair[i]), f);
	fwrite(row[0], 1, GRAM_ROW, f);
	fwrite(row[1], 1, GRAM_ROW, f);
	qsort(heavy, nheavy, sizeof(heavy[0]), by_count);
	for (size_t i = 0; i < GRAM_HEAVY; i++) {
		struct heavy h = i < nheavy ? heavy[i] : (struct heavy){ 0 };

		put_le64(word, h.gram | (uint64_t)fine_level(h.count) << 48);
		fwrite(word, 1, 7, f);
	}
}

int
main(int argc, char **argv)
{
	FILE *f;

	if (argc < 4 || (f = fopen(argv[1], "wb")) == NULL)
		return fputs("usage: gram OUT LIST MEGABYTES...\n", stderr), 2;
	counts.quad = calloc(COUNTERS, sizeof(uint32_t));
	counts.six = calloc(COUNTERS, sizeof(uint32_t));
	row[0] = calloc(1, GRAM_ROW);
	row[1] = calloc(1, GRAM_ROW);
	if (!counts.quad || !counts.six || !row[0] || !row[1])
		return perror("gram"), 2;

	read_lists(argc - 2, argv + 2, count_piece);
	heavy_floor = floor_of_heavy();
	read_lists(argc - 2, argv + 2, table_piece);
	write_table(f);
	return fclose(f) == 0 ? 0 : 2;
}
