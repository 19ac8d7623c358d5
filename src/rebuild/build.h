/*
 * build.h - one build, from an empty room to its artefacts.
 */
#pragma once

#include "rebuild/carry.h"
#include "rebuild/closure.h"
#include "rebuild/owner.h"
#include "rebuild/room.h"
#include "rebuild/take.h"
#include "rebuild/trace.h"

enum build_end {
	BUILD_DONE,   /* the recipe ended with 0 */
	BUILD_FAILED, /* it ended with something else: status */
	BUILD_KILLED, /* a signal ended it: status */
	BUILD_LATE,   /* it was not done in time */
	BUILD_BROKEN, /* the room died under it */
};

struct build {
	struct vary_world world;
	enum build_end end;
	int status;     /* exit code, or signal */
	bool full;      /* there was no space left at the end */
	bool talkative; /* it printed more than is kept */
	struct trace_count count;
	bool
	    unused; /* the compiler that was named was not read: somebody else built it */
	struct flow *flow;
	struct closure closure;
	struct owner owner;
	struct take take;
	struct buf tail; /* the end of what it printed: a stranger's bytes */
	int log;         /* all of it; -1: none */
};

struct build_plan {
	struct room_plan room; /* but for its world, which is build's */
	bool closure;          /* is made, with owners */
	const struct closure *before;
	const char *compiler; /* that the recipe should use; NULL: it chooses */
	/*
	 * A root is made, not artefacts: it is taken from the folder carry_from (below
	 * OUT; NULL: the room's own root) when the recipe was done.
	 */
	struct carry *carry;
	const char *carry_from;
	bool (*wanted)(void *arg, const char *name); /* what is copied; NULL: all */
	void (*tick)(void *arg, uint64_t opened);
	void *arg;
};

/*
 * Builds in world. Whatever the recipe does is in out; an err is our own failure, with a
 * sentence in f. Ended by build_done().
 */
MUST_USE enum err build_run(const struct build_plan *p, const struct vary_world *world,
    struct build *out, struct fault *f);
void build_done(struct build *b);

/* "the recipe failed with exit code 2", for people; "" when it was done. */
void build_describe(const struct build *b, struct buf *out);
/* "done", "failed", "killed", "late", "broken": for programs. */
const char *build_word(enum build_end end);
