/* cmd_publish.c - candor publish: what its sub-verbs share, and the two short ones. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "cli/publish_cmd.h"
#include "update/conf.h"

/* --- opening -------------------------------------------------------------- */

/* For struct publish: asks, and remembers what was seen. */
static enum err
ask_witnesses(void *arg, struct fault *f)
{
	struct publish_cmd *c = arg;
	bool accused;
	enum err e = cosign_run(&c->cosign, c->seen, &accused, f);

	if (e == OK && accused)
		msg_error("%s", COSIGN_ACCUSED);
	return e;
}

static bool
names_log(const struct policy *p, const struct note_key *log)
{
	for (uint32_t i = 0; i < p->nlog; i++) {
		const struct note_key *k = &p->log[i].key;

		if (k->alg == log->alg && bytes_eq(k->name, log->name) &&
		    memcmp(k->pub, log->pub, SIGN_PUBLIC) == 0)
			return true;
	}
	return false;
}

/* Does the policy want witnesses at all? With "quorum none" there is nobody to ask. */
static enum err
load_witnesses(struct publish_cmd *c)
{
	const struct log_trust_args args = { .trust = c->args->trust };
	struct log_trust t = { 0 };
	enum err e;

	if (c->args->trust == NULL)
		return OK;
	e = log_trust_load(&args, NULL, &t, &c->fault);
	if (e == OK && !names_log(&t.policy, &c->p.set.key))
		e = fault_set(&c->fault, FAULT_POLICY,
		    "'%s' does not name the log '%s' with its key, so nobody who goes by "
		    "it "
		    "would take this",
		    c->args->trust, fault_quote(c->p.set.key.name));
	if (e == OK && t.policy.quorum != POLICY_NO_QUORUM)
		c->p.cosign = ask_witnesses;
	log_trust_done(&t);
	return e;
}

/*
 * Beside the log, where it is nobody else's; decisions/0010 says why it had better lie
 * in a drawer, and --key is for that.
 */
static enum err
load_key(struct publish_cmd *c)
{
	char *usual = xprintf("%s/publisher", c->p.private_name);
	const char *path = c->args->key ? c->args->key : usual;
	enum err e = OK;

	if (c->args->key == NULL && access(usual, F_OK) != 0)
		e = fault_set(&c->fault, FAULT_IO,
		    "no publisher's key: give --key FILE, or make one for good: candor "
		    "trust key --name NAME '%s'",
		    usual);
	if (e == OK)
		e = keyfile_read(path, &c->hold, &c->signer, &c->fault);
	if (e == OK && c->signer.key.alg != NOTE_ED25519)
		e = fault_set(&c->fault, FAULT_KEY,
		    "'%s' is a witness's key, and signs nothing else", path);
	free(usual);
	return e;
}

/* The lock first, so that everything that is read stays as it is until the end. */
static enum err
open_all(struct publish_cmd *c, bool wants)
{
	char *beside = xprintf("%s/..", c->args->log);
	enum err e;

	c->p.log = c->args->log;
	c->p.key = c->args->log_key;
	c->p.arg = c;
	c->cosign = (struct cosign){ .dir = c->args->log,
		.trust = c->args->trust,
		.timeout_ms = c->args->timeout_ms ? c->args->timeout_ms : 60000,
		.quiet = true };
	e = publish_open(&c->p, c->args->site ? c->args->site : beside, &c->fault);
	if (e == OK)
		e = load_witnesses(c);
	if (e == OK && wants)
		e = load_key(c);
	free(beside);
	return e;
}

/* The exit code of a wrong command line. */
static int
usage(const char *verb, const char *what)
{
	msg_error("%s: %s", verb, what);
	msg_hint("try 'candor help %s'", verb);
	return OPT_EXIT_USAGE;
}

int
publish_cmd_open(
    struct publish_cmd *c, const struct publish_args *a, const char *verb, bool wants)
{
	*c = (struct publish_cmd){ .args = a, .seen = xcalloc(1, sizeof(*c->seen)) };
	c->p.private = c->p.lock = c->p.tree.dir = -1;
	if (a->log == NULL)
		return usage(verb, "no --log DIR given");
	if (wants && !statement_channel_ok(bytes_of(a->channel)))
		return usage(verb, "a channel has 1 to 32 of a-z, 0-9 and, inside, -");
	return open_all(c, wants) == OK ? -1 : log_refused(&c->fault);
}

void
publish_cmd_close(struct publish_cmd *c)
{
	chain_done(&c->last);
	publish_close(&c->p);
	keyfile_wipe(&c->hold, &c->signer);
	free(c->seen);
}

/* --- before --------------------------------------------------------------- */

/* A key that was replaced signs no more: clients would refuse. */
static enum err
check_key(struct publish_cmd *c)
{
	struct chain keys;
	struct buf mine = { 0 };
	enum err e = publish_last(
	    &c->p, STATEMENT_KEYS, bytes_of(c->args->channel), &keys, &c->fault);
	const struct statement *s = &keys.last.statement;

	note_key_print(&c->signer.key, &mine);
	if (e == OK && keys.last.is_release && !bytes_eq(s->new_key, buf_bytes(&mine)))
		e = fault_set(&c->fault, FAULT_KEY,
		    "the publisher's key on the channel '%s' is '%s' now, by statement "
		    "%" PRIu64 " about keys",
		    c->args->channel, fault_quote(s->new_key), s->sequence);
	chain_done(&keys);
	buf_done(&mine);
	return e;
}

