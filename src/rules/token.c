/*
 * token.c - the lexer: YARA's tokens by YARA's rules, with their places. It makes texts
 * without escapes in the arena, and never reads behind the text: a byte beyond is 0,
 * which no token has.
 */
#include "rules/token.h"

#include <stdlib.h>

#define IDENT_MAX 128 /* YARA's; YARA-X has no limit */

/* clang-format off */
static const char *const names[TOK_COUNT] = {
#define TOK_TEXT(name, text) text,
	TOKENS(TOK_TEXT)
#undef TOK_TEXT
};

enum char_class {
	ALPHA = 1 << 0, /* begins an identifier */
	DIGIT = 1 << 1,
	HEX = 1 << 2,
	BODY = 1 << 3, /* may stand in a hex string */
	BLANK = 1 << 4,
};

static const uint8_t classes[256] = {
	['a' ... 'f'] = ALPHA | HEX | BODY, ['g' ... 'z'] = ALPHA,
	['A' ... 'F'] = ALPHA | HEX | BODY, ['G' ... 'Z'] = ALPHA, ['_'] = ALPHA,
	['0' ... '9'] = DIGIT | HEX | BODY,
	[' '] = BLANK | BODY, ['\t'] = BLANK | BODY, ['\n'] = BLANK | BODY,
	['\r'] = BLANK | BODY,
	['-'] = BODY, ['|'] = BODY, ['~'] = BODY, ['?'] = BODY, ['['] = BODY,
	[']'] = BODY, ['('] = BODY, [')'] = BODY,
};

struct word {
	const char *text;
	enum tok kind;
};

/* Sorted: found by binary search. */
static const struct word words[] = {
	{ "all", TOK_ALL }, { "and", TOK_AND }, { "any", TOK_ANY }, { "ascii", TOK_ASCII },
	{ "at", TOK_AT }, { "base64", TOK_BASE64 }, { "base64wide", TOK_BASE64WIDE },
	{ "condition", TOK_CONDITION }, { "contains", TOK_CONTAINS },
	{ "defined", TOK_DEFINED }, { "endswith", TOK_ENDSWITH },
	{ "entrypoint", TOK_ENTRYPOINT }, { "false", TOK_FALSE },
	{ "filesize", TOK_FILESIZE }, { "for", TOK_FOR }, { "fullword", TOK_FULLWORD },
	{ "global", TOK_GLOBAL }, { "icontains", TOK_ICONTAINS },
	{ "iendswith", TOK_IENDSWITH }, { "iequals", TOK_IEQUALS },
	{ "import", TOK_IMPORT }, { "in", TOK_IN }, { "istartswith", TOK_ISTARTSWITH },
	{ "matches", TOK_MATCHES }, { "meta", TOK_META }, { "nocase", TOK_NOCASE },
	{ "none", TOK_NONE }, { "not", TOK_NOT }, { "of", TOK_OF }, { "or", TOK_OR },
	{ "private", TOK_PRIVATE }, { "rule", TOK_RULE }, { "startswith", TOK_STARTSWITH },
	{ "strings", TOK_STRINGS }, { "them", TOK_THEM }, { "true", TOK_TRUE },
	{ "wide", TOK_WIDE }, { "xor", TOK_XOR },
};

/* One or two characters; the longer ones first. */
static const struct word signs[] = {
	{ "..", TOK_DOTS }, { "==", TOK_EQ }, { "!=", TOK_NE }, { "<=", TOK_LE },
	{ ">=", TOK_GE }, { "<<", TOK_SHL }, { ">>", TOK_SHR }, { "<", TOK_LT },
	{ ">", TOK_GT }, { "|", TOK_BAR }, { "^", TOK_CARET }, { "&", TOK_AMP },
	{ "+", TOK_PLUS }, { "-", TOK_MINUS }, { "*", TOK_STAR }, { "\\", TOK_DIV },
	{ "%", TOK_PERCENT }, { "~", TOK_TILDE }, { "{", TOK_LBRACE },
	{ "}", TOK_RBRACE }, { ":", TOK_COLON }, { "=", TOK_ASSIGN }, { "(", TOK_LPAREN },
	{ ")", TOK_RPAREN }, { ".", TOK_DOT }, { "[", TOK_LBRACKET },
	{ "]", TOK_RBRACKET }, { ",", TOK_COMMA },
};

