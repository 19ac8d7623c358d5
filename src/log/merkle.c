/*
 * merkle.c - RFC 6962's tree without a tree: only hashes of complete subtrees are read,
 * and those a proof needs are found by arithmetic on sizes.
 *
 * The invariant of all walks: a range of entries that begins at lo is cut where our tree
 * cuts it, so its complete parts are the one bits of its length, largest first. Loops
 * halve or shift a 64-bit number, hence no proof of 64 hashes is too short, and none is
 * read beyond its length.
 */
#include "log/merkle.h"

#include "crypto/hash.h"

void
merkle_empty(struct merkle_hash *out)
{
	hash_of(HASH_SHA256, BYTES_LIT(""), out->b);
}

/* RFC 6962 2.1: leaves and nodes are told apart by their first byte. */
static void
prefixed(uint8_t prefix, struct bytes a, struct bytes b, struct merkle_hash *out)
{
	struct hash h;

	hash_init(&h, HASH_SHA256);
	hash_add(&h, (struct bytes){ &prefix, 1 });
	hash_add(&h, a);
	hash_add(&h, b);
	hash_done(&h, out->b);
}

void
merkle_leaf(struct bytes entry, struct merkle_hash *out)
{
	prefixed(0, entry, (struct bytes){ 0 }, out);
}

/* out may be left or right: prefixed reads both before it writes. */
void
merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
    struct merkle_hash *out)
{
	prefixed(1, (struct bytes){ left->b, MERKLE_HASH },
	    (struct bytes){ right->b, MERKLE_HASH }, out);
}

/*
 * A stack of complete subtrees, largest first, as the bits of how many were pushed. n is
 * the number of one bits of count, so hash has place for 2^63 pushes.
 */
struct fold {
	uint64_t count;
	size_t n;
	struct merkle_hash hash[MERKLE_PATH];
};

static void
fold_push(struct fold *f, const struct merkle_hash *h)
{
	struct merkle_hash x = *h;

	/* each trailing one bit is a neighbour of the same size */
	for (uint64_t c = f->count; c & 1; c >>= 1)
		merkle_node(&f->hash[--f->n], &x, &x);
	f->hash[f->n++] = x;
	f->count++;
}

/*
 * Joins what is left from the right: RFC 6962 2.1's uneven split. n is at least 1:
 * callers have a complete subtree, as size is not 0.
 */
static void
fold_end(const struct merkle_hash *hash, size_t n, struct merkle_hash *out)
{
	struct merkle_hash x = hash[n - 1];

	for (size_t i = n - 1; i-- > 0;)
		merkle_node(&hash[i], &x, &x);
	*out = x;
}

void
merkle_fold(const struct merkle_hash *hash, size_t n, struct merkle_hash *out)
{
	struct fold f = { 0 };

	for (size_t i = 0; i < n; i++)
		fold_push(&f, &hash[i]);
	fold_end(f.hash, f.n, out);
}

static unsigned
top_bit(uint64_t v)
{
	return 63 - (unsigned)__builtin_clzll(v);
}

/*
 * The root of entries lo to hi. In a tree that is split as ours, lo is a multiple of
 * the largest power of two that fits, so the parts are the bits of hi - lo.
 */
static enum err
range(const struct merkle_reader *r, uint64_t lo, uint64_t hi, struct merkle_hash *out)
{
	struct merkle_hash part[MERKLE_PATH];
	size_t n = 0;

	while (lo < hi) {
		unsigned level = top_bit(hi - lo);

		TRY(r->read(r->arg, level, lo >> level, &part[n++]));
		lo += (uint64_t)1 << level;
	}
	fold_end(part, n, out);
	return OK;
}

enum err
merkle_root(const struct merkle_reader *r, uint64_t size, struct merkle_hash *out)
{
	if (size > 0)
		return range(r, 0, size, out);
	merkle_empty(out);
	return OK;
}

/* Proofs are built from the root down and stand the other way round. */
static void
reverse(struct merkle_proof *p)
{
	for (size_t i = 0, k = p->n; i + 1 < k; i++) {
		struct merkle_hash t = p->hash[i];

		p->hash[i] = p->hash[--k];
		p->hash[k] = t;
	}
}

/* The largest power of two below n, which is at least 2. */
static uint64_t
split(uint64_t n)
{
	return (uint64_t)1 << top_bit(n - 1);
}

/* RFC 6962 2.1.1. At most 63 rounds: each halves what is left. */
enum err
merkle_prove(const struct merkle_reader *r, uint64_t index, uint64_t size,
    struct merkle_proof *out)
{
	struct merkle_proof p = { 0 };
	uint64_t lo = 0, hi = size;

