/*
 * guard.h - SIGBUS as a return value.
 *
 * A mapped file that shrinks takes its pages away, and the kernel answers a read
 * of them with SIGBUS. That is the file's doing, not a crash of ours.
 */
#pragma once

#include "base/err.h"

/* Before confinement: installing a handler is a system call. */
void guard_install(void);

/*
 * Runs fn(arg). A read of a page that is no more ends fn wherever it was, and gives
 * ERR_IO; whatever fn worked on must not be used again.
 */
MUST_USE enum err guard_run(enum err (*fn)(void *arg), void *arg);
