/* closure.c - see closure.h. */
#include "rebuild/closure.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/sys.h"
#include "crypto/hash.h"

#define CHUNK ((size_t)1 << 18)

/* In the room, and never out of it by a link. */
static int
open_in(int root, const char *name)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, root, name, &how, sizeof(how));
}

/* Is it below base's folder of that name? Then *rest is the name to be known by. */
static bool
below(const char *name, const char *base, const char *folder, const char **rest)
{
	size_t b = strlen(base), f = strlen(folder);

	if (strncmp(name, base, b) != 0 || name[b] != '/' ||
	    strncmp(name + b + 1, folder, f) != 0 || name[b + 1 + f] != '/')
		return false;
	*rest = name + b + 1;
	return true;
}

/* The name in the closure; NULL: not an input, but what the build made or the kernel. */
static const char *
name_of(const char *name, const char *base)
{
	static const char *const made[] = { "/tmp/", "/var/tmp/", "/dev/", "/proc/",
		"/sys/", "/candor/" };
	const char *rest;
	size_t b = strlen(base);

	if (name[0] != '/')
		return NULL; /* a pipe or a socket */
	if (below(name, base, "source", &rest) || below(name, base, "recipe", &rest))
		return rest;
	if (strncmp(name, base, b) == 0 && name[b] == '/')
		return NULL;
	for (size_t i = 0; i < COUNT(made); i++)
		if (strncmp(name, made[i], strlen(made[i])) == 0)
			return NULL;
	return name;
}

static bool
hash_file(int fd, uint8_t digest[CLOSURE_DIGEST])
{
	uint8_t *room = xcalloc(1, CHUNK);
	struct hash h;
	size_t got = 1;
	bool ok = true;

	hash_init(&h, HASH_SHA256);
	while (ok && got > 0) {
		ok = sys_read_some(fd, room, CHUNK, &got) == OK;
		if (ok)
			hash_add(&h, (struct bytes){ room, got });
	}
	hash_done(&h, digest);
	free(room);
	return ok;
}

static bool
is_same(const struct closure_file *a, const struct closure_file *b)
{
	return a != NULL && a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->changed == b->changed;
}

struct input {
	uint32_t file;           /* in the flow */
	const char *path, *name; /* in the room, and in the closure */
};

/* false: it cannot be read any more. */
static bool
add_file(
    struct closure *c, const struct input *in, int root, const struct closure *before)
{
	CLEAN(fd_closep) int fd = open_in(root, in->path);
	struct closure_file f = { .file = in->file };
	const struct closure_file *known;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode))
		return true; /* a folder that was opened to be listed */
	f.dev = st.st_dev;
	f.ino = st.st_ino;
	f.size = (uint64_t)st.st_size;
	f.changed = st.st_ctim.tv_sec * INT64_C(1000000000) + st.st_ctim.tv_nsec;
	known = before != NULL ? closure_find(before, in->name) : NULL;
	if (is_same(known, &f))
		memcpy(f.digest, known->digest, sizeof(f.digest));
	else if (!hash_file(fd, f.digest))
		return false;
	f.name = xstrdup(in->name);
	c->file = xgrow(c->file, &c->cap, c->n + 1, sizeof(*c->file));
	c->file[c->n++] = f;
	return true;
}

static int
by_name(const void *a, const void *b)
{
	const struct closure_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
make_digest(struct closure *c)
{
	struct buf text = { 0 };

	closure_text(c, &text);
	hash_of(HASH_SHA256, buf_bytes(&text), c->digest);
	buf_done(&text);
}

void
closure_make(const struct flow *flow, int root, const char *base,
    const struct closure *before, struct closure *out)
{
	*out = (struct closure){ .complete = flow_complete(flow) };
	for (uint32_t i = 0; i < flow_files(flow); i++) {
		struct input in = { i, flow_name(flow, i), NULL };

		in.name = name_of(in.path, base);
		if (in.name == NULL || !flow_was_read(flow, i))
			continue;
		if (!add_file(out, &in, root, before))
			out->complete = false;
	}
	if (out->n > 1)
		sort(out->file, out->n, sizeof(*out->file), by_name);
	make_digest(out);
}

void
closure_done(struct closure *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->file[i].name);
	free(c->file);
	*c = (struct closure){ 0 };
}

const struct closure_file *
closure_find(const struct closure *c, const char *name)
{
	const struct closure_file key = { .name = (char *)(uintptr_t)name };

	return c->n == 0 ? NULL : bsearch(&key, c->file, c->n, sizeof(*c->file), by_name);
}

/* As coreutils: a name with a newline or a backslash is escaped, and its line marked. */
static void
put_name(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == '\\')
			buf_str(out, "\\\\");
		else if (*name == '\n')
			buf_str(out, "\\n");
		else if (*name == '\r')
			buf_str(out, "\\r");
		else
			buf_u8(out, (uint8_t)*name);
	}
}

void
closure_text(const struct closure *c, struct buf *out)
{
	char hex[2 * CLOSURE_DIGEST + 1];

	for (size_t i = 0; i < c->n; i++) {
		hash_hex(c->file[i].digest, CLOSURE_DIGEST, hex);
		buf_printf(out, "%s%s  ",
		    strpbrk(c->file[i].name, "\\\n\r") != NULL ? "\\" : "", hex);
		put_name(out, c->file[i].name);
		buf_u8(out, '\n');
	}
}

size_t
closure_origin(const struct closure *c, struct flow *flow, const char *base,
    const char *artefact, uint8_t *mark)
{
	char *path = xprintf("%s/out/%s", base, artefact);
	uint8_t *files = xcalloc(flow_files(flow) + 1, 1);
	size_t n = 0;

	flow_origin(flow, path, files);
	for (size_t i = 0; i < c->n; i++) {
		mark[i] = files[c->file[i].file];
		n += mark[i];
	}
	free(files);
	free(path);
	return n;
}

/* The folders of PATH that both worlds have (room_init.c). */
bool
closure_has_program(const struct closure *c, int root, const char *name)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/sbin", "/sbin" };
	struct stat st;
	bool found = false;

	for (size_t i = 0; i < COUNT(folders) && !found; i++) {
		char *path = xprintf("%s/%s", folders[i], name);
		CLEAN(fd_closep) int fd = open_in(root, path);

		free(path);
		found = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	}
	for (size_t i = 0; i < c->n && found; i++)
		if (c->file[i].dev == st.st_dev && c->file[i].ino == st.st_ino)
			return true;
	return false;
}
