/* MANIFEST: sha256sum's lines, in one form. */
#include "handover/manifest.h"

#include "tests/tap.h"

#define D "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* clang-format off */
static const struct {
	const char *name, *text;
	size_t lines; /* that are read before the end, or before the fault */
	bool ok;
} rows[] = {
	{ "empty", "", 0, true },
	{ "two", D "  a\n" D "  b\n", 2, true },
	{ "folders before longer names", D "  a/z\n" D "  a.b\n", 2, true },
	{ "a backslash", "\\" D "  a\\\\b\n", 1, true },
	{ "a name twice", D "  a\n" D "  a\n", 1, false },
	{ "out of order", D "  b\n" D "  a\n", 1, false },
	{ "sha256sum's binary mark", D " *a\n", 0, false },
	{ "one blank", D " a\n", 0, false },
	{ "three blanks are a name", D "   a\n", 1, true },
	{ "no name", D "  \n", 0, false },
	{ "upper case", "A0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff  a\n", 0, false },
	{ "a short digest", "0011  a\n", 0, false },
	{ "a backslash that is not escaped", D "  a\\b\n", 0, false },
	{ "an escape without need", "\\" D "  ab\n", 0, false },
	{ "an escaped newline", "\\" D "  a\\nb\n", 0, false },
	{ "a lone backslash at the end", "\\" D "  a\\\\\\\n", 0, false },
	{ "an absolute name", D "  /a\n", 0, false },
	{ "a name that goes up", D "  ../a\n", 0, false },
	{ "no last newline", D "  a", 0, false },
	{ "an empty line", "\n", 0, false },
};
/* clang-format on */

/* Reads to the end or a fault; what was read is printed again. */
static enum fault_kind
read_all(struct bytes text, size_t *lines, struct buf *again)
{
	struct fault f = { 0 };
	struct manifest_line line;
	struct manifest m;

	manifest_open(&m, text);
	for (*lines = 0; manifest_next(&m, &line, &f) == OK; ++*lines)
		manifest_line(again, line.name, line.digest);
	manifest_done(&m);
	return f.kind;
}

TEST(lines)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes text = test_copy(bytes_of(rows[i].text));
		struct buf again = { 0 };
		size_t n;
		enum fault_kind k = read_all(text, &n, &again);

		ROW("%s", rows[i].name);
		EQ_U(k, rows[i].ok ? FAULT_NONE : FAULT_MANIFEST);
		EQ_U(n, rows[i].lines);
		if (rows[i].ok)
			EQ_B(buf_bytes(&again), text);
		buf_done(&again);
	}
}

TEST(every_cut)
{
	struct bytes text = BYTES_LIT("\\" D "  a\\\\b\n" D "  b\n");

	for (size_t n = 0; n < text.n; n++) {
		struct buf again = { 0 };
		size_t lines;
		bool whole = n == 0 || text.p[n - 1] == '\n';

		EQ_U(read_all(test_copy(bytes_sub(text, 0, n)), &lines, &again),
		    whole ? FAULT_NONE : FAULT_MANIFEST);
		buf_done(&again);
	}
}
