#include "format/utf.h"

#include "base/text.h"

#define REPLACEMENT 0xfffd
#define MOST_OF_ONE 3 /* UTF-8 bytes that a UTF-16 unit, or a wrong byte, may become */

static bool
is_high(uint32_t unit)
{
	return (unit & 0xfc00) == 0xd800;
}

static bool
is_low(uint32_t unit)
{
	return (unit & 0xfc00) == 0xdc00;
}

/*
 * first: what marks the first byte of so many. The code is below 0x110000: who calls has
 * put surrogates and larger ones right.
 */
size_t
utf_put(uint8_t *out, uint32_t c)
{
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)(first[n] | c);
	return n;
}

/*
 * RFC 2781, section 2.2: one code, of one unit or two. at + 2 <= s.n: the caller's loop.
 * A half of a pair without the other half is one error, and what follows it is read anew.
 */
static uint32_t
next_of_16(struct bytes s, size_t *at)
{
	uint32_t unit = le16(s.p + *at), low = rec_le16(s, *at + 2);

	*at += 2;
	if (is_high(unit) && is_low(low)) {
		*at += 2;
		return 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
	}
	return is_high(unit) || is_low(unit) ? REPLACEMENT : unit;
}

/*
 * Room: a unit becomes at most three bytes, and a pair, which is two units, four. The
 * last place is for a text of no units, whose p must not be NULL.
 */
struct bytes
utf_from_16(struct arena *a, struct bytes s)
{
	size_t units = 0, n = 0;
	uint8_t *out;

	while (units < s.n / 2 && le16(s.p + 2 * units) != 0)
		units++;
	out = arena_array(a, units + 1, MOST_OF_ONE);
	if (out == NULL)
		return (struct bytes){ 0 };
	for (size_t at = 0; at < 2 * units;)
		n += utf_put(out + n, next_of_16(bytes_sub(s, 0, 2 * units), &at));
	return (struct bytes){ out, n };
}

/*
 * How many bytes at the start of s, of which no UTF-8 sequence begins there, are one
 * error: as long as they could have begun one (Unicode 15, table 3-7).
 */
static size_t
wrong_part(struct bytes s)
{
	uint8_t first = s.p[0], low = 0x80, high = 0xbf;
	size_t want = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2, n = 1;

	if (first < 0xc2 || first > 0xf4)
		return 1;
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	while (n < want && n < s.n && s.p[n] >= low && s.p[n] <= high) {
		low = 0x80;
		high = 0xbf;
		n++;
	}
	return n;
}

/*
 * Room: each byte is part of a sequence, which stays as long as it is, or of an error,
 * which becomes the three bytes of U+FFFD.
 */
struct bytes
utf_mend(struct arena *a, struct bytes s)
{
	size_t n = 0, used;
	uint32_t code;
	uint8_t *out;

	if (s.n == 0)
		return BYTES_LIT("");
	if (text_is_utf8(s))
		return s;
	out = arena_array(a, s.n, MOST_OF_ONE);
	if (out == NULL)
		return (struct bytes){ 0 };
	for (size_t at = 0; at < s.n; at += used) {
		used = text_utf8(bytes_from(s, at), &code);
		if (used == 0) {
			used = wrong_part(bytes_from(s, at));
			code = REPLACEMENT;
		}
		n += utf_put(out + n, code);
	}
	return (struct bytes){ out, n };
}

struct bytes
utf_cstr(struct arena *a, struct bytes s)
{
	const uint8_t *nul = s.n > 0 ? memchr(s.p, 0, s.n) : NULL;

	return utf_mend(a, nul ? (struct bytes){ s.p, (size_t)(nul - s.p) } : s);
}

struct bytes
utf_guid(struct arena *a, const uint8_t *p)
{
	return bytes_of(arena_printf(a,
	    "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", le32(p), le16(p + 4),
	    le16(p + 6), p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15]));
}
