/*
 * lit_build.c - the sections of the literal filter, in the layout of db/lit.h: bitmap,
 * buckets, chains, anchors. The size of each follows from the number of windows; the
 * multiplier of the hash is the best of several for the strings that are commonest.
 */
#include "rules/lit_build.h"

#include "rules/gram.h"
#include "rules/lit_pick.h"

/* Keys of an average home bucket: few enough that they seldom overflow. */
#define KEYS_PER_BUCKET 4

#define NONE UINT32_MAX

/* Windows that the bucket table cannot tell apart: one key, one chain. */
struct key {
	uint32_t quad;
	uint16_t check;
	uint32_t first, last; /* windows */
	uint32_t chain;       /* where its chain is */
};

struct table {
	struct arena *arena;
	const struct lit_window *w;
	uint32_t nw;
	uint32_t *link; /* of a window to the next one of its key */
	struct key *keys;
	uint32_t nkeys;
	uint32_t nchains; /* entries of all chains */
	uint32_t seed, bits;
	uint32_t *bitmap;
	uint32_t nbuckets;
	struct lit_bucket *buckets;
};

static uint32_t
key_slot(const struct key *k, uint32_t mask)
{
	uint32_t h = (k->quad ^ (uint32_t)k->check << 8) * 0x9e3779b1u;

	return (h ^ h >> 15) & mask;
}

/* The slot of a key, or the free one where it belongs. */
static uint32_t *
key_find(const struct table *t, uint32_t *slots, uint32_t mask, const struct key *k)
{
	uint32_t s = key_slot(k, mask);

	for (; slots[s] != 0; s = (s + 1) & mask) {
		const struct key *o = &t->keys[slots[s] - 1];

		if (o->quad == k->quad && o->check == k->check)
			break;
	}
	return &slots[s];
}

/* Puts windows of equal keys into one list each, in the order of the needles. */
static enum err
table_group(struct table *t)
{
	uint32_t mask = 1;
	uint32_t *slots;

	while (mask < t->nw * 2)
		mask = mask << 1 | 1;
	slots = ARENA_ARRAY(t->arena, (size_t)mask + 1, uint32_t);
	t->link = ARENA_ARRAY(t->arena, t->nw, uint32_t);
	t->keys = ARENA_ARRAY(t->arena, t->nw, struct key);
	if (slots == NULL || t->link == NULL || t->keys == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < t->nw; i++) {
		const struct lit_window *w = &t->w[i];
		struct key k = { w->quad, 0, i, i, 0 };
		uint32_t *slot;

		if (w->silent)
			continue;
		if (w->has_around)
			k.check = lit_check(w->around);
		t->link[i] = NONE;
		slot = key_find(t, slots, mask, &k);
		if (*slot == 0) {
			t->keys[t->nkeys++] = k;
			*slot = t->nkeys;
			continue;
		}
		t->link[t->keys[*slot - 1].last] = i;
		t->keys[*slot - 1].last = i;
	}
	return OK;
}

/*
 * 128 bits a window: chance passes one position in some thousand, and what is more
 * would not fit the second-level cache. Up to BITS_L1 it fits the first-level one.
 */
#define BITS_L1 18
#define BITS_L2 22

#define BITS_MANY 400000 /* windows that are worth more memory than that */

static uint32_t
bits_for(uint32_t windows)
{
	uint32_t bits = BITS_L1;

	while (bits < BITS_L2 && 1u << (bits - 7) < windows)
		bits++;
	return windows > BITS_MANY ? LIT_BITS_MAX : bits;
}

static void
bitmap_fill(struct table *t)
{
	memset(t->bitmap, 0, (size_t)1 << (t->bits - 3));
	for (uint32_t i = 0; i < t->nw; i++) {
		uint32_t h = lit_hash(t->w[i].quad, t->seed);

		t->bitmap[lit_word(h, t->bits)] |=
		    1u << lit_bit_a(h, t->bits) | t->w[i].bits;
	}
}

/* How much of ordinary files would pass, as far as the commonest strings tell. */
static double
bitmap_cost(const struct table *t)
{
	double sum = 0;
	uint32_t quad;
	uint16_t next;

	for (size_t i = 0; gram_heavy(i, &quad, &next); i++) {
		uint32_t h = lit_hash(quad, t->seed);
		uint32_t bits = 1u << lit_bit_a(h, t->bits) | 1u << lit_bit_b(next);

		if ((t->bitmap[lit_word(h, t->bits)] & bits) == bits)
			sum += gram_heavy_p(i);
	}
	return sum;
}

/*
 * One unlucky collision of, say, six spaces with bits that are set costs more
 * than all needles together: the multiplier is the best of several.
 */
