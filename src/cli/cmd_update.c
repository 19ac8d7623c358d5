/* cmd_update.c - candor update: the newest release of rules, or a refusal and why. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/job.h"
#include "cli/msg.h"
#include "fetch/fetch.h"
#include "update/program.h"

struct update_args {
	struct conf_where where;
	uint64_t sequence;
	bool check, rollback, requests, json, quiet, release, statements;
	const char *into;
};

/* clang-format off */
#define AT(field) offsetof(struct update_args, field)
static const struct opt update_opts[] = {
	{ 0, "check", OPT_FLAG, NULL, "fetch, judge and try, and change nothing", AT(check) },
	{ 0, "rollback", OPT_FLAG, NULL, "go back to a release that is kept", AT(rollback) },
	{ 0, "to", OPT_NUM, "SEQUENCE", "with --rollback: to this one", AT(sequence) },
	{ 0, "release", OPT_FLAG, NULL, "a release of the program, if examiners stand behind it", AT(release) },
	{ 0, "into", OPT_STR, "DIR", "with --release: put it there, in a folder of its own", AT(into) },
	{ 0, "statements", OPT_FLAG, NULL, "fetch only what examiners said, for candor-apt", AT(statements) },
	{ 0, "print-requests", OPT_FLAG, NULL, "print the bytes of every request that is sent", AT(requests) },
	{ 0, "json", OPT_FLAG, NULL, "print one JSON object", AT(json) },
	{ 'q', "quiet", OPT_FLAG, NULL, "print nothing unless something was refused or damaged", AT(quiet) },
	{ 0, "config", OPT_STR, "FILE", "the configuration (/etc/candor/candor.conf)", AT(where.config) },
	{ 0, "trust", OPT_STR, "FILE", "the logs and witnesses to be trusted (beside the configuration)", AT(where.trust) },
	{ 0, "state", OPT_STR, "DIR", "where releases are installed (/var/lib/candor)", AT(where.state) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

struct update_cmd {
	struct update_args args;
	struct opt_list rest;
	struct arena arena;
	struct conf conf;
	struct update update;
	struct update_said said;
	struct program_said program;
	size_t statements; /* bytes of them */
	struct fault fault;
	char *worker, *fetch;
};

/* Requests hold no stranger's bytes, and are shown as they are. */
static void
on_sent(void *arg, struct bytes request)
{
	(void)arg;
	fwrite(request.p, 1, request.n, stdout);
}

/* --- for people -------------------------------------------------------------------- */

static void
put_time(struct buf *b, const char *before, int64_t t)
{
	char when[UTC_SIZE];

	if (t == 0)
		return;
	utc_print(t, when);
	buf_printf(b, "%s%s", before, when);
}

static const char *
result_of(const struct update_cmd *c)
{
	if (c->fault.kind != FAULT_NONE)
		return "refused";
	if (!c->said.changed)
		return "current";
	if (c->args.rollback)
		return c->args.check ? "could go back" : "went back";
	return c->args.check ? "offered" : "installed";
}

/* Nothing is installed behind anybody's back: how to do it is said. */
static void
say_program(const struct program_said *p, struct buf *b)
{
	bool debs = false;

	buf_printf(b,
	    "%" PRIu32 " examiner%s rebuilt every artefact bit-identically, %" PRIu32
	    " asked for; nobody who is trusted objects\n",
	    p->good, p->good == 1 ? "" : "s", p->need);
	if (p->folder == NULL)
		return;
	buf_str(b, "in ");
	text_escape(b, bytes_of(p->folder));
	buf_str(b, ":\n");
	for (uint32_t i = 0; i < p->program.n; i++) {
		const char *name = p->program.artefact[i].name, *end = strrchr(name, '.');

		buf_printf(b, "  %s\n", name);
		debs = debs || (end != NULL && strcmp(end, ".deb") == 0);
	}
	if (!debs)
		return;
	buf_str(b, "to install: apt-get install ");
	text_escape(b, bytes_of(p->folder));
	buf_str(b, "/*.deb\n");
}

static void
say_text(const struct update_cmd *c, struct buf *b)
{
	const struct about *a = &c->said.about;

	if (c->args.statements) {
		buf_printf(b, "statements of examiners: %zu bytes\n", c->statements);
		return;
	}
	buf_printf(b, "%s: ", result_of(c));
	if (c->args.release)
		buf_printf(
		    b, "%s %s, ", c->program.program.name, c->program.program.version);
	about_name(a, b);
	if (!c->args.release)
		buf_printf(b, ", %" PRIu64 " rule%s", a->rules, a->rules == 1 ? "" : "s");
	put_time(b, ", of ", a->date);
	buf_u8(b, '\n');
	if (c->said.before.sequence != 0 && c->said.changed) {
		buf_str(b, "before: ");
		about_name(&c->said.before, b);
		buf_u8(b, '\n');
	}
	if (c->args.rollback) {
		buf_str(b, "this is an older release, and the next update replaces it\n");
		return;
	}
	if (c->said.no_quorum)
		buf_str(b, "the trust file asks for no witness, so nobody would notice "
			   "if news were held back\n");
	else {
		buf_printf(b, "cosigned by %" PRIu32 " witness%s", c->said.cosignatures,
		    c->said.cosignatures == 1 ? "" : "es");
		put_time(b, ", fresh as of ", a->sealed);
		buf_printf(b, "; the log has %" PRIu64 " entries\n", c->said.log_size);
	}
	if (c->args.release)
		say_program(&c->program, b);
	if (c->said.rotations > 0)
		buf_printf(b,
		    "the publisher's key was replaced, signed by the old and the "
		    "new one, and logged\n");
}

/* --- for programs --------------------------------------------------------------------
 */

static void
put_about(struct json *j, const char *key, const struct about *a)
{
	char when[UTC_SIZE];

	json_open(j, key, '{');
	json_str(j, "channel", a->channel);
	json_uint(j, "sequence", a->sequence);
	json_bytes(j, "log", bytes_of(a->origin));
	json_uint(j, "index", a->index);
	json_uint(j, "rules", a->rules);
	utc_print(a->date, when);
	json_str(j, "date", when);
	if (a->sealed != 0) {
		utc_print(a->sealed, when);
		json_str(j, "fresh", when);
	}
	json_hex(j, "statement", (struct bytes){ a->statement, sizeof(a->statement) });
	json_hex(j, "archive", (struct bytes){ a->archive, sizeof(a->archive) });
	json_close(j, '}');
}

static void
put_program(struct json *j, const struct program_said *p)
{
	json_open(j, "program", '{');
	json_str(j, "name", p->program.name);
	json_str(j, "version", p->program.version);
	json_uint(j, "examiners", p->good);
	json_uint(j, "needed", p->need);
	if (p->folder != NULL)
		json_bytes(j, "folder", bytes_of(p->folder));
	json_open(j, "artefacts", '[');
	for (uint32_t i = 0; i < p->program.n; i++)
		json_str(j, NULL, p->program.artefact[i].name);
	json_close(j, ']');
	json_close(j, '}');
}

static void
say_json(const struct update_cmd *c, int code, struct buf *b)
{
	struct json j = { b, false };

	json_open(&j, NULL, '{');
	json_str(&j, "type", "update");
	json_str(&j, "result", result_of(c));
	json_int(&j, "exit", code);
	if (c->fault.kind != FAULT_NONE) {
		json_str(&j, "refusal", fault_name(c->fault.kind));
		json_bytes(&j, "text", bytes_of(c->fault.text));
	}
	if (c->said.about.sequence != 0)
		put_about(&j, "release", &c->said.about);
	if (c->said.before.sequence != 0)
		put_about(&j, "before", &c->said.before);
	if (c->program.program.n > 0)
		put_program(&j, &c->program);
	damaged_json(&c->program.damaged, &j);
	json_uint(&j, "cosignatures", c->said.cosignatures);
	json_uint(&j, "log_size", c->said.log_size);
	json_uint(&j, "bytes", c->said.bytes);
	json_close(&j, '}');
	buf_u8(b, '\n');
}

/* --- doing it
 * --------------------------------------------------------------------------- */

/* The sentence, and what kind of refusal it is; its text is escaped already. */
static void
say_fault(const struct update_cmd *c)
{
	fprintf(stderr, "candor: %s\ncandor: refused: %s; %s\n", c->fault.text,
	    fault_name(c->fault.kind),
	    c->fault.kind == FAULT_CONF || c->fault.kind == FAULT_IO
		? "nothing was changed"
		: "what was installed stays in use");
}

/* Also of a release that was taken, and with --quiet: one of them may have objected. */
static void
say_damaged(const struct update_cmd *c)
{
	struct buf b = { 0 };

	damaged_say(&c->program.damaged, &b);
	if (b.n > 0)
		fprintf(stderr, "candor: %s\n", buf_cstr(&b));
	buf_done(&b);
}

static int
finish(struct update_cmd *c, enum err e)
{
	struct buf b = { 0 };
	int code;

	if (e != OK && c->fault.kind == FAULT_NONE)
		(void)fault_set(
		    &c->fault, FAULT_IO, "the update failed: %s", err_name(e));
	code = fault_code(c->fault.kind);
	if (c->args.json)
		say_json(c, code, &b);
	else if (c->fault.kind == FAULT_NONE && !c->args.quiet)
		say_text(c, &b);
	fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
	say_damaged(c);
	if (c->fault.kind != FAULT_NONE && !c->args.json)
		say_fault(c);
	return code;
}

static enum err
run_one(struct update_cmd *c)
{
	const struct update *u = &c->update;
	enum err e;

	if (c->args.rollback)
		return update_rollback(u, c->args.sequence, &c->said, &c->fault);
	if (c->args.statements)
		return program_statements(u, &c->statements, &c->fault);
	if (!c->args.release)
		return update_run(u, &c->said, &c->fault);
	e = program_run(u, c->args.into, &c->program, &c->fault);
	c->said = c->program.update;
	return e;
}

static int
work(struct update_cmd *c)
{
	struct update *u = &c->update;
	enum err e = conf_load(&c->args.where, &c->arena, &c->conf, &c->fault);

	*u = (struct update){
		.conf = &c->conf,
		.base = c->rest.n > 0 ? c->rest.p[0] : NULL,
		.worker = c->worker,
		.fetch = c->fetch,
		.check = c->args.check,
		.now = sys_now(),
		.version = CANDOR_VERSION,
		.sent = c->args.requests ? on_sent : NULL,
	};
	if (e == OK)
		e = run_one(c);
	return finish(c, e);
}

/* One of rules, --rollback, --release and --statements. */
static bool
args_fit(const struct update_cmd *c)
{
	const struct update_args *a = &c->args;

	return c->rest.n <= 1 && (!a->rollback || c->rest.n == 0) &&
	       (a->sequence == 0 || a->rollback) && (a->into == NULL || a->release) &&
	       a->rollback + a->release + a->statements <= 1;
}

static int
run_update(int argc, char **argv, const struct verb *v)
{
	struct update_cmd *c = xcalloc(1, sizeof(*c));
	enum err e = opt_parse(v, argc, argv, &c->args, &c->rest);
	int code = e == ERR_END ? 0 : OPT_EXIT_USAGE;

	if (e == OK && !args_fit(c)) {
		msg_error(
		    "update: one URL or folder, or --rollback [--to SEQUENCE]; --into "
		    "goes with --release");
		msg_hint("try 'candor help update'");
		e = ERR_SYNTAX;
	}
	if (e == OK && (c->worker = job_worker()) == NULL) {
		code = 2;
		e = ERR_IO;
	}
	arena_init(&c->arena, 16u << 20);
	if (e == OK) {
		c->fetch = fetch_find(CANDOR_LIBEXECDIR);
		code = work(c);
	}
	arena_done(&c->arena);
	free(c->program.folder);
	free(c->worker);
	free(c->fetch);
	free(c->rest.p);
	free(c);
	return code;
}

const struct verb verb_update = {
	"update",
	"[URL|DIR]",
	"take the newest release of rules or of the program, if everything holds",
	update_opts,
	run_update,
};
