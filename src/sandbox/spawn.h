/*
 * spawn.h - starts one worker, and finds out how it ended.
 *
 * A worker is another program, executed anew: its own memory layout, an empty
 * environment, one socket as descriptor 3 and /dev/null below. It confines
 * itself (confine.h); what must be set from outside is set here.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * The worker's program: beside this one, else in ../libexec/candor, else where it
 * was to be installed; never by PATH. Malloced; NULL: not there.
 */
char *spawn_find(const char *installed);
/* The same for another of our programs. */
char *spawn_find_named(const char *name, const char *installed);

/* Not to be copied: whoever ends one copy leaves a pid in the other to be killed. */
struct child {
	pid_t pid; /* 0: none */
	int sock;  /* our end of the channel */
};

/*
 * data_limit: bytes of private memory at most; 0: no limit. also: a word for the program,
 * known to it, of what it shall do before it locks itself in; NULL: nothing. ERR_IO:
 * sys_why().
 */
MUST_USE enum err child_start(
    const char *program, uint64_t data_limit, const char *also, struct child *out);

#define CHILD_WHY 96

/*
 * Kills and buries it. why says how it had ended before we came: "crashed
 * (SIGSEGV)", or empty when it still ran. Waits two seconds at most: a process in an
 * uninterruptible wait is left to init. Without a child it does nothing.
 */
void child_end(struct child *c, char why[CHILD_WHY]);
