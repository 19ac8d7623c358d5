/* tree.c - see tree.h. */
#include "publish/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/sys.h"
#include "crypto/hash.h"

#define HASH_STEP 65536 /* bytes of a file that are hashed at once */

enum err
tree_open(const char *path, struct tree *out, struct fault *f)
{
	*out = (struct tree){ .name = xstrdup(path), .dir = -1 };
	if (sys_open(AT_FDCWD, path, SYS_DIR | SYS_FOLLOW, &out->dir) != OK)
		return fault_set(f, FAULT_IO, "cannot open the folder '%s': %s",
		    fault_quote(bytes_of(path)), sys_why());
	out->files = (struct files){ .dir = out->dir, .name = out->name };
	return OK;
}

void
tree_close(struct tree *t)
{
	files_done(&t->files);
	fd_closep(&t->dir);
	free(t->name);
	t->name = NULL;
}

void
tree_sweep(struct tree *t)
{
	files_sweep(&t->files, "blob");
}

/* --- files by digest --- */

static void
blob_path(const uint8_t sha256[STATEMENT_HASH], char out[FILES_PATH])
{
	char hex[2 * STATEMENT_HASH + 1];

	hash_hex(sha256, STATEMENT_HASH, hex);
	snprintf(out, FILES_PATH, "blob/%s", hex);
}

/* False: it cannot be read, and so is not what it should be. */
static bool
hash_fd(int fd, uint8_t out[HASH_MAX])
{
	uint8_t *room = xcalloc(1, HASH_STEP);
	struct hash h;
	size_t got = 1;
	enum err e = OK;

	hash_init(&h, HASH_SHA256);
	while (e == OK && got > 0) {
		e = sys_read_some(fd, room, HASH_STEP, &got);
		if (e == OK)
			hash_add(&h, (struct bytes){ room, got });
	}
	hash_done(&h, out);
	free(room);
	return e == OK;
}

bool
tree_has_blob(const struct tree *t, const struct statement_file *file)
{
	CLEAN(fd_closep) int fd = -1;
	uint8_t digest[HASH_MAX];
	char path[FILES_PATH];
	struct stat st;

	blob_path(file->sha256, path);
	return sys_open(t->dir, path, 0, &fd) == OK && sys_stat(fd, &st) == OK &&
	       S_ISREG(st.st_mode) && (uint64_t)st.st_size == file->size &&
	       hash_fd(fd, digest) && memcmp(digest, file->sha256, STATEMENT_HASH) == 0;
}

enum err
tree_put_blob(struct tree *t, struct bytes b, struct statement_file *out, struct fault *f)
{
	char path[FILES_PATH];

	out->size = b.n;
	hash_of(HASH_SHA256, b, out->sha256);
	if (tree_has_blob(t, out))
		return OK;
	blob_path(out->sha256, path);
	return files_replace(&t->files, path, b, f);
}

/* --- releases --- */

void
tree_path(enum statement_type type, struct bytes channel, uint64_t sequence,
    char out[FILES_PATH])
{
	int n = snprintf(out, FILES_PATH, "%s/%.*s/", statement_type_name(type),
	    (int)channel.n, (const char *)channel.p);

	if (sequence > 0)
		snprintf(out + n, FILES_PATH - (size_t)n, "%" PRIu64, sequence);
	else
		snprintf(out + n, FILES_PATH - (size_t)n, "latest");
}

/*
 * A number is never shown twice with two proofs: what clients have kept of it stays true.
 */
enum err
tree_show(struct tree *t, enum statement_type type, struct bytes channel,
    uint64_t sequence, struct bytes proof, struct fault *f)
{
	char path[FILES_PATH];

	tree_path(type, channel, sequence, path);
	if (sequence > 0 && faccessat(t->dir, path, F_OK, 0) == 0)
		return OK;
	return files_replace(&t->files, path, proof, f);
}

enum err
tree_read(const struct tree *t, const char *path, size_t limit, struct buf *out,
    struct fault *f)
{
	struct source_folder folder = { t->dir, t->name };
	struct log_source s = source_of_folder(&folder);
	enum err e = s.read(s.arg, path, limit, out, f);

	if (e == ERR_LIMIT)
		return fault_set(f, FAULT_TOO_LARGE,
		    "'%s/%s' has more than the %zu bytes that it may have", t->name, path,
		    limit);
	return e;
}

/* --- channels --- */

/* readdir has an order of its own; people and tests want one that stays. */
static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
tree_channels(const struct tree *t, enum statement_type type, struct tree_channels *out)
{
	int fd =
	    openat(t->dir, statement_type_name(type), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	*out = (struct tree_channels){ 0 };
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char path[FILES_PATH];

		if (!statement_channel_ok(bytes_of(e->d_name)))
			continue;
		tree_path(type, bytes_of(e->d_name), 0, path);
		if (faccessat(t->dir, path, F_OK, 0) != 0)
			continue;
		out->name = xgrow(out->name, &out->cap, out->n + 1, sizeof(*out->name));
		out->name[out->n++] = xstrdup(e->d_name);
	}
	if (d != NULL)
		closedir(d);
	sort(out->name, out->n, sizeof(*out->name), by_text);
}

void
tree_channels_done(struct tree_channels *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->name[i]);
	free(c->name);
	*c = (struct tree_channels){ 0 };
}
