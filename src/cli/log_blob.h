/*
 * log_blob.h - the files that statements name by digest, next to a log.
 *
 * docs/release.md has the layout: PREFIX/log and PREFIX/blob/<sha256>. What comes back is
 * just the bytes whose digest was asked for, or nothing.
 */
#pragma once

#include "log/fault.h"
#include "release/statement.h"

#define BLOB_MOST (256u << 20) /* bytes of a file that we hold in memory */

struct log_blob {
	char *base;    /* a folder or a URL */
	char *program; /* candor-fetch; NULL: a folder */
};

/* blobs: where they are, or NULL: "blob" beside the log at where. FAULT_IO. */
MUST_USE enum err log_blob_open(
    const char *where, const char *blobs, struct log_blob *out, struct fault *f);
void log_blob_close(struct log_blob *b);

/*
 * Appended to out; only bytes that have the digest of s. FAULT_MISSING, FAULT_TOO_LARGE
 * (BLOB_MOST); FAULT_ENTRY: other bytes than logged; out is as it was then.
 */
MUST_USE enum err log_blob_read(const struct log_blob *b, const struct statement_file *s,
    struct buf *out, struct fault *f);
