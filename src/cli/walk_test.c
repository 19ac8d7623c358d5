#include "cli/walk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"
#include "tests/tap.h"

/* Each test works in a folder of its own, and leaves nothing behind. */
static char home[32];

static void
enter_home(void)
{
	snprintf(home, sizeof(home), "/tmp/candor-walk-XXXXXX");
	CHECK(mkdtemp(home) != NULL && chdir(home) == 0);
}

static void
leave_home(void)
{
	CHECK(chdir("/") == 0);
	test_remove(home);
}

static void
touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	close(fd);
}

/* Everything below root: "path" of a file, "?path why" of what is none, | between. */
static void
list(const struct walk_opts *o, const char *root, struct buf *out)
{
	struct walk *w = walk_new(o);
	struct walk_item item;

	walk_begin(w, root);
	while (walk_next(w, &item) == OK) {
		if (item.kind != WALK_FILE)
			buf_u8(out, item.kind == WALK_ERROR     ? '!'
				    : item.kind == WALK_SPECIAL ? '-'
								: '?');
		buf_put(out, item.path.p, item.path.n);
		if (item.kind == WALK_FILE)
			CHECK(item.fd >= 0 && S_ISREG(item.st.st_mode));
		else
			buf_printf(out, " %s", item.why);
		buf_str(out, "|");
		fd_closep(&item.fd);
	}
	walk_free(w);
}

static const char *const globs[] = { "*.yar" };
static const char *const not_d[] = { "d", "t/b" };

/* clang-format off */
static const struct {
	const char *root;
	struct walk_opts o;
	const char *want;
} rows[] = {
	{ "t",       { 0 },                           "t/a|t/b|t/c.yar|t/d/e|t/d/f/g|" },
	{ "t/",      { 0 },                           "t/a|t/b|t/c.yar|t/d/e|t/d/f/g|" },
	{ "t/",      { .slash = true, .flat = true }, "t//a|t//b|t//c.yar|" },
	{ "t",       { .flat = true },                "t/a|t/b|t/c.yar|" },
	{ "t/a",     { 0 },                           "t/a|" },
	{ "t",       { .only = globs, .nonly = 1 },   "t/c.yar|" },
	{ "t/a",     { .only = globs, .nonly = 1 },   "t/a|" }, /* named: no filter */
	{ "t",       { .exclude = not_d, .nexclude = 2 }, "t/a|t/c.yar|" },
	{ "t/d",     { .exclude = not_d, .nexclude = 2 }, "t/d/e|t/d/f/g|" },
	/* links: up is a loop, to_d leads to what was there already, gone to nothing */
	{ "t",       { .follow = true },              "t/a|t/b|t/c.yar|t/d/e|t/d/f/g|t/to_a|" },
	{ "t/to_d",  { .follow = true },              "t/to_d/e|t/to_d/f/g|t/to_d/f/up/a|"
						      "t/to_d/f/up/b|t/to_d/f/up/c.yar|t/to_d/f/up/to_a|" },
	{ "t/to_a",  { 0 },                           "?t/to_a symbolic link|" },
	{ "t/gone",  { .follow = true },              "!t/gone no such file or directory|" },
	{ "t/loop",  { .follow = true },              "!t/loop too many levels of symbolic links|" },
	{ "t/fifo",  { 0 },                           "?t/fifo fifo|" },
	{ "t",       { .specials = true },            "t/a|t/b|t/c.yar|t/d/e|t/d/f/g|-t/fifo fifo|" },
	{ "t/fifo",  { .specials = true },            "?t/fifo fifo|" },
	{ "t",       { .specials = true, .only = globs, .nonly = 1 }, "t/c.yar|" },
	{ "none",    { 0 },                           "!none no such file or directory|" },
	{ "t/a/b",   { 0 },                           "!t/a/b not a directory|" },
	{ "",        { 0 },                           "! no such file or directory|" },
	{ "/dev/null", { 0 },                         "?/dev/null device|" },
};
/* clang-format on */

