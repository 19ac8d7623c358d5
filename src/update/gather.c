/* gather.c - see gather.h. */
#include "update/gather.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "evidence/attest.h"
#include "evidence/docket_make.h"
#include "evidence/dsse.h"
#include "log/tile.h"
#include "update/hearing.h"
#include "update/offer.h"
#include "update/verifier.h"

#define LAST "statements.latest" /* the offer that was taken last */

/* --- what was seen stays
 * ----------------------------------------------------------------- */

struct merge {
	struct bytes old, new, examiners;
	struct bytes entries, leaves; /* of the log: as session_entries gives them */
	uint64_t first;
};

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

struct merging {
	const struct merge *m;
	struct examiners *e;
	struct arena names, one;
	struct docket_list list;
	struct fault *f;
};

static enum err
keep_ours(struct merging *g)
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
take_entry(struct merging *g, struct bytes entry, uint64_t index)
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
take_entries(struct merging *g)
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
merge_all(struct merging *g, struct buf *archive)
{
	TRY(examiners_parse(g->m->examiners, &g->names, g->e, g->f));
	TRY(keep_ours(g));
	TRY(docket_add_all(&g->list, g->m->new, g->f));
	TRY(take_entries(g));
	return docket_print(&g->list, archive, g->f);
}

/* In the jail: a fault, and the archive. */
static void
work_merge(void *arg, struct buf *out)
{
	struct fault f = { 0 };
	struct merging g = { .m = arg, .e = xcalloc(1, sizeof(*g.e)), .f = &f };
	struct buf archive = { 0 };

	arena_init(&g.names, 16u << 20);
	arena_init(&g.one, 4 * DSSE_MAX);
	if (merge_all(&g, &archive) != OK) {
		buf_clear(&archive);
		(void)fault_set(&f, FAULT_TOO_LARGE, "it takes too much memory");
	}
	buf_put(out, &f, sizeof(f));
	buf_put(out, archive.p, archive.n);
	arena_done(&g.one);
	arena_done(&g.names);
	docket_list_done(&g.list);
	buf_done(&archive);
	free(g.e);
}

static enum err
merge(struct session *r, struct merge *m, struct bytes *out)
{
	struct buf b = { 0 };
	struct fault said;
	enum err e = verifier_run(work_merge, m, DOCKET_BYTES + sizeof(said), &b, r->f);

	if (e == OK && b.n < sizeof(said))
		e = fault_set(r->f, FAULT_VERIFIER, "the verifier gave no answer");
	if (e == OK) {
		memcpy(&said, b.p, sizeof(said));
		if (said.kind != FAULT_NONE)
			e = verifier_fault(&said, r->f);
	}
	if (e == OK)
		*out = arena_bytes(&r->arena, bytes_from(buf_bytes(&b), sizeof(said)));
	buf_done(&b);
	return e;
}

/* --- the place's
 * -------------------------------------------------------------------------- */

static enum err
fetch_archive(struct session *r, const struct offer *o, struct buf *out)
{
	struct place_file file = { .cap = o->size };
	char path[80];
	uint8_t digest[32];
	enum err e;

	if (o->size > DOCKET_BYTES)
		return fault_set(r->f, FAULT_TOO_LARGE,
		    "the archive of statements has more than %u bytes", DOCKET_BYTES);
	offer_path(o, path);
	file.name = path;
	e = place_need(&r->place, &file, r->f);
	*out = file.data;
	if (e != OK)
		return e;
	hash_of(HASH_SHA256, buf_bytes(out), digest);
	return out->n == o->size && memcmp(digest, o->sha256, 32) == 0
		   ? OK
		   : fault_set(r->f, FAULT_DIGEST,
			 "the archive of statements is not the one that '" OFFER_LATEST
			 "' names");
}

static enum err
put(struct session *r, const char *name, struct bytes b)
{
	char *path = xprintf("%s/%s", r->u->conf->state, name);
	struct sys_atomic a;
	enum err e = sys_atomic_open(&a, path);

	if (e == OK)
		e = sys_write_all(a.fd, b.p, b.n);
	if (e == OK)
		e = sys_atomic_commit(&a);
	if (e != OK)
		e = fault_set(r->f, FAULT_IO, "cannot write '%s': %s",
		    fault_quote(bytes_of(path)), sys_why());
	sys_atomic_drop(&a);
	free(path);
	return e;
}

/* What was taken last time; no bytes: nothing. */
static enum err
read_last(struct session *r, struct bytes *out)
{
	char *path = xprintf("%s/" LAST, r->u->conf->state);
	enum err e = conf_read(path, OFFER_TEXT, &r->arena, out, r->f);

	free(path);
	return e == ERR_END ? OK : e;
}

/* What there is to be joined. *another: the offer is not the one of last time. */
static enum err
fetch_all(struct session *r, struct bytes offer, bool another, struct merge *m,
    struct buf *archive, struct buf *entries)
{
	struct offer o;

	if (another) {
		TRY(offer_parse(offer, &o, r->f));
		TRY(fetch_archive(r, &o, archive));
		m->new = buf_bytes(archive);
	}
	if (r->leaves.n > 0) {
		TRY(session_entries(r, entries, &m->first));
		m->entries = buf_bytes(entries);
		m->leaves = buf_bytes(&r->leaves);
	}
	return OK;
}

static enum err
join(struct session *r, struct bytes offer, bool another, struct merge *m,
    struct bytes *docket)
{
	struct buf archive = { 0 }, entries = { 0 };
	enum err e = fetch_all(r, offer, another, m, &archive, &entries);

	if (e == OK)
		e = merge(r, m, docket);
	buf_done(&archive);
	buf_done(&entries);
	if (e != OK || r->u->check)
		return e;
	TRY(put(r, HEARING_DOCKET, *docket));
	return another ? put(r, LAST, offer) : OK;
}

enum err
gather_statements(struct session *r, struct bytes *docket)
{
	struct place_file file = { .name = OFFER_LATEST, .cap = OFFER_TEXT };
	struct weigh_ask files = { 0 };
	struct merge m = { 0 };
	struct bytes last = { 0 };
	bool another;
	enum err e;

	TRY(hearing_files(r->u->conf, &r->arena, &files, r->f));
	TRY(hearing_docket(r->u->conf, &r->arena, &m.old, r->f));
	TRY(read_last(r, &last));
	m.examiners = files.examiners;
	e = place_get(&r->place, &file, 1, r->f);
	*docket = m.old;
	/* a place without statements takes nothing away from those that are known */
	another = file.found && (m.old.n == 0 || !bytes_eq(buf_bytes(&file.data), last));
	if (e == OK && (another || r->leaves.n > 0))
		e = join(r, buf_bytes(&file.data), another, &m, docket);
	buf_done(&file.data);
	return e;
}
