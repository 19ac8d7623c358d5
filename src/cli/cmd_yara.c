/* cmd_yara.c - candor yara, also called as yara: YARA 4.5's command line. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"
#include "cli/given.h"
#include "cli/job.h"
#include "cli/yara_opts.h"
#include "cli/yara_print.h"
#include "cli/yara_rules.h"

#define THREADS_MAX 32
#define KEPT_MAX    (64u << 20) /* bytes of lines about one file */

struct yara {
	struct yara_opts o;
	struct yara_rules rules;
	struct given given;
	const char *target;
	bool folder;  /* the target is one, or a list */
	bool process; /* the target is its number */
	unsigned failed;
	uint64_t matched; /* rules, of all files */
};

/* What one file gave so far; printed when it is done. */
struct yara_file {
	struct buf out, err;
	uint64_t count;
	bool open; /* the last rule was printed: more matches of it may follow */
	bool over; /* -l: no more rules of this file */
	bool cut;  /* more was said than is kept: the worker may be lying */
};

static struct yara_file *
file_of(struct job_file *f)
{
	return job_file_user(f, sizeof(struct yara_file));
}

static void
on_rule(struct yara *y, struct job_file *f, const struct finding *x)
{
	struct yara_file *t = file_of(f);
	bool match = x->kind == FINDING_RULE;

	if (x->flags & FINDING_MORE) {
		if (t->open)
			yara_print_matches(&y->o, x, &t->out);
		return;
	}
	t->open = false;
	if (t->over)
		return;
	t->open = match != y->o.negate && yara_shows(&y->o, x) && !y->o.count;
	if (t->open)
		yara_print(&y->o, x, f->path, &t->out);
	t->count += match;
	y->matched += match;
	/* -l counts over all files; behind it each file still tells of its first rule,
	 * should that match. A negative limit, an int in YARA, is reached at once. */
	t->over = y->o.limit != 0 && (int64_t)y->matched >= (int64_t)y->o.limit;
}

static void
put_line(struct buf *b, struct bytes text)
{
	buf_put(b, text.p, text.n);
	buf_u8(b, '\n');
}

static void
on_finding(void *arg, struct job_file *f, const struct finding *x)
{
	struct yara *y = arg;
	struct yara_file *t = file_of(f);

	if (y->o.stack == 0)
		return;
	t->cut |= t->out.n + t->err.n > KEPT_MAX;
	if (t->cut)
		return;
	switch (x->kind) {
	case FINDING_RULE:
	case FINDING_UNMATCHED: on_rule(y, f, x); break;
	case FINDING_LOG:
		if (!y->o.no_logs)
			put_line(&t->out, x->text);
		break;
	case FINDING_DUMP: buf_put(&t->out, x->text.p, x->text.n); break;
	case FINDING_LIMIT:
	case FINDING_WARNING:
		if (y->o.no_warnings)
			break;
		buf_str(&t->err, "warning: ");
		if (x->rule.n > 0)
			buf_printf(&t->err, "rule \"%.*s\": ", (int)x->rule.n,
			    (const char *)x->rule.p);
		put_line(&t->err, x->text);
		break;
	case FINDING_FAILED:
		buf_printf(&t->err, "error scanning %.*s: ", (int)f->path.n,
		    (const char *)f->path.p);
		put_line(&t->err, x->text);
		y->failed++;
		break;
	case FINDING_NOTE: break;
	}
}

static void
on_again(void *arg, struct job_file *f)
{
	struct yara_file *t = file_of(f);
	struct yara *y = arg;

	y->matched -= t->count;
	t->count = 0;
	t->open = t->over = t->cut = false;
	buf_clear(&t->out);
	buf_clear(&t->err);
}

static void
complain(struct yara *y, struct bytes path, const char *why)
{
	fprintf(
	    stderr, "error scanning %.*s: %s\n", (int)path.n, (const char *)path.p, why);
	y->failed++;
}

