/*
 * store.h - the folder of installed releases, changed in single steps.
 *
 *	STATE/CHANNEL/current               a link to the release in use
 *	STATE/CHANNEL/releases/7-9b1c2d3e/  about, proof, archive, database
 *	STATE/CHANNEL/seen                  what may never be taken back (seen.h)
 *	STATE/CHANNEL/lock                  held while something is written
 *
 * A release is made under another name, synced, renamed; then "current" is replaced by a
 * rename. So whoever reads sees the old one or the new one, whole; whoever is killed, or
 * finds the disk full, leaves something that the next update sweeps away.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"
#include "update/about.h"
#include "update/seen.h"

#define STORE_KEEP 3 /* releases beside the current one */
#define STORE_NAME 64

#define STORE_ABOUT    "about"
#define STORE_PROOF    "proof"
#define STORE_ARCHIVE  "archive"
#define STORE_DATABASE "database"

struct store {
	int dir, releases, lock; /* -1: none */
	char *path;              /* for messages */
};

/*
 * To read: ERR_END when there is no such folder. To write it is made, and locked:
 * FAULT_BUSY when somebody else has it.
 */
MUST_USE enum err store_open(const char *state, const char *channel, bool to_write,
    struct store *out, struct fault *f);
void store_close(struct store *s);

/* Nothing was seen yet: an empty one. */
MUST_USE enum err store_get_seen(
    const struct store *s, struct seen *out, struct fault *f);
MUST_USE enum err store_put_seen(
    const struct store *s, const struct seen *seen, struct fault *f);

struct store_release {
	int dir;
	char name[STORE_NAME]; /* its folder */
	struct about about;
};

/* The one in use; held, it stays readable whatever happens to its name. ERR_END: none. */
MUST_USE enum err store_current(
    const struct store *s, struct store_release *out, struct fault *f);
/*
 * The newest that is kept and older than before; sequence: or exactly that one, when not
 * 0. ERR_END: none.
 */
MUST_USE enum err store_older(const struct store *s, uint64_t before, uint64_t sequence,
    struct store_release *out, struct fault *f);
void store_release_close(struct store_release *r);

/* A file of it, whole. FAULT_STATE, FAULT_IO. */
MUST_USE enum err store_read(const struct store_release *r, const char *name,
    size_t limit, struct buf *out, struct fault *f);

/* A release in the making. */
struct store_stage {
	int dir;
	char name[STORE_NAME];
};

MUST_USE enum err store_begin(
    const struct store *s, struct store_stage *out, struct fault *f);
MUST_USE enum err store_put(
    const struct store_stage *g, const char *name, struct bytes content, struct fault *f);
/* The same from a descriptor, all of it. */
MUST_USE enum err store_copy(const struct store_stage *g, const char *name, int fd,
    uint64_t size, struct fault *f);
/* It becomes a release, under the name of its about; *out is that name. */
MUST_USE enum err store_finish(const struct store *s, struct store_stage *g,
    const struct about *a, char out[STORE_NAME], struct fault *f);
void store_drop(const struct store *s, struct store_stage *g);

/* The one step that everybody sees. */
MUST_USE enum err store_switch(const struct store *s, const char *name, struct fault *f);

/* Removes what was begun and not finished, and what is older than is kept. */
void store_sweep(const struct store *s);
