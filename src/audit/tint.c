/*
 * tint.c - see tint.h.
 *
 * In YARA's language a slash begins a comment or a regular expression (division is a
 * backslash), and a brace behind "=" a hex string; so little memory is enough.
 */
#include "audit/tint.h"

#include "base/err.h"

static const char *const words[] = { "all", "and", "any", "ascii", "at", "base64",
	"base64wide", "condition", "contains", "defined", "endswith", "entrypoint",
	"false", "filesize", "for", "fullword", "global", "icontains", "iendswith",
	"iequals", "import", "in", "include", "istartswith", "matches", "meta", "nocase",
	"none", "not", "of", "or", "private", "rule", "startswith", "strings", "them",
	"true", "wide", "xor" };

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
	       c == '_';
}

/* Up to just behind the next end, or to the end of the text. */
static size_t
behind(struct bytes t, size_t from, const char *end)
{
	uint64_t at = bytes_find(t, from, bytes_of(end));

	return at == UINT64_MAX ? t.n : (size_t)at + strlen(end);
}

/* A literal that ends with quote on the same line; a backslash keeps what follows. */
static size_t
literal(struct bytes t, size_t from, uint8_t quote)
{
	for (size_t i = from; i < t.n; i++) {
		if (t.p[i] == '\n')
			return i;
		if (t.p[i] == quote)
			return i + 1;
		if (t.p[i] == '\\' && i + 1 < t.n && t.p[i + 1] != '\n')
			i++;
	}
	return t.n;
}

/* Behind the flags of a regular expression. */
static size_t
regex(struct bytes t, size_t from)
{
	size_t i = literal(t, from, '/');

	while (i < t.n && t.p[i - 1] != '\n' && (t.p[i] == 'i' || t.p[i] == 's'))
		i++;
	return i;
}

static size_t
word_end(struct bytes t, size_t i)
{
	while (i < t.n && is_name(t.p[i]))
		i++;
	return i;
}

static bool
is_word(struct bytes b)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_eq(b, bytes_of(words[i])))
			return true;
	return false;
}

/* A name: of a rule behind "rule", a keyword, or anything. */
static enum tint_kind
name(struct tint *t, struct bytes b)
{
	bool named = t->named;

	t->named = false;
	t->value = false;
	if (named && !is_word(b)) {
		t->rule = b;
		return TINT_RULE;
	}
	if (!is_word(b))
		return TINT_PLAIN;
	t->named = t->depth == 0 && bytes_eq(b, BYTES_LIT("rule"));
	return TINT_WORD;
}

/* A single byte that may open or close something. */
static void
sign(struct tint *t, uint8_t c)
{
	if (c == '{')
		t->depth++;
	else if (c == '}' && t->depth > 0) {
		t->depth--;
		t->ending = t->depth == 0;
	}
	if (c > ' ') {
		t->value = c == '=';
		t->named = false;
	}
}

static size_t
blank(struct bytes t, size_t i)
{
	while (i < t.n &&
	       (t.p[i] == ' ' || t.p[i] == '\t' || t.p[i] == '\n' || t.p[i] == '\r'))
		i++;
	return i;
}

/* The end of the piece that begins at i, and its kind. */
static size_t
piece(struct tint *t, size_t i, enum tint_kind *kind)
{
	struct bytes s = t->text;
	uint8_t c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;
	size_t end = blank(s, i);

	*kind = TINT_PLAIN;
	if (end > i)
		return end;
	if (c == '/' && (next == '/' || next == '*')) {
		*kind = TINT_COMMENT;
		return next == '*' ? behind(s, i + 2, "*/") : literal(s, i, '\n');
	}
	if (is_name(c)) {
		end = word_end(s, i);
		*kind = is_digit(c) ? TINT_NUMBER : name(t, bytes_sub(s, i, end - i));
		return end;
	}
	if (c == '{' && t->value && t->depth > 0) {
		t->value = false;
		*kind = TINT_HEX;
		return behind(s, i, "}");
	}
	sign(t, c);
	if (c == '"' || c == '/') {
		*kind = c == '"' ? TINT_STRING : TINT_REGEX;
		return c == '"' ? literal(s, i + 1, c) : regex(s, i + 1);
	}
	if (c == '$' || ((c == '#' || c == '@' || c == '!') && is_name(next))) {
		*kind = TINT_VARIABLE;
		return word_end(s, i + 1);
	}
	return i + 1;
}

bool
tint_next(struct tint *t, struct tint_piece *out)
{
	size_t from = t->at;

	if (from >= t->text.n)
		return false;
	if (t->ending) { /* the brace was the last piece of its rule */
		t->rule = (struct bytes){ 0 };
		t->ending = false;
	}
	t->at = piece(t, from, &out->kind);
	if (t->at <= from)
		t->at = from + 1;
	out->text = bytes_sub(t->text, from, t->at - from);
	out->rule = t->rule;
	return true;
}
