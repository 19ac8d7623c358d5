#include "report/diag.h"

#include "base/text.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *name;
	struct diag d;
	const char *want;
} rows[] = {
	{ "the whole file", { DIAG_ERROR, "", NULL, 0, 0, 0, "bad", NULL, NULL }, "f: error: bad\n" },
	{ "a line", { DIAG_WARNING, "", "r", 3, 0, 0, "slow", NULL, NULL },
	  "f:3: warning: slow (in rule r)\n" },
	{ "a caret", { DIAG_ERROR, "", NULL, 3, 5, 1, "bad", "abc d", NULL },
	  "f:3:5: error: bad\n     3 | abc d\n       |     ^\n" },
	{ "underlined", { DIAG_ERROR, "", NULL, 3, 1, 3, "bad", "abc d", NULL },
	  "f:3:1: error: bad\n     3 | abc d\n       | ^~~\n" },
	{ "a tab and a bad byte before", { DIAG_ERROR, "", NULL, 3, 3, 1, "bad", "\t\xff" "d", NULL },
	  "f:3:3: error: bad\n     3 |  \\xffd\n       |      ^\n" },
	{ "behind the end", { DIAG_ERROR, "", NULL, 3, 9, 1, "bad", "ab", NULL },
	  "f:3:9: error: bad\n     3 | ab\n" },
	{ "YARA names a later line", { DIAG_ERROR, "", NULL, 5, 1, 1, "bad", "ab", NULL, 3 },
	  "f:3:1: error: bad\n     3 | ab\n       | ^\n" },
	{ "backslashes as they stand", { DIAG_ERROR, "", NULL, 1, 5, 2, "\\w is bad", "/\\w \\d/", NULL },
	  "f:1:5: error: \\w is bad\n     1 | /\\w \\d/\n       |     ^~\n" },
	{ "a forging source", { DIAG_ERROR, "", NULL, 1, 0, 0, "bad\nx: error", "a\rb\x1b", NULL },
	  "f:1: error: bad\\nx: error\n     1 | a\\rb\\x1b\n" },
};
/* clang-format on */

TEST(forms)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		ROW("%s", rows[i].name);
		report_diag(&b, &rows[i].d, "f", false);
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}

/* Colours are ours alone: around the word and the caret, and ended. */
TEST(colours)
{
	static const struct {
		enum diag_kind kind;
		const char *want;
	} says[] = {
		{ DIAG_ERROR, "f:1:2: \033[1;31merror\033[m: b\\x1b[m\n     1 | a\\x1b\n"
			      "       |  \033[1;31m^~~~\033[m\n" },
		{ DIAG_WARNING,
		    "f:1:2: \033[1;33mwarning\033[m: b\\x1b[m\n     1 | a\\x1b\n"
		    "       |  \033[1;33m^~~~\033[m\n" },
		{ DIAG_HINT, "f:1:2: \033[1;36mhint\033[m: b\\x1b[m\n     1 | a\\x1b\n"
			     "       |  \033[1;36m^~~~\033[m\n" },
	};

	for (size_t i = 0; i < COUNT(says); i++) {
		const struct diag d = { says[i].kind, "", NULL, 1, 2, 1, "b\x1b[m",
			"a\x1b", NULL, 0 };
		struct buf b = { 0 };

		ROW("%zu", i);
		report_diag(&b, &d, "f", true);
		EQ_S(buf_cstr(&b), says[i].want);
		buf_done(&b);
	}
}

/*
 * Of any line, with any place in it, what is shown is short, three lines, printable, and
 * the caret stands below something that is shown.
 */
TEST(any_place)
{
	static char line[1000];
	static const char *const fills[] = { "a", "\t", "\xc3\xa9", "\xf0\x9f\x90\x9f",
		"\xff", "\xe2\x80\xae", "\\" };

	for (size_t i = 0; i < COUNT(fills); i++) {
		size_t unit = strlen(fills[i]), n = sizeof(line) - 1;

		for (size_t k = 0; k < n; k++)
			line[k] = fills[i][k % unit];
		for (unsigned col = 1; col <= n + 2; col += 7) {
			const struct diag d = { DIAG_ERROR, "", "r\n", 9, col,
				col % 3 * 500, "t", line, NULL, 0 };
			struct buf b = { 0 };
			struct bytes s;
			uint64_t one, two, three;

			ROW("%zu, column %u", i, col);
			report_diag(&b, &d, "f\n", false);
			s = buf_bytes(&b);
			one = bytes_find(s, 0, BYTES_LIT("\n"));
			two = bytes_find(s, one + 1, BYTES_LIT("\n"));
			three = bytes_find(s, two + 1, BYTES_LIT("\n"));
			CHECK(two < 1000 && text_is_utf8(s));
			EQ_U(three == UINT64_MAX ? two : three, s.n - 1);
			/* in bytes, of which a letter that is shown has at least one */
			if (three != UINT64_MAX)
				CHECK(bytes_find(s, two, BYTES_LIT("^")) - two <=
				      two - one);
			buf_done(&b);
		}
	}
}
