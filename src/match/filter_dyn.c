/*
 * filter_dyn.c - the on-demand pass: chosen needles, which no table of the database is
 * made for. Few are looked for one after the other by four of their bytes; many share a
 * hash table of windows that is filled anew for each slice of the list.
 */
#include "match/filter.h"

#include "match/filter_run.h"

/*
 * So few needles are looked for one after the other in each block, which is in the
 * first-level cache: 30 ps a byte and needle, a pass with the bitmap takes 190.
 */
#define ALONE_MAX 5

/* One pass over the data: needles of a slice of the list, in one of two ways. */
struct dyn {
	struct filter_run r;
	struct filter_map map;
	unsigned nwindows, ndirect;
	unsigned stride; /* 1: many needles have one window only; 0: no bitmap */
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

/* A window at an even and one at an odd offset. */
static bool
has_both(const struct lit_needle *n)
{
	return n->win[0] % 2 == 0 && n->win[1] % 2 == 1 && has_window(n, n->win[0]) &&
	       has_window(n, n->win[1]);
}

static void
needle_add(struct dyn *d, uint32_t index, const struct lit_needle *n, struct bytes lit)
{
	bool xored = n->flags & LIT_XOR;

	if (d->stride == 2 && !xored && has_both(n)) {
		window_add(d, index, lit, n->win[0]);
		window_add(d, index, lit, n->win[1]);
	} else if (d->stride == 1 && !xored && has_window(n, n->rare)) {
		window_add(d, index, lit, n->rare);
	} else {
		direct_add(d, index, n, lit);
	}
}

/* Takes needles from the list until one of both tables is full; how many. */
static size_t
slice_fill(struct dyn *d, const uint32_t *list, size_t n)
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
		if (lit.n > 0 && !filter_done(d->r.ctx, x.part))
			needle_add(d, list[i], &x, lit);
	}
	d->r.ctx->steps += i;
	return i;
}

static unsigned
stride_for(const struct filter *f, const uint32_t *list, size_t n)
{
	unsigned single = 0, many = 0;

	for (size_t i = 0; i < n && i < DYN_WINDOWS; i++) {
		struct lit_needle x;

		if (list[i] >= f->nneedles)
			continue;
		x = lit_needle_at(f->needles, list[i]);
		many += !(x.flags & LIT_XOR);
		single += x.len == LIT_WINDOW && !(x.flags & LIT_XOR);
	}
	if (many <= ALONE_MAX)
		return 0;
	return single > ALONE_MAX ? 1 : 2;
}

static size_t
slice_new(struct dyn *d, const uint32_t *list, size_t n)
{
	uint32_t bits = 14;

	d->nwindows = d->ndirect = 0;
	d->xored = false;
	d->stride = stride_for(d->r.f, list, n);
	if (d->stride > 0) {
		while (bits < 18 && (size_t)1 << (bits - 7) < n)
			bits++;
		d->map = (struct filter_map){ .words = (const uint8_t *)d->r.s->bitmap,
			.seed = 0x9e3779b1,
			.bits = bits };
		memset(d->r.s->bitmap, 0, (size_t)1 << (bits - 3));
		memset(d->r.s->slot, 0, sizeof(d->r.s->slot));
	}
	return slice_fill(d, list, n);
}

static void
windows_scan(struct dyn *d)
{
	struct filter_run *r = &d->r;
	struct filter_scratch *s = r->s;
	size_t n;

	d->map.ahead = filter_run_ahead(r);
	n = d->stride == 2 ? r->f->ops->pass2(&d->map, r->block, r->n, s->at)
			   : r->f->ops->pass1(&d->map, r->block, r->n, s->at);

	r->ctx->candidates += n;
	r->ctx->steps += n;
	for (size_t i = 0; i < n; i++) {
		uint32_t quad = le32(r->block + s->at[i]);

		for (unsigned w = s->slot[slot_of(quad)]; w != 0;
		     w = s->window[w - 1].next) {
			const struct dyn_window *x = &s->window[w - 1];

			if (++r->ctx->steps > r->limit)
				filter_run_spent(r);
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
		filter_run_block(r, base, d->nwindows == 0);
		if (d->xored)
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
