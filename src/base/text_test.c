#include "base/text.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *hex, *want;
} escapes[] = {
	{ "", "" },
	{ "61 62 63", "abc" },
	{ "61 0a 62", "a\\nb" },
	{ "0d 09 00 1b 7f", "\\r\\t\\x00\\x1b\\x7f" },
	{ "5c 6e", "\\\\n" },
	{ "c3 a4", "\xc3\xa4" },
	{ "c3", "\\xc3" },
	{ "c3 28", "\\xc3(" },
	{ "c0 af", "\\xc0\\xaf" },                 /* overlong / */
	{ "ed a0 80", "\\xed\\xa0\\x80" },         /* a surrogate */
	{ "f4 90 80 80", "\\xf4\\x90\\x80\\x80" }, /* beyond U+10FFFF */
	{ "c2 9b", "\\xc2\\x9b" },                 /* C1: a CSI to some terminals */
	{ "e2 80 ae 61", "\\xe2\\x80\\xaea" },     /* right-to-left override */
	{ "e2 80 a8", "\\xe2\\x80\\xa8" },         /* line separator */
	{ "cd 8f", "\\xcd\\x8f" },                 /* combining grapheme joiner: unseen */
	{ "e1 85 9f", "\\xe1\\x85\\x9f" },         /* Hangul fillers: the same */
	{ "e3 85 a4", "\\xe3\\x85\\xa4" },
	{ "ef be a0", "\\xef\\xbe\\xa0" },
	{ "e1 9e b4", "\\xe1\\x9e\\xb4" },         /* a Khmer vowel without a shape */
	{ "e1 a0 8f", "\\xe1\\xa0\\x8f" },         /* a Mongolian selector */
	{ "f0 9b b2 a0", "\\xf0\\x9b\\xb2\\xa0" }, /* shorthand's controls */
	{ "f0 9d 85 b3", "\\xf0\\x9d\\x85\\xb3" }, /* music's */
	{ "cd 8e cd 90", "\xcd\x8e\xcd\x90" },     /* neighbours of one that is unseen */
	{ "f0 9f 90 9f", "\xf0\x9f\x90\x9f" },
};

static const struct {
	const char *pattern, *name;
	bool want;
} globs[] = {
	{ "", "", true }, { "", "a", false }, { "*", "", true }, { "*", "abc", true },
	{ "a*c", "abbbc", true }, { "a*c", "abbbd", false }, { "*.o", "x.o", true },
	{ "*.o", "x.oo", false }, { "?", "", false }, { "?", "a", true },
	{ "[abc]x", "bx", true }, { "[!abc]x", "bx", false }, { "[a-c]x", "cx", true },
	{ "[]]", "]", true }, { "[", "[", true }, { "\\*", "*", true }, { "\\*", "a", false },
	{ "*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false }, { "[a-", "[a-", true },
	{ "a/*", "a/b/c", true },
};
/* clang-format on */

TEST(escape)
{
	for (size_t i = 0; i < COUNT(escapes); i++) {
		struct buf b = { 0 };

		ROW("%s", escapes[i].hex);
		text_escape(&b, test_hex(escapes[i].hex));
		EQ_S(buf_cstr(&b), escapes[i].want);
		buf_done(&b);
	}
}

/* A backslash is shown as it is; what could forge is not. */
TEST(show)
{
	struct buf b = { 0 };

	text_show(&b, BYTES_LIT("/\\w+\\\\/\n\x1b\xc3\xa4"));
	EQ_S(buf_cstr(&b), "/\\w+\\\\/\\n\\x1b\xc3\xa4");
	buf_done(&b);
}

/* Whatever goes in, one line of printable UTF-8 comes out. */
TEST(escape_never_forges)
{
	uint64_t seed = 1;

	for (int round = 0; round < 2000; round++) {
		uint8_t raw[12];
		struct buf b = { 0 };

		for (size_t i = 0; i < sizeof(raw); i++)
			raw[i] = (uint8_t)test_random(&seed);
		text_escape(&b, test_copy((struct bytes){ raw, sizeof(raw) }));
		CHECK(text_is_utf8(buf_bytes(&b)));
		for (size_t i = 0; i < b.n; i++)
			CHECK(b.p[i] >= 0x20 && b.p[i] != 0x7f);
		buf_done(&b);
	}
}

TEST(glob)
{
	for (size_t i = 0; i < COUNT(globs); i++) {
		ROW("%s %s", globs[i].pattern, globs[i].name);
		EQ_U(text_glob(globs[i].pattern, bytes_of(globs[i].name)), globs[i].want);
	}
}

TEST(hex_digits)
{
	static const char digits[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";

	for (int c = -1; c < 256; c++) {
		const char *low = c > 0 ? strchr(digits, c) : NULL;
		const char *up = c > 0 ? strchr(upper, c) : NULL;
		long want = low ? low - digits : up ? up - upper : -1;

		ROW("%d", c);
		EQ_I(text_hex(c), want);
	}
}

/* clang-format off */
static const struct {
	const char *text;
	bool ok;
	uint64_t want;
} numbers[] = {
	{ "0", true, 0 },
	{ "7", true, 7 },
	{ "10", true, 10 },
	{ "1795910400", true, 1795910400 },
	{ "9223372036854775807", true, INT64_MAX },
	{ "9223372036854775808", false, 0 },   /* 19 digits, beyond */
	{ "9999999999999999999", false, 0 },
	{ "10000000000000000000", false, 0 },  /* 20 */
	{ "18446744073709551617", false, 0 },  /* 2^64 + 1 */
	{ "", false, 0 },
	{ "00", false, 0 }, { "01", false, 0 },
	{ "-1", false, 0 }, { "+1", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 },
	{ "1\n", false, 0 }, { "0x1", false, 0 }, { "1e3", false, 0 }, { "1.0", false, 0 },
	{ "a", false, 0 }, { "/", false, 0 }, { ":", false, 0 }, /* beside the digits */
};
/* clang-format on */

TEST(numbers_have_one_spelling)
{
	for (size_t i = 0; i < COUNT(numbers); i++) {
		uint64_t v = 4711;

		ROW("'%s'", numbers[i].text);
		EQ_U(text_number(bytes_of(numbers[i].text), &v), numbers[i].ok);
		EQ_U(v, numbers[i].ok ? numbers[i].want : 4711);
	}
	ROW("a NUL in it");
	EQ_U(text_number(BYTES_LIT("1\0002"), &(uint64_t){ 0 }), false);
}
