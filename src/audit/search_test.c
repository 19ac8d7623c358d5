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
