/*
 * task.h - what the parts of the worker share: the channel, and the two tasks.
 */
#pragma once

#include "base/bytes.h"
#include "result/wire.h"

struct worker {
	struct wire_in in;
	struct wire_out out;
};

/* Both return when the channel ends; an err is the parent's fault or the channel's. */
MUST_USE enum err task_scan(struct worker *w, struct bytes init);
MUST_USE enum err task_compile(struct worker *w, struct bytes init);

/*
 * Instead of compiling: the one source's text laid out afresh, in out. ERR_SYNTAX: the
 * diags tell; ERR_LIMIT: the arena, or there are several sources.
 */
struct rules_env;
struct rules_source;
MUST_USE enum err task_format(
    const struct rules_env *env, const struct rules_source *s, size_t n, struct buf *out);
/* The same with its mistakes mended (rules/fix.h), which the diags tell as hints. */
MUST_USE enum err task_fix(
    const struct rules_env *env, const struct rules_source *s, size_t n, struct buf *out);

/* Tells the parent why this worker cannot begin, in words. */
MUST_USE enum err task_refuse(struct worker *w, const char *why);

/* The next frame, waiting for it. ERR_END: the parent is gone. */
MUST_USE enum err task_frame(struct worker *w, struct wire_frame *out);
