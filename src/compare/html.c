/*
 * html.c - the report as one file: folds open without a script, side by side.
 *
 * What it shows is bounded, whatever differs: beyond LINES_ROOM bytes statements come
 * without their lines, beyond ROOM they are counted. Nothing is loaded from anywhere, and
 * a policy in its head says so to the browser; strangers' bytes are escaped twice, as
 * text.h does for terminals and then for HTML.
 */
#include "base/text.h"
#include "compare/view.h"

#define LINES_ROOM (4u << 20)
#define ROOM       (6u << 20)
#define OPEN_MAX   12 /* statements that are unfolded from the start */

struct html {
	const struct compare_result *r;
	FILE *out;
	struct buf b;
	struct view view;
	uint64_t written, left_out;
	uint32_t depth; /* objects that are open in the page */
	uint32_t opened;
	const uint8_t *code; /* by item: is code below this BEGIN? */
};

static const char style[] =
    ":root{color-scheme:light "
    "dark;--bg:#fbfbfa;--fg:#1c1d20;--dim:#63666d;--line:#e2e2de;"
    "--card:#fff;--a:#fdeceb;--am:#f6b9b4;--b:#e7f6ea;--bm:#a5dcb1;--code:#b3261e;"
    "--ok:#1d7a3a;--warn:#8a5a00;--chip:#efefec}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#16171a;--fg:#e6e6e3;--dim:#9a9da5;"
    "--line:#2d2f35;--card:#1d1f23;--a:#3a1f1f;--am:#7d322d;--b:#182f20;--bm:#2a6a3c;"
    "--code:#ff8a80;--ok:#7fd694;--warn:#f0c060;--chip:#2a2c31}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);"
    "font:15px/1.5 system-ui,sans-serif}main{max-width:76rem;margin:0 auto;"
    "padding:2rem 1rem 4rem}\n"
    "h1{font-size:1.6rem;line-height:1.25;margin:0 0 1.25rem;text-wrap:balance}"
    "h1.code,h1.failed,h1.incomplete{color:var(--code)}h1.identical{color:var(--ok)}\n"
    ".sides{display:grid;grid-template-columns:1fr 1fr;gap:.75rem;margin-bottom:1rem}"
    ".side{background:var(--card);border:1px solid var(--line);border-radius:.5rem;"
    "padding:.6rem .8rem;overflow-wrap:anywhere}.side b{display:inline-block;"
    "min-width:1.4em}.side small{display:block;color:var(--dim)}\n"
    ".chips{display:flex;flex-wrap:wrap;gap:.4rem;margin:0 0 1.5rem;padding:0;"
    "list-style:none}.chip,.tag{background:var(--chip);border-radius:1rem;"
    "padding:.1rem .65rem;white-space:nowrap;font-size:.85rem}"
    ".chip.code,.tag.code,.tag.limit,.tag.damaged{color:var(--code);font-weight:600}"
    ".tag{flex:none}.tag.limit,.tag.damaged{color:var(--warn)}\n"
    "details.o{background:var(--card);border:1px solid var(--line);border-radius:.5rem;"
    "margin:.5rem 0}details.o details.o{margin:.5rem 0 .5rem .75rem}"
    "details.o>summary{padding:.45rem .8rem;font-weight:600;cursor:pointer;"
    "overflow-wrap:anywhere}details.o>summary small{font-weight:400;color:var(--dim);"
    "margin-left:.5em}details.o>div{padding:0 .8rem .6rem}"
    "details.s{border-top:1px solid var(--line);padding:.35rem 0}"
    "details.s>summary,p.s{display:flex;gap:.6rem;align-items:baseline;margin:0;"
    "cursor:pointer;overflow-wrap:anywhere}p.s{cursor:default;padding:.35rem 0;"
    "border-top:1px solid var(--line)}details.s>summary::before{content:'\\25B8';"
    "color:var(--dim);flex:none;width:.7em}details.s[open]>summary::before{"
    "content:'\\25BE'}summary::-webkit-details-marker{display:none}"
    "p.s::before{content:'';width:.7em;flex:none}.w{color:var(--dim)}\n"
    ".d{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);margin:.5rem 0;"
    "border:1px solid var(--line);border-radius:.35rem;overflow:hidden;"
    "font:12.5px/1.55 ui-monospace,monospace;content-visibility:auto}"
    ".d>div{padding:0 .5rem 0 4.2rem;position:relative;white-space:pre-wrap;"
    "overflow-wrap:anywhere;min-height:1.55em;tab-size:4}"
    ".d>div:nth-of-type(even){border-left:1px solid "
    "var(--line)}.d>div>i{position:absolute;"
    "left:0;width:3.7rem;text-align:right;color:var(--dim);font-style:normal;"
    "user-select:none;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}"
    ".d>.a{background:var(--a)}.d>.b{background:var(--b)}.d>.n{background:var(--chip);"
    "opacity:.45}.d>p{grid-column:1/3;margin:0;padding:.05rem .8rem;color:var(--dim);"
    "background:var(--chip)}mark{background:var(--am);color:inherit;border-radius:2px}"
    ".b mark{background:var(--bm)}footer,.more{color:var(--dim)}\n"
    "@media(max-width:40rem){main{padding:1rem .6rem 3rem}h1{font-size:1.3rem}"
    ".sides,.d{grid-template-columns:minmax(0,1fr)}.d>.n,.d>.t{display:none}"
    ".d>div:nth-of-type(even){border-left:0}.d>p{grid-column:1}"
    ".d>div{padding-left:3.4rem}.d>div>i{width:2.9rem}"
    "details.o details.o{margin-left:.15rem}details.o>div{padding:0 .5rem .5rem}"
    ".d>.a,.d>.b{border-left:3px solid var(--am)!important}"
    ".d>.b{border-left-color:var(--bm)!important}"
    "details.s>summary,p.s{flex-wrap:wrap;row-gap:0}}\n"
    "@media print{details>*{display:block}}";

