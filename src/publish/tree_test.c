#include "publish/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

struct rig {
	char dir[64];
	struct tree tree;
};

static void
rig_init(struct rig *g)
{
	struct fault f = { 0 };

	snprintf(g->dir, sizeof(g->dir), "/tmp/candor-tree-XXXXXX");
	CHECK(mkdtemp(g->dir) != NULL);
	EQ_U(tree_open(g->dir, &g->tree, &f), OK);
	EQ_S(f.text, "");
}

static void
rig_done(struct rig *g)
{
	tree_close(&g->tree);
	test_remove(g->dir);
}

static void
has(struct rig *g, const char *path, const char *want)
{
	struct buf b = { 0 };
	struct fault f = { 0 };

	EQ_U(tree_read(&g->tree, path, 1000, &b, &f), OK);
	EQ_S(buf_cstr(&b), want);
	buf_done(&b);
}

#define ABC "blob/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

TEST(files_by_digest)
{
	struct fault f = { 0 };
	struct statement_file file = { .name = BYTES_LIT("kept") }, other;
	struct rig g;
	int fd;

	rig_init(&g);
	EQ_U(tree_put_blob(&g.tree, BYTES_LIT("abc"), &file, &f), OK);
	EQ_U(file.size, 3);
	EQ_B(file.name, BYTES_LIT("kept"));
	has(&g, ABC, "abc");
	CHECK(tree_has_blob(&g.tree, &file));
	other = file;
	other.size = 4;
	CHECK(!tree_has_blob(&g.tree, &other));
	/* a file of another content under the name is replaced */
	fd = openat(g.tree.dir, ABC, O_WRONLY | O_CLOEXEC);
	EQ_I(write(fd, "abd", 3), 3);
	close(fd);
	CHECK(!tree_has_blob(&g.tree, &file));
	EQ_U(tree_put_blob(&g.tree, BYTES_LIT("abc"), &file, &f), OK);
	has(&g, ABC, "abc");
	EQ_U(tree_put_blob(&g.tree, (struct bytes){ 0 }, &file, &f), OK);
	EQ_U(file.size, 0);
	CHECK(tree_has_blob(&g.tree, &file));
	rig_done(&g);
}

/* What a killed writer left goes, whatever has its name stays. */
TEST(swept)
{
	struct fault f = { 0 };
	struct statement_file file = { 0 };
	struct rig g;
	int fd;

	rig_init(&g);
	tree_sweep(&g.tree); /* no blobs yet */
	EQ_U(tree_put_blob(&g.tree, BYTES_LIT("abc"), &file, &f), OK);
	fd = openat(g.tree.dir, "blob/00.tmp", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	close(fd);
	tree_sweep(&g.tree);
	EQ_I(faccessat(g.tree.dir, "blob/00.tmp", F_OK, 0), -1);
	has(&g, ABC, "abc");
	rig_done(&g);
}

TEST(numbers_stay_and_latest_moves)
{
	struct bytes c = BYTES_LIT("stable");
	struct fault f = { 0 };
	struct rig g;

	rig_init(&g);
	EQ_U(tree_show(&g.tree, STATEMENT_RULES, c, 7, BYTES_LIT("one"), &f), OK);
	EQ_U(tree_show(&g.tree, STATEMENT_RULES, c, 7, BYTES_LIT("two"), &f), OK);
	EQ_U(tree_show(&g.tree, STATEMENT_RULES, c, 0, BYTES_LIT("one"), &f), OK);
	EQ_U(tree_show(&g.tree, STATEMENT_RULES, c, 0, BYTES_LIT("two"), &f), OK);
	has(&g, "rules/stable/7", "one");
	has(&g, "rules/stable/latest", "two");
	rig_done(&g);
}

TEST(paths)
{
	char longest[STATEMENT_CHANNEL + 1], path[FILES_PATH], want[FILES_PATH];

	tree_path(STATEMENT_KEYS, BYTES_LIT("a"), 0, path);
	EQ_S(path, "keys/a/latest");
	memset(longest, 'x', STATEMENT_CHANNEL);
	longest[STATEMENT_CHANNEL] = '\0';
	tree_path(STATEMENT_RELEASE, bytes_of(longest), INT64_MAX, path);
	snprintf(want, sizeof(want), "release/%s/9223372036854775807", longest);
	EQ_S(path, want);
}

TEST(channels)
{
	static const char *const names[] = { "beta", "stable", "alpha" };
	static const char *const want[] = { "alpha", "beta", "stable" };
	struct tree_channels c;
	struct fault f = { 0 };
	struct rig g;

	rig_init(&g);
	tree_channels(&g.tree, STATEMENT_RULES, &c);
	EQ_U(c.n, 0);
	tree_channels_done(&c);
	for (size_t i = 0; i < COUNT(names); i++)
		EQ_U(tree_show(&g.tree, STATEMENT_RULES, bytes_of(names[i]), 0,
			 BYTES_LIT("x"), &f),
		    OK);
	EQ_I(mkdirat(g.tree.dir, "rules/empty", 0777), 0);
	EQ_I(mkdirat(g.tree.dir, "rules/No Channel", 0777), 0);
	tree_channels(&g.tree, STATEMENT_RULES, &c);
	if (EQ_U(c.n, COUNT(want)))
		for (size_t i = 0; i < c.n; i++)
			EQ_S(c.name[i], want[i]);
	tree_channels_done(&c);
	rig_done(&g);
}

TEST(what_is_not_there)
{
	struct fault f = { 0 };
	struct buf b = { 0 };
	struct tree t;
	struct rig g;

	rig_init(&g);
	EQ_U(tree_read(&g.tree, "rules/stable/latest", 10, &b, &f), ERR_END);
	EQ_U(tree_show(&g.tree, STATEMENT_RULES, BYTES_LIT("s"), 0,
		 BYTES_LIT("more than ten"), &f),
	    OK);
	EQ_U(tree_read(&g.tree, "rules/s/latest", 10, &b, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_TOO_LARGE);
	f = (struct fault){ 0 };
	EQ_U(tree_open("/nonexistent/folder", &t, &f), ERR_IO);
	EQ_U(f.kind, FAULT_IO);
	tree_close(&t);
	buf_done(&b);
	rig_done(&g);
}
