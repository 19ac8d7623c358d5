/*
 * room.h - a place to build in that has no way out: namespaces, made for one build.
 *
 * A room has its own users, mounts, processes, network (none), host name and System V
 * objects. Its root is a small file system in memory into which the host's /usr (or a
 * root made from packages) is bound, read-only; the source is read-only, too; what may
 * be written is a second file system in memory of a fixed size. So there is nothing to
 * clean up: when the first process of the room dies, everything in it is gone, and it
 * dies with candor.
 *
 * The build runs as a user without any right, with guard.h's filter, under limits.
 * Outside it is nobody (when candor is root's) or whoever called candor.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "log/fault.h"
#include "rebuild/fill.h"
#include "rebuild/vary.h"

struct room_limits {
	uint64_t space;   /* bytes that may be written, source and artefacts included */
	uint64_t memory;  /* bytes of address space of one process */
	uint64_t output;  /* bytes of what the build prints */
	unsigned tasks;   /* processes and threads at one time */
	uint32_t seconds; /* of wall clock for the build */
};

extern const struct room_limits room_default;

struct room_plan {
	const struct vary_world *world;
	const struct fill_tree *source, *recipe;
	const char *script;      /* the recipe's file that is run */
	const char *const *vars; /* "NAME=value", more than the world's; ends with NULL */
	struct room_limits limits;
	int root;                     /* a folder to take as root, open; -1: the host's */
	const struct fill_tree *made; /* the root itself, made of packages; NULL: none */
	/* Packages are installed: the build may write its root, and its user is root. */
	bool install;
};

/* Descriptors are open in this process, all else is in the room. */
struct room {
	pid_t init;  /* the room's first process, ours to trace; 0: no room */
	int channel; /* to it */
	int root;    /* the room's root folder (O_PATH) */
	int out;     /* the folder the build leaves artefacts in */
	int log;     /* what it printed */
};

/*
 * Makes the room and fills it. init is seized (ptrace) and waits for room_start; what
 * it starts is traced from its first instruction. ERR_IO: a system that refuses, named
 * in f, with what to do about it.
 */
MUST_USE enum err room_open(const struct room_plan *p, struct room *r, struct fault *f);

/* Lets the build begin. Then trace_run() must be called: init is stopped by it. */
MUST_USE enum err room_start(struct room *r, struct fault *f);

/* How the build ended, after trace_run() said that it did: as waitpid's status. */
MUST_USE enum err room_ended(struct room *r, int *status);

/* Kills whatever is in it. Without a room it does nothing. */
void room_close(struct room *r);

/* Is this what a room has of its own, so that no root's takes its place? "etc/passwd" */
bool room_has_own(const char *name);

/* Can this system make rooms? NULL: yes; else the reason, static. */
const char *room_refused(void);
