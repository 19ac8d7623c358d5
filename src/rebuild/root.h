/*
 * root.h - a root to build in, made of the packages that a bundle names.
 *
 * Packages are strangers' bytes, and installing them runs strangers' scripts. Both happen
 * in rooms (room.h), where there is nothing to see, no network and nothing that lasts:
 * first the host's dpkg-deb unpacks them, then the root that came of it is entered and
 * its own dpkg installs them, as debootstrap does. What is left is a tree that the rooms
 * of builds are filled with, so two builds begin with the same files.
 *
 * The packages are those of recipe/packages, no more and no less, each with the digest
 * that stands there.
 */
#pragma once

#include "handover/bundle.h"
#include "rebuild/carry.h"
#include "rebuild/room.h"

struct root_plan {
	const struct bundle *bundle;
	const char *folder; /* where the .debs lie; NULL: in the bundle */
	int log;            /* what dpkg prints is written there; -1: nowhere */
	struct room_limits limits;
	void (*tick)(void *arg, uint64_t opened); /* as in build.h */
	void *arg;
};

struct root {
	struct carry carry;
	size_t packages;
	size_t unchecked; /* of those, without a digest in the bundle */
};

/* Does the bundle have packages to make a root of? */
bool root_in_bundle(const struct bundle *b);

/*
 * FAULT_TOOLCHAIN: a package that is missing or another, or that cannot be installed,
 * with the end of what was printed; FAULT_IO: of our own. On failure there is nothing to
 * end.
 */
MUST_USE enum err root_make(const struct root_plan *p, struct root *out, struct fault *f);
void root_done(struct root *r);
