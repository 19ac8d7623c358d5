/* fill.c - see fill.h. It runs in the room, as the room's root, with nobody else there.
 */
#include "rebuild/fill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"

#define CHUNK ((size_t)1 << 18)

/* Makes the folders of a name; those that are there already are taken as they are. */
static enum err
make_folders(int dir, const char *name)
{
	char *path = xstrdup(name);
	enum err e = OK;

	for (char *s = strchr(path, '/'); s != NULL && e == OK; s = strchr(s + 1, '/')) {
		*s = '\0';
		if (mkdirat(dir, path, 0755) != 0 && errno != EEXIST)
			e = ERR_IO;
		*s = '/';
	}
	free(path);
	return e;
}

static enum err
copy(const struct fill_tree *t, const struct fill_file *f, int to)
{
	uint8_t *room = xcalloc(1, CHUNK);
	uint8_t digest[HASH_MAX];
	struct hash h;
	uint64_t done = 0;
	enum err e = OK;

	hash_init(&h, HASH_SHA256);
	while (e == OK && done < f->size) {
		size_t want = f->size - done < CHUNK ? (size_t)(f->size - done) : CHUNK;
		size_t got = 0;

		e = sys_pread(t->bundle, room, want, f->at + done, &got);
		if (e == OK && got == 0) {
			errno = ENODATA; /* the bundle became shorter under our hands */
			e = ERR_IO;
		}
		if (e == OK)
			e = sys_write_all(to, room, got);
		hash_add(&h, (struct bytes){ room, got });
		done += got;
	}
	hash_done(&h, digest);
	free(room);
	if (e == OK && f->digest != NULL &&
	    memcmp(digest, f->digest, hash_size(HASH_SHA256)) != 0) {
		errno = EBADMSG; /* it was changed since it was checked */
		e = ERR_IO;
	}
	return e;
}

static enum err
make_file(const struct fill_tree *t, const struct fill_file *f, int dir)
{
	int64_t time = f->time != 0 ? f->time : t->time;
	const struct timespec when[2] = { { time, 0 }, { time, 0 } };
	CLEAN(fd_closep) int fd = -1;

	TRY(make_folders(dir, f->name));
	if (f->link != NULL)
		return symlinkat(f->link, dir, f->name) == 0 &&
			       utimensat(dir, f->name, when, AT_SYMLINK_NOFOLLOW) == 0
			   ? OK
			   : ERR_IO;
	if (f->folder)
		return mkdirat(dir, f->name, 0755) == 0 ? OK : ERR_IO;
	fd = openat(dir, f->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    f->exec ? 0755 : 0644);
	if (fd < 0)
		return ERR_IO;
	TRY(copy(t, f, fd));
	return futimens(fd, when) == 0 ? OK : ERR_IO;
}

/* Folders get the time, too: last, as every file made in one changes it. */
static enum err
set_folder_time(const struct fill_tree *t, const struct fill_file *f, int dir)
{
	const struct timespec when[2] = { { t->time, 0 }, { t->time, 0 } };
	char *path = xstrdup(f->name);
	enum err e = utimensat(dir, ".", when, 0) == 0 ? OK : ERR_IO;

	if (f->folder && utimensat(dir, path, when, 0) != 0)
		e = ERR_IO;
	for (char *s = strrchr(path, '/'); s != NULL && e == OK; s = strrchr(path, '/')) {
		*s = '\0';
		if (utimensat(dir, path, when, AT_SYMLINK_NOFOLLOW) != 0)
			e = ERR_IO;
	}
	free(path);
	return e;
}

typedef enum err each(const struct fill_tree *t, const struct fill_file *f, int dir);

static enum err
for_each(
    const struct fill_tree *t, bool descending, int dir, each *what, struct fill_fault *f)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct fill_file *file = &t->file[descending ? t->n - 1 - i : i];
		enum err e = what(t, file, dir);

		if (e != OK) {
			f->name = file->name;
			return e;
		}
	}
	return OK;
}

enum err
fill_make(const struct fill_tree *t, int dir, bool descending, struct fill_fault *f)
{
	mode_t before = umask(0);
	enum err e;

	*f = (struct fill_fault){ 0 };
	e = for_each(t, descending, dir, make_file, f);
	if (e == OK)
		e = for_each(t, descending, dir, set_folder_time, f);
	umask(before);
	return e;
}
