/*
 * unified.c - a unified diff, as diff -u writes it and patch reads it, with what is not
 * printable escaped when it goes to a terminal.
 */
#include "cli/unified.h"

#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"
#include "release/linediff.h"

/* A text as lines; each with its newline, which the last may lack. */
struct lines {
	struct bytes *p;
	size_t n, cap;
};

struct differ {
	struct lines a, b;
	bool *gone, *made; /* by line of a, of b */
	bool escape;
	struct buf *out;
};

static void
split(struct lines *l, struct bytes s)
{
	for (size_t at = 0; at < s.n;) {
		uint64_t nl = bytes_find(s, at, BYTES_LIT("\n"));
		size_t end = nl == UINT64_MAX ? s.n : (size_t)nl + 1;

		l->p = xgrow(l->p, &l->cap, l->n + 1, sizeof(*l->p));
		l->p[l->n++] = bytes_sub(s, at, end - at);
		at = end;
	}
}

/* --- which lines differ --------------------------------------------------- */

/* The line that begins at p. It is there: p was cut from the same text. */
static size_t
line_at(const struct lines *l, const uint8_t *p)
{
	size_t lo = 0, hi = l->n;

	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;

		if (l->p[mid].p <= p)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static enum err
mark(void *arg, char sign, struct bytes text)
{
	struct differ *d = arg;

	if (sign == '-')
		d->gone[line_at(&d->a, text.p)] = true;
	else
		d->made[line_at(&d->b, text.p)] = true;
	return OK;
}

/* A line that lacks its newline is another than one with it, which linediff ignores. */
static void
mark_ends(struct differ *d)
{
	for (size_t i = 0, k = 0; i < d->a.n && k < d->b.n;) {
		if (d->gone[i]) {
			i++;
		} else if (d->made[k]) {
			k++;
		} else {
			d->gone[i] = d->made[k] = !bytes_eq(d->a.p[i], d->b.p[k]);
			i++;
			k++;
		}
	}
}

/* --- how it is told --------------------------------------------------------- */

static void
put_line(struct differ *d, char mark_of, struct bytes line)
{
	bool ends = line.n > 0 && line.p[line.n - 1] == '\n';
	size_t n = line.n - ends;

	buf_u8(d->out, (uint8_t)mark_of);
	for (size_t i = 0, from = 0; i <= n; i++) {
		bool plain = !d->escape || (i < n && line.p[i] == '\t');

		if (i < n && !plain)
			continue;
		/* escaped a piece at a time: a tab is no secret */
		if (d->escape)
			text_escape(d->out, bytes_sub(line, from, i - from));
		if (i < n)
			buf_u8(d->out, line.p[i]);
		from = i + 1;
	}
	buf_str(d->out, ends ? "\n" : "\n\\ No newline at end of file\n");
}

/* Changes less than two contexts apart are told together: from i, k to *ei, *ek. */
static void
hunk_end(const struct differ *d, size_t i, size_t k, size_t *ei, size_t *ek)
{
	size_t same = 0;

	*ei = i;
	*ek = k;
	while (i < d->a.n || k < d->b.n) {
		bool gone = i < d->a.n && d->gone[i], made = k < d->b.n && d->made[k];

		i += gone || !made;
		k += !gone;
		same = gone || made ? 0 : same + 1;
		if (same > 2 * UNIFIED_CONTEXT)
			return;
		if (same == 0) {
			*ei = i;
			*ek = k;
		}
	}
}

static size_t
start_of(size_t at, size_t n)
{
	return n == 0 ? at : at + 1; /* as diff(1): of no lines, the one before */
}

/* The hunk whose first change is at i and k; both are moved behind it. */
static void
put_hunk(struct differ *d, size_t *i, size_t *k)
{
	size_t lead = *i < UNIFIED_CONTEXT ? *i : UNIFIED_CONTEXT, ei, ek, tail;
	size_t a = *i - lead, b = *k - lead;

	hunk_end(d, *i, *k, &ei, &ek);
	tail = d->a.n - ei < UNIFIED_CONTEXT ? d->a.n - ei : UNIFIED_CONTEXT;
	ei += tail;
	ek += tail;
	buf_printf(d->out, "@@ -%zu,%zu +%zu,%zu @@\n", start_of(a, ei - a), ei - a,
	    start_of(b, ek - b), ek - b);
	while (a < ei || b < ek) {
		if (a < ei && d->gone[a])
			put_line(d, '-', d->a.p[a++]);
		else if (b < ek && d->made[b])
			put_line(d, '+', d->b.p[b++]);
		else {
			put_line(d, ' ', d->a.p[a++]);
			b++;
		}
	}
	*i = ei;
	*k = ek;
}

static void
put_hunks(struct differ *d, const char *name)
{
	bool begun = false;

	for (size_t i = 0, k = 0; i < d->a.n || k < d->b.n;) {
		if (!(i < d->a.n && d->gone[i]) && !(k < d->b.n && d->made[k])) {
			i++;
			k++;
			continue;
		}
		if (!begun)
			buf_printf(d->out, "--- %s\n+++ %s\n", name, name);
		begun = true;
		put_hunk(d, &i, &k);
	}
}

void
unified(struct buf *out, const char *name, struct bytes before, struct bytes after,
    bool escape)
{
	struct differ d = { .escape = escape, .out = out };

	split(&d.a, before);
	split(&d.b, after);
	d.gone = xcalloc(d.a.n + 1, sizeof(bool));
	d.made = xcalloc(d.b.n + 1, sizeof(bool));
	if (linediff(before, after, mark, &d) != OK)
		bug("a line cannot be refused");
	mark_ends(&d);
	put_hunks(&d, name);
	free(d.gone);
	free(d.made);
	free(d.a.p);
	free(d.b.p);
}
