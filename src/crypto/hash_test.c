/* Vectors: RFC 1321, FIPS 180-4, and the CRC catalogue's check value. */
#include "crypto/hash.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	enum hash_kind kind;
	const char *text, *hex;
} rows[] = {
	{ HASH_MD5,    "",    "d41d8cd98f00b204e9800998ecf8427e" },
	{ HASH_MD5,    "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ HASH_SHA1,   "",    "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ HASH_SHA1,   "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ HASH_SHA224, "abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
	{ HASH_SHA256, "",    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ HASH_SHA384, "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	                      "8086072ba1e7cc2358baeca134c825a7" },
	{ HASH_SHA512, "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	                      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};
/* clang-format on */

TEST(vectors)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t digest[HASH_MAX];
		char hex[2 * HASH_MAX + 1];

		ROW("%zu", i);
		hash_of(rows[i].kind, bytes_of(rows[i].text), digest);
		hash_hex(digest, hash_size(rows[i].kind), hex);
		EQ_S(hex, rows[i].hex);
	}
}

TEST(pieces)
{
	uint8_t whole[HASH_MAX], parts[HASH_MAX];
	struct hash h;

	hash_of(HASH_SHA256, BYTES_LIT("abcdef"), whole);
	hash_init(&h, HASH_SHA256);
	hash_add(&h, BYTES_LIT("abc"));
	hash_add(&h, (struct bytes){ 0 });
	hash_add(&h, BYTES_LIT("def"));
	hash_done(&h, parts);
	EQ_B(((struct bytes){ parts, 32 }), ((struct bytes){ whole, 32 }));
}

TEST(checksums)
{
	EQ_U(crc32_of(BYTES_LIT("")), 0);
	EQ_U(crc32_of(BYTES_LIT("123456789")), 0xcbf43926);
	EQ_U(sum32_of(BYTES_LIT("")), 0);
	EQ_U(sum32_of(BYTES_LIT("\xff\x01")), 0x100);
}

TEST(hex_both_ways)
{
	static const char *const none[] = { "", "0", "00112", "001122", "0011223344",
		"0011223G", "0011223g", "AABBCCDD", "aabbccdD", " 0112233", "0x112233",
		"00112\t33" };
	uint8_t all[256], back[256], out[4] = { 1, 2, 3, 4 };
	char hex[513];

	for (unsigned i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	hash_hex(all, sizeof(all), hex);
	EQ_U(strlen(hex), 512);
	EQ_U(hash_unhex(bytes_of(hex), back, sizeof(back)), true);
	EQ_B(
	    ((struct bytes){ back, sizeof(back) }), ((struct bytes){ all, sizeof(all) }));
	for (size_t i = 0; i < COUNT(none); i++) {
		ROW("'%s'", none[i]);
		EQ_U(hash_unhex(bytes_of(none[i]), out, sizeof(out)), false);
		EQ_B(((struct bytes){ out, 4 }), BYTES_LIT("\1\2\3\4"));
	}
}
