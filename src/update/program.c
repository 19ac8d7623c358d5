/* program.c - see program.h. */
#include "update/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "update/gather.h"
#include "update/hearing.h"
#include "update/verifier.h"

struct taking {
	struct session *s;
	struct program_said *said;
	struct bytes docket;
	struct buf *content; /* of each artefact */
};

/* --- may it be taken? --- */

/* An objection is told before anything else, and what is wrong before what is missing. */
static unsigned
weight(const struct weigh_verdict *v)
{
	return v->fault.kind == FAULT_NONE        ? 0
	       : v->fault.kind == FAULT_FEW       ? 1
	       : v->fault.kind != FAULT_OBJECTION ? 2
						  : 3;
}

/* The verdict on all artefacts: the gravest refusal, or the weakest yes. */
static enum err
take_verdicts(struct taking *t, const struct weigh_said *w)
{
	const struct weigh_verdict *worst = &w->verdict[0];

	t->said->damaged = w->damaged;
	for (size_t i = 0; i < w->n; i++) {
		const struct weigh_verdict *v = &w->verdict[i];

		if (weight(v) > weight(worst))
			worst = v;
		if (i == 0 || v->good < t->said->good) {
			t->said->good = v->good;
			t->said->need = v->need;
		}
	}
	return worst->fault.kind == FAULT_NONE ? OK
					       : verifier_fault(&worst->fault, t->s->f);
}

static enum err
weigh_artefacts(struct taking *t)
{
	const struct judge_program *p = &t->said->program;
	struct weigh_ask ask = { .docket = t->docket, .n = p->n, .now = t->s->u->now };
	struct weigh_item *item;
	struct weigh_said w;
	enum err e;

	TRY(hearing_files(t->s->u->conf, &t->s->arena, &ask, t->s->f));
	item = xcalloc(p->n + 1, sizeof(*item));
	for (uint32_t i = 0; i < p->n; i++) {
		item[i].scope = EXAMINERS_PRODUCT;
		item[i].name = bytes_of(p->name);
		item[i].file = bytes_of(p->artefact[i].name);
		memcpy(item[i].sha256, p->artefact[i].sha256, 32);
		item[i].since = t->s->verdict.about.date;
	}
	ask.item = item;
	e = hearing_run(&ask, &w, t->s->f);
	if (e == OK) {
		e = take_verdicts(t, &w);
		weigh_done(&w);
	}
	free(item);
	return e;
}

/* --- the artefacts
 * ----------------------------------------------------------------------------
 */

static enum err
fetch_one(struct taking *t, const struct judge_file *a, struct buf *out)
{
	struct session *s = t->s;
	struct place_file file = { .cap = a->size };
	char hex[65], path[80];
	uint8_t digest[32];
	enum err e;

	if (a->size > s->u->conf->max_size)
		return fault_set(s->f, FAULT_TOO_LARGE,
		    "'%s' has more bytes than max-size permits", a->name);
	hash_hex(a->sha256, 32, hex);
	snprintf(path, sizeof(path), "blob/%s", hex);
	file.name = path;
	e = place_need(&s->place, &file, s->f);
	*out = file.data;
	if (e != OK)
		return e;
	hash_of(HASH_SHA256, buf_bytes(out), digest);
	if (out->n == a->size && memcmp(digest, a->sha256, 32) == 0)
		return OK;
	return fault_set(s->f, FAULT_ARTEFACT,
	    "'%s' is not the file that was logged and that examiners rebuilt: it is "
	    "another one, or was changed",
	    a->name);
}

static enum err
fetch_artefacts(struct taking *t)
{
	const struct judge_program *p = &t->said->program;

	t->content = xcalloc(p->n + 1, sizeof(*t->content));
	for (uint32_t i = 0; i < p->n; i++)
		TRY(fetch_one(t, &p->artefact[i], &t->content[i]));
	return OK;
}

/* --- putting them somewhere
 * --------------------------------------------------------------------
 */

/* Names of the release's own files in the folder, which no artefact may have. */
static bool
is_taken(const char *name)
{
	return strcmp(name, DEPOT_ABOUT) == 0 || strcmp(name, DEPOT_PROOF) == 0 ||
	       strcmp(name, PROGRAM_STATEMENTS) == 0;
}

static enum err
put_all(struct taking *t, const struct depot_stage *g)
{
	const struct judge_program *p = &t->said->program;
	struct fault *f = t->s->f;

	TRY(depot_put(g, DEPOT_PROOF, t->s->ask.proof, f));
	TRY(depot_put(g, PROGRAM_STATEMENTS, t->docket, f));
	for (uint32_t i = 0; i < p->n; i++) {
		if (is_taken(p->artefact[i].name))
			return fault_set(f, FAULT_STATEMENT,
			    "an artefact cannot be called '%s'", p->artefact[i].name);
		TRY(depot_put(g, p->artefact[i].name, buf_bytes(&t->content[i]), f));
	}
	return OK;
}

