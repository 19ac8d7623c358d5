#include "rules/lit_short.h"

#include <math.h>

#include "rules/gram.h"

#define BYTES  192 /* folded bytes there are */
#define PLACES (1 + LIT_SHORT + LIT_AFTER)

/* Windows for one offset: those of one unknown byte, or of two hex digits. */
#define WINDOWS_MAX 256

/* The folded bytes that may stand at a place. */
struct place {
	uint8_t b[BYTES];
	unsigned n;
};

/* The literal and what is around it, beginning one byte before it. */
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
	place_fill(to++, a ? a->before : NULL);
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

/* The windows that begin at off, -1 to len - 1. */
struct windows {
	const struct place *at;
	unsigned n, next;
	uint32_t bits;
};

static struct windows
windows_at(const struct shorty *s, int off)
{
	struct windows w = { .at = s->at + 1 + off, .n = 1 };

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
	double cost[2];
	int off[2]; /* even and odd */
};

/*
 * With stride 1 the one window of a literal cannot begin before it: no position is
 * tested before the data. With stride 2 such a window is for literals at odd places,
 * and there is no odd place that has nothing before it.
 */
static struct choice
choose(const struct shorty *s, unsigned stride)
{
	struct choice c = { .cost = { INFINITY, INFINITY } };

	for (int off = stride == 1 ? 0 : -1; off < (int)s->len; off++) {
		double cost = cost_at(s, off);

		if (cost < c.cost[off & 1]) {
			c.cost[off & 1] = cost;
			c.off[off & 1] = off;
		}
	}
	return c;
}

static double
choice_cost(const struct choice *c, unsigned stride)
{
	return stride == 1 ? fmin(c->cost[0], c->cost[1]) : (c->cost[0] + c->cost[1]) / 2;
}

double
lit_short_cost(const struct lit_in *in, unsigned stride)
{
	struct shorty s;
	struct choice c;

	if (in->lit.n == 0 || in->lit.n > LIT_SHORT)
		return INFINITY;
	fill(&s, in);
	c = choose(&s, stride);
	return choice_cost(&c, stride);
}

static enum err
add_at(struct lit_picker *p, const struct shorty *s, int off, uint32_t needle)
{
	struct windows w = windows_at(s, off);

	while (w.next < w.n) {
		struct lit_window x = {
			.needle = needle, .bits = w.bits, .off = (int8_t)off
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
	double cost;
	size_t n;

	fill(&s, in);
	c = choose(&s, p->stride);
	cost = choice_cost(&c, p->stride);
	if (cost > p->hot || isinf(cost))
		return ERR_END;
	if (p->stride == 1) {
		unsigned odd = c.cost[1] < c.cost[0];

		c.off[1 - odd] = c.off[odd];
		n = windows_at(&s, c.off[odd]).n;
	} else {
		n = windows_at(&s, c.off[0]).n + windows_at(&s, c.off[1]).n;
	}
	if (p->shorts + n > p->shorts_max)
		return ERR_END;
	TRY(add_at(p, &s, c.off[0], needle));
	if (p->stride == 2)
		TRY(add_at(p, &s, c.off[1], needle));
	p->cost += cost;
	p->shorts += n;
	return OK;
}
