#include "objdiff/harmless.h"

#include "base/err.h"
#include "tests/tap.h"

#define NO (-1)

/* clang-format off */
static const struct { const char *a, *b; int want; } rows[] = {
	/* dates and times */
	{ "Jan  1 2024", "Dec 31 2025", DIFF_TIMESTAMP },
	{ "built on Mon Jan  1 2024 at 10:00:00", "built on Tue Feb  2 2024 at 11:11:11", DIFF_TIMESTAMP },
	{ "01:02:03", "23:59:59", DIFF_TIMESTAMP },
	{ "version 1.2 (2024-01-01)", "version 1.2 (2025-12-31)", DIFF_TIMESTAMP },
	{ "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", DIFF_TIMESTAMP },
	{ "1 January 2024", "2 March 2025", DIFF_TIMESTAMP },
	/* build paths */
	{ "/build/a/src/main.c", "/tmp/b/src/main.c", DIFF_PATH },
	{ "main.c", "../src/main.c", DIFF_PATH },
	{ "/a/main.c:12: failed", "/b/main.c:12: failed", DIFF_PATH },
	{ "/a/lib.rs built 2024-01-01", "/b/lib.rs built 2024-02-02", DIFF_PATH },
	/* none of them */
	{ "secret", "Secret", NO },
	{ "/etc/passwd", "/tmp/passwd", NO },
	{ "/usr/lib/a.so", "/tmp/a.so", NO },
	{ "/usr/include/stdc-predef.h", "/tmp/include/stdc-predef.h", NO },
	{ "/a/main.c", "/a/evil.c", NO },
	{ "/a/main.c:12: failed", "/b/main.c:13: failed", NO },
	{ "Mon", "Tue", NO },
	{ "May", "March", NO },
	{ "2024", "2025", NO },
	{ "port 21", "port 22", NO },
	{ "Jan 2024", "Feb 2024", NO },
	{ "Jan  1 2024 -x", "Jan  2 2024 -y", NO },
	{ "12:30", "12:31", NO },
	{ "1.2.3", "1.2.4", NO },
	{ "Jan  1 2024", "Jan  1 2024", NO },
	{ "Jan  1 2024", "Jan  1 2024 ", NO },
	{ "", "Jan  1 2024", NO },
	{ "2024-01-01\xff", "2024-01-02\xff", NO },
};
/* clang-format on */

TEST(texts)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum diff_class cls = DIFF_CODE;
		bool is = harmless_data(
		    test_copy(bytes_of(rows[i].a)), test_copy(bytes_of(rows[i].b)), &cls);
		ROW("%s | %s", rows[i].a, rows[i].b);
		EQ_I(is ? (int)cls : NO, rows[i].want);
	}
}

TEST(several)
{
	enum diff_class cls = DIFF_CODE;

	/* all texts must be harmless, also the ones that are equal */
	CHECK(harmless_data(BYTES_LIT("a\0/x/m.c\0Jan  1 2024\0\0"),
	    BYTES_LIT("a\0/yy/m.c\0\0Jan  2 2024"), &cls));
	EQ_U(cls, DIFF_PATH);
	CHECK(!harmless_data(
	    BYTES_LIT("a\0Jan  1 2024"), BYTES_LIT("b\0Jan  2 2024"), &cls));
	CHECK(!harmless_data(
	    BYTES_LIT("\x01\0Jan  1 2024"), BYTES_LIT("\x01\0Jan  2 2024"), &cls));
	CHECK(
	    !harmless_data(BYTES_LIT("Jan  1 2024\0x"), BYTES_LIT("Jan  2 2024"), &cls));
	CHECK(!harmless_data(BYTES_LIT("\0\0"), BYTES_LIT("\0"), &cls));
	CHECK(!harmless_data((struct bytes){ 0 }, (struct bytes){ 0 }, &cls));
}

TEST(printable)
{
	CHECK(harmless_printable(BYTES_LIT("a\tb\r\n")));
	CHECK(harmless_printable(BYTES_LIT("gr\xc3\xbc\xc3\x9f")));
	CHECK(!harmless_printable(BYTES_LIT("a\x1b[0m")));
	CHECK(!harmless_printable(BYTES_LIT("\xff\xfe")));
	CHECK(!harmless_printable((struct bytes){ 0 }));
}
