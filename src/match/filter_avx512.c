/*
 * filter_avx512.c - the vector operations of AVX-512 (BW, VL, VBMI, VBMI2): 64 bytes or
 * 16 windows at a time. Only functions marked KERNEL use them, and those run only where
 * filter_cpus found the processor able to.
 */
#include "match/filter_ops.h"

#include <immintrin.h>

#include "db/lit.h"

#define KERNEL          \
	__attribute__(( \
	    target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))
#define KERNEL_OPS filter_avx512
#define LANES      16
#define BYTES      64

KERNEL static inline __m512i
load(const uint8_t *p)
{
	return _mm512_loadu_si512(p);
}

/* a | (b & c); a or c where b selects: the truth tables of vpternlog. */
#define OR_AND 0xf8
#define SELECT 0xca

KERNEL static inline void
vec_fold(uint8_t *dst, const uint8_t *src)
{
	__m512i x = load(src);

	x = _mm512_ternarylogic_epi32(
	    x, _mm512_srli_epi32(x, 1), _mm512_set1_epi8(0x20), OR_AND);
	_mm512_storeu_si512(dst, x);
}

struct vec_map {
	const uint8_t *words;
	__m512i seed;
	__m128i word_shift, a_shift;
};

KERNEL static inline struct vec_map
vec_map(const struct filter_map *m)
{
	return (struct vec_map){ m->words, _mm512_set1_epi32((int)m->seed),
		_mm_cvtsi32_si128((int)(37 - m->bits)),
		_mm_cvtsi32_si128((int)(32 - m->bits)) };
}

/* 16 loads: as fast as the gather instruction or faster, and several times so on
   processors with microcode against gather data sampling. */
KERNEL static inline __m128i
four_words(const uint32_t *w, const uint32_t *at)
{
	__m128i x = _mm_cvtsi32_si128((int)w[at[0]]);

	x = _mm_insert_epi32(x, (int)w[at[1]], 1);
	x = _mm_insert_epi32(x, (int)w[at[2]], 2);
	return _mm_insert_epi32(x, (int)w[at[3]], 3);
}

KERNEL static inline __m512i
join(__m128i a, __m128i b, __m128i c, __m128i d)
{
	__m256i x = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
	__m256i y = _mm256_inserti128_si256(_mm256_castsi128_si256(c), d, 1);

	return _mm512_inserti64x4(_mm512_castsi256_si512(x), y, 1);
}

KERNEL static inline __m512i
gather(const uint8_t *words, __m512i at)
{
	const uint32_t *w = (const uint32_t *)(const void *)words;
	_Alignas(64) uint32_t i[16];

	_mm512_store_si512(i, at);
	return join(four_words(w, i), four_words(w, i + 4), four_words(w, i + 8),
	    four_words(w, i + 12));
}

/*
 * Bit per lane: its window, and the bytes behind it, pass. Rotating counts modulo 32, so
 * only the bit that tells the halves apart is put right.
 */
KERNEL static inline uint32_t
test(const struct vec_map *m, __m512i window, __m512i behind)
{
	__m512i h = _mm512_mullo_epi32(window, m->seed);
	__m512i word = gather(m->words, _mm512_srl_epi32(h, m->word_shift));
	__m512i a = _mm512_srl_epi32(h, m->a_shift);
	__m512i x = behind, half = _mm512_set1_epi32(16);
	__m512i b;

	x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 2)); /* lit_bit_b */
	b = _mm512_ternarylogic_epi32(
	    _mm512_set1_epi32(3), x, _mm512_srli_epi32(x, 6), SELECT);
	a = _mm512_andnot_si512(half, a);
	b = _mm512_or_si512(half, b);
	x = _mm512_and_si512(_mm512_rorv_epi32(word, a), _mm512_rorv_epi32(word, b));
	return _mm512_test_epi32_mask(x, _mm512_set1_epi32(1));
}

/* What has the top bit: 0x40 | (x & 0x1f); the rest stays. */
#define AND_OR 0xea

KERNEL static inline void
vec_class(uint8_t *dst, const uint8_t *src)
{
	__m512i x = load(src);
	__m512i y = _mm512_ternarylogic_epi32(
	    x, _mm512_set1_epi8(0x1f), _mm512_set1_epi8(0x40), AND_OR);

	_mm512_storeu_si512(dst, _mm512_mask_mov_epi8(x, _mm512_movepi8_mask(x), y));
}

struct vec_groups {
	__m512i at[LIT_WINDOW][2];
};

#define PLACE(t, i)                                                       \
	{                                                                 \
		load(t + i * LIT_CLASSES), load(t + i * LIT_CLASSES + 64) \
	}

/* All at once: what is filled in a loop is cleared before. */
KERNEL static inline struct vec_groups
vec_groups(const uint8_t *table)
{
	return (struct vec_groups){ { PLACE(table, 0), PLACE(table, 1), PLACE(table, 2),
	    PLACE(table, 3) } };
}

