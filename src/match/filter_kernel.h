/*
 * filter_kernel.h - the filter's inner loops, for any width of vector.
 *
 * A template: the including file defines
 *	KERNEL        attributes of every function here
 *	KERNEL_OPS    name of the struct filter_ops
 *	LANES         32-bit lanes of a vector
 *	vec_fold(dst, src)        folds 4 * LANES bytes; both unaligned, may be equal
 *	vec_class(dst, src)       classes of 4 * LANES folded bytes
 *	struct vec_groups, vec_groups(table)  the tables of eight groups
 *	vec_anchor(const struct vec_groups *, n, p)  bit per position: an anchor, by the
 *	              classes at p and n sets of eight groups
 *	put_bits(out, mask, i)    appends i + the number of each bit; how many
 *	kernel_lookup             filter_ops.lookup
 *	BYTES         positions that these look at, and the next two
 *	vec_eq(p, q, i)           bit per position: *(p + i) is the byte q->b[i]...
 *	vec_eq_xor(p, q, i)
 *	struct vec_quad, vec_quad(const struct filter_quad *)
 */

/*
 * filter_ops.fold. What is less than four vectors is copied first and folded in dst,
 * which has FILTER_SLACK bytes of room: no load touches what lies behind src.
 */
KERNEL static void
kernel_fold(uint8_t *dst, const uint8_t *src, const uint8_t *ahead, size_t n)
{
	size_t i = 0;

	for (; i + 4 * LANES <= n; i += 4 * LANES) {
		__builtin_prefetch(ahead + i);
		vec_fold(dst + i, src + i);
	}
	if (i < n) {
		memcpy(dst + i, src + i, n - i);
		vec_fold(dst + i, dst + i);
	}
	memset(dst + n, 0, FILTER_SLACK);
}

KERNEL static inline uint64_t
below(size_t n)
{
	return n < 64 ? (1ULL << n) - 1 : ~0ULL;
}

/* Groups of 8: sets is 1 or 2, and known at compile time in both callers. */
KERNEL static inline __attribute__((always_inline)) size_t
kernel_anchors_of(const struct filter_anchors *t, const uint8_t *classes, size_t n,
    uint16_t *out, unsigned sets)
{
	const struct vec_groups groups[2] = { vec_groups(t->table),
		vec_groups(t->table + (sets - 1) * LIT_ANCHORS) };
	size_t found = 0;

	for (size_t i = 0; i < n; i += BYTES) {
		uint64_t mask = vec_anchor(groups, sets, classes + i);

		__builtin_prefetch(t->ahead + i);
		found += put_bits(out + found, mask & below(n - i), i);
	}
	return found;
}

/*
 * filter_ops.anchors. Classes are made for LIT_WINDOW bytes more than n, as the last
 * position's window ends there.
 */
KERNEL static size_t
kernel_anchors(const struct filter_anchors *t, const uint8_t *b, struct filter_copy *copy,
    size_t n, uint16_t *out)
{
	uint8_t *classes = copy->b;

	for (size_t i = 0; i < n + LIT_WINDOW; i += 4 * LANES)
		vec_class(classes + i, b + i);
	return t->groups == 8 ? kernel_anchors_of(t, classes, n, out, 1)
			      : kernel_anchors_of(t, classes, n, out, 2);
}

/*
 * Writes positions i + the set bits, without a branch on whether they count: one at or
 * behind n is written and not counted, which is why out has FILTER_OVER of room.
 */
KERNEL static inline size_t
kernel_put_bytes(uint64_t mask, size_t i, size_t n, uint16_t *out)
{
	size_t found = 0;

	for (; mask != 0; mask &= mask - 1) {
		size_t at = i + (unsigned)__builtin_ctzll(mask);

		out[found] = (uint16_t)at;
		found += at < n;
	}
	return found;
}

/* filter_ops.find: where the quad's four bytes all are. */
KERNEL static size_t
kernel_find(const struct filter_quad *quad, const uint8_t *b, size_t n, uint16_t *out)
{
	struct vec_quad q = vec_quad(quad);
	size_t found = 0;

	for (size_t i = 0; i < n; i += BYTES) {
		uint64_t mask = vec_eq(&q, b + i);

		if (__builtin_expect(mask != 0, 0))
			found += kernel_put_bytes(mask, i, n, out + found);
	}
	return found;
}

/* filter_ops.find_xor: the same for what holds under every key of an xor. */
KERNEL static size_t
kernel_find_xor(const struct filter_quad *quad, const uint8_t *b, size_t n, uint16_t *out)
{
	struct vec_quad q = vec_quad(quad);
	size_t found = 0;

	for (size_t i = 0; i < n; i += BYTES) {
		uint64_t mask = vec_eq_xor(&q, b + i);

		if (__builtin_expect(mask != 0, 0))
			found += kernel_put_bytes(mask, i, n, out + found);
	}
	return found;
}

const struct filter_ops KERNEL_OPS = { kernel_fold, kernel_anchors, kernel_lookup,
	kernel_find, kernel_find_xor };
