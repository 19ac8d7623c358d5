#include "diff/rest.h"

#include "base/sort.h"

#define ARENA_MAX (64u << 20)
#define SHOWN     64 /* bytes of the first range that lines show */

enum err
rest_add(struct rest *x, uint64_t at, uint64_t n)
{
	struct rest_part *last = x->n > 0 ? &x->p[x->n - 1] : NULL;

	if (at >= x->s->size || n == 0)
		return OK;
	n = n < x->s->size - at ? n : x->s->size - at;
	x->bytes += n;
	if (last != NULL && last->at + last->n == at) {
		last->n += n;
		return OK;
	}
	x->p = arena_grow(&x->arena, x->p, &x->cap, x->n + 1, sizeof(*x->p));
	if (x->p == NULL)
		return ERR_LIMIT;
	x->p[x->n++] = (struct rest_part){ at, n };
	return OK;
}

enum err
rest_used(struct rest *x, uint64_t at, uint64_t n)
{
	if (at >= x->s->size || n == 0)
		return OK;
	n = n < x->s->size - at ? n : x->s->size - at;
	x->used =
	    arena_grow(&x->arena, x->used, &x->used_cap, x->nused + 1, sizeof(*x->used));
	if (x->used == NULL)
		return ERR_LIMIT;
	x->used[x->nused++] = (struct rest_part){ at, n };
	return OK;
}

static enum err
only_zeros(struct rest *x, uint64_t at, uint64_t n, bool *out)
{
	struct span s = span_sub(x->s, at, n);
	uint8_t *w = x->run->windows->a;
	size_t got = 1;

	*out = true;
	for (uint64_t off = 0; *out && off < s.size && got > 0; off += got) {
		TRY(span_read(&s, off, w, SPAN_WINDOW, &got));
		for (size_t k = 0; k < got && *out; k++)
			*out = w[k] == 0;
	}
	return OK;
}

/* Without the zeros at both ends, which only fill. */
static enum err
gap(struct rest *x, uint64_t from, uint64_t to)
{
	uint8_t *w = x->run->windows->a;
	uint64_t first = to, last = from;
	size_t got = 1;

	if (from >= to)
		return OK;
	for (uint64_t at = from; at < to && got > 0; at += got) {
		struct span s = span_sub(x->s, at, to - at);

		TRY(span_read(&s, 0, w, SPAN_WINDOW, &got));
		for (size_t k = 0; k < got; k++) {
			if (w[k] == 0)
				continue;
			first = first < to ? first : at + k;
			last = at + k + 1;
		}
	}
	return first < last ? rest_add(x, first, last - first) : OK;
}

static int
by_place(const void *x, const void *y)
{
	uint64_t a = ((const struct rest_part *)x)->at;
	uint64_t b = ((const struct rest_part *)y)->at;

	return a < b ? -1 : a > b;
}

enum err
rest_gaps(struct rest *x, uint64_t end)
{
	uint64_t at = 0;

	end = end < x->s->size ? end : x->s->size;
	sort(x->used, x->nused, sizeof(*x->used), by_place);
	for (size_t i = 0; i < x->nused && at < end; i++) {
		const struct rest_part *p = &x->used[i];

		TRY(gap(x, at, p->at < end ? p->at : end));
		if (at < p->at + p->n)
			at = p->at + p->n;
	}
	return gap(x, at, end);
}

static enum err
find(struct rest *x, enum kind k)
{
	if (k == KIND_ISO)
		return rest_of_iso(x);
	return kind_is_stream(k) ? rest_of_stream(x, k) : rest_of_archive(x, k);
}

/* The ranges of both are each one run of bytes, wherever they are cut. */
static enum err
same(const struct rest *a, const struct rest *b, bool *out)
{
	size_t i = 0, k = 0;
	uint64_t x = 0, y = 0; /* bytes of the range that were compared */

	*out = a->bytes == b->bytes;
	while (*out && i < a->n && k < b->n) {
		const struct rest_part *p = &a->p[i], *q = &b->p[k];
		uint64_t n = p->n - x < q->n - y ? p->n - x : q->n - y, at = 0;
		struct span u = span_sub(a->s, p->at + x, n);
		struct span v = span_sub(b->s, q->at + y, n);

		TRY(span_differ(&u, &v, 0, a->run->windows, &at));
		*out = at == UINT64_MAX;
		x += n;
		y += n;
		if (x == p->n) {
			x = 0;
			i++;
		}
		if (y == q->n) {
			y = 0;
			k++;
		}
	}
	return OK;
}

static enum err
all_zeros(struct rest *x, bool *out)
{
	*out = true;
	for (size_t i = 0; i < x->n && *out; i++)
		TRY(only_zeros(x, x->p[i].at, x->p[i].n, out));
	return OK;
}

static void
show(struct run_lines *l, enum diff_side side, const struct rest *x)
{
	uint8_t bytes[SHOWN];
	size_t got = 0;
	struct span s;

	for (size_t i = 0; i < x->n && l->n < l->max; i++) {
		s = span_sub(x->s, x->p[i].at, x->p[i].n);
		if (span_read(&s, 0, bytes, SHOWN, &got) == OK)
			run_line(l, side, x->p[i].at, (struct bytes){ bytes, got });
	}
}

static void
say(struct run *r, const struct rest *a, const struct rest *b, enum diff_class cls)
{
	struct run_lines l;

	run_lines_init(&l, r);
	show(&l, DIFF_A, a);
	show(&l, DIFF_B, b);
	run_found(r, cls, BYTES_LIT("outside of the content"), &l,
	    "bytes that unpack to nothing differ (%llu and %llu bytes)",
	    (unsigned long long)a->bytes, (unsigned long long)b->bytes);
	run_lines_done(&l);
}

/* Of a stream nobody reads them, as what lies behind its end; of an archive who reads it
 * from its start does. */
static enum diff_class
class_of(enum kind ka, bool wrapped, bool zeros)
{
	if (zeros)
		return DIFF_METADATA;
	return kind_is_stream(ka) && !wrapped ? DIFF_DATA : DIFF_CODE;
}

void
rest_diff(struct run *r, const struct span *a, enum kind ka, const struct span *b,
    enum kind kb, bool wrapped)
{
	struct rest x = { .run = r, .s = a }, y = { .run = r, .s = b, .side = 1 };
	bool equal = true, zx = true, zy = true;
	enum err e;

	arena_init(&x.arena, ARENA_MAX);
	arena_init(&y.arena, ARENA_MAX);
	/* beside a stream anything is as it is */
	e = wrapped && !kind_is_stream(ka) ? OK : find(&x, ka);
	if (e == OK && (!wrapped || kind_is_stream(kb)))
		e = find(&y, kb);
	if (e == OK)
		e = same(&x, &y, &equal);
	if (e == OK && !equal)
		e = all_zeros(&x, &zx);
	if (e == OK && !equal)
		e = all_zeros(&y, &zy);
	if (e == OK && !equal)
		say(r, &x, &y, class_of(ka, wrapped, zx && zy));
	if (e == ERR_FORMAT)
		run_limit(r, "its parts cannot be followed: "
			     "what lies between them was not looked at");
	else if (e != OK)
		run_stopped(r, e);
	arena_done(&x.arena);
	arena_done(&y.arena);
}
