#include "rules/lit_pick.h"

#include <math.h>

#include "rules/gram.h"
#include "rules/lit_short.h"

/* Windows begin at offset 0..LIT_OFF_MAX; beyond the last one 4 + 4 bytes count. */
#define HEAD (LIT_OFF_MAX + 1 + 8)

#define USAGE_BITS 20 /* at most */

/* So many needles with one window may tell themselves apart by their neighbours;
   then they share a chain, or one window could fill the buckets. */
#define USAGE_EXT 32

/* Windows of short literals, which take some hundred each: so many, and some more for
   each literal. */
#define SHORTS_MIN   12288
#define SHORTS_SHARE 3

/* The folded head of a literal under one key, and what windows in it cost. */
struct head {
	uint8_t b[HEAD];
	unsigned n;
	double quad[HEAD];
};

static uint32_t
quad_at(const struct head *h, unsigned off)
{
	return le32(h->b + off);
}

static void
head_fill(struct head *h, struct bytes lit, uint8_t key)
{
	h->n = lit.n < HEAD ? (unsigned)lit.n : HEAD;
	for (unsigned i = 0; i < h->n; i++)
		h->b[i] = lit_fold(lit.p[i] ^ key);
	for (unsigned i = 0; i + LIT_WINDOW <= h->n; i++)
		h->quad[i] = gram_quad(quad_at(h, i));
}

/*
 * Expected candidates at a tested position: the window occurs, and its two next
 * bytes pass bit B, by chance (1/16) or because they do come next.
 */
static double
window_cost(const struct head *h, unsigned off)
{
	unsigned known = h->n - off - LIT_WINDOW;

	if (known == 0)
		return h->quad[off] + LIT_SATURATED;
	if (known == 1)
		return h->quad[off] / 4;
	return h->quad[off] *
	       (1.0 / 16 + fmin(1, h->quad[off + 2] / gram_pair(le16(h->b + off + 2))));
}

static uint16_t *
usage_of(const struct lit_picker *p, uint32_t quad)
{
	return &p->usage[quad * 0x9e3779b1u >> (32 - p->usage_bits)];
}

struct pick {
	double cost[2];
	unsigned off[2];
};

/* The cheapest windows at even and odd offsets; p NULL: of this literal alone. */
static struct pick
pick_best(const struct head *h, const struct lit_picker *p)
{
	struct pick best = { { INFINITY, INFINITY }, { 0, 1 } };
	double biased[2] = { INFINITY, INFINITY };

	for (unsigned off = 0; off <= LIT_OFF_MAX && off + LIT_WINDOW <= h->n; off++) {
		double cost = window_cost(h, off), b = cost;

		if (p != NULL)
			b *= 1 + *usage_of(p, quad_at(h, off)) / 4.0;
		if (b < biased[off & 1]) {
			biased[off & 1] = b;
			best.cost[off & 1] = cost;
			best.off[off & 1] = off;
		}
	}
	return best;
}

static double
head_cost(const struct pick *p, unsigned stride)
{
	return stride == 1 ? fmin(p->cost[0], p->cost[1]) : (p->cost[0] + p->cost[1]) / 2;
}

/* Of 4 bytes at an odd place three are seen, behind any other byte. */
static double
unaligned_cost(const struct head *h)
{
	double sum = 0;

	for (unsigned x = 0; x < 256; x++)
		if (lit_fold((uint8_t)x) == x)
			sum += gram_quad(quad_at(h, 0) << 8 | x);
	return sum / 4;
}

static double
tiny_cost(const struct head *h)
{
	double sum = 0;

	if (h->n == 0)
		return INFINITY;
	if (h->n == 3)
		return 1 + fmin(gram_pair(le16(h->b)), gram_pair(le16(h->b + 1)));
	if (h->n == 2)
		return 2 + gram_pair(le16(h->b));
	for (unsigned x = 0; x < 256; x++)
		sum += gram_pair((uint16_t)(x << 8 | h->b[0]));
	return 3 + sum;
}

double
lit_cost(struct bytes lit)
{
	struct head h;
	struct pick p;

	head_fill(&h, lit, 0);
	if (h.n < LIT_WINDOW)
		return tiny_cost(&h);
	p = pick_best(&h, NULL);
	if (h.n == LIT_WINDOW)
		p.cost[1] = unaligned_cost(&h);
	return head_cost(&p, 2);
}

/* Keys of a xor literal share its length but not its rarity: each adds a little. */
#define XOR_KEY_COST 1e-6

double
lit_trigger_cost(const struct lit_in *in)
{
	bool xored = in->flags & LIT_XOR;

	if (in->lit.n < LIT_WINDOW || (xored && in->lit.n == LIT_WINDOW))
		return xored ? INFINITY : lit_short_cost(in, 2);
	return lit_cost(in->lit) +
	       (xored ? XOR_KEY_COST * (in->xor_hi - in->xor_lo + 1) : 0);
}

