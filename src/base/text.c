/*
 * text.c - see text.h.
 *
 * One decision for all output: what is printable UTF-8 and cannot move, hide or
 * reorder its neighbours stays, all else becomes \xHH a byte. The backslash is
 * doubled, so the way back is unique.
 */
#include "base/text.h"

/* RFC 3629, section 4: what the first byte says, and the least code it may give. */
static size_t
utf8_length(uint8_t first, uint32_t *bits, uint32_t *least)
{
	static const struct {
		uint8_t mask, want;
		uint32_t least;
	} forms[] = { { 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 } };

	for (size_t i = 0; i < COUNT(forms); i++) {
		if ((first & forms[i].mask) != forms[i].want)
			continue;
		*bits = first & (uint8_t)~forms[i].mask;
		*least = forms[i].least;
		return i + 1;
	}
	return 0;
}

size_t
text_utf8(struct bytes s, uint32_t *code)
{
	uint32_t c = 0, least = 0;
	size_t n = s.n > 0 ? utf8_length(s.p[0], &c, &least) : 0;

	if (n == 0 || n > s.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s.p[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return n;
}

bool
text_is_utf8(struct bytes s)
{
	uint32_t code;

	for (size_t at = 0, n; at < s.n; at += n) {
		n = text_utf8(bytes_from(s, at), &code);
		if (n == 0)
			return false;
	}
	return true;
}

/*
 * Not shown: controls, marks that reorder or break lines (UAX 9, UAX 14), and what has no
 * shape of its own (Default_Ignorable_Code_Point of the Unicode database): with those
 * the names of two files could look like one. The last two planes are for private use.
 */
static bool
is_printable(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = { { 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f },
		{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0x10ffff } };

	for (size_t i = 0; i < COUNT(hidden); i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return false;
	return true;
}

static void
escape_byte(struct buf *out, uint8_t b)
{
	static const char digits[] = "0123456789abcdef";

	switch (b) {
	case '\n': buf_str(out, "\\n"); break;
	case '\r': buf_str(out, "\\r"); break;
	case '\t': buf_str(out, "\\t"); break;
	case '\\': buf_str(out, "\\\\"); break;
	default: buf_put(out, (char[]){ '\\', 'x', digits[b >> 4], digits[b & 15] }, 4);
	}
}

/* own: what stands for itself, too, though escapes begin with it. */
static void
put_escaped(struct buf *out, struct bytes s, uint32_t own)
{
	for (size_t at = 0; at < s.n;) {
		uint32_t code = 0;
		size_t n = text_utf8(bytes_from(s, at), &code);

		if (n > 0 && (code != '\\' || own == code) && is_printable(code)) {
			buf_put(out, s.p + at, n);
			at += n;
			continue;
		}
		for (n += n == 0; n > 0; n--)
			escape_byte(out, s.p[at++]);
	}
}

void
text_escape(struct buf *out, struct bytes s)
{
	put_escaped(out, s, 0);
}

void
text_show(struct buf *out, struct bytes s)
{
	put_escaped(out, s, '\\');
}

/* One element of a pattern at *p against c; moves *p behind it. */
static bool
glob_one(const char **p, uint8_t c)
{
	const char *s = *p;
	bool invert, hit = false;

	if (*s == '\\' && s[1] != '\0')
		s++;
	else if (*s != '[' || strchr(s + 2 - (s[1] == '\0'), ']') == NULL) {
		*p = s + 1;
		return *s == '?' || (uint8_t)*s == c;
	} else {
		s++;
		invert = *s == '!' || *s == '^';
		s += invert;
		/* a ] that comes first is a member */
		for (bool first = true; *s != '\0' && (first || *s != ']');
		     first = false) {
			uint8_t from = (uint8_t)*s++, to = from;

			if (s[0] == '-' && s[1] != ']' && s[1] != '\0') {
				to = (uint8_t)s[1];
				s += 2;
			}
			hit |= c >= from && c <= to;
		}
		*p = s + (*s != '\0');
		return hit != invert;
	}
	*p = s + 1;
	return (uint8_t)*s == c;
}

bool
text_glob(const char *pattern, struct bytes name)
{
	const char *star = NULL;
	size_t at = 0, back = 0;

	/* on failure the last star takes one more: linear space, at most n * m steps */
	for (;;) {
		if (*pattern == '*') {
			star = ++pattern;
			back = at;
			continue;
		}
		if (at == name.n && *pattern == '\0')
			return true;
		if (at < name.n && *pattern != '\0') {
			const char *p = pattern;

			if (glob_one(&p, name.p[at])) {
				pattern = p;
				at++;
				continue;
			}
		}
		if (star == NULL || back == name.n)
			return false;
		pattern = star;
		at = ++back;
	}
}

bool
text_number(struct bytes s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 19 || (s.p[0] == '0' && s.n > 1))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0'); /* 19 digits fit in 64 bits, not in 63 */
	}
	if (v > INT64_MAX)
		return false;
	*out = v;
	return true;
}
