/* gather.c - see gather.h. */
#include "update/gather.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "evidence/docket_make.h"
#include "evidence/dsse.h"
#include "update/hearing.h"
#include "update/offer.h"
#include "update/verifier.h"

#define LAST "statements.latest" /* the offer that was taken last */

/* --- what was seen stays
 * ----------------------------------------------------------------- */

struct merge {
	struct bytes old, new, examiners;
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

static enum err
keep_ours(const struct merge *m, struct docket_list *l, struct fault *f)
{
	struct docket *d = xcalloc(1, sizeof(*d));
	struct examiners *e = xcalloc(1, sizeof(*e));
	struct docket_item item;
	struct arena names, one;
	enum err err;

	arena_init(&names, 16u << 20);
	arena_init(&one, 4 * DSSE_MAX);
	docket_open(d, m->old);
	err = examiners_parse(m->examiners, &names, e, f);
	while (err == OK && (err = docket_next(d, &item, f)) == OK)
		if (is_ours(e, &one, item.envelope))
			docket_add(l, item.envelope, item.proof);
	arena_done(&one);
	arena_done(&names);
	free(e);
	free(d);
	return err == ERR_END ? OK : err;
}

/* In the jail: a fault, and the archive. */
static void
work_merge(void *arg, struct buf *out)
{
	const struct merge *m = arg;
	struct docket_list l = { 0 };
	struct fault f = { 0 };
	struct buf archive = { 0 };

	if (keep_ours(m, &l, &f) != OK || docket_add_all(&l, m->new, &f) != OK ||
	    docket_print(&l, &archive, &f) != OK)
		buf_clear(&archive);
	buf_put(out, &f, sizeof(f));
	buf_put(out, archive.p, archive.n);
	buf_done(&archive);
	docket_list_done(&l);
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

/* Another offer than last time: its archive is fetched and joined with what we have. */
static enum err
take_offer(struct session *r, struct bytes text, struct merge *m, struct bytes *docket)
{
	struct buf archive = { 0 };
	struct offer o;
	enum err e = offer_parse(text, &o, r->f);

	if (e == OK)
		e = fetch_archive(r, &o, &archive);
	m->new = buf_bytes(&archive);
	if (e == OK)
		e = merge(r, m, docket);
	buf_done(&archive);
	if (e != OK || r->u->check)
		return e;
	TRY(put(r, HEARING_DOCKET, *docket));
	return put(r, LAST, text);
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

enum err
gather_statements(struct session *r, struct bytes *docket)
{
	struct place_file file = { .name = OFFER_LATEST, .cap = OFFER_TEXT };
	struct weigh_ask files = { 0 };
	struct merge m = { 0 };
	struct bytes last = { 0 };
	enum err e;

	TRY(hearing_files(r->u->conf, &r->arena, &files, r->f));
	TRY(hearing_docket(r->u->conf, &r->arena, &m.old, r->f));
	TRY(read_last(r, &last));
	m.examiners = files.examiners;
	e = place_get(&r->place, &file, 1, r->f);
	*docket = m.old;
	/* a place without statements takes nothing away from those that are known */
	if (e == OK && file.found &&
	    (m.old.n == 0 || !bytes_eq(buf_bytes(&file.data), last)))
		e = take_offer(r, buf_bytes(&file.data), &m, docket);
	buf_done(&file.data);
	return e;
}
