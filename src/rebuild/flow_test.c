/* flow_test.c - what comes from what: shells, compilers, renames, and full tables. */
#include "rebuild/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "tests/tap.h"

/* Does to come from from? */
static bool
comes(struct flow *f, const char *to, const char *from)
{
	uint8_t *mark = xcalloc(flow_files(f) + 1, 1);
	uint32_t file = flow_find(f, from);
	bool yes;

	flow_origin(f, to, mark);
	yes = file != FLOW_NONE && mark[file];
	free(mark);
	return yes;
}

/* sh starts cc for a.c and b.c, then ld for both. */
static struct flow *
program(void)
{
	struct flow *f = flow_new(&flow_default);
	uint32_t sh = flow_proc(f, FLOW_NONE);
	uint32_t a, b, ld;

	flow_read(f, sh, "build.sh");
	a = flow_proc(f, sh);
	flow_read(f, a, "a.c");
	flow_read(f, a, "common.h");
	flow_write(f, a, "a.o");
	b = flow_proc(f, sh);
	flow_read(f, b, "b.c");
	flow_write(f, b, "b.o");
	ld = flow_proc(f, sh);
	flow_read(f, ld, "a.o");
	flow_write(f, ld, "prog");
	return f;
}

TEST(compilers)
{
	struct flow *f = program();
	static const struct {
		const char *to, *from;
		bool yes;
	} rows[] = { { "a.o", "a.c", true }, { "a.o", "common.h", true },
		{ "a.o", "b.c", false }, { "b.o", "common.h", false },
		{ "prog", "a.c", true }, { "prog", "b.c", false },
		{ "prog", "a.o", true }, { "prog", "prog", true },
		{ "prog", "build.sh", true }, { "a.c", "a.o", false },
		{ "never", "a.c", false } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s <- %s", rows[i].to, rows[i].from);
		EQ_U(comes(f, rows[i].to, rows[i].from), rows[i].yes);
	}
	CHECK(flow_complete(f));
	EQ_U(flow_procs(f), 4);
	flow_free(f);
}

/* A process inherits what its parent had read before, and not what it reads later. */
TEST(what_is_inherited)
{
	struct flow *f = flow_new(&flow_default);
	uint32_t sh = flow_proc(f, FLOW_NONE), early, late, grandchild;

	early = flow_proc(f, sh);
	flow_read(f, sh, "list");
	late = flow_proc(f, sh);
	grandchild = flow_proc(f, late);
	flow_write(f, early, "first");
	flow_write(f, late, "second");
	flow_write(f, grandchild, "third");
	CHECK(!comes(f, "first", "list"));
	CHECK(comes(f, "second", "list"));
	CHECK(comes(f, "third", "list"));
	/* the early one read it itself, after all, at another time */
	flow_read(f, early, "list");
	CHECK(comes(f, "first", "list"));
	flow_free(f);
}

/* $(cat x) > y: through a pipe to the shell, from there to the file. */
TEST(pipes)
{
	struct flow *f = flow_new(&flow_default);
	uint32_t sh = flow_proc(f, FLOW_NONE), cat = flow_proc(f, sh);

	flow_read(f, cat, "x");
	flow_write(f, cat, "pipe:[1]");
	flow_read(f, sh, "pipe:[1]");
	flow_write(f, sh, "y");
	CHECK(comes(f, "y", "x"));
	flow_free(f);
}

TEST(renames)
{
	struct flow *f = program();

	flow_move(f, "prog", "prog.new", false);
	flow_move(f, "prog.new", "out/prog", false);
	CHECK(comes(f, "out/prog", "a.c"));
	CHECK(!comes(f, "out/prog", "b.c"));
	flow_free(f);
}

/* Folders are renamed with all in them, twice, and names in them were never seen. */
TEST(folders)
{
	struct flow *f = flow_new(&flow_default);
	uint32_t p = flow_proc(f, FLOW_NONE);

	flow_read(f, p, "src");
	flow_write(f, p, "d/e/file");
	flow_move(f, "d", "moved", true);
	flow_move(f, "moved/e", "out", true);
	CHECK(comes(f, "out/file", "src"));
	CHECK(!comes(f, "outer/file", "src"));
	/* in a circle it ends */
	flow_move(f, "out", "d", true);
	flow_move(f, "d", "out", true);
	CHECK(!comes(f, "out/other", "src"));
	flow_free(f);
}

