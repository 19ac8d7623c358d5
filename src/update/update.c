/* update.c - see update.h. */
#include "update/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "update/session.h"
#include "update/trial.h"
#include "update/verifier.h"

/* --- judging an archive, in the jail
 * ----------------------------------------------------
 */

struct archive_work {
	struct bytes archive;
	const struct about *about;
};

/* A fault, then the members. */
static void
work_archive(void *arg, struct buf *out)
{
	const struct archive_work *w = arg;
	struct buf members = { 0 };
	struct fault f = { 0 };

	if (judge_archive(w->archive, w->about, &members, &f) != OK)
		buf_clear(&members);
	buf_put(out, &f, sizeof(f));
	buf_put(out, members.p, members.n);
	buf_done(&members);
}

static enum err
run_archive(
    struct bytes archive, const struct about *a, struct buf *members, struct fault *f)
{
	struct archive_work w = { archive, a };
	struct buf b = { 0 };
	struct fault said;
	enum err e = verifier_run(work_archive, &w,
	    sizeof(said) + JUDGE_MEMBERS * sizeof(struct judge_member), &b, f);

	if (e == OK && b.n < sizeof(said))
		e = fault_set(f, FAULT_VERIFIER, "the verifier gave no verdict");
	if (e == OK) {
		memcpy(&said, b.p, sizeof(said));
		if (said.kind != FAULT_NONE)
			e = verifier_fault(&said, f);
		else
			buf_put(members, b.p + sizeof(said), b.n - sizeof(said));
	}
	buf_done(&b);
	return e;
}
/* --- the archive --- */

static enum err
fetch_archive(struct session *r)
{
	const struct about *a = &r->verdict.about;
	struct place_file file = { .cap = a->archive_size };
	char hex[65];
	enum err e;

	if (a->archive_size > r->u->conf->max_size)
		return fault_set(r->f, FAULT_TOO_LARGE,
		    "the archive has %" PRIu64 " bytes, more than max-size permits",
		    a->archive_size);
	hash_hex(a->archive, 32, hex);
	file.name = arena_printf(&r->arena, "blob/%s", hex);
	e = place_need(&r->place, &file, r->f);
	r->archive = file.data;
	return e;
}

static enum err
sources_of(struct bytes archive, struct bytes members, struct trial_source **out,
    size_t *n, struct fault *f)
{
	size_t count = members.n / sizeof(struct judge_member);
	struct trial_source *s = xcalloc(count, sizeof(*s));

	for (size_t i = 0; i < count; i++) {
		struct judge_member m;

		memcpy(&m, members.p + i * sizeof(m), sizeof(m));
		s[i].text = bytes_sub(archive, m.at, m.size);
		m.name[sizeof(m.name) - 1] = '\0';
		s[i].name = xstrdup(m.name);
		if (s[i].text.p != NULL)
			continue;
		*out = s;
		*n = i + 1;
		return fault_set(f, FAULT_VERIFIER, "the verifier gave a wrong place");
	}
	*out = s;
	*n = count;
	return OK;
}

void
update_sources_free(struct trial_source *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)s[i].name);
	free(s);
}

enum err
update_sources(struct bytes archive, const struct about *a, struct trial_source **out,
    size_t *n, struct fault *f)
{
	struct buf members = { 0 };
	enum err e = run_archive(archive, a, &members, f);

	if (e == OK)
		e = sources_of(archive, buf_bytes(&members), out, n, f);
	buf_done(&members);
	return e;
}

/* Compiled, and tried; the database is a file in memory. */
static enum err
make_database(struct session *r, int *db, uint64_t *size)
{
	struct trial t = { .worker = r->u->worker };
	struct trial_source *s = NULL;
	enum err e;

	e = update_sources(buf_bytes(&r->archive), &r->verdict.about, &s, &t.n, r->f);
	t.source = s;
	if (e == OK)
		e = trial_compile(&t, db, size, r->f);
	if (e == OK)
		e = trial_scan(&t, *db, *size, r->f);
	update_sources_free(s, t.n);
	return e;
}
/* --- installing --- */

static enum err
install(struct session *r, int db, uint64_t size)
{
	struct depot_stage g = { .dir = -1 };
	struct about *a = &r->verdict.about;
	char name[DEPOT_NAME];
	enum err e;

	a->installed = r->u->now;
	snprintf(a->built, sizeof(a->built), "%s", r->u->version);
	e = depot_begin(&r->depot, &g, r->f);
	if (e == OK)
		e = depot_put(&g, DEPOT_PROOF, r->ask.proof, r->f);
	if (e == OK)
		e = depot_put(&g, DEPOT_ARCHIVE, buf_bytes(&r->archive), r->f);
	if (e == OK)
		e = depot_copy(&g, DEPOT_DATABASE, db, size, r->f);
	if (e == OK)
		e = depot_finish(&r->depot, &g, a, name, r->f);
	/* what was seen first: a release in use must never be newer than what is seen */
	if (e == OK)
		e = depot_put_seen(&r->depot, &r->verdict.seen, r->f);
	if (e == OK)
		e = depot_switch(&r->depot, name, r->f);
	depot_drop(&r->depot, &g);
	return e;
}

