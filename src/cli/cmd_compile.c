/* cmd_compile.c - the verbs that only compile: compile, check, explain. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/job.h"
#include "cli/msg.h"
#include "cli/reform.h"
#include "cli/show.h"

struct compile_args {
	const char *output, *rule, *dialect;
	struct opt_list rules, defs;
	uint64_t memory, budget;
	uint32_t timeout_ms;
	bool fix, json, dry_run, strict, yara_only, no_includes, quiet;
};

/* clang-format off */
#define AT(field) offsetof(struct compile_args, field)
#define COMMON_OPTS \
	{ 'd', "define", OPT_LIST, "NAME=VALUE", "an external variable: true, false, a number or a string", AT(defs) }, \
	{ 0, "memory", OPT_SIZE, "SIZE", "memory for compiling, at most (1G)", AT(memory) }, \
	{ 0, "timeout", OPT_TIME, "SECONDS", "time for compiling, at most (120)", AT(timeout_ms) }, \
	{ 0, "no-includes", OPT_FLAG, NULL, "refuse include directives", AT(no_includes) }, \
	{ 0, "strict-escape", OPT_FLAG, NULL, "warn of unknown escapes in regular expressions", AT(strict) }, \
	{ 0, "dialect", OPT_STR, "NAME", "whose values count where engines differ: yara, yara-x (yara)", AT(dialect) }, \
	{ 0, "yara-only", OPT_FLAG, NULL, "refuse what only YARA-X accepts", AT(yara_only) }, \
	{ 'q', "quiet", OPT_FLAG, NULL, "no warnings", AT(quiet) }

static const struct opt compile_opts[] = {
	{ 'o', "output", OPT_STR, "FILE", "where the database goes", AT(output) },
	COMMON_OPTS,
	OPT_LAST,
};
static const struct opt check_opts[] = {
	{ 0, "fix", OPT_FLAG, NULL, "mend classic mistakes in the files, then check", AT(fix) },
	{ 0, "dry-run", OPT_FLAG, NULL, "with --fix: show what would change, and write nothing", AT(dry_run) },
	{ 0, "budget", OPT_NUM, "PLACES", "where a string that wakes its rule may be suspected, in places of a MB (3146); a rule above it is then an error", AT(budget) },
	{ 0, "json", OPT_FLAG, NULL, "JSON Lines: an object a message, and a summary", AT(json) },
	COMMON_OPTS,
	OPT_LAST,
};
static const struct opt explain_opts[] = {
	{ 'r', "rules", OPT_LIST, "[NS:]RULES", "where the rule is (the shipped rules)", AT(rules) },
	COMMON_OPTS,
	OPT_LAST,
};
/* clang-format on */

struct command {
	struct compile_args args;
	struct opt_list rest;
	const char *const *rules;
	size_t nrules;
	char *base_rules;
	struct show show;
	struct job_rules job;
	struct job_db db;
	uint32_t dialect; /* WIRE_YARAX, or 0 */
	bool explained;   /* something: the rule is there */
};

static void
on_diag(void *arg, const struct diag *d, const char *file)
{
	struct command *c = arg;

	show_diag(&c->show, d, file);
}

static void
print_text(void *arg, struct bytes text)
{
	struct command *c = arg;
	struct buf b = { 0 };

	/* line by line: only newlines are left as they are */
	for (size_t at = 0; at < text.n;) {
		uint64_t nl = bytes_find(text, at, BYTES_LIT("\n"));
		size_t end = nl == UINT64_MAX ? text.n : (size_t)nl;

		text_escape(&b, bytes_sub(text, at, end - at));
		if (end < text.n)
			buf_u8(&b, '\n');
		at = end + 1;
	}
	c->explained = true;
	show_stdout(&c->show, &b);
}

/* compile and check take rules as operands, explain one rule's name. */
static enum err
choose_rules(struct command *c, const struct verb *v)
{
	bool named = v->opts == explain_opts;

	c->rules = named ? c->args.rules.p : c->rest.p;
	c->nrules = named ? c->args.rules.n : c->rest.n;
	c->args.rule = named && c->rest.n > 0 ? c->rest.p[0] : NULL;
	if (named && c->nrules == 0 && (c->base_rules = job_base_rules()) != NULL) {
		c->rules = (const char *const *)&c->base_rules;
		c->nrules = 1;
	}
	if (c->nrules > 0 && (!named || c->rest.n <= 1))
		return OK;
	msg_error(c->nrules ? "%s: one rule at a time" : "%s: no rules given", v->name);
	msg_hint("try 'candor help %s'", v->name);
	return ERR_SYNTAX;
}

/* 0: go on; -1: help was given; else the exit code. */
static int
prepare(struct command *c, int argc, char **argv, const struct verb *v)
{
	enum err e;

	c->args.timeout_ms = 120000;
	e = opt_parse(v, argc, argv, &c->args, &c->rest);
	if (e == ERR_END)
		return -1;
	if (e == OK)
		e = choose_rules(c, v);
	if (e == OK)
		e = job_dialect(c->args.dialect, &c->dialect);
	if (e == OK)
		e = job_externals(&c->args.defs, &c->job.opts.exts);
	if (e != OK)
		return OPT_EXIT_USAGE;
	c->job.program = job_worker();
	return c->job.program ? 0 : 2;
}

