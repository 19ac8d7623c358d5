/*
 * filter.c - the filter over all triggers: anchors, then the bitmap, then buckets, then
 * the needles themselves. Each stage passes on what it cannot refuse, so nothing is
 * lost; what the database says beyond its tables was refused by filter_open.
 */
#include "match/filter.h"

#include <emmintrin.h>

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
	    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
	    __builtin_cpu_supports("avx512vbmi2"))
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
	if (h->groups != 8 && h->groups != LIT_GROUPS_MAX)
		return ERR_FORMAT;
	f->bitmap = bytes_sub(section, h->bitmap_at, (uint64_t)1 << (h->bits - 3));
	f->anchors =
	    bytes_sub(section, h->anchors_at, (uint64_t)h->groups / 8 * LIT_ANCHORS);
	f->buckets =
	    bytes_sub(section, h->buckets_at, nbuckets * sizeof(struct lit_bucket));
	f->chains = bytes_sub(section, h->chains_at, (uint64_t)h->nchains * 4);
	if (f->bitmap.p == NULL || f->anchors.p == NULL || f->buckets.p == NULL ||
	    f->chains.p == NULL)
		return ERR_FORMAT;
	if ((uintptr_t)f->bitmap.p % 4 != 0)
		return ERR_FORMAT;
	f->seed = h->seed;
	f->bits = h->bits;
	f->groups = h->groups;
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

/* Every needle of a chain, the window of which is at base + at. */
static inline void
chain_verify(struct filter_run *r, uint32_t chain, size_t at)
{
	const struct filter *f = r->f;
	struct filter_ctx *c = r->ctx;
	const uint8_t *chains = f->chains.p;

	for (uint32_t i = chain + 1; i < f->nchains && r->stop == OK; i++) {
		uint32_t e = le32(chains + (size_t)i * 4);

		if (++c->steps > r->limit)
			filter_run_spent(r);
		filter_run_verify(r, lit_chain_needle(e), lit_chain_off(e), at);
		if (e & LIT_CHAIN_LAST)
			break;
	}
}

/* Keys in a block; in ordinary files there are some ten. */
#define DENSE       128
/* A place further behind may have left the cache: no memo is worth that. */
#define MEMO_NEAR   (64u << 10)
/* Times that a chain comes between like bytes before it is worth a note. */
#define MEMO_VISITS 8
/* Bytes of a comparison, and what may matter beside those that were looked at. */
#define MEMO_MOST   512
#define MEMO_SIDE   4

static struct filter_memo *
memo_of(struct filter_run *r, uint32_t chain, size_t at)
{
	uint64_t h = (le64(r->block + at + 4) ^ chain) * 0x9e3779b97f4a7c15ULL;

	return &r->s->memo[h >> 32 & (FILTER_MEMOS - 1)];
}

/* The bytes around pos are those around the place of the memo. */
static bool
memo_same(const struct filter_run *r, const struct filter_memo *m, uint64_t pos)
{
	struct bytes then, now;

	if (m->after == 0 || pos < m->before)
		return false;
	then = bytes_sub(r->data, m->pos - m->before, m->before + m->after);
	now = bytes_sub(r->data, pos - m->before, m->before + m->after);
	return now.p != NULL && then.p != NULL && memcmp(now.p, then.p, now.n) == 0;
}

/* Begins to note, with what the needles of a chain are compared with. */
static void
memo_begin(struct filter_run *r, uint32_t chain, uint64_t pos)
{
	const struct filter *f = r->f;
	struct filter_ctx *c = r->ctx;

	c->lo = c->hi = pos;
	c->learned = false;
	c->watched = true;
	for (uint32_t i = chain + 1; i < f->nchains; i++) {
		uint32_t e = le32(f->chains.p + (size_t)i * 4);
		uint32_t k = lit_chain_needle(e);
		struct lit_needle n;
		uint64_t lo = pos - lit_chain_off(e), hi;

		if (k >= f->nneedles)
			break;
		n = lit_needle_at(f->needles, k);
		hi = lo + (n.len < FILTER_HEAD ? n.len : FILTER_HEAD);
		/* where it does not fit its length matters, and no memo holds that */
		if (lo > pos || r->data.n - lo < n.len)
			c->learned = true;
		c->lo = lo < c->lo ? lo : c->lo;
		c->hi = hi > c->hi ? hi : c->hi;
		if (e & LIT_CHAIN_LAST)
			break;
	}
}

/* Notes what decided that there is nothing at pos; nothing, when that is too much. */
static void
memo_set(struct filter_run *r, struct filter_memo *m, uint64_t pos)
{
	const struct filter_ctx *c = r->ctx;
	uint64_t before = pos - c->lo + MEMO_SIDE, after = c->hi - pos + MEMO_SIDE;

	r->ctx->watched = false;
	if (c->learned || r->stop != OK || before + after > MEMO_MOST || pos < before ||
	    r->data.n - pos < after)
		return;
	m->before = (uint32_t)before;
	m->after = (uint32_t)after;
}

/*
 * A chain of many needles at every few bytes is what a hostile file is made of. So where
 * it comes again soon, what its needles hang on is noted, and compared the next time.
 * Only in blocks behind a dense one: elsewhere that would cost more than it saves.
 */
