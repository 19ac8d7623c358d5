/*
 * cli.h - the command: finds the verb and runs it.
 */
#pragma once

#include "cli/opt.h"

int cli_main(int argc, char **argv);

extern const struct verb *const cli_verbs[];   /* ends with NULL */
const struct verb *cli_verb(const char *name); /* NULL: there is none */

/* Everything buffered for stdout leaves; ERR_IO: it cannot (told on stderr). */
MUST_USE enum err cli_flush(void);