static const struct {
	const char *name;
	struct tok_read read;
	bool x;
} reads[] = {
	{ "int8", { 8, true, false, false }, false },
	{ "int16", { 16, true, false, false }, false },
	{ "int32", { 32, true, false, false }, false },
	{ "uint8", { 8, false, false, false }, false },
	{ "uint16", { 16, false, false, false }, false },
	{ "uint32", { 32, false, false, false }, false },
	{ "int8be", { 8, true, true, false }, false },
	{ "int16be", { 16, true, true, false }, false },
	{ "int32be", { 32, true, true, false }, false },
	{ "uint8be", { 8, false, true, false }, false },
	{ "uint16be", { 16, false, true, false }, false },
	{ "uint32be", { 32, false, true, false }, false },
	{ "int64", { 64, true, false, false }, true },
	{ "uint64", { 64, false, false, false }, true },
	{ "float32", { 32, true, false, true }, true },
	{ "float64", { 64, true, false, true }, true },
	{ "int64be", { 64, true, true, false }, true },
	{ "uint64be", { 64, false, true, false }, true },
	{ "float32be", { 32, true, true, true }, true },
	{ "float64be", { 64, true, true, true }, true },
};
/* clang-format on */

static bool
is(uint8_t c, unsigned class)
{
	return classes[c] & class;
}

/* The byte n places ahead, or 0 behind the end (a NUL is no token either). */
static uint8_t
ahead(const struct lexer *lx, size_t n)
{
	return n < (size_t)(lx->end - lx->p) ? lx->p[n] : 0;
}

static size_t
left(const struct lexer *lx)
{
	return (size_t)(lx->end - lx->p);
}

void
lex_init(struct lexer *lx, struct bytes text, struct arena *a, bool yara_only)
{
	if (text.p == NULL) /* no text is a place, too: pointers are subtracted */
		text = BYTES_LIT("");
	*lx = (struct lexer){ .line = 1, .arena = a, .yara_only = yara_only };
	lx->p = lx->bol = text.p;
	lx->end = text.p + text.n;
}

const char *
tok_name(enum tok kind)
{
	return names[kind];
}

bool
tok_read_find(struct bytes name, bool x, struct tok_read *out)
{
	if (name.n < 4 || name.n > 9 || strchr("iuf", name.p[0]) == NULL)
		return false;
	for (size_t i = 0; i < COUNT(reads); i++) {
		if (reads[i].x == x && bytes_eq(bytes_of(reads[i].name), name)) {
			*out = reads[i].read;
			return true;
		}
	}
	return false;
}

/* Counts the line breaks between p and to, and moves there. */
static void
advance(struct lexer *lx, const uint8_t *to)
{
	const uint8_t *nl = lx->p;

	while ((nl = memchr(nl, '\n', (size_t)(to - nl))) != NULL) {
		lx->line++;
		lx->bol = ++nl;
	}
	lx->p = to;
}

/* An error of the text: as in YARA it is the last thing that is read. */
static void
error(struct lexer *lx, struct token *t, const char *text)
{
	t->kind = TOK_ERROR;
	t->s = bytes_of(text);
	lx->terminated = true;
}

/* Blanks and comments. A block comment without an end swallows the rest, as in YARA. */
static void
skip_blanks(struct lexer *lx)
{
	while (lx->p < lx->end) {
		const uint8_t *p;

		if (is(*lx->p, BLANK)) {
			for (p = lx->p; p < lx->end && is(*p, BLANK); p++)
				;
		} else if (*lx->p == '/' && ahead(lx, 1) == '/') {
			p = memchr(lx->p, '\n', left(lx));
		} else if (*lx->p == '/' && ahead(lx, 1) == '*') {
			struct bytes rest = { lx->p + 2, left(lx) - 2 };
			uint64_t at = bytes_find(rest, 0, BYTES_LIT("*/"));

			p = at == UINT64_MAX ? NULL : rest.p + at + 2;
		} else {
			return;
		}
		advance(lx, p ? p : lx->end);
	}
}

/* Length of the run of identifier characters from n on. */
static size_t
ident_run(const struct lexer *lx, size_t n)
{
	while (n < left(lx) && is(lx->p[n], ALPHA | DIGIT))
		n++;
	return n;
}

static enum tok
keyword(struct bytes s)
{
	size_t lo = 0, hi = COUNT(words);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = bytes_cmp(s, bytes_of(words[mid].text));

		if (c == 0)
			return words[mid].kind;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return TOK_IDENT;
}

