/*
 * secret.h - does it look as if somebody did not mean to hand this over?
 *
 * A bundle is published and cannot be taken back, so what looks like a private key, a
 * token or a password is refused unless its name is allowed. Two ways to see it: what a
 * file is called (.netrc, id_ed25519), and what is in it (the head of a private key with
 * base64 behind it, tokens that their makers gave a fixed beginning, passwords in URLs,
 * hashes behind a name; in files of settings, values of names like DB_PASSWORD). The
 * tables are in secret.c, what they need to look closer in secret_form.h. UTF-16 is read
 * as if it were ASCII. It is a net, not a proof: what has no form of its own is not seen.
 *
 * Content is looked at in pieces, as it is hashed anyway; what lies across two pieces is
 * seen as well. Memory is fixed.
 */
#pragma once

#include "base/bytes.h"
#include "handover/secret_form.h"

/* How the text is written: in bytes, or in one of the two forms of UTF-16. */
enum secret_wide { SECRET_BYTES, SECRET_LE, SECRET_BE };

struct secret_scan {
	const char *found; /* what it is, for a sentence; NULL: nothing so far */
	uint64_t at;       /* where it begins, in the file */
	uint64_t base;     /* where hold begins, in letters of the file */
	size_t n, looked;  /* bytes in hold; those that were looked at as a beginning */
	size_t narrow;     /* of UTF-16: those that are a letter each already */
	enum secret_wide wide;
	bool settings; /* a file of lines NAME=value */
	uint8_t hold[65536 + 2 * SECRET_REACH];
};

/* By the last part of its name; NULL: nothing to say. */
const char *secret_name(struct bytes name);

/* For the file of that name; the last one is forgotten. */
void secret_begin(struct secret_scan *s, struct bytes name);
/* After the last piece comes secret_end. */
void secret_feed(struct secret_scan *s, struct bytes piece);
void secret_end(struct secret_scan *s);
