/*
 * seal.h - what speaks of MANIFEST: two signatures and the provenance.
 *
 * One Ed25519 key makes all three; what is signed begins differently in each ("candor
 * handover 1", "SSHSIG", "DSSEv1"), so none can be taken for another. Inside of this
 * layer only; a part of create.h.
 */
#pragma once

#include "handover/gather.h"

#define SEAL_NAMESPACE  "candor-handover" /* of the SSH signature */
#define SEAL_PREDICATE  "https://slsa.dev/provenance/v1"
#define SEAL_BUILD_TYPE "urn:candor:handover:recipe:1"

/*
 * Adds MANIFEST, MANIFEST.note, MANIFEST.sig and provenance.dsse to m->pieces, which all
 * have their digests and are sorted; made gets the digest and the note.
 */
MUST_USE enum err seal(struct making *m, struct create_made *made);

/* The payload of the provenance: the statement as JSON. */
void seal_provenance(
    const struct making *m, const uint8_t manifest[LABEL_DIGEST], struct buf *out);
