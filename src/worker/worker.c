/*
 * worker.c - see worker.h.
 *
 * The order in worker_main is the security argument: warm up libc (no stranger's
 * byte yet), install the one signal handler, lock the process in, and only then
 * read the first message.
 */
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypto/init.h"
#include "modules/magic.h"
#include "sandbox/confine.h"
#include "sandbox/filter.h"
#include "scan/run.h"
#include "worker/guard.h"
#include "worker/task.h"

#define NOFILE (WORKER_CHANNEL + 1 + 2 * WIRE_FDS_MAX + 8)

static enum err
serve(struct worker *w)
{
	static const struct {
		enum wire_type type;
		enum err (*fn)(struct worker *w, struct bytes init);
	} tasks[] = { { WIRE_SCAN, task_scan }, { WIRE_COMPILE, task_compile } };
	struct wire_frame f;

	TRY(task_frame(w, &f));
	for (size_t i = 0; i < COUNT(tasks); i++)
		if (tasks[i].type == f.type)
			return tasks[i].fn(w, f.payload);
	return ERR_PROTO;
}

/*
 * libc's first use of malloc, stdio and the clock, and libcrypto's of anything, may
 * ask the system for things that are forbidden later: so they are used once now.
 */
static void
warm_up(void)
{
	struct timespec t;

	/* what bug() says stays in the buffer: writing it would be forbidden */
	setvbuf(stderr, malloc(BUFSIZ), _IOFBF, BUFSIZ);
	clock_gettime(CLOCK_MONOTONIC, &t);
	clock_gettime(CLOCK_REALTIME, &t);
	crypto_init();
}

int
worker_main(int argc, char **argv)
{
	struct confine c = { .nofile = NOFILE };
	struct worker w = { .out = { .fd = WORKER_CHANNEL } };
	const char *step = NULL;
	char why[128];
	enum err e;

	confine_whom(argc > 1 ? argv[1] : NULL, &c.uid, &c.gid);
	warm_up();
	scan_init();
	if (argc > 2 && strcmp(argv[2], MAGIC_WORD) == 0)
		magic_prepare();
	guard_install();
	wire_in_init(&w.in, WORKER_CHANNEL);
	w.in.fds_allowed = true;
	if (confine(&c, &step) != OK) {
		snprintf(why, sizeof(why), "it cannot be confined: %s failed", step);
		e = task_refuse(&w, why);
		_exit(e == OK ? 1 : 2);
	}
	e = serve(&w);
	/* no destructors, no atexit: nothing of libc that may need the system */
	_exit(e == OK || e == ERR_END ? 0 : 3);
}
