#include "base/bytes.h"
#include "base/err.h"
#include "tests/tap.h"

/* Small scope, whole: every size up to 8 with offsets and lengths around it and at the
 * top. */
TEST(sub_never_leaves)
{
	static const uint64_t far[] = { UINT64_MAX, UINT64_MAX - 1, UINT64_MAX / 2,
		1ULL << 32 };
	uint8_t data[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	for (size_t size = 0; size <= 8; size++) {
		struct bytes b = { data, size };
		for (uint64_t off = 0; off < 14; off++) {
			for (uint64_t n = 0; n < 14; n++) {
				uint64_t o = off < 10 ? off : far[off - 10];
				uint64_t m = n < 10 ? n : far[n - 10];
				bool fits = o <= size && m <= size - o;
				struct bytes s = bytes_sub(b, o, m),
					     c = bytes_clip(b, o, m);

				ROW("%zu %zu %zu", size, (size_t)o, (size_t)m);
				CHECK((s.p != NULL) == fits);
				EQ_U(s.n, fits ? m : 0);
				CHECK((c.p != NULL) == (o <= size));
				EQ_U(c.n, o > size ? 0 : m < size - o ? m : size - o);
				struct cur k = cur_at(b, o);
				cur_take(&k, m);
				CHECK(cur_ok(&k) == fits);
			}
		}
	}
}

TEST(numbers)
{
	struct bytes b = test_hex("01 0203 04050607 08090a0b0c0d0e0f");
	struct cur c = cur_at(b, 0);

	EQ_U(cur_u8(&c), 1);
	EQ_U(cur_be16(&c), 0x0203);
	EQ_U(cur_le32(&c), 0x07060504);
	EQ_U(cur_be64(&c), 0x08090a0b0c0d0e0f);
	CHECK(cur_ok(&c));
	EQ_U(cur_le16(&c), 0);
	CHECK(!cur_ok(&c));
	EQ_U(rec_le32(b, 3), 0x07060504);
	EQ_U(rec_le32(b, 12), 0);
	EQ_U(rec_le64(b, UINT64_MAX), 0);
}

TEST(uleb)
{
	static const struct {
		const char *hex;
		uint64_t want;
		bool ok;
	} rows[] = {
		{ "00", 0, true },
		{ "e58e26", 624485, true },
		{ "ffffffffffffffffff01", UINT64_MAX, true },
		{ "ffffffffffffffffff02", 0, false },
		{ "80", 0, false },
		{ "808080808080808080808000", 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cur c = cur_at(test_hex(rows[i].hex), 0);

		ROW("%s", rows[i].hex);
		EQ_U(cur_uleb(&c), rows[i].want);
		CHECK(cur_ok(&c) == rows[i].ok);
	}
}

TEST(find_and_cstr)
{
	struct bytes b = test_copy(BYTES_LIT("abcabd\0x"));
	struct cur c = cur_at(b, 3);

	EQ_U(bytes_find(b, 0, BYTES_LIT("abd")), 3);
	EQ_U(bytes_find(b, 4, BYTES_LIT("abd")), UINT64_MAX);
	EQ_U(bytes_find(b, 9, BYTES_LIT("")), UINT64_MAX);
	EQ_B(cur_cstr(&c), BYTES_LIT("abd"));
	cur_cstr(&c);
	CHECK(!cur_ok(&c));
	EQ_U(num_add(UINT64_MAX, 1), UINT64_MAX);
	EQ_U(num_mul(1ULL << 33, 1ULL << 33), UINT64_MAX);
}
