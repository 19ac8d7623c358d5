/* cmd_handover_show.c - candor handover show: what is inside, as a table. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/handover_cmd.h"
#include "crypto/hash.h"
#include "handover/layout.h"

struct show_args {
	bool json, all;
	uint64_t limit;
};

/* clang-format off */
static const struct opt show_opts[] = {
	{ 'a', "all", OPT_FLAG, NULL, "every member, and not only how many", offsetof(struct show_args, all) },
	{ 0, "json", OPT_FLAG, NULL, "one JSON object for programs", offsetof(struct show_args, json) },
	{ 0, "limit", OPT_SIZE, "SIZE", "bytes that a bundle may hold (64G)", offsetof(struct show_args, limit) },
	OPT_LAST,
};
/* clang-format on */

static void
hex(struct buf *out, const uint8_t digest[LABEL_DIGEST])
{
	char text[2 * LABEL_DIGEST + 1];

	hash_hex(digest, LABEL_DIGEST, text);
	buf_str(out, text);
}

/* --- text ----------------------------------------------------------------------- */

static void
put_word(struct buf *out, const char *word, struct bytes value)
{
	buf_printf(out, "%-10s ", word);
	text_escape(out, value);
	buf_u8(out, '\n');
}

static void
put_about(struct buf *out, const struct bundle *b)
{
	char date[UTC_SIZE];

	utc_print(b->label.date, date);
	put_word(out, "product", b->label.product);
	put_word(out, "version", b->label.version);
	put_word(out, "date", bytes_of(date));
	if (b->label.commit.n > 0) {
		buf_printf(out, "%-10s git ", "source");
		text_escape(out, b->label.commit);
		buf_u8(out, '\n');
	} else
		put_word(out, "source", BYTES_LIT("a folder"));
	buf_printf(out, "%-10s ", "previous");
	if (b->label.follows)
		hex(out, b->label.previous);
	else
		buf_str(out, "none: the first handover");
	buf_printf(out, "\n%-10s ", "MANIFEST");
	hex(out, b->digest);
	buf_str(out, "\n\n");
}

static void
put_row(
    struct buf *out, uint64_t files, uint64_t size, const char *name, const char *what)
{
	struct buf n = { 0 };

	handover_size(&n, size);
	buf_printf(out, "%8" PRIu64 "  %9s  %-18s %s\n", files, buf_cstr(&n), name, what);
	buf_done(&n);
}

/* The members of one row of the layout; they need not stand together in it. */
static void
put_part(struct buf *out, const struct bundle *b, const struct layout_row *row)
{
	const struct bundle_member *m;
	uint64_t size = 0;
	size_t n = 0;

	if (row->name[strlen(row->name) - 1] == '/')
		m = bundle_folder(b, row->name, &n);
	else
		n = (m = bundle_find(b, row->name)) != NULL;
	for (size_t i = 0; i < n; i++)
		size += m[i].size;
	if (n > 0)
		put_row(out, n, size, row->name, row->what);
}

static void
put_member(struct buf *out, const struct bundle_member *m)
{
	struct buf n = { 0 };

	handover_size(&n, m->size);
	buf_printf(out, "%9s  %c  ", buf_cstr(&n), m->exec ? 'x' : '-');
	if (m->seal)
		buf_printf(out, "%-64s", "seal");
	else
		hex(out, m->digest);
	buf_str(out, "  ");
	text_escape(out, m->name);
	buf_u8(out, '\n');
	buf_done(&n);
}

/* --- lists ---------------------------------------------------------------------- */

/* Texts of a bundle that was opened are in order; what is in them is a stranger's. */
static struct lines
lines_of_member(const struct bundle *b, const char *name, struct buf *hold)
{
	buf_clear(hold);
	if (bundle_read(b, bundle_find(b, name), SIZE_MAX, hold, NULL) != OK)
		buf_clear(hold);
	return lines_of(name, buf_bytes(hold));
}

/* A name that is escaped already: its backslashes are not doubled. */
static void
put_escaped(struct buf *out, struct bytes name)
{
	struct buf twice = { 0 };

	text_escape(&twice, name);
	for (size_t i = 0; i < twice.n; i++) {
		buf_u8(out, twice.p[i]);
		i += i + 1 < twice.n && twice.p[i] == '\\' && twice.p[i + 1] == '\\';
	}
	buf_done(&twice);
}

