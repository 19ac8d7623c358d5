/*
 * judge.h - do the seals of a bundle hold, and do they speak of this bundle?
 *
 * The note, the SSH signature, the provenance and the SBOM are forms that are not ours
 * alone (signed notes, SSHSIG, DSSE and JSON), from somebody who is not trusted. So they
 * are judged in the jail (sandbox/jail.h), from bytes in memory, and one sentence comes
 * out. Everything here only computes.
 *
 * One thing has one text: a seal that could be written otherwise, with other bytes, and
 * mean the same (blanks in JSON, lines of base64) is refused. So every byte of a bundle
 * counts.
 */
#pragma once

#include "handover/label.h"
#include "log/note.h"

struct judge_artefact {
	struct bytes name; /* without "artefacts/" */
	uint8_t sha256[LABEL_DIGEST];
};

/* All are views of what the caller keeps. */
struct judge_in {
	struct bytes manifest, note, sshsig, provenance, sbom;
	const struct label *label;
	const struct judge_artefact *artefact; /* as many as there are; sorted */
	size_t nartefacts;
	const struct note_key *keys; /* of those who may have signed */
	size_t nkeys;                /* 0: nobody told */
};

#define JUDGE_NAME 256 /* bytes of a signer's name */

struct judge_out {
	struct fault fault;       /* FAULT_NONE: everything holds */
	bool trusted;             /* signed by one of the keys; without keys: false */
	uint8_t name[JUDGE_NAME]; /* of the signer */
	size_t name_n;
	uint8_t pub[SIGN_PUBLIC];
};

/*
 * Both signatures, and by whom. FAULT_SSHSIG, FAULT_NOTE, FAULT_UNSIGNED (by none of the
 * keys), FAULT_SIGNATURE, FAULT_SEAL.
 */
void judge_signatures(const struct judge_in *in, struct judge_out *out);

/*
 * The provenance and the SBOM, which are JSON; the provenance must be signed by key. In a
 * jail of its own, so that who breaks a parser of JSON forges no signature.
 * FAULT_PROVENANCE, FAULT_SBOM.
 */
void judge_evidence(
    const struct judge_in *in, const struct note_key *key, struct fault *out);