static void
make_tree(void)
{
	static const char *const folders[] = { "t", "t/d", "t/d/f" };
	static const char *const files[] = { "t/b", "t/a", "t/d/e", "t/d/f/g",
		"t/c.yar" };
	static const char *const links[][2] = { { "..", "t/d/f/up" }, { "d", "t/to_d" },
		{ "a", "t/to_a" }, { "nothing", "t/gone" }, { "loop", "t/loop" } };

	for (size_t i = 0; i < COUNT(folders); i++)
		CHECK(mkdir(folders[i], 0700) == 0);
	for (size_t i = 0; i < COUNT(files); i++)
		touch(files[i]);
	for (size_t i = 0; i < COUNT(links); i++)
		CHECK(symlink(links[i][0], links[i][1]) == 0);
	CHECK(unlink("t/d/f/up") == 0 && symlink("../..", "t/d/f/up") == 0);
	CHECK(mkfifo("t/fifo", 0600) == 0);
}

TEST(tree)
{
	enter_home();
	make_tree();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf have = { 0 };

		ROW("%zu: %s", i, rows[i].root);
		list(&rows[i].o, rows[i].root, &have);
		EQ_S(buf_cstr(&have), rows[i].want);
		buf_done(&have);
	}
	leave_home();
}

/* How many files there are, and that all were open one at a time. */
static unsigned
count(struct walk *w, const char *root, unsigned *errors)
{
	struct walk_item item;
	unsigned n = 0;

	walk_begin(w, root);
	while (walk_next(w, &item) == OK) {
		n += item.kind == WALK_FILE;
		*errors += item.kind == WALK_ERROR;
		fd_closep(&item.fd);
	}
	return n;
}

/* Deeper than folders stay open: on the way back they are found by "..". */
TEST(deep)
{
	struct walk *w = walk_new(&(struct walk_opts){ 0 });
	unsigned errors = 0;
	int depth = 400;

	enter_home();
	for (int i = 0; i < depth; i++) {
		CHECK(mkdir("n", 0700) == 0);
		touch("z"); /* behind n: read when we are back */
		CHECK(chdir("n") == 0);
	}
	CHECK(chdir(home) == 0);
	EQ_U(count(w, ".", &errors), 400);
	EQ_U(errors, 0);
	walk_free(w);
	leave_home();
}

/* A folder that is moved away under our feet is told, once a level, and ends. */
TEST(moved)
{
	struct walk *w = walk_new(&(struct walk_opts){ 0 });
	struct walk_item item;
	unsigned errors = 0;
	int depth = 200;

	enter_home();
	CHECK(mkdir("other", 0700) == 0 && mkdir("top", 0700) == 0 && chdir("top") == 0);
	for (int i = 0; i < depth; i++)
		CHECK(mkdir("n", 0700) == 0 && chdir("n") == 0);
	touch("file");
	CHECK(chdir(home) == 0);
	walk_begin(w, "top");
	CHECK(walk_next(w, &item) == OK && item.kind == WALK_FILE);
	fd_closep(&item.fd);
	CHECK(rename("top/n/n/n", "other/n") == 0);
	while (walk_next(w, &item) == OK) {
		errors += item.kind == WALK_ERROR;
		fd_closep(&item.fd);
	}
	CHECK(errors > 0 && errors < 10);
	walk_free(w);
	leave_home();
}

/* No descriptor stays behind, whatever was met and wherever it was left. */
TEST(descriptors)
{
	int before = dup(0), after;
	struct walk *w;
	struct walk_item item;

	close(before);
	enter_home();
	make_tree();
	w = walk_new(&(struct walk_opts){ .follow = true });
	walk_begin(w, "t");
	for (int i = 0; i < 4; i++) {
		CHECK(walk_next(w, &item) == OK);
		fd_closep(&item.fd);
	}
	CHECK(walk_ignored(w) < 10);
	walk_free(w); /* in the middle */
	after = dup(0);
	EQ_I(after, before);
	close(after);
	leave_home();
}
