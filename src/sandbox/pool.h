/*
 * pool.h - many files through a few workers, whatever the workers do.
 *
 * The parent hands descriptors out in batches and believes nothing that comes
 * back: a frame that is not permitted in the worker's state, a wrong id, a late
 * or missing answer, too much output, a death - each ends that worker, never the
 * scan. Files that were in its hands go to another one, alone, so that the guilty
 * one is found; a file that ends two workers (or one that it had for itself) is
 * failed. Results of one file come together and in the order of a worker's files.
 *
 * One thread; everything happens inside pool_run or pool_serve.
 */
#pragma once

#include <stdbool.h>

#include "result/finding.h"
#include "result/wire.h"

struct pool_file {
	void *item; /* the caller's; handed back with every event */
	int fd;     /* the caller's, open until done was called */
	uint64_t size;
	uint32_t regions; /* it is the copy of a process (result/image.h); 0: a file */
};

struct pool_events {
	void *arg;
	/* The next file. ERR_END: there are no more. Any other err ends the run. */
	enum err (*next)(void *arg, struct pool_file *out);
	void (*finding)(void *arg, void *item, const struct finding *f);
	/* Forget this item's findings: it starts again in another worker. */
	void (*again)(void *arg, void *item);
	/*
	 * failed: why it could not be scanned, or NULL. Exactly once for each file;
	 * pool_stopped for those that were at hand when the run ended with an err.
	 */
	void (*done)(void *arg, void *item, const char *failed);
	enum err (*tick)(void *arg); /* about ten times a second, or NULL; err ends */
};

extern const char pool_stopped[];

/* What a module is given (yara -x): an open file, sent to each worker. */
struct pool_given {
	struct bytes module;
	int fd;
	uint64_t size;
};

struct pool_opts {
	const char *program; /* of the worker (spawn_find) */
	unsigned workers;    /* at least 1 */
	unsigned tasks;      /* a worker is replaced after so many files; 0: default */
	bool isolate;        /* one worker for each file */
	uint64_t memory;     /* private bytes of a worker at most; 0: no limit */
	uint32_t grace_ms;   /* beyond scan.timeout_ms, before a worker is killed */
	int db_fd;           /* the database, to be mapped; sealed: it cannot change */
	struct wire_scan scan;
	const struct pool_given *given; /* besides what the rules need (needs.h) */
	uint32_t ngiven;                /* below WIRE_GIVEN_MAX */
};

#define POOL_WHY 256

struct pool_result {
	struct wire_stats stats; /* summed over all workers */
	unsigned spawned, lost;  /* workers started; ended by force or by themselves */
	char why[POOL_WHY];      /* when pool_run is not OK */
};

/*
 * A pool whose workers outlive a run: for callers that have one file now and the next one
 * later. o is copied, what it points to is not. pool_serve is pool_run, but that the
 * workers stay and wait; after an err they are gone, and the next call starts others.
 * They are not told how long they wait: pool_free ends them.
 */
struct pool;
struct pool *pool_new(const struct pool_opts *o);
MUST_USE enum err pool_serve(
    struct pool *p, const struct pool_events *ev, struct pool_result *out);
void pool_free(struct pool *p); /* NULL is permitted */

/*
 * Runs until next says ERR_END and everything is done. ERR_FORMAT: the workers
 * refuse the database; ERR_IO: no worker can be started; else what next gave.
 */
MUST_USE enum err pool_run(
    const struct pool_opts *o, const struct pool_events *ev, struct pool_result *out);
