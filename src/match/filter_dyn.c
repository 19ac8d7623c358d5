/*
 * filter_dyn.c - the on-demand pass: chosen needles, which no table of the database is
 * made for. Few are looked for one after the other by four of their bytes. For many, as
 * in the first pass, a place is looked up in a bitmap only where it is an anchor: where
 * four classes of bytes have a group in common. The tables are made anew for each slice
 * of the list, so groups are chosen by the first class alone, in linear time.
 */
#include "match/filter.h"

#include "match/filter_run.h"

/*
 * So few needles are looked for one after the other in each block, which is in the
 * first-level cache: 30 ps a byte and needle. A pass that looks for anchors takes 130
 * with ten needles, 250 with a hundred.
 */
#define ALONE_MAX 5

/* Windows that eight groups of anchors do not keep apart any more. */
#define MANY 128

/* Of the groups, for short needles. */
#define SHORT_GROUPS 4

/* One pass over the data: needles of a slice of the list, in one of two ways. */
struct dyn {
	struct filter_run r;
	struct filter_map map;
	struct filter_anchors anchors;
	unsigned nwindows, nshorts, ndirect;
	unsigned short_groups;
	bool alone; /* so few that there is no bitmap */
	bool xored;
};

/* Where four bytes are compared; fewer than four: some twice. */
static void
quad_plain(struct dyn_direct *d, const struct lit_needle *n, struct bytes lit)
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned at = i < n->len ? i : n->len - 1u;

		d->quad.at[i] = (uint8_t)at;
		d->quad.b[i] = lit_fold(lit.p[d->off + at]);
	}
}

/* What bytes xor each other give does not depend on the key. */
static void
quad_xor(struct dyn_direct *d, const struct lit_needle *n, struct bytes lit)
{
	static const uint8_t at[4][4] = { { 0, 0, 0, 0 }, { 0, 1, 0, 1 }, { 0, 1, 1, 2 },
		{ 0, 1, 2, 3 } };
	const uint8_t *p = lit.p + d->off;

	memcpy(d->quad.at, at[n->len < 4 ? n->len - 1 : 3], 4);
	d->quad.b[0] = p[d->quad.at[0]] ^ p[d->quad.at[1]];
	d->quad.b[1] = p[d->quad.at[2]] ^ p[d->quad.at[3]];
}

static bool
has_window(const struct lit_needle *n, unsigned off)
{
	return off + LIT_WINDOW <= n->len;
}

static void
direct_add(struct dyn *d, uint32_t index, const struct lit_needle *n, struct bytes lit)
{
	struct dyn_direct *x = &d->r.s->direct[d->ndirect++];

	*x = (struct dyn_direct){ .needle = index, .part = n->part };
	x->xored = n->flags & LIT_XOR;
	x->off = has_window(n, n->rare) ? n->rare : 0;
	if (x->xored)
		quad_xor(x, n, lit);
	else
		quad_plain(x, n, lit);
	d->xored |= x->xored;
}

static uint32_t
slot_of(uint32_t quad)
{
	return quad * 0x85ebca6bu >> 20; /* DYN_SLOTS */
}

static void
window_add(struct dyn *d, uint32_t index, struct bytes lit, unsigned off)
{
	struct filter_scratch *s = d->r.s;
	const uint8_t *p = lit.p + off;
	uint32_t quad = lit_fold4(le32(p));
	uint32_t h = lit_hash(quad, d->map.seed);
	size_t left = lit.n - off - LIT_WINDOW;
	uint32_t bits = LIT_BITS_B;
	uint16_t *slot = &s->slot[slot_of(quad)];

	if (left == 1)
		bits = lit_bits_b(lit_fold(p[4]));
	else if (left > 1)
		bits = 1u << lit_bit_b(lit_fold4(le16(p + 4)));
	s->bitmap[lit_word(h, d->map.bits)] |= bits | 1u << lit_bit_a(h, d->map.bits);
	s->window[d->nwindows++] =
	    (struct dyn_window){ quad, index, *slot, (uint8_t)off };
	*slot = (uint16_t)d->nwindows;
}

static void
short_add(struct dyn *d, uint32_t index, struct bytes lit)
{
	struct dyn_short *x = &d->r.s->shorts[d->nshorts++];

	*x = (struct dyn_short){ .needle = index, .n = (uint8_t)lit.n };
	for (unsigned i = 0; i < lit.n; i++) {
		x->quad |= (uint32_t)lit_fold(lit.p[i]) << 8 * i;
		x->mask |= 0xffu << 8 * i;
	}
}

