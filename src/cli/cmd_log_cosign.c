/*
 * cmd_log_cosign.c - candor log cosign: asks witnesses, gathers what they sign.
 *
 * All witnesses are asked at once, in rounds: who says that it saw another size is asked
 * again with a proof from there. What was given is put up even when it is not enough, so
 * a second run needs only the others.
 */
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

struct cosign_args {
	const char *policy;
	struct opt_list witness;
	uint32_t timeout_ms;
};

/* clang-format off */
static const struct opt cosign_opts[] = {
	{ 0, "policy", OPT_STR, "FILE", "whom to ask, and how many must sign", offsetof(struct cosign_args, policy) },
	{ 0, "witness", OPT_LIST, "VKEY URL", "a witness to ask, in one argument; all of these must sign", offsetof(struct cosign_args, witness) },
	{ 0, "timeout", OPT_TIME, "SECONDS", "for one round of questions (60)", offsetof(struct cosign_args, timeout_ms) },
	OPT_LAST,
};
/* clang-format on */

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
	const struct cosign_args *args;
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

	if (c->args->policy != NULL)
		TRY(log_read_file(c->args->policy, POLICY_TEXT, &c->text, f));
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

static enum err
open_log(struct cosigning *c, const char *dir, struct fault *f)
{
	struct store_settings set = { 0 };
	enum err e = store_settings_read(dir, &set, f);

	if (e == OK)
		e = log_place_open(dir, &c->place, f);
	if (e == OK)
		e = source_read(&c->place.source, "checkpoint", NOTE_MOST, &c->hold, f);
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

/* What was given becomes part of the published checkpoint, as it is by now. */
static enum err
put_up(struct cosigning *c, const char *dir, struct buf *out, struct fault *f)
{
	struct buf now = { 0 };
	struct note *note = xcalloc(1, sizeof(*note));
	struct store *s = NULL;
	enum err e = store_open(dir, &s, f);

	/* somebody may have gathered others meanwhile: theirs stay, too */
	if (e == OK)
		e = source_read(&c->place.source, "checkpoint", NOTE_MOST, &now, f);
	if (e == OK)
		e = note_parse(buf_bytes(&now), note, f);
	if (e == OK) {
		gather_merge(note, c->w, c->n, out);
		e = store_countersign(s, buf_bytes(out), f);
	}
	store_close(s);
	free(note);
	buf_done(&now);
	return e;
}

static size_t
tell(const struct cosigning *c, bool *accused)
{
	size_t given = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct gather_witness *w = &c->w[i];
		const char *name = fault_quote(w->key.name);

		given += w->state == GATHER_GIVEN;
		*accused |= w->state == GATHER_ACCUSED;
		if (w->state == GATHER_GIVEN)
			printf(
			    "%s: cosigned %" PRIu64 " entries\n", name, c->g.head.size);
		else
			msg_error("%s: %s", name, w->why);
	}
	return given;
}

static enum err
cosign(struct cosigning *c, const char *dir, struct fault *f)
{
	struct policy_seen *seen = xcalloc(1, sizeof(*seen));
	struct buf out = { 0 };
	bool accused = false;
	enum err e = open_log(c, dir, f);

	if (e == OK)
		e = ask_all(c, f);
	if (e == OK && tell(c, &accused) > 0)
		e = put_up(c, dir, &out, f);
	else if (e == OK)
		buf_put(&out, c->hold.p, c->hold.n);
	if (e == OK && accused)
		e = fault_set(f, FAULT_ACCUSED,
		    "a witness has seen another past of this log: its files were lost or "
		    "changed; do not publish before you know why");
	if (e == OK)
		e = policy_check(&c->policy, buf_bytes(&out), seen, f);
	if (e == OK)
		printf("%" PRIu32 " cosignatures: the quorum is there\n",
		    seen->cosignatures);
	buf_done(&out);
	free(seen);
	return e;
}

static int
run_cosign(int argc, char **argv, const struct verb *v)
{
	struct cosign_args a = { .timeout_ms = 60000 };
	struct cosigning *c = xcalloc(1, sizeof(*c));
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0 && (a.policy != NULL) == (a.witness.n > 0)) {
		msg_error("log cosign: wants --policy or --witness, and not both");
		code = OPT_EXIT_USAGE;
	}
	c->place.folder.fd = -1;
	c->args = &a;
	arena_init(&c->arena, 4u << 20);
	if (code < 0)
		code = cosign(c, rest.p[0], &f) == OK ? 0 : log_refused(&f);
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
	free(a.witness.p);
	free(rest.p);
	return code;
}

const struct verb verb_log_cosign = {
	"log cosign",
	"DIR",
	"ask witnesses to cosign the log's checkpoint",
	cosign_opts,
	run_cosign,
};
