#include "audit/tint.h"

#include "base/buf.h"
#include "tests/tap.h"

static const char letters[] = ".CSRHWVNr";

/* Each piece as the letter of its kind, once for each of its bytes. */
static void
kinds(struct bytes text, struct buf *out)
{
	struct tint t;
	struct tint_piece p;
	size_t at = 0;

	tint_init(&t, text);
	while (tint_next(&t, &p)) {
		CHECK(p.text.n > 0 && p.text.p == text.p + at);
		at += p.text.n;
		for (size_t i = 0; i < p.text.n; i++)
			buf_u8(out, (uint8_t)letters[p.kind]);
	}
	EQ_U(at, text.n);
}

TEST(pieces)
{
	/* clang-format off */
	static const struct { const char *text, *want; } rows[] = {
		{ "", "" },
		{ "rule a { }",               "WWWW.r...." },
		{ "private rule a:b{}",       "WWWWWWW.WWWW.r...." },
		{ "x = \"a\\\"b\" // c",      "....SSSSSS.CCCC" },
		{ "\"open\nrule b",           "SSSSS.WWWW.r" },
		{ "r{$a = { 4? /* } }",       "..VV...HHHHHHHHH.." },
		{ "{$a={00} $b=/x\\/}/is}",   ".VV.HHHH.VV.RRRRRRRR." },
		{ "/* rule x */ rule y{",     "CCCCCCCCCCCC.WWWW.r." },
		{ "/* open",                  "CCCCCCC" },
		{ "#a > 10 and !b[1] of $",   "VV...NN.WWW.VV.N..WW.V" },
		{ "/open",                    "RRRRR" },
		{ "rule rule a",              "WWWW.WWWW.r" },
		{ "rule\n\tname2",            "WWWW..rrrrr" },
		{ "= {",                      "..." },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf have = { 0 };

		ROW("%s", rows[i].text);
		kinds(test_copy(bytes_of(rows[i].text)), &have);
		EQ_S(buf_cstr(&have), rows[i].want);
		buf_done(&have);
	}
}

/* Every line belongs to the rule it stands in, and what is between to none. */
TEST(rules)
{
	static const char text[] =
	    "import \"pe\"\nrule one { condition: true }\n// between\n"
	    "rule two : t { strings: $a = { 7d } condition: $a }\nend";
	struct tint t;
	struct tint_piece p;
	struct buf where = { 0 };

	tint_init(&t, bytes_of(text));
	while (tint_next(&t, &p))
		for (size_t i = 0; i < p.text.n; i++)
			buf_u8(&where, p.text.p[i] == '\n' ? '\n'
				       : p.rule.n == 0     ? '-'
							   : p.rule.p[1]);
	EQ_S(buf_cstr(&where),
	    "-----------\n-----nnnnnnnnnnnnnnnnnnnnnnn\n----------\n"
	    "-----wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\n---");
	buf_done(&where);
}

TEST(sweep)
{
	static const char text[] =
	    "rule a { meta: x = \"y\\\"\" strings: $a = { 00 [1-2] } $b = /a\\/b/i // c\n"
	    "condition: /* x */ #a > 0x10 and $b at 3 }";
	uint64_t seed = 7;

	for (size_t n = 0; n < sizeof(text); n++) {
		struct buf b = { 0 };

		kinds(test_copy((struct bytes){ (const uint8_t *)text, n }), &b);
		buf_done(&b);
	}
	for (int i = 0; i < 2000; i++) {
		struct buf b = { 0 }, out = { 0 };

		buf_put(&b, text, sizeof(text) - 1);
		b.p[test_random(&seed) % b.n] = (uint8_t)test_random(&seed);
		kinds(test_copy(buf_bytes(&b)), &out);
		buf_done(&b);
		buf_done(&out);
	}
}
