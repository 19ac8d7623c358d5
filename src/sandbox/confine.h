/*
 * confine.h - a worker locks itself in, for good.
 *
 * Called once, before the first byte of a stranger is looked at. Afterwards the
 * process can compute, read the descriptors it is sent and answer on its
 * channel; it is nobody, has no capability, no file system, no network, no new
 * process, no executable memory. Every step is checked: a worker that cannot
 * lock itself in does not work.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define CONFINE_NOBODY 65534

struct confine {
	uid_t uid; /* whom to become when started as root */
	gid_t gid;
	unsigned nofile; /* descriptors at most */
};

/* On failure *step names what the system refused: "setgroups". */
MUST_USE enum err confine(const struct confine *c, const char **step);
