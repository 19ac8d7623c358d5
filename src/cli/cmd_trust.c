/* cmd_trust.c - candor trust: whom we believe, shown, checked and written down. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "evidence/examiners_tell.h"
#include "log/keyfile.h"
#include "update/conf.h"
#include "update/depot.h"
#include "update/trust.h"

struct trust_args {
	struct conf_where where;
	const char *name;
	uint64_t quorum;
	bool cosigner;
};

/* clang-format off */
#define AT(field) offsetof(struct trust_args, field)
static const struct opt trust_opts[] = {
	{ 0, "config", OPT_STR, "FILE", "the configuration (/etc/candor/candor.conf)", AT(where.config) },
	{ 0, "trust", OPT_STR, "FILE", "the trust file (beside the configuration)", AT(where.trust) },
	{ 0, "state", OPT_STR, "DIR", "where releases are installed (/var/lib/candor)", AT(where.state) },
	{ 0, "quorum", OPT_NUM, "N", "add: ask for N of all witnesses, or with examiner of all examiners", AT(quorum) },
	{ 0, "name", OPT_STR, "NAME", "key: make one of this name", AT(name) },
	{ 0, "cosigner", OPT_FLAG, NULL, "key: for a witness", AT(cosigner) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

struct trust_cmd {
	struct trust_args args;
	const char *const *word; /* behind the first */
	size_t n;
	struct arena arena;
	struct conf conf;
	struct fault fault;
	struct buf out;
};

static enum err
wrong(struct trust_cmd *c, const char *what)
{
	(void)c;
	msg_error("trust: %s", what);
	msg_hint("try 'candor help trust'");
	return ERR_SYNTAX;
}

/* Absent is empty: add makes it. */
static enum err
read_trust(struct trust_cmd *c, bool must, struct bytes *out)
{
	enum err e = conf_read(c->conf.trust, POLICY_TEXT, &c->arena, out, &c->fault);

	if (e != ERR_END)
		return e;
	*out = (struct bytes){ (const uint8_t *)"", 0 };
	return must ? fault_set(&c->fault, FAULT_CONF, "there is no trust file '%s'",
			  fault_quote(bytes_of(c->conf.trust)))
		    : OK;
}

/* --- show and check ------------------------------------------------------------------
 */

static void
show_publishers(struct trust_cmd *c)
{
	struct buf *b = &c->out;

	for (size_t i = 0; i < c->conf.npublisher; i++) {
		buf_str(b, "publisher ");
		text_escape(b, c->conf.publisher[i].name);
		buf_printf(b, " (key %08" PRIx32 ")\n", c->conf.publisher[i].id);
	}
	if (c->conf.npublisher == 0)
		buf_str(b, "publisher: none, so no release is taken\n");
}

/* What this machine has seen: nobody can take it back. */
static void
show_seen(struct trust_cmd *c)
{
	struct depot d;
	struct seen *s;
	struct buf *b = &c->out;

	if (depot_open(c->conf.state, c->conf.channel, false, &d, NULL) != OK) {
		buf_printf(b, "channel %s: nothing was installed yet\n", c->conf.channel);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	if (depot_get_seen(&d, s, NULL) == OK) {
		buf_printf(b, "channel %s: release %" PRIu64 " was seen\n",
		    c->conf.channel, s->sequence);
		for (size_t i = 0; i < s->nlogs; i++) {
			buf_str(b, "seen of the log ");
			text_escape(b, bytes_of(s->log[i].origin));
			buf_printf(b, ": %" PRIu64 " entries\n", s->log[i].head.size);
		}
		for (size_t i = 0; i < s->nrotated; i++) {
			buf_str(b, "the publisher's key was replaced by ");
			text_escape(b, bytes_of(s->rotated[i].new_key));
			buf_u8(b, '\n');
		}
	}
	free(s);
	depot_close(&d);
}

/* The file beside it, which need not be there. */
static enum err
tell_examiners(struct trust_cmd *c,
    void (*tell)(const struct examiners *e, struct buf *out), struct buf *out)
{
	struct examiners *e;
	struct bytes text;
	enum err err =
	    conf_read(c->conf.examiners, EXAMINERS_TEXT, &c->arena, &text, &c->fault);

	if (err == ERR_END)
		return OK;
	TRY(err);
	e = xcalloc(1, sizeof(*e));
	err = examiners_parse(text, &c->arena, e, &c->fault);
	if (err == OK)
		tell(e, out);
	free(e);
	return err;
}

static enum err
show(struct trust_cmd *c)
{
	struct bytes text;
	struct policy p;

	TRY(read_trust(c, true, &text));
	TRY(policy_parse(text, &c->arena, &p, &c->fault));
	show_publishers(c);
	trust_show(&p, &c->out);
	TRY(tell_examiners(c, examiners_show, &c->out));
	show_seen(c);
	return OK;
}

static enum err
check(struct trust_cmd *c)
{
	struct bytes text;
	struct policy p;
	struct buf doubts = { 0 };
	enum err e;

	TRY(read_trust(c, true, &text));
	TRY(policy_parse(text, &c->arena, &p, &c->fault));
	trust_doubts(&p, &doubts);
	if (c->conf.npublisher == 0)
		buf_str(&doubts, "no publisher is configured, so no release is taken\n");
	e = tell_examiners(c, examiners_doubts, &doubts);
	if (e == OK && doubts.n == 0)
		buf_str(&c->out, "the trust file and the configuration are in order\n");
	else
		buf_put(&c->out, doubts.p, doubts.n);
	buf_done(&doubts);
	return e;
}

/* --- add
 * --------------------------------------------------------------------------------- */

static enum err
add_publisher(struct trust_cmd *c)
{
	const char *path = c->conf.path           ? c->conf.path
			   : c->args.where.config ? c->args.where.config
						  : "/etc/candor/candor.conf";
	struct bytes text = { 0 };
	struct buf b = { 0 };
	struct conf tried = { 0 };
	enum err e;

	if (c->n != 2)
		return wrong(c, "add publisher VKEY");
	e = conf_read(path, CONF_TEXT, &c->arena, &text, &c->fault);
	if (e != OK && e != ERR_END)
		return e;
	buf_put(&b, text.p, text.n);
	if (b.n > 0 && b.p[b.n - 1] != '\n')
		buf_u8(&b, '\n');
	buf_printf(&b, "publisher = %s\n", c->word[1]);
	tried.path = path;
	e = conf_parse(buf_bytes(&b), ".", &c->arena, &tried, &c->fault);
	if (e == OK)
		e = log_write_file(path, buf_bytes(&b), &c->fault);
	buf_done(&b);
	return e;
}

static enum err
add_line(struct trust_cmd *c, const struct trust_change *change)
{
	struct bytes text;
	struct buf b = { 0 };
	enum err e = read_trust(c, false, &text);

	if (e == OK)
		e = trust_add(text, change, &b, &c->fault);
	if (e == OK)
		e = log_write_file(c->conf.trust, buf_bytes(&b), &c->fault);
	buf_done(&b);
	return e == OK ? check(c) : e;
}

static enum err
add_examiner(struct trust_cmd *c)
{
	struct examiners_change change = { .need = c->args.quorum };
	struct bytes text = { 0 };
	struct buf b = { 0 };
	enum err e;

	if (c->n != 3 && (c->n != 1 || change.need == 0))
		return wrong(c, "add examiner NAME VKEY, or add examiner --quorum N");
	if (c->n == 3) {
		change.name = c->word[1];
		change.key = c->word[2];
	}
	e = conf_read(c->conf.examiners, EXAMINERS_TEXT, &c->arena, &text, &c->fault);
	if (e == OK || e == ERR_END)
		e = examiners_add(text, &change, &b, &c->fault);
	if (e == OK)
		e = log_write_file(c->conf.examiners, buf_bytes(&b), &c->fault);
	buf_done(&b);
	return e;
}

static enum err
add(struct trust_cmd *c)
{
	const char *what = c->n > 0 ? c->word[0] : "";
	struct trust_change change = { .quorum = c->args.quorum };

	if (strcmp(what, "publisher") == 0)
		return add_publisher(c);
	if (strcmp(what, "examiner") == 0)
		return add_examiner(c);
	if (strcmp(what, "log") == 0 && (c->n == 2 || c->n == 3)) {
		change.log = change.key = c->word[1];
		change.url = c->n == 3 ? c->word[2] : NULL;
	} else if (strcmp(what, "witness") == 0 && (c->n == 3 || c->n == 4)) {
		change.witness = c->word[1];
		change.key = c->word[2];
		change.url = c->n == 4 ? c->word[3] : NULL;
	} else if (c->n > 0 || change.quorum == 0)
		return wrong(c, "add log VKEY [URL], witness NAME VKEY [URL], publisher "
				"VKEY, examiner NAME VKEY, or --quorum N");
	return add_line(c, &change);
}

/* --- key
 * ---------------------------------------------------------------------------------- */

static enum err
make_key(struct trust_cmd *c)
{
	uint8_t seed[SIGN_SEED];
	struct note_signer s;
	enum err e;

	if (!note_name_ok(bytes_of(c->args.name)))
		return fault_set(&c->fault, FAULT_KEY,
		    "'%s' can be no key's name: it has a blank or a plus",
		    fault_quote(bytes_of(c->args.name)));
	sign_random(seed, sizeof(seed));
	note_signer_of(bytes_of(c->args.name),
	    c->args.cosigner ? NOTE_COSIGNATURE : NOTE_ED25519, seed, &s);
	e = keyfile_write(c->word[0], &s, &c->fault);
	if (e == OK) {
		note_key_print(&s.key, &c->out);
		buf_u8(&c->out, '\n');
	}
	sign_wipe(seed, sizeof(seed));
	sign_wipe(&s, sizeof(s));
	return e;
}

/* Without a name: what is the public part of this one? */
static enum err
key(struct trust_cmd *c)
{
	struct note_signer s;
	struct buf hold = { 0 };

	if (c->n != 1)
		return wrong(c, "key FILE, and --name NAME to make one");
	if (c->args.name != NULL)
		return make_key(c);
	TRY(keyfile_read(c->word[0], &hold, &s, &c->fault));
	note_key_print(&s.key, &c->out);
	buf_u8(&c->out, '\n');
	keyfile_wipe(&hold, &s);
	return OK;
}

/* ---------------------------------------------------------------------------------------------
 */

static enum err
work(struct trust_cmd *c, const struct opt_list *rest)
{
	static const struct {
		const char *name;
		enum err (*fn)(struct trust_cmd *c);
		bool conf, more; /* needs the configuration; takes further words */
	} subs[] = {
		{ "show", show, true, false },
		{ "check", check, true, false },
		{ "add", add, true, true },
		{ "key", key, false, true },
	};
	const char *what = rest->n > 0 ? rest->p[0] : "show";

	c->word = rest->p + (rest->n > 0);
	c->n = rest->n > 0 ? rest->n - 1 : 0;
	for (size_t i = 0; i < COUNT(subs); i++) {
		if (strcmp(subs[i].name, what) != 0)
			continue;
		if (c->n > 0 && !subs[i].more)
			return wrong(c, "show and check take no more words");
		if (subs[i].conf)
			TRY(conf_load(&c->args.where, &c->arena, &c->conf, &c->fault));
		return subs[i].fn(c);
	}
	return wrong(c, "there is show, check, add and key");
}

static int
run_trust(int argc, char **argv, const struct verb *v)
{
	struct trust_cmd *c = xcalloc(1, sizeof(*c));
	struct opt_list rest = { 0 };
	enum err e = opt_parse(v, argc, argv, &c->args, &rest);
	int code;

	arena_init(&c->arena, 32u << 20);
	code = e == OK ? -1 : e == ERR_END ? 0 : OPT_EXIT_USAGE;
	if (code < 0) {
		e = work(c, &rest);
		fwrite(c->out.p, 1, c->out.n, stdout);
		code = e == ERR_SYNTAX ? OPT_EXIT_USAGE : fault_code(c->fault.kind);
		if (c->fault.kind != FAULT_NONE)
			fprintf(stderr, "candor: %s\n", c->fault.text);
		else if (e != OK && code == 0)
			code = 2;
	}
	arena_done(&c->arena);
	buf_done(&c->out);
	free(rest.p);
	free(c);
	return code;
}

const struct verb verb_trust = {
	"trust",
	"[show | check | add WHAT... | key FILE]",
	"show, check and write down whom releases are believed",
	trust_opts,
	run_trust,
};