static void
on_done(void *arg, struct job_file *f, const char *failed)
{
	struct yara_file *t = file_of(f);
	struct yara *y = arg;

	if (y->o.count && y->folder)
		buf_printf(&t->out, "%.*s: %llu\n", (int)f->path.n,
		    (const char *)f->path.p, (unsigned long long)t->count);
	else if (y->o.count)
		buf_printf(&t->out, "%llu\n", (unsigned long long)t->count);
	fwrite(t->out.p, 1, t->out.n, stdout);
	fflush(stdout);
	fwrite(t->err.p, 1, t->err.n, stderr);
	if (y->o.stack == 0) /* so says YARA, its blank included */
		complain(y, f->path,
		    "stack overflow while evaluating condition (see --stack-size "
		    "argument) ");
	if (t->cut)
		complain(y, f->path, "more was found than can be told");
	if (failed != NULL && failed != pool_stopped) /* of that scan() tells */
		complain(y, f->path, failed);
	buf_done(&t->out);
	buf_done(&t->err);
	free(t);
}

static void
on_skipped(void *arg, struct bytes path, const char *why, enum walk_kind kind)
{
	struct yara *y = arg;

	(void)why;
	if (kind != WALK_ERROR && y->folder)
		return;
	if (y->o.count && y->folder)
		printf("%.*s: 0\n", (int)path.n, (const char *)path.p);
	complain(y, path,
	    y->process ? "can not attach to process (try running as root)"
		       : "could not open file");
}

static void
on_large(void *arg, struct bytes path, uint64_t size)
{
	const struct yara *y = arg;

	fprintf(stderr,
	    "skipping %.*s (%llu bytes) because it's larger than %llu bytes.\n",
	    (int)path.n, (const char *)path.p, (unsigned long long)size,
	    (unsigned long long)y->o.skip_larger);
}

static uint32_t
scan_flags(const struct yara_opts *o)
{
	uint32_t flags = 0;

	flags |= o->strings || o->lengths || o->xor_key ? WIRE_MATCHES : 0;
	flags |= o->negate || o->limit != 0 ? WIRE_UNMATCHED : 0;
	flags |= o->module_dump ? WIRE_DUMP_YARA : 0;
	flags |= o->fast ? WIRE_FAST : 0;
	return flags;
}

/* YARA's own default is eleven days; what does not fit is as good as no limit. */
static uint32_t
milliseconds(uint64_t seconds)
{
	return seconds > UINT32_MAX / 1000 ? UINT32_MAX : (uint32_t)seconds * 1000;
}

static enum err
scan(struct yara *y)
{
	struct job_scan j = {
		.pool = { .program = y->rules.program,
		    .workers = (unsigned)(y->folder ? y->o.threads : 1),
		    .scan = { .flags = scan_flags(&y->o),
			.timeout_ms = milliseconds(y->o.timeout),
			.exts = y->rules.exts } },
		.given = &y->given,
		.db = y->rules.db,
		.walk = { .follow = !y->o.no_follow,
		    .follow_roots = true,
		    .every_path = true,
		    .flat = !y->o.recursive,
		    .slash = true },
		.pids = &y->target,
		.npids = y->process ? 1 : 0,
		.pid_word = "",
		.roots = &y->target,
		.nroots = y->o.scan_list || y->process ? 0 : 1,
		.list = y->o.scan_list ? y->target : NULL,
		.arg = y,
		.finding = on_finding,
		.again = on_again,
		.done = on_done,
		.skipped = on_skipped,
	};
	struct pool_result result;
	enum err e;

	if (y->o.skip_larger != 0 && y->folder && !y->o.scan_list) {
		j.max_file_size = y->o.skip_larger;
		j.large = on_large;
	}
	e = job_scan_run(&j, &result);
	if (e != OK)
		fprintf(stderr, "error: %s\n", result.why);
	return e;
}

static enum err
open_module_data(struct yara *y)
{
	const char *bad = NULL;
	enum err e = given_open(&y->o.module_data, &y->given, &bad);

	if (e == ERR_SYNTAX)
		fprintf(stderr, "error: wrong syntax for `-x` option.\n");
	else if (e != OK)
		fprintf(stderr, "error: could not open file \"%s\".\n", given_file(bad));
	return e;
}

