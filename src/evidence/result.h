/*
 * result.h - what `candor handover rebuild --json` found, as far as a statement needs it.
 *
 * The file is our own program's, but may have come by mail: it is read where a stranger's
 * JSON is read, and what leaves there are a few records. docs/attest.md lists the members
 * that are looked at; the rest goes into the statement unread, as "details".
 */
#pragma once

#include "evidence/attest.h"

#define RESULT_BYTES     (4u << 20) /* of the file */
#define RESULT_ARTEFACTS 4096
#define RESULT_SHORT     16384  /* the same, of a statement that must fit into an entry */
#define RESULT_DETAILS   262144 /* bytes of it that a statement quotes; else its digest */

struct result_artefact {
	struct bytes name;
	uint8_t sha256[32]; /* of the vendor's */
	enum attest_result result;
};

/*
 * Reads the file, and appends what struct result_head tells and a record for each
 * artefact. FAULT_EVIDENCE: it is no such file. Locked in:
 * see jsonin.h.
 */
MUST_USE enum err result_read(struct bytes json, struct buf *out, struct fault *f);

/* What stands first. */
struct result_head {
	uint8_t manifest[32]; /* SHA-256 of the bundle's; zeros: none is told */
	bool trusted;         /* whose signature the bundle has was judged */
	bool unused;          /* a compiler that was asked for was not used */
	bool unmade;          /* another toolchain that was asked for failed */
};
/* false: these are no records. */
bool result_head_read(struct cur *c, struct result_head *out);

/* The next record. ERR_END: no more; ERR_FORMAT: these are none. Views. */
MUST_USE enum err result_next(struct cur *c, struct result_artefact *out);
