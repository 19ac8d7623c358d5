/*
 * secret.h - does it look as if somebody did not mean to hand this over?
 *
 * A bundle is published and cannot be taken back, so what looks like a private key, a
 * token or a password is refused unless its name is allowed. Two ways to see it: what a
 * file is called (.netrc, id_ed25519), and what is in it (the head of a private key with
 * base64 behind it, tokens that their makers gave a fixed beginning). The tables are in
 * secret.c. It is a net, not a proof: what has no form of its own is not seen.
 *
 * Content is looked at in pieces, as it is hashed anyway; what lies across two pieces is
 * seen as well. Memory is fixed.
 */
#pragma once

#include "base/bytes.h"

#define SECRET_REACH 512 /* bytes that are looked at behind a beginning */

struct secret_scan {
	const char *found; /* what it is, for a sentence; NULL: nothing so far */
	uint64_t at;       /* where it begins, in the file */
	uint64_t base;     /* where hold begins, in the file */
	size_t n, looked;  /* bytes in hold; those that were looked at as a beginning */
	uint8_t hold[65536 + 2 * SECRET_REACH];
};

/* By the last part of its name; NULL: nothing to say. */
const char *secret_name(struct bytes name);

/* Zero-initialised is ready. After the last piece comes secret_end. */
void secret_feed(struct secret_scan *s, struct bytes piece);
void secret_end(struct secret_scan *s);
