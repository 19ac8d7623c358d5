/*
 * lit_short.c - literals of less than four bytes: their windows reach into what stands
 * behind them, so there are some hundred, each with one unknown byte or more. Costly,
 * hence counted and refused beyond a number.
 */
#include "rules/lit_short.h"

#include <math.h>

#include "rules/gram.h"

#define BYTES  192 /* folded bytes there are */
#define PLACES (LIT_SHORT + LIT_AFTER)

/* Windows for one offset: those of one unknown byte, or of two hex digits. */
#define WINDOWS_MAX 256

/* The folded bytes that may stand at a place. */
struct place {
	uint8_t b[BYTES];
	unsigned n;
};

/* The literal and what is behind it. */
struct shorty {
	struct place at[PLACES];
	unsigned len;
};

static void
place_fill(struct place *p, const uint64_t set[4])
{
	bool has[256] = { false };

	for (unsigned c = 0; c < 256; c++)
		has[lit_fold((uint8_t)c)] |= set == NULL || set[c >> 6] >> (c & 63) & 1;
	p->n = 0;
	for (unsigned c = 0; c < 256; c++)
		if (has[c])
			p->b[p->n++] = (uint8_t)c;
}

static void
fill(struct shorty *s, const struct lit_in *in)
{
	const struct lit_around *a = in->around;
	struct place *to = s->at;

	s->len = (unsigned)in->lit.n;
	for (unsigned i = 0; i < s->len; i++)
		*to++ = (struct place){ .b = { lit_fold(in->lit.p[i]) }, .n = 1 };
	for (unsigned i = 0; i < LIT_AFTER; i++)
		place_fill(to++, a ? a->after[i] : NULL);
}

/* Bits B that may be met behind a window. */
static uint32_t
bits_behind(const struct place *first, const struct place *second)
{
	uint32_t a = 0, b = 0;

	for (unsigned i = 0; i < first->n; i++)
		a |= lit_bits_b(first->b[i]);
	for (unsigned i = 0; i < second->n; i++)
		b |= lit_bits_b2(second->b[i]);
	return a & b;
}

/* The windows that begin at off, 0 to len - 1. */
struct windows {
	const struct place *at;
	unsigned n, next;
	uint32_t bits;
};

static struct windows
windows_at(const struct shorty *s, int off)
{
	struct windows w = { .at = s->at + off, .n = 1 };

	for (unsigned i = 0; i < LIT_WINDOW; i++)
		w.n *= w.at[i].n < WINDOWS_MAX && w.n <= WINDOWS_MAX ? w.at[i].n : 1;
	w.bits = bits_behind(&w.at[LIT_WINDOW], &w.at[LIT_WINDOW + 1]);
	return w;
}

static uint32_t
windows_next(struct windows *w)
{
	unsigned k = w->next++;
	uint32_t quad = 0;

	for (unsigned i = 0; i < LIT_WINDOW; i++) {
		quad |= (uint32_t)w->at[i].b[k % w->at[i].n] << 8 * i;
		k /= w->at[i].n;
	}
	return quad;
}

/* A window passes where it occurs, and its bits pass others that meet its word. */
static double
cost_at(const struct shorty *s, int off)
{
	struct windows w = windows_at(s, off);
	double share = __builtin_popcount(w.bits) / 16.0, sum = 0;

	if (w.n > WINDOWS_MAX)
		return INFINITY;
	while (w.next < w.n)
		sum += gram_quad(windows_next(&w)) * share;
	return sum + w.n * LIT_SATURATED * share;
}

struct choice {
	double cost;
	int off;
};

/* No window begins before the literal: no place is looked at before the data. */
static struct choice
choose(const struct shorty *s)
{
	struct choice c = { INFINITY, 0 };

	for (int off = 0; off < (int)s->len; off++) {
		double cost = cost_at(s, off);

		if (cost < c.cost)
			c = (struct choice){ cost, off };
	}
	return c;
}

double
lit_short_cost(const struct lit_in *in)
{
	struct shorty s;

	if (in->lit.n == 0 || in->lit.n > LIT_SHORT)
		return INFINITY;
	fill(&s, in);
	return choose(&s).cost;
}

/* All windows are anchors by one group: that each place has all its bytes there. */
static void
anchors_add(struct lit_picker *p, const struct windows *w)
{
	struct lit_places places;
	unsigned group;

	for (unsigned i = 0; i < LIT_WINDOW; i++) {
		places.b[i] = w->at[i].b;
		places.n[i] = w->at[i].n;
	}
	(void)lit_anchors_cost(p->anchors, &places, &group);
	lit_anchors_put(p->anchors, &places, group);
}

static enum err
add_at(struct lit_picker *p, const struct shorty *s, int off, uint32_t needle)
{
	struct windows w = windows_at(s, off);

	anchors_add(p, &w);
	while (w.next < w.n) {
		struct lit_window x = {
			.needle = needle, .bits = w.bits, .off = (uint8_t)off
		};

		x.quad = windows_next(&w);
		TRY(lit_picker_add(p, &x));
	}
	return OK;
}

enum err
lit_short_pick(struct lit_picker *p, const struct lit_in *in, uint32_t needle)
{
	struct shorty s;
	struct choice c;
	size_t n;

	fill(&s, in);
	c = choose(&s);
	if (c.cost > p->hot || isinf(c.cost))
		return ERR_END;
	n = windows_at(&s, c.off).n;
	if (p->shorts + n > p->shorts_max)
		return ERR_END;
	TRY(add_at(p, &s, c.off, needle));
	p->cost += c.cost;
	p->shorts += n;
	return OK;
}
