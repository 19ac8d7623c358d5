/* Vectors: RFC 8032 section 7.1, tests 1, 2 and 3. */
#include "crypto/sign.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *seed, *public, *message, *signature;
} rows[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};
/* clang-format on */

TEST(vectors)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes seed = test_hex(rows[i].seed),
			     message = test_hex(rows[i].message);
		struct bytes want = test_hex(rows[i].signature);
		uint8_t public[SIGN_PUBLIC], have[SIGN_BYTES];

		ROW("%zu", i);
		sign_public(seed.p, public);
		EQ_B(((struct bytes){ public, SIGN_PUBLIC }), test_hex(rows[i].public));
		sign_make(seed.p, message, have);
		EQ_B(((struct bytes){ have, SIGN_BYTES }), want);
		CHECK(sign_holds(public, message, want));
	}
}

TEST(what_does_not_hold)
{
	struct bytes public = test_hex(rows[2].public), message = test_hex("af82");
	struct bytes good = test_hex(rows[2].signature);
	uint8_t bad[SIGN_BYTES + 1], zero[SIGN_PUBLIC] = { 0 };

	for (size_t bit = 0; bit < good.n * 8; bit++) {
		memcpy(bad, good.p, good.n);
		bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ROW("bit %zu", bit);
		CHECK(!sign_holds(public.p, message, (struct bytes){ bad, good.n }));
	}
	for (size_t n = 0; n <= sizeof(bad); n++) {
		memcpy(bad, good.p, good.n);
		if (n != good.n)
			CHECK(!sign_holds(public.p, message, (struct bytes){ bad, n }));
	}
	CHECK(!sign_holds(public.p, test_hex("af83"), good));
	CHECK(!sign_holds(public.p, (struct bytes){ 0 }, good));
	CHECK(!sign_holds(zero, message, good));
}

TEST(random_bytes_differ)
{
	uint8_t a[600] = { 0 }, b[600] = { 0 };

	sign_random(a, sizeof(a));
	sign_random(b, sizeof(b));
	CHECK(memcmp(a, b, 32) != 0 && memcmp(a + 568, b + 568, 32) != 0);
	CHECK(memcmp(a, a + 256, 32) != 0);
	sign_wipe(a, sizeof(a));
	for (size_t i = 0; i < sizeof(a); i++)
		EQ_U(a[i], 0);
}
