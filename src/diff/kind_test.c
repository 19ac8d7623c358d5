#include "diff/kind.h"

#include "base/err.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *head, *name;
	uint32_t mode;
	enum kind kind;
	bool code;
} rows[] = {
	{ "hello\n", "readme", 0644, KIND_TEXT, false },
	{ "hello\n", "readme", 0755, KIND_TEXT, true },
	{ "hello\n", "x.py", 0644, KIND_TEXT, true },
	{ "hello\n", "X.PY", 0644, KIND_TEXT, true },
	{ "hello\n", "py", 0644, KIND_TEXT, false },
	{ "hello\n", "dir.py/readme", 0644, KIND_TEXT, false },
	{ "hello\n", "postinst", 0644, KIND_TEXT, true },
	{ "hello\n", "control/postinst", 0644, KIND_TEXT, true },
	{ "hello\n", "Makefile", 0644, KIND_TEXT, true },
	{ "hello\n", "1/CMakeLists.txt", 0644, KIND_TEXT, true },
	{ "hello\n", "x.dist-info/entry_points.txt", 0644, KIND_TEXT, true },
	{ "hello\n", "a/.github/workflows/ci.yml", 0644, KIND_TEXT, true },
	{ "hello\n", "workflows/ci.yml", 0644, KIND_TEXT, false },
	{ "hello\n", "Cargo.toml", 0644, KIND_TEXT, true },
	{ "hello\n", "pom.xml", 0644, KIND_TEXT, true },
	{ "hello\n", "BUILD.bazel", 0644, KIND_TEXT, true },
	{ "<svg><script>x</script></svg>", "a.svg", 0644, KIND_TEXT, true },
	{ "<svg onload=\"x\"/>", "a.svg", 0644, KIND_TEXT, true },
	{ "<svg><a href=\"javascript:x\"/></svg>", "a.svg", 0644, KIND_TEXT, true },
	{ "<svg><path d=\"M1\"/></svg>", "a.svg", 0644, KIND_TEXT, false },
	{ "hello\n", "etc/cron.d/x", 0644, KIND_TEXT, true },
	{ "hello\n", "usr/lib/systemd/system/x.service", 0644, KIND_TEXT, true },
	{ "#!/bin/sh\n", "readme", 0644, KIND_TEXT, true },
	{ "<p>a</p><script>x</script>", "a.html", 0644, KIND_TEXT, true },
	{ "<p>a</p>", "a.html", 0644, KIND_TEXT, false },
	{ "\x1f\x8b\x08\x01", "a", 0644, KIND_GZIP, false },
	{ "BZh9", "a", 0644, KIND_BZIP2, false },
	{ "!<arch>\n", "a", 0644, KIND_AR, false },
	{ "070701xx", "a", 0644, KIND_CPIO, false },
	{ "PK\x03\x04", "a.jar", 0644, KIND_ZIP, false },
	{ "%PDF-1.4", "a", 0644, KIND_PDF, false },
	{ "\x89PNG\r\n\x1a\n", "a", 0644, KIND_PNG, false },
	{ "\xed\xab\xee\xdb", "a", 0644, KIND_RPM, false },
	{ "\xca\xfe\xba\xbe\x01", "a", 0644, KIND_DATA, true },
	{ "\x1bLua", "a", 0644, KIND_DATA, true },
	{ "MZ\x90", "a", 0644, KIND_OBJECT, true },
	{ "\x01\x02\x03\x04", "a", 0644, KIND_DATA, false },
	{ "\x01\x02\x03\x04", "a.so", 0644, KIND_DATA, true },
	{ "\x01\x02\x03\x04", "a", 0111, KIND_DATA, true },
};
/* clang-format on */

TEST(kinds)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes head = test_copy(bytes_of(rows[i].head));
		struct kind_found k =
		    kind_of(head, head.n, bytes_of(rows[i].name), rows[i].mode);

		ROW("%s %s", rows[i].name, rows[i].head);
		if (rows[i].kind != KIND_OBJECT) /* which of them are, is objdiff's */
			EQ_U(k.kind, rows[i].kind);
		EQ_U(k.code, rows[i].code);
		CHECK(k.type != NULL && k.type[0] != '\0');
	}
	EQ_U(kind_of((struct bytes){ 0 }, 0, BYTES_LIT("x"), 0).kind, KIND_EMPTY);
}

/* A tar of before POSIX is known by its sum alone. */
TEST(old_tar)
{
	uint8_t head[512] = "name";
	uint32_t sum = 8 * ' ';
	struct bytes b = { head, sizeof(head) };

	memcpy(head + 100, "0000644", 7);
	for (size_t i = 0; i < sizeof(head); i++)
		sum += head[i];
	EQ_U(kind_of(b, 512, BYTES_LIT("x"), 0).kind, KIND_DATA);
	for (int i = 5; i >= 0; i--, sum /= 8)
		head[148 + i] = (uint8_t)('0' + sum % 8);
	EQ_U(kind_of(b, 512, BYTES_LIT("x"), 0).kind, KIND_TAR);
	EQ_U(kind_of(bytes_clip(b, 0, 511), 511, BYTES_LIT("x"), 0).kind, KIND_DATA);
}

TEST(texts)
{
	CHECK(kind_is_text(BYTES_LIT("caf\xe9 is Latin-1\n")));
	CHECK(!kind_is_text(BYTES_LIT("a\0b")));
	CHECK(!kind_is_text(BYTES_LIT("\xff\xfe"
				      "a.b")));
	CHECK(!kind_is_text(BYTES_LIT("\x01\x02\x03")));
}
