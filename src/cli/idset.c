/*
 * idset.c - devices and inodes that were seen, in a hash table of open addressing, half
 * full at most: so there is always a free slot, and every search ends.
 */
#include "cli/idset.h"

#include <stdlib.h>

#include "base/sys.h"

static bool
insert(struct idset *s, uint64_t dev, uint64_t ino)
{
	uint64_t h = (ino ^ dev << 32) * 0x9e3779b97f4a7c15ull;

	/* at most half full, so there is a free slot */
	for (size_t i = (size_t)(h >> 20) & (s->cap - 1);; i = (i + 1) & (s->cap - 1)) {
		if (s->slot[i].used && s->slot[i].dev == dev && s->slot[i].ino == ino)
			return false;
		if (s->slot[i].used)
			continue;
		s->slot[i].dev = dev;
		s->slot[i].ino = ino;
		s->slot[i].used = true;
		s->n++;
		return true;
	}
}

bool
idset_add(struct idset *s, uint64_t dev, uint64_t ino)
{
	if (s->n * 2 >= s->cap) {
		struct idset more = { .cap = s->cap ? s->cap * 2 : 64 };

		more.slot = xcalloc(more.cap, sizeof(*more.slot));
		for (size_t i = 0; i < s->cap; i++)
			if (s->slot[i].used)
				insert(&more, s->slot[i].dev, s->slot[i].ino);
		free(s->slot);
		*s = more;
	}
	return insert(s, dev, ino);
}

void
idset_done(struct idset *s)
{
	free(s->slot);
	*s = (struct idset){ 0 };
}
