/* JSON value by value: what is JSON, what a string says, and where it ends. */
#include "format/jread.h"

#include <stdlib.h>

#include "tests/tap.h"

static bool
is_json(struct arena *a, struct bytes text)
{
	struct jread j = jread_of(text, a);

	jread_skip(&j);
	return jread_done(&j);
}

TEST(what_is_json)
{
	static const char *const good[] = { "0", "-0", "12.50", "1e9", "1E+09", "-1.5e-3",
		"\"\"", "\"a\\u00e4\\\"\"", "true", "false", "null", " [ ] ", "{}",
		"[1,[2,{\"a\":[]}],\"x\"]", "{\"a\":1,\"a\":{\"b\":[null]}}\n" };
	static const char *const bad[] = { "", " ", "01", "-", "1.", ".5", "1e", "+1",
		"nul", "True", "'a'", "\"a", "\"\\x41\"", "\"\\u12\"", "\"a\tb\"", "[",
		"]", "[1", "[1,]", "[,1]", "[1 2]", "{", "{a:1}", "{\"a\"}", "{\"a\":}",
		"{\"a\":1,}", "{,}", "[}", "{]", "1 2", "[]]", "// x\n1", "\"\\" };
	struct arena a;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNT(good); i++) {
		ROW("%s", good[i]);
		CHECK(is_json(&a, test_copy(bytes_of(good[i]))));
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		ROW("%s", bad[i]);
		CHECK(!is_json(&a, test_copy(bytes_of(bad[i]))));
	}
	arena_done(&a);
}

TEST(strings_say_what_they_mean)
{
	/* clang-format off */
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "\"plain\"", "plain" },
		{ "\"\"", "" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"\\u0041\\u00e4\\u20aC\"", "A\xc3\xa4\xe2\x82\xac" },
		{ "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80" },
		{ "\"\xc3\xa4\"", "\xc3\xa4" },
		{ "\"\\ud83d\"", NULL },
		{ "\"\\ude00\\ud83d\"", NULL },
		{ "\"\\ud83d\\u0041\"", NULL },
		{ "\"\xe4\"", NULL },
		{ "\"\\v\"", NULL },
		{ "\"\\u004\"", NULL },
		{ "12", NULL },
	};
	/* clang-format on */
	struct arena a;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct jread j = jread_of(test_copy(bytes_of(rows[i].text)), &a);

		ROW("%s", rows[i].text);
		EQ_B(jread_string(&j), bytes_of(rows[i].want));
		CHECK(jread_done(&j) == (rows[i].want != NULL));
	}
	arena_done(&a);
}

TEST(members_and_elements)
{
	struct arena a;
	struct bytes key;
	struct jread j;

	arena_init(&a, 1 << 16);
	j = jread_of(BYTES_LIT("{\"a\": [\"x\", 1], \"b\": \"y\"}"), &a);
	EQ_U(jread_next(&j), '{');
	jread_open(&j, '{');
	CHECK(jread_member(&j, &key));
	EQ_B(key, BYTES_LIT("a"));
	jread_open(&j, '[');
	CHECK(jread_element(&j));
	EQ_B(jread_string(&j), BYTES_LIT("x"));
	CHECK(jread_element(&j));
	EQ_U(jread_next(&j), '0');
	jread_skip(&j);
	CHECK(!jread_element(&j));
	CHECK(jread_member(&j, &key));
	EQ_B(jread_string(&j), BYTES_LIT("y"));
	CHECK(!jread_member(&j, &key));
	CHECK(jread_done(&j));
	arena_done(&a);
}

/* Brackets in each other: as deep as is allowed, and one more. */
TEST(depth_has_an_end)
{
	for (size_t depth = JREAD_DEPTH; depth <= JREAD_DEPTH + 1; depth++) {
		struct bytes text = { malloc(2 * depth), 2 * depth };
		struct arena a;

		if (text.p == NULL)
			abort();
		arena_init(&a, 0);
		memset((uint8_t *)(uintptr_t)text.p, '[', depth);
		memset((uint8_t *)(uintptr_t)text.p + depth, ']', depth);
		CHECK(is_json(&a, text) == (depth == JREAD_DEPTH));
		free((void *)(uintptr_t)text.p);
	}
}

TEST(cut_anywhere)
{
	static const char text[] =
	    "{\"a\\n\":[1.5e3,\"\\ud83d\\ude00\",true,null],\"b\":{\"c\":[[],{}]}}";
	struct arena a;

	arena_init(&a, 1 << 16);
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		ROW("%zu", n);
		CHECK(!is_json(&a, test_copy(bytes_sub(BYTES_LIT(text), 0, n))));
	}
	arena_done(&a);
}
