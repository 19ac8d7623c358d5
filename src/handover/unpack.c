/* unpack.c - see unpack.h. */
#include "handover/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "handover/below.h"
#include "handover/layout.h"

struct unpacking {
	const struct bundle *b;
	const struct unpack_want *w;
	int dir;
	uint64_t done, total;
	int file; /* that is being written */
	struct fault *f;
};

static enum err
cannot(const struct unpacking *u, struct bytes name)
{
	return fault_set(
	    u->f, FAULT_IO, "cannot write '%s': %s", fault_quote(name), sys_why());
}

static enum err
to_file(void *arg, struct bytes b)
{
	struct unpacking *u = arg;

	if (sys_write_all(u->file, b.p, b.n) != OK)
		return fault_set(u->f, FAULT_IO, "cannot write: %s", sys_why());
	u->done += b.n;
	if (u->w->progress != NULL)
		u->w->progress(u->w->arg, "unpacking", u->done, u->total);
	return OK;
}

/* The name on disk; no bytes: this one is not asked for. */
static struct bytes
place_of(const struct unpacking *u, struct bytes name)
{
	struct bytes rest = { 0 };

	if (u->w->folder == NULL)
		return name;
	(void)layout_below(name, u->w->folder, &rest);
	return rest;
}

static enum err
write_member(struct unpacking *u, const struct bundle_member *m, struct bytes name)
{
	CLEAN(fd_closep) int fd = -1;
	struct bundle_sink to = { u, to_file };
	struct buf path = { 0 };
	enum err e = below_folders(u->dir, name, false);

	buf_put(&path, name.p, name.n);
	if (e == OK)
		e = below_create(u->dir, buf_cstr(&path), m->exec ? 0777 : 0666, &fd);
	buf_done(&path);
	if (e != OK)
		return cannot(u, name);
	u->file = fd;
	return bundle_pour(u->b, m, &to, u->f);
}

static enum err
write_members(struct unpacking *u)
{
	for (size_t i = 0; i < u->b->n; i++)
		if (place_of(u, u->b->member[i].name).n > 0)
			u->total = num_add(u->total, u->b->member[i].size);
	for (size_t i = 0; i < u->b->n; i++) {
		struct bytes name = place_of(u, u->b->member[i].name);

		if (name.n > 0)
			TRY(write_member(u, &u->b->member[i], name));
	}
	return OK;
}

/* The name of a folder or link, below source/ or as it is. */
static struct bytes
in_source(const struct unpacking *u, struct bytes name, struct buf *hold)
{
	if (u->w->folder != NULL)
		return name;
	buf_clear(hold);
	buf_str(hold, LAYOUT_SOURCE);
	buf_put(hold, name.p, name.n);
	return buf_bytes(hold);
}

static enum err
write_folders_and_links(struct unpacking *u)
{
	const struct list_links *l = &u->b->links;
	struct buf hold = { 0 };
	enum err e = OK;

	if (u->w->folder != NULL && strcmp(u->w->folder, LAYOUT_SOURCE) != 0)
		return OK;
	for (size_t i = 0; i < u->b->folders.n && e == OK; i++) {
		struct bytes name = in_source(u, u->b->folders.name[i], &hold);

		if (below_folders(u->dir, name, true) != OK)
			e = cannot(u, name);
	}
	for (size_t i = 0; i < l->names.n && e == OK; i++) {
		struct bytes name = in_source(u, l->names.name[i], &hold);

		if (below_folders(u->dir, name, false) != OK ||
		    below_link(u->dir, name, l->target[i]) != OK)
			e = cannot(u, name);
	}
	buf_done(&hold);
	return e;
}

enum err
unpack_into(const struct bundle *b, const struct unpack_want *w, int dir, struct fault *f)
{
	struct unpacking u = { .b = b, .w = w, .dir = dir, .file = -1, .f = f };

	TRY(write_members(&u));
	return write_folders_and_links(&u);
}

/* --- a new folder --------------------------------------------------------------- */

static enum err
exists(const char *dir, struct fault *f)
{
	return fault_set(f, FAULT_EXISTS,
	    "'%s' is there already, and nothing is overwritten",
	    fault_quote(bytes_of(dir)));
}

/* "DIR.1a2b3c4d", which nobody else has, beside it. */
static enum err
make_folder(const char *dir, char **temp, int *fd, struct fault *f)
{
	uint8_t random[4];
	char hex[2 * sizeof(random) + 1];
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	sign_random(random, sizeof(random));
	hash_hex(random, sizeof(random), hex);
	*temp = xprintf("%.*s.%s", (int)n, dir, hex);
	if (mkdir(*temp, 0777) == 0 && sys_open(AT_FDCWD, *temp, SYS_DIR, fd) == OK)
		return OK;
	return fault_set(f, FAULT_IO, "cannot make the folder '%s': %s",
	    fault_quote(bytes_of(*temp)), sys_why());
}

enum err
unpack_bundle(const struct bundle *b, const struct unpack_want *w, struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	struct stat st;
	char *temp = NULL;
	enum err e;

	if (lstat(w->dir, &st) == 0)
		return exists(w->dir, f);
	e = make_folder(w->dir, &temp, &fd, f);
	if (e == OK)
		e = unpack_into(b, w, fd, f);
	if (e == OK && renameat2(AT_FDCWD, temp, AT_FDCWD, w->dir, RENAME_NOREPLACE) != 0)
		e = sys_code() == EEXIST
			? exists(w->dir, f)
			: fault_set(f, FAULT_IO, "cannot make the folder '%s': %s",
			      fault_quote(bytes_of(w->dir)), sys_why());
	if (e != OK && fd >= 0) {
		below_empty(fd);
		(void)rmdir(temp);
	}
	free(temp);
	return e;
}
