/* update.c - see update.h. */
#include "update/update.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "log/tile.h"
#include "update/judge.h"
#include "update/place.h"
#include "update/trial.h"
#include "update/verifier.h"

#define TILES_MAX  16384 /* of level 0: a log of four million entries */
#define TILES_ONCE 1024
#define ANSWER_MAX (16u << 20)

struct run {
	const struct update *u;
	struct update_said *said;
	struct fault *f;
	struct arena arena;
	struct depot depot;
	struct place place;
	struct seen seen;
	struct judge_ask ask;
	struct judge_said verdict;
	struct buf archive, members;
	struct bytes keys[JUDGE_KEYS_MAX];
	struct place_file *key_file;
	size_t nkeys;
};

/* --- judging, in the jail ------------------------------------------------------------
 */

static void
work_release(void *arg, struct buf *out)
{
	struct judge_said *said = buf_room(out, sizeof(*said));

	judge_release(arg, said);
}

/* What comes back is of our own making, but of a process that read a stranger's bytes. */
static enum err
run_judge(struct judge_ask *ask, struct judge_said *out, struct fault *f)
{
	struct buf b = { 0 };
	enum err e = verifier_run(work_release, ask, ANSWER_MAX, &b, f);

	if (e == OK && b.n != sizeof(*out))
		e = fault_set(f, FAULT_VERIFIER, "the verifier gave no verdict");
	if (e == OK) {
		memcpy(out, b.p, sizeof(*out));
		out->about.channel[sizeof(out->about.channel) - 1] = '\0';
		out->about.origin[sizeof(out->about.origin) - 1] = '\0';
		out->log_url[sizeof(out->log_url) - 1] = '\0';
		if (out->fault.kind != FAULT_NONE)
			e = verifier_fault(&out->fault, f);
	}
	buf_done(&b);
	return e;
}

static void
work_key_count(void *arg, struct buf *out)
{
	buf_le32(out, (uint32_t)judge_key_count(*(struct bytes *)arg));
}

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

struct growth_work {
	struct bytes leaves;
	struct merkle_head old, head;
};

static void
work_growth(void *arg, struct buf *out)
{
	const struct growth_work *w = arg;
	struct fault f = { 0 };

	if (judge_growth(w->leaves, &w->old, &w->head, &f) != OK && f.kind == FAULT_NONE)
		f.kind = FAULT_VERIFIER;
	buf_put(out, &f, sizeof(f));
}

static enum err
run_growth(struct growth_work *w, struct fault *f)
{
	struct buf b = { 0 };
	struct fault said;
	enum err e = verifier_run(work_growth, w, sizeof(said), &b, f);

	if (e == OK && b.n != sizeof(said))
		e = fault_set(f, FAULT_VERIFIER, "the verifier gave no verdict");
	if (e == OK) {
		memcpy(&said, b.p, sizeof(said));
		if (said.kind != FAULT_NONE)
			e = verifier_fault(&said, f);
	}
	buf_done(&b);
	return e;
}

/* --- fetching what is judged
 * ------------------------------------------------------------ */

/* All statements about keys, whichever this client knows: it asks as everybody does. */
static enum err
fetch_keys(struct run *r, const struct place_file *latest)
{
	struct bytes file = buf_bytes(&latest->data);
	struct buf b = { 0 };
	size_t n = 0;

	if (!latest->found)
		return OK;
	TRY(verifier_run(work_key_count, &file, 4, &b, r->f));
	if (b.n == 4)
		n = le32(b.p);
	buf_done(&b);
	if (n == 0 || n > JUDGE_KEYS_MAX)
		return fault_set(r->f, FAULT_ROTATION,
		    "'%s' is no statement about the publisher's key",
		    fault_quote(bytes_of(latest->name)));
	r->key_file = xcalloc(n, sizeof(*r->key_file));
	r->nkeys = n;
	for (size_t i = 0; i < n; i++)
		r->key_file[i] = (struct place_file){
			.name = arena_printf(
			    &r->arena, "keys/%s/%zu", r->u->conf->channel, i + 1),
			.cap = JUDGE_PROOF_MAX,
		};
	TRY(place_get(&r->place, r->key_file, n, r->f));
	for (size_t i = 0; i < n; i++) {
		r->keys[i] = buf_bytes(&r->key_file[i].data);
		if (!r->key_file[i].found)
			return fault_set(
			    r->f, FAULT_MISSING, "there is no '%s'", r->key_file[i].name);
	}
	return OK;
}

