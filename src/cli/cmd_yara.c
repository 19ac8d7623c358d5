/* cmd_yara.c - candor yara, also called as yara: YARA 4.5's command line. */
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

#define THREADS_MAX         32
#define KEPT_MAX            (64u << 20) /* bytes of lines about one file */
#define DUPLICATED_EXTERNAL 56          /* YARA has no words for it */

struct yara {
	struct yara_opts o;
	struct opt_list operands;
	struct wire_exts exts;
	char *program;
	struct job_db db;
	struct given given;
	const char *target;
	bool folder; /* the target is one, or a list */
	unsigned warnings, failed;
	uint64_t matched; /* rules, of all files */
};

/* What one file gave so far; printed when it is done. */
struct yara_file {
	struct buf out, err;
	uint64_t count;
	bool open; /* the last rule was printed: more matches of it may follow */
	bool cut;  /* more was said than is kept: the worker may be lying */
};

static struct yara_file *
file_of(struct job_file *f)
{
	return job_file_user(f, sizeof(struct yara_file));
}

static void
on_diag(void *arg, const struct diag *d, const char *file)
{
	static const char *const kind[] = { "error", "warning", "hint" };
	struct yara *y = arg;

	if (d->kind == DIAG_HINT || (d->kind == DIAG_WARNING && y->o.no_warnings))
		return;
	y->warnings += d->kind == DIAG_WARNING;
	if (d->rule != NULL)
		fprintf(stderr, "%s: rule \"%s\" in %s(%u): %s\n", kind[d->kind], d->rule,
		    file, d->line, d->text);
	else
		fprintf(
		    stderr, "%s(%u): %s: %s\n", file, d->line, kind[d->kind], d->text);
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
	/* -l counts over all files; each file still shows the rule that goes over it. */
	if (y->o.limit != 0 && y->matched >= y->o.limit && t->count > 0)
		return;
	t->open = match != y->o.negate && yara_shows(&y->o, x) && !y->o.count;
	if (t->open)
		yara_print(&y->o, x, f->path, &t->out);
	t->count += match;
	y->matched += match;
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
	t->open = t->cut = false;
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
	if (t->cut)
		complain(y, f->path, "more was found than can be told");
	if (failed != NULL)
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
	complain(y, path, "could not open file");
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
	flags |= o->negate ? WIRE_UNMATCHED : 0;
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
		.pool = { .program = y->program,
		    .workers = (unsigned)(y->folder ? y->o.threads : 1),
		    .scan = { .flags = scan_flags(&y->o),
			.timeout_ms = milliseconds(y->o.timeout),
			.exts = y->exts } },
		.given = &y->given,
		.db = y->db,
		.walk = { .follow = !y->o.no_follow,
		    .follow_roots = true,
		    .every_path = true,
		    .flat = !y->o.recursive,
		    .slash = true },
		.roots = &y->target,
		.nroots = y->o.scan_list ? 0 : 1,
		.list = y->o.scan_list ? y->target : NULL,
		.arg = y,
		.finding = on_finding,
		.again = on_again,
		.done = on_done,
		.skipped = on_skipped,
	};
	struct pool_result result;
	enum err e;

	if (y->o.skip_larger != 0 && y->folder) {
		j.max_file_size = y->o.skip_larger;
		j.large = on_large;
	}
	e = job_scan_run(&j, &result);
	if (e != OK)
		fprintf(stderr, "error: %s\n", result.why);
	return e;
}

/* The rule file that an argument names, without its namespace. */
static const char *
rules_file(const char *arg)
{
	const char *colon = strchr(arg, ':');

	return colon ? colon + 1 : arg;
}

/* How many of the rule files are there: YARA opens each when the ones before are read. */
static size_t
count_files(const struct yara *y)
{
	size_t n = 0;

	while (n + 1 < y->operands.n && access(rules_file(y->operands.p[n]), R_OK) == 0)
		n++;
	return n;
}

static bool
same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return n == strcspn(b, "=") && strncmp(a, b, n) == 0;
}

