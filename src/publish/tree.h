/*
 * tree.h - the folder that is served: releases under fixed names, files under digests.
 *
 * docs/release.md has the layout. What a name leads to is on disk before the name is
 * there, so whoever reads, and whenever the writer is killed, finds no name without its
 * content. One writer at a time: the lock of publish.h.
 */
#pragma once

#include "log/files.h"
#include "log/source.h"
#include "release/statement.h"

/*
 * Starts by tree_open and ends by tree_close; dir is held open, so the folder may be
 * renamed meanwhile. files: what is being written.
 */
struct tree {
	char *name; /* of the folder, for messages */
	int dir;
	struct files files;
};

/* The folder must be there. FAULT_IO. Closed also when it failed. */
MUST_USE enum err tree_open(const char *path, struct tree *out, struct fault *f);
void tree_close(struct tree *t);

/* Removes what a killed writer left half written among the blobs; under the lock. */
void tree_sweep(struct tree *t);

/*
 * Puts b under its digest, which out gets with the size (its name stays as it is). One
 * that is there already, with these bytes, is left alone. On disk when it says OK.
 */
MUST_USE enum err tree_put_blob(
    struct tree *t, struct bytes b, struct statement_file *out, struct fault *f);

/*
 * Is the file there, with the right bytes? All of it is read and hashed: the answer is
 * about now. A link, a device, a file of another size is no.
 */
bool tree_has_blob(const struct tree *t, const struct statement_file *file);

/*
 * "rules/stable/7", or with sequence 0 "rules/stable/latest". channel: one that
 * statement_channel_ok takes, at most 32 letters, none of them a slash or a dot: so the
 * path stays below the folder and fits FILES_PATH.
 */
void tree_path(enum statement_type type, struct bytes channel, uint64_t sequence,
    char out[FILES_PATH]);

/* The proof of a release. A numbered one that is there stays; latest is replaced. */
MUST_USE enum err tree_show(struct tree *t, enum statement_type type,
    struct bytes channel, uint64_t sequence, struct bytes proof, struct fault *f);

/* A file of the tree, whole. ERR_END: there is none. FAULT_IO, FAULT_TOO_LARGE. */
MUST_USE enum err tree_read(const struct tree *t, const char *path, size_t limit,
    struct buf *out, struct fault *f);

/* The channels of a type that have something to show, sorted; the names are malloced. */
struct tree_channels {
	char **name;
	size_t n, cap;
};
/*
 * The channels of a type that have something to show, sorted; the names are malloced. A
 * folder that cannot be read has none: who publishes into it will hear why. Ended by
 * tree_channels_done.
 */
void tree_channels(
    const struct tree *t, enum statement_type type, struct tree_channels *out);
void tree_channels_done(struct tree_channels *c);
