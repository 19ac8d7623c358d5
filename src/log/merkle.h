/*
 * merkle.h - the tree of RFC 6962: hashes, roots, and proofs both ways.
 *
 * A tree of n entries splits at the largest power of two below n. So every part of it
 * that is complete has a place that never changes, (level, index): the hash of entries
 * index * 2^level up to (index + 1) * 2^level. Whoever can read those hashes can make
 * every root and every proof; whoever checks needs nothing but the proof.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define MERKLE_HASH 32               /* bytes of SHA-256 */
#define MERKLE_PATH 64               /* hashes of the longest proof there can be */
#define MERKLE_MOST (UINT64_MAX / 2) /* entries: sizes are int64 to the others */

/*
 * The hash of a leaf or an inner node (RFC 6962, 2.1: 0x00 before an entry, 0x01 before
 * two hashes).
 */
struct merkle_hash {
	uint8_t b[MERKLE_HASH];
};

/*
 * An audit path or a consistency proof, the hash nearest to the leaves first (RFC 6962,
 * 2.1.1 and 2.1.2).
 */
struct merkle_proof {
	size_t n;
	struct merkle_hash hash[MERKLE_PATH];
};

/* Are they equal? Not in constant time: nothing here is secret. */
static inline bool
merkle_same(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->b, b->b, MERKLE_HASH) == 0;
}

void merkle_empty(struct merkle_hash *out); /* the root of no entries */
void merkle_leaf(struct bytes entry, struct merkle_hash *out);
void merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
    struct merkle_hash *out);
/* The root of n hashes that stand side by side on one level; n is at least 1. */
void merkle_fold(const struct merkle_hash *hash, size_t n, struct merkle_hash *out);

/*
 * Where complete subtrees are read from: the hash of entries index * 2^level up to, not
 * including, (index + 1) * 2^level. level is below 64. An err of read ends what asked,
 * and is its err; then nothing was written to the outputs. Nobody checks here what read
 * gives.
 */
struct merkle_reader {
	enum err (*read)(
	    void *arg, unsigned level, uint64_t index, struct merkle_hash *out);
	void *arg;
};

/*
 * The root of the first size entries; of none, merkle_empty. Reads as many hashes as size
 * has one bits.
 */
MUST_USE enum err merkle_root(
    const struct merkle_reader *r, uint64_t size, struct merkle_hash *out);

/*
 * The proof that entry index is in the tree of size entries; index < size, which the
 * caller has checked: no err tells. Reads 2,016 hashes at most.
 */
MUST_USE enum err merkle_prove(const struct merkle_reader *r, uint64_t index,
    uint64_t size, struct merkle_proof *out);

/*
 * The proof that the tree of size begins with that of old; old <= size, as the caller has
 * checked. Empty for old 0 and for equal sizes.
 */
MUST_USE enum err merkle_prove_growth(
    const struct merkle_reader *r, uint64_t old, uint64_t size, struct merkle_proof *out);

/* Hashes in a proof of that entry; RFC 6962 leaves no choice. */
size_t merkle_path_length(uint64_t index, uint64_t size);

/*
 * Is the entry with this leaf hash at index in the tree of that size and root? proof,
 * index and size may be a stranger's: any numbers give an answer, and one length of proof
 * fits.
 */
bool merkle_included(const struct merkle_hash *leaf, uint64_t index, uint64_t size,
    const struct merkle_proof *proof, const struct merkle_hash *root);

/* A tree as others know it: how many entries, and the root over them. */
struct merkle_head {
	uint64_t size;
	struct merkle_hash root;
};

/*
 * Does the tree of new begin with that of old? Equal sizes: no proof, and equal roots.
 * old 0: no proof, and the root of nothing. All three may be a stranger's.
 */
bool merkle_consistent(const struct merkle_head *old, const struct merkle_head *new,
    const struct merkle_proof *proof);
