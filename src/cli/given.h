/*
 * given.h - what modules are given besides the objects: -x MODULE=FILE.
 *
 * The files are opened here, as everything is, and read by workers only: the report of a
 * sandbox is a stranger's text as well.
 */
#pragma once

#include "cli/opt.h"
#include "sandbox/pool.h"

#define GIVEN_MOST (WIRE_GIVEN_MAX - 1) /* one place is for what the rules need */

/* Open files with the name of the module each is for; ended by given_done. */
struct given {
	struct pool_given files[GIVEN_MOST];
	uint32_t n;
};

/*
 * Opens FILE of each MODULE=FILE. On failure *bad is the argument at fault. ERR_SYNTAX:
 * it has no "=", or is one too many; ERR_ACCESS: its file is none that can be read.
 */
MUST_USE enum err given_open(
    const struct opt_list *list, struct given *out, const char **bad);

/* The file that an argument MODULE=FILE names. */
const char *given_file(const char *arg);

/* Closes the files; also after given_open failed. */
void given_done(struct given *g);
