#include "compare/fold.h"

#include <stdlib.h>

#include "base/json.h"
#include "compare/view.h"
#include "tests/tap.h"

/* A statement in short: b begin, e end, n note, l limit, d damaged, and classes. */
static struct difference
statement(char c)
{
	static const struct diff_line lines[] = {
		{ DIFF_BOTH, 1, { (const uint8_t *)"same", 4 } },
		{ DIFF_A, 2, { (const uint8_t *)"old <b> & \x1b[31m", 15 } },
		{ DIFF_B, 2, { (const uint8_t *)"new <b> & \x1b[31m", 15 } },
		{ DIFF_HEAD, DIFF_NOWHERE, { (const uint8_t *)"moved", 5 } },
	};
	struct difference d = { .what = BYTES_LIT("something"),
		.where = BYTES_LIT("line 2") };

	switch (c) {
	case 'b':
		return (struct difference){ .kind = DIFF_BEGIN,
			.name_a = BYTES_LIT("na\"me\n"),
			.name_b = BYTES_LIT("<other>"),
			.type = BYTES_LIT("tar"),
			.size_a = 1234567,
			.size_b = 5 };
	case 'e': d.kind = DIFF_END; return d;
	case 'n': d.kind = DIFF_NOTE; return d;
	case 'l': d.kind = DIFF_LIMIT; return d;
	case 'd': d.kind = DIFF_DAMAGED; return d;
	case 'o':
		d.kind = DIFF_ONLY_A;
		d.cls = DIFF_METADATA;
		d.name_a = BYTES_LIT("gone");
		return d;
	case 'C': d.cls = DIFF_CODE; break;
	case 'T': d.cls = DIFF_TIMESTAMP; break;
	case 'P': d.cls = DIFF_PATH; break;
	}
	d.kind = DIFF_FOUND;
	d.lines = lines;
	d.nlines = COUNT(lines);
	d.left_out = 7;
	return d;
}

static enum err
feed(struct fold *f, const char *s)
{
	for (; *s != '\0'; s++) {
		struct difference d = statement(*s);

		TRY(fold_add(f, &d));
	}
	return OK;
}

/* clang-format off */
static const struct {
	const char *name, *said;
	enum err err;
	enum compare_verdict verdict;
	const char *headline;
} rows[] = {
	{ "nothing", "", OK, COMPARE_IDENTICAL, "identical" },
	{ "only a pair", "bne", OK, COMPARE_IDENTICAL, "identical" },
	{ "a time", "bTe", OK, COMPARE_ONLY, "differs only in timestamp" },
	{ "two classes", "bPTTe", OK, COMPARE_ONLY, "differs only in timestamp, path" },
	{ "only one has it", "boe", OK, COMPARE_ONLY, "differs only in metadata" },
	{ "code", "bbCee", OK, COMPARE_CODE, "code differs" },
	{ "code and a time", "bbCeTe", OK, COMPARE_CODE, "code differs, and timestamp" },
	{ "a limit", "ble", OK, COMPARE_INCOMPLETE, "not everything was looked into" },
	{ "damaged", "bTde", OK, COMPARE_INCOMPLETE, "not everything was looked into; differs at least in timestamp" },
	{ "code and a limit", "bCle", OK, COMPARE_CODE, "code differs; not everything was looked into" },
	{ "outside of a pair", "T", ERR_PROTO, COMPARE_FAILED, NULL },
	{ "behind a pair", "beT", ERR_PROTO, COMPARE_FAILED, NULL },
	{ "an end too many", "bee", ERR_PROTO, COMPARE_FAILED, NULL },
	{ "too deep", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", ERR_PROTO, COMPARE_FAILED, NULL },
};
/* clang-format on */

TEST(verdicts)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct compare_result r;
		struct buf headline = { 0 };
		struct fold f;

		ROW("%s", rows[i].name);
		fold_init(&f, &(struct compare_opts){ 0 }, &r);
		EQ_U(feed(&f, rows[i].said), rows[i].err);
		if (rows[i].err == OK) {
			fold_end(&f);
			EQ_U(r.verdict, rows[i].verdict);
			compare_headline(&r, &headline);
			EQ_S(buf_cstr(&headline), rows[i].headline);
			EQ_U((unsigned)compare_exit(&r),
			    r.verdict == COMPARE_IDENTICAL                           ? 0
			    : r.verdict == COMPARE_ONLY || r.verdict == COMPARE_CODE ? 1
										     : 2);
		}
		buf_done(&headline);
		fold_done(&f);
		compare_done(&r);
	}
}

