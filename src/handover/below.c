/* below.c - see below.h. */
#include "handover/below.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"

#define REMOVE_DEPTH 4096

static enum err
open_at(int dir, const char *name, uint64_t flags, mode_t mode, int *fd)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = mode,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long r;

	do
		r = syscall(SYS_openat2, dir, name, &how, sizeof(how));
	while (r < 0 && (sys_code() == EINTR || sys_code() == EAGAIN));
	if (r < 0)
		return sys_failed();
	*fd = (int)r;
	return OK;
}

enum err
below_open(int dir, const char *name, int *fd)
{
	return open_at(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, fd);
}

enum err
below_open_folder(int dir, const char *name, int *fd)
{
	return open_at(dir, name, O_RDONLY | O_DIRECTORY, 0, fd);
}

enum err
below_create(int dir, const char *name, mode_t mode, int *fd)
{
	return open_at(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode, fd);
}

/* mkdirat follows no link at its last part, and the one above was opened safely. */
static enum err
make_folder(int dir, const char *parent, const char *last)
{
	CLEAN(fd_closep) int fd = -1;

	TRY(open_at(dir, parent, O_PATH | O_DIRECTORY, 0, &fd));
	return mkdirat(fd, last, 0777) == 0 || sys_code() == EEXIST ? OK : sys_failed();
}

/* Splits "a/b/c" into "a/b" and "c"; "c" into "." and "c". */
static const char *
split(char *name, const char **parent)
{
	char *slash = strrchr(name, '/');

	*parent = slash ? name : ".";
	if (slash == NULL)
		return name;
	*slash = '\0';
	return slash + 1;
}

enum err
below_folders(int dir, struct bytes name, bool whole)
{
	for (size_t i = 1; i <= name.n; i++) {
		struct buf part = { 0 };
		const char *parent, *last;
		char *text;
		enum err e;

		if (i < name.n ? name.p[i] != '/' : !whole)
			continue;
		buf_put(&part, name.p, i);
		text = xstrdup(buf_cstr(&part));
		buf_done(&part);
		last = split(text, &parent);
		e = make_folder(dir, parent, last);
		free(text);
		TRY(e);
	}
	return OK;
}

enum err
below_link(int dir, struct bytes name, struct bytes target)
{
	CLEAN(fd_closep) int fd = -1;
	struct buf n = { 0 }, t = { 0 };
	const char *parent, *last;
	char *text;
	enum err e;

	buf_put(&n, name.p, name.n);
	buf_put(&t, target.p, target.n);
	text = xstrdup(buf_cstr(&n));
	last = split(text, &parent);
	e = open_at(dir, parent, O_PATH | O_DIRECTORY, 0, &fd);
	if (e == OK && symlinkat(buf_cstr(&t), fd, last) != 0)
		e = sys_failed();
	free(text);
	buf_done(&n);
	buf_done(&t);
	return e;
}

static void
remove_entries(int fd, unsigned depth)
{
	DIR *d = fdopendir(fd);

	if (d == NULL) {
		close(fd);
		return;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		int sub = -1;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) == 0 || depth == 0)
			continue;
		if (below_open_folder(dirfd(d), e->d_name, &sub) == OK)
			remove_entries(sub, depth - 1);
		(void)unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

void
below_empty(int dir)
{
	int fd = -1;

	if (below_open_folder(dir, ".", &fd) == OK)
		remove_entries(fd, REMOVE_DEPTH);
}

/* --- a file that appears whole -------------------------------------------------- */

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return xprintf("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

enum err
below_new_open(struct below_new *n, const char *path)
{
	char *folder = folder_of(path);
	mode_t mask = umask(0);

	umask(mask);
	*n = (struct below_new){ .path = xstrdup(path), .fd = -1 };
	n->fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666 & ~mask);
	if (n->fd < 0 && (sys_code() == EOPNOTSUPP || sys_code() == EISDIR)) {
		n->tmp = xprintf("%s.XXXXXX", path);
		n->fd = mkostemp(n->tmp, O_CLOEXEC);
		if (n->fd >= 0)
			(void)fchmod(n->fd, 0666 & ~mask);
	}
	free(folder);
	if (n->fd >= 0)
		return OK;

	int code = sys_code();

	free(n->tmp);
	free(n->path);
	*n = (struct below_new){ .fd = -1 };
	return sys_failed_as(code);
}

/* AT_EMPTY_PATH needs a capability; the link in /proc does the same without. */
static int
give_name(const struct below_new *n)
{
	char self[40];

	if (n->tmp != NULL)
		return link(n->tmp, n->path);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", n->fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, n->path, AT_SYMLINK_FOLLOW);
}

/* The folder is synced, too, so that the name survives a crash. */
static void
sync_folder(const char *path)
{
	char *folder = folder_of(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

enum err
below_new_commit(struct below_new *n)
{
	enum err e = fsync(n->fd) == 0 && give_name(n) == 0 ? OK : sys_failed();
	int code = sys_code();

	if (e == OK)
		sync_folder(n->path);
	below_new_drop(n);
	return e == OK ? OK : sys_failed_as(code);
}

void
below_new_drop(struct below_new *n)
{
	if (n->tmp != NULL)
		(void)unlink(n->tmp);
	free(n->tmp);
	free(n->path);
	fd_closep(&n->fd);
	*n = (struct below_new){ .fd = -1 };
}
