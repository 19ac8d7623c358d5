/* What a worker that lies may put into a report: no byte of it leaves its place. */
#include <stdlib.h>

#include "base/json.h"
#include "compare/fold.h"
#include "compare/view.h"
#include "tests/tap.h"

/* What a terminal, a browser or a program that reads JSON would take for its own. */
static const char *const hostile[] = {
	"</title><script>alert(1)</script>",
	"\" onload=\"x",
	"<!--",
	"]]>&amp;&lt;",
	"\x1b]0;title\a\x1b[2J",
	"line\r\n2\vfeed\f",
	"\xe2\x80\xae"
	"gnp.exe", /* right to left */
	"\xc2\x9b"
	"31m",              /* CSI in one character */
	"\xff\xfe\xc0\x80", /* no UTF-8 */
	"\xf0\x9f",         /* cut in a character */
	"{\"verdict\":\"identical\"}\\",
	"\\u0000\\",
	"a\tb",
	"",
};

static void
feed(struct fold *f, const char *s)
{
	struct bytes b = bytes_of(s);
	const struct diff_line lines[] = { { DIFF_HEAD, DIFF_NOWHERE, b },
		{ DIFF_BOTH, 1, b }, { DIFF_A, UINT64_MAX - 1, b }, { DIFF_A, 0, b },
		{ DIFF_B, 2, b } };
	const struct difference said[] = {
		{ .kind = DIFF_BEGIN, .name_a = b, .type = b, .size_a = UINT64_MAX },
		{ .kind = DIFF_BEGIN, .name_a = b, .name_b = b, .type = b },
		{ .kind = DIFF_NOTE, .what = b },
		{ .kind = DIFF_FOUND,
		    .cls = DIFF_TEXT,
		    .where = b,
		    .what = b,
		    .lines = lines,
		    .nlines = COUNT(lines),
		    .left_out = UINT64_MAX },
		{ .kind = DIFF_ONLY_A, .name_a = b, .what = b, .type = b },
		{ .kind = DIFF_ONLY_B, .name_a = b, .name_b = b, .what = b },
		{ .kind = DIFF_LIMIT, .what = b },
		{ .kind = DIFF_DAMAGED, .what = b },
		{ .kind = DIFF_END },
		{ .kind = DIFF_END },
	};

	for (size_t i = 0; i < COUNT(said); i++)
		EQ_U(fold_add(f, &said[i]), OK);
}

typedef void report_fn(
    const struct compare_result *r, const struct compare_names *n, FILE *out);

static void
short_text(const struct compare_result *r, const struct compare_names *n, FILE *out)
{
	compare_text(r, n, &(struct compare_form){ 0 }, out);
}

static void
long_text(const struct compare_result *r, const struct compare_names *n, FILE *out)
{
	compare_text(r, n, &(struct compare_form){ .detail = true }, out);
}

static void
part_text(const struct compare_result *r, const struct compare_names *n, FILE *out)
{
	compare_text(r, n, &(struct compare_form){ .inside = true }, out);
}

static struct bytes
report(report_fn *fn, const char *s, char **text)
{
	const struct compare_names names = { bytes_of(s), bytes_of(s) };
	struct compare_result r;
	struct fold f;
	size_t n = 0;
	FILE *out = open_memstream(text, &n);

	fold_init(&f, &(struct compare_opts){ 0 }, &r);
	feed(&f, s);
	fold_end(&f);
	fn(&r, &names, out);
	fclose(out);
	fold_done(&f);
	compare_done(&r);
	return (struct bytes){ (const uint8_t *)*text, n };
}

static size_t
count(struct bytes b, const char *what)
{
	size_t n = 0;

	for (uint64_t at = 0; (at = bytes_find(b, at, bytes_of(what))) != UINT64_MAX;
	     at++)
		n++;
	return n;
}

