/*
 * show.h - what several verbs print: messages about rules, counted.
 */
#pragma once

#include "base/diag.h"
#include "cli/job.h"

struct show {
	bool quiet; /* errors only */
	bool colour;
	bool to_stdout;
	unsigned errors, warnings, hints;
};

/* A job_rules.diag; arg is a struct show. */
void show_diag(void *arg, const struct diag *d, const char *file);

/* "2 errors, 1 warning" with a newline, or nothing. */
void show_counts(const struct show *s);

/* The exit code for a job_rules_load that gave e: 1 errors in rules, 2 else. */
int show_exit(enum err e);
