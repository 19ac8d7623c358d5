/* carry.c - see carry.h. */
#include "rebuild/carry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/sys.h"
#include "base/ustar.h"
#include "rebuild/take.h"

#define FILES_MAX  1000000u
#define DEPTH_MAX  64u
#define NAMES_MAX  ((size_t)1 << 30) /* bytes of names, links and the array */
#define TARGET_MAX 4096

struct walk {
	struct carry *to;
	bool (*skip)(const char *name);
	dev_t device;
	uint64_t end; /* of the scratch file */
	struct fault *f;
};

static enum err
fails(struct walk *w, const char *name)
{
	return fault_set(w->f, FAULT_IO, "cannot take '%s' out of the room: %s",
	    fault_quote(bytes_of(name)), sys_why());
}

static enum err
add(struct walk *w, const struct fill_file *one)
{
	struct carry *c = w->to;

	if (c->tree.n < FILES_MAX)
		c->file = arena_grow(
		    &c->arena, c->file, &c->cap, c->tree.n + 1, sizeof(*c->file));
	if (c->tree.n >= FILES_MAX || c->file == NULL || c->arena.spent)
		return fault_set(w->f, FAULT_TOO_LARGE, "a root has too many files");
	c->file[c->tree.n++] = *one;
	return OK;
}

static enum err
add_link(struct walk *w, int dir, const char *entry, const char *name)
{
	char target[TARGET_MAX];
	ssize_t n = readlinkat(dir, entry, target, sizeof(target) - 1);

	if (n <= 0)
		return fails(w, name);
	target[n] = '\0';
	return add(
	    w, &(struct fill_file){ .name = arena_str(&w->to->arena, bytes_of(name)),
		   .link = arena_str(&w->to->arena, bytes_of(target)) });
}

static enum err
add_file(struct walk *w, int fd, const struct stat *st, const char *name)
{
	struct fill_file one = { .name = arena_str(&w->to->arena, bytes_of(name)),
		.at = w->end,
		.exec = (st->st_mode & 0111) != 0,
		.time = st->st_mtime };

	if (sys_copy(fd, w->to->tree.bundle, UINT64_MAX, &one.size) != OK)
		return fails(w, name);
	w->end += one.size;
	return add(w, &one);
}

static enum err add_folder(
    struct walk *w, int dir, const char *prefix, unsigned depth, bool *empty);

static enum err
add_entry(struct walk *w, int dir, const char *entry, const char *name, unsigned depth)
{
	CLEAN(fd_closep) int fd = -1;
	bool empty = false;
	struct stat st;

	if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return fails(w, name);
	if (st.st_dev != w->device)
		return OK;
	if (S_ISLNK(st.st_mode))
		return add_link(w, dir, entry, name);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return OK;
	fd =
	    openat(dir, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fails(w, name);
	if (S_ISREG(st.st_mode))
		return add_file(w, fd, &st, name);
	TRY(add_folder(w, fd, name, depth + 1, &empty));
	return empty ? add(w, &(struct fill_file){ .name = arena_str(
						       &w->to->arena, bytes_of(name)),
				  .folder = true })
		     : OK;
}

/* dir is borrowed; fdopendir gets a descriptor with a place in the folder of its own. */
static enum err
add_folder(struct walk *w, int dir, const char *prefix, unsigned depth, bool *empty)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);
	const struct dirent *e;
	enum err r = OK;

	if (d == NULL)
		return fails(w, prefix);
	if (depth > DEPTH_MAX)
		r = fault_set(
		    w->f, FAULT_TOO_LARGE, "a root has folders that lie too deep");
	*empty = true;
	while (r == OK && (e = readdir(d)) != NULL) {
		char *name;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		*empty = false;
		name = xprintf("%s%s%s", prefix, prefix[0] ? "/" : "", e->d_name);
		if (w->skip == NULL || !w->skip(name))
			r = add_entry(w, dir, e->d_name, name, depth);
		free(name);
	}
	closedir(d);
	return r;
}

static int
by_name(const void *a, const void *b)
{
	const struct fill_file *x = a, *y = b;

	return ustar_name_cmp(bytes_of(x->name), bytes_of(y->name));
}

enum err
carry_tree(int dir, bool (*skip)(const char *name), int64_t time, struct carry *out,
    struct fault *f)
{
	struct walk w = { .to = out, .skip = skip, .f = f };
	struct stat st;
	bool empty;
	enum err e;

	*out = (struct carry){ .tree = { .bundle = take_scratch(), .time = time } };
	arena_init(&out->arena, NAMES_MAX);
	if (out->tree.bundle < 0 || fstat(dir, &st) != 0)
		e = fault_set(f, FAULT_IO, "cannot make a temporary file: %s", sys_why());
	else {
		w.device = st.st_dev;
		e = add_folder(&w, dir, "", 0, &empty);
	}
	if (e != OK) {
		carry_done(out);
		return e;
	}
	if (out->tree.n > 1)
		sort(out->file, out->tree.n, sizeof(*out->file), by_name);
	out->tree.file = out->file;
	return OK;
}

void
carry_done(struct carry *c)
{
	if (c->tree.bundle > 0)
		fd_closep(&c->tree.bundle);
	arena_done(&c->arena);
	*c = (struct carry){ .tree = { .bundle = -1 } };
}
