#include "log/proof.h"

#include "log/vectors.h"

#define POLICY                                                              \
	"log " VECTOR_LOG "\nwitness a " VECTOR_W1 "\nwitness b " VECTOR_W2 \
	"\ngroup g all a b\nquorum g\n"

static void
leaf_4(struct merkle_hash *out)
{
	merkle_leaf(BYTES_LIT("candor entry 4"), out);
}

TEST(as_others_write_it)
{
	struct bytes text = test_copy(BYTES_LIT(VECTOR_PROOF_4_OF_7));
	struct buf b = { 0 };
	struct proof p;

	EQ_U(proof_parse(text, &p, NULL), OK);
	EQ_U(p.index, 4);
	EQ_U(p.path.n, 3);
	CHECK(bytes_eq(p.checkpoint, BYTES_LIT(VECTOR_NOTE_7)));
	CHECK(bytes_eq(p.extra, BYTES_LIT("ZW50cnkuYmlu")));
	proof_print(&p, &b);
	EQ_B(buf_bytes(&b), text);
	buf_done(&b);
}

TEST(checked)
{
	struct arena a = { .budget = 1 << 20 };
	struct policy policy;
	static struct policy_seen seen;
	struct merkle_hash leaf;
	struct proof p;
	struct fault f = { 0 };

	EQ_U(policy_parse(BYTES_LIT(POLICY), &a, &policy, NULL), OK);
	EQ_U(proof_parse(BYTES_LIT(VECTOR_PROOF_4_OF_7), &p, NULL), OK);
	leaf_4(&leaf);
	EQ_U(proof_check(&p, &leaf, &policy, &seen, &f), OK);
	EQ_U(seen.checkpoint.head.size, 7);
	EQ_U(seen.sealed, 1500000000);
	p.index = 3;
	EQ_U(proof_check(&p, &leaf, &policy, &seen, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_INCLUSION);
	f = (struct fault){ 0 };
	p.index = 7;
	EQ_U(proof_check(&p, &leaf, &policy, &seen, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_INCLUSION);
	f = (struct fault){ 0 };
	p.index = 4;
	merkle_leaf(BYTES_LIT("candor entry 5"), &leaf);
	EQ_U(proof_check(&p, &leaf, &policy, &seen, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_INCLUSION);
	arena_done(&a);
}

#define HASH "LtthBg6SEFZIMq1cw8f3N6h392MqUU40DKQBdbSVUEM=\n"

TEST(hostile_ones)
{
	/* clang-format off */
	static const struct {
		const char *name, *text;
		bool ok;
	} rows[] = {
		{ "least", "c2sp.org/tlog-proof@v1\nindex 0\n\nx", true },
		{ "empty extra", "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nx", true },
		{ "empty", "", false },
		{ "head only", "c2sp.org/tlog-proof@v1\n", false },
		{ "no head", "index 0\n\nx", false },
		{ "another version", "c2sp.org/tlog-proof@v2\nindex 0\n\nx", false },
		{ "head with a space", "c2sp.org/tlog-proof@v1 \nindex 0\n\nx", false },
		{ "extra without space", "c2sp.org/tlog-proof@v1\nextra\nindex 0\n\nx", false },
		{ "extra not base64", "c2sp.org/tlog-proof@v1\nextra a\nindex 0\n\nx", false },
		{ "extra twice", "c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 0\n\nx", false },
		{ "extra below", "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\nx", false },
		{ "no index", "c2sp.org/tlog-proof@v1\n" HASH "\nx", false },
		{ "index 01", "c2sp.org/tlog-proof@v1\nindex 01\n\nx", false },
		{ "index -1", "c2sp.org/tlog-proof@v1\nindex -1\n\nx", false },
		{ "index too large", "c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\nx", false },
		{ "no index number", "c2sp.org/tlog-proof@v1\nindex \n\nx", false },
		{ "short hash", "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx", false },
		{ "no checkpoint", "c2sp.org/tlog-proof@v1\nindex 0\n" HASH "\n", false },
		{ "no empty line", "c2sp.org/tlog-proof@v1\nindex 0\n" HASH, false },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };
		struct proof p;

		ROW("%s", rows[i].name);
		EQ_U(proof_parse(test_copy(bytes_of(rows[i].text)), &p, &f),
		    rows[i].ok ? OK : ERR_FORMAT);
		EQ_U(f.kind, rows[i].ok ? FAULT_NONE : FAULT_PROOF);
	}
}

TEST(longest)
{
	struct buf b = { 0 };
	struct proof p;

	buf_str(&b, "c2sp.org/tlog-proof@v1\nindex 0\n");
	for (int i = 0; i < MERKLE_PATH; i++)
		buf_str(&b, HASH);
	buf_str(&b, "\nx");
	EQ_U(proof_parse(buf_bytes(&b), &p, NULL), OK);
	EQ_U(p.path.n, MERKLE_PATH);
	b.n -= 2;
	buf_str(&b, HASH "\nx");
	EQ_U(proof_parse(buf_bytes(&b), &p, NULL), ERR_FORMAT);
	buf_done(&b);
}

/* Every cut, and every flipped bit: refused, or it says the same. */
TEST(cut_and_flipped)
{
	struct arena a = { .budget = 1 << 20 };
	struct bytes good = BYTES_LIT(VECTOR_PROOF_4_OF_7);
	static struct policy_seen seen;
	struct merkle_hash leaf;
	struct policy policy;
	struct proof p;

	EQ_U(policy_parse(BYTES_LIT(POLICY), &a, &policy, NULL), OK);
	leaf_4(&leaf);
	for (size_t n = 0; n < good.n; n++) {
		ROW("cut %zu", n);
		if (proof_parse(test_copy(bytes_sub(good, 0, n)), &p, NULL) == OK)
			CHECK(proof_check(&p, &leaf, &policy, &seen, NULL) != OK);
	}
	for (size_t bit = 0; bit < good.n * 8; bit++) {
		struct bytes b = test_copy(good);

		ROW("bit %zu", bit);
		((uint8_t *)(uintptr_t)b.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (proof_parse(b, &p, NULL) == OK &&
		    proof_check(&p, &leaf, &policy, &seen, NULL) == OK)
			CHECK(bit / 8 >= 29 && bit / 8 < 41); /* the extra data */
	}
	arena_done(&a);
}