static void
flush(struct html *h)
{
	fwrite(h->b.p, 1, h->b.n, h->out);
	h->written += h->b.n;
	buf_clear(&h->b);
}

static void
put_plain(struct buf *out, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&': buf_str(out, "&amp;"); break;
		case '<': buf_str(out, "&lt;"); break;
		case '>': buf_str(out, "&gt;"); break;
		case '"': buf_str(out, "&quot;"); break;
		default: buf_u8(out, s.p[i]);
		}
}

/* A stranger's bytes. Tabs of a text's lines stay tabs. */
static void
put(struct buf *out, struct bytes s)
{
	struct buf safe = { 0 };

	for (size_t at = 0; at < s.n;) {
		const uint8_t *tab = memchr(s.p + at, '\t', s.n - at);
		size_t end = tab ? (size_t)(tab - s.p) : s.n;

		text_escape(&safe, bytes_sub(s, at, end - at));
		if (tab)
			buf_u8(&safe, '\t');
		at = end + 1;
	}
	put_plain(out, buf_bytes(&safe));
	buf_done(&safe);
}

/* --- the head ------------------------------------------------------------- */

static void
put_side(struct html *h, char letter, struct bytes name, uint64_t size)
{
	buf_printf(&h->b, "<div class=side><b>%c</b> ", letter);
	put(&h->b, name);
	if (size > 0) {
		buf_str(&h->b, "<small>");
		view_number(&h->b, size);
		buf_str(&h->b, " bytes</small>");
	}
	buf_str(&h->b, "</div>");
}

static void
put_head(struct html *h, const struct compare_names *n)
{
	const struct compare_result *r = h->r;
	struct buf line = { 0 };

	compare_headline(r, &line);
	buf_str(&h->b,
	    "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
	    "<meta name=viewport content=\"width=device-width,initial-scale=1\">"
	    "<meta http-equiv=Content-Security-Policy content=\"default-src "
	    "'none';style-src 'unsafe-inline'\"><title>");
	put(&h->b, buf_bytes(&line));
	buf_printf(&h->b, "</title><style>\n%s</style></head>\n<body><main><h1 class=%s>",
	    style, compare_verdict_name(r->verdict));
	put(&h->b, buf_bytes(&line));
	buf_str(&h->b, "</h1>\n<div class=sides>");
	put_side(h, 'A', n->a, r->size_a);
	put_side(h, 'B', n->b, r->size_b);
	buf_str(&h->b, "</div>\n<ul class=chips>");
	for (unsigned c = DIFF_CLASSES; c-- > 0;) {
		const char *name = diff_class_name((enum diff_class)c);

		if (r->count[c] == 0)
			continue;
		buf_printf(&h->b, "<li class=\"chip%s\">%s ",
		    c == DIFF_CODE ? " code" : "", name);
		view_number(&h->b, r->count[c]);
	}
	buf_str(&h->b, "</ul>\n");
	buf_done(&line);
	flush(h);
}

/* --- lines ---------------------------------------------------------------- */

