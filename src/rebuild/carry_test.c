/* carry_test.c - a tree out of a room that strangers' programs wrote, and into another.
 */
#include "rebuild/carry.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "rebuild/folder_rig.h"
#include "tests/tap.h"

#define WHEN 1700000000

static void
put(const struct rig *r, const char *name, const char *text, mode_t mode)
{
	const struct timespec when[2] = { { WHEN + 5, 0 }, { WHEN + 5, 0 } };
	CLEAN(fd_closep)
	int fd = openat(r->dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	CHECK(fd >= 0 && sys_write_all(fd, text, strlen(text)) == OK);
	CHECK(fchmod(fd, mode) == 0 && futimens(fd, when) == 0);
}

static bool
is_own(const char *name)
{
	return strcmp(name, "proc") == 0 || strcmp(name, "etc/passwd") == 0;
}

static void
make_tree(const struct rig *r)
{
	static const char *const folders[] = { "etc", "usr", "usr/bin", "proc", "opt" };

	for (size_t i = 0; i < COUNT(folders); i++)
		CHECK(mkdirat(r->dir, folders[i], 0700) == 0);
	put(r, "etc/passwd", "root", 0644);
	put(r, "etc/motd", "hello", 0600);
	put(r, "usr/bin/tool", "#!/bin/sh", 04755);
	put(r, "usr/empty", "", 0644);
	put(r, "proc/1", "not a process", 0644);
	CHECK(symlinkat("/../../etc/shadow", r->dir, "usr/out") == 0);
	CHECK(symlinkat("usr/bin", r->dir, "bin") == 0);
	CHECK(mknodat(r->dir, "usr/fifo", S_IFIFO | 0600, 0) == 0);
}

/* What is taken, in order; links as they are, the odd and the room's own left behind. */
TEST(what_is_taken)
{
	static const struct {
		const char *name, *link;
		uint64_t size;
		bool exec, folder;
	} want[] = {
		{ "bin", "usr/bin", 0, false, false },
		{ "etc/motd", NULL, 5, false, false },
		{ "opt", NULL, 0, false, true },
		{ "usr/bin/tool", NULL, 9, true, false },
		{ "usr/empty", NULL, 0, false, false },
		{ "usr/out", "/../../etc/shadow", 0, false, false },
	};
	struct carry c;
	struct rig r = { 0 };

	rig_init(&r);
	make_tree(&r);
	EQ_U(carry_tree(r.dir, is_own, WHEN, &c, NULL), OK);
	EQ_U(c.tree.n, COUNT(want));
	for (size_t i = 0; i < c.tree.n && i < COUNT(want); i++) {
		const struct fill_file *f = &c.tree.file[i];

		ROW("%s", want[i].name);
		EQ_S(f->name, want[i].name);
		EQ_S(f->link ? f->link : "", want[i].link ? want[i].link : "");
		EQ_U(f->size, want[i].size);
		EQ_U(f->exec, want[i].exec);
		EQ_U(f->folder, want[i].folder);
	}
	carry_done(&c);
	rig_done(&r);
}

/* Put into another folder it is the same again, whichever way round it is written. */
TEST(there_and_back)
{
	for (unsigned descending = 0; descending < 2; descending++) {
		struct rig from = { 0 }, to = { 0 };
		struct fill_fault f;
		struct carry c, again;
		struct stat st;

		ROW("descending %u", descending);
		rig_init(&from);
		rig_init(&to);
		make_tree(&from);
		EQ_U(carry_tree(from.dir, is_own, WHEN, &c, NULL), OK);
		EQ_U(fill_make(&c.tree, to.dir, descending, &f), OK);
		EQ_U(carry_tree(to.dir, NULL, WHEN, &again, NULL), OK);
		EQ_U(again.tree.n, c.tree.n);
		for (size_t i = 0; i < c.tree.n && i < again.tree.n; i++)
			EQ_S(again.tree.file[i].name, c.tree.file[i].name);
		CHECK(fstatat(to.dir, "usr/bin/tool", &st, 0) == 0);
		EQ_U(st.st_mode & 07777, 0755);
		EQ_I(st.st_mtime, WHEN + 5);
		CHECK(fstatat(to.dir, "bin", &st, AT_SYMLINK_NOFOLLOW) == 0);
		EQ_I(st.st_mtime, WHEN);
		carry_done(&again);
		carry_done(&c);
		rig_done(&to);
		rig_done(&from);
	}
}

TEST(too_deep)
{
	struct fault f = { 0 };
	struct rig r = { 0 };
	struct carry c;
	int dir;

	rig_init(&r);
	dir = fcntl(r.dir, F_DUPFD_CLOEXEC, 3);
	for (unsigned i = 0; i < 80 && dir >= 0; i++) {
		int next;

		CHECK(mkdirat(dir, "d", 0755) == 0);
		next = openat(dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(dir);
		dir = next;
	}
	fd_closep(&dir);
	CHECK(carry_tree(r.dir, NULL, WHEN, &c, &f) != OK);
	EQ_U(f.kind, FAULT_TOO_LARGE);
	rig_done(&r);
}

/* A folder that cannot be opened, or is none: a fault, and nothing to end. */
TEST(no_folder)
{
	CLEAN(fd_closep) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct fault f = { 0 };
	struct carry c;

	CHECK(carry_tree(fd, NULL, WHEN, &c, &f) != OK);
	EQ_U(f.kind, FAULT_IO);
	EQ_U(c.tree.n, 0);
}
