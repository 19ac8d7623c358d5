/*
 * gather.h - the statements of examiners: fetched, and kept beside those of before.
 *
 * They come from three places: the archive that the site offers; what was seen before;
 * and the log itself, whose newest entries are read when it has grown. The last is what
 * makes an objection that is logged impossible to hold back: the entries must be those of
 * the tree that the witnesses cosigned.
 */
#pragma once

#include "evidence/weigh.h"
#include "update/session.h"

/*
 * Fetches the archive that the place offers, if it is another one than last time, and the
 * log's entries, if session_fetch found that it has grown; joins them with the statements
 * of trusted examiners that were seen before. What came out is in *docket (in the
 * session's arena) and, unless u->check, in the state folder. FAULT_EVIDENCE,
 * FAULT_DIGEST, FAULT_ENTRY, FAULT_MISSING, FAULT_TOO_LARGE, FAULT_EXAMINERS.
 */
MUST_USE enum err gather_statements(struct session *r, struct bytes *docket);