/* But for newlines, and tabs of pages, nothing that moves a cursor. */
static bool
is_plain(struct bytes b, bool tabs)
{
	for (size_t i = 0; i < b.n; i++)
		if ((b.p[i] < ' ' && b.p[i] != '\n' && !(tabs && b.p[i] == '\t')) ||
		    b.p[i] == 0x7f)
			return false;
	return count(b, "\xc2\x9b") == 0;
}

TEST(text)
{
	static report_fn *const forms[] = { short_text, long_text, part_text };

	for (size_t i = 0; i < COUNT(hostile) * COUNT(forms); i++) {
		char *text;
		struct bytes b =
		    report(forms[i % COUNT(forms)], hostile[i / COUNT(forms)], &text);

		ROW("%zu", i);
		CHECK(is_plain(b, false) && count(b, "\xe2\x80\xae") == 0);
		free(text);
	}
}

TEST(json)
{
	for (size_t i = 0; i < COUNT(hostile); i++) {
		char *text;
		struct bytes b = report(compare_json, hostile[i], &text);

		ROW("%zu", i);
		EQ_U(count(b, "\n"), 1);
		b.n -= b.n > 0;
		CHECK(is_plain(b, false));
		/* json_valid takes ASCII only */
		for (size_t k = 0; k < b.n; k++)
			text[k] = (uint8_t)text[k] < 0x80 ? text[k] : 'x';
		CHECK(json_valid(b));
		EQ_U(count(b, "\"verdict\":\""), 1);
		EQ_U(count(b, "\"kind\":\""), 8);
		free(text);
	}
}

/* Its elements are as many as with harmless names, whatever the names are. */
TEST(html)
{
	static const char *const elements[] = { "<script", "<title>", "</title>",
		"<details", "</details>", "<div", "</div>", "<span", "<p", "<mark>", "<!",
		" onload=\"" };
	char *harmless;
	struct bytes h = report(compare_html, "harmless", &harmless);

	EQ_U(count(h, "<script"), 0);
	for (size_t i = 0; i < COUNT(hostile); i++) {
		char *text;
		struct bytes b = report(compare_html, hostile[i], &text);

		ROW("%zu", i);
		CHECK(is_plain(b, true) && count(b, "\xe2\x80\xae") == 0);
		/* a text without bytes has no place of its own */
		for (size_t k = 0; k < COUNT(elements) && hostile[i][0] != '\0'; k++)
			EQ_U(count(b, elements[k]), count(h, elements[k]));
		free(text);
	}
	free(harmless);
}

/* The way through a result: deeper than is kept, ends too many, names that are empty. */
TEST(view)
{
	const struct compare_item begin = { .d = { .kind = DIFF_BEGIN,
						.name_a = BYTES_LIT("a"),
						.name_b = BYTES_LIT("b\n") } };
	const struct compare_item end = { .d = { .kind = DIFF_END } };
	struct view v = { .n = 0 };
	struct buf out = { 0 };

	view_leave(&v, &end);
	EQ_U(v.n, 0);
	for (unsigned i = 0; i < VIEW_DEPTH + 3; i++)
		view_enter(&v, &begin);
	EQ_U(v.n, VIEW_DEPTH);
	v.n = 3;
	view_path(&v, &out);
	EQ_S(buf_cstr(&out), "a => b\\n / a => b\\n");
	for (unsigned k = 0; k < DIFF_KINDS; k++) {
		struct compare_item x = { .d = { .kind = (enum diff_kind)k } };

		EQ_U(view_counts(&x), k == DIFF_FOUND || k == DIFF_ONLY_A ||
					  k == DIFF_ONLY_B || k == DIFF_LIMIT ||
					  k == DIFF_DAMAGED);
		CHECK(view_class(&x) != NULL);
	}
	buf_clear(&out);
	view_number(&out, 0);
	view_number(&out, UINT64_MAX);
	EQ_S(buf_cstr(&out), "018,446,744,073,709,551,615");
	buf_done(&out);
}
