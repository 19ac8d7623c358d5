/*
 * lit_pick.c - which window of each needle the filter looks at: the one that ordinary
 * files have least, such that all needles together ask for few different ones. Greedy
 * and in a fixed order, twice.
 */
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

/* The folded head of a literal under one key. */
struct head {
	uint8_t b[HEAD];
	unsigned n;
	unsigned windows; /* that begin early enough to be used */
};

static uint32_t
quad_at(const struct head *h, unsigned off)
{
	return le32(h->b + off);
}

static struct head
head_of(struct bytes lit, uint8_t key)
{
	struct head h = { .n = lit.n < HEAD ? (unsigned)lit.n : HEAD };

	for (unsigned i = 0; i < h.n; i++)
		h.b[i] = lit_fold(lit.p[i] ^ key);
	if (h.n >= LIT_WINDOW)
		h.windows = h.n - LIT_WINDOW + 1;
	if (h.windows > LIT_OFF_MAX + 1)
		h.windows = LIT_OFF_MAX + 1;
	return h;
}

/*
 * Expected candidates at a tested position: the window occurs, and its two next
 * bytes pass bit B, by chance (1/16) or because they do come next.
 */
static void
windows_cost(const struct head *h, double cost[LIT_OFF_MAX + 1])
{
	double quad[HEAD];

	for (unsigned i = 0; i + LIT_WINDOW <= h->n; i++)
		quad[i] = gram_quad(quad_at(h, i));
	for (unsigned i = 0; i < h->windows; i++) {
		unsigned known = h->n - i - LIT_WINDOW;

		if (known == 0)
			cost[i] = quad[i] + LIT_SATURATED;
		else if (known == 1)
			cost[i] = quad[i] / 4;
		else
			cost[i] = quad[i] *
				  (1.0 / 16 + fmin(1, quad[i + 2] /
							  gram_pair(le16(h->b + i + 2))));
	}
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

/* The cheapest windows at even and odd offsets. */
static struct pick
pick_best(const struct head *h, const double *cost)
{
	struct pick best = { { INFINITY, INFINITY }, { 0, 1 } };

	for (unsigned off = 0; off < h->windows; off++) {
		if (cost[off] < best.cost[off & 1]) {
			best.cost[off & 1] = cost[off];
			best.off[off & 1] = off;
		}
	}
	return best;
}

/*
 * Four bytes alone have no bytes behind them to tell, and the frequency of four is
 * coarse: what three of them promise is weighed in.
 */
static double
bare_cost(const struct head *h)
{
	double sum = 0;

	for (unsigned x = 0; x < 256; x++)
		if (lit_fold((uint8_t)x) == x)
			sum += gram_quad(quad_at(h, 0) << 8 | x);
	return sum / 4;
}

/* The mean of the best two: which of them it will be hangs on the other literals. */
static double
head_cost(const struct head *h, const double *cost)
{
	struct pick p = pick_best(h, cost);

	if (h->n == LIT_WINDOW)
		p.cost[1] = bare_cost(h);
	return (p.cost[0] + p.cost[1]) / 2;
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
	struct head h = head_of(lit, 0);
	double cost[LIT_OFF_MAX + 1];

	if (h.n < LIT_WINDOW)
		return tiny_cost(&h);
	windows_cost(&h, cost);
	return head_cost(&h, cost);
}

/* Keys of a xor literal share its length but not its rarity: each adds a little. */
#define XOR_KEY_COST 1e-6

double
lit_trigger_cost(const struct lit_in *in)
{
	bool xored = in->flags & LIT_XOR;

	if (in->lit.n < LIT_WINDOW || (xored && in->lit.n == LIT_WINDOW))
		return xored ? INFINITY : lit_short_cost(in);
	return lit_cost(in->lit) +
	       (xored ? XOR_KEY_COST * (in->xor_hi - in->xor_lo + 1) : 0);
}

void
lit_pick_plain(const struct lit_in *in, struct lit_needle *n)
{
	struct head h = head_of(in->lit, in->xor_lo);
	double cost[LIT_OFF_MAX + 1];
	struct pick p;

	windows_cost(&h, cost);
	p = pick_best(&h, cost);
	n->rare = (uint8_t)p.off[p.cost[1] < p.cost[0]];
}

enum err
lit_picker_init(
    struct lit_picker *p, struct arena *a, size_t n, unsigned groups, double hot)
{
	*p = (struct lit_picker){ .arena = a,
		.anchors = lit_anchors_new(a, groups),
		.hot = hot,
		.shorts_max = SHORTS_MIN + n * SHORTS_SHARE };
	p->usage_bits = 8;
	while (p->usage_bits < USAGE_BITS && (size_t)1 << p->usage_bits < n * 16)
		p->usage_bits++;
	p->usage = ARENA_ARRAY(a, (size_t)1 << p->usage_bits, uint16_t);
	return p->usage && p->anchors ? OK : ERR_LIMIT;
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
		.quad = quad_at(h, off), .needle = needle, .off = (uint8_t)off
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

/* What its windows cost is kept for each item: to look it up takes most of the time. */
static enum err
item_add(
    struct lit_picker *p, struct lit_item x, const struct head *h, const double *cost)
{
	if (p->nitems == p->items_cap) {
		p->item = arena_grow(
		    p->arena, p->item, &p->items_cap, p->nitems + 1, sizeof(x));
		if (p->item == NULL)
			return ERR_LIMIT;
	}
	x.cost = ARENA_ARRAY(p->arena, h->windows, float);
	if (x.cost == NULL)
		return ERR_LIMIT;
	for (unsigned i = 0; i < h->windows; i++)
		x.cost[i] = (float)cost[i];
	p->item[p->nitems++] = x;
	return OK;
}

enum err
lit_pick(struct lit_picker *p, const struct lit_in *in, uint32_t needle)
{
	bool xored = in->flags & LIT_XOR;
	unsigned lo = xored ? in->xor_lo : 0, hi = xored ? in->xor_hi : 0;
	size_t nitems = p->nitems;
	double sum = 0;

	if (in->lit.n <= LIT_SHORT && !xored)
		return lit_short_pick(p, in, needle);
	if (in->lit.n <= LIT_SHORT)
		return ERR_END;
	/* Keys lo..hi, each together with the one that differs in bit 5. */
	for (unsigned key = lo; key <= hi; key++) {
		unsigned other = key ^ 0x20;
		struct head h = head_of(in->lit, (uint8_t)key);
		double cost[LIT_OFF_MAX + 1];
		struct lit_item x = { .needle = needle,
			.key = (uint8_t)key,
			.paired = other >= lo && other <= hi };

		windows_cost(&h, cost);
		sum += head_cost(&h, cost);
		if (!x.paired || other > key)
			TRY(item_add(p, x, &h, cost));
	}
	if (sum > p->hot) {
		p->nitems = nitems;
		return ERR_END;
	}
	p->cost += sum;
	return OK;
}

static void
item_heads(const struct lit_item *x, const struct lit_in *in, struct head h[2])
{
	h[0] = head_of(in[x->needle].lit, x->key);
	h[1] = (struct head){ 0 };
	if (x->paired)
		h[1] = head_of(in[x->needle].lit, x->key ^ 0x20);
}

/* Puts the windows of an item at its offset where anchors are, or takes them away. */
static void
item_place(struct lit_picker *p, struct lit_item *x, const struct head h[2], bool put)
{
	for (unsigned i = 0; i < (x->paired ? 2u : 1u); i++) {
		struct lit_places at = lit_places_of(h[i].b + x->off);
		uint16_t *usage = usage_of(p, quad_at(&h[i], x->off));
		unsigned group;

		if (put) {
			(void)lit_anchors_cost(p->anchors, &at, &group);
			lit_anchors_put(p->anchors, &at, group);
			x->group[i] = (uint8_t)group;
			*usage = (uint16_t)(*usage + (*usage < UINT16_MAX));
		} else {
			lit_anchors_take(p->anchors, &at, x->group[i]);
			*usage = (uint16_t)(*usage - (*usage > 0));
		}
	}
}

/* What it costs to look at a place, beside what a candidate costs. */
#define LOOKUP_COST (1.0 / 96)

/* A window that costs less is good enough: to look for a better one takes time. */
#define ENOUGH 1e-7

static bool
at_anchors(const struct lit_picker *p, const struct head h[2], unsigned off)
{
	return lit_anchors_has(p->anchors, h[0].b + off) &&
	       (h[1].n == 0 || lit_anchors_has(p->anchors, h[1].b + off));
}

/* What it costs to make anchors of the windows at off. */
static double
anchor_cost(const struct lit_picker *p, const struct head h[2], unsigned off)
{
	double cost = 0;

	for (unsigned i = 0; i < 2 && h[i].n > 0; i++) {
		struct lit_places at = lit_places_of(h[i].b + off);
		unsigned group;

		cost += lit_anchors_cost(p->anchors, &at, &group);
	}
	return LOOKUP_COST * cost;
}

/* Windows that are anchors are free, so they are asked first. */
static void
item_choose(struct lit_picker *p, struct lit_item *x, const struct head h[2])
{
	double best = INFINITY, cost[LIT_OFF_MAX + 1];

	for (unsigned off = 0; off < h[0].windows; off++) {
		uint16_t usage = *usage_of(p, quad_at(&h[0], off));

		cost[off] = (double)x->cost[off] * (1 + usage / 4.0);
		if (cost[off] < best && at_anchors(p, h, off)) {
			best = cost[off];
			x->off = (uint8_t)off;
		}
	}
	for (unsigned off = 0; off < h[0].windows && best > ENOUGH; off++) {
		if (cost[off] < best)
			cost[off] += anchor_cost(p, h, off);
		if (cost[off] < best) {
			best = cost[off];
			x->off = (uint8_t)off;
		}
	}
}

static void
item_pick(struct lit_picker *p, struct lit_item *x, const struct lit_in *in)
{
	struct head h[2];

	item_heads(x, in, h);
	if (x->picked)
		item_place(p, x, h, false);
	x->picked = true;
	item_choose(p, x, h);
	item_place(p, x, h, true);
}

/* Short literals first: what they need all the same serves longer ones too. */
static void
items_order(const struct lit_picker *p, const struct lit_in *in, uint32_t *order)
{
	uint32_t at[HEAD + 2] = { 0 };

	for (size_t i = 0; i < p->nitems; i++) {
		size_t n = in[p->item[i].needle].lit.n;

		at[(n < HEAD ? n : HEAD) + 1]++;
	}
	for (unsigned n = 1; n < HEAD + 2; n++)
		at[n] += at[n - 1];
	for (uint32_t i = 0; i < p->nitems; i++) {
		size_t n = in[p->item[i].needle].lit.n;

		order[at[n < HEAD ? n : HEAD]++] = i;
	}
}

/* The second time all the others are known. */
#define ROUNDS 2

enum err
lit_pick_windows(struct lit_picker *p, const struct lit_in *in)
{
	uint32_t *order = ARENA_ARRAY(p->arena, p->nitems + 1, uint32_t);

	if (order == NULL)
		return ERR_LIMIT;
	items_order(p, in, order);
	for (unsigned round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < p->nitems; i++)
			item_pick(p, &p->item[order[i]], in);
	memset(p->usage, 0, sizeof(*p->usage) << p->usage_bits);
	for (size_t i = 0; i < p->nitems; i++) {
		const struct lit_item *x = &p->item[i];
		struct head h[2];

		item_heads(x, in, h);
		TRY(windows_add(p, h, x->off, x->needle));
	}
	return OK;
}
