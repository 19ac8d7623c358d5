#include "release/linediff.h"

#include <stdio.h>

#include "base/buf.h"
#include "tests/tap.h"

static enum err
take(void *arg, char sign, struct bytes text)
{
	struct buf *b = arg;

	buf_u8(b, (uint8_t)sign);
	buf_put(b, text.p, text.n);
	buf_u8(b, '|');
	return OK;
}

struct row {
	const char *name, *old, *new, *want;
};

/* clang-format off */
static const struct row rows[] = {
	{ "the same", "a\nb\n", "a\nb\n", "" },
	{ "nothing at all", "", "", "" },
	{ "all new", "", "a\nb", "+a|+b|" },
	{ "all gone", "a\nb\n", "", "-a|-b|" },
	{ "the last newline is no line", "a\nb", "a\nb\n", "" },
	{ "an empty line", "a\n\nb\n", "a\nb\n", "-|" },
	{ "one in the middle", "a\nb\nc\n", "a\nx\nc\n", "-b|+x|" },
	{ "one more at the end", "a\nb\n", "a\nb\nc\n", "+c|" },
	{ "one less at the front", "a\nb\n", "b\n", "-a|" },
	{ "moved", "a\nb\nc\nd\n", "b\nc\na\nd\n", "-a|+a|" },
	{ "between two changes", "a\nk\nb\n", "x\nk\ny\n", "-a|+x|-b|+y|" },
	{ "repeated lines", "a\na\na\n", "a\na\n", "-a|" },
	{ "nothing in common", "a\nb\n", "c\nd\n", "-a|-b|+c|+d|" },
};
/* clang-format on */

TEST(lines)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		ROW("%s", rows[i].name);
		EQ_U(linediff(test_copy(bytes_of(rows[i].old)),
			 test_copy(bytes_of(rows[i].new)), take, &b),
		    OK);
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}

/* Applied to the old text, what was told makes the new one: for random texts. */
struct applying {
	struct buf old, new; /* rebuilt: what is in both is left out of each */
};

static enum err
apply(void *arg, char sign, struct bytes text)
{
	struct applying *a = arg;

	buf_put(sign == '-' ? &a->old : &a->new, text.p, text.n);
	return OK;
}

TEST(nothing_is_lost)
{
	uint64_t seed = 5;

	for (unsigned round = 0; round < 300; round++) {
		struct applying a = { { 0 }, { 0 } };
		struct buf text[2] = { { 0 }, { 0 } };
		unsigned count[2][4] = { { 0 } };

		for (unsigned t = 0; t < 2; t++)
			for (uint64_t n = test_random(&seed) % 12; n > 0; n--) {
				unsigned c = (unsigned)(test_random(&seed) % 4);

				count[t][c]++;
				buf_printf(&text[t], "%c\n", 'a' + (int)c);
			}
		ROW("round %u", round);
		EQ_U(linediff(buf_bytes(&text[0]), buf_bytes(&text[1]), apply, &a), OK);
		/* of each letter: what stayed of the old is what stayed of the new */
		for (unsigned c = 0; c < 4; c++) {
			unsigned gone = 0, came = 0;

			for (size_t i = 0; i < a.old.n; i++)
				gone += a.old.p[i] == 'a' + c;
			for (size_t i = 0; i < a.new.n; i++)
				came += a.new.p[i] == 'a' + c;
			EQ_U(count[0][c] - gone, count[1][c] - came);
		}
		buf_done(&text[0]);
		buf_done(&text[1]);
		buf_done(&a.old);
		buf_done(&a.new);
	}
}

/* Beyond the table's size everything between the common ends counts as changed. */
TEST(very_long_texts)
{
	struct buf old = { 0 }, new = { 0 }, out = { 0 };
	size_t lines = 0;

	buf_str(&old, "first\n");
	buf_str(&new, "first\n");
	for (unsigned i = 0; i < 5000; i++) {
		buf_printf(&old, "%u\n", i);
		buf_printf(&new, "%u\n", 4999 - i);
	}
	buf_str(&old, "last\n");
	buf_str(&new, "last\n");
	EQ_U(linediff(buf_bytes(&old), buf_bytes(&new), take, &out), OK);
	for (size_t i = 0; i < out.n; i++)
		lines += out.p[i] == '|';
	EQ_U(lines, 10000);
	buf_done(&old);
	buf_done(&new);
	buf_done(&out);
}

static enum err
refuse(void *arg, char sign, struct bytes text)
{
	(void)sign;
	(void)text;
	++*(unsigned *)arg;
	return ERR_LIMIT;
}

TEST(an_err_ends_it)
{
	unsigned calls = 0;

	EQ_U(linediff(BYTES_LIT("a\nb"), BYTES_LIT("c\nd"), refuse, &calls), ERR_LIMIT);
	EQ_U(calls, 1);
}

static enum err
count_line(void *arg, char sign, struct bytes text)
{
	uint64_t *n = arg;

	(void)text;
	n[sign == '+']++;
	return OK;
}

/* More lines than the table has cells: no table, and not one of all there could be. */
TEST(more_lines_than_cells)
{
	enum { OLD = 1 << 22, NEW = 100000 };
	struct buf old = { 0 }, new = { 0 };
	uint64_t n[2] = { 0 };

	memset(buf_room(&old, OLD), '\n', OLD);
	for (unsigned i = 0; i < NEW; i++)
		buf_str(&new, "x\n");
	EQ_U(linediff(buf_bytes(&old), buf_bytes(&new), count_line, n), OK);
	EQ_U(n[0], OLD);
	EQ_U(n[1], NEW);
	buf_done(&old);
	buf_done(&new);
}
