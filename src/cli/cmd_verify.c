/* cmd_verify.c - candor verify: who said what about a file, and what we make of it. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/attest_cmd.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "crypto/hash.h"
#include "evidence/docket.h"
#include "update/hearing.h"

struct verify_args {
	struct conf_where where;
	const char *examiners, *statements, *package, *product;
	bool explain, json;
};

/* clang-format off */
#define AT(field) offsetof(struct verify_args, field)
static const struct opt verify_opts[] = {
	{ 'e', "explain", OPT_FLAG, NULL, "tell who said what, where it is logged, and why", AT(explain) },
	{ 0, "package", OPT_STR, "NAME", "judge it as this package", AT(package) },
	{ 0, "product", OPT_STR, "NAME", "judge it as part of this product", AT(product) },
	{ 0, "statements", OPT_STR, "FILE|DIR", "the statements (those that candor update fetched)", AT(statements) },
	{ 0, "examiners", OPT_STR, "FILE", "the file of examiners (beside the trust file)", AT(examiners) },
	{ 0, "trust", OPT_STR, "FILE", "the logs and witnesses to be trusted (beside the configuration)", AT(where.trust) },
	{ 0, "state", OPT_STR, "DIR", "where statements were fetched to (/var/lib/candor)", AT(where.state) },
	{ 0, "config", OPT_STR, "FILE", "the configuration (/etc/candor/candor.conf)", AT(where.config) },
	{ 0, "json", OPT_FLAG, NULL, "print one JSON object a file", AT(json) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

struct verify_cmd {
	struct verify_args args;
	struct arena arena;
	struct conf conf;
	struct attest_subjects subjects;
	struct buf docket;
	struct weigh_item *item;
	struct weigh_said said;
	struct fault fault;
};

/* --- for people ---------------------------------------------------------- */

static void
put_day(struct buf *b, const char *before, int64_t t)
{
	char when[UTC_SIZE];

	if (t == 0)
		return;
	utc_print(t, when);
	buf_printf(b, "%s%.10s", before, when);
}

/* Nobody can tell what it was: only the file, if it was ours to read, and what is wrong.
 */
static void
say_damaged(const struct verify_cmd *c, const struct weigh_row *r, struct buf *b)
{
	char *file =
	    c->args.statements ? attest_find(c->args.statements, r->envelope) : NULL;
	char hex[17];

	hash_hex(r->envelope, 8, hex);
	buf_printf(b, "  damaged statement %s...", hex);
	if (file != NULL) {
		buf_str(b, ", file '");
		text_escape(b, bytes_of(file));
		buf_u8(b, '\'');
	}
	buf_printf(b, "\n    does not count: %s\n", r->fault.text);
	free(file);
}

/* One statement. Its words were escaped where they were read. */
static void
say_row(const struct verify_cmd *c, const struct weigh_row *r, struct buf *b)
{
	char hex[17];

	if (r->fault.kind == FAULT_ENVELOPE) {
		say_damaged(c, r, b);
		return;
	}
	hash_hex(r->envelope, 8, hex);
	buf_printf(b, "  %s %s by '%s'", attest_name(r->kind),
	    attest_result_name(r->result), r->who);
	put_day(b, ", of ", r->date);
	put_day(b, ", until ", r->not_after);
	if (r->logged)
		buf_printf(b, ", entry %" PRIu64 " of %s", r->index, r->origin);
	buf_printf(b, ", statement %s...\n", hex);
	if (r->kind == ATTEST_KINDS)
		buf_printf(b, "    its type is %s\n", r->type);
	if (r->withdrawn)
		buf_str(b, "    withdrawn by this examiner\n");
	if (r->fault.kind == FAULT_NONE)
		return;
	if (r->examiner != UINT32_MAX && r->result == ATTEST_FAILED && !r->withdrawn)
		buf_printf(
		    b, "    counts all the same, as an objection: %s\n", r->fault.text);
	else
		buf_printf(b, "    does not count: %s\n", r->fault.text);
}

static void
say_verdict(const struct weigh_verdict *v, struct buf *b)
{
	if (v->fault.kind != FAULT_NONE)
		buf_printf(
		    b, "  refused: %s (%s)\n", v->fault.text, fault_name(v->fault.kind));
	else if (v->rules == 0)
		buf_str(b, "  not asked: no line of the file of examiners is about it\n");
	else
		buf_printf(b,
		    "  accepted: %u examiner%s rebuilt it bit-identically, %u asked "
		    "for, and nobody objects\n",
		    v->good, v->good == 1 ? "" : "s", v->need);
}

static void
say_item(const struct verify_cmd *c, uint32_t i, struct buf *b)
{
	const struct weigh_item *item = &c->item[i];
	char hex[65];
	size_t n = 0;

	hash_hex(item->sha256, 32, hex);
	text_escape(b, c->subjects.one[i].name);
	buf_printf(b, "%ssha256 %s\n", c->subjects.one[i].name.n ? ": " : "", hex);
	for (size_t k = 0; k < c->said.nrow && c->args.explain; k++)
		if (c->said.row[k].item == i) {
			say_row(c, &c->said.row[k], b);
			n++;
		}
	if (n == 0 && c->args.explain)
		buf_str(b, "  nobody said anything about it\n");
	say_verdict(&c->said.verdict[i], b);
}

/* --- for programs -------------------------------------------------------- */

static void
put_time(struct json *j, const char *key, int64_t t)
{
	char when[UTC_SIZE];

	if (t == 0)
		return;
	utc_print(t, when);
	json_str(j, key, when);
}

static void
json_row(const struct weigh_row *r, struct json *j)
{
	json_open(j, NULL, '{');
	json_hex(j, "statement", (struct bytes){ r->envelope, 32 });
	json_bytes(j, "by", bytes_of(r->who));
	json_bool(j, "trusted", r->examiner != UINT32_MAX);
	json_bytes(j, "type", bytes_of(r->type));
	json_str(j, "result", attest_result_name(r->result));
	put_time(j, "date", r->date);
	put_time(j, "not_after", r->not_after);
	if (r->logged) {
		json_bytes(j, "log", bytes_of(r->origin));
		json_uint(j, "index", r->index);
	}
	json_bool(j, "withdrawn", r->withdrawn);
	json_bool(j, "counts", r->fault.kind == FAULT_NONE && !r->withdrawn);
	if (r->fault.kind != FAULT_NONE)
		json_bytes(j, "why_not", bytes_of(r->fault.text));
	json_close(j, '}');
}

static void
json_item(const struct verify_cmd *c, uint32_t i, struct buf *b)
{
	const struct weigh_verdict *v = &c->said.verdict[i];
	struct json j = { b, false };

	json_open(&j, NULL, '{');
	json_str(&j, "type", "evidence");
	json_bytes(&j, "name", c->subjects.one[i].name);
	json_hex(&j, "sha256", (struct bytes){ c->item[i].sha256, 32 });
	json_bool(&j, "accepted", v->fault.kind == FAULT_NONE && v->rules > 0);
	json_int(&j, "exit", fault_code(v->fault.kind));
	if (v->fault.kind != FAULT_NONE) {
		json_str(&j, "refusal", fault_name(v->fault.kind));
		json_bytes(&j, "text", bytes_of(v->fault.text));
	}
	json_uint(&j, "good", v->good);
	json_uint(&j, "needed", v->need);
	json_open(&j, "statements", '[');
	for (size_t k = 0; k < c->said.nrow; k++)
		if (c->said.row[k].item == i)
			json_row(&c->said.row[k], &j);
	json_close(&j, ']');
	damaged_json(&c->said.damaged, &j);
	json_close(&j, '}');
	buf_u8(b, '\n');
}

/* --- doing it ------------------------------------------------------------ */

/* What sentences call it: a digest is called by its digits. */
static struct bytes
name_of(struct verify_cmd *c, size_t i)
{
	char hex[65];

	if (c->subjects.one[i].name.n > 0)
		return c->subjects.one[i].name;
	hash_hex(c->subjects.one[i].sha256, 32, hex);
	return arena_bytes(&c->arena, bytes_of(hex));
}

static void
make_items(struct verify_cmd *c)
{
	const char *name = c->args.package ? c->args.package : c->args.product;

	c->item = xcalloc(c->subjects.n, sizeof(*c->item));
	for (size_t i = 0; i < c->subjects.n; i++) {
		c->item[i].scope = c->args.package   ? EXAMINERS_PACKAGE
				   : c->args.product ? EXAMINERS_PRODUCT
						     : EXAMINERS_ALL;
		c->item[i].name = bytes_of(name);
		memcpy(c->item[i].sha256, c->subjects.one[i].sha256, 32);
		c->item[i].file = name_of(c, i);
	}
}

static enum err
load_docket(struct verify_cmd *c, struct bytes *out)
{
	if (c->args.statements == NULL)
		return hearing_docket(&c->conf, &c->arena, out, &c->fault);
	TRY(attest_docket(c->args.statements, &c->docket, &c->fault));
	*out = buf_bytes(&c->docket);
	return OK;
}

static enum err
judge(struct verify_cmd *c, const struct opt_list *files)
{
	struct weigh_ask ask = { .now = sys_now() };

	TRY(conf_load(&c->args.where, &c->arena, &c->conf, &c->fault));
	if (c->args.examiners != NULL)
		c->conf.examiners = c->args.examiners;
	for (size_t i = 0; i < files->n; i++)
		TRY(attest_add_subject(&c->subjects, files->p[i], false, &c->fault));
	make_items(c);
	TRY(hearing_files(&c->conf, &c->arena, &ask, &c->fault));
	TRY(load_docket(c, &ask.docket));
	ask.item = c->item;
	ask.n = c->subjects.n;
	return hearing_run(&ask, &c->said, &c->fault);
}

/* Those that have no line of their own. */
static void
say_rest(const struct damaged *d, struct buf *b)
{
	uint32_t n = d->n - d->named;

	if (n > 0)
		buf_printf(
		    b, "%" PRIu32 " more damaged statement%s\n", n, n == 1 ? "" : "s");
}

/* The first refusal is the exit code. */
static int
say(const struct verify_cmd *c)
{
	struct buf b = { 0 };
	int code = 0;

	for (uint32_t i = 0; i < c->subjects.n; i++) {
		if (c->args.json)
			json_item(c, i, &b);
		else
			say_item(c, i, &b);
		if (code == 0)
			code = fault_code(c->said.verdict[i].fault.kind);
	}
	if (!c->args.json && c->args.explain)
		say_rest(&c->said.damaged, &b);
	fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
	return code;
}

static int
run_verify(int argc, char **argv, const struct verb *v)
{
	struct verify_cmd *c = xcalloc(1, sizeof(*c));
	struct opt_list rest = { 0 };
	int code = log_parse(
	    &(struct log_line){ v, 1, WEIGH_ITEMS }, argc, argv, &c->args, &rest);

	arena_init(&c->arena, 2 * (size_t)DOCKET_BYTES);
	if (code < 0 && c->args.package != NULL && c->args.product != NULL) {
		msg_error("verify: --package or --product, not both");
		code = OPT_EXIT_USAGE;
	}
	if (code < 0)
		code = judge(c, &rest) == OK ? say(c) : log_refused(&c->fault);
	weigh_done(&c->said);
	attest_subjects_done(&c->subjects);
	buf_done(&c->docket);
	arena_done(&c->arena);
	free(c->item);
	free(rest.p);
	free(c);
	return code;
}

const struct verb verb_verify = {
	"verify",
	"FILE|DIGEST...",
	"ask whether examiners stand behind a file, and who said what",
	verify_opts,
	run_verify,
};
