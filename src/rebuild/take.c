/* take.c - see take.h. */
#include "rebuild/take.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/sys.h"
#include "crypto/hash.h"

#define FILES_MAX 100000u
#define DEPTH_MAX 64u
#define CHUNK     ((size_t)1 << 18)

struct walk {
	struct take *t;
	bool (*wanted)(void *arg, const char *name);
	void *arg;
};

int
take_scratch(void)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir != NULL && dir[0] == '/' ? dir : "/tmp",
	    O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 ? fd : memfd_create("candor-artefact", MFD_CLOEXEC);
}

/* false: theirs cannot be read. ERR_IO: ours cannot be written. */
static enum err
copy(int from, int to, struct take_file *f, bool *whole)
{
	uint8_t *room = xcalloc(1, CHUNK);
	struct hash h;
	size_t got = 1;
	enum err e = OK;

	hash_init(&h, HASH_SHA256);
	while (e == OK && got > 0) {
		if (sys_read_some(from, room, CHUNK, &got) != OK) {
			*whole = false;
			break;
		}
		hash_add(&h, (struct bytes){ room, got });
		f->size += got;
		if (to >= 0)
			e = sys_write_all(to, room, got);
	}
	hash_done(&h, f->digest);
	free(room);
	return e;
}

static void
note_odd(struct take *t, const char *name, const char *what)
{
	if (t->nodd == FILES_MAX) {
		t->whole = false;
		return;
	}
	t->odd = xgrow(t->odd, &t->odd_cap, t->nodd + 1, sizeof(*t->odd));
	t->odd[t->nodd++] = (struct take_odd){ xstrdup(name), what };
}

static const char *
odd_kind(mode_t mode)
{
	return S_ISLNK(mode)    ? "a symbolic link"
	       : S_ISFIFO(mode) ? "a fifo"
	       : S_ISSOCK(mode) ? "a socket"
	       : S_ISREG(mode)  ? "a file that cannot be read"
	       : S_ISDIR(mode)  ? "a folder that cannot be read"
				: "a device";
}

static enum err
take_file(struct walk *w, int fd, const char *name)
{
	struct take *t = w->t;
	struct take_file f = { .fd = -1 };
	enum err e;

	if (t->n == FILES_MAX) {
		t->whole = false;
		return OK;
	}
	if (w->wanted == NULL || w->wanted(w->arg, name)) {
		f.fd = take_scratch();
		if (f.fd < 0)
			return ERR_IO;
	}
	e = copy(fd, f.fd, &f, &t->whole);
	if (e != OK) {
		fd_closep(&f.fd);
		return e;
	}
	f.name = xstrdup(name);
	t->file = xgrow(t->file, &t->cap, t->n + 1, sizeof(*t->file));
	t->file[t->n++] = f;
	return OK;
}

static enum err take_folder(struct walk *w, int dir, const char *prefix, unsigned depth);

/* Opened without waiting: a fifo is a name, not a file. */
static enum err
take_entry(struct walk *w, int dir, const char *entry, const char *name, unsigned depth)
{
	CLEAN(fd_closep)
	int fd =
	    openat(dir, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fstatat(dir, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
			st.st_mode = S_IFREG;
		/* a file without permissions may be anything */
		w->t->whole = w->t->whole && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
		note_odd(w->t, name, odd_kind(st.st_mode));
		return OK;
	}
	if (S_ISREG(st.st_mode))
		return take_file(w, fd, name);
	if (S_ISDIR(st.st_mode))
		return take_folder(w, fd, name, depth + 1);
	note_odd(w->t, name, odd_kind(st.st_mode));
	return OK;
}

/* dir is borrowed; fdopendir gets a descriptor with a place in the folder of its own. */
static enum err
take_folder(struct walk *w, int dir, const char *prefix, unsigned depth)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);
	const struct dirent *e;
	bool empty = true;
	enum err r = OK;

	if (d == NULL || depth > DEPTH_MAX) {
		w->t->whole = false;
		if (d != NULL)
			closedir(d);
		return OK;
	}
	while (r == OK && (e = readdir(d)) != NULL) {
		char *name;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		empty = false;
		name = xprintf("%s%s%s", prefix, prefix[0] ? "/" : "", e->d_name);
		r = take_entry(w, dir, e->d_name, name, depth);
		free(name);
	}
	closedir(d);
	if (empty && prefix[0] != '\0')
		note_odd(w->t, prefix, "an empty folder");
	return r;
}

static int
by_name(const void *a, const void *b)
{
	const struct take_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

enum err
take_all(int out, bool (*wanted)(void *arg, const char *name), void *arg, struct take *t)
{
	struct walk w = { t, wanted, arg };
	enum err e;

	*t = (struct take){ .whole = true };
	e = take_folder(&w, out, "", 0);
	if (t->n > 1)
		sort(t->file, t->n, sizeof(*t->file), by_name);
	if (e != OK)
		take_done(t);
	return e;
}

void
take_done(struct take *t)
{
	for (size_t i = 0; i < t->n; i++) {
		fd_closep(&t->file[i].fd);
		free(t->file[i].name);
	}
	free(t->file);
	for (size_t i = 0; i < t->nodd; i++)
		free(t->odd[i].name);
	free(t->odd);
	*t = (struct take){ 0 };
}

const struct take_file *
take_find(const struct take *t, const char *name)
{
	const struct take_file key = { .name = (char *)(uintptr_t)name };

	return t->n == 0 ? NULL : bsearch(&key, t->file, t->n, sizeof(*t->file), by_name);
}

const char *
take_instead(const struct take *t, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < t->nodd; i++)
		if (strcmp(t->odd[i].name, name) == 0)
			return t->odd[i].what;
	for (size_t i = 0; i < t->n; i++)
		if (strncmp(t->file[i].name, name, n) == 0 && t->file[i].name[n] == '/')
			return "a folder";
	return NULL;
}
