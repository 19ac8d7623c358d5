/*
 * trial.h - a new set of rules is compiled and tried before anybody depends on it.
 *
 * Published, signed, logged and seen by witnesses - and still it may be broken, for this
 * version of candor or at all. So it is compiled by a confined worker, opened by others,
 * and must find what every set must find (the EICAR test file) and nothing in what is
 * nothing (an empty file, a plain text, zeros): a set that calls everything malware does
 * as much harm as one that finds nothing.
 */
#pragma once

#include "log/fault.h"

struct trial_source {
	const char *name; /* as includes name it */
	struct bytes text;
	const char *ns; /* NULL: default */
};

struct trial {
	const char *worker; /* the program */
	const struct trial_source *source;
	size_t n;
};

/* *db: the database, a sealed file in memory. FAULT_RULES, FAULT_IO. */
MUST_USE enum err trial_compile(
    const struct trial *t, int *db, uint64_t *size, struct fault *f);

/* FAULT_TRIAL, FAULT_IO. */
MUST_USE enum err trial_scan(
    const struct trial *t, int db, uint64_t size, struct fault *f);
