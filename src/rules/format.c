/*
 * format.c - one layout for all rule files. Tokens go through untouched and in order,
 * only what stands between them is made anew; at the end the result is read again, and
 * refused unless its tokens are the same.
 */
#include "rules/format.h"

#include "rules/layout.h"

struct format {
	const char *file;
	struct arena *arena;
	struct diags *diags;
	struct bytes text;
	struct buf *out;
	bool fresh;  /* nothing was written yet */
	bool opened; /* a brace or a section's colon was last: no blank line */
	bool broken; /* a comment ended the line: what follows begins one */
};

/* What stands between two tokens: blanks, newlines and comments. */
struct gap {
	struct bytes s;
	size_t at;
	unsigned newlines; /* since the last comment or token */
};

static enum err
refuse(struct format *f, const struct token *t, const char *why)
{
	struct diag d = { .kind = DIAG_ERROR,
		.file = f->file,
		.line = t->line,
		.col = t->col,
		.width = t->width };

	diag_addf(f->diags, &d, "%s", why);
	return ERR_SYNTAX;
}

/* --- what is written ------------------------------------------------------ */

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

#define AS_IT_IS (-1)

/* A line below the first of a token: indented afresh, its closing brace one level less.
 */
static void
put_indent(struct buf *out, struct bytes line, int level)
{
	if (line.n > 0)
		buf_printf(out, "%*s", (level + (line.p[0] != '}')) * FORMAT_INDENT, "");
}

/*
 * s without blanks at the end of each of its lines. level: of the line it begins on, when
 * those below are to be indented by it.
 */
static void
put_lines(struct buf *out, struct bytes s, int level)
{
	size_t from = 0;

	while (from < s.n) {
		const uint8_t *nl = memchr(s.p + from, '\n', s.n - from);
		size_t end = nl ? (size_t)(nl - s.p) : s.n, to = end;
		bool below = from > 0 && level != AS_IT_IS;

		while (nl != NULL && to > from && is_blank(s.p[to - 1]))
			to--;
		while (below && from < to && is_blank(s.p[from]))
			from++;
		if (below)
			put_indent(out, bytes_sub(s, from, to - from), level);
		buf_put(out, s.p + from, to - from);
		if (nl != NULL)
			buf_u8(out, '\n');
		from = end + 1;
	}
}

static void
put_line(struct format *f, unsigned level, bool blank)
{
	if (!f->fresh)
		buf_str(f->out, blank && !f->opened ? "\n\n" : "\n");
	buf_printf(f->out, "%*s", (int)level * FORMAT_INDENT, "");
	f->fresh = f->opened = f->broken = false;
}

/* The next comment of the gap; false: there is none, and newlines is of the end. */
static bool
next_comment(struct gap *g, struct bytes *out)
{
	for (g->newlines = 0; g->at < g->s.n && g->s.p[g->at] != '/'; g->at++)
		g->newlines += g->s.p[g->at] == '\n';
	if (g->at == g->s.n)
		return false;

	struct bytes rest = bytes_from(g->s, g->at);
	bool block = rest.n > 1 && rest.p[1] == '*';
	uint64_t end = bytes_find(rest, 2, block ? BYTES_LIT("*/") : BYTES_LIT("\n"));
	size_t n = end == UINT64_MAX ? rest.n : (size_t)end + (block ? 2 : 0);

	g->at += n;
	while (n > 0 && (is_blank(rest.p[n - 1]) || rest.p[n - 1] == '\n'))
		n--;
	*out = bytes_clip(rest, 0, n);
	return true;
}

/* A comment stays on the line of what is before it, or on a line of its own. */
static void
put_comment(
    struct format *f, struct bytes c, unsigned newlines, const struct layout_place *p)
{
	if (newlines > 0 || f->broken || f->fresh)
		put_line(f, p->comment, newlines > 1 || p->brk == LAYOUT_BLANK);
	else
		buf_u8(f->out, ' ');
	put_lines(f->out, c, AS_IT_IS);
	f->broken = c.p[1] == '/';
	f->opened = false;
}

/* The token at t, and the comments of the gap before it, which begins at from. */
static void
put_token(
    struct format *f, const uint8_t *from, const struct token *t, struct layout_place p)
{
	struct gap g = { { from, (size_t)(t->text.p - from) }, 0, 0 };
	bool commented = false;
	struct bytes c;

