/*
 * filter_scalar.c - the same operations in plain C: for any processor, and the measure
 * that the others are tested against.
 */
#include "match/filter_ops.h"

#include "db/lit.h"

#define KERNEL
#define KERNEL_OPS filter_scalar
#define LANES      1
#define BYTES      8

static inline void
vec_fold(uint8_t *dst, const uint8_t *src)
{
	put_le32(dst, lit_fold4(le32(src)));
}

struct vec_map {
	struct filter_map m;
};

static inline struct vec_map
vec_map(const struct filter_map *m)
{
	return (struct vec_map){ *m };
}

static inline uint32_t
vec_test(const struct vec_map *v, const uint8_t *p)
{
	const struct filter_map *m = &v->m;
	uint32_t h = lit_hash(le32(p), m->seed);
	uint32_t word = le32(m->words + 4 * (size_t)lit_word(h, m->bits));

	return word >> lit_bit_a(h, m->bits) & word >> lit_bit_b(le16(p + 4)) & 1;
}

KERNEL static inline void
vec_class(uint8_t *dst, const uint8_t *src)
{
	for (unsigned i = 0; i < 4; i++)
		dst[i] = lit_class(src[i]);
}

struct vec_groups {
	const uint8_t *table;
};

static inline struct vec_groups
vec_groups(const uint8_t *table)
{
	return (struct vec_groups){ table };
}

static inline uint64_t
vec_anchor(const struct vec_groups *g, unsigned sets, const uint8_t *p)
{
	uint64_t mask = 0;

	for (unsigned s = 0; s < sets; s++) {
		const uint8_t *t = g[s].table;

		for (unsigned i = 0; i < BYTES; i++) {
			unsigned x = t[p[i]] & t[LIT_CLASSES + p[i + 1]] &
				     t[2 * LIT_CLASSES + p[i + 2]] &
				     t[3 * LIT_CLASSES + p[i + 3]];

			mask |= (uint64_t)(x != 0) << i;
		}
	}
	return mask;
}

static inline size_t
put_bits(uint16_t *out, uint64_t mask, size_t i)
{
	size_t found = 0;

	for (; mask != 0; mask &= mask - 1)
		out[found++] = (uint16_t)(i + (unsigned)__builtin_ctzll(mask));
	return found;
}

static size_t
kernel_lookup(const struct filter_map *m, const uint8_t *block, uint16_t *at, size_t n)
{
	struct vec_map map = vec_map(m);
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		at[found] = at[i];
		found += vec_test(&map, block + at[i]);
	}
	return found;
}

struct vec_quad {
	struct filter_quad q;
	uint64_t b[4];
};

static inline struct vec_quad
vec_quad(const struct filter_quad *q)
{
	struct vec_quad v = { .q = *q };

	for (int i = 0; i < 4; i++)
		v.b[i] = 0x0101010101010101u * q->b[i];
	return v;
}

/* The top bit of each byte that is not zero; carries cannot leave a byte. */
static inline uint64_t
nonzero(uint64_t x)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;

	return (((x & low) + low) | x) & ~low;
}

static inline uint64_t
zeros(uint64_t x)
{
	return (~nonzero(x) >> 7 & 0x0101010101010101u) * 0x0102040810204080u >> 56;
}

static inline uint64_t
vec_eq(const struct vec_quad *v, const uint8_t *p)
{
	uint64_t x = 0;

	for (int i = 0; i < 4; i++)
		x |= le64(p + v->q.at[i]) ^ v->b[i];
	return zeros(x);
}

static inline uint64_t
vec_eq_xor(const struct vec_quad *v, const uint8_t *p)
{
	const uint8_t *at = v->q.at;

	return zeros((le64(p + at[0]) ^ le64(p + at[1]) ^ v->b[0]) |
		     (le64(p + at[2]) ^ le64(p + at[3]) ^ v->b[1]));
}

#include "match/filter_kernel.h"
