/*
 * gather.h - the statements of examiners: fetched, and kept beside those of before.
 */
#pragma once

#include "evidence/weigh.h"
#include "update/session.h"

/*
 * Fetches the archive that the place offers, if it is another one than last time, and
 * joins it with the statements of trusted examiners that were seen before. What came out
 * is in *docket (in the session's arena) and, unless u->check, in the state folder.
 * FAULT_EVIDENCE, FAULT_DIGEST, FAULT_TOO_LARGE, FAULT_EXAMINERS.
 */
MUST_USE enum err gather_statements(struct session *r, struct bytes *docket);
