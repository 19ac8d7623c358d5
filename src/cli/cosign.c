/* cosign.c - see cosign.h. */
#include "cli/cosign.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/gather.h"
#include "base/sys.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "fetch/fetch.h"
#include "log/store.h"

struct cosigning {
	struct arena arena;
	struct buf text; /* of the policy */
	struct policy policy;
	struct log_place place;
	struct buf hold; /* the published checkpoint */
	struct note note;
	struct checkpoint head;
	struct gather g;
	struct gather_witness *w; /* those of the policy that have a URL */
	const char **url;
	size_t n;
	const struct cosign *args;
};

/* "VKEY URL" each: a policy of all of them. */
static void
policy_of_witnesses(const struct opt_list *l, const struct note_key *log, struct buf *out)
{
	buf_str(out, "log ");
	note_key_print(log, out);
	buf_u8(out, '\n');
	for (size_t i = 0; i < l->n; i++)
		buf_printf(out, "witness w%zu %s\n", i, l->p[i]);
	buf_str(out, "group all all");
	for (size_t i = 0; i < l->n; i++)
		buf_printf(out, " w%zu", i);
	buf_str(out, "\nquorum all\n");
}

static enum err
load_policy(struct cosigning *c, const struct note_key *log, struct fault *f)
{
	enum err e;

	if (c->args->trust != NULL)
		TRY(log_read_file(c->args->trust, POLICY_TEXT, &c->text, f));
	else
		policy_of_witnesses(&c->args->witness, log, &c->text);
	e = policy_parse(buf_bytes(&c->text), &c->arena, &c->policy, f);
	return e == ERR_LIMIT ? fault_set(f, FAULT_POLICY, "the policy is too large") : e;
}

/* The witnesses that can be asked; the policy may have others, which give by themselves.
 */
static enum err
load_witnesses(struct cosigning *c, struct fault *f)
{
	c->w = xcalloc(c->policy.nnode + 1, sizeof(*c->w));
	c->url = xcalloc(c->policy.nnode + 1, sizeof(*c->url));
	for (uint32_t i = 0; i < c->policy.nnode; i++) {
		const struct policy_node *p = &c->policy.node[i];
		struct buf url = { 0 };

		if (p->group || p->url.n == 0)
			continue;
		url_join(&url, arena_str(&c->arena, p->url), "add-checkpoint");
		c->url[c->n] = arena_str(&c->arena, buf_bytes(&url));
		c->w[c->n++].key = p->key;
		buf_done(&url);
	}
	if (c->n == 0)
		return fault_set(
		    f, FAULT_POLICY, "no witness of the policy has a URL to ask at");
	return OK;
}

/* The checkpoint that is held, or else the published one. */
static enum err
read_note(const struct cosigning *c, struct buf *out, struct fault *f)
{
	enum err e = store_held(c->args->dir, out, f);

	return e == ERR_END
		   ? source_read(&c->place.source, "checkpoint", NOTE_MOST, out, f)
		   : e;
}

static enum err
open_log(struct cosigning *c, struct fault *f)
{
	struct store_settings set = { 0 };
	enum err e = store_settings_read(c->args->dir, &set, f);

	if (e == OK)
		e = log_place_open(c->args->dir, &c->place, f);
	if (e == OK)
		e = read_note(c, &c->hold, f);
	if (e == OK)
		e = checkpoint_open(buf_bytes(&c->hold), &set.key, &c->note, &c->head, f);
	if (e == OK)
		e = tile_reader_new(&c->place.source, &c->head.head, &c->g.tiles, f);
	if (e == OK)
		e = load_policy(c, &set.key, f);
	store_settings_done(&set);
	c->g.note = buf_bytes(&c->hold);
	c->g.text = c->note.text;
	c->g.head = c->head.head;
	return e == OK ? load_witnesses(c, f) : e;
}

/* One question to each who is to be asked. ERR_END: nobody is. */
static enum err
ask_round(struct cosigning *c, const char *program, struct fault *f)
{
	struct fetch_opts o = { .program = program, .deadline_ms = c->args->timeout_ms };
	struct fetch_job *job = xcalloc(c->n, sizeof(*job));
	struct fetch_result *got = xcalloc(c->n, sizeof(*got));
	struct buf *body = xcalloc(c->n, sizeof(*body));
	size_t *who = xcalloc(c->n, sizeof(*who)), n = 0;
	char why[FETCH_WHY] = "";
	enum err e = OK;

	for (size_t i = 0; i < c->n && e == OK; i++) {
		if (c->w[i].state != GATHER_ASK)
			continue;
		e = gather_request(&c->g, &c->w[i], &body[n], f);
		job[n] = (struct fetch_job){ c->url[i], true, buf_bytes(&body[n]),
			"text/plain; charset=utf-8", GATHER_MOST };
		who[n++] = i;
	}
	if (e == OK && n == 0)
		e = ERR_END;
	if (e == OK && fetch_run(&o, job, n, got, why) != OK)
		e = fault_set(f, FAULT_IO, "candor-fetch cannot be used: %s", why);
	for (size_t i = 0; i < n && e == OK; i++) {
		if (got[i].fault != FETCH_OK)
			gather_silence(&c->w[who[i]], got[i].why);
		else
			gather_answer(
			    &c->g, &c->w[who[i]], got[i].status, buf_bytes(&got[i].body));
	}
	fetch_results_done(got, n);
	for (size_t i = 0; i < c->n; i++)
		buf_done(&body[i]);
	free(job);
	free(got);
	free(body);
	free(who);
	return e;
}

