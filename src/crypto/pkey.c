/*
 * pkey.c - public keys out of certificates, and what they verify. Files choose the key,
 * so its size is bounded before libcrypto decodes it and its kind after; then one
 * operation is below a millisecond.
 */
#include "crypto/pkey.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/pkey_keys.h"

#define SPKI_MOST 4096 /* bytes; an RSA key of 16384 bits has 2086 */
#define BITS_MOST 8192 /* one operation is then below a millisecond */

static const char *const digest_names[HASH_KINDS] = {
	[HASH_MD5] = "MD5",
	[HASH_SHA1] = "SHA1",
	[HASH_SHA224] = "SHA224",
	[HASH_SHA256] = "SHA256",
	[HASH_SHA384] = "SHA384",
	[HASH_SHA512] = "SHA512",
};

/*
 * Size comes first, because decoding costs, too; bits after it, because a short key of
 * some kinds may name large parameters. NULL: not understood, or too dear. The caller
 * frees.
 */
static EVP_PKEY *
key_of(struct bytes spki)
{
	const unsigned char *p = spki.p;
	EVP_PKEY *key;

	crypto_init();
	if (spki.n == 0 || spki.n > SPKI_MOST)
		return NULL;
	key = d2i_PUBKEY(NULL, &p, (long)spki.n);
	if (key != NULL && EVP_PKEY_get_bits(key) > BITS_MOST) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

/* OpenSSL's queue of errors is emptied each time: it grows by what files say. */
bool
pkey_verify(
    struct bytes spki, enum hash_kind k, struct bytes data, struct bytes signature)
{
	EVP_PKEY *key = key_of(spki);
	EVP_MD_CTX *ctx = key ? EVP_MD_CTX_new() : NULL;
	bool ok = ctx != NULL &&
		  EVP_DigestVerifyInit_ex(
		      ctx, NULL, digest_names[k], NULL, NULL, key, NULL) == 1 &&
		  EVP_DigestVerify(ctx, signature.p, signature.n, data.p, data.n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

bool
pkey_verify_digest(struct bytes spki, const char *type, enum hash_kind k,
    const uint8_t *digest, struct bytes signature)
{
	EVP_PKEY *key = key_of(spki);
	EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(
		    OSSL_SIGNATURE_PARAM_DIGEST, (char *)(uintptr_t)digest_names[k], 0),
		OSSL_PARAM_END,
	};
	bool ok;

	params[0].data_size = strlen(digest_names[k]);
	ok = ctx != NULL && EVP_PKEY_is_a(key, type) == 1 &&
	     EVP_PKEY_verify_init_ex(ctx, params) == 1 &&
	     EVP_PKEY_verify(ctx, signature.p, signature.n, digest, hash_size(k)) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

size_t
pkey_recover(struct bytes spki, struct bytes signature, uint8_t out[PKEY_DATA_MAX])
{
	EVP_PKEY *key = key_of(spki);
	EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	size_t n = PKEY_DATA_MAX;

	if (ctx == NULL || EVP_PKEY_get_size(key) > PKEY_DATA_MAX ||
	    EVP_PKEY_verify_recover_init(ctx) != 1 ||
	    EVP_PKEY_verify_recover(ctx, out, &n, signature.p, signature.n) != 1)
		n = 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return n;
}

void
pkey_prepare(void)
{
	static const struct bytes keys[] = {
		{ rsa_key, sizeof(rsa_key) }, { ec_key, sizeof(ec_key) },
		{ ed_key, sizeof(ed_key) }, { rsa_key, 20 }, /* and a broken one */
	};
	uint8_t out[PKEY_DATA_MAX] = { 0 },
		signature[128] = { 0x30, 0x06, 0x02, 0x01, 1, 0x02, 0x01, 1 };

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct bytes sig = { signature, i == 1 ? 8 : sizeof(signature) };

		pkey_verify(keys[i], HASH_SHA256, keys[i], sig);
		pkey_recover(keys[i], sig, out);
		pkey_verify_digest(keys[i], i == 1 ? "EC" : "RSA", HASH_SHA256, out, sig);
	}
	for (enum hash_kind k = 0; k < HASH_KINDS; k++)
		pkey_verify(
		    keys[0], k, keys[0], (struct bytes){ signature, sizeof(signature) });
	pkey_verify_digest(keys[0], "RSA", HASH_SHA1, out,
	    (struct bytes){ signature, sizeof(signature) });
}
