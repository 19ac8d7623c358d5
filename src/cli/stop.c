/*
 * stop.c - SIGINT and SIGTERM as a wish: noted, so that what was begun ends in order; a
 * second one ends at once, as the default is back by then.
 */
#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t came;

static void
note(int sig)
{
	came = sig;
}

void
stop_watch(void)
{
	static const int signals[] = { SIGINT, SIGTERM };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* without SA_RESTART: what waits for input is to come back */
		struct sigaction a = { .sa_handler = note, .sa_flags = SA_RESETHAND };
		struct sigaction old;

		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &a, NULL);
	}
}

int
stop_signal(void)
{
	return came;
}

void
stop_now(void)
{
	if (came != 0)
		raise(came); /* SA_RESETHAND: the default is back */
}
