/*
 * pkey.h - does this key's signature hold? Public keys as in certificates.
 *
 * Keys come from files, so what they cost is bounded: size and kind are checked
 * before any arithmetic, and callers count their operations. Nothing is trusted
 * because of an answer; it is one more fact about a file.
 */
#pragma once

#include "base/bytes.h"
#include "crypto/hash.h"

#define PKEY_DATA_MAX 8192 /* bytes that a recovered block can have */

/*
 * spki: a SubjectPublicKeyInfo, its algorithm decides how. False also for keys that are
 * not understood, or are too large. Costs up to milliseconds, which the caller counts.
 */
bool pkey_verify(
    struct bytes spki, enum hash_kind k, struct bytes data, struct bytes signature);

/*
 * Same, of content whose digest the caller made; type is "RSA" (PKCS #1 v1.5) or "EC",
 * and a key of another type is not taken.
 */
bool pkey_verify_digest(struct bytes spki, const char *type, enum hash_kind k,
    const uint8_t *digest, struct bytes signature);

/*
 * What an RSA signature (PKCS #1 v1.5) covers: a DigestInfo, or a bare digest of
 * some old signers. The bytes written to out, 0 when nothing comes out.
 */
size_t pkey_recover(
    struct bytes spki, struct bytes signature, uint8_t out[PKEY_DATA_MAX]);

/* crypto_init's part of this file. */
void pkey_prepare(void);
