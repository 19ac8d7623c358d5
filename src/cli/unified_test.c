/* unified_test.c - diffs as diff -u writes them, and patches that lead from a to b. */
#include "cli/unified.h"

#include <stdlib.h>

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *a, *b, *want;
} rows[] = {
	{ "", "", "" },
	{ "a\nb\n", "a\nb\n", "" },
	{ "a\n", "b\n", "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n+b\n" },
	{ "", "x\n", "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+x\n" },
	{ "x\n", "", "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-x\n" },
	{ "a", "a\n", "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n" },
	{ "a", "a\nb\n", "--- f\n+++ f\n@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n" },
	{ "1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\nx\n6\n",
	    "--- f\n+++ f\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+x\n 6\n" },
	{ "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
	    "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
	    "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n" },
	{ "a\n1\n2\nb\n", "A\n1\n2\nB\n",
	    "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n-b\n+B\n" },
};
/* clang-format on */

TEST(unified)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		ROW("%zu", i);
		unified(&b, "f", bytes_of(rows[i].a), bytes_of(rows[i].b), false);
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}

TEST(a_terminal_is_safe)
{
	struct buf b = { 0 };

	unified(&b, "f", BYTES_LIT("\ta\x1b[m\n"), BYTES_LIT(""), true);
	EQ_S(buf_cstr(&b), "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-\ta\\x1b[m\n");
	buf_done(&b);
}

/* Follows the diff: what it keeps and adds is b. */
static void
patch(struct bytes a, struct bytes diff, struct buf *out)
{
	size_t line = 1, at = 0;

	for (size_t i = 0; i < diff.n;) {
		size_t end = (size_t)bytes_find(diff, i, BYTES_LIT("\n")) + 1;

		if (diff.p[i] == '@') {
			size_t want = strtoul((const char *)diff.p + i + 4, NULL, 10);

			for (; line < want; line++) {
				size_t nl =
				    (size_t)bytes_find(a, at, BYTES_LIT("\n")) + 1;

				buf_put(out, a.p + at, nl - at);
				at = nl;
			}
		} else if (i > 12) { /* behind the head */
			size_t n = end - i - 1;

			if (diff.p[i] != '-')
				buf_put(out, diff.p + i + 1, n);
			if (diff.p[i] != '+') {
				at += n;
				line++;
			}
		}
		i = end;
	}
	buf_put(out, a.p + at, a.n - at);
}

/* Texts by chance, of few different lines: the diff leads from one to the other. */
TEST(it_leads_from_a_to_b)
{
	uint32_t seed = 1;

	for (int round = 0; round < 300; round++) {
		struct buf t[2] = { { 0 } }, d = { 0 }, made = { 0 };

		for (size_t k = 0; k < 2; k++) {
			buf_str(&t[k], "first\n");
			for (int i = 0; i < round % 40; i++) {
				seed = seed * 1664525 + 1013904223;
				buf_printf(&t[k], "%u\n", seed >> 30);
			}
		}
		unified(&d, "x", buf_bytes(&t[0]), buf_bytes(&t[1]), false);
		patch(buf_bytes(&t[0]), buf_bytes(&d), &made);
		EQ_B(buf_bytes(&made), buf_bytes(&t[1]));
		buf_done(&t[0]);
		buf_done(&t[1]);
		buf_done(&d);
		buf_done(&made);
	}
}

/* More lines than are searched for what stays: still right. */
TEST(too_many_lines)
{
	struct buf a = { 0 }, b = { 0 }, d = { 0 }, made = { 0 };

	buf_str(&a, "first\n");
	buf_str(&b, "first\n");
	for (unsigned i = 0; i < 5000; i++) {
		buf_printf(&a, "a%u\n", i);
		buf_printf(&b, "b%u\n", i);
	}
	unified(&d, "x", buf_bytes(&a), buf_bytes(&b), false);
	patch(buf_bytes(&a), buf_bytes(&d), &made);
	EQ_B(buf_bytes(&made), buf_bytes(&b));
	buf_done(&a);
	buf_done(&b);
	buf_done(&d);
	buf_done(&made);
}