static enum err
read_trust(struct run *r, struct bytes *out)
{
	enum err e = conf_read(r->u->conf->trust, POLICY_TEXT, &r->arena, out, r->f);

	if (e == ERR_END)
		return fault_set(r->f, FAULT_CONF,
		    "there is no trust file '%s', so no log is trusted ('candor trust "
		    "add' writes one)",
		    fault_quote(bytes_of(r->u->conf->trust)));
	return e;
}

static enum err
prepare_ask(struct run *r, struct bytes proof)
{
	const struct conf *c = r->u->conf;

	r->ask = (struct judge_ask){
		.publisher = c->publisher,
		.npublisher = c->npublisher,
		.channel = c->channel,
		.now = r->u->now,
		.max_age = c->max_age,
		.seen = &r->seen,
		.proof = proof,
		.keys = r->keys,
		.nkeys = r->nkeys,
	};
	return read_trust(r, &r->ask.trust);
}

/* --- the log has grown
 * ------------------------------------------------------------------ */

static const char *
tile_name(struct arena *a, uint64_t n, unsigned width)
{
	char path[TILE_PATH];

	tile_path(&(struct tile){ 0, n, width }, path);
	return arena_printf(a, "%s", path);
}

/* A part of a tile may be gone when the whole of it is there: then that will do. */
static enum err
get_tiles(struct run *r, struct place_file *files, size_t n, uint64_t first)
{
	TRY(place_get(&r->place, files, n, r->f));
	for (size_t i = 0; i < n; i++) {
		if (!files[i].found && strstr(files[i].name, ".p/") != NULL) {
			files[i].name = tile_name(&r->arena, first + i, TILE_WIDTH);
			TRY(place_get(&r->place, &files[i], 1, r->f));
		}
		if (!files[i].found)
			return fault_set(r->f, FAULT_MISSING,
			    "the log lacks '%s', which it published a checkpoint for",
			    files[i].name);
	}
	return OK;
}

static enum err
fetch_leaves(struct run *r, uint64_t size, struct buf *leaves)
{
	uint64_t tiles = size / TILE_WIDTH + (size % TILE_WIDTH != 0);
	struct place_file *files = xcalloc(TILES_ONCE, sizeof(*files));
	enum err e = OK;

	for (uint64_t at = 0; at < tiles && e == OK; at += TILES_ONCE) {
		size_t n = tiles - at < TILES_ONCE ? (size_t)(tiles - at) : TILES_ONCE;

		for (size_t i = 0; i < n; i++) {
			uint64_t left = size - (at + i) * TILE_WIDTH;
			unsigned width = left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;

			files[i] = (struct place_file){
				.name = tile_name(&r->arena, at + i, width),
				.of_log = true,
				.cap = TILE_WIDTH * MERKLE_HASH,
			};
		}
		e = get_tiles(r, files, n, at);
		for (size_t i = 0; i < n; i++) {
			if (e == OK)
				buf_put(leaves, files[i].data.p, files[i].data.n);
			buf_done(&files[i].data);
		}
	}
	free(files);
	return e;
}

static enum err
judge_log_growth(struct run *r)
{
	struct growth_work w = { .old = r->verdict.old, .head = r->verdict.head };
	struct buf leaves = { 0 };
	enum err e;

	/* a client that never was here asks for the same as one that was long ago */
	if (w.old.size == w.head.size)
		return OK;
	if (w.head.size > (uint64_t)TILES_MAX * TILE_WIDTH)
		return fault_set(r->f, FAULT_TOO_LARGE,
		    "the log has %" PRIu64 " entries, more than this version can follow",
		    w.head.size);
	e = fetch_leaves(r, w.head.size, &leaves);
	/* a full tile in the place of a part holds more than the tree of this size */
	if (e == OK && leaves.n > w.head.size * MERKLE_HASH)
		leaves.n = (size_t)w.head.size * MERKLE_HASH;
	w.leaves = buf_bytes(&leaves);
	if (e == OK)
		e = run_growth(&w, r->f);
	buf_done(&leaves);
	return e;
}

