/* format_test.c - what the layout is, that it is stable, and that nothing is lost. */
#include "rules/format.h"

#include <stdio.h>

#include "tests/tap.h"

#define STAND "!syntax error: this cannot stand here"

/* clang-format off */
static const struct {
	const char *from, *want; /* "!..": refused, with these words */
} rows[] = {
	{ "", "" },
	{ "// only this  \n", "// only this\n" },
	{ "rule a{condition:true}", "rule a {\n    condition:\n        true\n}\n" },
	{ "import\"pe\"import \"elf\"\n\nprivate  global rule a:x  y{meta:a=1 b=-2\nc=\"x\" strings:$a=\"b\"wide ascii\n"
	  "$=/x/i $b={41 [1-2]\r\n 42} private $x=\"a\"xor( 1-2 )\ncondition:$a and( #b>1 )or any of($b*)}"
	  "rule b{condition:a}",
	  "import \"pe\"\nimport \"elf\"\n\nprivate global rule a : x y {\n    meta:\n        a = 1\n        b = -2\n        c = \"x\"\n"
	  "    strings:\n        $a = \"b\" wide ascii\n        $ = /x/i\n        $b = {41 [1-2]\n            42} private\n        $x = \"a\" xor(1 - 2)\n"
	  "    condition:\n        $a and (#b > 1) or any of ($b*)\n}\n\nrule b {\n    condition:\n        a\n}\n" },
	{ "rule a { condition:\n(\n1 == 1\n\n\n\nand uint16( 0 )==-1 and - 1 < 2 - 3\n)\n or pe . x [ 0 ] . f( 1 ,2 )\n\n }",
	  "rule a {\n    condition:\n        (\n            1 == 1\n\n            and uint16(0) == -1 and -1 < 2 - 3\n        )\n        or pe.x[0].f(1, 2)\n}\n" },
	{ "rule a { condition: for any i in ( 1 .. #a ) : ( @a[ i ]<5 ) and 50 % of them and 5 % 2 == 1 and any of (r_*, s*) and ~ 1 & 2 }",
	  "rule a {\n    condition:\n        for any i in (1..#a) : (@a[i] < 5) and 50% of them and 5 % 2 == 1 and any of (r_*, s*) and ~1 & 2\n}\n" },
	{ "rule a { strings: $a = {\n 41 // }\n\n    /* x\n y */ 42\n} condition: $a }",
	  "rule a {\n    strings:\n        $a = {\n            41 // }\n\n            /* x\n            y */ 42\n        }\n    condition:\n        $a\n}\n" },
	/* comments keep their places */
	{ "/* head */\n// of a\nrule a // name\n{ // brace\n  // first\n  strings: // s\n $a = \"x\" // one\n\n\n // $b = \"y\"\n condition:\n $a // end\n // last\n}\n"
	  "// of b\nrule b { condition: true } // after\n// end",
	  "/* head */\n// of a\nrule a // name\n{ // brace\n    // first\n    strings: // s\n        $a = \"x\" // one\n\n        // $b = \"y\"\n    condition:\n"
	  "        $a // end\n        // last\n}\n\n// of b\nrule b {\n    condition:\n        true\n} // after\n// end\n" },
	{ "rule a { strings: $a /* n */ = // v\n \"x\" condition: $a /* in */ or /* two\n   lines */ $a\n/* own */\nand\n// c\n$a }",
	  "rule a {\n    strings:\n        $a /* n */ = // v\n            \"x\"\n    condition:\n        $a /* in */ or /* two\n   lines */ $a\n        /* own */\n"
	  "        and\n        // c\n        $a\n}\n" },
	{ "include \"a\"  include \"b\"\nrule a { condition: true }", "include \"a\"\ninclude \"b\"\n\nrule a {\n    condition:\n        true\n}\n" },
	{ "rule a { condition: true } /* open", "rule a {\n    condition:\n        true\n} /* open\n" },
	{ "rule a { condition: 1_0 == 10 }\r\n\r\n\r\n", "rule a {\n    condition:\n        1_0 == 10\n}\n" },
	{ "rule a { condition: true", STAND },
	{ "rule a { meta: x = \"y", "!the file ends within a string or a regex" },
	{ "rule a { strings: $a = \"\\q\" condition: $a }", "!illegal escape sequence" },
	{ "rule a { strings: $a = /a\n/ condition: $a }", "!unterminated regular expression" },
	{ "rule a { condition: (1 == 1 }", "rule a {\n    condition:\n        (1 == 1\n}\n" },
	{ "rule a { condition: ) }", STAND },
	{ "a", STAND }, { "rule 1", STAND }, { "rule a { 1", STAND }, { "rule a { meta = 1", STAND },
	{ "rule a { meta: 1", STAND }, { "import 1", STAND }, { "rule a { condition: { }", STAND },
	{ "\xef\xbb\xbfrule", "!non-ascii character" },
};
/* clang-format on */

