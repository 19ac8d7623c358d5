#include "format/jread.h"

#include "base/text.h"
#include "format/utf.h"

static int
peek(const struct jread *j)
{
	return j->at < j->text.n ? j->text.p[j->at] : -1;
}

static void
skip_blanks(struct jread *j)
{
	while (peek(j) == ' ' || peek(j) == '\t' || peek(j) == '\n' || peek(j) == '\r')
		j->at++;
}

/* c, after blanks; else the reader has failed. */
static void
expect(struct jread *j, char c)
{
	skip_blanks(j);
	if (peek(j) == c)
		j->at++;
	else
		j->bad = true;
}

char
jread_next(struct jread *j)
{
	int c;

	skip_blanks(j);
	c = peek(j);
	if (j->bad || c < 0)
		return 0;
	if (c == '-' || (c >= '0' && c <= '9'))
		return '0';
	return strchr("{[\"tfn", c) != NULL ? (char)c : 0;
}

void
jread_open(struct jread *j, char bracket)
{
	expect(j, bracket);
	j->bad |= ++j->depth > JREAD_DEPTH;
	j->first = true;
}

/* Past the comma before the next one, or past the closing bracket: then false. */
static bool
another(struct jread *j, char close)
{
	bool first = j->first;

	j->first = false;
	skip_blanks(j);
	if (j->bad)
		return false;
	if (peek(j) == close) {
		j->at++;
		j->depth--;
		return false;
	}
	if (!first)
		expect(j, ',');
	return !j->bad;
}

bool
jread_member(struct jread *j, struct bytes *key)
{
	if (!another(j, '}'))
		return false;
	*key = jread_string(j);
	expect(j, ':');
	return !j->bad;
}

bool
jread_element(struct jread *j)
{
	return another(j, ']');
}

/* Where a string's closing quote stands; SIZE_MAX: it is none. */
static size_t
find_quote(const struct jread *j, bool *escapes)
{
	*escapes = false;
	for (size_t at = j->at; at < j->text.n; at++) {
		uint8_t c = j->text.p[at];

		if (c == '"')
			return at;
		if (c < 0x20)
			break;
		if (c == '\\') {
			*escapes = true;
			at++;
		}
	}
	return SIZE_MAX;
}

/* Four hex digits; -1: they are none. */
static int32_t
hex4(struct bytes s, size_t at)
{
	int32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		int d = at + i < s.n ? text_hex(s.p[at + i]) : -1;

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/*
 * \uXXXX at at, behind the u: its code, of two for a pair; -1: no good. at may end behind
 * s when the escape is cut: then the code is -1, and nobody reads on.
 */
static int32_t
read_code(struct bytes s, size_t *at)
{
	int32_t high = hex4(s, *at), low;

	*at += 4;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || *at + 2 > s.n || s.p[*at] != '\\' || s.p[*at + 1] != 'u')
		return -1;
	low = hex4(s, *at + 2);
	*at += 6;
	return low < 0xdc00 || low > 0xdfff
		   ? -1
		   : 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
}

/*
 * The escape at at, behind the backslash; bytes written to out, 0: no good. at < s.n:
 * find_quote has skipped what stands behind each backslash, so the closing quote is not
 * it.
 */
static size_t
read_escape(struct bytes s, size_t *at, uint8_t *out)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *found = s.p[*at] ? strchr(letters, s.p[*at]) : NULL;
	int32_t code;

	(*at)++;
	if (found != NULL) {
		*out = (uint8_t)meant[found - letters];
		return 1;
	}
	code = s.p[*at - 1] == 'u' ? read_code(s, at) : -1;
	return code < 0 ? 0 : utf_put(out, (uint32_t)code);
}

/* s without its escapes, each of which is longer than what it stands for. */
static struct bytes
unescape(struct jread *j, struct bytes s)
{
	uint8_t *out = arena_alloc(j->arena, s.n + 1);
	size_t n = 0, used;

	if (out == NULL)
		return (struct bytes){ 0 };
	for (size_t at = 0; at < s.n;) {
		if (s.p[at] != '\\') {
			out[n++] = s.p[at++];
			continue;
		}
		at++;
		used = read_escape(s, &at, out + n);
		if (used == 0)
			return (struct bytes){ 0 };
		n += used;
	}
	return (struct bytes){ out, n };
}

