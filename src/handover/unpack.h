/*
 * unpack.h - a bundle's files on disk, and never outside of the folder they go to.
 *
 * Everything is written into a folder that did not exist, below a descriptor of it
 * (below.h), and gets its name at the end, when every digest was right: what is broken
 * leaves nothing behind. Files are made anew, with mode 0644 or 0755 less the umask;
 * links of the source come last, so that nothing is ever written through one.
 */
#pragma once

#include "handover/bundle.h"

struct unpack_want {
	const char *dir; /* must not exist */
	const char
	    *folder; /* only what is in this one ("source/"), without it; NULL: all */
	void *arg;
	/* NULL, or told as the work goes on. */
	void (*progress)(void *arg, const char *doing, uint64_t done, uint64_t total);
};

/* FAULT_EXISTS; FAULT_IO; the faults of bundle_pour. */
MUST_USE enum err unpack_bundle(
    const struct bundle *b, const struct unpack_want *w, struct fault *f);

/*
 * The same into a folder that is there and held open, for rebuild: on failure what was
 * written stays, and is the caller's.
 */
MUST_USE enum err unpack_into(
    const struct bundle *b, const struct unpack_want *w, int dir, struct fault *f);
