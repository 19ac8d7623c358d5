/* fix_test.c - what is mended and how; what is not; and that it is enough. */
#include "rules/fix.h"

#include "tests/tap.h"

struct thing {
	int64_t i;
};

static const struct fact thing_facts[] = { FACT_I(struct thing, i), FACT_LAST };
static const struct fact_module list[] = {
	{ .name = "t", .facts = thing_facts, .facts_size = sizeof(struct thing) }
};

#define SAME "" /* nothing is to be mended */

/* clang-format off */
static const struct {
	const char *from, *want; /* NULL: left alone */
	unsigned said;
	bool wrong; /* an error is left that is not among these */
} rows[] = {
	{ "", SAME, 0 },
	{ "rule a { condition: true }", SAME, 0 },
	{ "import \"t\"\n// c\nimport \"t\"\nrule a { condition: t.i == 1 }",
	  "import \"t\"\n// c\nrule a { condition: t.i == 1 }", 1 },
	{ "// head\nrule a { condition: t.i == 1 }", "// head\nimport \"t\"\nrule a { condition: t.i == 1 }", 1 },
	{ "rule a { condition: u.i == 1 }", NULL, 0 },
	{ "rule a { strings: $a = \"abc\" condition: 0 of them }", "rule a { strings: $a = \"abc\" condition: none of them }", 1 },
	{ "rule a { strings: $a = \"abc\" condition: for 0 of them : ( $ ) and 10 of them }", SAME, 0 },
	{ "rule a { strings: $a = \"abc\" ascii $b = \"abc\" wide ascii condition: any of them }", SAME, 0 },
	{ "rule a { strings: $a = \"12 3\" nocase wide $b = \"12a\" nocase condition: any of them }",
	  "rule a { strings: $a = \"12 3\" wide $b = \"12a\" nocase condition: any of them }", 1 },
	{ "rule a { strings: $a = \"abc\" wide wide fullword fullword condition: $a }",
	  "rule a { strings: $a = \"abc\" wide fullword condition: $a }", 2 },
	{ "rule a : x y x { condition: true }", "rule a : x y { condition: true }", 1 },
	{ "rule a { strings: $a = /abc 1_/ wide $b = /ab./ $c = /abc/i condition: any of them }",
	  "rule a { strings: $a = \"abc 1_\" wide $b = /ab./ $c = /abc/i condition: any of them }", 1 },
	{ "rule a { strings: $a = \"abc\" $b = \"abd\" // b\n $c1 = \"c\" condition: $a and #c1 > 1 }",
	  "rule a { strings: $a = \"abc\" $_b = \"abd\" // b\n $c1 = \"c\" condition: $a and #c1 > 1 }", 1 },
	{ "rule a { strings: $b = \"abc\" $_b = \"abd\" condition: true }", NULL, 0 },
	{ "rule a { strings: $a1 = \"abc\" $a2 = \"abd\" condition: any of ($a*) }", SAME, 0 },
	{ "\xef\xbb\xbfrule a { condition: true }", "rule a { condition: true }", 1 },
	{ "rule a { strings: $a = \"C:\\Dir\\sub\\\\x\\q\" condition: $a }",
	  "rule a { strings: $a = \"C:\\\\Dir\\\\sub\\\\x\\\\q\" condition: $a }", 1 },
	{ "rule a { strings: $a = \"C:\\Windows\\temp\" condition: $a }",
	  "rule a { strings: $a = \"C:\\\\Windows\\\\temp\" condition: $a }", 1 },
	{ "rule a { strings: $a = \"\\Windows\\temp\" condition: $a }",
	  "rule a { strings: $a = \"\\\\Windows\\temp\" condition: $a }", 2 },
	{ "private rule a { strings: $a = \"abc\" condition: a }", "private rule a { strings: $a = \"abc\" condition: $a }", 1 },
	{ "rule r { strings: $a = \"abc\" condition: true and (a) }", "rule r { strings: $a = \"abc\" condition: true and ($a) }", 1 },
	{ "rule r { strings: $a = \"abc\" condition: for any a in (1..2) : (a == 1) }",
	  "rule r { strings: $_a = \"abc\" condition: for any a in (1..2) : (a == 1) }", 1 },
	{ "rule a { condition: true } rule r { strings: $a = \"abc\" condition: a }",
	  "rule a { condition: true } rule r { strings: $_a = \"abc\" condition: a }", 1 },
	{ "rule a { strings: $a = \"abc\" condition: $a and a }", SAME, 0 },
	{ "rule r { strings: $a = \"abc\" condition: b }", NULL, 0 },
	{ "rule r { strings: $a = \"abc\" condition: a } rule a { condition: true }", NULL, 0 },
	{ "rule a { strings: $a = \xe2\x80\x9c" "abc\xe2\x80\x9d condition: $a && !(#a > 2)||!$a }",
	  "rule a { strings: $a = \"abc\" condition: $a and not (#a > 2) or not $a }", 5 },
	{ "import \"t\" rule a { condition: (!t.i)and filesize<10kb and t.i = 1 }",
	  "import \"t\" rule a { condition: (not t.i)and filesize<10KB and t.i == 1 }", 3 },
	{ "rule a { condition: filesize < 3Mb and filesize > 1 kb }", NULL, 0 }, /* a name, maybe */
	{ "rule a { condition: with k = 1 : (k == 1) }", SAME, 0 },
	{ "rule a { strings: $a = \"abc\" condition: for any of them : (!>2) and !a[1] > 2 }", SAME, 0 },
	{ "rule a { meta: strings: condition: true }", "rule a { condition: true }", 2 },
	{ "rule a { strings: condition: true }", "rule a { condition: true }", 1 },
	{ "rule a { strings: $a = \"abc\" $a = \"abd\" condition: $a }", NULL, 1 },
	{ "rule a { strings: $a = \"abc\" $a = \"abd\" condition: $a } rule b { condition: 1 = 1 }",
	  "rule a { strings: $a = \"abc\" $a = \"abd\" condition: $a } rule b { condition: 1 == 1 }", 2, true },
	/* what makes no sense stays, what is before and behind it is mended */
	{ "rule a { condition: 1 = 1 } rule b { nonsense } rule c { condition: true || false }",
	  "rule a { condition: 1 == 1 } rule b { nonsense } rule c { condition: true or false }", 2, true },
	{ "rule a { condition: 1 = 1 } rule b { strings: $a = \"\\xzz\" condition: $a }",
	  "rule a { condition: 1 == 1 } rule b { strings: $a = \"\\xzz\" condition: $a }", 1, true },
	{ "rule b { strings: $a = \"abc\" $b = \"\\xzz\" condition: $a }", NULL, 0 },
	{ "rule a { strings: $a = \"\\xzz\" condition: $a }", NULL, 0 },
	{ "rule a { condition: 1 + }", NULL, 0 },
	{ "rule a : x x { condition: 1 + }", NULL, 0 },
	{ "rule a { strings: $a = /http://a.example/x/ nocase\n $b = /c/d+/\n condition: any of them }",
	  "rule a { strings: $a = /http:\\/\\/a.example\\/x/ nocase\n $b = /c\\/d+/\n condition: any of them }", 2 },
	{ "rule a { condition: \"x\" matches /a/b/ and true }", "rule a { condition: \"x\" matches /a\\/b/ and true }", 1 },
	{ "rule a { strings: $a = /a/b/ $b = /c/d/\n condition: any of them }", NULL, 1 },
	{ "rule a { strings: $a = /a/b/ $b = /c/d/\n $c = /e/f/ condition: any of them }", NULL, 1 },
	{ "rule a { strings: $a = /a.///b/\n condition: $a }", SAME, 0 }, /* a comment */
	{ "rule a { condition: \"x\" matches /a/ or \"y\" matches /b/ }", SAME, 0 },
	{ "rule a { strings: $a = /(a/b/ condition: $a }", NULL, 0 },
	{ "include \"x\" rule a { strings: $a = \"abc\" ascii condition: $a }", NULL, 0 },
};
/* clang-format on */

