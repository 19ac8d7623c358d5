#include "evidence/jsonin.h"

#include "base/buf.h"
#include "tests/tap.h"

/* clang-format off */
static const struct row {
	const char *text;
	enum err want;
} rows[] = {
	{ "{}", OK }, { " [1, 2.5, \"x\", null, true]\n", OK }, { "\"alone\"", OK },
	{ "", ERR_FORMAT }, { "{", ERR_FORMAT }, { "{} {}", ERR_FORMAT },
	{ "{\"a\":1,\"a\":2}", ERR_FORMAT },      /* which one counts? neither */
	{ "{\"a\":1,\"\\u0061\":2}", ERR_FORMAT },
	{ "[\"\xff\"]", ERR_FORMAT }, { "[\"\\u0000\"]", ERR_FORMAT },
	{ "[99999999999999999999]", ERR_FORMAT }, { "{'a':1}", ERR_FORMAT },
	{ "[1,]", ERR_FORMAT }, { "\"open\\", ERR_FORMAT }, { "nul", ERR_FORMAT },
};
/* clang-format on */

TEST(texts)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEAN(jsonin_freep) struct json_t *root = NULL;
		char why[JSONIN_WHY];

		ROW("%s", rows[i].text);
		EQ_U(jsonin_read(test_copy(bytes_of(rows[i].text)), &root, why),
		    rows[i].want);
		CHECK((why[0] == '\0') == (rows[i].want == OK));
	}
}

static enum err
read_repeated(const char *open, const char *middle, const char *close, size_t n)
{
	CLEAN(jsonin_freep) struct json_t *root = NULL;
	char why[JSONIN_WHY];
	struct buf b = { 0 };
	enum err e;

	for (size_t i = 0; i < n; i++)
		buf_str(&b, open);
	buf_str(&b, middle);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, close);
	e = jsonin_read(buf_bytes(&b), &root, why);
	buf_done(&b);
	return e;
}

TEST(bounds)
{
	EQ_U(read_repeated("[", "", "]", JSONIN_DEPTH), OK);
	EQ_U(read_repeated("[", "", "]", JSONIN_DEPTH + 1), ERR_LIMIT);
	EQ_U(read_repeated("{\"a\":", "1", "}", JSONIN_DEPTH + 1), ERR_LIMIT);
	EQ_U(read_repeated("[", "", "", 1000000), ERR_LIMIT);
	EQ_U(read_repeated("[0", ",0", "]", 1), OK);
	EQ_U(read_repeated("0,", "0", "", JSONIN_VALUES), ERR_LIMIT);
	/* brackets in strings are letters */
	EQ_U(read_repeated("",
		 "[\"[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		 "[[[[[[[[[[[[[[[[[[[\"]",
		 "", 0),
	    OK);
}

TEST(members)
{
	static const char text[] =
	    "{\"o\":{},\"a\":[],\"s\":\"x\",\"e\":\"\",\"u\":7,\"i\":-1,\"b\":true,"
	    "\"d\":\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
	    "\"D\":\"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F\"}";
	CLEAN(jsonin_freep) struct json_t *root = NULL;
	char why[JSONIN_WHY];
	uint8_t digest[32];
	uint64_t u = 0;
	bool b = false;

	EQ_U(jsonin_read(BYTES_LIT(text), &root, why), OK);
	CHECK(jsonin_object(root, "o") && !jsonin_object(root, "a"));
	CHECK(jsonin_array(root, "a") && !jsonin_array(root, "none"));
	EQ_B(jsonin_str(root, "s"), BYTES_LIT("x"));
	CHECK(jsonin_str(root, "e").p != NULL && jsonin_str(root, "u").p == NULL);
	CHECK(jsonin_uint(root, "u", &u) && u == 7);
	CHECK(!jsonin_uint(root, "i", &u) && !jsonin_uint(root, "s", &u));
	CHECK(jsonin_bool(root, "b", &b) && b && !jsonin_bool(root, "u", &b));
	CHECK(jsonin_sha256(root, "d", digest) && digest[31] == 31);
	CHECK(!jsonin_sha256(root, "D", digest) && !jsonin_sha256(root, "s", digest));
	CHECK(jsonin_str(NULL, "s").p == NULL);
}