/* A worker's outermost pair may not be ended for it, nor may it end what is around. */
TEST(inside_of_others)
{
	struct compare_result r;
	struct fold f;

	fold_init(&f, &(struct compare_opts){ 0 }, &r);
	EQ_U(feed(&f, "bb"), OK);
	f.base = 2;
	f.name_a = BYTES_LIT("its true name");
	EQ_U(feed(&f, "C"), ERR_PROTO);
	EQ_U(feed(&f, "bCe"), OK);
	EQ_U(feed(&f, "e"), ERR_PROTO);
	EQ_B(r.item[2].d.name_a, BYTES_LIT("its true name"));
	EQ_B(r.item[0].d.name_a, BYTES_LIT("na\"me\n"));
	fold_done(&f);
	compare_done(&r);
}

TEST(lies)
{
	static uint8_t big[DIFF_BYTES_MAX];
	static struct diff_line lines[DIFF_LINES_MAX + 1];
	struct compare_result r;
	struct difference d = statement('T');
	struct fold f;

	fold_init(&f, &(struct compare_opts){ 0 }, &r);
	EQ_U(feed(&f, "b"), OK);
	d.what = (struct bytes){ big, DIFF_NAME_MAX + 1 };
	EQ_U(fold_add(&f, &d), ERR_PROTO);
	d = statement('T');
	d.lines = lines;
	d.nlines = DIFF_LINES_MAX + 1;
	EQ_U(fold_add(&f, &d), ERR_PROTO);
	d.nlines = DIFF_LINES_MAX;
	for (size_t i = 0; i < DIFF_LINES_MAX; i++)
		lines[i].text = (struct bytes){ big, DIFF_NAME_MAX };
	EQ_U(fold_add(&f, &d), ERR_PROTO);
	EQ_U(fold_said(&f), 0);
	fold_done(&f);
	compare_done(&r);
}

/* What is not kept is counted, code is kept longest, and pairs stay whole. */
TEST(bounds)
{
	struct compare_result r;
	struct fold f;
	int depth = 0;
	size_t code = 0;

	fold_init(&f, &(struct compare_opts){ .keep = 6000 }, &r);
	for (int i = 0; i < 1000; i++)
		EQ_U(feed(&f, "bTTe"), OK);
	EQ_U(feed(&f, "bC"), OK);
	for (int i = 0; i < 1000; i++)
		EQ_U(feed(&f, "be"), OK);
	EQ_U(feed(&f, "e"), OK);
	fold_end(&f);
	EQ_U(r.verdict, COMPARE_CODE);
	EQ_U(r.count[DIFF_TIMESTAMP], 2000);
	EQ_U(r.objects, 2001);
	CHECK(r.left_out > 1900 && r.n < 100);
	for (size_t i = 0; i < r.n; i++) {
		depth += r.item[i].d.kind == DIFF_BEGIN;
		depth -= r.item[i].d.kind == DIFF_END;
		code += r.item[i].d.cls == DIFF_CODE;
		CHECK(depth >= 0);
	}
	EQ_I(depth, 0);
	EQ_U(code, 1);
	fold_done(&f);
	compare_done(&r);
}

/* --- reports -------------------------------------------------------------- */

typedef void report_fn(
    const struct compare_result *r, const struct compare_names *n, FILE *out);

static void
as_page(const struct compare_result *r, const struct compare_names *n, FILE *out)
{
	compare_text(r, n, &(struct compare_form){ 0 }, out);
}

static void
as_detail(const struct compare_result *r, const struct compare_names *n, FILE *out)
{
	compare_text(r, n, &(struct compare_form){ .colour = true, .detail = true }, out);
}

static struct bytes
report(report_fn *fn, const char *said, uint64_t keep, char **text)
{
	const struct compare_names names = { BYTES_LIT("a<i>\xff"), BYTES_LIT("b") };
	struct compare_result r;
	struct fold f;
	size_t n = 0;
	FILE *out = open_memstream(text, &n);

	fold_init(&f, &(struct compare_opts){ .keep = keep }, &r);
	EQ_U(feed(&f, said), OK);
	fold_end(&f);
	fn(&r, &names, out);
	fclose(out);
	fold_done(&f);
	compare_done(&r);
	return (struct bytes){ (const uint8_t *)*text, n };
}

