/*
 * rig.h - for tests of comparators: two byte strings in, statements out as text.
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "diff/tree.h"
#include "tests/tap.h"

struct rig {
	struct run run;
	struct diff_sink sink;
	struct buf said; /* "class where: what" a line; lines of detail behind a tab */
	int fd[4];
	bool detail;
};

static enum err
rig_put(void *arg, const struct difference *d)
{
	static const char *const kinds[] = { "begin", "end", "", "only a", "only b",
		"note", "limit", "damaged" };
	struct rig *g = arg;
	struct buf *b = &g->said;

	if (d->kind == DIFF_END)
		return OK;
	buf_str(b, d->kind == DIFF_FOUND ? diff_class_name(d->cls) : kinds[d->kind]);
	if (d->kind == DIFF_ONLY_A || d->kind == DIFF_ONLY_B)
		buf_printf(b, " %s", diff_class_name(d->cls));
	if (d->name_a.n > 0)
		buf_printf(b, " %.*s", (int)d->name_a.n, (const char *)d->name_a.p);
	if (d->name_b.n > 0)
		buf_printf(b, " => %.*s", (int)d->name_b.n, (const char *)d->name_b.p);
	if (d->where.n > 0)
		buf_printf(b, " %.*s:", (int)d->where.n, (const char *)d->where.p);
	if (d->kind != DIFF_BEGIN && d->what.n > 0)
		buf_printf(b, " %.*s", (int)d->what.n, (const char *)d->what.p);
	buf_u8(b, '\n');
	for (uint32_t i = 0; i < d->nlines && g->detail; i++)
		buf_printf(b, "\t%c %.*s\n", " -+#"[d->lines[i].side],
		    (int)d -> lines[i].text.n, (const char *)d->lines[i].text.p);
	return OK;
}

static inline void
rig_init(struct rig *g)
{
	*g = (struct rig){ .sink = { g, rig_put }, .fd = { -1, -1, -1, -1 } };
	for (unsigned i = 0; i < 4; i++)
		CHECK(sys_memfd("rig", &g->fd[i]) == OK);
	g->run = (struct run){
		.sink = &g->sink,
		.limit = { .unpack = 64u << 20,
		    .members = 10000,
		    .statements = 1000,
		    .lines = 60 },
		.scratch = { { g->fd[2], 0, 32u << 20 }, { g->fd[3], 0, 32u << 20 } },
		.windows = xcalloc(1, sizeof(struct span_windows)),
	};
}

static inline void
rig_done(struct rig *g)
{
	for (unsigned i = 0; i < 4; i++)
		fd_closep(&g->fd[i]);
	free(g->run.windows);
	buf_done(&g->said);
}

static inline struct span
rig_span(struct rig *g, unsigned side, struct bytes b)
{
	CHECK(ftruncate(g->fd[side], 0) == 0 && lseek(g->fd[side], 0, SEEK_SET) == 0);
	CHECK(sys_write_all(g->fd[side], b.p, b.n) == OK);
	return (struct span){ g->fd[side], 0, b.n };
}

/* The walk over two byte strings called name; what it said. */
static inline const char *
rig_tree(struct rig *g, const char *name, struct bytes a, struct bytes b)
{
	struct tree_object x = { rig_span(g, 0, a), bytes_of(name), 0, { 0 } };
	struct tree_object y = { rig_span(g, 1, b), bytes_of(name), 0, { 0 } };

	buf_clear(&g->said);
	g->run.unpacked = g->run.members = g->run.statements = 0;
	tree_run(&g->run, &x, &y, true);
	EQ_U(g->run.depth, 0);
	EQ_U(g->run.scratch[0].at + g->run.scratch[1].at, 0);
	return buf_cstr(&g->said);
}