static enum err
table_seed(struct table *t, uint32_t given)
{
	static const uint32_t seeds[] = { 0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f,
		0x165667b1, 0xd6e8feb9, 0xa0761d65, 0xe7037ed1 };
	double best = -1;
	uint32_t seed = given | 1;

	t->bitmap = arena_alloc(t->arena, (size_t)1 << (t->bits - 3));
	if (t->bitmap == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < COUNT(seeds) && given == 0; i++) {
		double cost;

		t->seed = seeds[i];
		bitmap_fill(t);
		cost = bitmap_cost(t);
		if (best < 0 || cost < best) {
			best = cost;
			seed = seeds[i];
		}
	}
	t->seed = seed;
	bitmap_fill(t);
	return OK;
}

static bool
bucket_put(struct table *t, const struct key *k)
{
	uint32_t h = lit_hash(k->quad, t->seed);
	struct lit_bucket *b = &t->buckets[lit_home(h, t->nbuckets)];

	for (int i = 0; i < LIT_PROBES; i++, b++) {
		for (int s = 0; s < 8; s++) {
			if (b->tag[s] != 0)
				continue;
			b->tag[s] = lit_tag(h);
			b->check[s] = k->check;
			b->chain[s] = k->chain;
			return true;
		}
	}
	return false;
}

/* A table in which every key has a place near its home; grows until it is. */
static enum err
table_place(struct table *t)
{
	t->nbuckets = t->nkeys / KEYS_PER_BUCKET + 1;
	for (int tries = 0; tries < 6; tries++, t->nbuckets *= 2) {
		uint32_t i = 0;

		t->buckets = ARENA_ARRAY(
		    t->arena, (size_t)t->nbuckets + LIT_PROBES - 1, struct lit_bucket);
		if (t->buckets == NULL)
			return ERR_LIMIT;
		while (i < t->nkeys && bucket_put(t, &t->keys[i]))
			i++;
		if (i == t->nkeys)
			return OK;
	}
	return ERR_LIMIT;
}

static void
table_number_chains(struct table *t)
{
	for (uint32_t i = 0; i < t->nkeys; i++) {
		t->keys[i].chain = t->nchains++;
		for (uint32_t w = t->keys[i].first; w != NONE; w = t->link[w])
			t->nchains++;
	}
}

static void
chains_write(const struct table *t, struct buf *out)
{
	for (uint32_t i = 0; i < t->nkeys; i++) {
		buf_le32(out, t->keys[i].quad);
		for (uint32_t w = t->keys[i].first; w != NONE; w = t->link[w])
			buf_le32(out, lit_chain(t->w[w].needle, t->w[w].off) |
					  (t->link[w] == NONE ? LIT_CHAIN_LAST : 0));
	}
}

/* Head, tables, chains. The head goes in last: it knows the offsets. */
static enum err
table_write(const struct table *t, const struct lit_anchors *anchors, struct lit_head h,
    struct buf *out)
{
	size_t from = out->n;

	if (buf_room(out, sizeof(h)) == NULL)
		return ERR_LIMIT;
	if (t->nw > 0) {
		h.nbuckets = t->nbuckets;
		h.nchains = t->nchains;
		h.bitmap_at = (uint32_t)(out->n - from);
		buf_put(out, t->bitmap, (size_t)1 << (t->bits - 3));
		h.buckets_at = (uint32_t)(out->n - from);
		buf_put(out, t->buckets,
		    ((size_t)t->nbuckets + LIT_PROBES - 1) * sizeof(struct lit_bucket));
		h.anchors_at = (uint32_t)(out->n - from);
		lit_anchors_write(anchors, out);
		h.chains_at = (uint32_t)(out->n - from);
		chains_write(t, out);
	}
	if (out->full || out->n - from > UINT32_MAX)
		return ERR_LIMIT;
	memcpy(out->p + from, &h, sizeof(h));
	return OK;
}

/* The bytes of a literal in the section, kept once. */
struct lit_store {
	struct buf *out;
	uint32_t *slot; /* needle + 1 */
	uint32_t mask;
};

static uint32_t
store_hash(struct bytes b)
{
	uint32_t h = 0x811c9dc5;

	for (size_t i = 0; i < b.n; i++)
		h = (h ^ b.p[i]) * 0x01000193u;
	return h ^ h >> 15;
}

static struct bytes
store_fold(struct arena *a, const struct lit_in *in)
{
	uint8_t *p;

	if (!(in->flags & LIT_NOCASE))
		return in->lit;
	p = arena_alloc(a, in->lit.n);
	for (size_t i = 0; p != NULL && i < in->lit.n; i++)
		p[i] = byte_lower(in->lit.p[i]);
	return (struct bytes){ p, in->lit.n };
}

static enum err
store_put(struct lit_store *s, struct bytes lit, const struct lit_needle *table,
    struct lit_needle *n, uint32_t index)
{
	uint32_t i = store_hash(lit) & s->mask;

