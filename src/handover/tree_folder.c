/* tree_folder.c - see tree.h: a plain folder, walked by name. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/sort.h"
#include "base/sys.h"
#include "handover/below.h"
#include "handover/tree.h"

#define DEPTH  200 /* folders in each other; each is one descriptor */
#define TARGET 4096

struct walk_name {
	const char *s;
};

/* A folder that is open, and what is in it. */
struct level {
	int fd;
	struct walk_name *name;
	size_t n, next;
	size_t path; /* bytes of the path down to here, with its slash */
};

struct folder_walk {
	struct level level[DEPTH];
	size_t depth;
	struct buf path;
	const struct tree_taker *to;
	struct fault *f;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct walk_name *)a)->s, ((const struct walk_name *)b)->s);
}

static enum err
trouble(struct folder_walk *w, const char *doing)
{
	return fault_set(w->f, FAULT_IO, "cannot %s '%s': %s", doing,
	    w->path.n ? fault_quote(buf_bytes(&w->path)) : "the source", sys_why());
}

static void
leave(struct folder_walk *w)
{
	struct level *l = &w->level[--w->depth];

	for (size_t i = 0; i < l->n; i++)
		free((void *)(uintptr_t)l->name[i].s);
	free(l->name);
	fd_closep(&l->fd);
}

/* Takes fd, also when it fails. */
static enum err
enter(struct folder_walk *w, int fd)
{
	struct level *l = &w->level[w->depth];
	size_t cap = 0;
	DIR *d;

	if (w->depth == DEPTH) {
		close(fd);
		return fault_set(w->f, FAULT_SOURCE, "'%s' lies deeper than %d folders",
		    fault_quote(buf_bytes(&w->path)), DEPTH);
	}
	*l = (struct level){ .fd = fd, .path = w->path.n };
	w->depth++;
	d = fdopendir(dup(fd));
	if (d == NULL)
		return trouble(w, "read");
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		l->name = xgrow(l->name, &cap, l->n + 1, sizeof(*l->name));
		l->name[l->n++].s = xstrdup(e->d_name);
	}
	closedir(d);
	sort(l->name, l->n, sizeof(*l->name), by_name);
	return OK;
}

static enum err
tell(struct folder_walk *w, struct tree_entry *e)
{
	e->name = buf_bytes(&w->path);
	return w->to->take(w->to->arg, e, w->f);
}

static enum err
take_link(struct folder_walk *w, int dir, const char *name)
{
	char target[TARGET];
	ssize_t n = readlinkat(dir, name, target, sizeof(target));
	struct tree_entry e = { .kind = TREE_LINK };

	if (n < 0)
		return trouble(w, "read the link");
	e.target = (struct bytes){ (const uint8_t *)target, (size_t)n };
	return tell(w, &e);
}

static enum err
take_folder(struct folder_walk *w, int dir, const char *name)
{
	struct tree_entry e = { .kind = TREE_EMPTY };
	int fd;

	if (below_open_folder(dir, name, &fd) != OK)
		return trouble(w, "open");
	buf_u8(&w->path, '/');
	TRY(enter(w, fd));
	if (w->level[w->depth - 1].n > 0)
		return OK;
	leave(w);
	w->path.n--; /* the slash */
	return tell(w, &e);
}

static enum err
take_name(struct folder_walk *w, int dir, const char *name)
{
	struct tree_entry e = { 0 };
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return trouble(w, "look at");
	if (strcmp(name, ".git") == 0)
		e.kind = TREE_GIT;
	else if (S_ISLNK(st.st_mode))
		return take_link(w, dir, name);
	else if (S_ISDIR(st.st_mode))
		return take_folder(w, dir, name);
	else if (S_ISREG(st.st_mode))
		e = (struct tree_entry){ .kind = TREE_FILE,
			.size = (uint64_t)st.st_size,
			.exec = st.st_mode & 0100 };
	else
		e = (struct tree_entry){ .kind = TREE_OTHER,
			.what = sys_kind(st.st_mode) };
	return tell(w, &e);
}

static enum err
walk(struct folder_walk *w)
{
	while (w->depth > 0) {
		struct level *l = &w->level[w->depth - 1];
		const char *name;

		if (l->next == l->n) {
			leave(w);
			continue;
		}
		name = l->name[l->next++].s;
		w->path.n = l->path;
		buf_str(&w->path, name);
		TRY(take_name(w, l->fd, name));
	}
	return OK;
}

enum err
tree_folder(int root, const struct tree_taker *to, struct fault *f)
{
	struct folder_walk *w = xcalloc(1, sizeof(*w));
	int fd;
	enum err e;

	w->to = to;
	w->f = f;
	e = below_open_folder(root, ".", &fd) == OK ? enter(w, fd) : trouble(w, "open");
	if (e == OK)
		e = walk(w);
	while (w->depth > 0)
		leave(w);
	buf_done(&w->path);
	free(w);
	return e;
}
