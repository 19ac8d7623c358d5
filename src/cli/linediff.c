#include "cli/linediff.h"

#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"

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

/* The part of both texts that is left between equal beginnings and ends. */
struct middle {
	size_t a, b, na, nb;
};

static struct middle
trim(const struct differ *d)
{
	struct middle m = { 0, 0, d->a.n, d->b.n };

	while (m.na > 0 && m.nb > 0 && bytes_eq(d->a.p[m.a], d->b.p[m.b])) {
		m.a++, m.b++;
		m.na--, m.nb--;
	}
	while (m.na > 0 && m.nb > 0 &&
	       bytes_eq(d->a.p[m.a + m.na - 1], d->b.p[m.b + m.nb - 1]))
		m.na--, m.nb--;
	return m;
}

/* How far diagonal k reaches with one edit more than v tells; v: by k + most. */
static long
step(const struct differ *d, const struct middle *m, const long *v, long k, long edits)
{
	bool down = k == -edits || (k != edits && v[k - 1] < v[k + 1]);
	long x = down ? v[k + 1] : v[k - 1] + 1, y = x - k;

	while (x < (long)m->na && y < (long)m->nb &&
	       bytes_eq(d->a.p[m->a + (size_t)x], d->b.p[m->b + (size_t)y]))
		x++, y++;
	return x;
}

/* From the end back: which edit led to each diagonal. trace: a v before each round. */
static void
mark(struct differ *d, const struct middle *m, long *const *trace, long edits)
{
	long x = (long)m->na, y = (long)m->nb;

	for (; edits > 0; edits--) {
		const long *v = trace[edits] + edits + 1;
		long k = x - y;
		bool down = k == -edits || (k != edits && v[k - 1] < v[k + 1]);
		long from = down ? v[k + 1] : v[k - 1],
		     to = from - (down ? k + 1 : k - 1);

		if (down)
			d->made[m->b + (size_t)to] = true;
		else
			d->gone[m->a + (size_t)from] = true;
		x = from;
		y = to;
	}
}

/* What every diagonal of a round may ask of the one before, kept for mark. */
static long *
keep(const long *v, long edits)
{
	long *copy = xcalloc((size_t)(2 * edits + 3), sizeof(*copy));

	memcpy(copy, v - edits - 1, (size_t)(2 * edits + 3) * sizeof(*copy));
	return copy;
}

/* Myers: "An O(ND) difference algorithm", the greedy form. False: too many edits. */
static bool
search(struct differ *d, const struct middle *m)
{
	long most = (long)LINEDIFF_EDITS, edits = 0;
	long *v = xcalloc((size_t)(2 * most + 3), sizeof(*v)), *mid = v + most + 1;
	long **trace = xcalloc((size_t)most + 1, sizeof(*trace));
	bool found = false;

	for (; edits <= most; edits++) {
		trace[edits] = keep(mid, edits);
		for (long k = -edits; k <= edits && !found; k += 2) {
			mid[k] = step(d, m, mid, k, edits);
			found = mid[k] >= (long)m->na && mid[k] - k >= (long)m->nb;
		}
		if (found)
			break;
	}
	if (found)
		mark(d, m, trace, edits);
	for (long i = 0; i <= most; i++)
		free(trace[i]);
	free((void *)trace);
	free(v);
	return found;
}

static void
compare(struct differ *d)
{
	struct middle m = trim(d);

	if (m.na + m.nb == 0 || search(d, &m))
		return;
	for (size_t i = 0; i < m.na; i++)
		d->gone[m.a + i] = true;
	for (size_t i = 0; i < m.nb; i++)
		d->made[m.b + i] = true;
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
		if (same > 2 * LINEDIFF_CONTEXT)
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
	size_t lead = *i < LINEDIFF_CONTEXT ? *i : LINEDIFF_CONTEXT, ei, ek, tail;
	size_t a = *i - lead, b = *k - lead;

	hunk_end(d, *i, *k, &ei, &ek);
	tail = d->a.n - ei < LINEDIFF_CONTEXT ? d->a.n - ei : LINEDIFF_CONTEXT;
	ei += tail;
	ek += tail;
	buf_printf(d->out, "@@ -%zu,%zu +%zu,%zu @@\n", start_of(a, ei - a), ei - a,
	    start_of(b, ek - b), ek - b);
	while (a < ei || b < ek) {
		if (a < ei && d->gone[a])
			put_line(d, '-', d->a.p[a++]);
		else if (b < ek && d->made[b])
			put_line(d, '+', d->b.p[b++]);
		else
			put_line(d, ' ', d->a.p[a++]), b++;
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
			i++, k++;
			continue;
		}
		if (!begun)
			buf_printf(d->out, "--- %s\n+++ %s\n", name, name);
		begun = true;
		put_hunk(d, &i, &k);
	}
}

void
linediff(struct buf *out, const char *name, struct bytes before, struct bytes after,
    bool escape)
{
	struct differ d = { .escape = escape, .out = out };

	split(&d.a, before);
	split(&d.b, after);
	d.gone = xcalloc(d.a.n + 1, sizeof(bool));
	d.made = xcalloc(d.b.n + 1, sizeof(bool));
	compare(&d);
	put_hunks(&d, name);
	free(d.gone);
	free(d.made);
	free(d.a.p);
	free(d.b.p);
}