struct bytes
jread_string(struct jread *j)
{
	struct bytes s;
	bool escapes;
	size_t end;

	expect(j, '"');
	end = j->bad ? SIZE_MAX : find_quote(j, &escapes);
	if (end == SIZE_MAX) {
		j->bad = true;
		return (struct bytes){ 0 };
	}
	s = bytes_sub(j->text, j->at, end - j->at);
	j->at = end + 1;
	if (!text_is_utf8(s))
		s = (struct bytes){ 0 };
	else if (escapes)
		s = unescape(j, s);
	j->bad |= s.p == NULL;
	return s;
}

/* Its escapes are looked at, but not what they mean, nor whether all is UTF-8. */
static void
skip_string(struct jread *j)
{
	size_t end;
	bool escapes;

	expect(j, '"');
	end = j->bad ? SIZE_MAX : find_quote(j, &escapes);
	j->bad |= end == SIZE_MAX;
	while (!j->bad && j->at < end) {
		if (j->text.p[j->at++] != '\\')
			continue;
		if (j->text.p[j->at++] == 'u')
			j->bad |= hex4(j->text, j->at) < 0;
		else
			j->bad |= strchr("\"\\/bfnrt", j->text.p[j->at - 1]) == NULL;
	}
	j->at++;
}

static bool
skip_digits(struct jread *j)
{
	size_t from = j->at;

	while (peek(j) >= '0' && peek(j) <= '9')
		j->at++;
	return j->at > from;
}

/* RFC 8259, section 6. */
static void
skip_number(struct jread *j)
{
	bool ok;

	if (peek(j) == '-')
		j->at++;
	if (peek(j) == '0')
		ok = j->at++ < SIZE_MAX;
	else
		ok = skip_digits(j);
	if (ok && peek(j) == '.') {
		j->at++;
		ok = skip_digits(j);
	}
	if (ok && (peek(j) == 'e' || peek(j) == 'E')) {
		j->at++;
		if (peek(j) == '+' || peek(j) == '-')
			j->at++;
		ok = skip_digits(j);
	}
	j->bad |= !ok;
}

static void
skip_word(struct jread *j, struct bytes word)
{
	if (bytes_eq(bytes_sub(j->text, j->at, word.n), word))
		j->at += word.n;
	else
		j->bad = true;
}

static void
skip_scalar(struct jread *j, char kind)
{
	switch (kind) {
	case '"': skip_string(j); break;
	case '0': skip_number(j); break;
	case 't': skip_word(j, BYTES_LIT("true")); break;
	case 'f': skip_word(j, BYTES_LIT("false")); break;
	case 'n': skip_word(j, BYTES_LIT("null")); break;
	default: j->bad = true; break;
	}
}

static void
set_bit(uint8_t *bits, unsigned at, bool on)
{
	uint8_t bit = (uint8_t)(1 << at % 8);

	bits[at / 8] = on ? bits[at / 8] | bit : bits[at / 8] & (uint8_t)~bit;
}

/*
 * Bit d of brace tells whether the bracket at depth d is one. Nothing recurses, as a file
 * may be nothing but brackets: one bit for each open one. depth <= JREAD_DEPTH unless j
 * is bad, and brace has a bit more than that.
 */
void
jread_skip(struct jread *j)
{
	unsigned outside = j->depth;
	uint8_t brace[JREAD_DEPTH / 8 + 1] = { 0 };
	struct bytes key;

	do {
		char kind = jread_next(j);

		if (kind == '{' || kind == '[') {
			jread_open(j, kind);
			if (!j->bad)
				set_bit(brace, j->depth, kind == '{');
		} else {
			skip_scalar(j, kind);
		}
		while (!j->bad && j->depth > outside &&
		       !(brace[j->depth / 8] >> j->depth % 8 & 1 ? jread_member(j, &key)
								 : jread_element(j)))
			;
	} while (!j->bad && j->depth > outside);
}

bool
jread_done(struct jread *j)
{
	skip_blanks(j);
	return !j->bad && j->depth == 0 && j->at == j->text.n;
}
