#include "evidence/compared.h"

#include "tests/tap.h"

#define HEX(d) "\"" d d d d d d d d "\""
#define A      HEX("00010203")
#define B      HEX("fffefdfc")

/* clang-format off */
static const struct row {
	const char *json;
	enum err want;
	bool complete;
} rows[] = {
	{ "{\"verdict\":\"identical\",\"complete\":true,\"a\":{\"sha256\":" A "},\"b\":{\"sha256\":" B "}}", OK, true },
	{ "{\"b\":{\"sha256\":" B "},\"x\":[],\"a\":{\"sha256\":" A ",\"size\":1},\"complete\":false,\"verdict\":\"code\"}", OK, false },
	{ "{\"complete\":true,\"a\":{\"sha256\":" A "},\"b\":{\"sha256\":" B "}}", ERR_FORMAT },
	{ "{\"verdict\":\"only\",\"a\":{\"sha256\":" A "},\"b\":{\"sha256\":" B "}}", ERR_FORMAT },
	{ "{\"verdict\":\"only\",\"complete\":1,\"a\":{\"sha256\":" A "},\"b\":{\"sha256\":" B "}}", ERR_FORMAT },
	{ "{\"verdict\":\"only\",\"complete\":true,\"a\":{\"sha256\":" A "},\"b\":{}}", ERR_FORMAT },
	{ "{\"verdict\":\"only\",\"complete\":true,\"a\":{\"sha256\":\"00\"},\"b\":{\"sha256\":" B "}}", ERR_FORMAT },
	{ "{\"verdict\":\"only\",\"complete\":true,\"a\":" A ",\"b\":" B "}", ERR_FORMAT },
	{ "{\"verdict\":\"identical\"}", ERR_FORMAT },
	{ "[]", ERR_FORMAT },
	{ "", ERR_FORMAT },
};
/* clang-format on */

TEST(files)
{
	static const uint8_t none[32] = { 1 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct compared c;
		struct fault f = { 0 };

		ROW("%s", rows[i].json);
		EQ_U(compared_read(test_copy(bytes_of(rows[i].json)), &c, &f),
		    rows[i].want);
		EQ_U(f.kind, rows[i].want == OK ? FAULT_NONE : FAULT_EVIDENCE);
		if (rows[i].want != OK)
			continue;
		EQ_U(c.complete, rows[i].complete);
		EQ_U(c.a[3], 3);
		EQ_U(c.b[0], 0xff);
		CHECK(compared_has(&c, c.a) && compared_has(&c, c.b));
		CHECK(!compared_has(&c, none));
	}
}
