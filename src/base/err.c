/*
 * err.c - the names of errors, and the one way to die for a mistake of our own.
 */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

const char *
err_name(enum err e)
{
	static const char *const names[] = {
		[OK] = "ok",
		[ERR_FORMAT] = "format",
		[ERR_LIMIT] = "limit",
		[ERR_NOMEM] = "nomem",
		[ERR_IO] = "io",
		[ERR_PROTO] = "proto",
		[ERR_END] = "end",
		[ERR_SYNTAX] = "syntax",
		[ERR_ACCESS] = "access",
	};

	return (unsigned)e < COUNT(names) ? names[e] : "?";
}

void
bug_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "bug: %s:%d: %s\n", file, line, what);
	abort();
}
