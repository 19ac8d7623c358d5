/*
 * scratch.h - where the members of compressed containers are unpacked.
 *
 * A scratch file is made, unlinked and bounded by the parent; here bytes are appended,
 * and given back as a stack: what a container unpacked is dropped when it ends. Without
 * one, nothing can be unpacked, and that is said of each container that would need it.
 */
#pragma once

#include "diff/span.h"

struct scratch {
	int fd;       /* -1: there is none */
	uint64_t at;  /* where the next byte goes */
	uint64_t max; /* bytes it may hold */
};

/* ERR_LIMIT: it is full, or the disk is; ERR_ACCESS: there is none. */
MUST_USE enum err scratch_put(struct scratch *s, struct bytes b);

/* What was put since mark, which is an earlier s->at. */
static inline struct span
scratch_since(const struct scratch *s, uint64_t mark)
{
	return (struct span){ s->fd, mark, s->at - mark };
}
