/*
 * idset.h - a set of (device, inode) pairs: what was visited already.
 *
 * Only folders are kept, and only when links are followed: without links a tree has
 * no second way to a folder. Open addressing, at most half full: 24 bytes a slot, so
 * a million folders cost about 50 MB.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idset {
	struct {
		uint64_t dev, ino;
		bool used;
	} * slot;
	size_t cap, n;
};

/*
 * False: it was there already. Memory doubles when the set is half full; out of it ends
 * the program.
 */
bool idset_add(struct idset *s, uint64_t dev, uint64_t ino);
void idset_done(struct idset *s);
