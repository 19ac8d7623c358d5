/*
 * diff_rig.h - what the fuzz targets of comparisons share: two files in memory, and a
 * sink that holds every statement against what difference.h promises.
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "diff/members.h"
#include "diff/tree.h"

struct diff_rig {
	struct run run;
	struct diff_sink sink;
	int fd[4];
	uint32_t depth;
	uint64_t counted; /* FOUND, ONLY, LIMIT, DAMAGED */
};

static enum err
diff_rig_put(void *arg, const struct difference *d)
{
	struct diff_rig *g = arg;
	size_t text = 0;

	if (d->kind >= DIFF_KINDS || d->cls >= DIFF_CLASSES ||
	    d->nlines > DIFF_LINES_MAX || d->where.n > DIFF_NAME_MAX ||
	    d->what.n > DIFF_NAME_MAX || d->name_a.n > DIFF_NAME_MAX ||
	    d->name_b.n > DIFF_NAME_MAX)
		abort();
	for (uint32_t i = 0; i < d->nlines; i++)
		text += d->lines[i].text.n;
	if (text > DIFF_BYTES_MAX || (d->kind != DIFF_BEGIN && g->depth == 0) ||
	    g->depth > DIFF_DEPTH_MAX)
		abort();
	g->depth += d->kind == DIFF_BEGIN;
	g->depth -= d->kind == DIFF_END;
	g->counted +=
	    d->kind != DIFF_BEGIN && d->kind != DIFF_END && d->kind != DIFF_NOTE;
	return OK;
}

static inline void
diff_rig_init(struct diff_rig *g)
{
	*g = (struct diff_rig){ .sink = { g, diff_rig_put } };
	for (unsigned i = 0; i < 4; i++)
		if (sys_memfd("fuzz", &g->fd[i]) != OK)
			abort();
	g->run = (struct run){
		.sink = &g->sink,
		.limit = { .unpack = 4u << 20,
		    .members = 2000,
		    .statements = 200,
		    .lines = 40 },
		.scratch = { { g->fd[2], 0, 1u << 20 }, { g->fd[3], 0, 1u << 20 } },
		.windows = xcalloc(1, sizeof(struct span_windows)),
	};
}

static inline void
diff_rig_done(struct diff_rig *g)
{
	for (unsigned i = 0; i < 4; i++)
		fd_closep(&g->fd[i]);
	free(g->run.windows);
}

static inline struct span
diff_rig_span(struct diff_rig *g, unsigned side, struct bytes b)
{
	if (ftruncate(g->fd[side], 0) != 0 || lseek(g->fd[side], 0, SEEK_SET) != 0 ||
	    sys_write_all(g->fd[side], b.p, b.n) != OK)
		abort();
	return (struct span){ g->fd[side], 0, b.n };
}

/*
 * An input is two files: u16 bytes of the first that come again at the second's start,
 * u16 bytes of the first. So a mutation of what is behind makes two files that are alike.
 */
static inline void
diff_rig_split(const uint8_t *p, size_t n, struct bytes *a, struct buf *b)
{
	size_t shared = n > 4 ? le16(p) : 0, first = n > 4 ? le16(p + 2) : 0;
	struct bytes all = { p, n };

	all = bytes_from(all, n > 4 ? 4 : n);
	*a = bytes_clip(all, 0, first);
	buf_put(b, a->p, shared < a->n ? shared : a->n);
	all = bytes_from(all, a->n);
	buf_put(b, all.p, all.n);
}
