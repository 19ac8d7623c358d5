/*
 * guard.h - the system call filter of a build: a few calls are refused, some are watched.
 *
 * The same filter is on every process of the build and cannot be taken off. The calls of
 * another architecture (32 bits, x32) are refused as unknown: nothing would see what
 * they open. docs/rebuild.md lists what that costs a build (gdb and strace do not work).
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

/* What the tracer is told of a watched call: SECCOMP_RET_TRACE's data. */
enum guard_kind {
	GUARD_OTHER, /* not a call of this table */
	GUARD_OPEN,
	GUARD_CREAT,
	GUARD_OPENAT,
	GUARD_OPENAT2,
	GUARD_RENAME,
	GUARD_RENAMEAT,
	GUARD_LINK,
	GUARD_LINKAT,
	GUARD_SOCKET, /* bind or connect */
	GUARD_CHOWN,  /* to somebody who is not in the namespace */
	GUARD_CLOCK,
	GUARD_TIMEOFDAY,
	GUARD_TIME,
	GUARD_STAT, /* its second argument gets the answer */
	GUARD_STATAT,
	GUARD_STATX,
};

#define GUARD_MAX 256 /* instructions at most */

/* Writes the program; gives its length. clocks: those calls are watched, too. */
size_t guard_make(bool clocks, struct sock_filter out[GUARD_MAX]);

/* Puts it on this process for good; 0, or -1 with errno. No new privileges before. */
int guard_install(bool clocks);
