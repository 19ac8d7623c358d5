/* cmd_scan.c - candor scan: files and folders with rules, and what was found. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/given.h"
#include "cli/installed.h"
#include "cli/job.h"
#include "cli/msg.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "cli/stop.h"
#include "report/report.h"

#define OUT_MAX (64u << 10) /* bytes of lines before they are written */

struct scan_args {
	struct opt_list rules, defs, module_data, exclude, tag, rule, pid;
	struct conf_where where;
	const char *list, *dialect;
	uint64_t workers, max_file_size, memory;
	uint32_t timeout_ms;
	bool json, all, matches, tags, metas, follow, one_fs, quiet, stats, isolate;
};

/* clang-format off */
#define AT(field) offsetof(struct scan_args, field)
static const struct opt scan_opts[] = {
	{ 'r', "rules", OPT_LIST, "[NS:]RULES", "a file or folder of rules, or a compiled database (the installed release, else the shipped rules)", AT(rules) },
	{ 'd', "define", OPT_LIST, "NAME=VALUE", "an external variable: true, false, a number or a string", AT(defs) },
	{ 0, "dialect", OPT_STR, "NAME", "whose values count where engines differ: yara, yara-x (yara)", AT(dialect) },
	{ 'x', "module-data", OPT_LIST, "MODULE=FILE", "what a module is given: a report for 'cuckoo'", AT(module_data) },
	{ 'j', "jobs", OPT_NUM, "N", "workers (as many as cores)", AT(workers) },
	{ 0, "isolate", OPT_FLAG, NULL, "a worker of its own for every file", AT(isolate) },
	{ 0, "json", OPT_FLAG, NULL, "JSON Lines", AT(json) },
	{ 'a', "all", OPT_FLAG, NULL, "tell clean files, too", AT(all) },
	{ 0, "matches", OPT_FLAG, NULL, "show where strings matched", AT(matches) },
	{ 0, "tags", OPT_FLAG, NULL, "show the tags of rules", AT(tags) },
	{ 0, "metas", OPT_FLAG, NULL, "show the metadata of rules", AT(metas) },
	{ 0, "tag", OPT_LIST, "TAG", "only rules with this tag count", AT(tag) },
	{ 0, "rule", OPT_LIST, "GLOB", "only rules with such a name count", AT(rule) },
	{ 0, "pid", OPT_LIST, "PID", "the memory of a process, at its addresses", AT(pid) },
	{ 0, "list", OPT_STR, "FILE", "more paths from FILE (- for stdin), NUL or newline between", AT(list) },
	{ 0, "exclude", OPT_LIST, "GLOB", "leave out files and folders by name or path", AT(exclude) },
	{ 0, "follow", OPT_FLAG, NULL, "follow symbolic links", AT(follow) },
	{ 0, "one-file-system", OPT_FLAG, NULL, "do not enter other file systems", AT(one_fs) },
	{ 0, "max-file-size", OPT_SIZE, "SIZE", "larger files are not scanned, and told (no limit)", AT(max_file_size) },
	{ 0, "timeout", OPT_TIME, "SECONDS", "time for one file, at most (120; 0: no limit)", AT(timeout_ms) },
	{ 0, "memory", OPT_SIZE, "SIZE", "memory for one file, at most (256M)", AT(memory) },
	{ 0, "config", OPT_STR, "FILE", "the configuration (/etc/candor/candor.conf)", AT(where.config) },
	{ 0, "state", OPT_STR, "DIR", "where releases are installed (/var/lib/candor)", AT(where.state) },
	{ 'q', "quiet", OPT_FLAG, NULL, "only what was found or failed", AT(quiet) },
	{ 0, "stats", OPT_FLAG, NULL, "tell where the time went", AT(stats) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

struct scan_run {
	struct scan_args args;
	struct opt_list paths;
	struct report report;
	struct show show;
	struct progress progress;
	struct wire_exts exts;
	struct installed installed;
	struct given given;
	char *program;
	uint32_t dialect; /* WIRE_YARAX, or 0 */
	uint64_t start;
	bool broken; /* stdout is gone */
};

/*
 * Lines leave in large pieces, or ten times a second. When nobody reads them any
 * more the scan ends: it has no other purpose.
 */
static void
write_out(struct scan_run *s)
{
	struct buf *b = &s->report.out;

	if (b->n == 0)
		return;
	progress_clear(&s->progress);
	if (!s->broken && sys_write_all(STDOUT_FILENO, b->p, b->n) != OK) {
		msg_error("cannot write to standard output: %s", sys_why());
		s->broken = true;
	}
	buf_clear(b);
}

/* Made when the first thing is said about a file, and lives until it is done. */
static struct report_file *
file_of(struct job_file *f)
{
	struct report_file *r = job_file_user(f, sizeof(*r));

	r->path = f->path;
	r->size = f->size;
	return r;
}

static void
on_finding(void *arg, struct job_file *f, const struct finding *x)
{
	struct scan_run *s = arg;

	report_finding(&s->report, file_of(f), x);
}

static void
on_again(void *arg, struct job_file *f)
{
	(void)arg;
	if (f->user != NULL)
		report_again(f->user);
}

static void
on_done(void *arg, struct job_file *f, const char *failed)
{
	struct scan_run *s = arg;

	/* of a scan that ended early its error tells, not one file of many */
	if (failed == pool_stopped)
		report_again(file_of(f));
	else
		report_done(&s->report, file_of(f), failed);
	free(f->user);
	if (s->report.out.n > OUT_MAX)
		write_out(s);
}

static void
on_skipped(void *arg, struct bytes path, const char *why, enum walk_kind kind)
{
	struct scan_run *s = arg;

	struct report_file f = { .path = path };

	if (kind == WALK_ERROR)
		report_done(&s->report, &f, why);
	else
		report_skipped(&s->report, path, why, kind == WALK_SKIPPED);
}

static enum err
on_tick(void *arg)
{
	struct scan_run *s = arg;
	const struct report *r = &s->report;

	write_out(s);
	progress_draw(&s->progress, r->files, r->bytes,
	    r->verdicts[VERDICT_MALICIOUS] + r->verdicts[VERDICT_SUSPECT]);
	return s->broken || stop_signal() != 0 ? ERR_IO : OK;
}

static enum err
load_rules(struct scan_run *s, struct job_db *db)
{
	struct job_rules j = {
		.program = s->program,
		.rules = s->args.rules.p,
		.nrules = s->args.rules.n,
		.opts = { .exts = s->exts, .flags = s->dialect },
		.timeout_ms = 120000,
		.arg = &s->show,
		.diag = show_diag,
	};

	s->show.quiet = true; /* warnings are what candor check is for */
	s->show.colour = msg_colour(STDERR_FILENO);

	enum err e = j.nrules > 0 ? job_rules_load(&j, db)
				  : installed_load(&s->args.where, &j, &s->installed, db);

	if (e == OK && j.nrules == 0)
		s->report.o.origin = installed_origin(&s->installed);
	if (e == ERR_SYNTAX)
		msg_error("the rules have errors, so nothing was scanned");
	return e;
}

static struct job_scan
job_of(struct scan_run *s, struct job_db db)
{
	const struct scan_args *a = &s->args;

	return (struct job_scan){
		.pool = {
			.program = s->program,
			.workers = (unsigned)a->workers,
			.isolate = a->isolate,
			.scan = {
				.flags = (a->matches ? WIRE_MATCHES : 0) |
				    (a->stats ? WIRE_SEND_STATS : 0),
				.timeout_ms = a->timeout_ms,
				.memory = a->memory,
				.exts = s->exts,
			},
		},
		.given = &s->given,
		.db = db,
		.walk = {
			.follow = a->follow,
			.one_file_system = a->one_fs,
			.specials = true,
			.exclude = a->exclude.p,
			.nexclude = a->exclude.n,
		},
		.max_file_size = a->max_file_size,
		.pids = a->pid.p,
		.npids = a->pid.n,
		.pid_word = "pid ",
		.process_memory = a->max_file_size,
		.roots = s->paths.p,
		.nroots = s->paths.n,
		.list = a->list,
		.arg = s,
		.finding = on_finding,
		.again = on_again,
		.done = on_done,
		.skipped = on_skipped,
		.tick = on_tick,
	};
}

/* The summary is for people, so it goes to stderr and leaves stdout to results. */
static void
finish(struct scan_run *s, const struct pool_result *result)
{
	struct report_totals t = {
		.ms = sys_clock_ms() - s->start,
		.workers = result->spawned,
		.lost = result->lost,
		.stats = result->stats,
	};
	struct buf summary = { 0 };

	progress_stop(&s->progress);
	report_summary(&s->report, &t, &summary);
	write_out(s);
	/* nobody reads the summary: the exit code still says what was found */
	if (sys_write_all(STDERR_FILENO, summary.p, summary.n) != OK)
		buf_clear(&summary);
	buf_done(&summary);
}

static int
scan(struct scan_run *s, struct job_db db)
{
	struct job_scan j = job_of(s, db);
	struct pool_result result;
	enum err e;

	/* a list is not read twice (it may be a pipe), so with one the total is unknown
	 */
	stop_watch();
	if (msg_terminal(STDERR_FILENO) && !s->args.quiet)
		progress_start(
		    &s->progress, &j.walk, j.roots, j.list != NULL ? 0 : j.nroots);
	e = job_scan_run(&j, &result);
	if (e != OK) {
		progress_stop(&s->progress);
		if (stop_signal() != 0)
			msg_error("interrupted: not everything was scanned");
		else if (!s->broken)
			msg_error(
			    "cannot scan: %s", result.why[0] ? result.why : err_name(e));
		s->report.unscanned++;
	}
	finish(s, &result);
	stop_now();
	return s->broken ? 2 : report_exit(&s->report);
}

/* How often "-" was said: whoever comes second would find it empty, and "clean". */
static unsigned
stdin_uses(const struct scan_run *s)
{
	unsigned n = s->args.list != NULL && strcmp(s->args.list, "-") == 0;

	for (size_t i = 0; i < s->paths.n; i++)
		n += strcmp(s->paths.p[i], "-") == 0;
	return n;
}

/* The rules of a release are YARA's: what a dialect would make of them nobody tried. */
static enum err
choose_dialect(struct scan_run *s)
{
	TRY(job_dialect(s->args.dialect, &s->dialect));
	if (s->dialect == 0 || s->args.rules.n > 0)
		return OK;
	msg_error("--dialect yara-x is for rules of your own: name them with --rules");
	return ERR_SYNTAX;
}

static enum err
open_module_data(struct scan_run *s)
{
	const char *bad = NULL;
	enum err e = given_open(&s->args.module_data, &s->given, &bad);

	if (e == ERR_SYNTAX)
		msg_error(
		    "option --module-data: '%s' is not MODULE=FILE, or one too many",
		    bad);
	else if (e != OK)
		msg_error("cannot open '%s' as a file", given_file(bad));
	return e;
}

static enum err
check_pids(const struct scan_args *a)
{
	for (size_t i = 0; i < a->pid.n; i++) {
		const char *p = a->pid.p[i];
		size_t n = strspn(p, "0123456789");

		if (n > 0 && n < 10 && p[n] == '\0' && strtol(p, NULL, 10) > 0)
			continue;
		msg_error("option --pid: '%s' is not the number of a process", p);
		return ERR_SYNTAX;
	}
	return OK;
}

/* 0: go on; else the exit code, or -1 for 0. */
static int
prepare(struct scan_run *s, int argc, char **argv, const struct verb *v)
{
	struct scan_args *a = &s->args;
	enum err e;

	a->timeout_ms = 120000;
	e = opt_parse(v, argc, argv, a, &s->paths);
	if (e == ERR_END)
		return -1;
	if (e == OK && s->paths.n == 0 && a->list == NULL && a->pid.n == 0) {
		msg_error("%s: no path given", v->name);
		msg_hint("try 'candor help %s'", v->name);
		e = ERR_SYNTAX;
	}
	if (e == OK)
		e = check_pids(a);
	if (e == OK)
		e = choose_dialect(s);
	if (e == OK && stdin_uses(s) > 1) {
		msg_error("%s: standard input can be read only once", v->name);
		e = ERR_SYNTAX;
	}
	if (e == OK && a->workers > 256) {
		msg_error("option --jobs: at most 256");
		e = ERR_SYNTAX;
	}
	if (e == OK)
		e = job_externals(&a->defs, &s->exts);
	if (e != OK)
		return OPT_EXIT_USAGE;
	e = open_module_data(s);
	if (e != OK)
		return e == ERR_SYNTAX ? OPT_EXIT_USAGE : 2;
	s->program = job_worker();
	return s->program ? 0 : 2;
}

static void
run_free(struct scan_run *s)
{
	struct opt_list *lists[] = { &s->args.rules, &s->args.defs, &s->args.module_data,
		&s->args.exclude, &s->args.tag, &s->args.rule, &s->args.pid, &s->paths };

	for (size_t i = 0; i < COUNT(lists); i++)
		free(lists[i]->p);
	free((void *)(uintptr_t)s->exts.p);
	free(s->program);
	installed_done(&s->installed);
	given_done(&s->given);
	report_done_free(&s->report);
}

static int
run_scan(int argc, char **argv, const struct verb *v)
{
	struct scan_run s = { .progress.pipe = -1 };
	const struct scan_args *a = &s.args;
	struct job_db db = { .fd = -1 };
	int code = prepare(&s, argc, argv, v);

	s.start = sys_clock_ms();
	s.report.o = (struct report_opts){
		.json = a->json,
		.all = a->all,
		.matches = a->matches,
		.tags = a->tags,
		.metas = a->metas,
		.quiet = a->quiet,
		.stats = a->stats,
		.colour = msg_colour(STDOUT_FILENO),
		.only_tags = a->tag.p,
		.nonly_tags = a->tag.n,
		.only_rules = a->rule.p,
		.nonly_rules = a->rule.n,
	};
	if (code == 0)
		code = load_rules(&s, &db) == OK ? scan(&s, db) : 2;
	job_db_close(&db);
	run_free(&s);
	return code < 0 ? 0 : code;
}

const struct verb verb_scan = {
	"scan",
	"[-r RULES]... [PATH|-]...",
	"scan files and folders with rules",
	scan_opts,
	run_scan,
};
