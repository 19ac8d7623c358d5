#include "match/filter_ops.h"

#include <immintrin.h>

#include "db/lit.h"

#define KERNEL     __attribute__((target("avx2,bmi,bmi2")))
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

KERNEL static inline uint32_t
vec_test(const struct vec_map *m, const uint8_t *p)
{
	__m256i h = _mm256_mullo_epi32(load(p), m->seed);
	__m256i word = gather(m->words, _mm256_srl_epi32(h, m->word_shift));
	__m256i a =
	    _mm256_and_si256(_mm256_srl_epi32(h, m->a_shift), _mm256_set1_epi32(15));
	__m256i x = load(p + 4);
	__m256i b;

	x = _mm256_xor_si256(x, _mm256_srli_epi32(x, 2)); /* lit_bit_b */
	b = _mm256_or_si256(_mm256_and_si256(x, _mm256_set1_epi32(3)),
	    _mm256_and_si256(_mm256_srli_epi32(x, 6), _mm256_set1_epi32(12)));
	x = _mm256_srlv_epi32(_mm256_srli_epi32(word, 16), b);
	x = _mm256_and_si256(_mm256_srlv_epi32(word, a), x);
	return (uint32_t)_mm256_movemask_ps(
	    _mm256_castsi256_ps(_mm256_slli_epi32(x, 31)));
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
