/* Trees as they are read: by name, nothing followed, everything told. */
#include "handover/tree.h"

#include "handover/rig.h"

struct seen {
	struct buf text;
};

static enum err
take(void *arg, const struct tree_entry *e, struct fault *f)
{
	static const char *const kind[] = { "file", "link", "empty", "git", "module",
		"other" };
	struct seen *s = arg;

	(void)f;
	buf_printf(&s->text, "%s%s ", e->exec ? "x" : "", kind[e->kind]);
	buf_put(&s->text, e->name.p, e->name.n);
	if (e->kind == TREE_LINK) {
		buf_str(&s->text, " -> ");
		buf_put(&s->text, e->target.p, e->target.n);
	}
	buf_u8(&s->text, '\n');
	return OK;
}

static enum err
walk(const char *path, struct seen *s, struct fault *f)
{
	struct tree_taker to = { s, take };
	CLEAN(fd_closep) int fd = -1;

	buf_clear(&s->text);
	EQ_U(sys_open(AT_FDCWD, path, SYS_DIR, &fd), OK);
	return tree_folder(fd, &to, f);
}

TEST(a_folder)
{
	struct seen s = { 0 };
	struct fault f = { 0 };
	struct rig r;
	char *path;

	rig_init(&r);
	rig_put(&r, "src/a.b", "", 0644);
	rig_put(&r, "src/a/z", "", 0644);
	rig_put(&r, "src/.git/config", "", 0644);
	rig_put(&r, "src/e/f/g", "", 0644);
	path = rig_path(&r, "src/e/f/g");
	CHECK(unlink(path) == 0 && mkfifo(path, 0644) == 0);
	free(path);
	path = rig_path(&r, "src/void");
	CHECK(mkdir(path, 0755) == 0);
	free(path);
	EQ_U(walk(r.source, &s, &f), OK);
	EQ_S(buf_cstr(&s.text), "git .git\nfile a/z\nfile a.b\nother e/f/g\nlink link -> "
				"tools/run\nfile main.c\nxfile tools/run\nempty void\n");
	buf_done(&s.text);
	rig_done(&r);
}

TEST(too_deep)
{
	struct seen s = { 0 };
	struct fault f = { 0 };
	struct buf name = { 0 };
	struct rig r;

	rig_init(&r);
	buf_str(&name, "src");
	for (size_t i = 0; i < 210; i++)
		buf_str(&name, "/d");
	buf_str(&name, "/x");
	rig_put(&r, buf_cstr(&name), "", 0644);
	EQ_U(walk(r.source, &s, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_SOURCE);
	buf_done(&name);
	buf_done(&s.text);
	rig_done(&r);
}

static enum err
stop(void *arg, const struct tree_entry *e, struct fault *f)
{
	(void)e;
	++*(size_t *)arg;
	return fault_set(f, FAULT_SOURCE, "enough");
}

TEST(an_err_ends_it)
{
	size_t calls = 0;
	struct tree_taker to = { &calls, stop };
	struct fault f = { 0 };
	struct rig r;
	int fd;

	rig_init(&r);
	EQ_U(sys_open(AT_FDCWD, r.source, SYS_DIR, &fd), OK);
	EQ_U(tree_folder(fd, &to, &f), ERR_FORMAT);
	EQ_U(calls, 1);
	EQ_S(f.text, "enough");
	close(fd);
	rig_done(&r);
}

TEST(no_repository)
{
	struct tree_commit c;
	struct fault f = { 0 };
	struct rig r;

	rig_init(&r);
	EQ_U(tree_commit(r.source, "HEAD", &c, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_GIT);
	rig_done(&r);
}
