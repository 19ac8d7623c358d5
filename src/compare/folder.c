#include "compare/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys.h"

#define ARENA_MAX (UINT64_C(512) << 20)

static int
open_below(int dir, const char *path, uint64_t flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		.resolve =
		    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

enum err
folder_open(int dir, const struct folder_entry *e, int *fd)
{
	*fd = open_below(dir, (const char *)e->path.p, O_RDONLY);
	return *fd >= 0 ? OK : ERR_IO;
}

static void
complain(struct folder_list *l, const char *path)
{
	if (l->why[0] == '\0')
		snprintf(l->why, sizeof(l->why), "cannot read '%.120s': %s", path,
		    sys_reason(errno));
}

static struct bytes
link_target(struct folder_list *l, int fd, const char *name)
{
	char text[4096];
	ssize_t n = readlinkat(fd, name, text, sizeof(text));

	return n > 0
		   ? arena_bytes(&l->arena, (struct bytes){ (uint8_t *)text, (size_t)n })
		   : BYTES_LIT("");
}

static enum err
add(struct folder_list *l, const char *folder, int fd, const char *name)
{
	struct folder_entry e = { 0 };
	struct stat st;
	char *path;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		complain(l, name);
		return OK;
	}
	path = arena_printf(&l->arena, "%s%s%s", folder, folder[0] ? "/" : "", name);
	if (path == NULL || l->n >= FOLDER_ENTRIES_MAX)
		return ERR_LIMIT;
	e.path = bytes_of(path);
	e.mode = st.st_mode;
	e.size = (uint64_t)st.st_size;
	e.device = (uint64_t)st.st_rdev;
	if (S_ISLNK(st.st_mode))
		e.target = link_target(l, fd, name);
	l->p = xgrow(l->p, &l->cap, l->n + 1, sizeof(*l->p));
	l->p[l->n++] = e;
	return OK;
}

static enum err
read_one(struct folder_list *l, int dir, const char *folder)
{
	int fd = open_below(dir, folder[0] ? folder : ".", O_RDONLY | O_DIRECTORY);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	enum err e = OK;

	if (d == NULL) {
		complain(l, folder[0] ? folder : ".");
		fd_closep(&fd);
		return OK;
	}
	while (e == OK) {
		struct dirent *x;

		errno = 0;
		x = readdir(d);
		if (x == NULL)
			break;
		if (strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0)
			e = add(l, folder, fd, x->d_name);
	}
	if (e == OK && errno != 0)
		complain(l, folder);
	closedir(d);
	return e;
}

static int
by_path(const void *x, const void *y)
{
	return bytes_cmp(((const struct folder_entry *)x)->path,
	    ((const struct folder_entry *)y)->path);
}

/* The list itself is the queue: folders that were added are read when it is their turn.
 */
enum err
folder_read(int dir, struct folder_list *out)
{
	enum err e;

	*out = (struct folder_list){ 0 };
	arena_init(&out->arena, ARENA_MAX);
	e = read_one(out, dir, "");
	for (size_t i = 0; i < out->n && e == OK; i++)
		if (S_ISDIR(out->p[i].mode))
			e = read_one(out, dir, (const char *)out->p[i].path.p);
	if (out->n > 0)
		qsort(out->p, out->n, sizeof(*out->p), by_path);
	return e;
}

void
folder_done(struct folder_list *l)
{
	free(l->p);
	arena_done(&l->arena);
	*l = (struct folder_list){ 0 };
}
