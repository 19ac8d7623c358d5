#include "format/codepage.h"

#include "tests/tap.h"

TEST(pages)
{
	/* clang-format off */
	static const struct {
		unsigned page;
		const char *hex, *want;
	} rows[] = {
		{ 1252, "616263",     "abc" },
		{ 1252, "80e9ff",     "\xe2\x82\xac\xc3\xa9\xc3\xbf" },
		{ 1252, "81",         "\xc2\x81" },
		{ 1251, "cff0e8",     "\xd0\x9f\xd1\x80\xd0\xb8" },
		{ 1253, "aae1",       "\xef\xbf\xbd\xce\xb1" },
		{ 1254, "fe",         "\xc5\x9f" },
		{ 874,  "a1",         "\xe0\xb8\x81" },
		{ 10000, "8a",        "\xc3\xa4" },
		{ 65001, "c3a4",      "\xc3\xa4" },
		{ 65001, "e4",        "\xef\xbf\xbd" },
		{ 932,  "83418140",   "\xef\xbf\xbd" "A\xef\xbf\xbd@" },
		{ 932,  "616263",     "abc" },
		{ 1252, "",           "" },
	};
	/* clang-format on */
	struct arena a;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%u %s", rows[i].page, rows[i].hex);
		EQ_B(codepage_text(&a, rows[i].page, test_hex(rows[i].hex)),
		    bytes_of(rows[i].want));
	}
	arena_done(&a);
}

TEST(which_are_known)
{
	CHECK(codepage_known(1252) && codepage_known(65001) && codepage_known(20127));
	CHECK(!codepage_known(932) && !codepage_known(0) && !codepage_known(65000));
}

TEST(little_memory)
{
	struct arena a;

	arena_init(&a, 0);
	CHECK(codepage_text(&a, 1252, test_hex("80")).p == NULL);
	CHECK(codepage_text(&a, 1252, test_hex("61")).n == 1);
	arena_done(&a);
}
