/*
 * compared.h - what `candor compare --json` found, as far as a statement needs it.
 *
 * As in result.h the file may have come by mail, and is read where a stranger's JSON is.
 * What a comparison comes to is the examiner's word; which two files it was about, and
 * whether it saw all of them, is not.
 */
#pragma once

#include "log/fault.h"

/*
 * SHA-256 of the two, and whether no budget or damage ended it (docs/compare.md): bytes
 * alone, since it leaves a jail that may have been taken over.
 */
struct compared {
	uint8_t a[32], b[32];
	uint8_t complete; /* 0: not */
};

/*
 * FAULT_EVIDENCE: it is no such file, or does not say which files it is about, as of
 * folders. Locked in: see jsonin.h.
 */
MUST_USE enum err compared_read(struct bytes json, struct compared *out, struct fault *f);

/* Is it about a file of this digest? */
bool compared_has(const struct compared *c, const uint8_t sha256[32]);
