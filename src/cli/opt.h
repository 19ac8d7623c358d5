/*
 * opt.h - command line options as tables.
 *
 * One table a verb drives parsing, `--help`, the shell completion and the lint
 * that holds the manual against it. A row says where in the verb's own struct
 * the value goes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum opt_type {
	OPT_FLAG, /* bool */
	OPT_STR,  /* const char * */
	OPT_LIST, /* struct opt_list; may be given several times */
	OPT_NUM,  /* uint64_t */
	OPT_SIZE, /* uint64_t; with k, M, G: powers of 1024 */
	OPT_TIME, /* uint32_t, ms; given in seconds, "0.5"; 0: none */
};

struct opt_list {
	const char **p;
	size_t n, cap;
};

struct opt {
	char letter; /* 0: only the long name */
	const char *name;
	enum opt_type type;
	const char *arg; /* what --help calls its argument */
	const char *help;
	size_t at;
};

#define OPT_LAST             \
	{                    \
		.name = NULL \
	}

struct verb {
	const char *name, *args, *summary;
	const struct opt *opts; /* ends with OPT_LAST */
	int (*run)(int argc, char **argv, const struct verb *v);
	/* "log init", "log add": ends with NULL; NULL: it has none */
	const struct verb *const *subs;
};

#define OPT_EXIT_USAGE 3 /* the command line is wrong */

/*
 * Puts options into values and operands into *rest. What is wrong was told on
 * stderr when it gives ERR_SYNTAX. ERR_END: --help was asked for, and printed.
 */
MUST_USE enum err opt_parse(
    const struct verb *v, int argc, char **argv, void *values, struct opt_list *rest);

/* Borrows s. The list grows by doubling; its owner frees l->p. */
void opt_push(struct opt_list *l, const char *s);
void opt_help(const struct verb *v);
/* A row an option for programs: verb, -x, --long, argument, help; tabs between. */
void opt_table(const struct verb *v);

/* "10M" -> bytes; ERR_SYNTAX when it is no number or too large. */
MUST_USE enum err opt_size(const char *s, uint64_t *out);
