/*
 * fill.h - puts a bundle's source into a room, in the order that is wanted.
 *
 * A file system in memory lists a folder's files in the order in which they were made
 * (backwards or not, as the kernel likes). So making them from a to z or from z to a is
 * all it takes to have a build see another order, exactly and always. Every file of
 * a bundle has the same time, the bundle's; a build that looks at them finds nothing new.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct fill_file {
	const char *name; /* relative, checked: no "..", nothing empty */
	uint64_t at;      /* of its content, in the bundle */
	uint64_t size;
	bool exec;
	const char *link; /* a symbolic link to this instead of a file; NULL: a file */
	bool folder;      /* an empty folder instead */
	int64_t time;     /* seconds since 1970; 0: the tree's */
	/* SHA-256 that its content must have: the bundle may be changed meanwhile. NULL:
	 * any. */
	const uint8_t *digest;
};

struct fill_tree {
	const struct fill_file *file; /* sorted by name */
	size_t n;
	int bundle;   /* descriptor of the bundle, open for reading */
	int64_t time; /* of folders and links, and of files without one */
};

/* A name of a file for messages: the one that filling failed at; NULL: none. */
struct fill_fault {
	const char *name;
};

/* Makes all files below the folder dir, which is empty. ERR_IO: sys_why(). */
MUST_USE enum err fill_make(
    const struct fill_tree *t, int dir, bool descending, struct fill_fault *f);
