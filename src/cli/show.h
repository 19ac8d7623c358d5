/*
 * show.h - what several verbs print: messages about rules, counted.
 */
#pragma once

#include "base/buf.h"
#include "base/diag.h"
#include "cli/job.h"

struct show {
	bool quiet; /* errors only */
	bool colour;
	bool to_stdout;
	bool json;   /* docs/json.md; to_stdout then */
	bool broken; /* stdout took no more: told, and the exit code says it */
	unsigned errors, warnings, hints;
};

/* A job_rules.diag; arg is a struct show. */
void show_diag(void *arg, const struct diag *d, const char *file);

/* "2 errors, 1 warning" with a newline, or nothing; of JSON the summary, always. */
void show_counts(struct show *s);

/* Writes b to stdout and frees it; the first failure is told and sets broken. */
void show_stdout(struct show *s, struct buf *b);

/* The exit code for a job_rules_load that gave e: 1 errors in rules, 2 else. */
int show_exit(const struct show *s, enum err e);
