/* fix_slash_test.c - where a regular expression with slashes in it was meant to end. */
#include "rules/fix_slash.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *line;
	bool condition;
	unsigned ways;
	const char *mended; /* of the text between the slashes, when there is one way */
} rows[] = {
	{ "/abc/", false, 1, "abc" },
	{ "/http://a.example/x/", false, 1, "http:\\/\\/a.example\\/x" },
	{ "/http://a.example/x/i nocase wide", false, 1, "http:\\/\\/a.example\\/x" },
	{ "/a\\/b/c/is fullword // see /x", false, 1, "a\\/b\\/c" },
	{ "/a\\\\/b/", false, 1, "a\\\\\\/b" },
	{ "/a/b/ /* ends */ ascii", false, 2, "" },
	{ "/a[/]b/\t$b = \"x\"", false, 1, "a[\\/]b" },
	{ "/a/b/ condition: $a }", false, 1, "a\\/b" },
	{ "/a/b/ conditions", false, 0, "" },
	{ "/a/b/ private}", false, 1, "a\\/b" },
	{ "/a/b/\r", false, 1, "a\\/b" },
	{ "/^a/$", false, 0, "" },
	{ "/^a/$b/", false, 1, "^a\\/$b" },
	{ "/a///b/", false, 2, "" },         /* a comment, or two slashes */
	{ "/a/b/ $b = /c/d/", false, 2, "" }, /* two strings, or one */
	{ "/a", false, 0, "" },
	{ "/", false, 0, "" },
	{ "", false, 0, "" },
	{ "/a\\", false, 0, "" },
	{ "/a\\/", false, 0, "" },
	{ "/a/b/ and x", true, 1, "a\\/b" },
	{ "/a/b/i)", true, 1, "a\\/b" },
	{ "/a/b/, 80)", true, 1, "a\\/b" },
	{ "/a/b/ }", true, 1, "a\\/b" },
	{ "/a/b/", true, 1, "a\\/b" },
	{ "/a/b/ android", true, 0, "" },
	{ "/a/ or y matches /b/", true, 2, "" },
	{ "/a/b/ nocase", true, 0, "" },
};
/* clang-format on */

TEST(ends)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes line = test_copy(bytes_of(rows[i].line));
		struct buf out = { 0 };
		size_t end = 0;
		unsigned ways = slash_ends(line, rows[i].condition, &end);

		ROW("%s", rows[i].line);
		EQ_U(ways, rows[i].ways);
		if (ways == 1) {
			slash_escape(bytes_sub(line, 1, end - 1), &out);
			EQ_B(buf_bytes(&out), bytes_of(rows[i].mended));
		}
		buf_done(&out);
	}
}

/* An escape that the text ends in is written as it is, nothing is read behind it. */
TEST(escape_at_the_end)
{
	struct buf out = { 0 };

	slash_escape(test_copy(BYTES_LIT("a/\\")), &out);
	EQ_S(buf_cstr(&out), "a\\/\\");
	buf_done(&out);
}
