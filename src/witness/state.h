/*
 * state.h - what a witness remembers: for each log, the last checkpoint it cosigned.
 *
 * A witness that forgets may sign a second history, so a checkpoint is on the disk, name
 * and content, before its signature leaves. One file a log, replaced in one step: after
 * a crash at any instant it holds the old checkpoint or the new one. The folder is
 * locked while it is open, so two witnesses never share one memory. All calls go
 * through its handle and need no path: they work confined.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

/* The name of a log's file: the hex digest of its origin, as in the monitoring path. */
#define STATE_NAME 65

struct state {
	int dir; /* holds the lock as well */
};

/*
 * Makes the folder (0700) when it is not there and tells so in *fresh: then this witness
 * remembers nothing. ERR_PROTO: another witness has it open. ERR_IO: sys_why().
 */
MUST_USE enum err state_open(const char *path, struct state *out, bool *fresh);
void state_close(struct state *s);

/* Appends the note kept under name. ERR_END: none is. ERR_LIMIT: longer than limit. */
MUST_USE enum err state_load(
    const struct state *s, const char *name, size_t limit, struct buf *note);

/*
 * Replaces it. OK: it will be there after a power cut. ERR_IO: the old one is, or (the
 * folder could not be synced) the new one; either way nothing may be signed.
 */
MUST_USE enum err state_store(const struct state *s, const char *name, struct bytes note);
