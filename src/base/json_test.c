#include "base/json.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *hex, *want;
} strings[] = {
	{ "61", "{\"k\":\"a\"}" },
	{ "22 5c 0a", "{\"k\":\"\\\"\\\\\\u000a\"}" },
	{ "c3 a4", "{\"k\":\"\xc3\xa4\"}" },
	{ "61 ff", "{\"k\":\"a\\ufffd\",\"k_hex\":\"61ff\"}" },
	{ "e2 80 a8", "{\"k\":\"\\u2028\"}" },
};
/* clang-format on */

TEST(strings)
{
	for (size_t i = 0; i < COUNT(strings); i++) {
		struct buf b = { 0 };
		struct json j = { &b, false };

		ROW("%s", strings[i].hex);
		json_open(&j, NULL, '{');
		json_bytes(&j, "k", test_hex(strings[i].hex));
		json_close(&j, '}');
		EQ_S(buf_cstr(&b), strings[i].want);
		buf_done(&b);
	}
}

TEST(nesting)
{
	struct buf b = { 0 };
	struct json j = { &b, false };

	json_open(&j, NULL, '{');
	json_open(&j, "a", '[');
	json_int(&j, NULL, -1);
	json_uint(&j, NULL, UINT64_MAX);
	json_open(&j, NULL, '{');
	json_close(&j, '}');
	json_close(&j, ']');
	json_bool(&j, "b", true);
	json_real(&j, "r", 1.5);
	json_close(&j, '}');
	EQ_S(buf_cstr(&b), "{\"a\":[-1,18446744073709551615,{}],\"b\":true,\"r\":1.500}");
	buf_done(&b);
}
