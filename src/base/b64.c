/*
 * b64.c - RFC 4648, section 4, one spelling only; see b64.h for why.
 *
 * Reading goes by fours: decode_four refuses padding anywhere but in the last one, and
 * bits that the padding leaves over, so no two texts give the same bytes.
 */
#include "base/b64.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
b64_put(struct buf *out, struct bytes b)
{
	for (size_t i = 0; i < b.n; i += 3) {
		size_t left = b.n - i;
		uint32_t v = (uint32_t)b.p[i] << 16 |
			     (left > 1 ? (uint32_t)b.p[i + 1] << 8 : 0) |
			     (left > 2 ? b.p[i + 2] : 0);
		char four[4] = {
			letters[v >> 18],
			letters[v >> 12 & 63],
			left > 1 ? letters[v >> 6 & 63] : '=',
			left > 2 ? letters[v & 63] : '=',
		};

		buf_put(out, four, 4);
	}
}

/* 0 to 63, or 64: no letter of the alphabet. */
static uint32_t
value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26u;
	if (c >= '0' && c <= '9')
		return c - '0' + 52u;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/*
 * Four letters to at most three bytes, whose number it gives; 0: not canonical. Only
 * the last four may be padded.
 */
static size_t
decode_four(const uint8_t *p, bool last, uint8_t out[3])
{
	size_t n = !last || p[3] != '=' ? 3 : p[2] != '=' ? 2 : 1;
	uint32_t v = 0;

	for (size_t i = 0; i <= n; i++) {
		uint32_t x = value(p[i]);

		if (x > 63)
			return 0;
		v |= x << (18 - 6 * i);
	}
	/* RFC 4648 3.5: what the padding leaves over must be zero */
	if ((v & (0xffffffu >> 8 * n)) != 0)
		return 0;
	out[0] = (uint8_t)(v >> 16);
	out[1] = (uint8_t)(v >> 8);
	out[2] = (uint8_t)v;
	return n;
}

enum err
b64_get(struct bytes text, uint8_t *out, size_t cap, size_t *n)
{
	size_t have = 0;

	if (text.n % 4 != 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < text.n; i += 4) {
		uint8_t three[3];
		size_t k = decode_four(text.p + i, i + 4 == text.n, three);

		if (k == 0)
			return ERR_FORMAT;
		if (k > cap - have)
			return ERR_LIMIT;
		memcpy(out + have, three, k);
		have += k;
	}
	*n = have;
	return OK;
}

size_t
b64_size(struct bytes text)
{
	uint8_t three[3];

	if (text.n % 4 != 0)
		return SIZE_MAX;
	if (text.n == 0)
		return 0;
	for (size_t i = 0; i + 4 < text.n; i += 4)
		if (decode_four(text.p + i, false, three) == 0)
			return SIZE_MAX;

	size_t last = decode_four(text.p + text.n - 4, true, three);

	return last == 0 ? SIZE_MAX : text.n / 4 * 3 - 3 + last;
}

enum err
b64_exact(struct bytes text, uint8_t *out, size_t n)
{
	size_t have = 0;

	if (b64_size(text) != n || b64_get(text, out, n, &have) != OK)
		return ERR_FORMAT;
	return OK;
}
