/* state.c - see state.h. */
#include "witness/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/sys.h"

/* A name never taken by a log: what a crash left of it is removed before the next. */
#define FRESH_FILE "new"

enum err
state_open(const char *path, struct state *out, bool *fresh)
{
	CLEAN(fd_closep) int dir = -1;
	bool made = mkdir(path, 0700) == 0;

	TRY(sys_open(AT_FDCWD, path, SYS_DIR | SYS_FOLLOW, &dir));
	if (flock(dir, LOCK_EX | LOCK_NB) != 0)
		return sys_code() == EWOULDBLOCK ? ERR_PROTO : ERR_IO;
	out->dir = dir;
	*fresh = made;
	dir = -1;
	return OK;
}

void
state_close(struct state *s)
{
	fd_closep(&s->dir);
}

enum err
state_load(const struct state *s, const char *name, size_t limit, struct buf *note)
{
	CLEAN(fd_closep) int fd = -1;
	enum err e = sys_open(s->dir, name, 0, &fd);

	if (e != OK)
		return sys_code() == ENOENT ? ERR_END : ERR_IO;
	return sys_read_all(fd, note, limit);
}

/*
 * O_EXCL behind an unlink: never into a file, or through a link, that somebody else put
 * there.
 */
static enum err
write_fresh(const struct state *s, struct bytes note)
{
	CLEAN(fd_closep) int fd = -1;

	unlinkat(s->dir, FRESH_FILE, 0);
	fd = openat(s->dir, FRESH_FILE,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return ERR_IO;
	TRY(sys_write_all(fd, note.p, note.n));
	return fsync(fd) == 0 ? OK : ERR_IO;
}

/*
 * Three steps, and the order is the promise: content on disk, then the name, then the
 * folder. Only when the last one is done may a signature leave.
 */
enum err
state_store(const struct state *s, const char *name, struct bytes note)
{
	enum err e = write_fresh(s, note);

	if (e == OK && renameat(s->dir, FRESH_FILE, s->dir, name) != 0)
		e = ERR_IO;
	if (e == OK && fsync(s->dir) != 0)
		e = ERR_IO;
	if (e != OK) {
		int code = errno;

		unlinkat(s->dir, FRESH_FILE, 0); /* gives the room on a full disk back */
		errno = code;
	}
	return e;
}
