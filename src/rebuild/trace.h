/*
 * trace.h - watches a build from outside: what it opens, and what time it is told.
 *
 * ptrace with a seccomp filter (guard.h): only calls that open, rename or link a file
 * stop a process, and it runs on with the kernel's answer, never ours, so what is seen is
 * what happened. When the wall clock is to differ, the kernel's page of clocks (vDSO) is
 * taken from each program as it starts, and the answers of the calls that are left are
 * moved. So are the times of files that were made meanwhile, which the kernel's clock
 * gave them: to the build it is one clock. Monotonic clocks stay.
 *
 * The tracer ends a build that is late. It sees every process, whatever it calls itself,
 * and when candor is killed the kernel kills what it traced.
 */
#pragma once

#include "rebuild/flow.h"
#include "rebuild/room.h"

enum trace_end {
	TRACE_ENDED, /* the build ended, by itself; the room is still there, stopped */
	TRACE_LATE,  /* it was not done in time, and was killed */
	TRACE_DIED,  /* the room's first process died */
};

struct trace_plan {
	uint32_t seconds;               /* at most */
	const struct vary_world *world; /* its clock */
	bool
	    owners; /* files may be given to users that the room has not: it stays ours */
	/* Called some times a second; may be NULL. */
	void (*tick)(void *arg, uint64_t opened);
	void *arg;
};

/* Counts, to tell what watching costs. */
struct trace_count {
	uint64_t stops, opened, started;
	uint64_t ms; /* wall clock */
};

/* Runs the build in r (room_start was called), and tells flow what it sees. */
enum trace_end trace_run(const struct trace_plan *p, const struct room *r,
    struct flow *flow, struct trace_count *count);
