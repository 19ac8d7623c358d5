/*
 * log_words.h - entries of a log that are no releases, in words: handovers, and what
 * examiners said.
 *
 * Nothing of it is checked: a monitor tells what stands in the log, and who seems to have
 * put it there. An envelope is a stranger's JSON and is read in the jail
 * (update/verifier.h).
 */
#pragma once

#include "base/buf.h"

/*
 * Appends one line, without its end: "handover hello 1.0, 2026-11-29T00:00:00Z, MANIFEST
 * 5f2a..." or "rebuild PASSED, 2026-..., about hello_1.0.deb (sha256 ...), as a.example".
 * false: neither, and nothing was appended. date (or NULL): seconds since 1970, as the
 * entry itself says; 0: it does not.
 */
bool log_words(struct bytes entry, int64_t *date, struct buf *out);

/* The same of an envelope, without the jail: for it, and for tests. */
bool log_words_envelope(struct bytes entry, int64_t *date, struct buf *out);