static void
put_left_out(struct buf *out, const struct bundle *b)
{
	struct buf hold = { 0 };
	struct lines l = lines_of_member(b, LAYOUT_LEFT_OUT, &hold);
	struct list_left left;

	for (bool first = true; list_left_next(&l, &left, NULL) == OK; first = false) {
		buf_str(out, first ? "\nleft out:\n  " : "  ");
		put_escaped(out, left.what);
		buf_str(out, ": ");
		text_escape(out, left.why);
		buf_u8(out, '\n');
	}
	buf_done(&hold);
}

static void
put_claim(struct buf *out, const char *word, struct bytes value)
{
	if (value.n == 0)
		return;
	buf_printf(out, "    %-7s ", word);
	text_escape(out, value);
	buf_u8(out, '\n');
}

static void
put_claims(struct buf *out, const struct bundle *b)
{
	struct buf hold = { 0 };
	struct lines l = lines_of_member(b, LAYOUT_CLAIMS, &hold);
	struct list_claim c;

	for (bool first = true; list_claim_next(&l, &c, NULL) == OK; first = false) {
		buf_str(out, first ? "\nclaims:\n  " : "  ");
		text_escape(out, c.id);
		buf_str(out, ": ");
		text_escape(out, c.says);
		buf_u8(out, '\n');
		put_claim(out, "check", c.check);
		put_claim(out, "expect", c.expect);
	}
	buf_done(&hold);
}

static void
show_text(struct buf *out, const struct bundle *b, bool all)
{
	size_t n;
	const struct bundle_member *m = bundle_folder(b, LAYOUT_ARTEFACT, &n);

	put_about(out, b);
	buf_printf(out, "%8s  %9s  %-18s %s\n", "files", "size", "name", "what");
	for (size_t i = 0; i < layout_count; i++)
		put_part(out, b, &layout_rows[i]);
	buf_u8(out, '\n');
	for (size_t i = 0; i < n && !all; i++)
		put_member(out, &m[i]);
	for (size_t i = 0; i < b->n && all; i++)
		put_member(out, &b->member[i]);
	put_left_out(out, b);
	put_claims(out, b);
}

/* --- JSON ----------------------------------------------------------------------- */

static void
json_member(struct json *j, const struct bundle_member *m)
{
	json_open(j, NULL, '{');
	json_bytes(j, "name", m->name);
	json_uint(j, "size", m->size);
	json_bool(j, "executable", m->exec);
	if (!m->seal)
		json_hex(j, "sha256", (struct bytes){ m->digest, LABEL_DIGEST });
	json_close(j, '}');
}

static void
show_json(struct buf *out, const struct bundle *b)
{
	struct json j = { .out = out };
	char date[UTC_SIZE];

	utc_print(b->label.date, date);
	json_open(&j, NULL, '{');
	json_bytes(&j, "product", b->label.product);
	json_bytes(&j, "version", b->label.version);
	json_str(&j, "date", date);
	if (b->label.commit.n > 0)
		json_bytes(&j, "commit", b->label.commit);
	if (b->label.follows)
		json_hex(
		    &j, "previous", (struct bytes){ b->label.previous, LABEL_DIGEST });
	json_hex(&j, "manifest", (struct bytes){ b->digest, LABEL_DIGEST });
	json_open(&j, "members", '[');
	for (size_t i = 0; i < b->n; i++)
		json_member(&j, &b->member[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	buf_u8(out, '\n');
}

static int
run_show(int argc, char **argv, const struct verb *v)
{
	struct show_args a = { 0 };
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	struct buf out = { 0 };
	struct bundle b;
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0) {
		code = 0;
		if (bundle_open(rest.p[0], a.limit, &b, &f) != OK)
			code = log_refused(&f);
		else {
			if (a.json)
				show_json(&out, &b);
			else
				show_text(&out, &b, a.all);
			fwrite(out.p, 1, out.n, stdout);
			bundle_close(&b);
		}
	}
	buf_done(&out);
	free(rest.p);
	return code;
}

const struct verb verb_handover_show = {
	"handover show",
	"BUNDLE",
	"print what is in a bundle, as a table; says nothing of whether it is good",
	show_opts,
	run_show,
};
