/*
 * bytes.c - what of the cursor is too long for a header. The bounds proofs stand in
 * bytes.h; here, too, each read goes through bytes_sub or cur_take.
 */
#include "base/bytes.h"

#include "base/err.h"

bool
bytes_same(struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (byte_lower(a.p[i]) != byte_lower(b.p[i]))
			return false;
	return true;
}

int
bytes_cmp(struct bytes a, struct bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

uint64_t
bytes_find(struct bytes b, uint64_t off, struct bytes needle)
{
	struct bytes rest = bytes_from(b, off);
	const uint8_t *hit;

	if (rest.p == NULL)
		return UINT64_MAX;
	if (needle.n == 0)
		return off;
	hit = memmem(rest.p, rest.n, needle.p, needle.n);
	return hit ? (uint64_t)(hit - b.p) : UINT64_MAX;
}

uint64_t
cur_uleb(struct cur *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t b = cur_u8(c);

		if (shift == 63 && b > 1)
			break;
		v |= (uint64_t)(b & 0x7f) << shift;
		if ((b & 0x80) == 0)
			return v;
	}
	c->bad = true;
	return 0;
}

struct bytes
cur_cstr(struct cur *c)
{
	const uint8_t *nul = cur_left(c) > 0 ? memchr(c->p, 0, cur_left(c)) : NULL;
	struct bytes b;

	if (nul == NULL) {
		*c = (struct cur){ .bad = true };
		return (struct bytes){ 0 };
	}
	b = cur_take(c, (uint64_t)(nul - c->p));
	cur_take(c, 1);
	return b;
}

#ifndef NDEBUG
void
cur_checked(const struct cur *c)
{
	if (c->bad && !c->asked)
		bug("a failed cursor was never checked");
}
#endif
