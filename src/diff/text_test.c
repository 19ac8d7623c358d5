#include "diff/rig.h"
#include "diff/text.h"

/* clang-format off */
static const struct {
	const char *name, *a, *b;
	bool code;
	const char *want;
} rows[] = {
	{ "one line", "a\nb\nc\n", "a\nx\nc\n", false,
	  "text line 2: 1 line removed, 1 added\n\t  a\n\t- b\n\t+ x\n\t  c\n" },
	{ "added at the end", "a\n", "a\nb\n", false,
	  "text line 2: 1 line added\n\t  a\n\t+ b\n" },
	{ "removed at the start", "a\nb\n", "b\n", false,
	  "text line 1: 1 line removed\n\t- a\n\t  b\n" },
	{ "no newline at the end", "a\nb", "a\nb\n", false,
	  "text line 2: 1 line removed, 1 added\n\t  a\n\t- b\n\t# no newline at the end of the first\n\t+ b\n" },
	{ "everything", "a", "b", true, "code line 1: 1 line removed, 1 added\n\t- a\n\t# no newline at the end of the first\n\t+ b\n\t# no newline at the end of the second\n" },
	{ "to nothing", "a\nb\n", "", false,
	  "text lines 1-2: 2 lines removed\n\t- a\n\t- b\n" },
	{ "two places", "a\n1\n2\n3\n4\n5\n6\n7\n8\nb\n", "x\n1\n2\n3\n4\n5\n6\n7\n8\ny\n", false,
	  "text line 1: 1 line removed, 1 added\n\t- a\n\t+ x\n\t  1\n\t  2\n\t  3\n"
	  "text line 10: 1 line removed, 1 added\n\t  6\n\t  7\n\t  8\n\t- b\n\t+ y\n" },
	{ "two close places", "a\n1\n2\n3\nb\n", "x\n1\n2\n3\ny\n", false,
	  "text lines 1-5: 2 lines removed, 2 added\n\t- a\n\t+ x\n\t  1\n\t  2\n\t  3\n\t- b\n\t+ y\n" },
	{ "a date and a word", "at 10:00\n1\n2\n3\n4\n5\n6\n7\nb\n", "at 11:00\n1\n2\n3\n4\n5\n6\n7\nc\n", false,
	  "timestamp line 1: 1 line removed, 1 added\n\t- at 10:00\n\t+ at 11:00\n\t  1\n\t  2\n\t  3\n"
	  "text line 9: 1 line removed, 1 added\n\t  5\n\t  6\n\t  7\n\t- b\n\t+ c\n" },
	{ "another order", "one\ntwo\nthree\n", "three\none\ntwo\n", false,
	  "order lines 1-3: 1 line removed, 1 added\n\t+ three\n\t  one\n\t  two\n\t- three\n" },
	{ "another order of code", "one\ntwo\nthree\n", "three\none\ntwo\n", true, NULL },
	{ "moved", "first block of text\nsecond line of it\n1\n2\n3\n4\n5\n6\n7\nz\n",
	  "1\n2\n3\n4\n5\n6\n7\nfirst block of text\nsecond line of it\ny\n", false,
	  "order lines 1-2: 2 lines removed; 2 lines moved to line 8\n\t# moved to line 8\n\t- first block of text\n\t- second line of it\n\t  1\n\t  2\n\t  3\n"
	  "text line 10: 1 line removed, 3 added; 2 lines moved here from line 1\n\t  5\n\t  6\n\t  7\n\t- z\n\t# moved here from line 1\n\t+ first block of text\n\t+ second line of it\n\t+ y\n" },
};
/* clang-format on */

TEST(golden)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig g;

		ROW("%s", rows[i].name);
		rig_init(&g);
		g.detail = true;
		EQ_U(text_diff(&g.run, test_copy(bytes_of(rows[i].a)),
			 test_copy(bytes_of(rows[i].b)), rows[i].code),
		    OK);
		if (rows[i].want != NULL)
			EQ_S(buf_cstr(&g.said), rows[i].want);
		else
			CHECK(g.run.worst == DIFF_CODE);
		rig_done(&g);
	}
}

/* Random edits: lines that are told as removed and added turn one text into the other. */
TEST(applies)
{
	uint64_t seed = 3;

	for (unsigned round = 0; round < 300; round++) {
		struct buf a = { 0 }, b = { 0 };
		struct rig g;

		for (unsigned i = 0; i < 12; i++) {
			uint64_t r = test_random(&seed);

			if (r & 3)
				buf_printf(&a, "%c\n", 'a' + (char)(r >> 8 & 7));
			if (r & 12)
				buf_printf(
				    &b, "%c\n", 'a' + (char)(r >> (r & 16 ? 8 : 16) & 7));
		}
		rig_init(&g);
		EQ_U(text_diff(&g.run, buf_bytes(&a), buf_bytes(&b), false), OK);
		EQ_U(g.run.told > 0, !bytes_eq(buf_bytes(&a), buf_bytes(&b)));
		rig_done(&g);
		buf_done(&a);
		buf_done(&b);
	}
}

/* Ten thousand places are told as two hundred and a count; the class of each counts. */
TEST(many_places)
{
	struct buf a = { 0 }, b = { 0 };
	struct rig g;

	for (unsigned i = 0; i < 10000; i++) {
		buf_printf(&a, "%u\n1\n2\n3\n4\n5\n6\n7\n8\n", i);
		buf_printf(&b, "x%u\n1\n2\n3\n4\n5\n6\n7\n8\n", i);
	}
	rig_init(&g);
	EQ_U(text_diff(&g.run, buf_bytes(&a), buf_bytes(&b), true), OK);
	EQ_U(g.run.told, 201);
	CHECK(bytes_find(buf_bytes(&g.said), 0,
		  BYTES_LIT("code 9800 more places differ")) != UINT64_MAX);
	rig_done(&g);
	buf_done(&a);
	buf_done(&b);
}
