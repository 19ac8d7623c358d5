/*
 * place.h - where releases are fetched from: a web server, or a folder on a stick.
 *
 * Both show the same files under the same names (docs/release.md). Nothing that comes
 * from here is believed before it was judged; what is bounded here is how much and how
 * long.
 */
#pragma once

#include "fetch/fetch.h"
#include "log/fault.h"
#include "update/conf.h"

struct place {
	const char *base;    /* a URL, or a folder */
	const char *log_url; /* where the log is; NULL: base and "/log" */
	const struct conf *conf;
	const char *fetch; /* the program; not needed for a folder */
	int dir;           /* of a folder; -1 */
	/* NULL, or told of the bytes of each request that was sent. */
	void (*sent)(void *arg, struct bytes request);
	void *arg;
	uint64_t bytes; /* that came, for the report */
};

/* base NULL: the url of conf. FAULT_CONF, FAULT_IO. */
MUST_USE enum err place_open(struct place *p, const char *base, struct fault *f);
void place_close(struct place *p);

struct place_file {
	const char *name; /* below base */
	bool of_log;      /* below the log's */
	uint64_t cap;     /* bytes at most; more is FAULT_TOO_LARGE */
	bool found;       /* out: it is there */
	struct buf data;  /* out: the caller's */
};

/* All of them, or the first fault. A file that is not there is not found, and no fault.
 */
MUST_USE enum err place_get(
    struct place *p, struct place_file *files, size_t n, struct fault *f);
/* Must be there: FAULT_MISSING. */
MUST_USE enum err place_need(struct place *p, struct place_file *file, struct fault *f);
