#include "diff/hex.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/sort.h"
#include "diff/cause.h"
#include "diff/myers.h"

#define PIECES_MAX  32768u /* of a side; the mean size of a piece follows from it */
#define PIECE_LEAST 256u
#define ARENA_MAX   (48u << 20)
#define WIDTH       16  /* bytes of a line */
#define REGION_MAX  4   /* lines shown of each side of a place */
#define PLACES_MAX  200 /* then only counted */
#define AROUND      200 /* bytes of text around a place that tell its cause */

struct piece {
	uint64_t off, hash;
	uint32_t size;
};

struct pieces {
	struct piece *p;
	uint32_t *id;
	uint32_t n;
	size_t cap;
};

struct hex {
	struct run *run;
	const struct span *a, *b;
	enum diff_class cls, worst;
	struct arena arena;
	struct run_lines out;
	uint64_t places, bytes; /* that differ; bytes of the larger side */
	char where[64];
};

/* A byte's part of the rolling hash: any fixed spread will do (splitmix64). */
static inline uint64_t
spread(uint8_t c)
{
	uint64_t z = (c + 1u) * 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	return z ^ z >> 27;
}

struct cutter {
	uint64_t table[256], roll, hash, start, at, mask;
	uint32_t least, most;
};

static void
cutter_init(struct cutter *c, uint64_t size)
{
	uint64_t mean = 1024;

	while (size / mean > PIECES_MAX / 2)
		mean *= 2;
	*c = (struct cutter){ .hash = 0xcbf29ce484222325u,
		.mask = (mean - 1) << 16,
		.least = PIECE_LEAST,
		.most = (uint32_t)(mean < (1u << 27) ? mean * 8 : 1u << 30) };
	for (unsigned i = 0; i < 256; i++)
		c->table[i] = spread((uint8_t)i);
}

static enum err
add_piece(struct hex *h, struct pieces *to, struct cutter *c)
{
	struct piece *grown;

	if (to->n == to->cap) {
		grown =
		    arena_grow(&h->arena, to->p, &to->cap, to->n + 1u, sizeof(*to->p));
		if (grown == NULL)
			return ERR_LIMIT;
		to->p = grown;
	}
	to->p[to->n++] =
	    (struct piece){ c->start, c->hash, (uint32_t)(c->at - c->start) };
	c->start = c->at;
	c->hash = 0xcbf29ce484222325u;
	c->roll = 0;
	return OK;
}

static enum err
cut(struct hex *h, const struct span *s, struct cutter *c, struct pieces *to)
{
	uint8_t *window = h->run->windows->a;
	size_t got;

	for (uint64_t off = 0; off < s->size; off += got) {
		TRY(span_read(s, off, window, SPAN_WINDOW, &got));
		for (size_t i = 0; i < got; i++) {
			uint64_t len;

			c->roll = (c->roll << 1) + c->table[window[i]];
			c->hash = (c->hash ^ window[i]) * 0x100000001b3u;
			len = ++c->at - c->start;
			if ((len >= c->least && (c->roll & c->mask) == 0) ||
			    len >= c->most)
				TRY(add_piece(h, to, c));
		}
	}
	return c->at > c->start ? add_piece(h, to, c) : OK;
}

/* Equal hash and size get equal numbers; that they are equal is checked when paired. */
struct by_hash {
	const struct piece *p;
	uint32_t *id;
};

static int
compare_hash(const void *x, const void *y)
{
	const struct piece *p = ((const struct by_hash *)x)->p;
	const struct piece *q = ((const struct by_hash *)y)->p;

	if (p->hash != q->hash)
		return p->hash < q->hash ? -1 : 1;
	return p->size == q->size ? 0 : p->size < q->size ? -1 : 1;
}

static enum err
number_pieces(struct hex *h, struct pieces *a, struct pieces *b, uint32_t *ids)
{
	size_t n = (size_t)a->n + b->n;
	struct by_hash *all = ARENA_ARRAY(&h->arena, n + 1, struct by_hash);

	a->id = ARENA_ARRAY(&h->arena, a->n + 1u, uint32_t);
	b->id = ARENA_ARRAY(&h->arena, b->n + 1u, uint32_t);
	if (all == NULL || a->id == NULL || b->id == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < n; i++)
		all[i] = i < a->n ? (struct by_hash){ &a->p[i], &a->id[i] }
				  : (struct by_hash){ &b->p[i - a->n], &b->id[i - a->n] };
	sort(all, n, sizeof(*all), compare_hash);
	*ids = 0;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && compare_hash(&all[i - 1], &all[i]) != 0)
			++*ids;
		*all[i].id = *ids;
	}
	++*ids;
	return OK;
}

