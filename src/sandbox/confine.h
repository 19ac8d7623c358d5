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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "sandbox/filter.h"

#define CONFINE_NOBODY 65534

/*
 * A service of ours (a witness) locks itself in as well, but keeps something: the calls
 * of its own table, one folder, and its life when the parent ends. It may be root's:
 * then it stays root, without a capability.
 */
struct confine_service {
	const struct filter_row *rows;
	size_t nrows;
	const char
	    *folder; /* files in it may be read, made, renamed and removed; NULL: none */
	uint64_t file_max; /* bytes of the longest file it may write */
	/* What candor-fetch keeps besides; all zero: nothing. */
	const char *const
	    *read; /* files and folders to be read, those of them that exist */
	size_t nread;
	const uint16_t *ports; /* of TCP it may connect to, where the kernel can tell */
	size_t nports;
	bool any_port; /* whatever ports says: while names are looked up */
	bool mortal;   /* ends with its parent */
	bool again;    /* is confined already, and gives up more: files, ports, calls */
};

struct confine {
	uid_t uid; /* whom to become when started as root */
	gid_t gid;
	unsigned nofile;                       /* descriptors at most */
	const struct confine_service *service; /* NULL: a worker, which keeps nothing */
};

/* "uid:gid" as spawn.c passes it; nobody when it is NULL or something else. */
void confine_whom(const char *arg, uid_t *uid, gid_t *gid);

/* On failure *step names what the system refused: "setgroups". */
MUST_USE enum err confine(const struct confine *c, const char **step);
