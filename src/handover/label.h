/*
 * label.h - what is handed over, in six lines; and what the vendor signs, in seven.
 *
 *	candor handover 1
 *	product hello
 *	version 2.10-3
 *	date 2026-11-29T10:00:00Z
 *	source git 3f2a...            (or: source folder)
 *	previous 9b1c...              (or: previous none)
 *	manifest 5f2a... 48128
 *
 * The first six are the member "about", which MANIFEST lists; the text of the note is the
 * same with the digest and the size of MANIFEST. So the signature says in words what it
 * is about, and it cannot be put on another product's MANIFEST. One spelling for every
 * fact: what was parsed is printed again to the same bytes.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

#define LABEL_DIGEST 32 /* SHA-256 */

struct label {
	struct bytes product, version;  /* letters, digits, . _ + ~ : - */
	int64_t date;                   /* seconds since 1970 */
	struct bytes commit;            /* of git, in hex; empty: a plain folder */
	bool follows;                   /* a previous handover is named */
	uint8_t previous[LABEL_DIGEST]; /* of its MANIFEST */
};

/* What a signature is about. */
struct label_seal {
	struct label label;
	uint8_t manifest[LABEL_DIGEST];
	uint64_t size; /* bytes of MANIFEST */
};

/* FAULT_TEXT. Views of text. */
MUST_USE enum err label_parse(struct bytes text, struct label *out, struct fault *f);
void label_print(const struct label *a, struct buf *out);

/* The note's text. FAULT_SEAL: not one of a handover. */
MUST_USE enum err label_seal_parse(
    struct bytes text, struct label_seal *out, struct fault *f);
void label_seal_print(const struct label_seal *s, struct buf *out);

/* May it be a product's or a version's name? */
bool label_name_ok(struct bytes name);

/* 64 lower-case hex digits; false: something else. */
bool label_digest(struct bytes hex, uint8_t out[LABEL_DIGEST]);
