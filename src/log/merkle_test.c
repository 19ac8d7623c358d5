/* Roots and proofs: vectors.h, and every proof of every small tree. */
#include "log/merkle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "log/vectors.h"

/* All complete subtrees of a log of "candor entry N". */
struct tree {
	struct merkle_hash *level[64];
	uint64_t n[64];
};

static enum err
read_tree(void *arg, unsigned level, uint64_t index, struct merkle_hash *out)
{
	struct tree *t = arg;

	if (index >= t->n[level])
		return ERR_END;
	*out = t->level[level][index];
	return OK;
}

static void
grow(struct tree *t, uint64_t n)
{
	memset(t, 0, sizeof(*t));
	t->level[0] = calloc(n + 1, sizeof(struct merkle_hash));
	for (t->n[0] = 0; t->n[0] < n; t->n[0]++) {
		char entry[40];

		snprintf(entry, sizeof(entry), "candor entry %" PRIu64, t->n[0]);
		merkle_leaf(bytes_of(entry), &t->level[0][t->n[0]]);
	}
	for (unsigned l = 1; n >> l > 0; l++) {
		t->n[l] = n >> l;
		t->level[l] = calloc(t->n[l], sizeof(struct merkle_hash));
		for (uint64_t i = 0; i < t->n[l]; i++)
			merkle_node(&t->level[l - 1][2 * i], &t->level[l - 1][2 * i + 1],
			    &t->level[l][i]);
	}
}

static void
drop(struct tree *t)
{
	for (unsigned l = 0; l < 64; l++)
		free(t->level[l]);
}

static bool
same_hex(const struct merkle_hash *h, size_t n, const char *hex)
{
	return EQ_B(((struct bytes){ h[0].b, n * MERKLE_HASH }), test_hex(hex));
}

TEST(vectors)
{
	struct merkle_reader r = { read_tree, NULL };
	struct merkle_proof p;
	struct merkle_hash h;
	struct tree t;

	merkle_empty(&h);
	same_hex(&h, 1, VECTOR_EMPTY_ROOT);
	merkle_leaf((struct bytes){ 0 }, &h);
	same_hex(&h, 1, VECTOR_EMPTY_LEAF);
	grow(&t, 70000);
	r.arg = &t;
	for (size_t i = 0; i < COUNT(vector_roots); i++) {
		ROW("root of %" PRIu64, vector_roots[i].size);
		EQ_U(merkle_root(&r, vector_roots[i].size, &h), OK);
		same_hex(&h, 1, vector_roots[i].root);
	}
	for (size_t i = 0; i < COUNT(vector_inclusion); i++) {
		ROW("inclusion %zu", i);
		EQ_U(merkle_prove(
			 &r, vector_inclusion[i].index, vector_inclusion[i].size, &p),
		    OK);
		same_hex(p.hash, p.n, vector_inclusion[i].proof);
		EQ_U(merkle_root(&r, vector_inclusion[i].size, &h), OK);
		CHECK(merkle_included(&t.level[0][vector_inclusion[i].index],
		    vector_inclusion[i].index, vector_inclusion[i].size, &p, &h));
	}
	for (size_t i = 0; i < COUNT(vector_consistency); i++) {
		struct merkle_head old = { vector_consistency[i].old, { { 0 } } };
		struct merkle_head new = { vector_consistency[i].size, { { 0 } } };

		ROW("consistency %zu", i);
		EQ_U(merkle_prove_growth(&r, old.size, new.size, &p), OK);
		same_hex(p.hash, p.n, vector_consistency[i].proof);
		EQ_U(merkle_root(&r, old.size, &old.root), OK);
		EQ_U(merkle_root(&r, new.size, &new.root), OK);
		CHECK(merkle_consistent(&old, &new, &p));
	}
	drop(&t);
}

/* Nothing but the right proof passes: another hash, one more, one fewer, other places. */
static void
only_this(const struct merkle_hash *leaf, uint64_t i, uint64_t n,
    const struct merkle_proof *good, const struct merkle_hash *root)
{
	struct merkle_proof p = *good;
	struct merkle_hash other = *leaf;

	CHECK(merkle_included(leaf, i, n, good, root));
	EQ_U(good->n, merkle_path_length(i, n));
	other.b[31] ^= 1;
	CHECK(!merkle_included(&other, i, n, good, root));
	for (size_t k = 0; k < p.n; k++) {
		p.hash[k].b[k] ^= 4;
		CHECK(!merkle_included(leaf, i, n, &p, root));
		p.hash[k].b[k] ^= 4;
	}
	p.n++;
	CHECK(!merkle_included(leaf, i, n, &p, root));
	p.n -= 2;
	if (good->n > 0)
		CHECK(!merkle_included(leaf, i, n, &p, root));
	CHECK(!merkle_included(leaf, n, n, good, root));
	CHECK(!merkle_included(leaf, i + 1, n, good, root));
}

