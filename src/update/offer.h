/*
 * offer.h - which archive of statements a server has now: a small file of fixed name.
 *
 *	candor statements 1
 *	archive HEX SIZE
 *
 * Everybody asks for statements/latest, and then for blob/HEX unless that is the archive
 * at hand. Nobody signs it: each statement in there is signed and logged by itself, and
 * what somebody leaves out he could leave out of a signed list, too.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

#define OFFER_LATEST "statements/latest"
#define OFFER_TEXT   256

struct offer {
	uint8_t sha256[32];
	uint64_t size;
};

/* FAULT_EVIDENCE: not exactly such a text. */
MUST_USE enum err offer_parse(struct bytes text, struct offer *out, struct fault *f);
void offer_print(const struct offer *o, struct buf *out);

/* "blob/HEX"; room for 70 bytes and a NUL. */
void offer_path(const struct offer *o, char *out);
