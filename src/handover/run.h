/*
 * run.h - programs of the system that are asked: git, apt-cache, and apt-get for a
 * mirror.
 *
 * They work on the caller's files, with the caller's rights. Of a bundle that came from
 * elsewhere only names and versions of packages reach one of them, apt-get
 * (rebuild/mirror.h), and these were checked by list_package_next. The arguments are a
 * list, never a shell's text. Environment: the caller's, with LC_ALL=C and TZ=UTC, so
 * that answers do not depend on them; git may not fetch: a commit that is not all here is
 * a fault, not a reason to ask a server.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct run {
	pid_t pid;
	int in, out; /* its stdin (-1: none) and stdout */
};

enum run_flag {
	RUN_TALK = 1 << 0,  /* its stdin is ours to write */
	RUN_QUIET = 1 << 1, /* what it says on stderr is of no interest */
};

/* argv[0] is looked for in PATH; when it is not there, run_end tells. ERR_IO: sys_why. */
MUST_USE enum err run_start(const char *const *argv, unsigned flags, struct run *out);
/* Closes the pipes and waits. Its exit code; 127: it could not be started. */
int run_end(struct run *r);

/* All it says, at most limit bytes. ERR_FORMAT: it failed; ERR_LIMIT; ERR_IO. */
MUST_USE enum err run_text(const char *const *argv, size_t limit, struct buf *out);
