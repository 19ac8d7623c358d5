/*
 * hash.c - digests by libcrypto, whose algorithms are fetched once before a worker is
 * locked in: the lookup by name takes locks and may read configuration.
 */
#include "crypto/hash.h"

#include <openssl/evp.h>

#include "base/sys.h"
#include "base/text.h"

static const struct {
	const char *name;
	size_t size;
} kinds[HASH_KINDS] = {
	/* clang-format off */
	[HASH_MD5]    = { "MD5",    16 },
	[HASH_SHA1]   = { "SHA1",   20 },
	[HASH_SHA224] = { "SHA224", 28 },
	[HASH_SHA256] = { "SHA256", 32 },
	[HASH_SHA384] = { "SHA384", 48 },
	[HASH_SHA512] = { "SHA512", 64 },
	/* clang-format on */
};

/*
 * Fetched algorithms, set once before confinement and constant from then on: the
 * lookup by name takes locks and costs more than a short digest.
 */
static EVP_MD *fetched[HASH_KINDS];

void
hash_prepare(void)
{
	for (int k = 0; k < HASH_KINDS; k++) {
		fetched[k] = EVP_MD_fetch(NULL, kinds[k].name, NULL);
		if (fetched[k] == NULL)
			bug("libcrypto lacks a digest");
	}
}

size_t
hash_size(enum hash_kind k)
{
	return kinds[k].size;
}

void
hash_init(struct hash *h, enum hash_kind k)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	crypto_init();
	if (ctx == NULL || !EVP_DigestInit_ex2(ctx, fetched[k], NULL))
		bug("out of memory for a digest");
	*h = (struct hash){ .ctx = ctx, .kind = k };
}

void
hash_add(struct hash *h, struct bytes b)
{
	if (b.n > 0 && !EVP_DigestUpdate(h->ctx, b.p, b.n))
		bug("digest failed");
}

void
hash_done(struct hash *h, uint8_t *out)
{
	if (!EVP_DigestFinal_ex(h->ctx, out, NULL))
		bug("digest failed");
	EVP_MD_CTX_free(h->ctx);
	h->ctx = NULL;
}

void
hash_of(enum hash_kind k, struct bytes b, uint8_t *out)
{
	struct hash h;

	hash_init(&h, k);
	hash_add(&h, b);
	hash_done(&h, out);
}

enum err
hash_stream(enum hash_kind k, int fd, uint8_t *out)
{
	uint8_t piece[16384];
	struct hash h;
	size_t got = 1;
	enum err e = OK;

	hash_init(&h, k);
	while (e == OK && got > 0 &&
	       (e = sys_read_some(fd, piece, sizeof(piece), &got)) == OK)
		hash_add(&h, (struct bytes){ piece, got });
	hash_done(&h, out);
	return e;
}

void
hash_hex(const uint8_t *digest, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
lower_digit(uint8_t c)
{
	return c >= 'A' && c <= 'F' ? -1 : text_hex(c);
}

bool
hash_unhex(struct bytes hex, uint8_t *out, size_t n)
{
	if (hex.n / 2 != n || hex.n % 2 != 0)
		return false;
	for (size_t i = 0; i < hex.n; i++)
		if (lower_digit(hex.p[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(lower_digit(hex.p[2 * i]) << 4 |
				   lower_digit(hex.p[2 * i + 1]));
	return true;
}

/*
 * Slicing by 4 would need 4 KB of tables; the nibble table stays in L1 and is
 * enough, for rules ask for a CRC of small ranges.
 */
uint32_t
crc32_of(struct bytes b)
{
	static const uint32_t half[16] = {
		0x00000000,
		0x1db71064,
		0x3b6e20c8,
		0x26d930ac,
		0x76dc4190,
		0x6b6b51f4,
		0x4db26158,
		0x5005713c,
		0xedb88320,
		0xf00f9344,
		0xd6d6a3e8,
		0xcb61b38c,
		0x9b64c2b0,
		0x86d3d2d4,
		0xa00ae278,
		0xbdbdf21c,
	};
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < b.n; i++) {
		crc ^= b.p[i];
		crc = crc >> 4 ^ half[crc & 15];
		crc = crc >> 4 ^ half[crc & 15];
	}
	return ~crc;
}

uint32_t
sum32_of(struct bytes b)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < b.n; i++)
		sum += b.p[i];
	return sum;
}
