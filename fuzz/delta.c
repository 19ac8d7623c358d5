/*
 * delta.c - texts of rules compared: what a publisher wrote, in the trusted half.
 *
 * The input is two sets: records of a digest byte, a name byte, a length and a text, and
 * a byte of 0xff between the sets. Lines that are told as gone and come must account for
 * all that differs, and what is printed goes to a terminal.
 */
#include "release/delta.h"

#include <stdlib.h>

#include "base/text.h"
#include "release/linediff.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* --- lines --- */

/* What is left of a text when the lines that were told are taken out, in order. */
struct left {
	struct bytes text;
	size_t at;
	struct buf same;
};

static struct bytes
next_line(struct left *l)
{
	uint64_t nl = bytes_find(l->text, l->at, BYTES_LIT("\n"));
	size_t end = nl < l->text.n ? (size_t)nl : l->text.n;
	struct bytes line = bytes_sub(l->text, l->at, end - l->at);

	l->at = end + 1;
	return line;
}

static void
keep_up_to(struct left *l, const struct bytes *gone)
{
	while (l->at < l->text.n) {
		struct bytes line = next_line(l);

		if (gone != NULL && bytes_eq(line, *gone))
			return;
		buf_put(&l->same, line.p, line.n);
		buf_u8(&l->same, '\n');
	}
	require(gone == NULL);
}

struct both {
	struct left old, new;
};

static enum err
on_line(void *arg, char sign, struct bytes text)
{
	struct both *b = arg;

	require(sign == '-' || sign == '+');
	keep_up_to(sign == '-' ? &b->old : &b->new, &text);
	return OK;
}

/*
 * Where a line stands twice, the first may be taken for the one that was meant: then the
 * rest is in another order, but it has the same lines. So lengths are compared.
 */
static void
check_lines(struct bytes old, struct bytes new)
{
	struct both b = { { .text = old }, { .text = new } };

	require(linediff(old, new, on_line, &b) == OK);
	keep_up_to(&b.old, NULL);
	keep_up_to(&b.new, NULL);
	require(b.old.same.n == b.new.same.n);
	buf_done(&b.old.same);
	buf_done(&b.new.same);
}

/* --- sets --- */

static void
read_set(struct cur *c, struct ruleset *out)
{
	uint8_t digest;

	ruleset_init(out);
	while (cur_left(c) > 0 && (digest = cur_u8(c)) != 0xff) {
		uint8_t name = cur_u8(c), length = cur_u8(c);
		struct bytes text = cur_take(c, length);
		struct ruleset_meta meta = { BYTES_LIT("description"), text, true };
		struct ruleset_rule r = { .ns = BYTES_LIT("default"),
			.name = { &name, 1 },
			.file = text,
			.digest = { digest },
			.text = text,
			.tags = &text,
			.ntags = name & 1,
			.metas = &meta,
			.nmetas = name >> 1 & 1 };

		if (!cur_ok(c))
			break;
		require(ruleset_add(out, &r) == OK);
	}
	ruleset_sort(out);
}

/* Printable, tabs and newlines. */
static void
check_text(struct bytes text)
{
	for (size_t i = 0; i < text.n;) {
		uint32_t code;
		size_t some = text_utf8(bytes_from(text, i), &code);

		require(some > 0);
		require(code == '\n' || code == '\t' || (code >= ' ' && code != 0x7f));
		i += some;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cur c = cur_at((struct bytes){ p, n }, 0);
	struct ruleset a, b;
	struct delta d;
	struct buf out = { 0 };

	read_set(&c, &a);
	read_set(&c, &b);
	(void)cur_ok(&c);
	delta_make(&a, &b, &d);
	require(d.n ==
		d.count[DELTA_ADDED] + d.count[DELTA_CHANGED] + d.count[DELTA_REMOVED]);
	require(d.same + d.count[DELTA_CHANGED] + d.count[DELTA_REMOVED] == a.n);
	require(d.same + d.count[DELTA_CHANGED] + d.count[DELTA_ADDED] == b.n);
	delta_print(&d, &out);
	check_text(buf_bytes(&out));
	for (size_t i = 0; i < d.n; i++)
		if (d.item[i].kind == DELTA_CHANGED)
			check_lines(d.item[i].old->text, d.item[i].new->text);
	buf_done(&out);
	delta_done(&d);
	ruleset_done(&a);
	ruleset_done(&b);
	return 0;
}