/* --- the archive
 * ------------------------------------------------------------------------- */

static enum err
fetch_archive(struct run *r)
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
make_database(struct run *r, int *db, uint64_t *size)
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

/* --- installing
 * -------------------------------------------------------------------------- */

static enum err
install(struct run *r, int db, uint64_t size)
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
is_new(struct run *r, bool *out)
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
fetch_and_judge(struct run *r)
{
	const char *channel = r->u->conf->channel;
	struct place_file files[2] = {
		{ .name = arena_printf(&r->arena, "rules/%s/latest", channel),
		    .cap = JUDGE_PROOF_MAX },
		{ .name = arena_printf(&r->arena, "keys/%s/latest", channel),
		    .cap = JUDGE_PROOF_MAX },
	};
	enum err e = place_get(&r->place, files, COUNT(files), r->f);

	if (e == OK && !files[0].found)
		e = fault_set(r->f, FAULT_MISSING, "there is no '%s' at '%s'",
		    files[0].name, fault_quote(bytes_of(r->place.base)));
	if (e == OK)
		e = fetch_keys(r, &files[1]);
	buf_done(&files[1].data);
	if (e == OK)
		e = prepare_ask(r, arena_bytes(&r->arena, buf_bytes(&files[0].data)));
	buf_done(&files[0].data);
	if (e == OK)
		e = run_judge(&r->ask, &r->verdict, r->f);
	if (e != OK)
		return e;
	if (r->verdict.log_url[0] != '\0' && r->place.dir < 0)
		r->place.log_url = r->verdict.log_url;
	return judge_log_growth(r);
}

static enum err
update(struct run *r)
{
	bool differs = false;
	int db = -1;
	uint64_t size = 0;
	enum err e;

	TRY(fetch_and_judge(r));
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

static void
run_done(struct run *r)
{
	for (size_t i = 0; i < r->nkeys; i++)
		buf_done(&r->key_file[i].data);
	free(r->key_file);
	buf_done(&r->archive);
	place_close(&r->place);
	depot_close(&r->depot);
	arena_done(&r->arena);
	free(r);
}

static struct run *
run_new(const struct update *u, struct update_said *out, struct fault *f)
{
	struct run *r = xcalloc(1, sizeof(*r));

	/* a limit on files must be an error that is told, not a death */
	signal(SIGXFSZ, SIG_IGN);
	*out = (struct update_said){ 0 };
	r->u = u;
	r->said = out;
	r->f = f;
	r->depot = (struct depot){ -1, -1, -1, NULL };
	r->place = (struct place){ .conf = u->conf,
		.fetch = u->fetch,
		.dir = -1,
		.sent = u->sent,
		.arg = u->arg };
	arena_init(&r->arena, 64u << 20);
	return r;
}

enum err
update_run(const struct update *u, struct update_said *out, struct fault *f)
{
	struct run *r = run_new(u, out, f);
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
	run_done(r);
	return e;
}

/* --- going back
 * ---------------------------------------------------------------------------- */

static enum err
judge_again(struct run *r, const struct depot_release *old)
{
	struct buf proof = { 0 };
	enum err e = depot_read(old, DEPOT_PROOF, JUDGE_PROOF_MAX, &proof, r->f);

	if (e == OK)
		e = prepare_ask(r, arena_bytes(&r->arena, buf_bytes(&proof)));
	buf_done(&proof);
	r->ask.again = true;
	if (e == OK)
		e = run_judge(&r->ask, &r->verdict, r->f);
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
go_back(struct run *r, uint64_t sequence)
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
	struct run *r = run_new(u, out, f);
	enum err e = depot_open(u->conf->state, u->conf->channel, true, &r->depot, f);

	if (e == OK)
		e = depot_get_seen(&r->depot, &r->seen, f);
	if (e == OK)
		e = go_back(r, sequence);
	buf_done(&r->members);
	run_done(r);
	return e;
}
