#include "rules/re_parse.h"

#include "rules/hex_parse.h"
#include "rules/re_chain.h"
#include "tests/tap.h"

static struct arena arena;
static struct re_ast ast;
static struct re_fail fail;

static enum err
parse(bool hex, struct bytes text)
{
	arena_done(&arena);
	arena_init(&arena, 8 << 20);
	return hex ? hex_parse(&arena, text, &ast, &fail)
		   : re_parse(&arena, text, 0, &ast, &fail);
}

/* clang-format off */
static const struct {
	const char *text, *want; /* NULL: accepted */
	unsigned at;
} regexes[] = {
	{ "a{2}{3}",     "syntax error", 4 },
	{ "a**",         "syntax error", 2 },
	{ "a?\?\?",      "syntax error", 3 },
	{ "{1}",         "syntax error", 0 },
	{ "a|{1}",       "syntax error", 2 },
	{ "()",          "syntax error", 1 },
	{ "(|a)",        "syntax error", 1 },
	{ "(a|)",        NULL, 0 },
	{ "a||b|",       NULL, 0 },
	{ "|a",          "syntax error", 0 },
	{ "(a",          "syntax error", 2 },
	{ "a)",          "syntax error", 1 },
	{ "^*",          "syntax error", 1 },
	{ "\\b+",        "syntax error", 2 },
	{ "(^)?a",       NULL, 0 },
	{ "a{",          NULL, 0 },
	{ "a{}",         NULL, 0 },
	{ "{1:5}",       NULL, 0 },
	{ "a{ 2}",       NULL, 0 },
	{ "a{40000}",    "repeat interval too large", 1 },
	{ "a{32767}",    NULL, 0 },
	{ "a{99999999999999999999}", "repeat interval too large", 1 },
	{ "a{3,2}",      "bad repeat interval", 1 },
	{ "a{32768,}",   "bad repeat interval", 1 },
	{ "a{0}",        "bad repeat interval", 1 },
	{ "\\1",         "backreferences are not allowed", 0 },
	{ "ab\\x4",      "illegal escape sequence", 2 },
	{ "[\\xg1]",     "illegal escape sequence", 1 },
	{ "a\\",         "illegal escape sequence", 1 },
	{ "[z-a]",       "bad character range", 1 },
	{ "[\\w-z]",     NULL, 0 },
	{ "[a",          "missing terminating ] for character class", 2 },
	{ "[]",          "missing terminating ] for character class", 2 },
	{ "[^]a]",       NULL, 0 },
	{ "[\xe9]",      "non-ascii character", 1 },
	{ "[a-\xe9]",    NULL, 0 },
	{ "\xe9",        NULL, 0 },
	{ "(?:a|b)(?i)c(?is:d)", NULL, 0 },
	{ "(?x)a",       "syntax error", 2 },
	{ "(?",          "syntax error", 2 },
};

static const struct {
	const char *text, *want;
	unsigned at;
} hexes[] = {
	{ " ",            "syntax error", 1 },
	{ " 6 ",          "uneven number of digits in hex string", 1 },
	{ "61 6?6 1",     "uneven number of digits in hex string", 5 },
	{ "[2] 61",       "syntax error", 0 },
	{ "61 [2]",       "syntax error", 6 },
	{ "61 [0] 62",    "invalid jump length", 3 },
	{ "61 [0-0] 62",  NULL, 0 },
	{ "61 [3-2] 62",  "invalid jump range", 3 },
	{ "61 [-3] 62",   "syntax error", 3 },
	{ "61 [a] 62",    "invalid character in hex string jump", 4 },
	{ "61 [1-2147483648] 62", "invalid negative jump length", 3 },
	{ "61 [-] 62",    NULL, 0 },
	{ "61 (62 |)",    "syntax error", 8 },
	{ "61 (62",       "syntax error", 6 },
	{ "61 62)",       "syntax error", 5 },
	{ "61 (62 [201] 63|64)", "jumps over 200 not allowed inside alternation (|)", 7 },
	{ "61 (62 [1-] 63|64)", "unbounded jumps not allowed inside alternation (|)", 7 },
	{ "61 ([2] 63|64)", "syntax error", 4 },
	{ "~?1 ~6? ~61",  NULL, 0 },
	{ "61 ~??",       "invalid not operator (~) in hex string", 3 },
	{ "? 1",          "invalid character in hex string", 0 },
	{ "61 /* [ */ 62 // )\n63", NULL, 0 },
	{ "6162(63|(64|65)[1-2]66)", NULL, 0 },
};

