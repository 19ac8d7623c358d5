/*
 * depot.h - the folder of installed releases, changed in single steps.
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

#define DEPOT_KEEP 3 /* releases beside the current one */
#define DEPOT_NAME 64

#define DEPOT_ABOUT    "about"
#define DEPOT_PROOF    "proof"
#define DEPOT_ARCHIVE  "archive"
#define DEPOT_DATABASE "database"

struct depot {
	int dir, releases, lock; /* -1: none */
	char *path;              /* for messages */
};

/*
 * To read: ERR_END when there is no such folder. To write it is made, and locked:
 * FAULT_BUSY when somebody else has it.
 */
MUST_USE enum err depot_open(const char *state, const char *channel, bool to_write,
    struct depot *out, struct fault *f);
void depot_close(struct depot *s);

/* Nothing was seen yet: an empty one. */
MUST_USE enum err depot_get_seen(
    const struct depot *s, struct seen *out, struct fault *f);
MUST_USE enum err depot_put_seen(
    const struct depot *s, const struct seen *seen, struct fault *f);

struct depot_release {
	int dir;
	char name[DEPOT_NAME]; /* its folder */
	struct about about;
};

/* The one in use; held, it stays readable whatever happens to its name. ERR_END: none. */
MUST_USE enum err depot_current(
    const struct depot *s, struct depot_release *out, struct fault *f);
/*
 * The newest that is kept and older than before; sequence: or exactly that one, when not
 * 0. ERR_END: none.
 */
MUST_USE enum err depot_older(const struct depot *s, uint64_t before, uint64_t sequence,
    struct depot_release *out, struct fault *f);
void depot_release_close(struct depot_release *r);

/* A file of it, whole. FAULT_STATE, FAULT_IO. */
MUST_USE enum err depot_read(const struct depot_release *r, const char *name,
    size_t limit, struct buf *out, struct fault *f);

/* A release in the making. */
struct depot_stage {
	int dir;
	char name[DEPOT_NAME];
};

MUST_USE enum err depot_begin(
    const struct depot *s, struct depot_stage *out, struct fault *f);
MUST_USE enum err depot_put(
    const struct depot_stage *g, const char *name, struct bytes content, struct fault *f);
/* The same from a descriptor, all of it. */
MUST_USE enum err depot_copy(const struct depot_stage *g, const char *name, int fd,
    uint64_t size, struct fault *f);
/* It becomes a release, under the name of its about; *out is that name. */
MUST_USE enum err depot_finish(const struct depot *s, struct depot_stage *g,
    const struct about *a, char out[DEPOT_NAME], struct fault *f);
/* It gets that name, which must be free; for folders that are not the depot's own. */
MUST_USE enum err depot_move(
    const struct depot *s, struct depot_stage *g, const char *name, struct fault *f);
void depot_drop(const struct depot *s, struct depot_stage *g);

/* The one step that everybody sees. */
MUST_USE enum err depot_switch(const struct depot *s, const char *name, struct fault *f);

/* Removes what was begun and not finished, and what is older than is kept. */
void depot_sweep(const struct depot *s);
