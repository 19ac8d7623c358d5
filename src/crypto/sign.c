/*
 * sign.c - Ed25519 (RFC 8032) by libcrypto. Verification refuses a signature that is not
 * in its one form, so nobody can make a second one of an existing signature.
 */
#include "crypto/sign.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <sys/random.h>

#include "crypto/init.h"

static EVP_PKEY *
private_key(const uint8_t seed[SIGN_SEED])
{
	EVP_PKEY *key;

	crypto_init();
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SIGN_SEED);
	if (key == NULL)
		bug("libcrypto lacks Ed25519");
	return key;
}

void
sign_public(const uint8_t seed[SIGN_SEED], uint8_t public[SIGN_PUBLIC])
{
	EVP_PKEY *key = private_key(seed);
	size_t n = SIGN_PUBLIC;

	if (EVP_PKEY_get_raw_public_key(key, public, &n) != 1 || n != SIGN_PUBLIC)
		bug("a seed without a public key");
	EVP_PKEY_free(key);
}

void
sign_make(
    const uint8_t seed[SIGN_SEED], struct bytes message, uint8_t signature[SIGN_BYTES])
{
	EVP_PKEY *key = private_key(seed);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = SIGN_BYTES;

	/* Nothing here depends on a stranger: a failure is memory or a broken library. */
	if (ctx == NULL ||
	    EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, key, NULL) != 1 ||
	    EVP_DigestSign(ctx, signature, &n, message.p, message.n) != 1 ||
	    n != SIGN_BYTES)
		bug("cannot sign");
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

bool
sign_holds(
    const uint8_t public[SIGN_PUBLIC], struct bytes message, struct bytes signature)
{
	EVP_PKEY *key;
	EVP_MD_CTX *ctx;
	bool ok;

	crypto_init();
	key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public, SIGN_PUBLIC);
	ctx = key ? EVP_MD_CTX_new() : NULL;
	ok = ctx != NULL &&
	     EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
	     EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error(); /* the queue grows by what files say */
	return ok;
}

void
sign_random(uint8_t *out, size_t n)
{
	/* up to 256 bytes come whole and no signal can stop them (getrandom(2)) */
	for (size_t have = 0; have < n; have += 256) {
		size_t step = n - have < 256 ? n - have : 256;

		if (getrandom(out + have, step, 0) != (ssize_t)step)
			bug("the system gives no random bytes");
	}
}

void
sign_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
