#include "base/json.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text;
	bool valid;
} rows[] = {
	{ "0", true }, { "-0", true }, { "10", true }, { "-1.5e+10", true }, { "1E5", true },
	{ "1e-5", true }, { "1.25", true },
	{ "00", false }, { "01", false }, { "-", false }, { "+1", false }, { "1.", false },
	{ ".5", false }, { "1e", false }, { "1e+", false }, { "0x1", false }, { "1 ", false },
	{ "NaN", false }, { "Infinity", false }, { "--1", false },
	{ "true", true }, { "false", true }, { "null", true },
	{ "tru", false }, { "True", false }, { "truefalse", false }, { "nul", false },
	{ "\"\"", true }, { "\"a\"", true }, { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", true },
	{ "\"\\u00eF\"", true },
	{ "\"", false }, { "\"a", false }, { "\"\\", false }, { "\"\\x\"", false },
	{ "\"\\u00e\"", false }, { "\"\\u00eg\"", false }, { "\"\n\"", false },
	{ "\"\x7f\"", false }, { "\"\xc3\xa4\"", false }, { "'a'", false }, { "\"\\u", false },
	{ "[]", true }, { "[1]", true }, { "[1,[],{}]", true },
	{ "[", false }, { "]", false }, { "[1", false }, { "[1,", false }, { "[1,]", false },
	{ "[,1]", false }, { "[1}", false }, { "[1 ,2]", false }, { "[1]]", false },
	{ "{}", true }, { "{\"a\":1}", true }, { "{\"a\":{\"b\":[true,null]},\"c\":\"d\"}", true },
	{ "{", false }, { "{\"a\"}", false }, { "{\"a\":}", false }, { "{\"a\":1,}", false },
	{ "{a:1}", false }, { "{1:1}", false }, { "{\"a\":1]", false }, { "{\"a\":1}}", false },
	{ "{\"a\":1},{\"b\":2}", false }, { "{}\n", false }, { "{}{}", false },
	{ "", false }, { " ", false }, { ",", false }, { "1,2", false }, { "/**/1", false },
};
/* clang-format on */

TEST(texts)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].text);
		EQ_U(json_valid(test_copy(bytes_of(rows[i].text))), rows[i].valid);
	}
	CHECK(!json_valid((struct bytes){ 0 }));
	CHECK(!json_valid(BYTES_LIT("\"\0\"")));
	CHECK(!json_valid(BYTES_LIT("1\0")));
}

/* Brackets in brackets, as deep as permitted and one deeper; of both kinds. */
TEST(depth)
{
	for (unsigned depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		struct buf b = { 0 };

		for (unsigned i = 0; i < depth; i++)
			buf_str(&b, i % 2 ? "{\"k\":" : "[");
		if (depth % 2 == 0)
			buf_u8(&b, '1');
		for (unsigned i = depth; i-- > 0;)
			buf_str(&b, i % 2 ? "}" : "]");
		EQ_U(json_valid(buf_bytes(&b)), depth <= JSON_DEPTH_MAX);
		buf_done(&b);
	}
}

/* A million brackets end at the limit, not at the end of the stack. */
TEST(deep)
{
	struct buf b = { 0 };

	memset(buf_room(&b, 1000000), '[', 1000000);
	CHECK(!json_valid(buf_bytes(&b)));
	buf_done(&b);
}

/* Whatever our own writer writes of bytes that come in, the check lets through. */
TEST(our_own)
{
	uint64_t seed = 3;

	for (int round = 0; round < 200; round++) {
		struct buf b = { 0 };
		struct json j = { &b, false };
		uint8_t any[8];

		for (size_t i = 0; i < sizeof(any); i++)
			any[i] = (uint8_t)(test_random(&seed) % 128);
		json_open(&j, NULL, '{');
		json_bytes(&j, "s", (struct bytes){ any, sizeof(any) });
		json_hex(&j, "h", (struct bytes){ any, sizeof(any) });
		json_int(&j, "i", (int64_t)le64(any));
		json_open(&j, "a", '[');
		json_real(&j, NULL, 1.5);
		json_bool(&j, NULL, true);
		json_close(&j, ']');
		json_close(&j, '}');
		CHECK(json_valid(test_copy(buf_bytes(&b))));
		/* and no part of it, nor it with a bracket more */
		for (size_t n = 0; n < b.n; n++)
			CHECK(!json_valid((struct bytes){ b.p, n }));
		buf_u8(&b, '}');
		CHECK(!json_valid(buf_bytes(&b)));
		buf_done(&b);
	}
}
