/*
 * below.h - files below a folder, and nowhere else.
 *
 * Source trees and bundles name files, and somebody may change a folder to a link between
 * two calls. So everything is opened relative to a descriptor, with openat2 and
 * RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS: the kernel refuses what would lead out. Names
 * are relative; the errs are those of base/sys.h, and sys_why() has the reason.
 */
#pragma once

#include <sys/types.h>

#include "base/bytes.h"
#include "base/err.h"

/* For reading; never waits. */
MUST_USE enum err below_open(int dir, const char *name, int *fd);
MUST_USE enum err below_open_folder(int dir, const char *name, int *fd);

/* A new file: what is there already is never opened (ERR_IO). */
MUST_USE enum err below_create(int dir, const char *name, mode_t mode, int *fd);
/* Makes every folder that name lies in, and name itself when whole. */
MUST_USE enum err below_folders(int dir, struct bytes name, bool whole);
/* A symbolic link; its folder must be there. */
MUST_USE enum err below_link(int dir, struct bytes name, struct bytes target);

/* Removes everything that is in the folder, as far as it can. */
void below_empty(int dir);

/*
 * A new file that appears whole or not at all: it has no name while it is written (or,
 * where the file system cannot do that, one beside path). Commit waits until it is on
 * disk, and gives the name unless somebody has it: then ERR_ACCESS, and sys_code() is
 * EEXIST. Drop without commit leaves nothing.
 */
struct below_new {
	char *path, *tmp; /* tmp: NULL when it has no name */
	int fd;
};
MUST_USE enum err below_new_open(struct below_new *n, const char *path);
MUST_USE enum err below_new_commit(struct below_new *n);
void below_new_drop(struct below_new *n);
