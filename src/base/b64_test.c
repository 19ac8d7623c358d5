/* Vectors: RFC 4648 section 10; what is refused: sections 3.1 to 3.5. */
#include "base/b64.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *plain, *text;
} rows[] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/" },
};

static const char *const refused[] = {
	"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm 9v",
	"Zh==", "Zm9=", "Zm9v=", "Zm9v====", "-_-_", "Zm9v\xc3\xa9..", "Zg=a", "Zm9vZm9",
};
/* clang-format on */

TEST(both_ways)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes plain = bytes_of(rows[i].plain);
		struct bytes text = test_copy(bytes_of(rows[i].text));
		struct buf b = { 0 };
		uint8_t out[8];
		size_t n = 99;

		ROW("%s", rows[i].text);
		b64_put(&b, plain);
		EQ_B(buf_bytes(&b), text);
		EQ_U(text.n, b64_letters(plain.n));
		EQ_U(b64_size(text), plain.n);
		EQ_U(b64_get(text, out, sizeof(out), &n), OK);
		EQ_B(((struct bytes){ out, n }), plain);
		EQ_U(b64_exact(text, out, plain.n), OK);
		EQ_U(b64_exact(text, out, plain.n + 1), ERR_FORMAT);
		if (plain.n > 0)
			EQ_U(b64_get(text, out, plain.n - 1, &n), ERR_LIMIT);
		buf_done(&b);
	}
}

TEST(refusals)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct bytes text = test_copy(bytes_of(refused[i]));
		uint8_t out[32];
		size_t n;

		ROW("%s", refused[i]);
		EQ_U(b64_get(text, out, sizeof(out), &n), ERR_FORMAT);
		CHECK(b64_size(text) == SIZE_MAX);
	}
}

/* One text a value: what is read is written back letter by letter. */
TEST(canonical)
{
	uint64_t seed = 7;

	for (int i = 0; i < 20000; i++) {
		static const char some[] = "AQgw4589+/=Zz";
		uint8_t text[8], out[8];
		struct bytes t = { text, i % 2 ? 4 : 8 };
		struct buf b = { 0 };
		size_t n;

		for (size_t k = 0; k < t.n; k++)
			text[k] = (uint8_t)some[test_random(&seed) % (sizeof(some) - 1)];
		if (b64_get(t, out, sizeof(out), &n) == OK) {
			b64_put(&b, (struct bytes){ out, n });
			EQ_B(buf_bytes(&b), t);
			EQ_U(b64_size(t), n);
		} else
			CHECK(b64_size(t) == SIZE_MAX);
		buf_done(&b);
	}
}