/* --- places --------------------------------------------------------------- */

static void
put_row(struct hex *h, enum diff_side side, uint64_t at, struct bytes row)
{
	static const char digits[] = "0123456789abcdef";
	char text[WIDTH * 4 + 32];
	size_t n =
	    (size_t)snprintf(text, sizeof(text), "%08llx  ", (unsigned long long)at);

	for (size_t i = 0; i < WIDTH; i++) {
		text[n++] = i < row.n ? digits[row.p[i] >> 4] : ' ';
		text[n++] = i < row.n ? digits[row.p[i] & 15] : ' ';
		if (i % 2 == 1)
			text[n++] = ' ';
	}
	text[n++] = ' ';
	for (size_t i = 0; i < WIDTH && i < row.n; i++)
		text[n++] = row.p[i] >= ' ' && row.p[i] < 0x7f ? (char)row.p[i] : '.';
	run_line(&h->out, side, DIFF_NOWHERE, (struct bytes){ (const uint8_t *)text, n });
}

/* The first rows of a stretch; where it is not whole rows, from the row's start. */
static enum err
put_rows(
    struct hex *h, const struct span *s, enum diff_side side, uint64_t from, uint64_t to)
{
	uint64_t at = from - from % WIDTH;

	for (unsigned i = 0; i < REGION_MAX && at < to; i++, at += WIDTH) {
		uint8_t row[WIDTH];
		size_t got;

		TRY(span_read(s, at, row, WIDTH, &got));
		put_row(h, side, at, (struct bytes){ row, got });
	}
	if (at < to)
		h->out.left_out += (to - at + WIDTH - 1) / WIDTH;
	return OK;
}

/* The printable bytes around [from, to), at most AROUND on each side. */
static struct bytes
text_around(const uint8_t *w, size_t n, size_t from, size_t to)
{
	size_t start = from, end = to;

	while (start > 0 && w[start - 1] >= ' ' && w[start - 1] < 0x7f)
		start--;
	while (end < n && w[end] >= ' ' && w[end] < 0x7f)
		end++;
	return (struct bytes){ w + start, end - start };
}

static bool
printable(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] < ' ' || b.p[i] >= 0x7f)
			return false;
	return true;
}

/* A short place within text may have a cause. */
static enum err
class_of_place(struct hex *h, uint64_t a0, uint64_t a1, uint64_t b0, uint64_t b1,
    enum diff_class *out)
{
	uint8_t x[3 * AROUND], y[3 * AROUND];
	uint64_t before = a0 < b0 ? a0 : b0;
	size_t nx, ny;
	struct bytes tx, ty;

	*out = h->cls;
	before = before < AROUND ? before : AROUND;
	if (h->cls != DIFF_DATA || a1 - a0 > AROUND || b1 - b0 > AROUND)
		return OK;
	TRY(span_read(h->a, a0 - before, x, before + (a1 - a0) + AROUND, &nx));
	TRY(span_read(h->b, b0 - before, y, before + (b1 - b0) + AROUND, &ny));
	tx = text_around(x, nx, before, before + (a1 - a0));
	ty = text_around(y, ny, before, before + (b1 - b0));
	if (tx.n >= 6 && ty.n >= 6 && printable(tx) && printable(ty))
		*out = cause_of(tx, ty, false, h->cls);
	return OK;
}

static enum err
place(struct hex *h, uint64_t a0, uint64_t a1, uint64_t b0, uint64_t b1)
{
	enum diff_class cls;

	TRY(class_of_place(h, a0, a1, b0, b1, &cls));
	if (h->places == 0 || cls > h->worst)
		h->worst = cls;
	if (h->places++ == 0)
		snprintf(
		    h->where, sizeof(h->where), "offset 0x%llx", (unsigned long long)a0);
	h->bytes += a1 - a0 > b1 - b0 ? a1 - a0 : b1 - b0;
	if (h->places > PLACES_MAX) {
		h->out.left_out += (a1 - a0 + b1 - b0) / WIDTH + 1;
		return OK;
	}
	TRY(put_rows(h, h->a, DIFF_A, a0, a1));
	return put_rows(h, h->b, DIFF_B, b0, b1);
}

