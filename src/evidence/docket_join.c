/* docket_join.c - see docket_join.h. */
#include "evidence/docket_join.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "evidence/attest.h"
#include "evidence/docket_make.h"
#include "evidence/dsse.h"
#include "evidence/examiners.h"
#include "log/tile.h"

/* Is it of an examiner of ours? Only those are kept: a stranger could send any number. */
static bool
is_ours(const struct examiners *e, struct arena *a, struct bytes envelope)
{
	struct dsse d;

	arena_reset(a);
	if (dsse_parse(envelope, a, &d, NULL) != OK)
		return false;
	for (uint32_t i = 0; i < e->n; i++)
		if (dsse_verify(&d, &e->one[i].key, 1, 1, NULL, NULL) == OK)
			return true;
	return false;
}

struct joining {
	const struct docket_parts *m;
	struct examiners *e;
	struct arena names, one;
	struct docket_list list;
	struct fault *f;
};

static enum err
keep_ours(struct joining *g)
{
	struct docket *d = xcalloc(1, sizeof(*d));
	struct docket_item item;
	enum err e;

	docket_open(d, g->m->old);
	while ((e = docket_next(d, &item, g->f)) == OK)
		if (is_ours(g->e, &g->one, item.envelope))
			docket_add(&g->list, item.envelope, item.proof);
	free(d);
	return e == ERR_END ? OK : e;
}

/* Does it say of anything that it failed? What cannot be read does not. */
static bool
objects(struct arena *a, struct bytes envelope)
{
	struct dsse d;
	struct intoto s = { 0 };
	struct attest t;
	struct fault f = { 0 };
	bool yes = false;

	arena_reset(a);
	if (dsse_parse(envelope, a, &d, &f) == OK &&
	    intoto_parse(d.payload, a, &s, &f) == OK) {
		if (attest_read(&s, &t, &f) != OK)
			f.kind = FAULT_NONE; /* weighed all the same (weigh.c) */
		for (size_t i = 0; i < s.nsubject && !yes; i++)
			yes = attest_about(&s, &t, s.subject[i].sha256) == ATTEST_FAILED;
	}
	intoto_done(&s);
	return yes;
}

/*
 * The entry must be the one of the tree. Of the examiners' envelopes only those that
 * object are taken from here: one that speaks for something comes with its proof.
 */
static enum err
take_entry(struct joining *g, struct bytes entry, uint64_t index)
{
	struct bytes want = bytes_sub(g->m->leaves, index * MERKLE_HASH, MERKLE_HASH);
	struct merkle_hash leaf;

	merkle_leaf(entry, &leaf);
	if (want.p == NULL || memcmp(want.p, leaf.b, MERKLE_HASH) != 0)
		return fault_set(g->f, FAULT_ENTRY,
		    "entry %" PRIu64 " of the log is not what was logged", index);
	if (entry.n > 0 && entry.p[0] == '{' && is_ours(g->e, &g->one, entry) &&
	    objects(&g->one, entry))
		docket_add(&g->list, entry, (struct bytes){ 0 });
	return OK;
}

/* All of them, up to the last one that the tree has. */
static enum err
take_entries(struct joining *g)
{
	struct cur all = cur_at(g->m->entries, 0);
	uint64_t index = g->m->first, size = g->m->leaves.n / MERKLE_HASH;

	while (g->m->entries.n > 0 && index < size) {
		uint32_t n = cur_le32(&all);
		struct cur c = cur_at(cur_take(&all, n), 0);

		for (int i = 0; i < TILE_WIDTH && index < size; i++) {
			struct bytes entry = tile_take_entry(&c);

			if (!cur_ok(&c) || !cur_ok(&all))
				return fault_set(g->f, FAULT_ENTRY,
				    "entry %" PRIu64 " of the log is not there", index);
			TRY(take_entry(g, entry, index++));
		}
	}
	return OK;
}

static enum err
join(struct joining *g, struct buf *out)
{
	TRY(examiners_parse(g->m->examiners, &g->names, g->e, g->f));
	TRY(keep_ours(g));
	TRY(docket_add_all(&g->list, g->m->new, g->f));
	TRY(take_entries(g));
	return docket_print(&g->list, out, g->f);
}

enum err
docket_join(const struct docket_parts *parts, struct buf *out, struct fault *f)
{
	struct joining g = { .m = parts, .e = xcalloc(1, sizeof(*g.e)), .f = f };
	enum err e;

	arena_init(&g.names, 16u << 20);
	arena_init(&g.one, 4 * DSSE_MAX);
	e = join(&g, out);
	if (e == ERR_LIMIT)
		e = fault_set(f, FAULT_TOO_LARGE, "it takes too much memory");
	arena_done(&g.one);
	arena_done(&g.names);
	docket_list_done(&g.list);
	free(g.e);
	return e;
}