/* `include` is special only before blanks and a quote on the same line. */
static bool
lex_include(struct lexer *lx, struct token *t)
{
	const uint8_t *p = lx->p + 7, *close;

	while (p < lx->end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == lx->p + 7 || p == lx->end || *p != '"')
		return false;
	close = memchr(p + 1, '"', (size_t)(lx->end - p - 1));
	if (close == NULL || close == p + 1)
		return false;
	t->kind = TOK_INCLUDE;
	t->s = (struct bytes){ p + 1, (size_t)(close - p - 1) };
	advance(lx, close + 1);
	return true;
}

static void
lex_word(struct lexer *lx, struct token *t)
{
	struct bytes s = { lx->p, ident_run(lx, 1) };

	if (bytes_eq(s, BYTES_LIT("include")) && lex_include(lx, t))
		return;
	lx->p += s.n;
	if (lx->yara_only && s.n > IDENT_MAX)
		error(lx, t, "identifier too long");
	else if (tok_read_find(s, false, &t->u.read))
		t->kind = TOK_READ;
	else
		t->kind = keyword(s);
}

/* $a $a* #a @a !a: anything may follow the sign, nothing too. */
static void
lex_string_name(struct lexer *lx, struct token *t)
{
	uint8_t sign = *lx->p;
	size_t n = ident_run(lx, 1);

	t->kind = sign == '$'   ? TOK_STR
		  : sign == '#' ? TOK_STR_COUNT
		  : sign == '@' ? TOK_STR_OFFSET
				: TOK_STR_LENGTH;
	if (sign == '$' && ahead(lx, n) == '*') {
		t->kind = TOK_STR_WILD;
		n++;
	}
	lx->p += n;
}

static unsigned
digit_of(uint8_t c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
}

/* Is what begins at n the name of a meta, `_1 = ...`? */
static bool
is_meta(const struct lexer *lx, size_t n)
{
	n = ident_run(lx, n);
	while (is(ahead(lx, n), BLANK))
		n++;
	return ahead(lx, n) == '=' && ahead(lx, n + 1) != '=';
}

/* YARA-X allows an underscore between digits; YARA begins a name there. */
static bool
digit_at(const struct lexer *lx, size_t n, unsigned base)
{
	uint8_t c = ahead(lx, n);

	if (c == '_' && !lx->yara_only && !is_meta(lx, n))
		c = ahead(lx, n + 1);
	return is(c, HEX) && digit_of(c) < base;
}

/* Digits from *n on; false when the number does not fit. */
static bool
digits(const struct lexer *lx, size_t *n, unsigned base, int64_t *out)
{
	int64_t v = 0;
	bool fits = true;

	for (; digit_at(lx, *n, base); ++*n) {
		*n += lx->p[*n] == '_';
		fits = fits && !__builtin_mul_overflow(v, (int64_t)base, &v) &&
		       !__builtin_add_overflow(v, (int64_t)digit_of(lx->p[*n]), &v);
	}
	*out = v;
	return fits;
}

static enum err
lex_float(struct lexer *lx, struct token *t, size_t n)
{
	int64_t unused;
	char *copy;
	size_t len = 0;

	n++;
	(void)digits(lx, &n, 10, &unused);
	copy = arena_alloc(lx->arena, n + 1);
	if (copy == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < n; i++) {
		if (lx->p[i] != '_')
			copy[len++] = (char)lx->p[i];
	}
	lx->p += n;
	t->kind = TOK_FLOAT;
	t->u.f = strtod(copy, NULL);
	return OK;
}

/* A number that does not fit: YARA shows it as it is written. */
static enum err
overflow(struct lexer *lx, struct token *t)
{
	size_t n = (size_t)(lx->p - t->text.p);
	char *text = arena_printf(lx->arena, "integer overflow in \"%.*s\"",
	    (int)(n < 300 ? n : 300), (const char *)t->text.p);

	if (text == NULL)
		return ERR_LIMIT;
	error(lx, t, text);
	return OK;
}

