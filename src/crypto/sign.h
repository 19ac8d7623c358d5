/*
 * sign.h - Ed25519 (RFC 8032), and the random bytes that keys are made of.
 *
 * Keys are 32-byte seeds, as signed notes carry them: the same key file works in other
 * programs. Signing is deterministic. Verification is libcrypto's, which refuses
 * signatures whose second half is not reduced, so one signature has one encoding.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

enum {
	SIGN_SEED = 32,   /* bytes of a private key */
	SIGN_PUBLIC = 32, /* bytes of a public one */
	SIGN_BYTES = 64,  /* of a signature */
};

/* The public key that belongs to a seed. */
void sign_public(const uint8_t seed[SIGN_SEED], uint8_t public[SIGN_PUBLIC]);

/*
 * Signs (RFC 8032, 5.1.6): the same seed and message give the same signature. Aborts
 * when libcrypto cannot, which is a want of memory.
 */
void sign_make(
    const uint8_t seed[SIGN_SEED], struct bytes message, uint8_t signature[SIGN_BYTES]);

/*
 * False also for a signature of another length, and for a key that is no point. No secret
 * is involved, so nothing depends on time; any bytes may be given.
 */
bool sign_holds(
    const uint8_t public[SIGN_PUBLIC], struct bytes message, struct bytes signature);

/*
 * n bytes nobody can foresee, by getrandom(2). Waits for the kernel's pool at boot;
 * aborts when the system has no such call.
 */
void sign_random(uint8_t *out, size_t n);

/* Overwrites a secret, in a way that no optimiser removes. */
void sign_wipe(void *p, size_t n);
