/*
 * guard.c - a file that shrinks while it is mapped raises SIGBUS at its missing pages;
 * that is the file's fault, not the worker's. One jump back, out of whatever read it,
 * and the file is incomplete or failed.
 */
#include "worker/guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

/* A signal handler can be told nothing: the one mutable static of this half. */
static sigjmp_buf *volatile armed;

static void
on_sigbus(int sig)
{
	(void)sig;
	if (armed != NULL)
		siglongjmp(*armed, 1);
	signal(SIGBUS, SIG_DFL); /* forbidden by the filter: ends us, as it should */
}

void
guard_install(void)
{
	struct sigaction sa = { .sa_handler = on_sigbus, .sa_flags = SA_NODEFER };

	sigaction(SIGBUS, &sa, NULL);
}

enum err
guard_run(enum err (*fn)(void *arg), void *arg)
{
	sigjmp_buf here;
	enum err e;

	/* no signal mask to save, so no system call */
	if (sigsetjmp(here, 0) != 0) {
		armed = NULL;
		return ERR_IO;
	}
	armed = &here;
	e = fn(arg);
	armed = NULL;
	return e;
}
