/* What is found in folders, and which file of one is which of the other; no worker. */
#include "compare/folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"
#include "compare/compare.h"
#include "tests/tap.h"

struct rig {
	char path[2][64];
	int dir[2];
	struct folder_list list[2];
};

static void
rig_init(struct rig *g)
{
	*g = (struct rig){ .dir = { -1, -1 } };
	for (unsigned i = 0; i < 2; i++) {
		snprintf(g->path[i], sizeof(g->path[i]), "/tmp/folder-test-XXXXXX");
		CHECK(mkdtemp(g->path[i]) != NULL);
		g->dir[i] = open(g->path[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		CHECK(g->dir[i] >= 0);
	}
}

static void
rig_done(struct rig *g)
{
	for (unsigned i = 0; i < 2; i++) {
		folder_done(&g->list[i]);
		fd_closep(&g->dir[i]);
		test_remove(g->path[i]);
	}
}

static void
put(const struct rig *g, unsigned side, const char *name, struct bytes content)
{
	int fd = openat(g->dir[side], name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	CHECK(fd >= 0 && sys_write_all(fd, content.p, content.n) == OK);
	fd_closep(&fd);
}

/* "name=content name=content" */
static void
fill(const struct rig *g, unsigned side, const char *s)
{
	while (*s != '\0') {
		char name[64];
		size_t n = strcspn(s, "="), m = strcspn(s + n + 1, " ");

		snprintf(name, sizeof(name), "%.*s", (int)n, s);
		put(g, side, name, (struct bytes){ (const uint8_t *)s + n + 1, m });
		s += n + 1 + m;
		s += *s == ' ';
	}
}

static void
pairs(const struct folder_list *l, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < l->n; i++) {
		const struct folder_entry *e = &l->p[i];

		if (e->partner == NULL)
			continue;
		CHECK(e->partner->partner == e);
		buf_printf(out, "%s%s>%s", out->n ? " " : "", (const char *)e->path.p,
		    (const char *)e->partner->path.p);
	}
}

/* clang-format off */
static const struct {
	const char *name, *a, *b, *pairs;
} rows[] = {
	{ "nothing", "", "", "" },
	{ "one name", "a=1", "a=2", "a>a" },
	{ "the same under another name", "a=1 b=same", "a=1 c=same", "a>a b>c" },
	{ "names before content", "a=1 b=2", "a=2 b=1", "a>a b>b" },
	{ "one size, other bytes", "x=abc", "y=abd", "" },
	{ "a version", "x-1=abc", "x-2=abcd", "x-1>x-2" },
	{ "nothing in it", "x=", "y=", "" },
	{ "copies", "a=s b=s", "c=s d=s e=s", "a>c b>d" },
};
/* clang-format on */

TEST(pairing)
{
	struct buf got = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig g;

		ROW("%s", rows[i].name);
		rig_init(&g);
		fill(&g, 0, rows[i].a);
		fill(&g, 1, rows[i].b);
		for (unsigned s = 0; s < 2; s++)
			EQ_U(folder_read(g.dir[s], &g.list[s]), OK);
		CHECK(folder_pair(g.dir[0], &g.list[0], g.dir[1], &g.list[1]));
		pairs(&g.list[0], &got);
		EQ_S(buf_cstr(&got), rows[i].pairs);
		rig_done(&g);
	}
	buf_done(&got);
}

/* What is gone or became something else since it was listed has no partner. */
TEST(gone_meanwhile)
{
	struct buf got = { 0 };
	struct rig g;

	rig_init(&g);
	fill(&g, 0, "a=same b=same2");
	fill(&g, 1, "c=same d=same2");
	for (unsigned s = 0; s < 2; s++)
		EQ_U(folder_read(g.dir[s], &g.list[s]), OK);
	CHECK(unlinkat(g.dir[0], "a", 0) == 0);
	CHECK(unlinkat(g.dir[1], "d", 0) == 0);
	CHECK(symlinkat("c", g.dir[1], "d") == 0);
	CHECK(folder_pair(g.dir[0], &g.list[0], g.dir[1], &g.list[1]));
	pairs(&g.list[0], &got);
	EQ_S(buf_cstr(&got), "");
	buf_done(&got);
	rig_done(&g);
}

/* All kinds, sorted by path, and no link is followed. */
TEST(reading)
{
	static const char *const want[] = { "link", "one", "pipe", "sub", "sub/<b>\n",
		"sub/\xff", "up" };
	struct folder_list *l;
	struct rig g;
	int fd;

	rig_init(&g);
	l = &g.list[0];
	put(&g, 0, "one", BYTES_LIT("12"));
	CHECK(symlinkat("one", g.dir[0], "link") == 0);
	CHECK(symlinkat("..", g.dir[0], "up") == 0);
	CHECK(mkfifoat(g.dir[0], "pipe", 0600) == 0);
	CHECK(mkdirat(g.dir[0], "sub", 0700) == 0);
	put(&g, 0, "sub/\xff", BYTES_LIT(""));
	put(&g, 0, "sub/<b>\n", BYTES_LIT(""));
	EQ_U(folder_read(g.dir[0], l), OK);
	EQ_S(l->why, "");
	if (EQ_U(l->n, COUNT(want)))
		for (size_t i = 0; i < l->n; i++)
			EQ_B(l->p[i].path, bytes_of(want[i]));
	EQ_B(l->p[0].target, BYTES_LIT("one"));
	EQ_U(l->p[1].size, 2);
	CHECK(S_ISFIFO(l->p[2].mode) && S_ISDIR(l->p[3].mode));
	EQ_U(folder_open(g.dir[0], &l->p[0], &fd), ERR_IO);
	if (EQ_U(folder_open(g.dir[0], &l->p[1], &fd), OK))
		fd_closep(&fd);
	EQ_U(folder_open(
		 g.dir[0], &(struct folder_entry){ .path = BYTES_LIT("up/x") }, &fd),
	    ERR_IO);
	rig_done(&g);
}

/*
 * Without a worker: what is the same is identical, or renamed, and what has to be looked
 * into has failed, which is said of the pair and ends no other.
 */
TEST(folders)
{
	static const struct {
		const char *name, *a, *b;
		enum compare_verdict verdict;
		uint64_t metadata, code, damaged;
	} folders[] = {
		{ "the same", "a=1 b=2", "a=1 b=2", COMPARE_IDENTICAL, 0, 0, 0 },
		{ "renamed", "a=1 old=2", "a=1 new=2", COMPARE_ONLY, 1, 0, 0 },
		{ "three renamed", "a=1 b=1 c=1", "d=1 e=1 f=1", COMPARE_ONLY, 1, 0, 0 },
		{ "renamed to what runs", "a=1", "Makefile=1", COMPARE_CODE, 0, 1, 0 },
		{ "both", "a=1 b.py=22", "x=1 c.py=22", COMPARE_CODE, 1, 1, 0 },
		{ "another content", "a=1", "a=2", COMPARE_INCOMPLETE, 0, 0, 1 },
		{ "and a rename", "a=1 b=33", "a=2 c=33", COMPARE_INCOMPLETE, 1, 0, 1 },
		{ "more", "a=1", "a=1 b=2", COMPARE_CODE, 0, 1, 0 },
	};

	for (size_t i = 0; i < COUNT(folders); i++) {
		const struct compare_opts o = { .program = "/nonexistent" };
		struct compare_result r;
		struct rig g;

		ROW("%s", folders[i].name);
		rig_init(&g);
		fill(&g, 0, folders[i].a);
		fill(&g, 1, folders[i].b);
		EQ_U(compare_folders(&o, g.dir[0], g.dir[1], &r), OK);
		EQ_U(r.verdict, folders[i].verdict);
		EQ_U(r.count[DIFF_METADATA], folders[i].metadata);
		EQ_U(r.count[DIFF_CODE], folders[i].code);
		EQ_U(r.damaged, folders[i].damaged);
		compare_done(&r);
		rig_done(&g);
	}
}