static enum err
lex_number(struct lexer *lx, struct token *t)
{
	unsigned base = 10;
	int64_t v, unit = 1;
	size_t n = 0;
	bool fits;

	if (*lx->p == '0' && ahead(lx, 1) == 'x' && is(ahead(lx, 2), HEX))
		base = 16;
	else if (*lx->p == '0' && ahead(lx, 1) == 'o' && is(ahead(lx, 2), DIGIT) &&
		 ahead(lx, 2) < '8')
		base = 8;
	n = base == 10 ? 0 : 2;
	fits = digits(lx, &n, base, &v);
	if (base == 10 && ahead(lx, n) == '.' && is(ahead(lx, n + 1), DIGIT))
		return lex_float(lx, t, n);
	if (base == 10 && ahead(lx, n + 1) == 'B' &&
	    (ahead(lx, n) == 'K' || ahead(lx, n) == 'M')) {
		unit = ahead(lx, n) == 'K' ? 1024 : 1048576;
		n += 2;
	}
	lx->p += n;
	if (__builtin_mul_overflow(v, unit, &v) || !fits)
		return overflow(lx, t);
	t->kind = TOK_NUMBER;
	t->u.i = v;
	return OK;
}

/* What stands behind a backslash at p: how long it is, and the byte; 0: illegal. */
static size_t
escape(const struct lexer *lx, const uint8_t *p, uint8_t *out)
{
	static const char from[] = "\"\\tnr", to[] = "\"\\\t\n\r";
	size_t n = (size_t)(lx->end - p);
	const char *known;

	if (n == 0)
		return 0;
	if (*p == 'x' && n >= 3 && is(p[1], HEX) && is(p[2], HEX)) {
		*out = (uint8_t)(digit_of(p[1]) << 4 | digit_of(p[2]));
		return 3;
	}
	if (*p == '0' && !lx->yara_only) { /* YARA-X */
		*out = 0;
		return 1;
	}
	known = *p != 0 ? strchr(from, *p) : NULL;
	if (known == NULL)
		return 0;
	*out = (uint8_t)to[known - from];
	return 1;
}

/* Where the text that begins at p ends: its quote, or NULL with the error set. */
static const uint8_t *
text_end(struct lexer *lx, struct token *t, const uint8_t *p, bool *escaped)
{
	uint8_t unused;

	for (; p < lx->end && *p != '"'; p++) {
		size_t n;

		if (*p == '\n') {
			advance(lx, p + 1);
			error(lx, t, "unterminated string");
			return NULL;
		}
		if (*p != '\\')
			continue;
		*escaped = true;
		n = escape(lx, p + 1, &unused);
		if (n == 0) {
			advance(lx, p + 2 < lx->end ? p + 2 : lx->end);
			error(lx, t, "illegal escape sequence");
			return NULL;
		}
		p += n;
	}
	return p;
}

static enum err
lex_text(struct lexer *lx, struct token *t)
{
	const uint8_t *p = lx->p + 1;
	bool escaped = false;
	const uint8_t *close = text_end(lx, t, p, &escaped);
	uint8_t *out;
	size_t n = 0;

	if (close == NULL)
		return OK;
	if (close == lx->end) { /* YARA says no more than that the file ends here */
		t->kind = TOK_EOF;
		advance(lx, close);
		return OK;
	}
	t->kind = TOK_TEXT;
	t->s = (struct bytes){ p, (size_t)(close - p) };
	lx->p = close + 1;
	if (!escaped)
		return OK;
	out = arena_alloc(lx->arena, t->s.n);
	if (out == NULL)
		return ERR_LIMIT;
	for (; p < close; p++) {
		out[n] = *p;
		if (*p == '\\')
			p += escape(lx, p + 1, &out[n]);
		n++;
	}
	t->s = (struct bytes){ out, n };
	return OK;
}

/* The suffix of a regex: i and s, in this order; YARA-X takes any. */
static void
regex_flags(struct lexer *lx, struct token *t)
{
	t->u.re.nocase = t->u.re.dotall = false;
	for (uint8_t c; (c = ahead(lx, 0)) == 'i' || c == 's'; lx->p++) {
		bool *flag = c == 'i' ? &t->u.re.nocase : &t->u.re.dotall;

		if (*flag || (lx->yara_only && c == 'i' && t->u.re.dotall))
			break;
		*flag = true;
	}
}