KERNEL static inline __attribute__((always_inline)) uint64_t
vec_anchor(const struct vec_groups *g, unsigned sets, const uint8_t *p)
{
	__m512i any = _mm512_setzero_si512();

#pragma GCC unroll 2
	for (unsigned s = 0; s < sets; s++) {
		__m512i x = _mm512_set1_epi8(-1);

#pragma GCC unroll 4
		for (unsigned i = 0; i < LIT_WINDOW; i++)
			x = _mm512_and_si512(x, _mm512_permutex2var_epi8(g[s].at[i][0],
						    load(p + i), g[s].at[i][1]));
		any = _mm512_or_si512(any, x);
	}
	return _mm512_test_epi8_mask(any, any);
}

/* The numbers 0..63, as lanes. */
KERNEL static inline __m512i
iota(void)
{
	static const uint8_t number[64] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
		14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
		32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
		50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63 };

	return load(number);
}

/* More than half of the positions are hardly ever in a mask. */
KERNEL static inline size_t
put_bits(uint16_t *out, uint64_t mask, size_t i)
{
	__m512i at = _mm512_maskz_compress_epi8(mask, iota());
	__m512i base = _mm512_set1_epi16((short)i);
	size_t n = (unsigned)__builtin_popcountll(mask);

	_mm512_storeu_si512(out,
	    _mm512_add_epi16(base, _mm512_cvtepu8_epi16(_mm512_castsi512_si256(at))));
	if (__builtin_expect(n > 32, 0))
		_mm512_storeu_si512(out + 32,
		    _mm512_add_epi16(
			base, _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(at, 1))));
	return n;
}

/* Eight bytes of each of two places. */
KERNEL static inline __m128i
two(const uint8_t *b, const uint16_t *at)
{
	__m128i x = _mm_cvtsi64_si128((long long)le64(b + at[0]));

	return _mm_insert_epi64(x, (long long)le64(b + at[1]), 1);
}

KERNEL static inline __m512i
eight(const uint8_t *b, const uint16_t *at)
{
	return join(two(b, at), two(b, at + 2), two(b, at + 4), two(b, at + 6));
}

KERNEL static size_t
kernel_lookup(const struct filter_map *map, const uint8_t *block, uint16_t *at, size_t n)
{
	const __m512i even =
	    _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
	const __m512i odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
	struct vec_map m = vec_map(map);
	size_t found = 0;

	memset(at + n, 0, LANES * sizeof(*at));
	for (size_t i = 0; i < n; i += LANES) {
		__m256i pos = _mm256_loadu_si256((const __m256i_u *)(at + i));
		__m512i a = eight(block, at + i), b = eight(block, at + i + 8);
		uint32_t mask = test(&m, _mm512_permutex2var_epi32(a, even, b),
		    _mm512_permutex2var_epi32(a, odd, b));

		if (n - i < LANES)
			mask &= (1u << (n - i)) - 1;
		_mm256_storeu_si256((__m256i_u *)(at + found),
		    _mm256_maskz_compress_epi16((__mmask16)mask, pos));
		found += (unsigned)__builtin_popcount(mask);
	}
	return found;
}

struct vec_quad {
	size_t at[4];
	__m512i b[4];
};

KERNEL static inline struct vec_quad
vec_quad(const struct filter_quad *q)
{
	return (struct vec_quad){ { q->at[0], q->at[1], q->at[2], q->at[3] },
		{ _mm512_set1_epi8((char)q->b[0]), _mm512_set1_epi8((char)q->b[1]),
		    _mm512_set1_epi8((char)q->b[2]), _mm512_set1_epi8((char)q->b[3]) } };
}

KERNEL static inline uint64_t
vec_eq(const struct vec_quad *q, const uint8_t *p)
{
	uint64_t x = _mm512_cmpeq_epi8_mask(load(p + q->at[0]), q->b[0]);

	x &= _mm512_cmpeq_epi8_mask(load(p + q->at[3]), q->b[3]);
	if (__builtin_expect(x == 0, 1))
		return 0;
	x &= _mm512_cmpeq_epi8_mask(load(p + q->at[1]), q->b[1]);
	return x & _mm512_cmpeq_epi8_mask(load(p + q->at[2]), q->b[2]);
}

KERNEL static inline uint64_t
vec_eq_xor(const struct vec_quad *q, const uint8_t *p)
{
	__m512i x = _mm512_xor_si512(load(p + q->at[0]), load(p + q->at[1]));
	__m512i y = _mm512_xor_si512(load(p + q->at[2]), load(p + q->at[3]));

	return _mm512_mask_cmpeq_epi8_mask(
	    _mm512_cmpeq_epi8_mask(x, q->b[0]), y, q->b[1]);
}

#include "match/filter_kernel.h"
