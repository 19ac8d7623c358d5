/*
 * owner.h - which Debian packages the files of a closure are of.
 *
 * "The host's toolchain" says little; "gcc-12 12.2.0-14, and of it these 41 files, with
 * this digest" can be compared with what another examiner or the vendor had. Read from
 * dpkg's own lists in the room's root: no program is asked. A file of the root that no
 * package has is named, too: nobody answers for it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "rebuild/closure.h"

struct owner_package {
	char *name, *version, *arch;
	size_t files; /* of the closure */
	uint8_t
	    digest[CLOSURE_DIGEST]; /* of the lines of the closure that are its files */
};

struct owner {
	struct owner_package *package; /* only those with files; sorted by name */
	size_t n, cap;
	size_t *nobody; /* files of the closure (their places in it) without a package */
	size_t nobodies;
};

/* root: the room's. A root without dpkg's lists gives no packages. */
void owner_find(const struct closure *c, int root, struct owner *out);
void owner_done(struct owner *o);