/* Stretches of one length: each run of differing bytes, runs close by put together. */
static enum err
in_place(struct hex *h, struct span a, struct span b, uint64_t at_a, uint64_t at_b)
{
	uint64_t off = 0;

	while (off < a.size) {
		uint64_t from, to, quiet = 0;
		uint8_t x[256], y[256];
		size_t n = 0, m;

		TRY(span_differ(&a, &b, off, h->run->windows, &from));
		if (from >= a.size)
			break;
		for (to = from; to < a.size && quiet < WIDTH; to += n) {
			TRY(span_read(&a, to, x, sizeof(x), &n));
			TRY(span_read(&b, to, y, sizeof(y), &m));
			for (size_t i = 0; i < n && quiet < WIDTH; i++) {
				quiet = x[i] == y[i] ? quiet + 1 : 0;
				if (quiet == WIDTH)
					n = i + 1;
			}
		}
		TRY(place(
		    h, at_a + from, at_a + to - quiet, at_b + from, at_b + to - quiet));
		off = to;
	}
	return OK;
}

/* What both ends of two stretches have in common is cut off; the rest is a place. */
static enum err
stretch(struct hex *h, uint64_t a0, uint64_t a1, uint64_t b0, uint64_t b1)
{
	struct span a = span_sub(h->a, a0, a1 - a0), b = span_sub(h->b, b0, b1 - b0);
	uint64_t from;

	if (a1 - a0 == b1 - b0)
		return in_place(h, a, b, a0, b0);
	TRY(span_differ(&a, &b, 0, h->run->windows, &from));
	if (from == UINT64_MAX)
		return OK;
	while (a1 > a0 + from && b1 > b0 + from) {
		uint8_t x, y;
		size_t got;

		TRY(span_read(h->a, a1 - 1, &x, 1, &got));
		TRY(span_read(h->b, b1 - 1, &y, 1, &got));
		if (x != y)
			break;
		{
			a1--;
			b1--;
		}
	}
	return place(h, a0 + from, a1, b0 + from, b1);
}

/* The bytes behind piece i - 1, that is, where piece i begins. */
static uint64_t
begin_of(const struct pieces *p, uint32_t i, uint64_t size)
{
	return i < p->n ? p->p[i].off : size;
}

static enum err
compare(
    struct hex *h, const struct myers *m, const struct pieces *a, const struct pieces *b)
{
	uint32_t i = 0, j = 0;

	while (i < a->n || j < b->n) {
		uint32_t i0 = i, j0 = j;

		if (run_late(h->run))
			return ERR_END;
		while (i < a->n && m->gone_a[i])
			i++;
		while (j < b->n && m->gone_b[j])
			j++;
		if (i == i0 && j == j0) /* a pair: the same, unless a hash lies */
		{
			i++;
			j++;
		}
		TRY(stretch(h, begin_of(a, i0, h->a->size), begin_of(a, i, h->a->size),
		    begin_of(b, j0, h->b->size), begin_of(b, j, h->b->size)));
	}
	return OK;
}

static enum err
by_pieces(struct hex *h)
{
	struct pieces a = { 0 }, b = { 0 };
	struct myers m = { 0 };
	struct cutter c;
	uint64_t size = h->a->size > h->b->size ? h->a->size : h->b->size;

	cutter_init(&c, size);
	TRY(cut(h, h->a, &c, &a));
	cutter_init(&c, size);
	TRY(cut(h, h->b, &c, &b));
	TRY(number_pieces(h, &a, &b, &m.ids));
	m.a = a.id;
	m.b = b.id;
	m.na = a.n;
	m.nb = b.n;
	TRY(myers_run(&m, &h->arena));
	return compare(h, &m, &a, &b);
}

static enum err
run_hex(struct hex *h)
{
	/* of one size: in place, as most likely something was overwritten */
	if (h->a->size == h->b->size)
		TRY(in_place(h, *h->a, *h->b, 0, 0));
	else
		TRY(by_pieces(h));
	if (h->places == 0)
		return OK;
	run_found(h->run, h->worst, bytes_of(h->where), &h->out, "%llu %s, in %llu %s",
	    (unsigned long long)h->bytes, h->bytes == 1 ? "byte differs" : "bytes differ",
	    (unsigned long long)h->places, h->places == 1 ? "place" : "places");
	return OK;
}

enum err
hex_diff(struct run *r, const struct span *a, const struct span *b, enum diff_class cls)
{
	struct hex h = { .run = r, .a = a, .b = b, .cls = cls };
	enum err e;

	arena_init(&h.arena, ARENA_MAX);
	run_lines_init(&h.out, r);
	e = run_hex(&h);
	run_lines_done(&h.out);
	arena_done(&h.arena);
	return e;
}
