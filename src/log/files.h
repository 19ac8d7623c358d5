/*
 * files.h - files that appear whole, many at a time.
 *
 * The writer of a log puts new files beside their names ("x.tmp"), waits until all of
 * them are on disk, and only then gives them their names. A name never shows half a
 * file, and what a killed writer left is overwritten by the next (it uses the same
 * temporary names, which a lock makes its own). Of this layer and of publish/tree.h.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

#define FILES_PATH 80 /* bytes of a path below the folder, with its NUL */

/*
 * A folder that is written to, and what was put but has no name yet. Starts zeroed but
 * for dir and name, which stay the caller's.
 */
struct files {
	int dir;          /* the folder that paths are below */
	const char *name; /* of the folder, for messages */
	char (*path)[FILES_PATH];
	size_t n, cap;
	bool folders; /* some were made since the last commit */
};

/* Forgets what was put and frees; files_drop before it removes the temporary ones. */
void files_done(struct files *s);

/*
 * Writes path.tmp, and the folders it lies in; content may go afterwards. path is ours,
 * shorter than FILES_PATH, and relative. FAULT_IO: nothing of it stays.
 */
MUST_USE enum err files_put(
    struct files *s, const char *path, struct bytes content, struct fault *f);

/*
 * Everything put so far gets its name, in the order of the puts, and is on disk when this
 * says OK. FAULT_IO: some may have their names already, each with its whole content;
 * files_drop removes the others.
 */
MUST_USE enum err files_commit(struct files *s, struct fault *f);

/* Removes what was put and not committed. */
void files_drop(struct files *s);

/* Puts and commits one file. */
MUST_USE enum err files_replace(
    struct files *s, const char *path, struct bytes content, struct fault *f);

/* What must not stay but does no harm: failures are ignored. */
void files_remove(struct files *s, const char *path);
void files_remove_folder(struct files *s, const char *path); /* with its files */
/* What a writer that was killed left unfinished; for who holds the only writer's lock. */
void files_sweep(struct files *s, const char *path);
