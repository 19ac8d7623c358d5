/*
 * fix_slash.c - see fix_slash.h. Where a regex ends is told by what may follow it: an
 * end that leaves modifiers, a condition or the next string is possible, and with one
 * possible end there is no doubt.
 */
#include "rules/fix_slash.h"

static bool
is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '_' ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static struct bytes
skip_blanks(struct bytes s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r'))
		s = bytes_from(s, 1);
	return s;
}

static struct bytes
skip_word(struct bytes s)
{
	while (s.n > 0 && is_word(s.p[0]))
		s = bytes_from(s, 1);
	return s;
}

static bool
begins(struct bytes s, struct bytes with)
{
	return bytes_eq(bytes_sub(s, 0, with.n), with);
}

/* Takes the word off s when it is one of the list, which an empty one ends. */
static bool
take_word(struct bytes *s, const struct bytes *list)
{
	struct bytes rest = skip_word(*s), word = bytes_sub(*s, 0, s->n - rest.n);

	for (; list->n > 0; list++)
		if (bytes_eq(word, *list)) {
			*s = rest;
			return true;
		}
	return false;
}

/* "$name =", the next string on the same line. */
static bool
is_string(struct bytes s)
{
	if (s.n == 0 || s.p[0] != '$')
		return false;
	s = skip_blanks(skip_word(bytes_from(s, 1)));
	return s.n > 0 && s.p[0] == '=';
}

static bool
is_over(struct bytes s)
{
	return s.n == 0 || s.p[0] == '}' || begins(s, BYTES_LIT("//")) ||
	       begins(s, BYTES_LIT("/*"));
}

/* May this follow the slash that ends a string's regular expression? */
static bool
follows_string(struct bytes s)
{
	static const struct bytes modifiers[] = { BYTES_LIT("ascii"), BYTES_LIT("wide"),
		BYTES_LIT("nocase"), BYTES_LIT("fullword"), BYTES_LIT("private"), { 0 } };
	static const struct bytes next[] = { BYTES_LIT("condition"), { 0 } };

	do
		s = skip_blanks(s);
	while (take_word(&s, modifiers));
	return is_over(s) || is_string(s) || take_word(&s, next);
}

static bool
follows_condition(struct bytes s)
{
	static const struct bytes next[] = { BYTES_LIT("and"), BYTES_LIT("or"), { 0 } };

	s = skip_blanks(s);
	return is_over(s) || s.p[0] == ')' || s.p[0] == ',' || take_word(&s, next);
}

unsigned
slash_ends(struct bytes line, bool condition, size_t *end)
{
	unsigned n = 0;

	for (size_t i = 1; i < line.n; i++) {
		struct bytes tail = bytes_from(line, i + 1);

		if (line.p[i] == '\\') { /* what it escapes ends nothing */
			i++;
			continue;
		}
		if (line.p[i] != '/')
			continue;
		while (tail.n > 0 && (tail.p[0] == 'i' || tail.p[0] == 's'))
			tail = bytes_from(tail, 1);
		if (tail.n > 0 && is_word(tail.p[0]))
			continue;
		if (condition ? follows_condition(tail) : follows_string(tail)) {
			*end = i;
			n += n < 2;
		}
	}
	return n;
}

void
slash_escape(struct bytes re, struct buf *out)
{
	for (size_t i = 0; i < re.n; i++) {
		if (re.p[i] == '/')
			buf_u8(out, '\\');
		buf_u8(out, re.p[i]);
		if (re.p[i] == '\\' && i + 1 < re.n)
			buf_u8(out, re.p[++i]);
	}
}