enum err
publish_cmd_begin(struct publish_cmd *c, enum statement_type type)
{
	struct bytes channel = bytes_of(c->args->channel);
	struct publish_done done;

	TRY(publish_resume(&c->p, type, channel, &done, &c->fault));
	if (done.any && !c->args->json)
		printf("finished what was pending: %s %s %" PRIu64 ", entry %" PRIu64
		       "\n",
		    statement_type_name(type), c->args->channel, done.sequence,
		    done.index);
	if (type != STATEMENT_KEYS)
		TRY(check_key(c));
	return publish_last(&c->p, type, channel, &c->last, &c->fault);
}

/* A time as it is written, a day, or so long from now. */
static enum err
parse_not_after(struct publish_cmd *c, int64_t now, int64_t *out)
{
	const char *text = c->args->not_after;
	int64_t span = 0;

	if (text == NULL)
		return OK;
	if (utc_parse_day(bytes_of(text), out) != OK) {
		if (!conf_time(bytes_of(text), &span))
			return fault_set(&c->fault, FAULT_STATEMENT,
			    "--not-after '%s': a day like 2027-01-31, a time like "
			    "2027-01-31T12:00:00Z, or so long from now, like 90d",
			    text);
		*out = now + span;
	}
	if (*out > now)
		return OK;
	return fault_set(
	    &c->fault, FAULT_STATEMENT, "--not-after '%s' is in the past", text);
}

enum err
publish_cmd_fill(struct publish_cmd *c, struct statement *s)
{
	const struct entry *last = &c->last.last;
	char when[UTC_SIZE];

	s->channel = bytes_of(c->args->channel);
	s->date = sys_now();
	chain_next(&c->last, s);
	TRY(parse_not_after(c, s->date, &s->not_after));
	if (!last->is_release || s->date >= last->statement.date)
		return OK;
	utc_print(last->statement.date, when);
	return fault_set(&c->fault, FAULT_STATEMENT,
	    "the release before is dated %s, in the future: is this machine's clock "
	    "right",
	    when);
}

/* --- after ---------------------------------------------------------------- */

/* What scripts want to know: which release it is now, and where it stands. */
static void
tell_json(const struct publish_cmd *c, const char *result, const struct statement *s,
    uint64_t index)
{
	struct buf b = { 0 };
	struct json j = { &b, false };

	json_open(&j, NULL, '{');
	json_str(&j, "result", result);
	json_str(&j, "type", statement_type_name(s->type));
	json_bytes(&j, "channel", s->channel);
	json_uint(&j, "sequence", s->sequence);
	json_uint(&j, "index", index);
	if (s->type == STATEMENT_RULES) {
		json_uint(&j, "rules", s->rules);
		json_uint(&j, "added", s->added);
		json_uint(&j, "changed", s->changed);
		json_uint(&j, "removed", s->removed);
	}
	json_uint(&j, "cosignatures", c->seen->cosignatures);
	json_close(&j, '}');
	buf_u8(&b, '\n');
	fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
}

/* The end of a line; nothing when nobody was to be asked. */
static void
tell_cosigned(const struct publish_cmd *c)
{
	if (c->p.cosign != NULL)
		printf(", cosigned by %" PRIu32 " witness%s", c->seen->cosignatures,
		    c->seen->cosignatures == 1 ? "" : "es");
	printf("\n");
}

enum err
publish_cmd_finish(struct publish_cmd *c, const struct statement *s,
    const struct note_signer *signers, size_t n, const char *more)
{
	struct publish_done done;
	enum err e = publish_statement(&c->p, &c->last, s, signers, n, &done, &c->fault);

	TRY(e);
	if (!done.any)
		return fault_set(&c->fault, FAULT_STATE,
		    "the log '%s' was written to by somebody else meanwhile: try again",
		    c->args->log);
	if (c->args->json) {
		tell_json(c, "published", s, done.index);
		return OK;
	}
	printf("published: %s %s %" PRIu64 ", entry %" PRIu64,
	    statement_type_name(s->type), c->args->channel, done.sequence, done.index);
	if (more != NULL)
		printf(": %s", more);
	tell_cosigned(c);
	return OK;
}

int
publish_cmd_refused(const struct publish_cmd *c)
{
	int code = log_refused(&c->fault);

	if (c->fault.kind == FAULT_QUORUM)
		msg_hint(
		    "what was published waits in the log, and is shown when the same "
		    "command finds enough witnesses");
	return code;
}

void
publish_cmd_same(const struct publish_cmd *c)
{
	const struct entry *e = &c->last.last;

	if (c->args->json)
		tell_json(c, "unchanged", &e->statement, e->index);
	else
		printf("unchanged: %s %s %" PRIu64 ", entry %" PRIu64 ", has the same\n",
		    statement_type_name(e->statement.type), c->args->channel,
		    e->statement.sequence, e->index);
}