static bool
says(struct bytes b, const char *what)
{
	return bytes_find(b, 0, bytes_of(what)) != UINT64_MAX;
}

static const char said[] = "bnbCTlebdoePe";

TEST(json)
{
	char *text;
	struct bytes b = report(compare_json, said, 0, &text);

	b.n -= b.n > 0 && b.p[b.n - 1] == '\n';
	CHECK(json_valid(b));
	CHECK(says(b, "\"verdict\":\"code\""));
	CHECK(says(b, "\"path\":[{\"name\":\"na\\\"me"));
	CHECK(says(b, "\"complete\":false"));
	CHECK(says(b, "\"left_out\":7"));
	free(text);
}

TEST(html)
{
	char *text;
	struct bytes b = report(compare_html, said, 0, &text);

	CHECK(says(b, "<h1 class=code>code differs, and "));
	CHECK(says(b, "<mark>old</mark> &lt;b&gt; &amp; \\x1b[31m"));
	CHECK(!says(b, "<b> &") && !says(b, "\x1b") && !says(b, "<script") &&
	      !says(b, "<i>\xff") && !says(b, "http:") && !says(b, "https:"));
	free(text);
}

TEST(text)
{
	char *text;
	struct bytes b = report(as_page, said, 0, &text);

	CHECK(says(b, "code differs, and "));
	CHECK(says(b, "na\"me\\n => <other>") && !says(b, "\x1b"));
	CHECK(!says(b, "old <b>"));
	free(text);
	b = report(as_detail, said, 0, &text);
	CHECK(says(b, "old <b> & \\x1b[31m") && says(b, "... and 7 more lines"));
	free(text);
	b = report(as_page, "bTTTTTTe", 0, &text);
	CHECK(says(b, "... and 3 more; --detail"));
	free(text);
	/* a few are all shown: "1 more" would take as much room */
	b = report(as_page, "bTTTTe", 0, &text);
	CHECK(!says(b, " more; --detail"));
	free(text);
	b = report(as_detail, "bTTTTTTTTTe", 3000, &text);
	CHECK(says(b, "were counted and not kept"));
	free(text);
}

/* Lines of a program stand at addresses, those of a text at numbers. */
TEST(addresses)
{
	static const struct {
		const char *type, *want;
	} types[] = { { "ELF 64-bit", "ff" }, { "PE", "ff" }, { "text", "255" } };

	for (size_t i = 0; i < COUNT(types); i++) {
		const struct compare_item item = {
			.d = { .kind = DIFF_BEGIN, .type = bytes_of(types[i].type) }
		};
		struct view v = { .n = 0 };
		struct buf out = { 0 };

		ROW("%s", types[i].type);
		view_enter(&v, &item);
		view_at(&v, 255, &out);
		EQ_S(buf_cstr(&out), types[i].want);
		buf_done(&out);
	}
}

/* Both reports stay small, whatever they are of, and are whole at their end. */
TEST(html_bounded)
{
	struct compare_names names = { BYTES_LIT("a"), BYTES_LIT("b") };
	struct compare_result r;
	struct fold f;
	char *text;
	size_t n = 0, opened = 0, closed = 0;
	FILE *out = open_memstream(&text, &n);
	struct bytes b;

	fold_init(&f, &(struct compare_opts){ .keep = 100u << 20 }, &r);
	EQ_U(feed(&f, "bb"), OK);
	for (int i = 0; i < 60000; i++)
		EQ_U(feed(&f, "T"), OK);
	EQ_U(feed(&f, "ee"), OK);
	fold_end(&f);
	compare_html(&r, &names, out);
	fclose(out);
	b = (struct bytes){ (const uint8_t *)text, n };
	CHECK(n < 8u << 20 && says(b, "are not shown in full"));
	for (uint64_t at = 0;
	     (at = bytes_find(b, at, BYTES_LIT("<details"))) != UINT64_MAX;) {
		opened++;
		at++;
	}
	for (uint64_t at = 0;
	     (at = bytes_find(b, at, BYTES_LIT("</details"))) != UINT64_MAX;) {
		closed++;
		at++;
	}
	EQ_U(opened, closed);
	free(text);
	fold_done(&f);
	compare_done(&r);
}
