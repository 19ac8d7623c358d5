/*
 * flow.h - who read what and wrote what in a build, and so what went into what.
 *
 * The tracer tells of files opened, renamed and linked, and of processes that start
 * others. Afterwards this answers: which files does that one come from? The answer errs
 * on the side of more: all that a process read before it started another one, and all
 * that it read at any time, counts for what it wrote. A compiler runs once per source
 * file, so what it says of a compiler's output is exact; for a shell that does everything
 * itself it is everything.
 *
 * Tables are bounded; when one is full the graph is incomplete, and says so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct flow;

#define FLOW_NONE UINT32_MAX

/*
 * How many a graph may hold; what comes beyond is not recorded, and told
 * (flow_complete).
 */
struct flow_limits {
	uint32_t files, procs, events;
};

extern const struct flow_limits flow_default;

/* Never NULL; the tables grow as they are filled, up to the limits. Free takes NULL. */
struct flow *flow_new(const struct flow_limits *l);
void flow_free(struct flow *f);

/* A new process: parent's number or FLOW_NONE. FLOW_NONE: the table is full. */
uint32_t flow_proc(struct flow *f, uint32_t parent);

/* The process opened the file of that name (copied) for reading or writing. */
void flow_read(struct flow *f, uint32_t proc, const char *name);
void flow_write(struct flow *f, uint32_t proc, const char *name);

/* The file has another name now, or one more; so has all that is in it if a folder. */
void flow_move(struct flow *f, const char *from, const char *to, bool folder);

/* Something was not recorded: a table was full, or the tracer could not tell. */
void flow_lose(struct flow *f);
bool flow_complete(const struct flow *f);

/* --- afterwards ---------------------------------------------------------- */

size_t flow_files(const struct flow *f);
size_t flow_procs(const struct flow *f);
const char *flow_name(const struct flow *f, uint32_t file);
uint32_t flow_find(const struct flow *f, const char *name); /* FLOW_NONE: unknown */
bool flow_was_read(const struct flow *f, uint32_t file);

/*
 * Sets mark[i], of flow_files() bytes, for each file i that may have gone into the file
 * called name; itself included. Files that were read but never written are the inputs.
 */
void flow_origin(struct flow *f, const char *name, uint8_t *mark);
