#include "match/filter.h"

#include "match/filter_run.h"

/* Best first. */
static const struct {
	unsigned cpu;
	const struct filter_ops *ops;
} variants[] = {
	{ FILTER_AVX512, &filter_avx512 },
	{ FILTER_AVX2, &filter_avx2 },
	{ FILTER_SCALAR, &filter_scalar },
};

unsigned
filter_cpus(void)
{
	unsigned cpus = FILTER_SCALAR;

	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
		cpus |= FILTER_AVX2;
	if (cpus & FILTER_AVX2 && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl"))
		cpus |= FILTER_AVX512;
	return cpus;
}

void
filter_choose(struct filter *f, unsigned cpus)
{
	cpus = (cpus & filter_cpus()) | FILTER_SCALAR;
	for (size_t i = 0; i < COUNT(variants); i++) {
		if (cpus & variants[i].cpu) {
			f->ops = variants[i].ops;
			return;
		}
	}
}

static enum err
open_tables(struct bytes section, const struct lit_head *h, struct filter *f)
{
	uint64_t nbuckets = (uint64_t)h->nbuckets + LIT_PROBES - 1;

	if (h->bits < LIT_BITS_MIN || h->bits > LIT_BITS_MAX)
		return ERR_FORMAT;
	if (h->stride != 1 && h->stride != 2)
		return ERR_FORMAT;
	f->bitmap = bytes_sub(section, h->bitmap_at, (uint64_t)1 << (h->bits - 3));
	f->buckets =
	    bytes_sub(section, h->buckets_at, nbuckets * sizeof(struct lit_bucket));
	f->chains = bytes_sub(section, h->chains_at, (uint64_t)h->nchains * 4);
	if (f->bitmap.p == NULL || f->buckets.p == NULL || f->chains.p == NULL)
		return ERR_FORMAT;
	f->seed = h->seed;
	f->bits = h->bits;
	f->stride = h->stride;
	f->nbuckets = h->nbuckets;
	f->nchains = h->nchains;
	return OK;
}

enum err
filter_open(
    struct bytes section, struct bytes needles, struct bytes literals, struct filter *out)
{
	struct filter f = { .needles = needles, .literals = literals };
	struct lit_head h;

	if (needles.n % sizeof(struct lit_needle) != 0 ||
	    needles.n / sizeof(struct lit_needle) > LIT_NEEDLES_MAX)
		return ERR_FORMAT;
	f.nneedles = (uint32_t)(needles.n / sizeof(struct lit_needle));
	if (section.n > 0) {
		if (section.n < sizeof(h))
			return ERR_FORMAT;
		memcpy(&h, section.p, sizeof(h));
		if (h.magic != LIT_MAGIC || h.nneedles != f.nneedles)
			return ERR_FORMAT;
		if (h.nbuckets > 0)
			TRY(open_tables(section, &h, &f));
	}
	filter_choose(&f, filter_cpus());
	*out = f;
	return OK;
}

struct filter_scratch *
filter_scratch_new(struct arena *a)
{
	return ARENA_NEW(a, struct filter_scratch);
}

/* The top bit of every 16-bit lane of x that is zero; carries stay in the lane. */
static uint64_t
zero_lanes(uint64_t x)
{
	const uint64_t low = 0x7fff7fff7fff7fffu;

	return ~(((x & low) + low) | x) & ~low;
}

/* A position that passed the bitmap, with its neighbours hashed for the checks. */
struct candidate {
	size_t at;
	uint64_t tags;   /* the tag of its hash in each lane */
	uint16_t ext[3]; /* by enum lit_ext */
};

static void
chain_walk(struct filter_run *r, uint32_t chain, size_t at)
{
	const struct filter *f = r->f;

	if (chain >= f->nchains)
		return;
	if (le32(f->chains.p + (size_t)chain * 4) != le32(r->block + at))
		return;
	r->ctx->keys++;
	for (uint32_t i = chain + 1; i < f->nchains && r->stop == OK; i++) {
		uint32_t e = le32(f->chains.p + (size_t)i * 4);

		if (++r->ctx->steps > r->limit)
			r->stop = ERR_LIMIT;
		filter_run_verify(r, lit_chain_needle(e), lit_chain_off(e), at);
		if (e & LIT_CHAIN_LAST)
			break;
	}
}

static void
slot_check(
    struct filter_run *r, const struct candidate *c, const uint8_t *bucket, unsigned i)
{
	uint16_t ext = le16(bucket + offsetof(struct lit_bucket, ext) + 2 * i);
	uint32_t key = le32(bucket + offsetof(struct lit_bucket, key) + 4 * i);
	unsigned kind = key & 3;

	if (kind == LIT_EXT_NONE || (kind <= LIT_EXT_BEFORE && c->ext[kind] == ext))
		chain_walk(r, key >> 2, c->at);
}

/* True: the bucket is full, the next one may have more. */
static bool
bucket_check(struct filter_run *r, const struct candidate *c, const uint8_t *bucket)
{
	bool full = true;

	for (unsigned half = 0; half < 8; half += 4) {
		uint64_t tags = le64(bucket + 2 * half);
		uint64_t equal = zero_lanes(tags ^ c->tags);

		for (; equal != 0; equal &= equal - 1)
			slot_check(
			    r, c, bucket, half + (unsigned)__builtin_ctzll(equal) / 16);
		full &= zero_lanes(tags) == 0;
	}
	return full;
}

/* All keys of this hash: in the home bucket, and while buckets are full, on. */
static void
candidate(struct filter_run *r, uint32_t hash, size_t at)
{
	const uint8_t *p = r->block + at;
	struct candidate c = { at, 0x0001000100010001u * lit_tag(hash),
		{ 0, lit_check(le32(p + 4)), lit_check(le32(p - 4)) } };
	const uint8_t *b =
	    r->f->buckets.p + sizeof(struct lit_bucket) * lit_home(hash, r->f->nbuckets);

	for (int i = 0; i < LIT_PROBES && bucket_check(r, &c, b); i++)
		b += sizeof(struct lit_bucket);
}

/* The bucket lines are asked for first: half of the time would be their misses. */
static void
drain(struct filter_run *r, size_t n)
{
	const struct filter *f = r->f;
	struct filter_scratch *s = r->s;

	r->ctx->candidates += n;
	r->ctx->steps += n;
	for (size_t i = 0; i < n; i++) {
		uint32_t h = lit_hash(le32(r->block + s->at[i]), f->seed);

		s->hash[i] = h;
		__builtin_prefetch(
		    f->buckets.p + sizeof(struct lit_bucket) * lit_home(h, f->nbuckets));
	}
	for (size_t i = 0; i < n && r->stop == OK; i++)
		candidate(r, s->hash[i], s->at[i]);
}

enum err
filter_scan(const struct filter *f, struct bytes data, struct filter_ctx *ctx)
{
	struct filter_run r = filter_run_new(f, data, ctx);
	struct filter_map map = { f->bitmap.p, f->seed, f->bits };

	if (f->nbuckets == 0)
		return OK;
	for (uint64_t base = 0; base < data.n; base += FILTER_BLOCK) {
		filter_run_block(&r, base);
		drain(&r, f->stride == 2 ? f->ops->pass2(&map, r.block, r.n, r.s->at)
					 : f->ops->pass1(&map, r.block, r.n, r.s->at));
		if (!filter_run_end_block(&r))
			return r.stop;
	}
	return OK;
}