static enum err
fix(struct bytes text, struct buf *out, unsigned *said)
{
	struct arena a;
	struct diags ds = { .arena = &a };
	struct rules_env env = { .arena = &a,
		.diags = &ds,
		.modules = list,
		.nmodules = 1,
		.flags = RULES_NO_INCLUDES };
	struct rules_source src = { .file = "f", .text = text };
	enum err e;

	arena_init(&a, 32 << 20);
	*said = 0;
	e = rules_fix(&env, &src, out);
	for (const struct diag *d = ds.first; d != NULL; d = d->next)
		++*said;
	arena_done(&a);
	return e;
}

TEST(mended)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *want = rows[i].want == NULL      ? ""
				   : rows[i].want[0] == '\0' ? rows[i].from
							     : rows[i].want;
		struct buf once = { 0 }, twice = { 0 };
		unsigned said;
		enum err e = fix(bytes_of(rows[i].from), &once, &said);

		ROW("%zu", i);
		EQ_U(e, rows[i].want ? OK : ERR_SYNTAX);
		EQ_S(buf_cstr(&once), want);
		EQ_U(said, rows[i].said);
		if (e == OK && !rows[i].wrong) { /* and there is nothing left to mend */
			EQ_U(fix(buf_bytes(&once), &twice, &said), OK);
			EQ_B(buf_bytes(&twice), buf_bytes(&once));
			EQ_U(said, 0);
		}
		buf_done(&once);
		buf_done(&twice);
	}
}

/* Cut anywhere: left alone or mended, never read beyond. */
TEST(cut)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t n = 0; n < strlen(rows[i].from); n++) {
			struct bytes part = { (const uint8_t *)rows[i].from, n };
			struct buf out = { 0 };
			unsigned said;
			enum err e = fix(test_copy(part), &out, &said);

			CHECK(e == OK || e == ERR_SYNTAX);
			buf_done(&out);
		}
	}
}

/* Strings that are looked for in a condition as long as they are many: it ends. */
TEST(quadratic)
{
	enum { MANY = 12000 };
	struct buf text = { 0 }, out = { 0 };
	unsigned said;

	buf_str(&text, "rule r { strings:");
	for (unsigned i = 0; i < MANY; i++)
		buf_printf(&text, " $s%u = \"x\"", i);
	buf_str(&text, " condition: true");
	for (unsigned i = 0; i < MANY; i++)
		buf_str(&text, " or #a > 1");
	buf_str(&text, " }");
	EQ_U(fix(test_copy(buf_bytes(&text)), &out, &said), ERR_LIMIT);
	buf_done(&text);
	buf_done(&out);
}
