/*
 * take.h - takes what a build made out of its room.
 *
 * The folder belongs to a hostile program that has ended: links are not followed, what is
 * no plain file is only named, and everything is bounded. A copy has no name in any file
 * system, so there is nothing to sweep up after a kill; its digest is made while copying.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TAKE_DIGEST 32 /* SHA-256 */

struct take_file {
	char *name; /* below OUT */
	uint64_t size;
	uint8_t digest[TAKE_DIGEST];
	int fd; /* the copy, open for reading; -1: only its digest was kept */
};

/* A name that is no plain file, or one that cannot be read. */
struct take_odd {
	char *name;
	const char *what; /* "a fifo", "an empty folder"; static */
};

/* Sorted by name. */
struct take {
	struct take_file *file;
	size_t n, cap;
	struct take_odd *odd; /* in the order in which they were met */
	size_t nodd, odd_cap;
	bool whole; /* false: more files than are taken, or one that cannot be read */
};

/*
 * wanted says which are copied and not only counted in (NULL: all). ERR_IO: sys_why(), of
 * our own file system; what is wrong with theirs is in the result.
 */
MUST_USE enum err take_all(
    int out, bool (*wanted)(void *arg, const char *name), void *arg, struct take *t);
void take_done(struct take *t);
const struct take_file *take_find(const struct take *t, const char *name);
/* What is at this name instead of a file: "a folder"; NULL: nothing. */
const char *take_instead(const struct take *t, const char *name);

/* A file without a name, for writing and reading; in $TMPDIR, else in memory. -1: none.
 */
int take_scratch(void);
