#include "match/filter_ops.h"

#include <immintrin.h>

#include "db/lit.h"

#define KERNEL     __attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2")))
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

KERNEL static inline __m512i
gather(const uint8_t *words, __m512i at)
{
	return _mm512_i32gather_epi32(at, words, 4);
}

/* Rotating counts modulo 32, so only the bit that tells the halves apart is put right. */
KERNEL static inline uint32_t
vec_test(const struct vec_map *m, const uint8_t *p)
{
	__m512i h = _mm512_mullo_epi32(load(p), m->seed);
	__m512i word = gather(m->words, _mm512_srl_epi32(h, m->word_shift));
	__m512i a = _mm512_srl_epi32(h, m->a_shift);
	__m512i x = load(p + 4), half = _mm512_set1_epi32(16);
	__m512i b;

	x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 2)); /* lit_bit_b */
	b = _mm512_ternarylogic_epi32(
	    _mm512_set1_epi32(3), x, _mm512_srli_epi32(x, 6), SELECT);
	a = _mm512_andnot_si512(half, a);
	b = _mm512_or_si512(half, b);
	x = _mm512_and_si512(_mm512_rorv_epi32(word, a), _mm512_rorv_epi32(word, b));
	return _mm512_test_epi32_mask(x, _mm512_set1_epi32(1));
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