static __attribute__((noinline)) void
chain_memo(struct filter_run *r, uint32_t chain, size_t at)
{
	struct filter_memo *m = memo_of(r, chain, at);
	uint64_t pos = r->base + at;

	/* Places of 64 bytes come in any order. */
	if (m->scan != r->s->scans || m->chain != chain ||
	    pos + 64 - m->pos > MEMO_NEAR) {
		*m = (struct filter_memo){ r->s->scans, chain, .pos = pos };
		chain_verify(r, chain, at);
		return;
	}
	r->ctx->steps++;
	if (memo_same(r, m, pos)) {
		m->pos = pos;
		return;
	}
	if (m->after != 0)
		m->visits = 0;
	m->pos = pos;
	m->after = 0;
	if (++m->visits < MEMO_VISITS) {
		chain_verify(r, chain, at);
		return;
	}
	filter_run_flush(r);
	memo_begin(r, chain, pos);
	chain_verify(r, chain, at);
	filter_run_flush(r);
	memo_set(r, m, pos);
}

static void
chain_walk(struct filter_run *r, uint32_t chain, size_t at)
{
	const struct filter *f = r->f;

	if (chain >= f->nchains)
		return;
	if (le32(f->chains.p + (size_t)chain * 4) != le32(r->block + at))
		return;
	r->ctx->keys++;
	if (__builtin_expect(r->dense, 0))
		chain_memo(r, chain, at);
	else
		chain_verify(r, chain, at);
}

/* A bit for each of the 8 lanes that are all ones in x. */
static unsigned
lanes(__m128i x)
{
	return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(x, _mm_setzero_si128()));
}

static __m128i
load(const void *p)
{
	return _mm_loadu_si128(p);
}

/* Every lane of the check is the check behind, the one before, or there is none. */
static __m128i
check_any(__m128i check, const uint8_t *p)
{
	__m128i behind = _mm_set1_epi16((short)lit_check(le32(p + 4)));
	__m128i before = _mm_set1_epi16((short)lit_check(le32(p - 4)));
	__m128i x =
	    _mm_or_si128(_mm_cmpeq_epi16(check, behind), _mm_cmpeq_epi16(check, before));

	return _mm_or_si128(x, _mm_cmpeq_epi16(check, _mm_setzero_si128()));
}

/* All keys of this hash: in the home bucket, and while buckets are full, on. */
static void
candidate(struct filter_run *r, uint32_t hash, size_t at)
{
	const uint8_t *p = r->block + at;
	const uint8_t *b =
	    r->f->buckets.p + sizeof(struct lit_bucket) * lit_home(hash, r->f->nbuckets);
	const __m128i tag = _mm_set1_epi16((short)lit_tag(hash));

	for (int i = 0; i < LIT_PROBES; i++, b += sizeof(struct lit_bucket)) {
		__m128i tags = load(b);
		__m128i check = load(b + offsetof(struct lit_bucket, check));
		unsigned m =
		    lanes(_mm_and_si128(_mm_cmpeq_epi16(tags, tag), check_any(check, p)));

		for (; m != 0; m &= m - 1) {
			unsigned slot = (unsigned)__builtin_ctz(m);

			chain_walk(r,
			    le32(b + offsetof(struct lit_bucket, chain) + 4 * slot), at);
		}
		if (lanes(_mm_cmpeq_epi16(tags, _mm_setzero_si128())) != 0)
			break;
	}
}

static void
drain(struct filter_run *r, size_t n)
{
	const struct filter *f = r->f;
	struct filter_scratch *w = r->s;

	r->ctx->candidates += n;
	r->ctx->steps += n;
	for (size_t i = 0; i < n; i++) {
		uint32_t h = lit_hash(le32(r->block + w->at[i]), f->seed);

		w->hash[i] = h;
		__builtin_prefetch(
		    f->buckets.p + sizeof(struct lit_bucket) * lit_home(h, f->nbuckets));
	}
	for (size_t i = 0; i < n; i++)
		candidate(r, w->hash[i], w->at[i]);
}

enum err
filter_scan(const struct filter *f, struct bytes data, struct filter_ctx *ctx)
{
	struct filter_run r = filter_run_new(f, data, ctx);
	struct filter_map map = { f->bitmap.p, f->seed, f->bits };
	struct filter_anchors anchors = { f->anchors.p, NULL, f->groups };
	struct filter_scratch *s = ctx->scratch;

	if (f->nbuckets == 0)
		return OK;
	if (++s->scans == 0) {
		memset(s->memo, 0, sizeof(s->memo));
		s->scans = 1;
	}
	for (uint64_t base = 0; base < data.n; base += FILTER_BLOCK) {
		uint64_t keys;
		size_t n;

		filter_run_block(&r, base, false);
		anchors.ahead = filter_run_ahead(&r);
		n = f->ops->anchors(&anchors, r.block, &s->classes, r.n, s->at);
		ctx->anchors += n;
		ctx->steps += n / 8;
		keys = ctx->keys;
		drain(&r, f->ops->lookup(&map, r.block, s->at, n));
		r.dense = ctx->local && ctx->keys - keys > DENSE;
		if (!filter_run_end_block(&r))
			return r.stop;
	}
	return OK;
}
