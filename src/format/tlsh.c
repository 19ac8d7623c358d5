/* tlsh.c - see tlsh.h; the section numbers are those of the paper. */
#include "format/tlsh.h"

#include <math.h>

#include "base/sort.h"

#define BUCKETS 128
#define CODE    (BUCKETS / 4) /* bytes, of two bits a bucket */
#define WINDOW  5
#define LEAST   50

/* Pearson's permutation (Communications of the ACM 33, 6, 1990). */
/* clang-format off */
static const uint8_t pearson[256] = {
	  1,  87,  49,  12, 176, 178, 102, 166, 121, 193,   6,  84, 249, 230,  44, 163,
	 14, 197, 213, 181, 161,  85, 218,  80,  64, 239,  24, 226, 236, 142,  38, 200,
	110, 177, 104, 103, 141, 253, 255,  50,  77, 101,  81,  18,  45,  96,  31, 222,
	 25, 107, 190,  70,  86, 237, 240,  34,  72, 242,  20, 214, 244, 227, 149, 235,
	 97, 234,  57,  22,  60, 250,  82, 175, 208,   5, 127, 199, 111,  62, 135, 248,
	174, 169, 211,  58,  66, 154, 106, 195, 245, 171,  17, 187, 182, 179,   0, 243,
	132,  56, 148,  75, 128, 133, 158, 100, 130, 126,  91,  13, 153, 246, 216, 219,
	119,  68, 223,  78,  83,  88, 201,  99, 122,  11,  92,  32, 136, 114,  52,  10,
	138,  30,  48, 183, 156,  35,  61,  26, 143,  74, 251,  94, 129, 162,  63, 152,
	170,   7, 115, 167, 241, 206,   3, 150,  55,  59, 151, 220,  90,  53,  23, 131,
	125, 173,  15, 238,  79,  95,  89,  16, 105, 137, 225, 224, 217, 160,  37, 123,
	118,  73,   2, 157,  46, 116,   9, 145, 134, 228, 207, 212, 202, 215,  69, 229,
	 27, 188,  67, 124, 168, 252,  42,   4,  29, 108,  21, 247,  19, 205,  39, 203,
	233,  40, 186, 147, 198, 192, 155,  33, 164, 191,  98, 204, 165, 180, 117,  76,
	140,  36, 210, 172,  41,  54, 159,   8, 185, 232, 113, 196, 231,  47, 146, 120,
	 51,  65,  28, 144, 254, 221,  93, 189, 194, 139, 112,  43,  71, 109, 184, 209,
};

/* 3.1: the triples of a window, by distance from its newest byte, and their salts. */
static const struct {
	uint8_t salt, second, third;
} triples[] = {
	{ 2, 1, 2 }, { 3, 1, 3 }, { 5, 2, 3 }, { 7, 2, 4 }, { 11, 1, 4 }, { 13, 3, 4 },
};
/* clang-format on */

static uint8_t
mix(uint8_t salt, uint8_t a, uint8_t b, uint8_t c)
{
	return pearson[pearson[pearson[pearson[salt] ^ a] ^ b] ^ c];
}

/* 3.1: counts the triples of every window; gives the checksum. */
static uint8_t
count_triples(struct bytes b, uint32_t bucket[256])
{
	uint8_t sum = 0;

	for (size_t i = WINDOW - 1; i < b.n; i++) {
		const uint8_t *p = b.p + i;

		sum = mix(0, p[0], p[-1], sum);
		for (size_t t = 0; t < sizeof(triples) / sizeof(triples[0]); t++)
			bucket[mix(triples[t].salt, p[0], *(p - triples[t].second),
			    *(p - triples[t].third))]++;
	}
	return sum;
}

/* 3.3: the length on a scale of logarithms, in three pieces. */
static uint8_t
length_code(size_t n)
{
	double ln = log((double)n), v;

	if (n <= 656)
		v = ln / log(1.5);
	else if (n <= 3199)
		v = ln / log(1.3) - 8.72777;
	else
		v = ln / log(1.1) - 62.5472;
	return (uint8_t)(int)floor(v);
}

static int
by_count(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* 3.2: q[0..2] are the counts that a quarter, a half and three quarters do not exceed. */
static bool
quartiles(const uint32_t bucket[BUCKETS], uint32_t q[3])
{
	uint32_t sorted[BUCKETS];
	unsigned used = 0;

	memcpy(sorted, bucket, sizeof(sorted));
	sort(sorted, BUCKETS, sizeof(sorted[0]), by_count);
	for (unsigned i = 0; i < BUCKETS; i++)
		used += sorted[i] > 0;
	for (unsigned i = 0; i < 3; i++)
		q[i] = sorted[(i + 1) * (BUCKETS / 4) - 1];
	return q[2] > 0 && used > BUCKETS / 2;
}

/* 3.4: two bits a bucket, four buckets a byte. */
static uint8_t
code_of(const uint32_t bucket[4], const uint32_t q[3])
{
	unsigned code = 0;

	for (unsigned i = 0; i < 4; i++) {
		uint32_t n = bucket[i];
		unsigned two = (n > q[0]) + (n > q[1]) + (n > q[2]);

		code |= two << (2 * i);
	}
	return (uint8_t)code;
}

static char *
put_hex(char *at, unsigned high, unsigned low)
{
	static const char digit[] = "0123456789ABCDEF";

	*at++ = digit[high & 15];
	*at++ = digit[low & 15];
	return at;
}

bool
tlsh_of(struct bytes b, char out[TLSH_TEXT + 1])
{
	uint32_t bucket[256] = { 0 }, q[3];
	uint8_t sum, length;

	if (b.n < LEAST)
		return false;
	sum = count_triples(b, bucket);
	if (!quartiles(bucket, q))
		return false;
	length = length_code(b.n);
	*out++ = 'T';
	*out++ = '1';
	/* The header is written with the halves of its bytes exchanged, the code not. */
	out = put_hex(out, sum, sum >> 4);
	out = put_hex(out, length, length >> 4);
	out = put_hex(out, (unsigned)((uint64_t)q[0] * 100 / q[2] % 16),
	    (unsigned)((uint64_t)q[1] * 100 / q[2] % 16));
	for (unsigned i = CODE; i-- > 0;) {
		uint8_t code = code_of(bucket + 4 * i, q);

		out = put_hex(out, code >> 4, code);
	}
	*out = '\0';
	return true;
}
