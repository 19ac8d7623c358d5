/* What is written to disk, and what is not. */
#include "handover/unpack.h"

#include <dirent.h>

#include "handover/below.h"
#include "handover/rig.h"

static enum fault_kind
unpack(const struct rig *r, const char *dir, const char *folder)
{
	struct unpack_want w = { .dir = dir, .folder = folder };
	struct fault f = { 0 };
	struct bundle b;

	if (bundle_open(r->bundle, 0, &b, &f) == OK) {
		CHECK((unpack_bundle(&b, &w, &f) == OK) == (f.kind == FAULT_NONE));
		bundle_close(&b);
	}
	return f.kind;
}

static bool
has(const char *dir, const char *name, mode_t kind, bool exec)
{
	char *path = xprintf("%s/%s", dir, name);
	struct stat st;
	bool ok = lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind &&
		  (!S_ISREG(kind) || !!(st.st_mode & 0100) == exec);

	free(path);
	return ok;
}

TEST(all_of_it)
{
	struct rig r;
	char *to;

	rig_init(&r);
	rig_put(&r, "src/void/x", "", 0644);
	to = rig_path(&r, "src/void/x");
	CHECK(unlink(to) == 0);
	free(to);
	to = rig_path(&r, "to");
	EQ_U(rig_create(&r), FAULT_NONE);
	EQ_U(unpack(&r, to, NULL), FAULT_NONE);
	CHECK(has(to, "MANIFEST", S_IFREG, false));
	CHECK(has(to, "source/tools/run", S_IFREG, true));
	CHECK(has(to, "source/main.c", S_IFREG, false));
	CHECK(has(to, "source/link", S_IFLNK, false));
	CHECK(has(to, "source/void", S_IFDIR, false));
	EQ_U(unpack(&r, to, NULL), FAULT_EXISTS);
	test_remove(to);
	EQ_U(unpack(&r, to, "source/"), FAULT_NONE);
	CHECK(has(to, "tools/run", S_IFREG, true) && has(to, "link", S_IFLNK, false));
	CHECK(!has(to, "MANIFEST", S_IFREG, false));
	test_remove(to);
	EQ_U(unpack(&r, to, "artefacts/"), FAULT_NONE);
	CHECK(has(to, "hello", S_IFREG, false) && !has(to, "link", S_IFLNK, false));
	free(to);
	rig_done(&r);
}

/* How many entries the rig's folder has, with what may be left of a temporary one. */
static size_t
entries(const struct rig *r)
{
	DIR *d = opendir(r->dir);
	size_t n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

TEST(nothing_stays_of_what_is_broken)
{
	struct buf all = { 0 };
	uint64_t at;
	size_t before;
	struct rig r;
	char *to;
	int fd;

	rig_init(&r);
	to = rig_path(&r, "to");
	EQ_U(rig_create(&r), FAULT_NONE);
	rig_read(r.bundle, &all);
	at = bytes_find(buf_bytes(&all), 0, BYTES_LIT("#!/bin/sh"));
	fd = open(r.bundle, O_WRONLY);
	CHECK(pwrite(fd, "X", 1, (off_t)at) == 1);
	close(fd);
	before = entries(&r);
	EQ_U(unpack(&r, to, NULL), FAULT_ALTERED);
	EQ_U(entries(&r), before);
	free(to);
	buf_done(&all);
	rig_done(&r);
}

TEST(never_outside)
{
	struct rig r;
	char *out;
	int dir, fd = -1;

	rig_init(&r);
	out = rig_path(&r, "src");
	EQ_U(sys_open(AT_FDCWD, out, SYS_DIR, &dir), OK);
	CHECK(below_create(dir, "../x", 0644, &fd) != OK);
	CHECK(below_create(dir, "/tmp/x", 0644, &fd) != OK);
	CHECK(below_create(dir, "link", 0644, &fd) != OK);
	CHECK(below_create(dir, "main.c", 0644, &fd) != OK); /* it is there */
	CHECK(below_folders(dir, BYTES_LIT("../y/z"), true) != OK);
	CHECK(symlinkat("..", dir, "up") == 0);
	CHECK(below_create(dir, "up/x", 0644, &fd) != OK);
	CHECK(below_folders(dir, BYTES_LIT("up/y"), true) != OK);
	CHECK(below_link(dir, BYTES_LIT("up/l"), BYTES_LIT("x")) != OK);
	CHECK(below_open(dir, "up/hello", &fd) != OK);
	EQ_U(below_folders(dir, BYTES_LIT("a/b/c"), true), OK);
	EQ_U(below_create(dir, "a/b/c/d", 0644, &fd), OK);
	close(fd);
	below_empty(dir);
	CHECK(!has(out, "a", S_IFDIR, false) && !has(out, "up", S_IFLNK, false));
	CHECK(has(r.dir, "hello", S_IFREG, false)); /* what the link led to */
	close(dir);
	free(out);
	rig_done(&r);
}

TEST(whole_or_not_at_all)
{
	struct below_new n;
	struct rig r;
	char *path;

	rig_init(&r);
	path = rig_path(&r, "new");
	EQ_U(below_new_open(&n, path), OK);
	EQ_U(sys_write_all(n.fd, "x", 1), OK);
	CHECK(access(path, F_OK) != 0);
	below_new_drop(&n);
	CHECK(access(path, F_OK) != 0);
	EQ_U(below_new_open(&n, path), OK);
	EQ_U(below_new_commit(&n), OK);
	CHECK(access(path, F_OK) == 0);
	EQ_U(below_new_open(&n, path), OK);
	EQ_U(below_new_commit(&n), ERR_ACCESS); /* somebody has the name by now */
	EQ_U(below_new_open(&n, "/nonexistent/x"), ERR_ACCESS);
	free(path);
	rig_done(&r);
}
