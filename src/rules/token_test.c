/* token_test.c - the lexer: kinds, values, places, and every prefix of a source. */
#include "rules/token.h"

#include <stdio.h>

#include "tests/tap.h"

struct row {
	const char *text, *want; /* names of the tokens, joined by blanks */
	bool x;                  /* YARA-X's additions are taken */
};

/* clang-format off */
static const struct row rows[] = {
	{ "", "end of file" },
	{ "rule a", "<rule> identifier end of file" },
	{ "rules rule_ Rule", "identifier identifier identifier end of file" },
	{ "/* x */ // y\n1", "integer number end of file" },
	{ "/*/ 1", "end of file" },
	{ "/* 1", "end of file" },
	{ "1.5 1..2 0x1F 0o17 2KB", "floating point number integer number .. integer number "
	    "integer number integer number integer number end of file" },
	{ "1.x 0x 0o8", "integer number '.' identifier integer number identifier "
	    "integer number identifier end of file" },
	{ "1_000 1_0.5", "integer number floating point number end of file", true },
	{ "1_000", "integer number identifier end of file" },
	{ "9223372036854775807", "integer number end of file" },
	{ "9223372036854775808", "error end of file" },
	{ "0xffffffffffffffff", "error end of file" },
	{ "9007199254740992KB", "error end of file" },
	{ "$ $a $a* $* #a @a !a != !", "string identifier string identifier "
	    "string identifier with wildcard string identifier with wildcard string count "
	    "string offset string length != string length end of file" },
	{ "\"a\\x41\\n\" \"\"", "text string text string end of file" },
	{ "\"a\\q\" x", "error end of file" },
	{ "\"a\\0\"", "error end of file" },
	{ "\"a\\0\"", "text string end of file", true },
	{ "\"a\nb\"", "error end of file" },
	{ "\"a", "end of file" },
	{ "/a\\/b/is x", "regular expression identifier end of file" },
	{ "/a/si", "regular expression identifier end of file" },
	{ "/a/si", "regular expression end of file", true },
	{ "/a\nb/", "error end of file" },
	{ "/a", "end of file" },
	{ "{ 41 ?? ~4? [1-] ( 1 | 2 ) }", "hex string end of file" },
	{ "{}", "'{' '}' end of file" },
	{ "{ }", "hex string end of file" },
	{ "{ meta", "'{' <meta> end of file" },
	{ "{ 41 // } \n 42 }", "hex string end of file" },
	{ "{ 41 // } \n x }", "hex string identifier '}' end of file" },
	{ "{ 41 /* } */ 42 }", "hex string end of file" },
	{ "{ 41 /* }", "'{' integer number end of file" },
	{ "include \"x\" include x", "include identifier identifier end of file" },
	{ "include\n\"x\"", "identifier text string end of file" },
	{ "< << <= = == > >> >=", "< << <= '=' == > >> >= end of file" },
	{ "; \x7f 1", "invalid token error end of file" },
	{ "\xef\xbb\xbfrule", "error end of file" },
	{ "uint16be int8 uint64 iequals", "integer function integer function identifier "
	    "<iequals> end of file" },
};
/* clang-format on */

/* All tokens of the text by name, up to the first end of file. */
static const char *
names_of(struct arena *a, struct bytes text, bool x)
{
	static char out[4096];
	struct lexer lx;
	struct token t;
	size_t n = 0;

	lex_init(&lx, text, a, !x);
	do {
		if (!CHECK(lex_next(&lx, &t) == OK))
			break;
		CHECK(t.text.p >= text.p && t.text.p + t.text.n <= text.p + text.n);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s ", tok_name(t.kind));
	} while (t.kind != TOK_EOF && n < sizeof(out) - 64);
	out[n - 1] = 0;
	return out;
}

TEST(kinds)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a;

		arena_init(&a, 1 << 20);
		ROW("%s", rows[i].text);
		EQ_S(names_of(&a, test_copy(bytes_of(rows[i].text)), rows[i].x),
		    rows[i].want);
		arena_done(&a);
	}
}

/* The n-th token of the text. */
static struct token
token_at(struct arena *a, const char *text, unsigned n)
{
	struct token t = { 0 };
	struct lexer lx;

	lex_init(&lx, bytes_of(text), a, false);
	for (unsigned i = 0; i <= n; i++)
		CHECK(lex_next(&lx, &t) == OK);
	return t;
}

TEST(values)
{
	struct arena a;
	struct token t;

	arena_init(&a, 1 << 20);
	EQ_I(token_at(&a, "0xff", 0).u.i, 255);
	EQ_I(token_at(&a, "3MB", 0).u.i, 3 << 20);
	EQ_I(token_at(&a, "0o17", 0).u.i, 15);
	CHECK(token_at(&a, "2.5", 0).u.f == 2.5);
	EQ_B(token_at(&a, "\"a\\x00\\\"\\t\\\\\"", 0).s, BYTES_LIT("a\0\"\t\\"));
	EQ_B(token_at(&a, "/a\\/b/i", 0).s, BYTES_LIT("a\\/b"));
	CHECK(
	    token_at(&a, "/a/i", 0).u.re.nocase && !token_at(&a, "/a/i", 0).u.re.dotall);
	EQ_B(token_at(&a, "{ 4 }", 0).s, BYTES_LIT(" 4 "));
	EQ_B(token_at(&a, "include \"x/y\"", 0).s, BYTES_LIT("x/y"));
	t = token_at(&a, "uint16be", 0);
	CHECK(t.u.read.width == 16 && t.u.read.big && !t.u.read.sign);
	arena_done(&a);
}

TEST(places)
{
	struct arena a;
	struct token t;

	arena_init(&a, 1 << 20);
	t = token_at(&a, "a\n /* x\n */ bc", 1);
	EQ_U(t.line, 3);
	EQ_U(t.col, 5);
	EQ_U(t.width, 2);
	t = token_at(&a, " { 41\n42\n}", 0);
	EQ_U(t.line, 1);
	EQ_U(t.end_line, 3);
	EQ_U(t.width, 4);
	arena_done(&a);
}

/* Cut anywhere, nothing is read behind the end. */
TEST(prefixes)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes whole = bytes_of(rows[i].text);

		ROW("row %zu", i);
		for (size_t n = 0; n < whole.n; n++) {
			struct arena a;

			arena_init(&a, 1 << 20);
			(void)names_of(&a, test_copy(bytes_sub(whole, 0, n)), rows[i].x);
			arena_done(&a);
		}
	}
}
