/*
 * hash.h - digests and checksums of bytes, behind one interface.
 *
 * MD5, SHA-1 and SHA-2 come from OpenSSL's libcrypto, which looks for its
 * configuration and algorithms when first asked: crypto_init() (init.h) does that
 * once, before a process is confined. CRC-32 and the byte sum are our own, and need no
 * initialisation. Nothing here fails on input.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/init.h"

/*
 * RFC 1321 and FIPS 180-4. The first two only name files that others named so: nothing
 * is decided by them.
 */
enum hash_kind {
	HASH_MD5,
	HASH_SHA1,
	HASH_SHA224,
	HASH_SHA256,
	HASH_SHA384,
	HASH_SHA512,
	HASH_KINDS,
};

#define HASH_MAX 64 /* bytes of the longest digest */

/* Bytes of a digest. */
size_t hash_size(enum hash_kind k);

/*
 * A digest made in pieces. Not to be copied: two copies would share, and twice free, ctx.
 */
struct hash {
	void *ctx; /* libcrypto's EVP_MD_CTX */
	enum hash_kind kind;
};

/* hash_init takes memory from libcrypto; each must meet its hash_done. */
void hash_init(struct hash *h, enum hash_kind k);
void hash_add(struct hash *h, struct bytes b);
void hash_done(struct hash *h, uint8_t *out); /* hash_size(k) bytes; frees */

/*
 * The digest of b in one go, hash_size(k) bytes. Aborts when libcrypto cannot, which is a
 * want of memory. Of no bytes, too.
 */
void hash_of(enum hash_kind k, struct bytes b, uint8_t *out);

/*
 * The digest of everything from fd's offset up to its end, in flat memory. ERR_IO:
 * sys_why(), and out is not touched. Waits for a pipe as long as it takes.
 */
MUST_USE enum err hash_stream(enum hash_kind k, int fd, uint8_t *out);

/* n bytes as 2n lower-case hex digits and a NUL. */
void hash_hex(const uint8_t *digest, size_t n, char *out);

/* The contrary, in that one spelling. false: another text; out is not touched. */
bool hash_unhex(struct bytes hex, uint8_t *out, size_t n);

/* CRC-32 as in zip and PNG (reflected 0xedb88320). */
uint32_t crc32_of(struct bytes b);

/* crypto_init's part of this file. */
void hash_prepare(void);

/* The sum of the bytes, modulo 2^32. */
uint32_t sum32_of(struct bytes b);