static void
put_at(struct html *h, uint64_t at)
{
	if (at == DIFF_NOWHERE)
		return;
	buf_str(&h->b, "<i>");
	view_at(&h->view, at, &h->b);
	buf_str(&h->b, "</i>");
}

/* What two lines have in common at both ends; at a character's border in both. */
static void
common(struct bytes a, struct bytes b, size_t *head, size_t *tail)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0, k = 0;

	while (i < n && a.p[i] == b.p[i])
		i++;
	while (i > 0 && i < n && ((a.p[i] & 0xc0) == 0x80 || (b.p[i] & 0xc0) == 0x80))
		i--;
	while (k < n - i && a.p[a.n - k - 1] == b.p[b.n - k - 1])
		k++;
	while (k > 0 && (a.p[a.n - k] & 0xc0) == 0x80)
		k--;
	*head = i;
	*tail = k;
}

static void
put_cell(struct html *h, const struct diff_line *l, const struct diff_line *other)
{
	size_t head, tail;

	if (l == NULL) {
		buf_str(&h->b, "<div class=n></div>");
		return;
	}
	buf_printf(&h->b, "<div class=%c>", l->side == DIFF_A ? 'a' : 'b');
	put_at(h, l->at);
	if (other == NULL)
		put(&h->b, l->text);
	else {
		common(l->text, other->text, &head, &tail);
		put(&h->b, bytes_sub(l->text, 0, head));
		buf_str(&h->b, "<mark>");
		put(&h->b, bytes_sub(l->text, head, l->text.n - head - tail));
		buf_str(&h->b, "</mark>");
		put(&h->b, bytes_from(l->text, l->text.n - tail));
	}
	buf_str(&h->b, "</div>");
}

static uint32_t
run_of(const struct difference *d, uint32_t i, enum diff_side side)
{
	uint32_t n = 0;

	while (i + n < d->nlines && d->lines[i + n].side == side)
		n++;
	return n;
}

/* Context has the first one's number; the second's is not told, so none is shown. */
static void
put_both(struct html *h, const struct diff_line *l)
{
	buf_str(&h->b, "<div>");
	put_at(h, l->at);
	put(&h->b, l->text);
	buf_str(&h->b, "</div><div class=t>");
	put(&h->b, l->text);
	buf_str(&h->b, "</div>");
}

/* Lines of A and those of B that follow stand beside each other. */
static uint32_t
put_rows(struct html *h, const struct difference *d, uint32_t i)
{
	uint32_t na = run_of(d, i, DIFF_A), nb = run_of(d, i + na, DIFF_B);
	const struct diff_line *a = &d->lines[i], *b = a + na;

	for (uint32_t k = 0; k < na || k < nb; k++) {
		const struct diff_line *x = k < na ? a + k : NULL;
		const struct diff_line *y = k < nb ? b + k : NULL;

		put_cell(h, x, na == nb ? y : NULL);
		put_cell(h, y, na == nb ? x : NULL);
	}
	return i + na + nb;
}

static void
put_lines(struct html *h, const struct difference *d)
{
	buf_str(&h->b, "<div class=d>");
	for (uint32_t i = 0; i < d->nlines;) {
		const struct diff_line *l = &d->lines[i];

		if (l->side == DIFF_HEAD) {
			buf_str(&h->b, "<p>");
			put(&h->b, l->text);
			buf_str(&h->b, "</p>");
			i++;
		} else if (l->side == DIFF_BOTH) {
			put_both(h, l);
			i++;
		} else
			i = put_rows(h, d, i);
	}
	buf_str(&h->b, "</div>");
	if (d->left_out > 0) {
		buf_str(&h->b, "<p class=more>");
		view_number(&h->b, d->left_out);
		buf_str(&h->b, " more lines are not shown.</p>");
	}
}

/* --- statements and objects ----------------------------------------------- */

static void
put_label(struct html *h, const struct compare_item *x)
{
	const struct difference *d = &x->d;
	const char *cls = view_class(x);
	bool loud =
	    d->cls == DIFF_CODE || d->kind == DIFF_LIMIT || d->kind == DIFF_DAMAGED;
	struct buf name = { 0 };

	buf_printf(&h->b, "<span class=\"tag %s\">%s</span><span>", loud ? cls : "", cls);
	if (d->kind == DIFF_ONLY_A || d->kind == DIFF_ONLY_B) {
		view_name(d, &name);
		put_plain(&h->b, buf_bytes(&name));
		buf_str(&h->b, ": ");
	} else if (d->where.n > 0) {
		buf_str(&h->b, "<span class=w>");
		put(&h->b, d->where);
		buf_str(&h->b, ":</span> ");
	}
	put(&h->b, d->what);
	buf_str(&h->b, "</span>");
	buf_done(&name);
}

