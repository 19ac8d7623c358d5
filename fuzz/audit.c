/* audit.c - what a publisher wrote, as a monitor shows it: entries, and rules in pieces.
 */
#include <stdlib.h>

#include "audit/entry.h"
#include "audit/search.h"
#include "audit/tint.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* Every byte is in one piece, in order; the rule is a name that stood in the text. */
static void
pieces(struct bytes text)
{
	struct tint_piece p;
	struct tint t;
	size_t at = 0;

	tint_init(&t, text);
	while (tint_next(&t, &p)) {
		require(p.text.p == text.p + at && p.text.n > 0);
		require(p.kind < TINT_KINDS);
		require(
		    p.rule.n == 0 || (p.rule.p >= text.p && p.rule.p < text.p + text.n));
		at += p.text.n;
	}
	require(at == text.n);
}

struct count {
	unsigned lines;
	size_t bytes;
};

static enum err
on_hit(void *arg, const struct search_hit *h)
{
	struct count *c = arg;

	require(h->line == ++c->lines);
	c->bytes += h->text.n + 1;
	return OK;
}

/* An expression that fits everything gives every line once. */
static void
lines(struct bytes text)
{
	struct count c = { 0 };
	regex_t re;

	require(regcomp(&re, "^", REG_EXTENDED) == 0);
	require(search_rules(&re, text, on_hit, &c) == OK);
	regfree(&re);
	require(c.bytes == text.n || c.bytes == text.n + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes text = { p, n };
	struct buf out = { 0 };
	struct arena a;
	struct entry e;

	arena_init(&a, 1 << 20);
	entry_read(0, text, &a, &e);
	entry_tell(&e, &out);
	for (size_t i = 0; i < out.n; i++)
		require(out.p[i] >= ' ' && out.p[i] != 0x7f);
	buf_done(&out);
	arena_done(&a);
	pieces(text);
	lines(text);
	return 0;
}
