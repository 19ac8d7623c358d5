/* cmd_rules.c - candor rules: which rules there are, and what differs between two sets.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "base/sys.h"
#include "cli/cli.h"
#include "cli/job.h"
#include "cli/listing.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "release/delta.h"

struct rules_args {
	struct opt_list defs;
	bool json, quiet;
};

/* clang-format off */
#define AT(field) offsetof(struct rules_args, field)
static const struct opt list_opts[] = {
	{ 'd', "define", OPT_LIST, "NAME=VALUE", "an external variable: true, false, a number or a string", AT(defs) },
	{ 0, "json", OPT_FLAG, NULL, "for programs: JSON Lines", AT(json) },
	OPT_LAST,
};
static const struct opt diff_opts[] = {
	{ 'd', "define", OPT_LIST, "NAME=VALUE", "an external variable: true, false, a number or a string", AT(defs) },
	{ 0, "json", OPT_FLAG, NULL, "for programs: JSON Lines", AT(json) },
	{ 'q', "quiet", OPT_FLAG, NULL, "only the exit code", AT(quiet) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

/* --- as JSON -------------------------------------------------------------- */

static void
put_metas(struct json *j, const struct ruleset_rule *r)
{
	json_open(j, "metas", '[');
	for (size_t i = 0; i < r->nmetas; i++) {
		const struct ruleset_meta *m = &r->metas[i];

		json_open(j, NULL, '{');
		json_bytes(j, "name", m->name);
		if (m->text)
			json_bytes(j, "value", m->value);
		else if (bytes_eq(m->value, BYTES_LIT("true")) ||
			 bytes_eq(m->value, BYTES_LIT("false")))
			json_bool(j, "value", m->value.n == 4);
		else
			json_int(j, "value", strtoll((const char *)m->value.p, NULL, 10));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
put_rule(struct json *j, const struct ruleset_rule *r)
{
	json_bytes(j, "rule", r->name);
	json_bytes(j, "namespace", r->ns);
	json_bytes(j, "file", r->file);
	json_uint(j, "line", r->line);
	json_bool(j, "global", r->global);
	json_bool(j, "private", r->private_);
	json_open(j, "tags", '[');
	for (size_t i = 0; i < r->ntags; i++)
		json_bytes(j, NULL, r->tags[i]);
	json_close(j, ']');
	put_metas(j, r);
	json_hex(j, "digest", (struct bytes){ r->digest, RULESET_DIGEST });
}

/* Of a removed rule what it was; of a changed one what it is now, and the lines. */
static void
put_item(struct buf *out, const struct delta_item *i)
{
	struct json j = { out, false };
	struct buf lines = { 0 };

	json_open(&j, NULL, '{');
	json_str(&j, "type", delta_word(i->kind));
	put_rule(&j, i->kind == DELTA_REMOVED ? i->old : i->new);
	if (i->kind == DELTA_CHANGED) {
		delta_put_lines(i, "", &lines);
		json_bytes(&j, "lines", buf_bytes(&lines));
	}
	json_close(&j, '}');
	buf_u8(out, '\n');
	buf_done(&lines);
}

static void
put_delta(struct buf *out, const struct delta *d)
{
	struct json j = { out, false };

	for (size_t i = 0; i < d->n; i++)
		put_item(out, &d->item[i]);
	json_open(&j, NULL, '{');
	json_str(&j, "type", "summary");
	json_uint(&j, "rules", d->rules);
	for (unsigned k = 0; k < DELTA_KINDS; k++)
		json_uint(&j, delta_word((enum delta_kind)k), d->count[k]);
	json_uint(&j, "unchanged", d->same);
	json_close(&j, '}');
	buf_u8(out, '\n');
}

/* --- both verbs ----------------------------------------------------------- */

struct rules_cmd {
	struct rules_args args;
	struct listing listing;
	struct show show;
	struct fault fault;
};

/* The rules of what was named. */
static enum err
load(struct rules_cmd *c, const char *what, struct ruleset *out)
{
	struct rulepack p;
	enum err e = rulepack_open(what, RULEPACK_TO_READ, &p, &c->fault);

	ruleset_init(out);
	if (e == OK)
		e = listing_read(&c->listing, &p, out);
	rulepack_close(&p);
	return e;
}

/*
 * A refusal has the code of its kind; rules with errors that of a release that has
 * them.
 */
static int
code_of(const struct rules_cmd *c, enum err e)
{
	if (c->fault.kind != FAULT_NONE)
		return log_refused(&c->fault);
	return e == OK ? 0 : e == ERR_SYNTAX ? fault_code(FAULT_RULES) : 2;
}

static enum err
list(struct rules_cmd *c, const char *what, struct buf *out)
{
	struct ruleset s;
	enum err e = load(c, what, &s);

	for (size_t i = 0; e == OK && i < s.n; i++) {
		struct json j = { out, false };

		if (!c->args.json) {
			delta_put_rule(&s.rule[i], out);
			continue;
		}
		json_open(&j, NULL, '{');
		json_str(&j, "type", "rule");
		put_rule(&j, &s.rule[i]);
		json_close(&j, '}');
		buf_u8(out, '\n');
	}
	ruleset_done(&s);
	return e;
}

/* 0: they are the same; 1: they differ. */
static enum err
diff(struct rules_cmd *c, const char *from, const char *to, struct buf *out, int *code)
{
	struct ruleset a, b;
	struct delta d;
	enum err e = load(c, from, &a);

	ruleset_init(&b);
	if (e == OK)
		e = load(c, to, &b);
	if (e == OK) {
		delta_make(&a, &b, &d);
		*code = d.n > 0;
		if (c->args.json)
			put_delta(out, &d);
		else
			delta_print(&d, out);
		delta_done(&d);
	}
	ruleset_done(&a);
	ruleset_done(&b);
	return e;
}

static int
run(struct rules_cmd *c, const struct opt_list *rest, bool two)
{
	struct buf out = { 0 };
	int code = 0, differ = 0;
	enum err e;

	c->listing.show = &c->show;
	c->show.quiet = true;
	c->show.colour = msg_colour(STDERR_FILENO);
	c->listing.worker = job_worker();
	if (c->listing.worker == NULL)
		return 2;
	e = two ? diff(c, rest->p[0], rest->p[1], &out, &differ)
		: list(c, rest->p[0], &out);
	code = code_of(c, e);
	if (e == OK && !c->args.quiet)
		fwrite(out.p, 1, out.n, stdout);
	buf_done(&out);
	free((void *)(uintptr_t)c->listing.worker);
	return code != 0 ? code : differ;
}

static int
start(int argc, char **argv, const struct verb *v, bool two)
{
	struct rules_cmd c = { 0 };
	struct opt_list rest = { 0 };
	const struct log_line line = { v, two ? 2 : 1, two ? 2 : 1 };
	int code = log_parse(&line, argc, argv, &c.args, &rest);

	if (code < 0 && job_externals(&c.args.defs, &c.listing.exts) != OK)
		code = OPT_EXIT_USAGE;
	if (code < 0)
		code = run(&c, &rest, two);
	free((void *)(uintptr_t)c.listing.exts.p);
	free(c.args.defs.p);
	free(rest.p);
	return code;
}

static int
run_list(int argc, char **argv, const struct verb *v)
{
	return start(argc, argv, v, false);
}

static int
run_diff(int argc, char **argv, const struct verb *v)
{
	return start(argc, argv, v, true);
}

static const struct verb verb_list = {
	"rules list",
	"RULES",
	"which rules there are, and why",
	list_opts,
	run_list,
};
static const struct verb verb_diff = {
	"rules diff",
	"OLD NEW",
	"which rules were added, changed and removed",
	diff_opts,
	run_diff,
};
static const struct verb *const subs[] = { &verb_list, &verb_diff, NULL };
static const struct opt no_opts[] = { OPT_LAST };

static int
run_rules(int argc, char **argv, const struct verb *v)
{
	return cli_run_sub(v, argc, argv);
}

const struct verb verb_rules = {
	"rules",
	"list RULES | diff OLD NEW",
	"list rules, and tell what differs between two sets",
	no_opts,
	run_rules,
	subs,
};