static void
put_statement(struct html *h, const struct compare_item *x)
{
	bool lines = x->d.nlines > 0 && h->written < LINES_ROOM;
	bool open = lines && h->opened < OPEN_MAX &&
		    (x->d.cls == DIFF_CODE || h->r->verdict != COMPARE_CODE);

	if (!lines) {
		h->left_out += x->d.nlines > 0;
		buf_str(&h->b, "<p class=s>");
		put_label(h, x);
		buf_str(&h->b, "</p>\n");
		return;
	}
	h->opened += open;
	buf_printf(&h->b, "<details class=s%s><summary>", open ? " open" : "");
	put_label(h, x);
	buf_str(&h->b, "</summary>");
	put_lines(h, &x->d);
	buf_str(&h->b, "</details>\n");
}

static void
put_begin(struct html *h, size_t i)
{
	const struct difference *d = &h->r->item[i].d;
	struct buf name = { 0 };
	bool open = h->code[i] || h->r->verdict != COMPARE_CODE;

	buf_printf(&h->b, "<details class=o%s><summary>", open ? " open" : "");
	if (h->view.n > 1) {
		view_name(d, &name);
		put_plain(&h->b, buf_bytes(&name));
	} else
		buf_str(&h->b, "A and B");
	buf_str(&h->b, "<small>");
	put(&h->b, d->type);
	if (d->size_a != d->size_b) {
		buf_str(&h->b, ", ");
		view_number(&h->b, d->size_a);
		buf_str(&h->b, " and ");
		view_number(&h->b, d->size_b);
		buf_str(&h->b, " bytes");
	} else if (d->size_a > 0) {
		buf_str(&h->b, ", ");
		view_number(&h->b, d->size_a);
		buf_str(&h->b, " bytes");
	}
	buf_str(&h->b, "</small></summary><div>\n");
	buf_done(&name);
	h->depth++;
}

static void
put_item(struct html *h, size_t i)
{
	const struct compare_item *x = &h->r->item[i];

	switch (x->d.kind) {
	case DIFF_BEGIN: put_begin(h, i); break;
	case DIFF_END:
		buf_str(&h->b, "</div></details>\n");
		h->depth--;
		break;
	case DIFF_NOTE:
		buf_str(&h->b, "<p class=\"s w\">");
		put(&h->b, x->d.what);
		buf_str(&h->b, "</p>\n");
		break;
	default: put_statement(h, x);
	}
}

/* For each BEGIN: does something in it or below say code, or that it was not looked into?
 */
static void
find_code(const struct compare_result *r, uint8_t *code)
{
	size_t around[VIEW_DEPTH], n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct difference *d = &r->item[i].d;

		if (d->kind == DIFF_BEGIN && n < VIEW_DEPTH)
			around[n++] = i;
		else if (d->kind == DIFF_END && n > 0)
			n--;
		else if (view_counts(&r->item[i]) && d->cls == DIFF_CODE)
			for (size_t k = 0; k < n; k++)
				code[around[k]] = 1;
	}
}

static void
put_foot(struct html *h)
{
	uint64_t all = h->left_out + h->r->left_out;

	while (h->depth-- > 0)
		buf_str(&h->b, "</div></details>\n");
	buf_str(&h->b, "<footer>");
	if (all > 0) {
		buf_str(&h->b, "<p>");
		view_number(&h->b, all);
		buf_str(&h->b,
		    " differences were counted above, but are not shown in full: "
		    "this page is kept small enough to be read.</p>");
	}
	buf_str(&h->b, "<p>Made by candor compare.</p></footer></main></body></html>\n");
}

void
compare_html(const struct compare_result *r, const struct compare_names *n, FILE *out)
{
	struct html h = { .r = r, .out = out };
	struct buf code = { 0 };
	size_t i = 0;

	memset(buf_room(&code, r->n + 1), 0, r->n + 1);
	find_code(r, code.p);
	h.code = code.p;
	put_head(&h, n);
	for (; i < r->n && h.written < ROOM; i++) {
		view_enter(&h.view, &r->item[i]);
		put_item(&h, i);
		view_leave(&h.view, &r->item[i]);
		flush(&h);
	}
	for (; i < r->n; i++)
		h.left_out += view_counts(&r->item[i]);
	put_foot(&h);
	flush(&h);
	buf_done(&h.b);
	buf_done(&code);
}
