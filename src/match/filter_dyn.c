#include "match/filter.h"

#include "match/filter_run.h"

/*
 * Up to so many needles are looked for one after the other in each block, which
 * is in the first-level cache: a comparison is some 30 times cheaper than a
 * look-up in a bitmap.
 */
#define ALONE_MAX 24

/* One pass over the data: needles of a slice of the list, in one of two ways. */
struct dyn {
	struct filter_run r;
	struct filter_map map;
	unsigned nwindows, ndirect;
	bool xor ;
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
	x->xor = n->flags & LIT_XOR;
	x->off = has_window(n, n->rare) ? n->rare : 0;
	if (x->xor)
		quad_xor(x, n, lit);
	else
		quad_plain(x, n, lit);
	d->xor |= x->xor ;
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
	uint32_t bits = UINT32_MAX;
	uint16_t *slot = &s->slot[slot_of(quad)];

	if (left == 1)
		bits = 0x01010101u << (lit_bit_b(lit_fold(p[4])) & 7);
	else if (left > 1)
		bits = 1u << lit_bit_b(lit_fold4(le16(p + 4)));
	s->bitmap[lit_word(h, d->map.bits)] |= bits | 1u << lit_bit_a(h, d->map.bits);
	s->window[d->nwindows++] =
	    (struct dyn_window){ quad, index, *slot, (uint8_t)off };
	*slot = (uint16_t)d->nwindows;
}

static bool
wants_window(const struct lit_needle *n)
{
	return !(n->flags & LIT_XOR) && n->win[0] % 2 == 0 && n->win[1] % 2 == 1 &&
	       has_window(n, n->win[0]) && has_window(n, n->win[1]);
}

/* Takes needles from the list until one of both tables is full; how many. */
static size_t
slice_fill(struct dyn *d, const uint32_t *list, size_t n, bool alone)
{
	const struct filter *f = d->r.f;
	size_t i = 0;

	for (; i < n && d->ndirect < DYN_DIRECT && d->nwindows + 2 <= DYN_WINDOWS; i++) {
		struct lit_needle x;
		struct bytes lit;

		if (list[i] >= f->nneedles)
			continue;
		x = lit_needle_at(f->needles, list[i]);
		lit = bytes_sub(f->literals, x.at, x.len);
		if (lit.n == 0 || filter_done(d->r.ctx, x.part))
			continue;
		if (alone || !wants_window(&x)) {
			direct_add(d, list[i], &x, lit);
		} else {
			window_add(d, list[i], lit, x.win[0]);
			window_add(d, list[i], lit, x.win[1]);
		}
	}
	d->r.ctx->steps += i;
	return i;
}

static size_t
slice_new(struct dyn *d, const uint32_t *list, size_t n)
{
	bool alone = n <= ALONE_MAX;
	uint32_t bits = 14;

	d->nwindows = d->ndirect = 0;
	d->xor = false;
	if (!alone) {
		while (bits < 18 && (size_t)1 << (bits - 7) < n)
			bits++;
		d->map = (struct filter_map){ (const uint8_t *)d->r.s->bitmap, 0x9e3779b1,
			bits };
		memset(d->r.s->bitmap, 0, (size_t)1 << (bits - 3));
		memset(d->r.s->slot, 0, sizeof(d->r.s->slot));
	}
	return slice_fill(d, list, n, alone);
}

static void
windows_scan(struct dyn *d)
{
	struct filter_run *r = &d->r;
	struct filter_scratch *s = r->s;
	size_t n = r->f->ops->pass2(&d->map, r->block, r->n, s->at);

	r->ctx->candidates += n;
	r->ctx->steps += n;
	for (size_t i = 0; i < n; i++) {
		uint32_t quad = le32(r->block + s->at[i]);

		for (unsigned w = s->slot[slot_of(quad)]; w != 0;
		     w = s->window[w - 1].next) {
			const struct dyn_window *x = &s->window[w - 1];

			if (++r->ctx->steps > r->limit)
				r->stop = ERR_LIMIT;
			if (r->stop != OK)
				return;
			if (x->quad == quad)
				filter_run_verify(r, x->needle, x->off, s->at[i]);
		}
	}
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
	n = x->xor ? r->f->ops->find_xor(&x->quad, r->raw, r->n, at)
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
		filter_run_block(r, base);
		if (d->xor)
			filter_run_raw(r);
		if (d->nwindows > 0)
			windows_scan(d);
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
		if (d.nwindows + d.ndirect > 0)
			TRY(slice_scan(&d));
	}
	return OK;
}
