/*
 * walk.h - the files below a path, one a call, opened safely.
 *
 * Folders are read and files opened relative to descriptors that are held, never
 * by a path that somebody may change meanwhile. Symbolic links are not followed
 * unless asked for; then every folder is visited once, so a loop ends. Depth
 * costs memory, not stack: only some folders stay open, the way back is checked.
 * Names come sorted (of very large folders: in portions).
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/err.h"

struct walk_opts {
	bool follow;          /* symbolic links below the roots */
	bool follow_roots;    /* links that the user names, when no others */
	bool every_path;      /* a folder is visited along each path of few links to it */
	bool one_file_system; /* enter no folder on another device than its root */
	bool specials; /* fifos, devices and sockets below the roots are given, too */
	bool flat;     /* do not enter folders below the roots */
	bool slash;    /* paths are folder, "/", name, even when the folder ends in one */
	/* Shell patterns; an entry whose name or path matches is not visited. */
	const char *const *exclude;
	size_t nexclude;
	const char *const *only; /* files must match one of these, when there are any */
	size_t nonly;
};

enum walk_kind {
	WALK_FILE,    /* fd is open, and the caller's */
	WALK_SKIPPED, /* named by the user, but not to be read: why */
	WALK_SPECIAL, /* with specials: not to be read, and nobody named it: why */
	WALK_ERROR,   /* cannot be read: why */
};

struct walk_item {
	enum walk_kind kind;
	struct bytes path; /* until the next call */
	int fd; /* of WALK_FILE, open for reading: the callee's to close; else -1 */
	struct stat st;  /* of what is open */
	const char *why; /* of the others: what it is, or why not */
};

struct walk;

struct walk *walk_new(const struct walk_opts *o); /* o must outlive it */
void walk_free(struct walk *w);

/* Starts at root: a file, or a folder with all below. */
void walk_begin(struct walk *w, const char *root);
/*
 * The next item below the root that walk_begin named; its path is valid until the next
 * call, its fd the caller's to close. ERR_END: all of root was given. No other err: what
 * cannot be read is an item, WALK_ERROR, and the walk goes on.
 */
MUST_USE enum err walk_next(struct walk *w, struct walk_item *out);

/* Entries below the roots that are no files: links, fifos, devices, sockets. */
uint64_t walk_ignored(const struct walk *w);
