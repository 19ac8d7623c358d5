/*
 * diag.c - see diag.h.
 *
 * The caret must stand under the right column although the line above it was
 * escaped: so the part before the place is escaped by itself and measured.
 */
#include "report/diag.h"

#include "base/text.h"

#define LINE_MAX_SHOWN 160

static const struct {
	const char *word, *colour;
} kinds[] = {
	[DIAG_ERROR] = { "error", "\033[1;31m" },
	[DIAG_WARNING] = { "warning", "\033[1;33m" },
	[DIAG_HINT] = { "hint", "\033[1;36m" },
};

/* Escaped, but for tabs, which stay one column wide so that the caret fits. */
static void
put_code(struct buf *b, struct bytes s)
{
	for (size_t at = 0; at < s.n;) {
		uint64_t tab = bytes_find(s, at, BYTES_LIT("\t"));
		size_t end = tab == UINT64_MAX ? s.n : (size_t)tab;

		text_show(b, bytes_sub(s, at, end - at));
		if (end < s.n)
			buf_u8(b, ' ');
		at = end + 1;
	}
}

/* Columns that put_code takes for s: one for each code point. */
static size_t
columns(struct bytes s)
{
	struct buf b = { 0 };
	size_t n = 0;

	put_code(&b, s);
	for (size_t i = 0; i < b.n; i++)
		n += (b.p[i] & 0xc0) != 0x80;
	buf_done(&b);
	return n;
}

/* Where the fault is: YARA names the line its reader had got to, maybe a later one. */
static unsigned
line_of(const struct diag *d)
{
	return d->source_line ? d->source_line : d->line;
}

/*
 * col is what the compiler counted, in bytes, and may lie behind the end or inside of a
 * letter: what is cut there is shown as bytes, and nothing is read outside of s.
 */
static void
put_source(struct buf *out, const struct diag *d, const char *colour, const char *off)
{
	struct bytes s = bytes_of(d->source), shown;
	size_t col = d->col > 0 ? d->col - 1 : 0, from = 0, under;

	/* of a very long line the part around the place is enough */
	if (s.n > LINE_MAX_SHOWN && col > LINE_MAX_SHOWN / 2)
		from = col - LINE_MAX_SHOWN / 2;
	shown = bytes_clip(s, from, LINE_MAX_SHOWN);
	buf_printf(out, "%6u | %s", line_of(d), from ? "..." : "");
	put_code(out, shown);
	buf_printf(out, "%s\n", shown.n < s.n - from ? "..." : "");
	if (d->col == 0 || col > s.n)
		return;
	buf_printf(out, "       | %s%*s%s^", from ? "   " : "",
	    (int)columns(bytes_clip(s, from, col - from)), "", colour);
	under = columns(bytes_clip(shown, col - from, d->width));
	for (size_t i = 1; i < under; i++)
		buf_u8(out, '~');
	buf_printf(out, "%s\n", off);
}

void
report_diag(struct buf *out, const struct diag *d, const char *file, bool colour)
{
	const char *on = colour ? kinds[d->kind].colour : "",
		   *off = colour ? "\033[m" : "";
	unsigned line = line_of(d);

	text_escape(out, bytes_of(file));
	if (line > 0)
		buf_printf(out, ":%u", line);
	if (line > 0 && d->col > 0)
		buf_printf(out, ":%u", d->col);
	buf_printf(out, ": %s%s%s: ", on, kinds[d->kind].word, off);
	text_show(out, bytes_of(d->text));
	if (d->rule != NULL) {
		buf_str(out, " (in rule ");
		text_escape(out, bytes_of(d->rule));
		buf_u8(out, ')');
	}
	buf_u8(out, '\n');
	if (d->source != NULL && line > 0)
		put_source(out, d, on, off);
}
