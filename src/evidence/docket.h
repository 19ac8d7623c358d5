/*
 * docket.h - statements and their proofs as they travel: many in one archive.
 *
 * A client that asked for the statements about one package would tell a server which
 * packages it has. So all that were published come together, in an archive of the one
 * form (base/ustar.h), the same for everybody, from a server or a stick:
 *
 *	HEX.dsse          an envelope; HEX is its SHA-256
 *	HEX.tlog-proof    the proof that it was logged (C2SP tlog-proof); may be missing
 *
 * Nothing in it is believed: who put it together can leave things out, and that is all.
 */
#pragma once

#include "base/ustar.h"
#include "log/fault.h"

#define DOCKET_BYTES   (64u << 20) /* of an archive */
#define DOCKET_MEMBERS 40000
#define DOCKET_PROOF   262144 /* bytes of a proof */

#define DOCKET_ENVELOPE_END ".dsse"
#define DOCKET_PROOF_END    ".tlog-proof"

struct docket_item {
	struct bytes envelope;
	struct bytes proof; /* p NULL: there is none */
	uint8_t sha256[32]; /* of the envelope */
	bool intact;        /* that is its name, too */
};

/* Big: a reader of archives is in it. */
struct docket {
	struct bytes archive;
	struct cur cur;
	struct ustar_in in;
	struct bytes waiting; /* an envelope that was read already */
	char stem[72];        /* its name without the ending */
	bool ended;
};

/* An archive of no bytes at all has no statements. */
void docket_open(struct docket *d, struct bytes archive);

/* Views of the archive. ERR_END: no more. FAULT_EVIDENCE: not such an archive. */
MUST_USE enum err docket_next(struct docket *d, struct docket_item *out, struct fault *f);
