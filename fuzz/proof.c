/*
 * proof.c - a tlog-proof file: written back as it was read, and never believed but for
 * the one entry whose proof the vectors have.
 */
#include "log/proof.h"

#include <stdlib.h>

#include "log/vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check(const struct proof *p)
{
	static const char text[] =
	    "log " VECTOR_LOG "\nwitness a " VECTOR_W1 "\nquorum a\n";
	static struct policy_seen seen;
	struct arena a = { .budget = 1 << 20 };
	struct merkle_hash leaf;
	struct policy policy;

	if (policy_parse(BYTES_LIT(text), &a, &policy, NULL) != OK)
		abort();
	merkle_leaf(BYTES_LIT("candor entry 4"), &leaf);
	if (proof_check(p, &leaf, &policy, &seen, NULL) == OK &&
	    (p->index != 4 || seen.checkpoint.head.size < 7))
		abort();
	/* an entry that was never logged */
	merkle_leaf(BYTES_LIT("candor entry x"), &leaf);
	if (proof_check(p, &leaf, &policy, &seen, NULL) == OK)
		abort();
	arena_done(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes input = { p, n };
	struct fault f = { 0 };
	struct buf b = { 0 };
	struct proof proof;

	if (proof_parse(input, &proof, &f) != OK) {
		if (f.kind != FAULT_PROOF)
			abort();
		return 0;
	}
	proof_print(&proof, &b);
	if (!bytes_eq(buf_bytes(&b), input))
		abort();
	check(&proof);
	buf_done(&b);
	return 0;
}
