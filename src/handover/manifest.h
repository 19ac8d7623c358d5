/*
 * manifest.h - MANIFEST: a digest a member, as sha256sum writes and checks them.
 *
 *	5f2a...  about
 *	07de...  artefacts/hello
 *	\9b1c...  source/odd\\name
 *
 * One line a member that is no seal, in the archive's order, each name once. The names of
 * members have no control characters, so of coreutils' escapes there is just one: a name
 * with a backslash has all of them doubled, and the line begins with one, too.
 */
#pragma once

#include "base/buf.h"
#include "handover/label.h"
#include "handover/lines.h"

/* Appends the line of a member: its digest in hex, two blanks, the name. */
void manifest_line(
    struct buf *out, struct bytes name, const uint8_t digest[LABEL_DIGEST]);

/* A line's name and digest. */
struct manifest_line {
	struct bytes name; /* valid until the next call: of the text, or of hold */
	uint8_t digest[LABEL_DIGEST];
};

struct manifest {
	struct lines lines;
	struct buf hold, last; /* a name without its escapes; the name before */
};

/* Ended by manifest_done. */
void manifest_open(struct manifest *m, struct bytes text);
void manifest_done(struct manifest *m);
/* ERR_END; FAULT_MANIFEST: not such a line, or out of order. */
MUST_USE enum err manifest_next(
    struct manifest *m, struct manifest_line *out, struct fault *f);
