/*
 * source.c - reading a log's files out of a folder: below it, regular, no larger than is
 * asked for.
 *
 * Paths come from tile.c and are of a known form; the folder's files may be anybody's.
 */
#include "log/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/sys.h"

enum err
source_read(const struct log_source *s, const char *path, size_t limit, struct buf *out,
    struct fault *f)
{
	enum err e = s->read(s->arg, path, limit, out, f);

	if (e == ERR_END)
		return fault_set(f, FAULT_MISSING, "the log has no '%s'", path);
	if (e == ERR_LIMIT)
		return fault_set(f, FAULT_TOO_LARGE,
		    "the log's '%s' has more than the %zu bytes that it may have", path,
		    limit);
	return e;
}

/* Only regular files: a device or a pipe in somebody's folder is no part of a log. */
static enum err
read_file(void *arg, const char *path, size_t limit, struct buf *out, struct fault *f)
{
	const struct source_folder *s = arg;
	CLEAN(fd_closep) int fd = -1;
	struct stat st;
	size_t had = out->n;
	enum err e = sys_open(s->fd, path, 0, &fd);

	if (e == ERR_ACCESS && (sys_code() == ENOENT || sys_code() == ENOTDIR))
		return ERR_END;
	if (e != OK || sys_stat(fd, &st) != OK)
		return fault_set(
		    f, FAULT_IO, "cannot read '%s/%s': %s", s->name, path, sys_why());
	if (!S_ISREG(st.st_mode))
		return fault_set(f, FAULT_IO, "cannot read '%s/%s': it is a %s", s->name,
		    path, sys_kind(st.st_mode));
	if ((uint64_t)st.st_size > limit)
		return ERR_LIMIT;
	e = sys_read_all(fd, out, num_add(had, limit));
	if (e == ERR_IO)
		e = fault_set(
		    f, FAULT_IO, "cannot read '%s/%s': %s", s->name, path, sys_why());
	return e;
}

enum err
source_folder_open(const char *dir, struct source_folder *out, struct fault *f)
{
	int fd = -1;

	if (sys_open(AT_FDCWD, dir, SYS_DIR | SYS_FOLLOW, &fd) != OK)
		return fault_set(
		    f, FAULT_IO, "cannot open the log '%s': %s", dir, sys_why());
	*out = (struct source_folder){ fd, xstrdup(dir) };
	return OK;
}

void
source_folder_close(struct source_folder *s)
{
	fd_closep(&s->fd);
	free(s->name);
	s->name = NULL;
}

struct log_source
source_of_folder(struct source_folder *s)
{
	return (struct log_source){ read_file, s };
}