/* A byte on its own would make too many places anchors. */
static void
needle_add(struct dyn *d, uint32_t index, const struct lit_needle *n, struct bytes lit)
{
	if (d->alone || n->flags & LIT_XOR)
		direct_add(d, index, n, lit);
	else if (has_window(n, n->rare))
		window_add(d, index, lit, n->rare);
	else if (lit.n > 1 && lit.n < LIT_WINDOW && d->nshorts < DYN_SHORTS)
		short_add(d, index, lit);
	else
		direct_add(d, index, n, lit);
}

/* Takes needles from the list until one of both tables is full; how many. */
static size_t
slice_fill(struct dyn *d, const uint32_t *list, size_t n)
{
	const struct filter *f = d->r.f;
	size_t i = 0;

	for (; i < n && d->ndirect < DYN_DIRECT && d->nwindows < DYN_WINDOWS; i++) {
		struct lit_needle x;
		struct bytes lit;

		if (list[i] >= f->nneedles)
			continue;
		x = lit_needle_at(f->needles, list[i]);
		lit = bytes_sub(f->literals, x.at, x.len);
		if (lit.n > 0 && !filter_done(d->r.ctx, x.part))
			needle_add(d, list[i], &x, lit);
	}
	d->r.ctx->steps += i;
	return i;
}

static bool
are_few(const struct filter *f, const uint32_t *list, size_t n)
{
	unsigned many = 0;

	for (size_t i = 0; i < n && many <= ALONE_MAX; i++)
		many += list[i] < f->nneedles &&
			!(lit_needle_at(f->needles, list[i]).flags & LIT_XOR);
	return many <= ALONE_MAX;
}

/* The first n bytes of quad are in group g, each at its place; behind them any byte. */
static void
group_add(struct dyn *d, unsigned g, uint32_t quad, unsigned n)
{
	uint8_t *t = d->r.s->groups + (size_t)(g / 8) * LIT_ANCHORS;
	uint8_t bit = (uint8_t)(1 << g % 8);

	for (unsigned i = 0; i < n; i++)
		t[i * LIT_CLASSES + lit_class((uint8_t)(quad >> 8 * i))] |= bit;
	for (unsigned i = n * LIT_CLASSES; i < LIT_ANCHORS; i++)
		t[i] |= bit;
}

/* The last groups are for short needles: few in each, as they say so little. */
static void
groups_of_shorts(struct dyn *d)
{
	unsigned n = (d->nshorts + 2) / 3;

	d->short_groups = n < SHORT_GROUPS ? n : SHORT_GROUPS;
	for (unsigned i = 0; i < d->nshorts; i++) {
		const struct dyn_short *x = &d->r.s->shorts[i];

		group_add(d, d->anchors.groups - 1 - i % d->short_groups, x->quad, x->n);
	}
}

/*
 * Windows that begin alike share a group: what has their first class is looked at
 * further by one group, and not by all.
 */
static void
groups_of_windows(struct dyn *d)
{
	const struct dyn_window *w = d->r.s->window;
	uint32_t before[LIT_CLASSES] = { 0 }, sum = 0;
	uint32_t groups = d->anchors.groups - d->short_groups;

	for (unsigned i = 0; i < d->nwindows; i++)
		before[lit_class((uint8_t)w[i].quad)]++;
	for (unsigned c = 0; c < LIT_CLASSES; c++) {
		uint32_t n = before[c];

		before[c] = sum;
		sum += n;
	}
	for (unsigned i = 0; i < d->nwindows; i++) {
		uint32_t at = before[lit_class((uint8_t)w[i].quad)];

		group_add(d, at * groups / d->nwindows, w[i].quad, LIT_WINDOW);
	}
}

/* Room for about n windows, and nothing in it. */
static void
tables_clear(struct dyn *d, size_t n)
{
	struct filter_scratch *s = d->r.s;
	uint32_t bits = 14;

	while (bits < 18 && (size_t)1 << (bits - 7) < n)
		bits++;
	d->map = (struct filter_map){
		.words = (const uint8_t *)s->bitmap, .seed = 0x9e3779b1, .bits = bits
	};
	memset(s->bitmap, 0, (size_t)1 << (bits - 3));
	memset(s->slot, 0, sizeof(s->slot));
	memset(s->groups, 0, sizeof(s->groups));
}