static void
only_these(const struct merkle_head *old, const struct merkle_head *new,
    const struct merkle_proof *good)
{
	struct merkle_proof p = *good;
	struct merkle_head fork = *old;

	CHECK(merkle_consistent(old, new, good));
	fork.root.b[0] ^= 1;
	CHECK(!merkle_consistent(&fork, new, good));
	fork = *new;
	fork.root.b[0] ^= 1;
	/* nothing tells of a tree that grew from none but its own root */
	CHECK(old->size == 0 && new->size > 0 ? merkle_consistent(old, &fork, good)
					      : !merkle_consistent(old, &fork, good));
	for (size_t k = 0; k < p.n; k++) {
		p.hash[k].b[k] ^= 4;
		CHECK(!merkle_consistent(old, new, &p));
		p.hash[k].b[k] ^= 4;
	}
	p.n++;
	CHECK(!merkle_consistent(old, new, &p));
	p.n -= 2;
	if (good->n > 0)
		CHECK(!merkle_consistent(old, new, &p));
	if (old->size != new->size)
		CHECK(!merkle_consistent(new, old, good));
}

TEST(every_small_tree)
{
	struct tree t;
	struct merkle_reader r = { read_tree, &t };
	struct merkle_proof p;

	grow(&t, 40);
	for (uint64_t n = 0; n <= 40; n++) {
		struct merkle_head new = { n, { { 0 } } };

		EQ_U(merkle_root(&r, n, &new.root), OK);
		for (uint64_t i = 0; i < n; i++) {
			ROW("%" PRIu64 " in %" PRIu64, i, n);
			EQ_U(merkle_prove(&r, i, n, &p), OK);
			only_this(&t.level[0][i], i, n, &p, &new.root);
		}
		for (uint64_t m = 0; m <= n; m++) {
			struct merkle_head old = { m, { { 0 } } };

			ROW("%" PRIu64 " to %" PRIu64, m, n);
			EQ_U(merkle_root(&r, m, &old.root), OK);
			EQ_U(merkle_prove_growth(&r, m, n, &p), OK);
			only_these(&old, &new, &p);
		}
	}
	drop(&t);
}

TEST(folded)
{
	struct tree t;
	struct merkle_reader r = { read_tree, &t };
	struct merkle_hash a, b;

	grow(&t, 300);
	for (uint64_t n = 1; n <= 300; n++) {
		ROW("%" PRIu64, n);
		merkle_fold(t.level[0], n, &a);
		EQ_U(merkle_root(&r, n, &b), OK);
		CHECK(merkle_same(&a, &b));
	}
	drop(&t);
}

/* The largest sizes and the longest proofs: no shift and no sum may leave 64 bits. */
TEST(huge_sizes)
{
	static const uint64_t sizes[] = { MERKLE_MOST, MERKLE_MOST - 1, (uint64_t)1 << 62,
		((uint64_t)1 << 62) + 1 };
	struct merkle_proof p = { .n = MERKLE_PATH };
	struct merkle_hash h = { { 0 } };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint64_t n = sizes[i];
		const uint64_t at[] = { 0, 1, n / 2, n - 2, n - 1 };

		for (size_t k = 0; k < COUNT(at); k++) {
			p.n = merkle_path_length(at[k], n);
			CHECK(p.n <= 63);
			CHECK(!merkle_included(&h, at[k], n, &p, &h));
			for (p.n = 0; p.n <= MERKLE_PATH; p.n++) {
				struct merkle_head old = { at[k] + 1, h };
				struct merkle_head new = { n, h };

				CHECK(!merkle_consistent(&old, &new, &p) ||
				      (old.size == n && p.n == 0));
			}
		}
	}
}

/* A reader that fails is passed on, and what was asked for stays as it was. */
TEST(reader_that_fails)
{
	struct tree t = { 0 };
	struct merkle_reader r = { read_tree, &t };
	struct merkle_hash h;
	struct merkle_proof p = { .n = 77 };

	EQ_U(merkle_root(&r, 5, &h), ERR_END);
	EQ_U(merkle_prove(&r, 2, 5, &p), ERR_END);
	EQ_U(merkle_prove_growth(&r, 2, 5, &p), ERR_END);
	EQ_U(p.n, 77);
}