	while (hi - lo > 1) {
		uint64_t mid = lo + split(hi - lo);

		if (index < mid) {
			TRY(range(r, mid, hi, &p.hash[p.n++]));
			hi = mid;
		} else {
			TRY(range(r, lo, mid, &p.hash[p.n++]));
			lo = mid;
		}
	}
	reverse(&p);
	*out = p;
	return OK;
}

/* RFC 6962 2.1.2. The old root itself is left out: who checks has it. */
enum err
merkle_prove_growth(
    const struct merkle_reader *r, uint64_t old, uint64_t size, struct merkle_proof *out)
{
	struct merkle_proof p = { 0 };
	uint64_t lo = 0, hi = size;

	while (old > 0 && old < hi) {
		uint64_t mid = lo + split(hi - lo);

		if (old <= mid) {
			TRY(range(r, mid, hi, &p.hash[p.n++]));
			hi = mid;
		} else {
			TRY(range(r, lo, mid, &p.hash[p.n++]));
			lo = mid;
		}
	}
	if (lo > 0)
		TRY(range(r, lo, hi, &p.hash[p.n++]));
	reverse(&p);
	*out = p;
	return OK;
}

/*
 * Up to where the path of the entry leaves the right edge of the tree each level has a
 * sibling; above, only where the edge has one on its left.
 */
size_t
merkle_path_length(uint64_t index, uint64_t size)
{
	uint64_t apart = index ^ (size - 1);
	unsigned inner = apart ? top_bit(apart) + 1 : 0;

	return inner + (inner < 64 ? (size_t)__builtin_popcountll(index >> inner) : 0);
}

/* RFC 9162 2.1.3.2: at and last are the positions of our node and of the last one. */
bool
merkle_included(const struct merkle_hash *leaf, uint64_t index, uint64_t size,
    const struct merkle_proof *proof, const struct merkle_hash *root)
{
	struct merkle_hash x = *leaf;
	uint64_t at = index, last = size - 1;

	if (index >= size || proof->n != merkle_path_length(index, size))
		return false;
	for (size_t i = 0; i < proof->n; i++, at >>= 1, last >>= 1) {
		if (!(at & 1) && at != last) {
			merkle_node(&x, &proof->hash[i], &x);
			continue;
		}
		merkle_node(&proof->hash[i], &x, &x);
		/* the edge has no sibling on these levels */
		for (; at != 0 && !(at & 1); at >>= 1)
			last >>= 1;
	}
	return merkle_same(&x, root);
}

/*
 * RFC 9162 2.1.4.2: one walk up the old tree's edge makes both roots. first is where
 * it starts, the largest complete subtree that ends where old does.
 */
static bool
walk_growth(const struct merkle_head *old, const struct merkle_head *new,
    const struct merkle_hash *first, const struct merkle_hash *rest, size_t n)
{
	unsigned skip = (unsigned)__builtin_ctzll(old->size);
	uint64_t at = (old->size - 1) >> skip, last = (new->size - 1) >> skip;
	struct merkle_hash was = *first, is = *first;

	for (size_t i = 0; i < n; i++, at >>= 1, last >>= 1) {
		if (last == 0)
			return false; /* longer than there are levels */
		if (!(at & 1) && at != last) {
			merkle_node(&is, &rest[i], &is);
			continue;
		}
		merkle_node(&rest[i], &was, &was);
		merkle_node(&rest[i], &is, &is);
		for (; at != 0 && !(at & 1); at >>= 1)
			last >>= 1;
	}
	return last == 0 && merkle_same(&was, &old->root) && merkle_same(&is, &new->root);
}

bool
merkle_consistent(const struct merkle_head *old, const struct merkle_head *new,
    const struct merkle_proof *proof)
{
	struct merkle_hash none;

	if (old->size > new->size)
		return false;
	if (old->size == new->size)
		return proof->n == 0 && merkle_same(&old->root, &new->root);
	if (old->size == 0) {
		merkle_empty(&none);
		return proof->n == 0 && merkle_same(&old->root, &none);
	}
	/* a complete old tree is itself where the walk starts, and is not in the proof */
	if ((old->size & (old->size - 1)) == 0)
		return walk_growth(old, new, &old->root, proof->hash, proof->n);
	return proof->n > 0 &&
	       walk_growth(old, new, &proof->hash[0], proof->hash + 1, proof->n - 1);
}
