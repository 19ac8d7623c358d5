/*
 * files.c - see files.h for the promise; here is the order that keeps it.
 *
 * Content is on disk before it gets its name, and names are on disk before a commit says
 * OK: write, sync, rename, sync the folders. A failure between leaves files that end in
 * ".tmp" and nothing else.
 */
#include "log/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"

/*
 * Beyond this many files one syncfs is cheaper than an fsync of each; below, it would
 * make others' writing ours to wait for.
 */
enum { FEW = 32 };

void
files_done(struct files *s)
{
	free(s->path);
	s->path = NULL;
	s->n = s->cap = 0;
}

/* FILES_PATH + 4: the path and ".tmp", with its NUL. */
static void
tmp_name(const char *path, char out[FILES_PATH + 4])
{
	snprintf(out, FILES_PATH + 4, "%s.tmp", path);
}

static enum err
failed(const struct files *s, const char *path, struct fault *f)
{
	return fault_set(
	    f, FAULT_IO, "cannot write '%s/%s': %s", s->name, path, sys_why());
}

/* Every folder on the way to path. */
static void
make_parents(struct files *s, const char *path)
{
	char part[FILES_PATH];

	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdirat(s->dir, part, 0777) == 0)
			s->folders = true;
	}
}

static int
create(struct files *s, const char *path)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(s->dir, path, flags, 0666);

	if (fd < 0 && sys_code() == ENOENT) {
		make_parents(s, path);
		fd = openat(s->dir, path, flags, 0666);
	}
	return fd;
}

enum err
files_put(struct files *s, const char *path, struct bytes content, struct fault *f)
{
	char tmp[FILES_PATH + 4];
	enum err e = OK;
	int fd;

	tmp_name(path, tmp);
	fd = create(s, tmp);
	if (fd < 0)
		return failed(s, path, f);
	if (sys_write_all(fd, content.p, content.n) != OK) {
		e = failed(s, path, f);
		unlinkat(
		    s->dir, tmp, 0); /* the disk may be full: give back what we took */
	}
	close(fd);
	TRY(e);
	s->path = xgrow(s->path, &s->cap, s->n + 1, sizeof(*s->path));
	snprintf(s->path[s->n++], FILES_PATH, "%s", path);
	return OK;
}

static bool
sync_one(const struct files *s, const char *path, int flags)
{
	int fd = openat(s->dir, path, O_RDONLY | O_CLOEXEC | flags);
	bool ok = fd >= 0 && fsync(fd) == 0;
	int code = errno;

	if (fd >= 0)
		close(fd);
	errno = code;
	return ok;
}

/* The folder that the path lies in: "." at the top. */
static void
parent(const char *path, char out[FILES_PATH])
{
	const char *slash = strrchr(path, '/');

	snprintf(
	    out, FILES_PATH, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
}

static enum err
sync_files(const struct files *s, struct fault *f)
{
	char tmp[FILES_PATH + 4];

	if (s->n > FEW || s->folders)
		return syncfs(s->dir) == 0 ? OK : failed(s, s->path[0], f);
	for (size_t i = 0; i < s->n; i++) {
		tmp_name(s->path[i], tmp);
		if (!sync_one(s, tmp, 0))
			return failed(s, s->path[i], f);
	}
	return OK;
}

/* Neighbours mostly share a folder: each is synced once a run. */
static enum err
sync_names(const struct files *s, struct fault *f)
{
	char dir[FILES_PATH], last[FILES_PATH] = "";

	if (s->n > FEW || s->folders)
		return syncfs(s->dir) == 0 ? OK : failed(s, s->path[0], f);
	for (size_t i = 0; i < s->n; i++) {
		parent(s->path[i], dir);
		if (strcmp(dir, last) != 0 && !sync_one(s, dir, O_DIRECTORY))
			return failed(s, s->path[i], f);
		memcpy(last, dir, sizeof(last));
	}
	return OK;
}

enum err
files_commit(struct files *s, struct fault *f)
{
	char tmp[FILES_PATH + 4];

	if (s->n == 0)
		return OK;
	TRY(sync_files(s, f));
	for (size_t i = 0; i < s->n; i++) {
		tmp_name(s->path[i], tmp);
		if (renameat(s->dir, tmp, s->dir, s->path[i]) != 0)
			return failed(s, s->path[i], f);
	}
	TRY(sync_names(s, f));
	s->n = 0;
	s->folders = false;
	return OK;
}

void
files_drop(struct files *s)
{
	char tmp[FILES_PATH + 4];

	for (size_t i = 0; i < s->n; i++) {
		tmp_name(s->path[i], tmp);
		unlinkat(s->dir, tmp, 0);
	}
	s->n = 0;
}

enum err
files_replace(struct files *s, const char *path, struct bytes content, struct fault *f)
{
	enum err e = files_put(s, path, content, f);

	if (e == OK)
		e = files_commit(s, f);
	if (e != OK)
		files_drop(s);
	return e;
}

void
files_remove(struct files *s, const char *path)
{
	unlinkat(s->dir, path, 0);
}

/* Of a folder's files, those whose names end so. */
static void
remove_named(struct files *s, const char *path, const char *end)
{
	int fd = openat(s->dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	size_t n = strlen(end);

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		size_t len = strlen(e->d_name);

		if (e->d_name[0] != '.' && len >= n &&
		    strcmp(e->d_name + len - n, end) == 0)
			unlinkat(fd, e->d_name, 0);
	}
	closedir(d);
}

void
files_remove_folder(struct files *s, const char *path)
{
	remove_named(s, path, "");
	unlinkat(s->dir, path, AT_REMOVEDIR);
}

void
files_sweep(struct files *s, const char *path)
{
	remove_named(s, path, ".tmp");
}
