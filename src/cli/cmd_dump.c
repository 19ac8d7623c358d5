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
	{ 0, "json", OPT_FLAG, NULL, "JSON Lines: one object a file, the facts as text", offsetof(struct dump_args, json) },
	{ 0, "timeout", OPT_TIME, "SECONDS", "time for one file, at most (120)", offsetof(struct dump_args, timeout_ms) },
	OPT_LAST,
};
/* clang-format on */

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

static struct buf *
text_of(struct job_file *f)
{
	if (f->user == NULL)
		f->user = xcalloc(1, sizeof(struct buf));
	return f->user;
}

static void
on_finding(void *arg, struct job_file *f, const struct finding *x)
{
	struct dump *d = arg;

	if (x->kind == FINDING_DUMP)
		buf_put(text_of(f), x->text.p, x->text.n);
	else if (x->kind == FINDING_LIMIT || x->kind == FINDING_FAILED) {
		msg_error("'%.*s': %.*s", (int)f->path.n, (const char *)f->path.p,
		    (int)x->text.n, (const char *)x->text.p);
		d->bad++;
	}
}

static void
on_again(void *arg, struct job_file *f)
{
	(void)arg;
	buf_clear(text_of(f));
}

static void
print(const struct dump *d, struct bytes path, struct bytes facts)
{
	struct buf b = { 0 };

	if (d->args.json) {
		struct json j = { &b, false };

		json_open(&j, NULL, '{');
		json_bytes(&j, "path", path);
		json_bytes(&j, "facts", facts);
		json_close(&j, '}');
		buf_u8(&b, '\n');
	} else {
		if (d->several) {
			buf_str(&b, "# ");
			text_escape(&b, path);
			buf_u8(&b, '\n');
		}
		put_text(&b, facts);
	}
	fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
}

static void
on_done(void *arg, struct job_file *f, const char *failed)
{
	struct dump *d = arg;
	struct buf *text = text_of(f);

	if (failed != NULL) {
		msg_error("'%.*s': %s", (int)f->path.n, (const char *)f->path.p, failed);
		d->bad++;
	} else
		print(d, f->path, buf_bytes(text));
	buf_done(text);
	free(text);
}

static void
on_skipped(void *arg, struct bytes path, const char *why, bool failed)
{
	struct dump *d = arg;

	msg_error("'%.*s': %s", (int)path.n, (const char *)path.p, why);
	(void)failed;
	d->bad++;
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
		    .scan = { .flags = WIRE_DUMP, .timeout_ms = d->args.timeout_ms } },
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