/* Compiled by YARA itself: memory of a process, which is read by that YARA alone. */
static bool
is_yaras(const char *path)
{
	CLEAN(fd_closep) int fd = -1;
	char magic[4];
	size_t got;

	return sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) == OK &&
	       sys_pread(fd, magic, sizeof(magic), 0, &got) == OK &&
	       got == sizeof(magic) && memcmp(magic, "YARA", sizeof(magic)) == 0;
}

/* -C: one file, which is a database. */
static enum err
check_compiled(const struct yara *y)
{
	const char *why = NULL;

	if (!y->o.compiled)
		return OK;
	if (y->rules.operands.n > 2)
		why = "error: can't accept multiple rules files if one of them is in "
		      "compiled form.";
	else if (access(y->rules.operands.p[0], R_OK) != 0)
		why = "could not open file";
	else if (!job_is_database(y->rules.operands.p[0]))
		why = is_yaras(y->rules.operands.p[0])
			  ? "error: these rules were compiled by YARA; compile their "
			    "sources with candor's yarac."
			  : "invalid compiled rules file.";
	if (why == NULL)
		return OK;
	fprintf(stderr, "%s\n", why);
	return ERR_ACCESS;
}

static enum err
check_options(struct yara *y)
{
	if (y->o.threads > THREADS_MAX) {
		fprintf(stderr, "maximum number of threads is %d\n", THREADS_MAX);
		return ERR_SYNTAX;
	}
	if (y->o.atom_table != NULL && access(y->o.atom_table, R_OK) != 0) {
		fprintf(
		    stderr, "error loading atom quality table: could not open file\n");
		return ERR_ACCESS;
	}
	TRY(open_module_data(y));
	return check_compiled(y);
}

static enum err
load(struct yara *y)
{
	TRY(yara_rules_load(&y->rules));
	if (y->o.scan_list && access(y->target, R_OK) != 0) {
		fprintf(stderr, "error: could not open file \"%s\".\n", y->target);
		return ERR_ACCESS;
	}
	return OK;
}

/* A number is a process, where no file has that name: as YARA has it. */
static bool
is_process(const char *target)
{
	char *end;
	long pid = strtol(target, &end, 10);

	return pid > 0 && pid <= INT32_MAX && *end == '\0' && access(target, F_OK) != 0;
}

static int
run(struct yara *y)
{
	struct stat st;

	if (y->rules.operands.n < 2) {
		fprintf(stderr, "yara: wrong number of arguments\n"
				"Usage: yara [OPTION]... [NAMESPACE:]RULES_FILE... FILE "
				"| DIR | PID\n\n"
				"Try `--help` for more options\n");
		return 1;
	}
	y->target = y->rules.operands.p[y->rules.operands.n - 1];
	y->folder = y->o.scan_list || (stat(y->target, &st) == 0 && S_ISDIR(st.st_mode));
	y->process = !y->o.scan_list && is_process(y->target);
	y->rules.program = job_worker();
	if (y->rules.program == NULL || check_options(y) != OK ||
	    yara_rules_externals(&y->rules) != OK || load(y) != OK)
		return 1;
	if (scan(y) != OK || cli_flush() != OK)
		return 1;
	return y->failed > 0 && !y->folder;
}

static int
run_yara(int argc, char **argv, const struct verb *v)
{
	struct yara y = { .rules.db.fd = -1 };
	int code = 1;

	(void)v;
	y.rules.o = &y.o;
	if (yara_opts_parse(argc, argv, &y.o, &y.rules.operands) == OK) {
		if (y.o.help || y.o.version || y.o.module_names) {
			if (y.o.help)
				yara_opts_help(&y.o);
			else
				printf(
				    "%s\n", y.o.version ? YARA_VERSION : CANDOR_MODULES);
			code = cli_flush() == OK ? 0 : 1;
		} else {
			code = run(&y);
		}
	}
	yara_rules_done(&y.rules);
	given_done(&y.given);
	yara_opts_done(&y.o);
	return code;
}

static const struct opt no_opts[] = { OPT_LAST };

const struct verb verb_yara = {
	"yara",
	"[OPTION]... [NAMESPACE:]RULES_FILE... FILE | DIR | PID",
	"scan as YARA 4.5 does, with its options ('candor yara --help')",
	no_opts,
	run_yara,
};
