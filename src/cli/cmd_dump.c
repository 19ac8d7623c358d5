/* cmd_dump.c - candor dump: the facts that rules could read of a file. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/job.h"
#include "cli/msg.h"
#include "cli/show.h"

struct dump_args {
	bool json;
	uint32_t timeout_ms;
};

/* clang-format off */
static const struct opt dump_opts[] = {
	{ 0, "json", OPT_FLAG, NULL, "JSON Lines: one object a file", offsetof(struct dump_args, json) },
	{ 0, "timeout", OPT_TIME, "SECONDS", "time for one file, at most (120)", offsetof(struct dump_args, timeout_ms) },
	OPT_LAST,
};
/* clang-format on */

#define KEPT_MAX (32u << 20) /* bytes of facts of one file; the engine stops at half */

/* What is said about one file, until it is done. */
struct dump_file {
	struct buf facts;
	struct buf error; /* why there are none, or not all; the first reason */
};

struct dump {
	struct dump_args args;
	bool several; /* files: each gets a headline */
	unsigned bad;
};

/* Only newlines are left as they are: the text is of the worker. */
static void
put_text(struct buf *b, struct bytes text)
{
	for (size_t at = 0; at < text.n;) {
		uint64_t nl = bytes_find(text, at, BYTES_LIT("\n"));
		size_t end = nl == UINT64_MAX ? text.n : (size_t)nl;

		for (; at < end && text.p[at] == '\t'; at++)
			buf_str(b, "  "); /* the depth */
		text_escape(b, bytes_sub(text, at, end - at));
		buf_u8(b, '\n');
		at = end + 1;
	}
}

static struct dump_file *
file_of(struct job_file *f)
{
	return job_file_user(f, sizeof(struct dump_file));
}

/* The text may be the worker's. */
static void
complain(struct dump *d, struct job_file *f, struct bytes why)
{
	struct dump_file *t = file_of(f);

	if (t->error.n > 0)
		return;
	text_escape(&t->error, why);
	msg_error(
	    "'%.*s': %s", (int)f->path.n, (const char *)f->path.p, buf_cstr(&t->error));
	d->bad++;
}

static void
on_finding(void *arg, struct job_file *f, const struct finding *x)
{
	struct dump *d = arg;
	struct buf *facts = &file_of(f)->facts;

	if (x->kind == FINDING_LIMIT || x->kind == FINDING_FAILED)
		complain(d, f, x->text);
	else if (x->kind == FINDING_DUMP && x->text.n > KEPT_MAX - facts->n)
		complain(d, f, BYTES_LIT("more is said about it than is kept"));
	else if (x->kind == FINDING_DUMP)
		buf_put(facts, x->text.p, x->text.n);
}

static void
on_again(void *arg, struct job_file *f)
{
	struct dump *d = arg;
	struct dump_file *t = file_of(f);

	d->bad -= t->error.n > 0;
	buf_clear(&t->facts);
	buf_clear(&t->error);
}

/* docs/json.md. The facts stand there as the worker wrote them: on_done saw to it. */
static void
put_json(struct buf *b, const struct job_file *f, const struct dump_file *t)
{
	struct json j = { b, false };

	json_open(&j, NULL, '{');
	json_bytes(&j, "path", f->path);
	if (t->error.n > 0)
		json_bytes(&j, "error", buf_bytes(&t->error));
	if (t->facts.n > 0) {
		buf_str(b, ",\"facts\":");
		buf_put(b, t->facts.p, t->facts.n);
	}
	json_close(&j, '}');
	buf_u8(b, '\n');
}

static void
print(const struct dump *d, const struct job_file *f, const struct dump_file *t)
{
	struct buf b = { 0 };

	if (d->args.json)
		put_json(&b, f, t);
	else {
		if (d->several) {
			buf_str(&b, "# ");
			text_escape(&b, f->path);
			buf_u8(&b, '\n');
		}
		put_text(&b, buf_bytes(&t->facts));
	}
	fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
}

static void
on_done(void *arg, struct job_file *f, const char *failed)
{
	struct dump *d = arg;
	struct dump_file *t = file_of(f);

	if (failed != NULL) {
		complain(d, f, bytes_of(failed));
		buf_clear(&t->facts);
	} else if (d->args.json && t->facts.n > 0 && !json_valid(buf_bytes(&t->facts))) {
		complain(d, f, BYTES_LIT("the worker's facts are not JSON"));
		buf_clear(&t->facts);
	}
	if (failed == NULL || d->args.json)
		print(d, f, t);
	buf_done(&t->facts);
	buf_done(&t->error);
	free(t);
}

/* What is no file, or cannot be opened, is told as a file that failed. */
static void
on_skipped(void *arg, struct bytes path, const char *why, enum walk_kind kind)
{
	struct job_file f = { .path = path };

	(void)kind;
	on_done(arg, &f, why);
}

static enum err
dump(struct dump *d, const char *program, const struct opt_list *paths)
{
	struct show show = { .colour = msg_colour(STDERR_FILENO) };
	struct job_rules r = {
		.program = program,
		.opts.flags = WIRE_ALL_MODULES,
		.timeout_ms = 60000,
		.arg = &show,
		.diag = show_diag,
	};
	struct job_scan j = {
		.pool = { .program = program,
		    .workers = 1,
		    .scan = { .flags = d->args.json ? WIRE_DUMP_JSON : WIRE_DUMP,
			.timeout_ms = d->args.timeout_ms } },
		.roots = paths->p,
		.nroots = paths->n,
		.arg = d,
		.finding = on_finding,
		.again = on_again,
		.done = on_done,
		.skipped = on_skipped,
	};
	struct pool_result result;
	enum err e;

	TRY(job_rules_load(&r, &j.db));
	e = job_scan_run(&j, &result);
	if (e != OK)
		msg_error("cannot read the files: %s", result.why);
	job_db_close(&j.db);
	return e;
}

static int
run_dump(int argc, char **argv, const struct verb *v)
{
	struct dump d = { .args.timeout_ms = 120000 };
	struct opt_list paths = { 0 };
	enum err e = opt_parse(v, argc, argv, &d.args, &paths);
	char *program = NULL;
	int code = 0;

	d.several = paths.n > 1;
	if (e == OK && paths.n == 0) {
		msg_error("dump: no file given");
		msg_hint("try 'candor help dump'");
		e = ERR_SYNTAX;
	}
	if (e == ERR_SYNTAX)
		code = OPT_EXIT_USAGE;
	else if (e == OK) {
		program = job_worker();
		code = program == NULL || dump(&d, program, &paths) != OK || d.bad > 0
			   ? 2
			   : 0;
	}
	free(program);
	free(paths.p);
	return code;
}

const struct verb verb_dump = {
	"dump",
	"FILE...",
	"show what rules can read of a file",
	dump_opts,
	run_dump,
};
