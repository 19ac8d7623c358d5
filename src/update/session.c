/* session.c - see session.h. */
#include "update/session.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "base/sys.h"
#include "log/tile.h"
#include "update/verifier.h"

#define TILES_MAX    16384 /* of level 0: a log of four million entries */
#define TILES_ONCE   1024
#define BUNDLES_ONCE 8 /* of up to 16 MB each */
#define ANSWER_MAX   (16u << 20)

/* --- judging, in the jail --- */

static void
work_release(void *arg, struct buf *out)
{
	struct judge_said *said = buf_room(out, sizeof(*said));

	judge_release(arg, said);
}

/* Names that become those of files are looked at once more outside. */
static bool
program_ok(struct judge_program *p)
{
	if (p->n > STATEMENT_ARTEFACTS)
		return false;
	p->name[STATEMENT_NAME] = p->version[STATEMENT_NAME] = '\0';
	for (uint32_t i = 0; i < p->n; i++) {
		p->artefact[i].name[STATEMENT_NAME] = '\0';
		if (!statement_name_ok(bytes_of(p->artefact[i].name)))
			return false;
	}
	return p->n == 0 || (statement_name_ok(bytes_of(p->name)) &&
				statement_name_ok(bytes_of(p->version)));
}

/* What comes back is of our own making, but of a process that read a stranger's bytes. */
enum err
session_judge(struct judge_ask *ask, struct judge_said *out, struct fault *f)
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
		if (!program_ok(&out->program))
			e = fault_set(f, FAULT_VERIFIER, "the verifier gave no verdict");
		if (e == OK && out->fault.kind != FAULT_NONE)
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
/* --- fetching what is judged --- */

/* All statements about keys, whichever this client knows: it asks as everybody does. */
static enum err
fetch_keys(struct session *r, const struct place_file *latest)
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
read_trust(struct session *r, struct bytes *out)
{
	enum err e = conf_read(r->u->conf->trust, POLICY_TEXT, &r->arena, out, r->f);

	if (e == ERR_END)
		return fault_set(r->f, FAULT_CONF,
		    "there is no trust file '%s', so no log is trusted ('candor trust "
		    "add' writes one)",
		    fault_quote(bytes_of(r->u->conf->trust)));
	return e;
}

enum err
session_ask(struct session *r, struct bytes proof)
{
	const struct conf *c = r->u->conf;

	r->ask = (struct judge_ask){
		.publisher = c->publisher,
		.npublisher = c->npublisher,
		.channel = c->channel,
		.type = r->type,
		.now = r->u->now,
		.max_age = c->max_age,
		.seen = &r->seen,
		.proof = proof,
		.keys = r->keys,
		.nkeys = r->nkeys,
	};
	return read_trust(r, &r->ask.trust);
}

/* --- the log has grown --- */

static const char *
tile_name(struct arena *a, const struct tile *t)
{
	char path[TILE_PATH];

	tile_path(t, path);
	return arena_printf(a, "%s", path);
}

/* A part of a tile may be gone when the whole of it is there: then that will do. */
static enum err
get_tiles(struct session *r, struct place_file *files, size_t n, const struct tile *first)
{
	TRY(place_get(&r->place, files, n, r->f));
	for (size_t i = 0; i < n; i++) {
		if (!files[i].found && strstr(files[i].name, ".p/") != NULL) {
			files[i].name = tile_name(&r->arena,
			    &(struct tile){ first->level, first->n + i, TILE_WIDTH });
			TRY(place_get(&r->place, &files[i], 1, r->f));
		}
		if (!files[i].found)
			return fault_set(r->f, FAULT_MISSING,
			    "the log lacks '%s', which it published a checkpoint for",
			    files[i].name);
	}
	return OK;
}

/* Names for n tiles of a log of that size, from first on. */
static void
name_tiles(struct session *r, const struct tile *first, size_t n, uint64_t size,
    struct place_file *files)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t left = size - (first->n + i) * TILE_WIDTH;
		struct tile t = { first->level, first->n + i,
			left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH };

		files[i] = (struct place_file){
			.name = tile_name(&r->arena, &t),
			.of_log = true,
			.cap = t.level == TILE_ENTRIES ? TILE_BUNDLE_MOST
						       : TILE_WIDTH * MERKLE_HASH,
		};
	}
}

