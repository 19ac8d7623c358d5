/*
 * walk.c - see walk.h.
 *
 * A stack of levels, one for each folder on the way down; nothing recurses. A level
 * reads its folder in portions and sorts each. Deep down the shallowest folders are
 * closed to spare descriptors; the way back is "..", believed only if it has the
 * device and inode that the folder had before. Where ".." cannot lead back (the level
 * was entered by a link) the folder above stays open.
 */
#include "cli/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "cli/idset.h"

#define OPEN_MAX_LEVELS 128   /* folders open at a time */
#define PORTION         65536 /* names of one folder in memory */
#define PORTION_SMALL   1024  /* the same, when all levels together hold HELD_MAX */
/*
 * Whoever makes a million files in each of thirty nested folders must not make us
 * hold them all: at 255 bytes a name this is about 50 MB, and 270 kB a level beyond.
 */
#define HELD_MAX        (2 * PORTION)

#define LINKS_MAX 3 /* of a path, with every_path */

struct level {
	int fd; /* -1: closed for now */
	dev_t dev;
	ino_t ino;
	bool linked;       /* entered by a symbolic link: ".." does not lead back */
	struct buf names;  /* a type byte and a name with its NUL, each */
	size_t *order;     /* offsets in names, sorted */
	size_t n, cap, at; /* of order; the next one */
	off_t cookie;      /* where the folder is read on */
	bool end;
	size_t path_len; /* of the folder's own path */
};

struct walk {
	const struct walk_opts *o;
	struct level *stack;
	size_t depth, cap;
	size_t opened;     /* levels with an open fd */
	size_t first_open; /* below it all are closed, but for those we may not close */
	size_t held;       /* names in memory, of all levels */
	struct buf path;
	const char *root; /* not begun yet; NULL: begun */
	dev_t root_dev;
	struct idset visited; /* with follow */
	uint64_t ignored;
};

struct linux_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

struct walk *
walk_new(const struct walk_opts *o)
{
	struct walk *w = xcalloc(1, sizeof(*w));

	w->o = o;
	return w;
}

static void
level_done(struct walk *w, struct level *l)
{
	if (l->fd >= 0)
		w->opened--;
	fd_closep(&l->fd);
	w->held -= l->n;
	buf_done(&l->names);
	free(l->order);
}

void
walk_free(struct walk *w)
{
	if (w == NULL)
		return;
	while (w->depth > 0)
		level_done(w, &w->stack[--w->depth]);
	free(w->stack);
	buf_done(&w->path);
	idset_done(&w->visited);
	free(w);
}

void
walk_begin(struct walk *w, const char *root)
{
	w->root = root;
}

uint64_t
walk_ignored(const struct walk *w)
{
	return w->ignored;
}

static enum err
give(struct walk *w, struct walk_item *out, enum walk_kind kind, const char *why)
{
	out->kind = kind;
	out->path = buf_bytes(&w->path);
	out->why = why;
	if (kind != WALK_FILE)
		fd_closep(&out->fd);
	return OK;
}

/* --- reading a folder ----------------------------------------------------- */

static int
by_name(const void *a, const void *b, void *names)
{
	const char *base = names;

	return strcmp(base + *(const size_t *)a + 1, base + *(const size_t *)b + 1);
}

static void
add_name(struct level *l, const struct linux_dirent64 *d)
{
	const char *n = d->name;

	if (n[0] == '.' && (n[1] == '\0' || (n[1] == '.' && n[2] == '\0')))
		return;
	l->order = xgrow(l->order, &l->cap, l->n + 1, sizeof(*l->order));
	l->order[l->n++] = l->names.n;
	buf_u8(&l->names, d->type);
	buf_put(&l->names, n, strlen(n) + 1);
}

/* The next portion of names. A folder that cannot be read further just ends. */
static enum err
read_names(struct walk *w, struct level *l)
{
	_Alignas(8) char block[32768];
	size_t most;
	long got = 1;

	buf_clear(&l->names);
	w->held -= l->n;
	most = w->held > HELD_MAX ? PORTION_SMALL : PORTION;
	l->n = l->at = 0;
	if (lseek(l->fd, l->cookie, SEEK_SET) < 0)
		got = -1;
	while (got > 0 && l->n < most) {
		got = syscall(SYS_getdents64, l->fd, block, sizeof(block));
		for (long at = 0; at < got;) {
			const struct linux_dirent64 *d = (const void *)(block + at);

			add_name(l, d);
			l->cookie = d->off;
			at += d->reclen;
		}
	}
	l->end = got <= 0;
	w->held += l->n;
	if (l->n > 0)
		qsort_r(l->order, l->n, sizeof(*l->order), by_name, l->names.p);
	return got < 0 ? ERR_IO : OK;
}

/* --- going down and up ---------------------------------------------------- */