	while (next_comment(&g, &c)) {
		bool own = f->fresh || f->broken || g.newlines > 0;

		put_comment(f, c, g.newlines, &p);
		/* the blank line before a rule goes before what is said of it */
		if (p.brk == LAYOUT_BLANK && own)
			p.brk = LAYOUT_LINE;
		commented = true;
	}
	if (t->kind == TOK_EOF)
		return;
	if (f->fresh || f->broken || p.brk >= LAYOUT_LINE ||
	    (g.newlines > 0 && (p.brk == LAYOUT_KEEP || commented)))
		put_line(f, p.level,
		    p.brk == LAYOUT_BLANK || (g.newlines > 1 && t->kind != TOK_RBRACE));
	else if (p.space || commented)
		buf_u8(f->out, ' ');
	/* only a hex string has lines below its first; it stands in the strings */
	put_lines(f->out, t->text, 2);
}

/* --- whether it is the same ----------------------------------------------- */

static bool
same_lines(struct bytes a, struct bytes b)
{
	struct buf x = { 0 }, y = { 0 };
	bool same;

	put_lines(&x, a, 0);
	put_lines(&y, b, 0);
	same = bytes_eq(buf_bytes(&x), buf_bytes(&y));
	buf_done(&x);
	buf_done(&y);
	return same;
}

/* How many comments stand between from and the token. */
static size_t
comments(const uint8_t *from, const struct token *t)
{
	struct gap g = { { from, (size_t)(t->text.p - from) }, 0, 0 };
	struct bytes c;
	size_t n = 0;

	while (next_comment(&g, &c))
		n++;
	return n;
}

/* One of the two texts that are held against each other. */
struct reading {
	struct layout_window w;
	const struct token *t; /* at hand */
	const uint8_t *from;   /* the end of the one before */
	size_t comments;       /* so far */
};

static enum err
reading_begin(struct reading *r, struct arena *a, struct bytes text)
{
	*r = (struct reading){ .from = text.p };
	TRY(layout_first(&r->w, a, text));
	r->t = &r->w.at[LAYOUT_PAD];
	r->comments = comments(r->from, r->t);
	return OK;
}

static enum err
reading_go_on(struct reading *r)
{
	r->from = r->t->text.p + r->t->text.n;
	TRY(layout_go_on(&r->w));
	r->comments += comments(r->from, r->t);
	return OK;
}

/* Not a byte of a token or a comment may be lost: of comments, counted is enough. */
static enum err
hold_against(struct format *f)
{
	struct bytes made = f->out->n > 0 ? buf_bytes(f->out) : BYTES_LIT("");
	struct reading old, now;

	TRY(reading_begin(&old, f->arena, f->text));
	TRY(reading_begin(&now, f->arena, made));
	while (old.t->kind == now.t->kind && old.t->kind != TOK_EOF &&
	       same_lines(old.t->text, now.t->text)) {
		TRY(reading_go_on(&old));
		TRY(reading_go_on(&now));
	}
	if (old.t->kind != TOK_EOF || now.t->kind != TOK_EOF ||
	    old.comments != now.comments)
		return refuse(f, old.t,
		    "left as it is: another layout would change what is read here");
	return OK;
}

/* A token that ends the text, but not as it should. */
static enum err
refuse_end(struct format *f, const struct token *t)
{
	if (t->kind == TOK_ERROR)
		return refuse(f, t, arena_str(f->arena, t->s));
	return t->kind == TOK_EOF && t->text.n > 0
		   ? refuse(f, t, "the file ends within a string or a regex")
		   : OK;
}

static enum err
lay_out(struct format *f)
{
	const uint8_t *from = f->text.p;
	struct layout l = { .part = LAYOUT_TOP, .last_top = TOK_EOF };
	struct layout_place p;
	struct layout_window w;
	const struct token *t = &w.at[LAYOUT_PAD];

	TRY(layout_first(&w, f->arena, f->text));
	for (;;) {
		TRY(refuse_end(f, t));
		if (!layout_next(&l, t, &p))
			return refuse(f, t, "syntax error: this cannot stand here");
		put_token(f, from, t, p);
		f->opened = l.first && l.part >= LAYOUT_BODY;
		if (t->kind == TOK_EOF)
			break;
		from = t->text.p + t->text.n;
		TRY(layout_go_on(&w));
	}
	if (!f->fresh)
		buf_u8(f->out, '\n');
	return OK;
}

enum err
rules_format(struct bytes text, const char *file, struct arena *a, struct diags *diags,
    struct buf *out)
{
	struct buf made = { 0 };
	struct format f = { .file = file,
		.arena = a,
		.diags = diags,
		.text = text.n > 0 ? text : BYTES_LIT(""),
		.out = &made,
		.fresh = true };
	enum err e = lay_out(&f);

	if (e == OK)
		e = hold_against(&f);
	if (e == OK)
		buf_put(out, made.p, made.n);
	buf_done(&made);
	return e;
}
