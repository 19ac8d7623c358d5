#include "report/diag.h"

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
