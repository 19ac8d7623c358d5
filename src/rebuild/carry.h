/*
 * carry.h - a whole tree out of a room, to be put into other rooms.
 *
 * What lies in the room was written by strangers' programs, which have ended. It is
 * walked without following a link and without leaving the room's one file system;
 * contents go to a scratch file without a name, names and modes to an array that fill.h
 * takes. So a root made of packages has no place on disk: nothing to sweep up after a
 * kill.
 *
 * Kept are files (whether they may be executed, and their time), links, and empty
 * folders. Owners and other permissions are not: in a room there is one user.
 */
#pragma once

#include "base/arena.h"
#include "log/fault.h"
#include "rebuild/fill.h"

struct carry {
	struct arena arena;
	struct fill_tree tree;
	struct fill_file *file; /* the tree's */
	size_t cap;
};

/*
 * Takes what is below the folder dir. skip: names that stay behind, with all below;
 * NULL: none. time: of what has no time of its own (the tree's). Faults: FAULT_IO, and
 * FAULT_TOO_LARGE for more files or deeper folders than anybody needs. On failure there
 * is nothing to end.
 */
MUST_USE enum err carry_tree(int dir, bool (*skip)(const char *name), int64_t time,
    struct carry *out, struct fault *f);
void carry_done(struct carry *c);
