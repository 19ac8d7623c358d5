/* Text as UTF-8: what is right stays, what is wrong becomes U+FFFD, piece by piece. */
#include "format/utf.h"

#include "tests/tap.h"

#define BAD "efbfbd"

TEST(bytes_are_mended)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex, *want;
	} rows[] = {
		{ "nothing",                "", "" },
		{ "ASCII",                  "6100 7f", "61007f" },
		{ "two, three and four",    "c3a4 e282ac f09f9880", "c3a4e282acf09f9880" },
		{ "a byte of Latin-1",      "63 e9 66", "63" BAD "66" },
		{ "a lone continuation",    "80bf", BAD BAD },
		{ "overlong",               "c0af e080af", BAD BAD BAD BAD BAD },
		{ "a surrogate",            "eda080", BAD BAD BAD },
		{ "cut, as one error",      "f09f98", BAD },
		{ "cut by another letter",  "e282 61", BAD "61" },
		{ "beyond U+10FFFF",        "f4908080 f5", BAD BAD BAD BAD BAD },
		{ "overlong of four",       "f08f8080", BAD BAD BAD BAD },
	};
	/* clang-format on */
	struct arena a;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		EQ_B(utf_mend(&a, test_hex(rows[i].hex)), test_hex(rows[i].want));
	}
	arena_done(&a);
}

TEST(utf16_becomes_utf8)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex, *want;
	} rows[] = {
		{ "nothing",             "", "" },
		{ "one to three bytes",  "6100 e400 ac20", "61c3a4e282ac" },
		{ "a pair",              "3dd8 00de", "f09f9880" },
		{ "up to the zero",      "6100 0000 6200", "61" },
		{ "an odd byte",         "6100 62", "61" },
		{ "a high one alone",    "3dd8 6100", BAD "61" },
		{ "a high one at last",  "3dd8", BAD },
		{ "the zero in a pair",  "3dd8 0000 00de", BAD },
		{ "the wrong order",     "00de 3dd8", BAD BAD },
	};
	/* clang-format on */
	struct arena a;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		EQ_B(utf_from_16(&a, test_hex(rows[i].hex)), test_hex(rows[i].want));
	}
	arena_done(&a);
}

TEST(strings_end_at_a_nul)
{
	struct arena a;

	arena_init(&a, 1 << 16);
	EQ_B(utf_cstr(&a, BYTES_LIT("ab\0cd")), BYTES_LIT("ab"));
	EQ_B(utf_cstr(&a, BYTES_LIT("ab")), BYTES_LIT("ab"));
	EQ_B(utf_cstr(&a, BYTES_LIT("\0")), BYTES_LIT(""));
	arena_done(&a);
}

TEST(a_guid_has_three_numbers_and_bytes)
{
	struct arena a;
	struct bytes raw = test_hex("e04fd020 ea3a 6910 a2d8 08002b30309d");

	arena_init(&a, 1 << 16);
	EQ_B(utf_guid(&a, raw.p), BYTES_LIT("20d04fe0-3aea-1069-a2d8-08002b30309d"));
	arena_done(&a);
}

TEST(a_spent_arena_gives_no_bytes)
{
	struct arena a;

	arena_init(&a, 0);
	CHECK(utf_mend(&a, BYTES_LIT("\xff")).p == NULL);
	CHECK(utf_from_16(&a, BYTES_LIT("a\0")).p == NULL);
	CHECK(utf_guid(&a, (const uint8_t *)"0123456789abcdef").p == NULL);
	CHECK(a.spent);
	arena_done(&a);
}