static void
lex_regex(struct lexer *lx, struct token *t)
{
	const uint8_t *p = lx->p + 1;

	for (; p < lx->end && *p != '/'; p++) {
		if (*p == '\\' && p + 1 < lx->end && p[1] != '\n')
			p++;
		else if (*p == '\n')
			break;
	}
	t->s = (struct bytes){ lx->p + 1, (size_t)(p - lx->p - 1) };
	if (p < lx->end && *p == '\n') {
		advance(lx, p + 1);
		error(lx, t, "unterminated regular expression");
		return;
	}
	t->kind = p < lx->end ? TOK_REGEX : TOK_EOF;
	lx->p = p < lx->end ? p + 1 : p;
	if (t->kind == TOK_REGEX)
		regex_flags(lx, t);
}

/* The last brace of a line comment in a hex string, where it may end after all. */
static const uint8_t *
comment_brace(const uint8_t *p, const uint8_t *end)
{
	return memrchr(p, '}', (size_t)(end - p));
}

/*
 * The closing brace of a hex string, or NULL when it is none. Like YARA's lexer
 * this takes the longest reading: a brace within a line comment closes only
 * when the lines below do not go on as a hex string.
 */
static const uint8_t *
hex_end(const struct lexer *lx)
{
	const uint8_t *p = lx->p + 1, *spare = NULL;

	while (p < lx->end && *p != '}') {
		struct bytes rest = { p, (size_t)(lx->end - p) };

		if (is(*p, BODY)) {
			p++;
		} else if (rest.n > 1 && p[0] == '/' && p[1] == '/') {
			const uint8_t *eol = memchr(p, '\n', rest.n);
			const uint8_t *brace = comment_brace(p, eol ? eol : lx->end);

			spare = brace ? brace : spare;
			p = eol ? eol : lx->end;
		} else if (rest.n > 3 && p[0] == '/' && p[1] == '*') {
			uint64_t at = bytes_find(rest, 2, BYTES_LIT("*/"));

			if (at == UINT64_MAX)
				return spare;
			p += at + 2;
		} else {
			return spare;
		}
	}
	return p < lx->end && p > lx->p + 1 ? p : spare;
}

static bool
lex_hex(struct lexer *lx, struct token *t)
{
	const uint8_t *close = hex_end(lx);

	if (close == NULL)
		return false;
	t->kind = TOK_HEX;
	t->s = (struct bytes){ lx->p + 1, (size_t)(close - lx->p - 1) };
	advance(lx, close + 1);
	return true;
}

static void
lex_sign(struct lexer *lx, struct token *t)
{
	t->kind = TOK_OTHER;
	for (size_t i = 0; i < COUNT(signs); i++) {
		const char *s = signs[i].text;

		if (s[0] == (char)*lx->p && (s[1] == 0 || s[1] == (char)ahead(lx, 1))) {
			t->kind = signs[i].kind;
			lx->p += strlen(s);
			return;
		}
	}
	if (*lx->p < ' ' || *lx->p > '~')
		error(lx, t, "non-ascii character");
	lx->p++;
}

static enum err
lex_any(struct lexer *lx, struct token *t)
{
	uint8_t c = *lx->p;

	if (is(c, DIGIT))
		return lex_number(lx, t);
	if (c == '"')
		return lex_text(lx, t);
	if (is(c, ALPHA))
		lex_word(lx, t);
	else if (c == '$' || c == '#' || c == '@' || (c == '!' && ahead(lx, 1) != '='))
		lex_string_name(lx, t);
	else if (c == '/')
		lex_regex(lx, t);
	else if (c != '{' || !lex_hex(lx, t))
		lex_sign(lx, t);
	return OK;
}

/* How much of the token stands on its first line: that is what gets underlined. */
static uint32_t
first_line_width(struct bytes s)
{
	const uint8_t *nl = memchr(s.p, '\n', s.n);

	return (uint32_t)(nl ? (size_t)(nl - s.p) : s.n);
}

enum err
lex_next(struct lexer *lx, struct token *out)
{
	struct token t = { .kind = TOK_EOF };

	if (!lx->terminated)
		skip_blanks(lx);
	t.line = lx->line;
	t.col = (uint32_t)(lx->p - lx->bol) + 1;
	t.text.p = lx->p;
	if (!lx->terminated && lx->p < lx->end) {
		TRY(lex_any(lx, &t));
		t.text.n = (size_t)(lx->p - t.text.p);
		t.width =
		    t.line == lx->line ? (uint32_t)t.text.n : first_line_width(t.text);
	}
	t.end_line = lx->line;
	*out = t;
	return OK;
}