/* Gives each of the tiles to put, in order. */
static enum err
each_tile(struct session *r, struct tile first, size_t at_once, uint64_t size,
    void (*put)(struct buf *out, struct bytes tile), struct buf *out)
{
	uint64_t tiles = size / TILE_WIDTH + (size % TILE_WIDTH != 0);
	struct place_file *files = xcalloc(at_once, sizeof(*files));
	enum err e = OK;

	for (; first.n < tiles && e == OK; first.n += at_once) {
		size_t n =
		    tiles - first.n < at_once ? (size_t)(tiles - first.n) : at_once;

		name_tiles(r, &first, n, size, files);
		e = get_tiles(r, files, n, &first);
		for (size_t i = 0; i < n; i++) {
			if (e == OK)
				put(out, buf_bytes(&files[i].data));
			buf_done(&files[i].data);
		}
		if (e == OK && out->n > SESSION_ENTRIES_BYTES)
			e = fault_set(r->f, FAULT_TOO_LARGE,
			    "the log's newest entries have more bytes than are read");
	}
	free(files);
	return e;
}

static void
put_plain(struct buf *out, struct bytes tile)
{
	buf_put(out, tile.p, tile.n);
}

static void
put_counted(struct buf *out, struct bytes tile)
{
	buf_le32(out, (uint32_t)tile.n);
	buf_put(out, tile.p, tile.n);
}

enum err
session_entries(struct session *r, struct buf *out, uint64_t *first)
{
	uint64_t size = r->verdict.head.size;
	struct tile t = { .level = TILE_ENTRIES };

	if (size > SESSION_ENTRIES)
		t.n = (size - SESSION_ENTRIES) / TILE_WIDTH;
	*first = t.n * TILE_WIDTH;
	return each_tile(r, t, BUNDLES_ONCE, size, put_counted, out);
}

static enum err
judge_log_growth(struct session *r)
{
	struct growth_work w = { .old = r->verdict.old, .head = r->verdict.head };
	struct buf *leaves = &r->leaves;

	/* a client that never was here asks for the same as one that was long ago */
	if (w.old.size == w.head.size)
		return OK;
	if (w.head.size > (uint64_t)TILES_MAX * TILE_WIDTH)
		return fault_set(r->f, FAULT_TOO_LARGE,
		    "the log has %" PRIu64 " entries, more than this version can follow",
		    w.head.size);
	TRY(each_tile(r, (struct tile){ 0 }, TILES_ONCE, w.head.size, put_plain, leaves));
	/* a full tile in the place of a part holds more than the tree of this size */
	if (leaves->n > w.head.size * MERKLE_HASH)
		leaves->n = (size_t)w.head.size * MERKLE_HASH;
	w.leaves = buf_bytes(leaves);
	return run_growth(&w, r->f);
}
/* --- both, and the beginning and the end of it
 * -------------------------------------------
 */

enum err
session_fetch(struct session *r, enum statement_type type)
{
	const char *channel = r->u->conf->channel;
	struct place_file files[2] = {
		{ .name = arena_printf(
		      &r->arena, "%s/%s/latest", statement_type_name(type), channel),
		    .cap = JUDGE_PROOF_MAX },
		{ .name = arena_printf(&r->arena, "keys/%s/latest", channel),
		    .cap = JUDGE_PROOF_MAX },
	};
	enum err e;

	r->type = type;
	e = place_get(&r->place, files, COUNT(files), r->f);

	if (e == OK && !files[0].found)
		e = fault_set(r->f, FAULT_MISSING, "there is no '%s' at '%s'",
		    files[0].name, fault_quote(bytes_of(r->place.base)));
	if (e == OK)
		e = fetch_keys(r, &files[1]);
	buf_done(&files[1].data);
	if (e == OK)
		e = session_ask(r, arena_bytes(&r->arena, buf_bytes(&files[0].data)));
	buf_done(&files[0].data);
	if (e == OK)
		e = session_judge(&r->ask, &r->verdict, r->f);
	if (e != OK)
		return e;
	if (r->verdict.log_url[0] != '\0' && r->place.dir < 0)
		r->place.log_url = r->verdict.log_url;
	return judge_log_growth(r);
}
void
session_done(struct session *r)
{
	for (size_t i = 0; i < r->nkeys; i++)
		buf_done(&r->key_file[i].data);
	free(r->key_file);
	buf_done(&r->archive);
	buf_done(&r->leaves);
	place_close(&r->place);
	depot_close(&r->depot);
	arena_done(&r->arena);
	free(r);
}

struct session *
session_new(const struct update *u, struct update_said *out, struct fault *f)
{
	struct session *r = xcalloc(1, sizeof(*r));

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