/* DIR/NAME-VERSION, made under another name and then renamed. */
static enum err
put_into(struct taking *t, const char *into)
{
	const struct judge_program *p = &t->said->program;
	char *name = xprintf("%s-%s", p->name, p->version);
	struct depot d = { -1, -1, -1, xstrdup(into) };
	struct depot_stage g = { .dir = -1 };
	struct fault *f = t->s->f;
	enum err e = OK;

	if (sys_open(AT_FDCWD, into, SYS_FOLLOW | SYS_DIR, &d.releases) != OK)
		e = fault_set(f, FAULT_IO, "cannot open the folder '%s': %s",
		    fault_quote(bytes_of(into)), sys_why());
	else if (faccessat(d.releases, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		e = fault_set(f, FAULT_EXISTS,
		    "'%s/%s' is there already: nothing is overwritten",
		    fault_quote(bytes_of(into)), name);
	if (e == OK)
		e = depot_begin(&d, &g, f);
	if (e == OK)
		e = put_all(t, &g);
	if (e == OK)
		e = depot_move(&d, &g, name, f);
	if (e == OK)
		t->said->folder = xprintf("%s/%s", into, name);
	depot_drop(&d, &g);
	depot_close(&d);
	free(name);
	return e;
}

static enum err
put_into_state(struct taking *t)
{
	struct session *s = t->s;
	struct depot_stage g = { .dir = -1 };
	struct about *a = &s->verdict.about;
	char name[DEPOT_NAME];
	enum err e = depot_begin(&s->depot, &g, s->f);

	a->installed = s->u->now;
	snprintf(a->built, sizeof(a->built), "%s", s->u->version);
	if (e == OK)
		e = put_all(t, &g);
	if (e == OK)
		e = depot_finish(&s->depot, &g, a, name, s->f);
	if (e == OK)
		e = depot_put_seen(&s->depot, &s->verdict.seen, s->f);
	if (e == OK)
		e = depot_switch(&s->depot, name, s->f);
	depot_drop(&s->depot, &g);
	return e;
}

/* The release that is in the state folder, if it is this one. */
static bool
is_there(struct taking *t)
{
	struct depot_release now;
	struct fault damaged = { 0 };
	bool same;

	if (depot_current(&t->s->depot, &now, &damaged) != OK)
		return false;
	t->said->update.before = now.about;
	same = memcmp(now.about.statement, t->s->verdict.about.statement, 32) == 0;
	depot_release_close(&now);
	return same;
}

/* --- all of it
 * ----------------------------------------------------------------------------------
 */

static enum err
put(struct taking *t, const char *into)
{
	bool there = is_there(t);

	t->said->update.changed = !there;
	if (t->s->u->check)
		return OK;
	if (there && into == NULL)
		return depot_put_seen(&t->s->depot, &t->s->verdict.seen, t->s->f);
	TRY(fetch_artefacts(t));
	if (!there)
		TRY(put_into_state(t));
	return into ? put_into(t, into) : OK;
}

static enum err
take(struct taking *t, const char *into)
{
	struct session *s = t->s;

	TRY(session_fetch(s, STATEMENT_RELEASE));
	t->said->update.about = s->verdict.about;
	t->said->program = s->verdict.program;
	TRY(gather_statements(s, &t->docket));
	t->said->statements = t->docket.n;
	/* also of the release in use: somebody may object by now */
	TRY(weigh_artefacts(t));
	TRY(put(t, into));
	if (t->said->folder == NULL && !s->u->check)
		t->said->folder = xprintf("%s/current", s->depot.path);
	return OK;
}

/* A dot is in no channel's name, so this folder is nobody else's. */
static enum err
open_session(struct session *s, const struct update *u, struct fault *f)
{
	char *folder = xprintf("%s.program", u->conf->channel);
	enum err e = place_open(&s->place, u->base, f);

	if (e == OK)
		e = depot_open(u->conf->state, folder, true, &s->depot, f);
	free(folder);
	if (e != OK)
		return e;
	depot_sweep(&s->depot);
	return depot_get_seen(&s->depot, &s->seen, f);
}

static void
fill_said(struct program_said *out, const struct session *s)
{
	out->update.bytes = s->place.bytes;
	out->update.no_quorum = s->verdict.no_quorum;
	out->update.cosignatures = s->verdict.cosignatures;
	out->update.rotations = s->verdict.rotations;
	out->update.log_size = s->verdict.head.size;
}

enum err
program_run(
    const struct update *u, const char *into, struct program_said *out, struct fault *f)
{
	struct taking t = { .said = out };
	enum err e;

	*out = (struct program_said){ 0 };
	t.s = session_new(u, &out->update, f);
	e = open_session(t.s, u, f);
	if (e == OK)
		e = take(&t, into);
	if (e == OK)
		depot_sweep(&t.s->depot);
	fill_said(out, t.s);
	for (uint32_t i = 0; t.content != NULL && i < out->program.n; i++)
		buf_done(&t.content[i]);
	free(t.content);
	session_done(t.s);
	return e;
}

enum err
program_statements(const struct update *u, size_t *bytes, struct fault *f)
{
	struct update_said said;
	struct session *s = session_new(u, &said, f);
	struct bytes docket = { 0 };
	enum err e = open_session(s, u, f);

	if (e == OK)
		e = gather_statements(s, &docket);
	*bytes = docket.n;
	session_done(s);
	return e;
}
