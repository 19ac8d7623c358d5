/*
 * stop.h - Ctrl-C and kill: what was found so far is told before we go.
 *
 * The first signal only leaves a mark, which whoever scans asks for; system calls that
 * wait return with EINTR. A second one ends us at once, as if nobody had asked for it.
 */
#pragma once

/* From now on SIGINT and SIGTERM are noted, but for those that are ignored already. */
void stop_watch(void);
/* The signal that came, or 0. */
int stop_signal(void);
/* Ends by that signal, so that the caller's shell sees what happened. Returns if none
 * came. */
void stop_now(void);