static size_t
slice_new(struct dyn *d, const uint32_t *list, size_t n)
{
	size_t taken;

	d->nwindows = d->nshorts = d->ndirect = 0;
	d->xored = false;
	d->alone = are_few(d->r.f, list, n);
	if (d->alone)
		return slice_fill(d, list, n);
	tables_clear(d, n);
	taken = slice_fill(d, list, n);
	d->anchors = (struct filter_anchors){ .table = d->r.s->groups,
		.groups = d->nwindows > MANY ? 16 : 8 };
	groups_of_shorts(d);
	groups_of_windows(d);
	return taken;
}

static void
step(struct filter_run *r)
{
	if (++r->ctx->steps > r->limit)
		filter_run_spent(r);
}

static void
shorts_verify(struct dyn *d, size_t at)
{
	struct filter_run *r = &d->r;
	uint32_t quad = le32(r->block + at);

	step(r);
	for (unsigned i = 0; i < d->nshorts && r->stop == OK; i++) {
		const struct dyn_short *x = &r->s->shorts[i];

		if (((quad ^ x->quad) & x->mask) == 0)
			filter_run_verify(r, x->needle, 0, at);
	}
}

/* Of the n anchors those that are of a short needle's group. */
static void
shorts_scan(struct dyn *d, size_t n)
{
	struct filter_scratch *s = d->r.s;
	const uint8_t *t = s->groups + (d->anchors.groups / 8 - 1) * LIT_ANCHORS;
	const unsigned ours = 0xff00u >> d->short_groups & 0xff;

	for (size_t i = 0; i < n && d->r.stop == OK; i++) {
		const uint8_t *c = s->classes.b + s->at[i];

		if (t[c[0]] & t[LIT_CLASSES + c[1]] & t[2 * LIT_CLASSES + c[2]] & ours)
			shorts_verify(d, s->at[i]);
	}
}

static void
window_verify(struct dyn *d, size_t at)
{
	struct filter_run *r = &d->r;
	const struct filter_scratch *s = r->s;
	uint32_t quad = le32(r->block + at);
	unsigned w = s->slot[slot_of(quad)];

	for (; w != 0 && r->stop == OK; w = s->window[w - 1].next) {
		const struct dyn_window *x = &s->window[w - 1];

		step(r);
		if (x->quad == quad)
			filter_run_verify(r, x->needle, x->off, at);
	}
}

static void
anchors_scan(struct dyn *d)
{
	struct filter_run *r = &d->r;
	struct filter_scratch *s = r->s;
	size_t n;

	d->anchors.ahead = filter_run_ahead(r);
	n = r->f->ops->anchors(&d->anchors, r->block, &s->classes, r->n, s->at);
	r->ctx->anchors += n;
	r->ctx->steps += n / 8;
	if (d->nshorts > 0)
		shorts_scan(d, n);
	n = r->f->ops->lookup(&d->map, r->block, s->at, n);
	r->ctx->candidates += n;
	r->ctx->steps += n;
	for (size_t i = 0; i < n && r->stop == OK; i++)
		window_verify(d, s->at[i]);
}

static void
direct_scan(struct dyn *d, const struct dyn_direct *x)
{
	struct filter_run *r = &d->r;
	uint16_t *at = r->s->at;
	size_t n;

	if (filter_done(r->ctx, x->part))
		return;
	r->ctx->steps += r->n / 256 + 1;
	n = x->xored ? r->f->ops->find_xor(&x->quad, r->raw, r->n, at)
		     : r->f->ops->find(&x->quad, r->block, r->n, at);
	r->ctx->candidates += n;
	r->ctx->steps += n;
	for (size_t i = 0; i < n && r->stop == OK; i++)
		filter_run_verify(r, x->needle, x->off, at[i]);
}

static enum err
slice_scan(struct dyn *d)
{
	struct filter_run *r = &d->r;

	for (uint64_t base = 0; base < r->data.n; base += FILTER_BLOCK) {
		filter_run_block(r, base, d->alone);
		if (d->xored)
			filter_run_raw(r);
		if (d->nwindows + d->nshorts > 0)
			anchors_scan(d);
		for (unsigned i = 0; i < d->ndirect && r->stop == OK; i++)
			direct_scan(d, &r->s->direct[i]);
		if (!filter_run_end_block(r))
			return r->stop;
	}
	return OK;
}

enum err
filter_dyn(const struct filter *f, const uint32_t *list, size_t n, struct bytes data,
    struct filter_ctx *ctx)
{
	struct dyn d = { .r = filter_run_new(f, data, ctx) };

	for (size_t i = 0; i < n;) {
		i += slice_new(&d, list + i, n - i);
		if (d.nwindows + d.nshorts + d.ndirect > 0)
			TRY(slice_scan(&d));
	}
	return OK;
}
