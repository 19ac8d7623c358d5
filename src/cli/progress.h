/*
 * progress.h - how far a scan is, on a terminal.
 *
 * What is still to come is counted by a forked copy of ourselves that only walks;
 * until it is done there is a rate, then there is also a time left.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "cli/walk.h"

struct progress {
	bool on, shown;
	uint64_t start, drawn;             /* ms */
	uint64_t total_files, total_bytes; /* 0: not known yet */
	int pipe;
	pid_t counter;
};

void progress_start(
    struct progress *p, const struct walk_opts *o, const char *const *roots, size_t n);
struct progress_now {
	uint64_t files, bytes, found;
	uint64_t ms; /* since the start */
};

/* The line's text; without a total there is no share and no time left. */
void progress_line(
    const struct progress *p, const struct progress_now *now, struct buf *out);

/* Draws it, at most five times a second and not in the first half second. */
void progress_draw(struct progress *p, uint64_t files, uint64_t bytes, uint64_t found);
void progress_clear(struct progress *p); /* before other lines are printed */
void progress_stop(struct progress *p);