/* File systems that are not files: met on the way they are left out. */
static bool
is_pseudo(int fd)
{
	static const unsigned long types[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC,
		DEBUGFS_MAGIC, TRACEFS_MAGIC, SECURITYFS_MAGIC, CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC, PSTOREFS_MAGIC, EFIVARFS_MAGIC, BPF_FS_MAGIC,
		DEVPTS_SUPER_MAGIC, BINFMTFS_MAGIC, SELINUX_MAGIC, NSFS_MAGIC,
		0x62656570 /* configfs */, 0x65735543 /* fusectl */,
		0x19800202 /* mqueue */ };
	struct statfs s;

	if (fstatfs(fd, &s) != 0)
		return false;
	for (size_t i = 0; i < COUNT(types); i++)
		if ((unsigned long)s.f_type == types[i])
			return true;
	return false;
}

/* Closes the shallowest open folder that ".." will lead back to. */
static void
spare_one(struct walk *w)
{
	for (size_t i = w->first_open; i + 1 < w->depth; i++) {
		struct level *l = &w->stack[i];

		if (l->fd < 0 || w->stack[i + 1].linked)
			continue;
		fd_closep(&l->fd);
		w->opened--;
		w->first_open = i + 1;
		return;
	}
}

/*
 * Was the folder visited, or (every_path) is it one that we are in? Links to folders
 * of links would make paths without end, so not many may follow one another.
 */
static bool
visited(struct walk *w, const struct stat *st, bool linked)
{
	unsigned links = linked;

	if (!w->o->every_path)
		return !idset_add(&w->visited, st->st_dev, st->st_ino);
	for (size_t i = 0; i < w->depth; i++) {
		if (w->stack[i].dev == st->st_dev && w->stack[i].ino == st->st_ino)
			return true;
		links += w->stack[i].linked;
	}
	return links > LINKS_MAX;
}

/* Takes fd. What is not to be entered is closed and counted as ignored. */
static void
enter(struct walk *w, int fd, bool linked)
{
	struct stat st;
	struct level *l;

	if (sys_stat(fd, &st) != OK)
		goto no;
	if (w->depth == 0)
		w->root_dev = st.st_dev;
	else if (st.st_dev != w->stack[w->depth - 1].dev &&
		 ((w->o->one_file_system && st.st_dev != w->root_dev) || is_pseudo(fd)))
		goto no;
	if (w->o->flat && w->depth > 0)
		goto no;
	if (w->o->follow && visited(w, &st, linked))
		goto no;
	w->stack = xgrow(w->stack, &w->cap, w->depth + 1, sizeof(*w->stack));
	l = &w->stack[w->depth++];
	*l = (struct level){
		.fd = fd,
		.dev = st.st_dev,
		.ino = st.st_ino,
		.linked = linked,
		.path_len = w->path.n,
	};
	if (++w->opened > OPEN_MAX_LEVELS)
		spare_one(w);
	return;
no:
	close(fd);
	w->ignored++;
}

/* Opens the closed folder above the top again, and sees that it is the same. */
static bool
reopen(struct walk *w, const struct level *top, struct level *above)
{
	struct stat st;
	int fd;

	if (top->fd < 0 || sys_open(top->fd, "..", SYS_DIR, &fd) != OK)
		return false;
	if (sys_stat(fd, &st) != OK || st.st_dev != above->dev ||
	    st.st_ino != above->ino) {
		close(fd);
		return false;
	}
	above->fd = fd;
	w->opened++;
	return true;
}

/* False: the way back is lost, and what is left of the folder above with it. */
static bool
leave(struct walk *w)
{
	struct level *top = &w->stack[w->depth - 1];
	bool found = true;

	if (w->depth > 1) {
		struct level *above = top - 1;

		if (above->fd < 0)
			found = reopen(w, top, above);
		if (!found) {
			above->at = above->n;
			above->end = true;
		}
		w->path.n = above->path_len;
	}
	level_done(w, top);
	w->depth--;
	if (w->first_open + 1 > w->depth)
		w->first_open = w->depth > 0 ? w->depth - 1 : 0;
	return found;
}

/* --- one entry ------------------------------------------------------------ */

static bool
matches_one(const char *const *globs, size_t n, struct bytes path)
{
	struct bytes base = path;

	for (size_t i = path.n; i-- > 0;)
		if (path.p[i] == '/') {
			base = bytes_from(path, i + 1);
			break;
		}
	for (size_t i = 0; i < n; i++)
		if (text_glob(globs[i], base) || text_glob(globs[i], path))
			return true;
	return false;
}

static bool
excluded(const struct walk *w, bool folder)
{
	struct bytes path = buf_bytes(&w->path);

	if (matches_one(w->o->exclude, w->o->nexclude, path))
		return true;
	return !folder && w->o->nonly > 0 && !matches_one(w->o->only, w->o->nonly, path);
}

/* What is neither file nor folder: told when it was named, or when all are to be told. */
static enum err
give_special(struct walk *w, bool named, struct walk_item *out)
{
	const char *kind = sys_kind(out->st.st_mode);

	if (named)
		return give(w, out, WALK_SKIPPED, kind);
	w->ignored++;
	if (!w->o->specials || S_ISLNK(out->st.st_mode) || excluded(w, false))
		return ERR_LIMIT;
	return give(w, out, WALK_SPECIAL, kind);
}