/* Does what is in use differ from what was judged? */
static enum err
is_new(struct session *r, bool *out)
{
	struct depot_release now;
	struct fault damaged = { 0 };

	*out = true;
	/* none, or one that a bad disk damaged: the new one is the cure */
	if (depot_current(&r->depot, &now, &damaged) != OK)
		return damaged.kind == FAULT_IO ? verifier_fault(&damaged, r->f) : OK;
	r->said->before = now.about;
	*out = memcmp(now.about.statement, r->verdict.about.statement, 32) != 0 ||
	       strcmp(now.about.built, r->u->version) != 0;
	if (!*out)
		r->said->about.installed = now.about.installed;
	depot_release_close(&now);
	return OK;
}
static enum err
update(struct session *r)
{
	bool differs = false;
	int db = -1;
	uint64_t size = 0;
	enum err e;

	TRY(session_fetch(r, STATEMENT_RULES));
	r->said->about = r->verdict.about;
	TRY(is_new(r, &differs));
	r->said->changed = differs;
	if (!differs)
		return r->u->check ? OK
				   : depot_put_seen(&r->depot, &r->verdict.seen, r->f);
	TRY(fetch_archive(r));
	e = make_database(r, &db, &size);
	if (e == OK && !r->u->check)
		e = install(r, db, size);
	fd_closep(&db);
	return e;
}
enum err
update_run(const struct update *u, struct update_said *out, struct fault *f)
{
	struct session *r = session_new(u, out, f);
	enum err e = place_open(&r->place, u->base, f);

	if (e == OK)
		e = depot_open(u->conf->state, u->conf->channel, true, &r->depot, f);
	if (e == OK) {
		depot_sweep(&r->depot);
		e = depot_get_seen(&r->depot, &r->seen, f);
	}
	if (e == OK)
		e = update(r);
	if (e == OK)
		depot_sweep(&r->depot);
	out->bytes = r->place.bytes;
	out->no_quorum = r->verdict.no_quorum;
	out->cosignatures = r->verdict.cosignatures;
	out->rotations = r->verdict.rotations;
	out->log_size = r->verdict.head.size;
	session_done(r);
	return e;
}

/* --- going back --- */

static enum err
judge_again(struct session *r, const struct depot_release *old)
{
	struct buf proof = { 0 };
	enum err e = depot_read(old, DEPOT_PROOF, JUDGE_PROOF_MAX, &proof, r->f);

	if (e == OK)
		e = session_ask(r, arena_bytes(&r->arena, buf_bytes(&proof)));
	buf_done(&proof);
	r->ask.again = true;
	if (e == OK)
		e = session_judge(&r->ask, &r->verdict, r->f);
	if (e == OK && memcmp(r->verdict.about.statement, old->about.statement, 32) != 0)
		e = fault_set(r->f, FAULT_STATE,
		    "the release kept as '%s' is not the one of its proof", old->name);
	if (e != OK)
		return e;
	e = depot_read(
	    old, DEPOT_ARCHIVE, (size_t)old->about.archive_size, &r->archive, r->f);
	return e == OK ? run_archive(
			     buf_bytes(&r->archive), &r->verdict.about, &r->members, r->f)
		       : e;
}

static enum err
go_back(struct session *r, uint64_t sequence)
{
	struct depot_release now, old;
	enum err e = depot_current(&r->depot, &now, r->f);

	if (e == ERR_END)
		return fault_set(r->f, FAULT_ABSENT, "no release is installed");
	if (e != OK)
		return e;
	r->said->before = now.about;
	depot_release_close(&now);
	e = depot_older(&r->depot, sequence ? UINT64_MAX : r->said->before.sequence,
	    sequence, &old, r->f);
	if (e == ERR_END)
		return fault_set(r->f, FAULT_ABSENT,
		    "no older release is kept that could be gone back to");
	if (e != OK)
		return e;
	e = judge_again(r, &old);
	if (e == OK && !r->u->check)
		e = depot_switch(&r->depot, old.name, r->f);
	if (e == OK) {
		r->said->about = old.about;
		r->said->changed = old.about.sequence != r->said->before.sequence;
	}
	depot_release_close(&old);
	return e;
}

enum err
update_rollback(
    const struct update *u, uint64_t sequence, struct update_said *out, struct fault *f)
{
	struct session *r = session_new(u, out, f);
	enum err e = depot_open(u->conf->state, u->conf->channel, true, &r->depot, f);

	if (e == OK)
		e = depot_get_seen(&r->depot, &r->seen, f);
	if (e == OK)
		e = go_back(r, sequence);
	buf_done(&r->members);
	session_done(r);
	return e;
}
