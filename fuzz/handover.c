/*
 * handover.c - MANIFEST and the other flat texts of a bundle. The first byte says which;
 * what is read is printed again, where there is something that prints it.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/ustar.h"
#include "handover/label.h"
#include "handover/layout.h"
#include "handover/lists.h"
#include "handover/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
same(struct buf *again, struct bytes text)
{
	if (!bytes_eq(buf_bytes(again), text))
		abort();
}

static void
try_manifest(struct bytes text, struct arena *a, struct buf *again)
{
	struct manifest_line line;
	struct fault f = { 0 };
	struct manifest m;

	(void)a;
	manifest_open(&m, text);
	while (manifest_next(&m, &line, &f) == OK) {
		if (ustar_name_fault(line.name) != NULL)
			abort();
		manifest_line(again, line.name, line.digest);
	}
	manifest_done(&m);
	if (f.kind == FAULT_NONE)
		same(again, text);
	else if (f.kind != FAULT_MANIFEST)
		abort();
}

static void
try_label(struct bytes text, struct arena *a, struct buf *again)
{
	struct label l;

	(void)a;
	if (label_parse(text, &l, NULL) != OK)
		return;
	label_print(&l, again);
	same(again, text);
}

static void
try_seal(struct bytes text, struct arena *a, struct buf *again)
{
	struct label_seal s;

	(void)a;
	if (label_seal_parse(text, &s, NULL) != OK)
		return;
	label_seal_print(&s, again);
	same(again, text);
}

static void
try_names(struct bytes text, struct arena *a, struct buf *again)
{
	struct list_names l;

	if (list_names_parse(LAYOUT_EXECUTABLES, text, a, &l, NULL) != OK)
		return;
	for (size_t i = 0; i < l.n; i++) {
		const struct bytes *below = list_below(&l, l.name[i]);

		if (!list_has(&l, l.name[i]) ||
		    (below != NULL && !list_has_above(&l, *below)))
			abort();
		buf_put(again, l.name[i].p, l.name[i].n);
		buf_u8(again, '\n');
	}
	same(again, text);
}

static void
try_links(struct bytes text, struct arena *a, struct buf *again)
{
	struct list_links l;

	if (list_links_parse(text, a, &l, NULL) != OK)
		return;
	for (size_t i = 0; i < l.names.n; i++) {
		buf_put(again, l.names.name[i].p, l.names.name[i].n);
		buf_u8(again, '\t');
		buf_put(again, l.target[i].p, l.target[i].n);
		buf_u8(again, '\n');
	}
	same(again, text);
}

static void
try_left(struct bytes text, struct arena *a, struct buf *again)
{
	struct lines l = lines_of(LAYOUT_LEFT_OUT, text);
	struct list_left left;
	enum err e;

	(void)a;
	while ((e = list_left_next(&l, &left, NULL)) == OK) {
		buf_put(again, left.what.p, left.what.n);
		buf_u8(again, '\t');
		buf_put(again, left.why.p, left.why.n);
		buf_u8(again, '\n');
	}
	if (e == ERR_END)
		same(again, text);
}

static void
put_word(struct buf *out, const char *word, struct bytes value)
{
	if (value.p == NULL)
		return;
	buf_printf(out, "%s ", word);
	buf_put(out, value.p, value.n);
	buf_u8(out, '\n');
}

static void
try_claims(struct bytes text, struct arena *a, struct buf *again)
{
	struct lines l = lines_of(LAYOUT_CLAIMS, text);
	struct list_claim c;
	enum err e;

	(void)a;
	while ((e = list_claim_next(&l, &c, NULL)) == OK) {
		if (again->n > 0)
			buf_u8(again, '\n');
		put_word(again, "claim", c.id);
		put_word(again, "says", c.says);
		put_word(again, "check", c.check);
		put_word(again, "expect", c.expect);
	}
	if (e == ERR_END)
		same(again, text);
}

static void
try_packages(struct bytes text, struct arena *a, struct buf *again)
{
	struct lines l = lines_of(LAYOUT_PACKAGES, text);
	struct list_package p;

	(void)a;
	(void)again;
	while (list_package_next(&l, &p, NULL) == OK)
		if (!label_name_ok(p.name) || !label_name_ok(p.version))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const texts[])(
	    struct bytes, struct arena *, struct buf *) = { try_manifest, try_label,
		try_seal, try_names, try_links, try_left, try_claims, try_packages };
	struct arena a = { .budget = 1 << 22 };
	struct buf again = { 0 };

	if (n == 0)
		return 0;
	texts[p[0] % COUNT(texts)]((struct bytes){ p + 1, n - 1 }, &a, &again);
	buf_done(&again);
	arena_done(&a);
	return 0;
}