/*
 * What lies at name in dir, opened: a file is given, a folder entered. ERR_LIMIT:
 * it was dealt with, go on. named: the user said this name himself.
 */
static enum err
visit(struct walk *w, int dir, const char *name, bool named, struct walk_item *out)
{
	unsigned follow = w->o->follow || (named && w->o->follow_roots) ? SYS_FOLLOW : 0;
	bool linked = false;

	/* looked at by a handle first: opening a device may already do something */
	if (sys_open(dir, name, SYS_PATH, &out->fd) != OK ||
	    sys_stat(out->fd, &out->st) != OK)
		return give(w, out, WALK_ERROR, sys_why());
	fd_closep(&out->fd);
	if (S_ISLNK(out->st.st_mode) && follow) {
		linked = true;
		if (sys_open(dir, name, SYS_PATH | follow, &out->fd) != OK ||
		    sys_stat(out->fd, &out->st) != OK) {
			/* a link to nothing, or to itself: there is nothing to scan */
			if (!named && (sys_code() == ENOENT || sys_code() == ELOOP)) {
				w->ignored++;
				return ERR_LIMIT;
			}
			return give(w, out, WALK_ERROR, sys_why());
		}
		fd_closep(&out->fd);
	}
	if (!S_ISREG(out->st.st_mode) && !S_ISDIR(out->st.st_mode))
		return give_special(w, named, out);
	if (excluded(w, S_ISDIR(out->st.st_mode)) && !named)
		return ERR_LIMIT;
	if (S_ISDIR(out->st.st_mode)) {
		if (sys_open(dir, name, SYS_DIR | follow, &out->fd) != OK)
			return give(w, out, WALK_ERROR, sys_why());
		enter(w, out->fd, linked);
		out->fd = -1; /* the level's now */
		return ERR_LIMIT;
	}
	if (sys_open(dir, name, follow, &out->fd) != OK ||
	    sys_stat(out->fd, &out->st) != OK)
		return give(w, out, WALK_ERROR, sys_why());
	if (S_ISREG(out->st.st_mode))
		return give(w, out, WALK_FILE, NULL);
	fd_closep(&out->fd);
	return give(w, out, WALK_ERROR, "it changed while it was opened");
}

/* The usual case in one system call less: the folder says that it is a file. */
static enum err
visit_file(struct walk *w, int dir, const char *name, struct walk_item *out)
{
	if (excluded(w, false))
		return ERR_LIMIT;
	if (sys_open(dir, name, 0, &out->fd) != OK) {
		if (sys_code() == ENOENT)
			return ERR_LIMIT; /* gone since the folder was read */
		return give(w, out, WALK_ERROR, sys_why());
	}
	if (sys_stat(out->fd, &out->st) == OK && S_ISREG(out->st.st_mode))
		return give(w, out, WALK_FILE, NULL);
	fd_closep(&out->fd);
	return give(w, out, WALK_ERROR, "it changed while it was opened");
}

static enum err
visit_entry(struct walk *w, const char *entry, struct walk_item *out)
{
	struct level *l = &w->stack[w->depth - 1];
	uint8_t type = (uint8_t)entry[0];

	w->path.n = l->path_len;
	if (l->path_len == 0 || w->o->slash || w->path.p[l->path_len - 1] != '/')
		buf_u8(&w->path, '/');
	buf_str(&w->path, entry + 1);
	if (type == DT_REG)
		return visit_file(w, l->fd, entry + 1, out);
	/* what is neither file nor folder, as far as the folder can tell */
	if (type != DT_DIR && type != DT_UNKNOWN &&
	    !(type == DT_LNK ? w->o->follow : w->o->specials)) {
		w->ignored++;
		return ERR_LIMIT;
	}
	return visit(w, l->fd, entry + 1, false, out);
}

static enum err
step(struct walk *w, struct walk_item *out)
{
	struct level *l = &w->stack[w->depth - 1];

	if (l->at < l->n)
		return visit_entry(w, (const char *)l->names.p + l->order[l->at++], out);
	w->path.n = l->path_len;
	if (!l->end) {
		if (read_names(w, l) != OK)
			return give(w, out, WALK_ERROR, sys_why());
		return ERR_LIMIT;
	}
	if (leave(w))
		return ERR_LIMIT;
	return give(w, out, WALK_ERROR, "it was moved while it was read");
}

enum err
walk_next(struct walk *w, struct walk_item *out)
{
	enum err e = ERR_LIMIT;

	out->fd = -1;
	if (w->root != NULL) {
		const char *root = w->root;

		w->root = NULL;
		buf_clear(&w->path);
		buf_str(&w->path, root);
		e = visit(w, AT_FDCWD, root, true, out);
	}
	while (e == ERR_LIMIT && w->depth > 0)
		e = step(w, out);
	return e == ERR_LIMIT ? ERR_END : e;
}