static enum err
run_job(struct command *c, uint32_t flags)
{
	const struct compile_args *a = &c->args;
	struct job_rules *j = &c->job;

	c->show.quiet = a->quiet || flags & WIRE_WANT_EXPLAIN;
	c->show.json = a->json;
	c->show.colour = msg_colour(c->show.to_stdout ? STDOUT_FILENO : STDERR_FILENO);
	j->rules = c->rules;
	j->nrules = c->nrules;
	j->opts.flags = flags | (a->strict ? WIRE_STRICT_ESCAPE : 0) |
			(a->no_includes ? WIRE_NO_INCLUDES : 0) |
			(a->yara_only ? WIRE_YARA_ONLY : 0) | c->dialect;
	j->opts.memory = a->memory;
	j->opts.budget = (uint32_t)a->budget;
	j->opts.explain_rule = bytes_of(a->rule);
	j->timeout_ms = a->timeout_ms;
	j->arg = c;
	j->diag = on_diag;
	j->explain = flags & WIRE_WANT_EXPLAIN ? print_text : NULL;
	return job_rules_load(j, &c->db);
}

static void
command_done(struct command *c)
{
	job_db_close(&c->db);
	free(c->args.defs.p);
	free(c->args.rules.p);
	free(c->rest.p);
	free(c->base_rules);
	free((void *)(uintptr_t)c->job.opts.exts.p);
	free((void *)(uintptr_t)c->job.program);
}

static int
run_compile(int argc, char **argv, const struct verb *v)
{
	struct command c = { .db.fd = -1 };
	int code = prepare(&c, argc, argv, v);

	if (code == 0 && c.args.output == NULL) {
		msg_error("compile: no -o FILE given");
		msg_hint("try 'candor help compile'");
		code = OPT_EXIT_USAGE;
	}
	if (code == 0) {
		enum err e = run_job(&c, 0);

		show_counts(&c.show);
		code = show_exit(&c.show, e);
		if (e == OK && job_db_save(&c.db, c.args.output) != OK)
			code = 2;
	}
	command_done(&c);
	return code < 0 ? 0 : code;
}

/* check --fix: files that cannot be mended are left alone; then all are checked. */
static int
mend(struct command *c)
{
	struct reform r = {
		.program = c->job.program,
		.rules = c->rules,
		.nrules = c->nrules,
		.opts = { .flags = WIRE_FIX,
		    .memory = c->args.memory,
		    .exts = c->job.opts.exts },
		.timeout_ms = c->args.timeout_ms,
		.how = c->args.dry_run ? REFORM_DIFF : REFORM_WRITE,
		.show = &c->show,
	};

	c->show.colour = msg_colour(STDOUT_FILENO);
	reform_run(&r);
	return r.failed > 0 ? 2 : 0;
}

/* Options that do not go together. */
static int
check_args(const struct compile_args *a)
{
	if (a->dry_run && !a->fix)
		msg_error("check: --dry-run is for --fix");
	else if (a->json && a->fix)
		msg_error(
		    "check: --json tells what is wrong, --fix mends: one at a time");
	else if (a->budget > UINT32_MAX)
		msg_error("check: a budget has at most %u places of a MB", UINT32_MAX);
	else
		return 0;
	return OPT_EXIT_USAGE;
}

static int
run_check(int argc, char **argv, const struct verb *v)
{
	struct command c = { .db.fd = -1, .show.to_stdout = true };
	int code = prepare(&c, argc, argv, v);

	if (code == 0)
		code = check_args(&c.args);
	if (code == 0 && c.args.fix)
		code = mend(&c);
	if (code == 0) {
		unsigned mended = c.show.hints;
		enum err e = run_job(&c, WIRE_NO_DATABASE);

		show_counts(&c.show);
		code = show_exit(&c.show, e);
		if (code == 0 && c.args.budget > 0 && c.show.hints > mended)
			code = 1; /* a budget that was given is a promise */
	}
	command_done(&c);
	return code < 0 ? 0 : code;
}

static int
run_explain(int argc, char **argv, const struct verb *v)
{
	struct command c = { .db.fd = -1 };
	int code = prepare(&c, argc, argv, v);

	if (code == 0) {
		enum err e = run_job(&c, WIRE_NO_DATABASE | WIRE_WANT_EXPLAIN);

		if (e == OK && !c.explained) {
			msg_error("there is no rule '%s'", c.args.rule);
			e = ERR_ACCESS;
		}
		code = show_exit(&c.show, e);
	}
	command_done(&c);
	return code < 0 ? 0 : code;
}

const struct verb verb_compile = {
	"compile",
	"RULES... -o FILE.cdr",
	"compile rules into one database file",
	compile_opts,
	run_compile,
};
const struct verb verb_check = {
	"check",
	"RULES...",
	"tell errors, warnings and slow rules",
	check_opts,
	run_check,
};
const struct verb verb_explain = {
	"explain",
	"[-r RULES]... RULE",
	"show every stage of a rule's compilation",
	explain_opts,
	run_explain,
};