static const struct {
	const char *text;
	bool want;
} dots[] = {
	{ "a.*b", true }, { "a.+?b", true }, { "a.{2,}b", true }, { "a.{2,9}b", false },
	{ "(x.*)y", true }, { "(x.*|y)", false }, { "(.*)+", false }, { "[^a]*", false },
};

static const struct {
	const char *text;
	bool hex;
	unsigned links;
	uint32_t min, max; /* of the last gap */
} chains[] = {
	{ "61 [201] 62",            true,  2, 201, 201 },
	{ "61 [200] 62",            true,  1, 0, 0 },
	{ "61 [5-] 62",             true,  2, 5, RE_INF },
	{ "61 [201] [300] 62",      true,  2, 501, 501 },
	{ "61 [-] 62 [1-300] 63",   true,  3, 1, 300 },
	{ "foo.{0,300}?bar",        false, 2, 0, 300 },
	{ "foo.{0,300}bar",         false, 1, 0, 0 },
	{ "foo.*?bar",              false, 1, 0, 0 },
	{ "foo.{5,}?bar",           false, 2, 5, 32767 },
	{ "foo(.{0,300}?bar)",      false, 1, 0, 0 },
	{ "foo|.{0,300}?bar",       false, 1, 0, 0 },
	{ ".{0,300}?bar",           false, 1, 0, 0 },
};
/* clang-format on */

static void
expect(bool hex, const char *text, const char *want, unsigned at)
{
	ROW("%s", text);
	EQ_U(parse(hex, test_copy(bytes_of(text))), want ? ERR_SYNTAX : OK);
	EQ_S(fail.text, want);
	EQ_U(fail.at, at);
}

TEST(errors)
{
	for (size_t i = 0; i < COUNT(regexes); i++)
		expect(false, regexes[i].text, regexes[i].want, regexes[i].at);
	for (size_t i = 0; i < COUNT(hexes); i++)
		expect(true, hexes[i].text, hexes[i].want, hexes[i].at);
}

TEST(prefixes_and_flips)
{
	static const char *const text[] = { "a(b|[^c\\w-z]{2,3}?)*\\x41.+(?i:d)$\\b",
		"61 [1-2] (6? | ~62 [3] 63) [-] ?? // x\n 64 /* y */ 65" };

	for (size_t hex = 0; hex < 2; hex++) {
		struct bytes whole = test_copy(bytes_of(text[hex]));

		for (size_t n = 0; n <= whole.n; n++) {
			struct bytes part = test_copy(bytes_sub(whole, 0, n));
			uint8_t *p = (uint8_t *)(uintptr_t)part.p;

			CHECK(parse(hex, part) == OK || fail.at <= n);
			for (size_t bit = 0; n == whole.n && bit < n * 8; bit++) {
				p[bit / 8] ^= (uint8_t)(1u << bit % 8);
				CHECK(parse(hex, part) == OK || fail.at <= n);
				p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			}
		}
	}
}

TEST(depth_and_memory_are_bounded)
{
	static char deep[200001];

	memset(deep, '(', sizeof(deep) - 1);
	EQ_U(parse(false, bytes_of(deep)), ERR_SYNTAX);
	EQ_S(fail.text, "regular expression is too complex");
	EQ_U(parse(true, (struct bytes){ (uint8_t *)deep, 200000 }), ERR_SYNTAX);
	memset(deep, 'a', sizeof(deep) - 1);
	arena_done(&arena);
	arena_init(&arena, 100000);
	EQ_U(re_parse(&arena, bytes_of(deep), 0, &ast, &fail), ERR_LIMIT);
	CHECK(fail.text == NULL);
}

TEST(dot_star)
{
	for (size_t i = 0; i < COUNT(dots); i++) {
		ROW("%s", dots[i].text);
		if (CHECK(parse(false, bytes_of(dots[i].text)) == OK))
			EQ_U(re_ast_dot_star(&ast), dots[i].want);
	}
}

TEST(chains)
{
	for (size_t i = 0; i < COUNT(chains); i++) {
		struct re_chain c = { 0 };

		ROW("%s", chains[i].text);
		if (!CHECK(parse(chains[i].hex, bytes_of(chains[i].text)) == OK) ||
		    !CHECK(re_chain_split(&arena, &ast, &c) == OK))
			continue;
		EQ_U(c.n, chains[i].links);
		EQ_U(c.link[c.n - 1].gap_min, chains[i].min);
		EQ_U(c.link[c.n - 1].gap_max, chains[i].max);
	}
	arena_done(&arena);
}
