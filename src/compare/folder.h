/*
 * folder.h - all that lies below a folder, sorted, without following anything.
 */
#pragma once

#include <sys/stat.h>

#include "base/arena.h"

struct folder_entry {
	struct bytes path;   /* relative, NUL behind it */
	struct bytes target; /* of a symbolic link */
	mode_t mode;
	uint64_t size, device;
	struct folder_entry *partner; /* of the other folder; set by folder_pair */
};

struct folder_list {
	struct folder_entry *p; /* by path */
	size_t n, cap;
	struct arena arena;
	char why[256]; /* the first thing that could not be read; empty: none */
};

#define FOLDER_ENTRIES_MAX 1000000

/* ERR_LIMIT: more entries than that. What cannot be read is left out, and why says so. */
MUST_USE enum err folder_read(int dir, struct folder_list *out);
void folder_done(struct folder_list *l);

/* Opens an entry for reading: below dir and through no link, whatever happened since. */
MUST_USE enum err folder_open(int dir, const struct folder_entry *e, int *fd);

/*
 * Which entry of b is which of a: by name, and files that are left as members of archives
 * are (result/rename.h). False: some were not compared with all others.
 */
bool folder_pair(int dir_a, struct folder_list *a, int dir_b, struct folder_list *b);
