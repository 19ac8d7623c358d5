#include "diff/cause.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *a, *b;
	bool code;
	enum diff_class want; /* other is DIFF_TEXT, of program text DIFF_CODE */
} rows[] = {
	{ "the same", "the same", false, DIFF_TEXT },
	/* times */
	{ "built 2026-11-29", "built 2025-01-02", false, DIFF_TIMESTAMP },
	{ "at 2026-11-29T10:19:44Z.", "at 2026-11-30T11:00:00Z.", false, DIFF_TIMESTAMP },
	{ "at 2026-11-29 10:19:44.123 +0100", "at 2026-11-30 09:01:02.5 -0530", false, DIFF_TIMESTAMP },
	{ "Sun Nov 29 10:19:44 UTC 2026", "Mon Jan  5 01:02:03 UTC 2026", false, DIFF_TIMESTAMP },
	{ "Date: Sun, 29 Nov 2026 10:19:44 +0000", "Date: Mon, 5 Jan 2026 01:02:03 +0100", false, DIFF_TIMESTAMP },
	{ "29 November 2026", "5 May 2025", false, DIFF_TIMESTAMP },
	{ "/CreationDate (D:20261129101944Z)", "/CreationDate (D:20250101000000Z)", false, DIFF_TIMESTAMP },
	{ "stamp=1764411584", "stamp=1700000000", false, DIFF_TIMESTAMP },
	{ "(C) 2024", "(C) 2026", false, DIFF_TIMESTAMP },
	{ "10:19", "23:59", false, DIFF_TIMESTAMP },
	{ "version 1.2", "version 1.3", false, DIFF_TEXT },
	{ "port 8080", "port 9090", false, DIFF_TEXT },
	{ "2026-13-29", "2026-11-29", false, DIFF_TEXT },
	{ "x 20269999 y", "x 20261129 y", false, DIFF_TEXT },
	/* paths */
	{ "from /build/hello-1/src/a.c", "from /tmp/x/src/a.c", false, DIFF_PATH },
	{ "from /build/1/a.c", "from /build/1/b.c", false, DIFF_TEXT },
	{ "/home/a/x at 10:00", "/home/b/x at 11:00", false, DIFF_PATH },
	/* digests, identifiers, locales */
	{ "0123456789abcdef0123456789abcdef  f", "fedcba9876543210fedcba9876543210  f", false, DIFF_BUILD_ID },
	{ "0123456789abcdef0123456789abcdef  f", "fedcba9876543210fedcba9876543210  g", false, DIFF_TEXT },
	{ "id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-e89b-12d3-a456-4266141740ff", false, DIFF_RANDOM },
	{ "in tmp.Ab3dE5fG7h", "in tmp.zzzzzzzzzz", false, DIFF_RANDOM },
	{ "LANG=C", "LANG=en_GB.UTF-8", false, DIFF_LOCALE },
	{ "LANG=de_DE", "LANG=POSIX", false, DIFF_LOCALE },
	{ "LANG=English", "LANG=German", false, DIFF_TEXT },
	/* program text: only comments */
	{ "# built 2026-11-29", "# built 2025-01-02", true, DIFF_TIMESTAMP },
	{ "// made in /build/a/x", "// made in /tmp/b/x", true, DIFF_PATH },
	{ "/* 2026 */", "/* 2025 */", true, DIFF_TIMESTAMP },
	{ "/* 2026 */ run(1);", "/* 2025 */ run(1);", true, DIFF_CODE },
	{ "date = \"2026-11-29 10:00\"", "date = \"2025-11-29 11:00\"", true, DIFF_CODE },
	{ "if [ \"$d\" \\> \"2026-01-01\" ]", "if [ \"$d\" \\> \"2030-01-01\" ]", true, DIFF_CODE },
	{ "#define D \"2026-11-29\"", "#define D \"2026-11-30\"", true, DIFF_CODE },
	{ "#  define D \"2026-11-29\"", "#  define D \"2026-11-30\"", true, DIFF_CODE },
	{ "# definitely 2026-11-29", "# definitely 2026-11-30", true, DIFF_TIMESTAMP },
	{ "exec \"/build/abc/x\"", "exec \"/build/def/x\"", true, DIFF_CODE },
	{ "date = '/build/a/lib'", "date = '/build/b/lib'", true, DIFF_CODE },
	{ "path = \"/usr/bin/sh\"", "path = \"/opt/bin/sh\"", true, DIFF_CODE },
	{ "if now > 20261129:", "if now > 20251129:", true, DIFF_CODE },
	{ "t = 1764411584", "t = 1700000000", true, DIFF_CODE },
	{ "t = \"1764411584\"", "t = \"1700000000\"", true, DIFF_CODE },
	{ "year = 2026", "year = 2025", true, DIFF_CODE },
	{ "#!/build/a/sh", "#!/build/b/sh", true, DIFF_CODE },
	{ "#include </build/a/x.h>", "#include </build/b/x.h>", true, DIFF_CODE },
	{ "key = \"0123456789abcdef0123456789abcdef\"", "key = \"fedcba9876543210fedcba9876543210\"", true, DIFF_CODE },
	{ "# sha 0123456789abcdef0123456789abcdef", "# sha fedcba9876543210fedcba9876543210", true, DIFF_BUILD_ID },
	{ "<!-- 2026 --><script>a</script>", "<!-- 2025 --><script>a</script>", true, DIFF_CODE },
	{ "x = 1", "# x = 1", true, DIFF_CODE },
};
/* clang-format on */

TEST(causes)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum diff_class other = rows[i].code ? DIFF_CODE : DIFF_TEXT;
		struct bytes a = test_copy(bytes_of(rows[i].a));
		struct bytes b = test_copy(bytes_of(rows[i].b));

		ROW("%s", rows[i].a);
		EQ_U(cause_of(a, b, rows[i].code, other), rows[i].want);
		EQ_U(cause_of(b, a, rows[i].code, other), rows[i].want);
	}
}

/* A line against each of its beginnings: no read too far, and no cause for what is gone.
 */
TEST(prefixes)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t n = 0; n < strlen(rows[i].a); n++) {
			struct bytes a = test_copy(bytes_of(rows[i].a));
			struct bytes b =
			    test_copy((struct bytes){ (const uint8_t *)rows[i].a, n });

			CHECK(cause_of(a, b, rows[i].code, DIFF_DATA) <= DIFF_DATA);
		}
}

TEST(runs)
{
	CHECK(cause_runs(BYTES_LIT("Main-Class: a.B\r")));
	CHECK(cause_runs(BYTES_LIT("Class-Path: x.jar")));
	CHECK(!cause_runs(BYTES_LIT("Built-By: me")));
	CHECK(!cause_runs(BYTES_LIT("The Main-Class: a.B")));
	CHECK(!cause_runs((struct bytes){ 0 }));
}

TEST(long_lines)
{
	static uint8_t big[5000];
	struct bytes a = { big, sizeof(big) }, b = { big, sizeof(big) - 1 };

	EQ_U(cause_of(a, b, false, DIFF_TEXT), DIFF_TEXT);
}
