/*
 * filter_run.c - one walk over the data: blocks copied and folded, candidates verified
 * against the data itself, hits handed on in batches. A position before the data wraps
 * to a huge offset and is refused by the same comparison as one behind it.
 */
#include "match/filter_run.h"

struct filter_run
filter_run_new(const struct filter *f, struct bytes data, struct filter_ctx *ctx)
{
	return (struct filter_run){ .f = f,
		.data = data,
		.ctx = ctx,
		.s = ctx->scratch,
		.limit = ctx->limit ? ctx->limit : UINT64_MAX };
}

/* Bytes of the data before the block that its copy has too. */
static size_t
front(const struct filter_run *r)
{
	return r->base < 8 ? (size_t)r->base : 8;
}

static struct bytes
source(const struct filter_run *r)
{
	size_t before = front(r);

	return bytes_clip(
	    r->data, r->base - before, before + FILTER_BLOCK + FILTER_BEHIND);
}

const uint8_t *
filter_run_ahead(const struct filter_run *r)
{
	struct bytes next = bytes_sub(r->data, r->base + FILTER_BLOCK, FILTER_BLOCK);

	return next.p ? next.p : r->block;
}

void
filter_run_block(struct filter_run *r, uint64_t base, bool fetch)
{
	struct bytes src;

	r->base = base;
	r->n = bytes_clip(r->data, base, FILTER_BLOCK).n;
	r->block = r->s->fold.b + FILTER_FRONT;
	src = source(r);
	r->f->ops->fold(r->s->fold.b + FILTER_FRONT - front(r), src.p,
	    fetch ? filter_run_ahead(r) : src.p, src.n);
	r->ctx->steps += r->n / 64 + 1;
}

void
filter_run_raw(struct filter_run *r)
{
	struct bytes src = source(r);
	uint8_t *dst = r->s->raw.b + FILTER_FRONT - front(r);

	memcpy(dst, src.p, src.n);
	memset(dst + src.n, 0, FILTER_SLACK);
	r->raw = r->s->raw.b + FILTER_FRONT;
}

void
filter_run_flush(struct filter_run *r)
{
	size_t n = r->nhits;

	r->nhits = 0;
	r->ctx->found += n;
	if (n > 0 && r->stop == OK && !r->ctx->hits(r->ctx->arg, r->s->hits, n))
		r->stop = ERR_END;
}

void
filter_run_spent(struct filter_run *r)
{
	uint64_t limit = r->ctx->more ? r->ctx->more(r->ctx->arg) : 0;

	if (limit > r->ctx->steps)
		r->limit = limit;
	else
		r->stop = ERR_LIMIT;
}

bool
filter_run_end_block(struct filter_run *r)
{
	filter_run_flush(r);
	if (r->stop == OK && r->ctx->steps > r->limit)
		filter_run_spent(r);
	return r->stop == OK;
}

/* ASCII upper case to lower, eight bytes at once; no carry leaves a byte. */
static uint64_t
lower8(uint64_t x)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t low = x & ones * 0x7f;
	uint64_t from_a = low + ones * (0x80 - 'A'), above_z = low + ones * (0x7f - 'Z');
	uint64_t upper = (from_a ^ above_z) & ~x & ones * 0x80;

	return x | upper >> 2;
}

static bool
eq_lower(const uint8_t *d, const uint8_t *lit, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		if (lower8(le64(d + i)) != le64(lit + i))
			return false;
	}
	for (; i < n; i++) {
		if (byte_lower(d[i]) != lit[i])
			return false;
	}
	return true;
}

static bool
eq_xor(const uint8_t *d, const uint8_t *lit, size_t n, uint8_t key)
{
	const uint64_t keys = 0x0101010101010101u * key;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		if ((le64(d + i) ^ keys) != le64(lit + i))
			return false;
	}
	for (; i < n; i++) {
		if ((d[i] ^ key) != lit[i])
			return false;
	}
	return true;
}

/* The part of the needle from..to of the data at d; key is 0 but for xor. */
static bool
eq_part(const struct lit_needle *n, const uint8_t *d, struct bytes lit, uint8_t key)
{
	if (n->flags & LIT_NOCASE)
		return eq_lower(d, lit.p, lit.n);
	if (n->flags & LIT_XOR)
		return eq_xor(d, lit.p, lit.n, key);
	return memcmp(d, lit.p, lit.n) == 0;
}

/* d has the whole length. The first bytes decide nearly always. */
static bool
eq_needle(struct filter_run *r, const struct lit_needle *n, const uint8_t *d,
    struct bytes lit, uint8_t key)
{
	struct bytes head = bytes_clip(lit, 0, FILTER_HEAD),
		     rest = bytes_from(lit, head.n);

	r->ctx->steps++;
	r->ctx->compares++;
	if (!eq_part(n, d, head, key))
		return false;
	if (rest.n == 0)
		return true;
	r->ctx->steps += rest.n / 64;
	r->ctx->learned = true; /* for who notes what was compared: this is too much */
	return eq_part(n, d + head.n, rest, key);
}

static void
put(struct filter_run *r, struct filter_hit hit)
{
	r->s->hits[r->nhits++] = hit;
	if (r->nhits == FILTER_BATCH)
		filter_run_flush(r);
}

void
filter_run_verify(struct filter_run *r, uint32_t index, unsigned off, size_t at)
{
	uint64_t pos = r->base + at - off; /* wraps when before the data */
	struct lit_needle n;
	struct bytes lit, d;
	uint8_t key = 0;

	if (index >= r->f->nneedles)
		return;
	n = lit_needle_at(r->f->needles, index);
	if (filter_done(r->ctx, n.part))
		return;
	lit = bytes_sub(r->f->literals, n.at, n.len);
	d = bytes_sub(r->data, pos, n.len);
	if (lit.n == 0 || d.n == 0)
		return;
	if (n.flags & LIT_XOR) {
		key = d.p[0] ^ lit.p[0];
		if (key < n.xor_lo || key > n.xor_hi)
			return;
	}
	if (eq_needle(r, &n, d.p, lit, key))
		put(r, (struct filter_hit){ index, key, pos });
}
