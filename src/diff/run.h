/*
 * run.h - one comparison: its budgets, and how statements are made.
 *
 * Comparators get two spans and a run; they say what they find through it. The run counts
 * what was said, so that the walk can see that two objects differ and nobody could say
 * where: then it says so itself, and nothing that differs is passed over in silence.
 */
#pragma once

#include "base/buf.h"
#include "diff/scratch.h"
#include "result/difference.h"

struct run_limits {
	uint64_t unpack;  /* bytes out of containers */
	uint64_t members; /* of all containers */
	uint64_t
	    statements; /* FOUND, ONLY_A and ONLY_B with their lines; then only counted */
	uint32_t lines; /* of one statement */
	uint64_t deadline; /* sys_clock_ms; 0: none */
};

struct run {
	const struct diff_sink *sink;
	struct run_limits limit;
	struct scratch scratch[2]; /* of A, of B */
	struct span_windows *windows;
	uint64_t unpacked, members, statements;
	uint64_t told;         /* FOUND, ONLY, LIMIT and DAMAGED so far */
	uint64_t gaps;         /* LIMIT and DAMAGED of them */
	enum diff_class worst; /* of those told since somebody set it */
	unsigned depth;        /* of objects begun */
	enum err failed;       /* the sink's first err; nothing more is told */
};

/* A lines' list that stops at the run's limit and counts what it left out. */
struct run_lines {
	struct diff_line
	    *p;        /* of limit.lines; texts are in text, put together by lines_of */
	size_t *start; /* of each line's text in text */
	uint32_t n, max;
	uint64_t left_out;
	struct buf text;
};

void run_lines_init(struct run_lines *l, const struct run *r);
void run_lines_done(struct run_lines *l);
void run_lines_clear(struct run_lines *l);
/* Cut to DIFF_TEXT_MAX; says so at its end with "...". */
void run_line(struct run_lines *l, enum diff_side side, uint64_t at, struct bytes text);
void run_linef(struct run_lines *l, enum diff_side side, uint64_t at, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* All of these stop quietly after the sink's first err, which is in r->failed. */
void run_say(struct run *r, const struct difference *d);
/* lines may be NULL. what is formatted; both where and what are cut to DIFF_NAME_MAX. */
void run_found(struct run *r, enum diff_class cls, struct bytes where,
    struct run_lines *lines, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void run_limit(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void run_damaged(struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void run_note(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Is there time left? Asked between objects and in long loops. */
bool run_late(const struct run *r);
/* What stands in a message when e stopped a comparator: "a budget", ... */
void run_stopped(struct run *r, enum err e);

/* The run's sink for comparators of other layers (objdiff): counts as run_say does. */
struct diff_sink run_sink(struct run *r);