/* said: what the first diag says, or nothing. */
static enum err
format(struct bytes text, struct buf *out, char said[100])
{
	struct arena a;
	struct diags ds = { .arena = &a };
	enum err e;

	arena_init(&a, 16 << 20);
	e = rules_format(text, "f", &a, &ds, out);
	snprintf(said, 100, "%s%s", ds.first ? "!" : "", ds.first ? ds.first->text : "");
	arena_done(&a);
	return e;
}

TEST(layout)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf once = { 0 }, twice = { 0 };
		char said[100];
		enum err e = format(bytes_of(rows[i].from), &once, said);

		ROW("%zu: %s", i, rows[i].from);
		EQ_U(e, rows[i].want[0] == '!' ? ERR_SYNTAX : OK);
		EQ_S(e == OK ? buf_cstr(&once) : said, rows[i].want);
		if (e == OK) {
			EQ_U(format(buf_bytes(&once), &twice, said), OK);
			EQ_B(buf_bytes(&twice), buf_bytes(&once));
		}
		buf_done(&once);
		buf_done(&twice);
	}
}

/* Every sample cut at every length: refused, or stable. */
TEST(cut)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t n = 0; n < strlen(rows[i].from); n++) {
			size_t len = n;
			struct bytes copy = test_copy(
			    (struct bytes){ (const uint8_t *)rows[i].from, len });
			struct buf once = { 0 }, twice = { 0 };
			char said[100];

			ROW("%zu up to %zu", i, n);
			if (format(copy, &once, said) == OK) {
				EQ_U(format(buf_bytes(&once), &twice, said), OK);
				EQ_B(buf_bytes(&twice), buf_bytes(&once));
			}
			buf_done(&once);
			buf_done(&twice);
		}
	}
}

TEST(deep)
{
	struct buf text = { 0 }, out = { 0 };
	char said[100];

	buf_str(&text, "rule a { condition:");
	for (int i = 0; i < 5000; i++)
		buf_str(&text, "\n(");
	buf_str(&text, "}");
	EQ_U(format(buf_bytes(&text), &out, said), OK);
	CHECK(out.n < 5000 * (FORMAT_LEVELS * FORMAT_INDENT + 2) + 100);
	buf_done(&text);
	buf_done(&out);
}

/* Of the arena only texts with escapes take, however large the file is. */
TEST(budget)
{
	struct buf text = { 0 }, out = { 0 };
	struct diags ds;
	struct arena a;

	for (int i = 0; i < 10000; i++)
		buf_printf(&text, "rule r%d { condition: true }\n", i);
	for (unsigned escapes = 0; escapes < 2; escapes++) {
		ds = (struct diags){ .arena = &a };
		arena_init(&a, 4096);
		EQ_U(rules_format(buf_bytes(&text), "f", &a, &ds, &out),
		    escapes ? ERR_LIMIT : OK);
		EQ_U(out.n > 0, !escapes);
		buf_clear(&out);
		arena_done(&a);
		for (int i = 0; i < 1000; i++)
			buf_printf(&text,
			    "rule s%d { meta: m = \"\\\\%s\" condition: true }\n", i,
			    "some text of a kind");
	}
	buf_done(&text);
	buf_done(&out);
}
