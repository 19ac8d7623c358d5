/*
 * filter_avx2.c - the vector operations of AVX2: 32 bytes or 8 windows at a time. Only
 * functions marked KERNEL use them, and those run only where filter_cpus found the
 * processor able to.
 */
#include "match/filter_ops.h"

#include <immintrin.h>

#include "db/lit.h"

#define KERNEL     __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define KERNEL_OPS filter_avx2
#define LANES      8
#define BYTES      32

KERNEL static inline __m256i
load(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i_u *)p);
}

KERNEL static inline void
vec_fold(uint8_t *dst, const uint8_t *src)
{
	__m256i x = load(src);
	__m256i bit = _mm256_and_si256(_mm256_srli_epi32(x, 1), _mm256_set1_epi8(0x20));

	_mm256_storeu_si256((__m256i_u *)dst, _mm256_or_si256(x, bit));
}

struct vec_map {
	const uint8_t *words;
	__m256i seed;
	__m128i word_shift, a_shift;
};

KERNEL static inline struct vec_map
vec_map(const struct filter_map *m)
{
	return (struct vec_map){ m->words, _mm256_set1_epi32((int)m->seed),
		_mm_cvtsi32_si128((int)(37 - m->bits)),
		_mm_cvtsi32_si128((int)(32 - m->bits)) };
}

/* Eight loads: the gather instruction is no faster here, and slow elsewhere. */
KERNEL static inline __m256i
gather(const uint8_t *words, __m256i at)
{
	const uint32_t *w = (const uint32_t *)(const void *)words;
	uint64_t a = (uint64_t)_mm256_extract_epi64(at, 0);
	uint64_t b = (uint64_t)_mm256_extract_epi64(at, 1);
	uint64_t c = (uint64_t)_mm256_extract_epi64(at, 2);
	uint64_t d = (uint64_t)_mm256_extract_epi64(at, 3);

	return _mm256_setr_epi32((int)w[(uint32_t)a], (int)w[a >> 32],
	    (int)w[(uint32_t)b], (int)w[b >> 32], (int)w[(uint32_t)c], (int)w[c >> 32],
	    (int)w[(uint32_t)d], (int)w[d >> 32]);
}

/* Bit per lane: its window, and the bytes behind it, pass. */
KERNEL static inline uint32_t
test(const struct vec_map *m, __m256i window, __m256i behind)
{
	__m256i h = _mm256_mullo_epi32(window, m->seed);
	__m256i word = gather(m->words, _mm256_srl_epi32(h, m->word_shift));
	__m256i a =
	    _mm256_and_si256(_mm256_srl_epi32(h, m->a_shift), _mm256_set1_epi32(15));
	__m256i x = behind;
	__m256i b;

	x = _mm256_xor_si256(x, _mm256_srli_epi32(x, 2)); /* lit_bit_b */
	b = _mm256_or_si256(_mm256_and_si256(x, _mm256_set1_epi32(3)),
	    _mm256_and_si256(_mm256_srli_epi32(x, 6), _mm256_set1_epi32(12)));
	x = _mm256_srlv_epi32(_mm256_srli_epi32(word, 16), b);
	x = _mm256_and_si256(_mm256_srlv_epi32(word, a), x);
	return (uint32_t)_mm256_movemask_ps(
	    _mm256_castsi256_ps(_mm256_slli_epi32(x, 31)));
}

/* What has the top bit: 0x40 | (x & 0x1f); the rest stays. */
KERNEL static inline void
vec_class(uint8_t *dst, const uint8_t *src)
{
	__m256i x = load(src);
	__m256i y = _mm256_or_si256(
	    _mm256_and_si256(x, _mm256_set1_epi8(0x1f)), _mm256_set1_epi8(0x40));

	_mm256_storeu_si256((__m256i_u *)dst, _mm256_blendv_epi8(x, y, x));
}

/* For each place eight rows of 16 classes. */
struct vec_groups {
	__m256i row[LIT_WINDOW][8];
};

KERNEL static inline __m256i
row(const uint8_t *t)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)t));
}

#define PLACE(t, i)                                                               \
	{                                                                         \
		row(t + i * LIT_CLASSES), row(t + i * LIT_CLASSES + 16),          \
		    row(t + i * LIT_CLASSES + 32), row(t + i * LIT_CLASSES + 48), \
		    row(t + i * LIT_CLASSES + 64), row(t + i * LIT_CLASSES + 80), \
		    row(t + i * LIT_CLASSES + 96), row(t + i * LIT_CLASSES + 112) \
	}

/* All at once: what is filled in a loop is cleared before. */
KERNEL static inline struct vec_groups
vec_groups(const uint8_t *table)
{
	return (struct vec_groups){ { PLACE(table, 0), PLACE(table, 1), PLACE(table, 2),
	    PLACE(table, 3) } };
}

/* By the lower four bits of x from one of two rows. */
KERNEL static inline __m256i
pair(const __m256i *row, __m256i x, __m256i which)
{
	return _mm256_blendv_epi8(
	    _mm256_shuffle_epi8(row[0], x), _mm256_shuffle_epi8(row[1], x), which);
}