static enum err
ask_all(struct cosigning *c, struct fault *f)
{
	char *program = fetch_find(CANDOR_LIBEXECDIR);
	enum err e = OK;

	if (program == NULL)
		return fault_set(
		    f, FAULT_IO, "candor-fetch, which asks witnesses, is not installed");
	/* each witness ends by itself after GATHER_ROUNDS */
	while (e == OK)
		e = ask_round(c, program, f);
	free(program);
	return e == ERR_END ? OK : e;
}

/* Is it the one that witnesses were asked for? Its signatures may be others by now. */
static bool
is_asked(const struct cosigning *c, struct bytes input, struct note *note)
{
	return note_parse(input, note, NULL) == OK && bytes_eq(note->text, c->note.text);
}

/*
 * What witnesses were asked for, as it is by now: held still, or put up by somebody else.
 * Under another text their signatures would not hold, and spoil it for everybody.
 */
static enum err
read_again(const struct cosigning *c, struct note *note, bool *held, struct buf *out,
    struct fault *f)
{
	enum err e = store_held(c->args->dir, out, f);

	*held = e == OK && is_asked(c, buf_bytes(out), note);
	if (*held || (e != OK && e != ERR_END))
		return e;
	buf_clear(out);
	TRY(source_read(&c->place.source, "checkpoint", NOTE_MOST, out, f));
	if (is_asked(c, buf_bytes(out), note))
		return OK;
	return fault_set(f, FAULT_BUSY,
	    "the log '%s' signed another checkpoint while witnesses were asked: try "
	    "again",
	    c->args->dir);
}

/* With what was given: others may have gathered, too. */
static enum err
merge(struct cosigning *c, bool *held, struct buf *out, struct fault *f)
{
	struct buf now = { 0 };
	struct note *note = xcalloc(1, sizeof(*note));
	enum err e = read_again(c, note, held, &now, f);

	if (e == OK)
		gather_merge(note, c->w, c->n, out);
	buf_done(&now);
	free(note);
	return e;
}

/* Kept also when it is not enough; what was held is put up when it is. */
static enum err
put_up(struct cosigning *c, struct policy_seen *seen, struct fault *f)
{
	struct buf out = { 0 };
	struct store *s = NULL;
	bool held = false;
	enum err e = store_open(c->args->dir, &s, f);

	if (e == OK)
		e = merge(c, &held, &out, f);
	if (e == OK)
		e = store_countersign(s, buf_bytes(&out), f);
	if (e == OK)
		e = policy_check(&c->policy, buf_bytes(&out), seen, f);
	if (e == OK && held)
		e = store_unhold(s, f);
	store_close(s);
	buf_done(&out);
	return e;
}

/* True: one of them says that the past was changed. */
static bool
tell(const struct cosigning *c)
{
	bool accused = false;

	for (size_t i = 0; i < c->n; i++) {
		const struct gather_witness *w = &c->w[i];
		const char *name = fault_quote(w->key.name);

		accused |= w->state == GATHER_ACCUSED;
		if (w->state != GATHER_GIVEN)
			msg_error("%s: %s", name, w->why);
		else if (!c->args->quiet)
			printf(
			    "%s: cosigned %" PRIu64 " entries\n", name, c->g.head.size);
	}
	return accused;
}

/*
 * The quorum decides: one witness that lies must not be able to stop a log. But what it
 * says is told, and when there are too few it is the reason to look at first.
 */
static enum err
cosign(struct cosigning *c, struct policy_seen *seen, bool *accused, struct fault *f)
{
	struct fault why = { 0 };
	enum err e = open_log(c, f);

	if (e == OK)
		e = ask_all(c, f);
	TRY(e);
	*accused = tell(c);
	e = put_up(c, seen, &why);
	if (e == OK)
		return OK;
	if (*accused && why.kind == FAULT_QUORUM)
		return fault_set(f, FAULT_ACCUSED, COSIGN_ACCUSED);
	*f = why;
	return e;
}

enum err
cosign_run(
    const struct cosign *args, struct policy_seen *seen, bool *accused, struct fault *f)
{
	struct cosigning *c = xcalloc(1, sizeof(*c));
	enum err e;

	c->place.folder.fd = -1;
	c->args = args;
	arena_init(&c->arena, 4u << 20);
	*accused = false;
	e = cosign(c, seen, accused, f);
	for (size_t i = 0; i < c->n; i++)
		buf_done(&c->w[i].line);
	tile_reader_free(c->g.tiles);
	log_place_close(&c->place);
	arena_done(&c->arena);
	buf_done(&c->text);
	buf_done(&c->hold);
	free(c->w);
	free(c->url);
	free(c);
	return e;
}