	for (; s->slot[i] != 0; i = (i + 1) & s->mask) {
		const struct lit_needle *o = &table[s->slot[i] - 1];

		if (o->len == lit.n && memcmp(s->out->p + o->at, lit.p, lit.n) == 0) {
			n->at = o->at;
			return OK;
		}
	}
	s->slot[i] = index + 1;
	n->at = (uint32_t)s->out->n;
	buf_put(s->out, lit.p, lit.n);
	return s->out->full || s->out->n > UINT32_MAX ? ERR_LIMIT : OK;
}

static bool
valid(const struct lit_in *in)
{
	if (in->lit.n == 0 || in->lit.n > LIT_LEN_MAX)
		return false;
	return !(in->flags & LIT_XOR) ||
	       (!(in->flags & LIT_NOCASE) && in->xor_lo <= in->xor_hi);
}

static enum err
needles_write(struct arena *a, const struct lit_in *in, uint32_t n, struct lit_out *out)
{
	struct lit_store s = { .out = out->literals, .mask = 1 };
	struct lit_needle *table = ARENA_ARRAY(a, n, struct lit_needle);

	while (s.mask < n * 2)
		s.mask = s.mask << 1 | 1;
	s.slot = ARENA_ARRAY(a, (size_t)s.mask + 1, uint32_t);
	if (table == NULL || s.slot == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n; i++) {
		struct bytes lit;

		if (!valid(&in[i]))
			return ERR_FORMAT;
		lit = store_fold(a, &in[i]);
		if (lit.p == NULL)
			return ERR_LIMIT;
		table[i] = (struct lit_needle){ .part = in[i].part,
			.a = in[i].a,
			.b = in[i].b,
			.len = (uint16_t)lit.n,
			.flags = in[i].flags,
			.xor_lo = in[i].xor_lo,
			.xor_hi = in[i].xor_hi };
		lit_pick_plain(&in[i], &table[i]);
		TRY(store_put(&s, lit, table, &table[i], i));
	}
	buf_put(out->needles, table, n * sizeof(*table));
	return out->needles->full ? ERR_LIMIT : OK;
}

static enum err
pick_all(struct lit_picker *p, const struct lit_in *in, uint32_t n, struct lit_out *out)
{
	uint32_t *deferred = ARENA_ARRAY(p->arena, n, uint32_t);

	if (deferred == NULL)
		return ERR_LIMIT;
	out->ntriggers = out->ndeferred = 0;
	for (uint32_t i = 0; i < n; i++) {
		enum err e;

		if (!(in[i].flags & LIT_TRIGGER))
			continue;
		e = lit_pick(p, &in[i], i);
		if (e == OK)
			out->ntriggers++;
		else if (e == ERR_END)
			deferred[out->ndeferred++] = i;
		else
			return e;
	}
	out->deferred = deferred;
	return OK;
}

/* More windows want more groups, and what these cost is then worth it. */
#define GROUPS_FEW 1024

/* Windows that all triggers will need, about: an xor one has them for each key. */
static uint64_t
windows_expected(const struct lit_in *in, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (in[i].flags & LIT_TRIGGER)
			sum +=
			    in[i].flags & LIT_XOR ? in[i].xor_hi - in[i].xor_lo + 1u : 1u;
	}
	return sum;
}

enum err
lit_build(struct arena *a, const struct lit_in *in, size_t n, const struct lit_opts *opts,
    struct lit_out *out)
{
	struct lit_opts o = *opts;
	struct table t = { .arena = a };
	struct lit_picker p;
	struct lit_head h = { .magic = LIT_MAGIC };

	if (n > LIT_NEEDLES_MAX)
		return ERR_LIMIT;
	if (o.groups == 0)
		o.groups = windows_expected(in, n) < GROUPS_FEW ? 8 : LIT_GROUPS_MAX;
	if (!(o.hot > 0))
		o.hot = LIT_HOT;
	if (out->needles != NULL)
		TRY(needles_write(a, in, (uint32_t)n, out));
	TRY(lit_picker_init(&p, a, n, o.groups, o.hot));
	TRY(pick_all(&p, in, (uint32_t)n, out));
	TRY(lit_pick_windows(&p, in));
	if (p.n > LIT_CHAINS_MAX / 2)
		return ERR_LIMIT;

	t.w = p.w;
	t.nw = (uint32_t)p.n;
	t.bits = o.bits ? o.bits : bits_for(t.nw);
	if (t.nw > 0) {
		TRY(table_group(&t));
		TRY(table_seed(&t, o.seed));
		table_number_chains(&t);
		TRY(table_place(&t));
	}
	out->nwindows = t.nw;
	out->nkeys = t.nkeys;
	out->cost = p.cost;
	h.seed = t.seed;
	h.bits = t.bits;
	h.groups = o.groups;
	h.nneedles = (uint32_t)n;
	return table_write(&t, p.anchors, h, out->filter);
}
