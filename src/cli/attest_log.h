/*
 * attest_log.h - statements in a log that is on this machine: added, found, proved.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

/*
 * Appends the entry, signs the log as it is and puts it up (candor log checkpoint does
 * the same). *index is its place. The faults of log/store.h.
 */
MUST_USE enum err attest_log_add(
    const char *dir, struct bytes entry, uint64_t *index, struct fault *f);

/*
 * The proof of the last entry with these bytes, under the log's published checkpoint,
 * with whatever cosignatures that has. FAULT_UNLOGGED: it is not in the log.
 */
MUST_USE enum err attest_log_prove(const char *dir, struct bytes entry, struct buf *out,
    uint64_t *index, struct fault *f);
