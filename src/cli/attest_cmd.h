/*
 * attest_cmd.h - what `candor attest` and `candor verify` have in common: files named on
 * the command line become subjects, and folders of statements an archive.
 */
#pragma once

#include "base/buf.h"
#include "evidence/intoto.h"
#include "log/fault.h"

/* Zero-initialised is empty. Names are malloced. */
struct attest_subjects {
	struct intoto_subject *one;
	size_t n, cap;
};

/*
 * A file by its digest and its name without folders; 64 hex digits, or sha256: and them:
 * that digest, without a name. A handover bundle: its MANIFEST, and with all also every
 * artefact in it, and then it must be whole (verify.h). The faults of bundles, FAULT_IO.
 */
MUST_USE enum err attest_add_subject(
    struct attest_subjects *s, const char *operand, bool all, struct fault *f);
void attest_subjects_done(struct attest_subjects *s);

/* A file: an archive of statements; a folder: its *.dsse with their *.tlog-proof. */
MUST_USE enum err attest_docket(const char *path, struct buf *out, struct fault *f);

/* The *.dsse in a folder whose SHA-256 that is, malloced; NULL: none, or no folder. */
char *attest_find(const char *dir, const uint8_t sha256[32]);

/* "x.dsse" to "x.tlog-proof"; another name gets that behind it. malloced. */
char *attest_proof_name(const char *envelope);
