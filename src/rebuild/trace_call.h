/*
 * trace_call.h - one watched system call of a build: what is kept at its begin, and what
 * is recorded when the kernel has answered.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "rebuild/flow.h"
#include "rebuild/guard.h"
#include "rebuild/vary.h"

/* A process or thread of the build. */
struct trace_task {
	uint32_t proc; /* in the flow; threads have their process's */
	enum guard_kind kind;
	uint64_t arg[6]; /* of the call that is under way */
	char *from, *to; /* of a rename or link; malloced */
	bool known;      /* its parent's event came */
	bool waiting;    /* it stopped before that, and still does */
};

struct trace_calls {
	struct flow *flow;
	const struct vary_world *world;
	bool owners;   /* trace.h */
	int64_t start; /* ns since 1970, of the kernel's clock, when the build began */
	uint64_t opened;
};

/* At the stop before the call. false: its answer is of no interest. */
bool trace_call_begin(struct trace_calls *c, struct trace_task *t, pid_t pid,
    enum guard_kind kind, const uint64_t arg[6]);

/* At the stop behind it; answer as the kernel gave it, negative for an error. */
void trace_call_end(
    struct trace_calls *c, struct trace_task *t, pid_t pid, int64_t answer);

/* A program was started: its file, its loader, and pipes that it was given. */
void trace_call_exec(struct trace_calls *c, const struct trace_task *t, pid_t pid);
