/*
 * why.h - why a call failed, for candor_error(), and what is the process's as a whole.
 *
 * The text belongs to the thread: two scanners never see each other's. Besides it the
 * library has two things that are not in an object of the caller: whether it was
 * initialised, and which worker it starts.
 */
#pragma once

#include "base/err.h"
#include "lib/candor.h"

/* Keeps the text for candor_error(), and gives e back. */
int why_fail(enum candor_err e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "cannot WHAT 'NAME': " and the system's reason, from an err of base/sys.h. */
int why_system(enum err e, const char *what, const char *name);

/* Whatever libraries need before the first byte; once a process, whoever comes first. */
void why_init(void);

/* The worker's program, malloced; NULL: it is not there, and why_fail was called. */
char *why_worker(void);