TEST(circles_end)
{
	struct flow *f = flow_new(&flow_default);
	uint32_t p = flow_proc(f, FLOW_NONE), q = flow_proc(f, p);

	flow_read(f, p, "a");
	flow_write(f, p, "b");
	flow_read(f, q, "b");
	flow_write(f, q, "a");
	flow_move(f, "a", "a", false);
	CHECK(comes(f, "a", "b"));
	CHECK(comes(f, "b", "a"));
	flow_free(f);
}

TEST(full_tables_say_so)
{
	static const struct flow_limits limits[] = { { 3, 100, 100 }, { 100, 3, 100 },
		{ 100, 100, 3 } };

	for (size_t i = 0; i < COUNT(limits); i++) {
		struct flow *f = flow_new(&limits[i]);

		ROW("%zu", i);
		for (unsigned k = 0; k < 10; k++) {
			uint32_t p = flow_proc(f, FLOW_NONE);
			char name[16];

			snprintf(name, sizeof(name), "f%u", k);
			flow_read(f, p, name);
			flow_write(f, p, "same");
		}
		CHECK(!flow_complete(f));
		CHECK(
		    flow_files(f) <= limits[i].files && flow_procs(f) <= limits[i].procs);
		flow_free(f);
	}
}

/* Against a plain reachability, without time: it may only ever say more. */
TEST(random_graphs)
{
	uint64_t seed = 7;

	for (unsigned round = 0; round < 50; round++) {
		struct flow *f = flow_new(&flow_default);
		bool reach[12][12] = { { false } };
		char name[2][8];

		/* each process reads one file and writes another: an edge */
		for (unsigned k = 0; k < 20; k++) {
			unsigned a = (unsigned)(test_random(&seed) % 12);
			unsigned b = (unsigned)(test_random(&seed) % 12);
			uint32_t p = flow_proc(f, FLOW_NONE);

			snprintf(name[0], 8, "f%u", a);
			snprintf(name[1], 8, "f%u", b);
			flow_read(f, p, name[0]);
			flow_write(f, p, name[1]);
			reach[b][a] = true;
		}
		for (unsigned k = 0; k < 12; k++)
			for (unsigned i = 0; i < 12; i++)
				for (unsigned j = 0; j < 12; j++)
					reach[i][j] |= reach[i][k] && reach[k][j];
		for (unsigned i = 0; i < 12; i++)
			for (unsigned j = 0; j < 12; j++) {
				snprintf(name[0], 8, "f%u", i);
				snprintf(name[1], 8, "f%u", j);
				if (i == j || flow_find(f, name[0]) == FLOW_NONE)
					continue;
				ROW("round %u: f%u <- f%u", round, i, j);
				EQ_U(comes(f, name[0], name[1]), reach[i][j]);
			}
		flow_free(f);
	}
}

/* 200,000 names: the tables grow, and nothing is mixed up. */
TEST(many)
{
	struct flow *f = flow_new(&flow_default);
	uint32_t p = flow_proc(f, FLOW_NONE);
	char name[32];
	bool ok = true;

	for (unsigned i = 0; i < 200000; i++) {
		snprintf(name, sizeof(name), "/usr/include/%u.h", i);
		flow_read(f, p, name);
	}
	flow_write(f, p, "out");
	for (unsigned i = 0; i < 200000; i += 997) {
		snprintf(name, sizeof(name), "/usr/include/%u.h", i);
		ok = ok && flow_find(f, name) == i &&
		     strcmp(flow_name(f, i), name) == 0 && flow_was_read(f, i);
	}
	CHECK(ok);
	CHECK(comes(f, "out", "/usr/include/199999.h"));
	CHECK(!flow_was_read(f, flow_find(f, "out")));
	flow_free(f);
}
