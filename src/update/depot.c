/* depot.c - see depot.h. Every name is below a folder that is held open. */
#include "update/depot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sys.h"

#define RELEASES  "releases"
#define SEEN      "seen"
#define UNDONE    "." /* what begins so is not finished */
#define FILES_MAX 8   /* of one release */

static enum err
cannot(struct fault *f, const struct depot *s, const char *what, const char *name)
{
	return fault_set(
	    f, FAULT_IO, "cannot %s '%s/%s': %s", what, s->path, name, sys_reason(errno));
}

/* --- opening --- */

/* All folders of the path, as mkdir -p. */
static void
make_folders(const char *path)
{
	char *p = xstrdup(path);

	for (char *slash = strchr(p + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(p, 0755);
		*slash = '/';
	}
	mkdir(p, 0755);
	free(p);
}

static enum err
take_lock(struct depot *s, struct fault *f)
{
	s->lock = openat(s->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (s->lock < 0)
		return cannot(f, s, "make", "lock");
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return OK;
	return fault_set(f, FAULT_BUSY,
	    "another update is at work on '%s'; this one did nothing", s->path);
}

static enum err
open_parts(struct depot *s, bool to_write, struct fault *f)
{
	s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0 && errno == ENOENT && !to_write)
		return ERR_END;
	if (s->dir < 0)
		return cannot(f, s, "open", "");
	if (to_write) {
		TRY(take_lock(s, f));
		mkdirat(s->dir, RELEASES, 0755);
	}
	s->releases = openat(s->dir, RELEASES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->releases >= 0)
		return OK;
	return to_write ? cannot(f, s, "open", RELEASES) : ERR_END;
}

enum err
depot_open(const char *state, const char *channel, bool to_write, struct depot *out,
    struct fault *f)
{
	struct depot s = { -1, -1, -1, xprintf("%s/%s", state, channel) };
	enum err e;

	if (to_write)
		make_folders(s.path);
	e = open_parts(&s, to_write, f);
	if (e != OK)
		depot_close(&s);
	else
		*out = s;
	return e;
}

void
depot_close(struct depot *s)
{
	fd_closep(&s->dir);
	fd_closep(&s->releases);
	fd_closep(&s->lock);
	free(s->path);
	s->path = NULL;
}

/* --- single files --- */

static enum err
read_file(int dir, const char *name, size_t limit, struct buf *out)
{
	CLEAN(fd_closep) int fd = -1;

	TRY(sys_open(dir, name, 0, &fd));
	return sys_read_all(fd, out, limit);
}

/* On the disk, not only in its cache, before anything points to it. */
static enum err
close_synced(int fd)
{
	bool good = fsync(fd) == 0;

	return close(fd) == 0 && good ? OK : ERR_IO;
}

static int
create(int dir, const char *name)
{
	return openat(
	    dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
}

static enum err
write_file(int dir, const char *name, struct bytes content)
{
	int fd = create(dir, name);
	enum err e, closed;

	if (fd < 0)
		return ERR_IO;
	e = sys_write_all(fd, content.p, content.n);

	int why = errno;

	closed = close_synced(fd);
	if (e != OK)
		errno = why;
	return e != OK ? e : closed;
}

enum err
depot_get_seen(const struct depot *s, struct seen *out, struct fault *f)
{
	struct buf b = { 0 };
	enum err e = OK;

	*out = (struct seen){ 0 };
	if (faccessat(s->dir, SEEN, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
		return OK;
	if (read_file(s->dir, SEEN, SEEN_TEXT, &b) != OK)
		e = cannot(f, s, "read", SEEN);
	if (e == OK)
		e = seen_parse(buf_bytes(&b), out, f);
	buf_done(&b);
	return e;
}

enum err
depot_put_seen(const struct depot *s, const struct seen *seen, struct fault *f)
{
	struct buf b = { 0 };
	enum err e;

	seen_print(seen, &b);
	e = write_file(s->dir, UNDONE SEEN, buf_bytes(&b));
	buf_done(&b);
	if (e == OK && renameat(s->dir, UNDONE SEEN, s->dir, SEEN) == 0 &&
	    fsync(s->dir) == 0)
		return OK;
	e = cannot(f, s, "write", SEEN);
	unlinkat(s->dir, UNDONE SEEN, 0);
	return e;
}

/* --- releases --- */

static enum err
open_release(
    const struct depot *s, const char *name, struct depot_release *out, struct fault *f)
{
	struct depot_release r = { .dir = -1 };
	struct buf b = { 0 };
	enum err e;

	snprintf(r.name, sizeof(r.name), "%s", name);
	r.dir =
	    openat(s->releases, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (r.dir < 0)
		return cannot(f, s, "open", name);
	e = depot_read(&r, DEPOT_ABOUT, ABOUT_TEXT, &b, f);
	if (e == OK)
		e = about_parse(buf_bytes(&b), &r.about, f);
	buf_done(&b);
	if (e != OK)
		depot_release_close(&r);
	else
		*out = r;
	return e;
}

enum err
depot_current(const struct depot *s, struct depot_release *out, struct fault *f)
{
	char to[DEPOT_NAME + sizeof(RELEASES)];
	ssize_t n = readlinkat(s->dir, "current", to, sizeof(to) - 1);

	if (n < 0 && errno == ENOENT)
		return ERR_END;
	if (n <= (ssize_t)sizeof(RELEASES) ||
	    memcmp(to, RELEASES "/", sizeof(RELEASES)) != 0)
		return fault_set(
		    f, FAULT_STATE, "'%s/current' is no link of candor's", s->path);
	to[n] = '\0';
	return open_release(s, to + sizeof(RELEASES), out, f);
}

void
depot_release_close(struct depot_release *r)
{
	fd_closep(&r->dir);
}

enum err
depot_read(const struct depot_release *r, const char *name, size_t limit, struct buf *out,
    struct fault *f)
{
	if (read_file(r->dir, name, limit, out) == OK)
		return OK;
	return fault_set(f, FAULT_STATE,
	    "the installed release '%s' is damaged: cannot read its %s: %s", r->name,
	    name, sys_why());
}

/* Gives each release that is kept to fn; what cannot be read is none. */
static void
each_release(const struct depot *s,
    void (*fn)(const struct depot *s, struct depot_release *r, void *arg), void *arg)
{
	int fd = openat(s->releases, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		fd_closep(&fd);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		struct depot_release r;
		struct fault ignored = { 0 };

		if (e->d_name[0] == '.' || strlen(e->d_name) >= DEPOT_NAME ||
		    open_release(s, e->d_name, &r, &ignored) != OK)
			continue;
		fn(s, &r, arg);
		depot_release_close(&r);
	}
	closedir(d);
}

struct choice {
	uint64_t before, sequence;
	struct depot_release best;
};

static void
choose(const struct depot *s, struct depot_release *r, void *arg)
{
	struct choice *c = arg;
	uint64_t n = r->about.sequence;

	(void)s;
	if (n >= c->before || (c->sequence != 0 && n != c->sequence) ||
	    (c->best.dir >= 0 && n <= c->best.about.sequence))
		return;
	depot_release_close(&c->best);
	c->best = *r;
	r->dir = -1;
}

enum err
depot_older(const struct depot *s, uint64_t before, uint64_t sequence,
    struct depot_release *out, struct fault *f)
{
	struct choice c = { before, sequence, { .dir = -1 } };

	(void)f;
	each_release(s, choose, &c);
	if (c.best.dir < 0)
		return ERR_END;
	*out = c.best;
	return OK;
}

/* --- making one --- */

enum err
depot_begin(const struct depot *s, struct depot_stage *out, struct fault *f)
{
	struct depot_stage g = { -1, UNDONE "new" };

	if (mkdirat(s->releases, g.name, 0755) != 0)
		return cannot(f, s, "make", RELEASES);
	g.dir = openat(s->releases, g.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (g.dir < 0)
		return cannot(f, s, "open", RELEASES);
	*out = g;
	return OK;
}

static enum err
not_written(struct fault *f, const char *name)
{
	return fault_set(f, FAULT_IO,
	    "cannot write the new release (its %s): %s; the old one stays", name,
	    sys_reason(errno));
}

enum err
depot_put(
    const struct depot_stage *g, const char *name, struct bytes content, struct fault *f)
{
	return write_file(g->dir, name, content) == OK ? OK : not_written(f, name);
}

enum err
depot_copy(
    const struct depot_stage *g, const char *name, int fd, uint64_t size, struct fault *f)
{
	void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	enum err e;

	if (p == MAP_FAILED)
		return not_written(f, name);
	e = depot_put(g, name, (struct bytes){ p, size }, f);
	munmap(p, size);
	return e;
}

/* The files of a release folder and the folder itself; nothing below is a folder. */
static void
remove_release(const struct depot *s, const char *name)
{
	int fd =
	    openat(s->releases, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (d == NULL) {
		fd_closep(&fd);
		return;
	}
	while ((e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	unlinkat(s->releases, name, AT_REMOVEDIR);
}

static bool
in_use(const struct depot *s, const char *name)
{
	struct depot_release now;
	bool same;

	if (depot_current(s, &now, NULL) != OK)
		return false;
	same = strcmp(now.name, name) == 0;
	depot_release_close(&now);
	return same;
}

enum err
depot_finish(const struct depot *s, struct depot_stage *g, const struct about *a,
    char out[DEPOT_NAME], struct fault *f)
{
	struct buf b = { 0 };
	enum err e;

	about_print(a, &b);
	e = depot_put(g, DEPOT_ABOUT, buf_bytes(&b), f);
	buf_done(&b);
	if (e != OK)
		return e;
	snprintf(out, DEPOT_NAME, "%" PRIu64 "-%02x%02x%02x%02x", a->sequence,
	    a->statement[0], a->statement[1], a->statement[2], a->statement[3]);
	/* the same release anew, for another version of candor: beside the one in use */
	if (in_use(s, out))
		memcpy(out + strlen(out), "b", 2);
	/* one of that name that is not in use is from an update that did not end */
	remove_release(s, out);
	return depot_move(s, g, out, f);
}

enum err
depot_move(
    const struct depot *s, struct depot_stage *g, const char *name, struct fault *f)
{
	if (fsync(g->dir) != 0 ||
	    renameat(s->releases, g->name, s->releases, name) != 0 ||
	    fsync(s->releases) != 0)
		return not_written(f, "folder");
	fd_closep(&g->dir);
	return OK;
}

void
depot_drop(const struct depot *s, struct depot_stage *g)
{
	if (g->dir < 0)
		return;
	fd_closep(&g->dir);
	remove_release(s, g->name);
}

enum err
depot_switch(const struct depot *s, const char *name, struct fault *f)
{
	char to[DEPOT_NAME + sizeof(RELEASES)];

	snprintf(to, sizeof(to), RELEASES "/%s", name);
	unlinkat(s->dir, UNDONE "current", 0);
	if (symlinkat(to, s->dir, UNDONE "current") == 0 &&
	    renameat(s->dir, UNDONE "current", s->dir, "current") == 0 &&
	    fsync(s->dir) == 0)
		return OK;
	return cannot(f, s, "replace", "current");
}

/* --- sweeping --- */

struct sweep {
	uint64_t current, kept[DEPOT_KEEP]; /* kept: the newest others, falling */
	const char *in_use;
};

/* First round: which ones stay. */
static void
rank(const struct depot *s, struct depot_release *r, void *arg)
{
	struct sweep *w = arg;
	uint64_t n = r->about.sequence;

	(void)s;
	if (strcmp(r->name, w->in_use) == 0)
		return;
	for (size_t i = 0; i < DEPOT_KEEP; i++)
		if (n > w->kept[i]) {
			uint64_t next = w->kept[i];

			w->kept[i] = n;
			n = next;
		}
}

static void
remove_rest(const struct depot *s, struct depot_release *r, void *arg)
{
	const struct sweep *w = arg;

	if (strcmp(r->name, w->in_use) != 0 &&
	    r->about.sequence < w->kept[DEPOT_KEEP - 1])
		remove_release(s, r->name);
}

void
depot_sweep(const struct depot *s)
{
	struct depot_release now;
	struct fault ignored = { 0 };
	struct sweep w = { .in_use = now.name };

	remove_release(s, UNDONE "new");
	unlinkat(s->dir, UNDONE SEEN, 0);
	unlinkat(s->dir, UNDONE "current", 0);
	if (depot_current(s, &now, &ignored) != OK)
		return; /* which one is in use is not known: touch none */
	each_release(s, rank, &w);
	each_release(s, remove_rest, &w);
	depot_release_close(&now);
}