/* --- keys ----------------------------------------------------------------- */

struct keys_args {
	struct publish_args common;
};

static const struct opt keys_opts[] = {
	PUBLISH_NEW_OPTS(struct keys_args),
	OPT_LAST,
};

/* Signed by both: the old one hands over, the new one shows that it is held. */
static enum err
hand_over(struct publish_cmd *c, const char *path)
{
	struct statement s = { .type = STATEMENT_KEYS };
	struct note_signer both[2] = { c->signer };
	struct buf hold = { 0 }, vkey[2] = { { 0 }, { 0 } };
	enum err e = keyfile_read(path, &hold, &both[1], &c->fault);

	if (e == OK && both[1].key.alg != NOTE_ED25519)
		e = fault_set(&c->fault, FAULT_KEY,
		    "'%s' is a witness's key, and signs nothing else", path);
	for (unsigned i = 0; e == OK && i < 2; i++)
		note_key_print(&both[i].key, &vkey[i]);
	s.old_key = buf_bytes(&vkey[0]);
	s.new_key = buf_bytes(&vkey[1]);
	if (e == OK && bytes_eq(s.old_key, s.new_key))
		e = fault_set(&c->fault, FAULT_KEY, "'%s' is the old key", path);
	if (e == OK)
		e = publish_cmd_begin(c, STATEMENT_KEYS);
	if (e == OK && c->last.last.is_release &&
	    bytes_eq(c->last.last.statement.new_key, s.new_key)) {
		publish_cmd_same(c);
		e = ERR_END;
	}
	if (e == OK && c->last.last.is_release &&
	    !bytes_eq(c->last.last.statement.new_key, s.old_key))
		e = fault_set(&c->fault, FAULT_KEY,
		    "the old key is not the one in force, which is '%s'",
		    fault_quote(c->last.last.statement.new_key));
	if (e == OK)
		e = publish_cmd_fill(c, &s);
	if (e == OK)
		e = publish_cmd_finish(
		    c, &s, both, 2, "sign with the new key from now on");
	for (unsigned i = 0; i < 2; i++)
		buf_done(&vkey[i]);
	keyfile_wipe(&hold, &both[1]);
	sign_wipe(both, sizeof(both));
	return e == ERR_END ? OK : e;
}

static int
run_keys(int argc, char **argv, const struct verb *v)
{
	struct keys_args a = { .common.channel = "stable" };
	struct publish_cmd c = { 0 };
	struct opt_list rest = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0) {
		code = publish_cmd_open(&c, &a.common, v->name, true);
		if (code < 0)
			code =
			    hand_over(&c, rest.p[0]) == OK ? 0 : publish_cmd_refused(&c);
		publish_cmd_close(&c);
	}
	free(rest.p);
	return code;
}

static const struct verb verb_keys = {
	"publish keys",
	"NEW-KEY --log DIR",
	"replace the publisher's key, by a statement of both",
	keys_opts,
	run_keys,
};

/* --- refresh -------------------------------------------------------------- */

struct refresh_args {
	struct publish_args common;
};

static const struct opt refresh_opts[] = {
	PUBLISH_COMMON_OPTS(struct refresh_args),
	OPT_LAST,
};

/* No key of a publisher is needed: nothing new is said. */
static enum err
refresh(struct publish_cmd *c)
{
	size_t n = 0;

	TRY(publish_refresh(&c->p, &n, &c->fault));
	if (c->args->json)
		printf(
		    "{\"result\":\"refreshed\",\"releases\":%zu,\"cosignatures\":%" PRIu32
		    "}\n",
		    n, c->seen->cosignatures);
	else {
		printf("refreshed: %zu release%s", n, n == 1 ? "" : "s");
		tell_cosigned(c);
	}
	return OK;
}

static int
run_refresh(int argc, char **argv, const struct verb *v)
{
	struct refresh_args a = { 0 };
	struct publish_cmd c = { 0 };
	struct opt_list rest = { 0 };
	int code = log_parse(&(struct log_line){ v, 0, 0 }, argc, argv, &a, &rest);

	if (code < 0) {
		code = publish_cmd_open(&c, &a.common, v->name, false);
		if (code < 0)
			code = refresh(&c) == OK ? 0 : publish_cmd_refused(&c);
		publish_cmd_close(&c);
	}
	free(rest.p);
	return code;
}

static const struct verb verb_refresh = {
	"publish refresh",
	"--log DIR --trust FILE",
	"ask witnesses anew, so that clients see nothing is held back",
	refresh_opts,
	run_refresh,
};

/* --- the verb ------------------------------------------------------------- */

static const struct verb *const subs[] = { &verb_publish_rules, &verb_publish_release,
	&verb_keys, &verb_refresh, NULL };
static const struct opt no_opts[] = { OPT_LAST };

static int
run_publish(int argc, char **argv, const struct verb *v)
{
	return cli_run_sub(v, argc, argv);
}

const struct verb verb_publish = {
	"publish",
	"rules | release | keys | refresh ...",
	"put rules and programs into the public log, for everybody",
	no_opts,
	run_publish,
	subs,
};