/* The table at each class of x: all rows by its lower four bits, then the row by the
   others, which are shifted to where a blend looks for them. No array, which would be
   cleared each time: that alone took twice as long as all the rest. */
KERNEL static inline __m256i
row_lookup(const __m256i row[8], __m256i x)
{
	__m256i b4 = _mm256_slli_epi16(x, 3), b5 = _mm256_slli_epi16(x, 2);
	__m256i low = _mm256_blendv_epi8(pair(row, x, b4), pair(row + 2, x, b4), b5);
	__m256i high = _mm256_blendv_epi8(pair(row + 4, x, b4), pair(row + 6, x, b4), b5);

	return _mm256_blendv_epi8(low, high, _mm256_slli_epi16(x, 1));
}

KERNEL static inline __attribute__((always_inline)) uint64_t
vec_anchor(const struct vec_groups *g, unsigned sets, const uint8_t *p)
{
	__m256i any = _mm256_setzero_si256();

	for (unsigned s = 0; s < sets; s++) {
		__m256i x = row_lookup(g[s].row[0], load(p));

		for (unsigned i = 1; i < LIT_WINDOW; i++)
			x = _mm256_and_si256(x, row_lookup(g[s].row[i], load(p + i)));
		any = _mm256_or_si256(any, x);
	}
	return ~(uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(any, _mm256_setzero_si256()));
}

/* Without a branch: bits become bytes, these select from the numbers 0..7. */
KERNEL static inline size_t
put_bits(uint16_t *out, uint64_t mask, size_t i)
{
	size_t found = 0;

	for (; mask != 0; mask >>= 8, i += 8) {
		uint64_t bytes = _pdep_u64(mask & 0xff, 0x0101010101010101u) * 0xff;
		uint64_t at = _pext_u64(0x0706050403020100u, bytes);
		__m128i x = _mm_cvtepu8_epi16(_mm_cvtsi64_si128((long long)at));

		_mm_storeu_si128((__m128i_u *)(out + found),
		    _mm_add_epi16(x, _mm_set1_epi16((short)i)));
		found += (unsigned)__builtin_popcount((unsigned)mask & 0xff);
	}
	return found;
}

/* Four bytes from each of eight places. */
KERNEL static inline __m256i
eight(const uint8_t *b, const uint16_t *at)
{
	return _mm256_setr_epi32((int)le32(b + at[0]), (int)le32(b + at[1]),
	    (int)le32(b + at[2]), (int)le32(b + at[3]), (int)le32(b + at[4]),
	    (int)le32(b + at[5]), (int)le32(b + at[6]), (int)le32(b + at[7]));
}

KERNEL static size_t
kernel_lookup(const struct filter_map *map, const uint8_t *block, uint16_t *at, size_t n)
{
	struct vec_map m = vec_map(map);
	size_t found = 0;

	memset(at + n, 0, LANES * sizeof(*at));
	for (size_t i = 0; i < n; i += LANES) {
		uint32_t mask = test(&m, eight(block, at + i), eight(block + 4, at + i));

		if (n - i < LANES)
			mask &= (1u << (n - i)) - 1;
		for (; mask != 0; mask &= mask - 1)
			at[found++] = at[i + (unsigned)__builtin_ctz(mask)];
	}
	return found;
}

struct vec_quad {
	size_t at[4];
	__m256i b[4];
};

KERNEL static inline struct vec_quad
vec_quad(const struct filter_quad *q)
{
	return (struct vec_quad){ { q->at[0], q->at[1], q->at[2], q->at[3] },
		{ _mm256_set1_epi8((char)q->b[0]), _mm256_set1_epi8((char)q->b[1]),
		    _mm256_set1_epi8((char)q->b[2]), _mm256_set1_epi8((char)q->b[3]) } };
}

KERNEL static inline __m256i
eq(const struct vec_quad *q, const uint8_t *p, unsigned i)
{
	return _mm256_cmpeq_epi8(load(p + q->at[i]), q->b[i]);
}

KERNEL static inline uint64_t
vec_eq(const struct vec_quad *q, const uint8_t *p)
{
	__m256i x = _mm256_and_si256(eq(q, p, 0), eq(q, p, 3));

	if (__builtin_expect(_mm256_testz_si256(x, x), 1))
		return 0;
	x = _mm256_and_si256(x, _mm256_and_si256(eq(q, p, 1), eq(q, p, 2)));
	return (uint32_t)_mm256_movemask_epi8(x);
}

KERNEL static inline uint64_t
vec_eq_xor(const struct vec_quad *q, const uint8_t *p)
{
	__m256i x = _mm256_xor_si256(load(p + q->at[0]), load(p + q->at[1]));
	__m256i y = _mm256_xor_si256(load(p + q->at[2]), load(p + q->at[3]));

	return (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(
	    _mm256_cmpeq_epi8(x, q->b[0]), _mm256_cmpeq_epi8(y, q->b[1])));
}

#include "match/filter_kernel.h"
