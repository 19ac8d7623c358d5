#include "audit/search.h"

#include "base/buf.h"
#include "tests/tap.h"

static enum err
note_hit(void *arg, const struct search_hit *h)
{
	buf_printf(arg, "%u %.*s|", h->line, (int)h->rule.n, (const char *)h->rule.p);
	return OK;
}

static void
find(const char *re, struct bytes text, struct buf *out)
{
	regex_t r;

	if (!CHECK(regcomp(&r, re, REG_EXTENDED) == 0))
		return;
	CHECK(search_rules(&r, text, note_hit, out) == OK);
	regfree(&r);
}

TEST(lines)
{
	static const char text[] =
	    "import \"pe\"\nrule one {\n strings: $a = \"docx\"\n}\n\n"
	    "// docx\nrule two { /* a\n docx\n*/ condition: true } rule three\n"
	    "{ condition: 1 }\nlast";
	/* clang-format off */
	static const struct { const char *re, *want; } rows[] = {
		{ "docx", "3 one|6 |8 two|" }, { "^last$", "11 |" }, { "pe", "1 |" },
		{ "rule", "2 one|7 two|9 two|" }, { "^$", "5 |" }, { "x{2}", "" },
		{ "1 }", "10 three|" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		ROW("%s", rows[i].re);
		find(rows[i].re, test_copy(bytes_of(text)), &b);
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}

/* Nothing hides behind a long line, nor across the pieces it is taken in, nor a NUL. */
TEST(long_lines)
{
	for (size_t at = SEARCH_LINE - 8; at < SEARCH_LINE + 8; at++) {
		struct buf b = { 0 }, out = { 0 };

		memset(buf_room(&b, 3 * SEARCH_LINE), 'a', 3 * SEARCH_LINE);
		memcpy(b.p + at, "a\0needle", 8);
		find("needle", buf_bytes(&b), &out);
		EQ_S(buf_cstr(&out), "1 |");
		buf_clear(&out);
		find("^needle|dle$", buf_bytes(&b), &out);
		EQ_S(buf_cstr(&out), "");
		buf_done(&b);
		buf_done(&out);
	}
}

static enum err
stop_at_second(void *arg, const struct search_hit *h)
{
	(void)h;
	return ++*(unsigned *)arg == 2 ? ERR_LIMIT : OK;
}

/* The one who hears of the lines ends it, with an err that comes through. */
TEST(stopped)
{
	unsigned heard = 0;
	regex_t r;

	if (!CHECK(regcomp(&r, "a", REG_EXTENDED | REG_NOSUB) == 0))
		return;
	EQ_U(search_rules(&r, BYTES_LIT("a\na\na\n"), stop_at_second, &heard), ERR_LIMIT);
	EQ_U(heard, 2);
	regfree(&r);
}

/* Every line that is there is seen once, whatever is in it and however the text ends. */
TEST(noise)
{
	static const char letters[] = "\n\n{}\"/*=$ rule a\\\0\xff";
	uint64_t seed = 9;

	for (unsigned roll = 0; roll < 500; roll++) {
		struct buf b = { 0 }, out = { 0 };
		unsigned lines = 0;

		ROW("roll %u", roll);
		for (uint64_t n = test_random(&seed) % 200; n > 0; n--)
			buf_u8(&b,
			    (uint8_t)letters[test_random(&seed) % (sizeof(letters) - 1)]);
		for (size_t i = 0; i < b.n; i++)
			lines += b.p[i] == '\n';
		lines += b.n > 0 && b.p[b.n - 1] != '\n';
		find("", test_copy(buf_bytes(&b)), &out);
		for (size_t i = 0, at = 0; i < out.n; i++) {
			/* "N rule|": a rule's name has neither blank nor bar */
			at = out.p[i] == '|' ? at + 1 : at;
			if (i + 1 == out.n)
				EQ_U(at, lines);
		}
		buf_done(&b);
		buf_done(&out);
	}
}
