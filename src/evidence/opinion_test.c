#include "evidence/opinion.h"

#include "tests/tap.h"

/* clang-format off */
static const struct row {
	const char *text;
	const char *json; /* NULL: it is refused */
	enum attest_result result;
} reviews[] = {
	{ "scope all\nresult passed\n",
	  "{\"scope\":[\"all\"],\"method\":[],\"findings\":[]}", ATTEST_PASSED },
	{ "# mine\n\n scope  src/log\t\nscope b\nhours 12.5\nmethod read\n"
	  "finding high it \"ends\"\nresult failed",
	  "{\"scope\":[\"src/log\",\"b\"],\"method\":[\"read\"],\"findings\":[{\"severity\":"
	  "\"high\",\"text\":\"it \\\"ends\\\"\"}],\"hours\":\"12.5\"}", ATTEST_FAILED },
	{ "", NULL, 0 }, { "scope a\n", NULL, 0 }, { "result passed\n", NULL, 0 },
	{ "scope a\nresult good\n", NULL, 0 }, { "scope a\nresult passed\nresult passed\n", NULL, 0 },
	{ "scope\nresult passed\n", NULL, 0 }, { "scope a\nhours x\nresult passed\n", NULL, 0 },
	{ "scope a\nhours 1.2.3\nresult passed\n", NULL, 0 },
	{ "scope a\nfinding bad x\nresult passed\n", NULL, 0 },
	{ "scope a\nfinding high\nresult passed\n", NULL, 0 },
	{ "scope a\nopinion x\nresult passed\n", NULL, 0 },
	{ "scope \xff\nresult passed\n", NULL, 0 },
	{ "scope a\x01\nresult passed\n", NULL, 0 }, { "scope a\r\nresult passed\n", NULL, 0 },
}, claims[] = {
	{ "a holds\n", "{\"claims\":[{\"claim\":\"a\",\"result\":\"PASSED\"}]}", ATTEST_PASSED },
	{ "a holds\nb open no time\n",
	  "{\"claims\":[{\"claim\":\"a\",\"result\":\"PASSED\"},"
	  "{\"claim\":\"b\",\"result\":\"INCONCLUSIVE\",\"note\":\"no time\"}]}", ATTEST_INCONCLUSIVE },
	{ "a fails\nb open\nc holds\n",
	  "{\"claims\":[{\"claim\":\"a\",\"result\":\"FAILED\"},{\"claim\":\"b\",\"result\":"
	  "\"INCONCLUSIVE\"},{\"claim\":\"c\",\"result\":\"PASSED\"}]}", ATTEST_FAILED },
	{ "b open\na fails\n",
	  "{\"claims\":[{\"claim\":\"b\",\"result\":\"INCONCLUSIVE\"},{\"claim\":\"a\",\"result\":"
	  "\"FAILED\"}]}", ATTEST_FAILED },
	{ "", NULL, 0 }, { "a\n", NULL, 0 }, { "a perhaps\n", NULL, 0 },
};
/* clang-format on */

static void
try_rows(const struct row *rows, size_t n,
    enum err (*fn)(struct bytes, struct json *, enum attest_result *, struct fault *))
{
	for (size_t i = 0; i < n; i++) {
		struct buf b = { 0 };
		struct json j = { &b, false };
		enum attest_result result = ATTEST_PASSED;
		struct fault f = { 0 };
		enum err e;

		ROW("%s", rows[i].text);
		json_open(&j, NULL, '{');
		e = fn(test_copy(bytes_of(rows[i].text)), &j, &result, &f);
		json_close(&j, '}');
		EQ_U(e, rows[i].json ? OK : ERR_FORMAT);
		CHECK((f.kind == FAULT_NONE) == (e == OK));
		if (e == OK) {
			EQ_S(buf_cstr(&b), rows[i].json);
			EQ_U(result, rows[i].result);
		}
		buf_done(&b);
	}
}

TEST(review)
{
	try_rows(reviews, COUNT(reviews), opinion_review);
}

TEST(claims_of_the_vendor)
{
	try_rows(claims, COUNT(claims), opinion_claims);
}

TEST(too_long)
{
	struct buf b = { 0 }, out = { 0 };
	struct json j = { &out, false };
	enum attest_result result;

	for (int i = 0; i < 10000; i++)
		buf_str(&b, "a holds\n");
	EQ_U(opinion_claims(buf_bytes(&b), &j, &result, NULL), ERR_FORMAT);
	buf_done(&b);
	buf_done(&out);
}
