/*
 * cli.h - the command: finds the verb and runs it.
 */
#pragma once

#include "cli/opt.h"

/*
 * The whole program: looks the verb up in verbs.def, runs it, and gives the exit code
 * (docs/decisions/0006-exit-codes.md).
 */
int cli_main(int argc, char **argv);

extern const struct verb *const cli_verbs[];   /* ends with NULL */
const struct verb *cli_verb(const char *name); /* NULL: there is none */
/* "add" of the verb log: the verb "log add"; NULL: there is none. */
const struct verb *cli_sub(const struct verb *v, const char *name);
/* The run of a verb that consists of others: argv begins with the name of one. */
int cli_run_sub(const struct verb *v, int argc, char **argv);

/* Everything buffered for stdout leaves; ERR_IO: it cannot (told on stderr). */
MUST_USE enum err cli_flush(void);