/* What is no definition is told and left out; one without a name nobody can use. */
static enum err
externals(struct yara *y)
{
	struct opt_list *d = &y->o.defs;
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		if (strchr(d->p[i], '=') == NULL)
			fprintf(stderr, "error: wrong syntax for `-d` option.\n");
		else if (d->p[i][0] != '=')
			d->p[n++] = d->p[i];
	}
	d->n = n;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (same_name(d->p[i], d->p[k])) {
				fprintf(stderr, "error: %d\n", DUPLICATED_EXTERNAL);
				return ERR_SYNTAX;
			}
	return job_externals(d, &y->exts);
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

/* -C: one file, which is a database. */
static enum err
check_compiled(const struct yara *y)
{
	const char *why = NULL;

	if (!y->o.compiled)
		return OK;
	if (y->operands.n > 2)
		why = "error: can't accept multiple rules files if one of them is in "
		      "compiled form.";
	else if (access(y->operands.p[0], R_OK) != 0)
		why = "could not open file";
	else if (!job_is_database(y->operands.p[0]))
		why = "invalid compiled rules file.";
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
	size_t n = count_files(y);
	struct job_rules j = {
		.program = y->program,
		.rules = y->operands.p,
		.nrules = n,
		.opts = { .flags =
			      (y->o.strict ? WIRE_STRICT_ESCAPE : 0) | WIRE_FIRST_ERROR,
		    .strings_per_rule = (uint32_t)y->o.max_strings,
		    .exts = y->exts },
		.arg = y,
		.diag = on_diag,
	};

	if (n > 0)
		TRY(job_rules_load(&j, &y->db));
	if (n + 1 < y->operands.n) {
		fprintf(stderr, "error: could not open file: %s\n",
		    rules_file(y->operands.p[n]));
		return ERR_ACCESS;
	}
	if (y->o.fail_on_warnings && y->warnings > 0)
		return ERR_SYNTAX;
	if (y->o.scan_list && access(y->target, R_OK) != 0) {
		fprintf(stderr, "error: could not open file \"%s\".\n", y->target);
		return ERR_ACCESS;
	}
	return OK;
}

static int
run(struct yara *y)
{
	struct stat st;

	if (y->operands.n < 2) {
		fprintf(stderr, "yara: wrong number of arguments\n"
				"Usage: yara [OPTION]... [NAMESPACE:]RULES_FILE... FILE "
				"| DIR | PID\n\n"
				"Try `--help` for more options\n");
		return 1;
	}
	y->target = y->operands.p[y->operands.n - 1];
	y->folder = y->o.scan_list || (stat(y->target, &st) == 0 && S_ISDIR(st.st_mode));
	y->program = job_worker();
	if (y->program == NULL || check_options(y) != OK || externals(y) != OK ||
	    load(y) != OK)
		return 1;
	if (scan(y) != OK || cli_flush() != OK)
		return 1;
	return y->failed > 0 && !y->folder;
}

static int
run_yara(int argc, char **argv, const struct verb *v)
{
	struct yara y = { .db.fd = -1 };
	int code = 1;

	(void)v;
	if (yara_opts_parse(argc, argv, &y.o, &y.operands) == OK) {
		if (y.o.help || y.o.version || y.o.module_names) {
			if (y.o.help)
				yara_opts_help();
			else
				printf(
				    "%s\n", y.o.version ? YARA_VERSION : CANDOR_MODULES);
			code = cli_flush() == OK ? 0 : 1;
		} else {
			code = run(&y);
		}
	}
	job_db_close(&y.db);
	given_done(&y.given);
	yara_opts_done(&y.o);
	free(y.operands.p);
	free(y.program);
	free((void *)(uintptr_t)y.exts.p);
	return code;
}

static const struct opt no_opts[] = { OPT_LAST };

const struct verb verb_yara = {
	"yara",
	"[OPTION]... [NAMESPACE:]RULES_FILE... FILE | DIR",
	"scan as YARA 4.5 does, with its options ('candor yara --help')",
	no_opts,
	run_yara,
};
