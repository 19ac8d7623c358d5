/* fix_escape_test.c - which backslashes of a text stand for themselves. */
#include "rules/fix_escape.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text, *want; /* NULL: not mended */
	unsigned doubled;
	char left;
} rows[] = {
	{ "\"\\d\" wide", "\"\\\\d\"", 1, 0 },
	{ "\"C:\\Windows\\temp\"", "\"C:\\\\Windows\\\\temp\"", 2, 0 },
	{ "\"x C:\\Win\\new\\run\\x64\\0day\"", "\"x C:\\\\Win\\\\new\\\\run\\\\x64\\\\0day\"", 5, 0 },
	{ "\"c:\\temp\\x\"", "\"c:\\\\temp\\\\x\"", 2, 0 },
	{ "\"c:\\Dir\\xyz\"", "\"c:\\\\Dir\\\\xyz\"", 2, 0 },
	{ "\"C:\\\\Windows\\temp\\q\"", "\"C:\\\\Windows\\\\temp\\\\q\"", 2, 0 },
	{ "\"%TEMP%\\new\\q\"", "\"%TEMP%\\\\new\\\\q\"", 2, 0 },
	{ "\"HKLM\\Software\\test\"", "\"HKLM\\\\Software\\\\test\"", 2, 0 },
	{ "\"xHKLM\\Software\\test\"", "\"xHKLM\\\\Software\\test\"", 1, 't' },
	{ "\"\\Windows\\temp\"", "\"\\\\Windows\\temp\"", 1, 't' }, /* no beginning */
	{ "\"\\d+\\r\\n\"", "\"\\\\d+\\r\\n\"", 1, 'r' },
	{ "\"C:\\Dir\\r\\n\"", "\"C:\\\\Dir\\r\\n\"", 1, 'r' },     /* a line ends */
	{ "\"C:\\Dir\\t %s\"", "\"C:\\\\Dir\\t %s\"", 1, 't' },
	{ "\"C:\\Dir \\\"x\\\" \\\\\"", "\"C:\\\\Dir \\\"x\\\" \\\\\"", 1, 0 },
	{ "\"http:\\d\\temp\"", "\"http:\\\\d\\temp\"", 1, 't' },   /* no drive */
	{ "\"\\xzz\"", NULL, 0, 0 },
	{ "\"\\d\\x4\"", NULL, 0, 0 },
	{ "\"C:\\\\t\"", NULL, 0, 0 },  /* nothing is wrong */
	{ "\"C:\\dir\\\"", NULL, 0, 0 }, /* it does not end */
	{ "\"C:\\dir\n\"", NULL, 0, 0 },
	{ "\"\\", NULL, 0, 0 },
	{ "\"", NULL, 0, 0 },
};
/* clang-format on */

TEST(mended)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes text = test_copy(bytes_of(rows[i].text));
		struct escape_said said;
		struct buf out = { 0 };
		size_t n = 0;

		ROW("%s", rows[i].text);
		EQ_U(escape_mend(text, &out, &n, &said), rows[i].want != NULL);
		if (rows[i].want != NULL) {
			EQ_S(buf_cstr(&out), rows[i].want);
			EQ_U(said.doubled, rows[i].doubled);
			EQ_U(said.left, (uint8_t)rows[i].left);
		}
		buf_done(&out);
	}
}

/* clang-format off */
static const struct {
	const char *text, *want; /* NULL: not mended */
	size_t n;
} curly[] = {
	{ "\xe2\x80\x9c" "abc\xe2\x80\x9d wide", "\"abc\"", 9 },
	{ "\xe2\x80\x9d" "a\\\"c\xe2\x80\x9d", "\"a\\\"c\"", 10 },
	{ "\xe2\x80\x9c" "a\xe2\x80\x99s\xe2\x80\x9d", "\"a\xe2\x80\x99s\"", 11 },
	{ "\xe2\x80\x9c" "a\"c\xe2\x80\x9d", NULL, 0 }, /* a straight one within */
	{ "\xe2\x80\x9c" "abc\n\xe2\x80\x9d", NULL, 0 },
	{ "\xe2\x80\x9c" "abc", NULL, 0 },
	{ "\xe2\x80\x9c", NULL, 0 },
	{ "\xe2\x80", NULL, 0 },
	{ "\"abc\xe2\x80\x9d", NULL, 0 }, /* begins as it should */
	{ "", NULL, 0 },
};
/* clang-format on */

TEST(quotes)
{
	for (size_t i = 0; i < COUNT(curly); i++) {
		struct bytes text = test_copy(bytes_of(curly[i].text));
		struct buf out = { 0 };
		size_t n = 0;

		ROW("%zu", i);
		EQ_U(escape_quotes(text, &out, &n), curly[i].want != NULL);
		if (curly[i].want != NULL) {
			EQ_S(buf_cstr(&out), curly[i].want);
			EQ_U(n, curly[i].n);
		}
		buf_done(&out);
	}
}

/* Cut anywhere, nothing is read behind the end. */
TEST(cut)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t n = 1; n < strlen(rows[i].text); n++) {
			struct bytes part = { (const uint8_t *)rows[i].text, n };
			struct escape_said said;
			struct buf out = { 0 };
			size_t len = 0;

			if (escape_mend(test_copy(part), &out, &len, &said))
				CHECK(len <= n && said.doubled > 0);
			buf_done(&out);
		}
	}
}
