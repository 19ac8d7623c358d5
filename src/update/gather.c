/* gather.c - see gather.h. */
#include "update/gather.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "evidence/docket.h"
#include "evidence/docket_join.h"
#include "update/hearing.h"
#include "update/offer.h"
#include "update/verifier.h"

#define LAST "statements.latest" /* the offer that was taken last */

/* --- joined, in the jail
 * -------------------------------------------------------------------
 */

/* A fault, and the archive. */
static void
work_join(void *arg, struct buf *out)
{
	struct buf archive = { 0 };
	struct fault f = { 0 };

	if (docket_join(arg, &archive, &f) != OK)
		buf_clear(&archive);
	buf_put(out, &f, sizeof(f));
	buf_put(out, archive.p, archive.n);
	buf_done(&archive);
}

static enum err
join_parts(struct session *r, struct docket_parts *m, struct bytes *out)
{
	struct buf b = { 0 };
	struct fault said;
	enum err e = verifier_run(work_join, m, DOCKET_BYTES + sizeof(said), &b, r->f);

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

/* --- the place's --- */

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
fetch_all(struct session *r, struct bytes offer, bool another, struct docket_parts *m,
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
join(struct session *r, struct bytes offer, bool another, struct docket_parts *m,
    struct bytes *docket)
{
	struct buf archive = { 0 }, entries = { 0 };
	enum err e = fetch_all(r, offer, another, m, &archive, &entries);

	if (e == OK)
		e = join_parts(r, m, docket);
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
	struct docket_parts m = { 0 };
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