void
lit_pick_plain(const struct lit_in *in, struct lit_needle *n)
{
	struct head h;
	struct pick p;

	head_fill(&h, in->lit, in->xor_lo);
	p = pick_best(&h, NULL);
	n->win[0] = (uint8_t)p.off[0];
	n->win[1] = (uint8_t)p.off[1];
	n->rare = n->win[p.cost[1] < p.cost[0]];
}

enum err
lit_picker_init(struct lit_picker *p, struct arena *a, size_t n, const struct lit_opts *o)
{
	*p = (struct lit_picker){ .arena = a,
		.stride = o->stride,
		.hot = o->hot,
		.shorts_max = SHORTS_MIN + n * SHORTS_SHARE };
	p->usage_bits = 8;
	while (p->usage_bits < USAGE_BITS && (size_t)1 << p->usage_bits < n * 16)
		p->usage_bits++;
	p->usage = ARENA_ARRAY(a, (size_t)1 << p->usage_bits, uint16_t);
	return p->usage ? OK : ERR_LIMIT;
}

enum err
lit_picker_add(struct lit_picker *p, const struct lit_window *w)
{
	uint16_t *usage = usage_of(p, w->quad);

	if (p->n == p->cap) {
		p->w = arena_grow(p->arena, p->w, &p->cap, p->n + 1, sizeof(*w));
		if (p->w == NULL)
			return ERR_LIMIT;
	}
	p->w[p->n] = *w;
	if (*usage >= USAGE_EXT)
		p->w[p->n].has_around = false;
	*usage = (uint16_t)(*usage + (*usage < UINT16_MAX));
	p->n++;
	return OK;
}

static struct lit_window
window_at(const struct head *h, unsigned off, uint32_t needle)
{
	struct lit_window w = {
		.quad = quad_at(h, off), .needle = needle, .off = (int8_t)off
	};
	unsigned left = h->n - off - LIT_WINDOW;
	const uint8_t *behind = h->b + off + LIT_WINDOW;

	w.bits = LIT_BITS_B;
	if (left == 1)
		w.bits = lit_bits_b(behind[0]);
	else if (left > 1)
		w.bits = 1u << lit_bit_b(le16(behind));
	if (left >= 4) {
		w.has_around = true;
		w.around = le32(behind);
	} else if (off >= 4) {
		w.has_around = true;
		w.around = le32(h->b + off - 4);
	}
	return w;
}

/*
 * Two keys of an xor needle that differ in bit 5 may give the same folded window.
 * Both look at the same offset, and then one of both reports: else it would be
 * reported twice.
 */
static enum err
windows_add(struct lit_picker *p, const struct head h[2], unsigned off, uint32_t needle)
{
	struct lit_window a = window_at(&h[0], off, needle), b;

	if (h[1].n == 0)
		return lit_picker_add(p, &a);
	b = window_at(&h[1], off, needle);
	b.silent = a.quad == b.quad;
	if (b.silent && a.around != b.around)
		a.has_around = false;
	TRY(lit_picker_add(p, &a));
	return lit_picker_add(p, &b);
}

static enum err
pick_one(struct lit_picker *p, const struct head h[2], uint32_t needle)
{
	struct pick best = pick_best(h, p);

	if (p->stride == 1)
		return windows_add(p, h, best.off[best.cost[1] < best.cost[0]], needle);
	TRY(windows_add(p, h, best.off[0], needle));
	return windows_add(p, h, best.off[1], needle);
}

/* Keys lo..hi, each together with the one that differs in bit 5. */
static enum err
pick_keys(
    struct lit_picker *p, struct bytes lit, unsigned lo, unsigned hi, uint32_t needle)
{
	for (unsigned key = lo; key <= hi; key++) {
		struct head h[2];
		unsigned other = key ^ 0x20;
		bool pair = other >= lo && other <= hi;

		if (pair && other < key)
			continue;
		head_fill(&h[0], lit, (uint8_t)key);
		h[1].n = 0;
		if (pair)
			head_fill(&h[1], lit, (uint8_t)other);
		TRY(pick_one(p, h, needle));
	}
	return OK;
}

enum err
lit_pick(struct lit_picker *p, const struct lit_in *in, uint32_t needle)
{
	bool xored = in->flags & LIT_XOR;
	unsigned lo = xored ? in->xor_lo : 0, hi = xored ? in->xor_hi : 0;
	double cost = 0;
	struct head h;
	struct pick best;

	if (in->lit.n <= LIT_SHORT && !xored)
		return lit_short_pick(p, in, needle);
	if (in->lit.n <= LIT_SHORT)
		return ERR_END;
	for (unsigned key = lo; key <= hi; key++) {
		head_fill(&h, in->lit, (uint8_t)key);
		best = pick_best(&h, NULL);
		cost += head_cost(&best, p->stride);
	}
	if (cost > p->hot)
		return ERR_END;

	TRY(pick_keys(p, in->lit, lo, hi, needle));
	p->cost += cost;
	return OK;
}
