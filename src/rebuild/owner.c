/*
 * owner.c - see owner.h.
 *
 * dpkg keeps a list of paths a package in info/NAME.list or info/NAME:ARCH.list, and what
 * it knows of all packages in status (deb822). Lists name files where the package has
 * them: /lib/... is /usr/lib/... on a merged system, as the closure has it.
 */
#include "rebuild/owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/sys.h"
#include "crypto/hash.h"

#define INFO   "var/lib/dpkg/info"
#define STATUS "var/lib/dpkg/status"

/* owner[i]: the package of file i of the closure, as an index + 1. */
struct search {
	const struct closure *c;
	struct owner *out;
	size_t *owner;
	int root;
};

static FILE *
open_text(int root, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? NULL : fdopen(fd, "re");
}

static const struct closure_file *
find_file(const struct closure *c, const char *path)
{
	const struct closure_file *f = closure_find(c, path);
	char merged[4096];

	if (f != NULL)
		return f;
	if (snprintf(merged, sizeof(merged), "/usr%s", path) >= (int)sizeof(merged))
		return NULL;
	return closure_find(c, merged);
}

/* One package's list. */
static void
read_list(struct search *s, const char *file, const char *package)
{
	char *path = xprintf(INFO "/%s", file), *line = NULL;
	FILE *f = open_text(s->root, path);
	size_t cap = 0, mine = 0;
	ssize_t n;

	free(path);
	while (f != NULL && (n = getline(&line, &cap, f)) > 0) {
		const struct closure_file *hit;

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		hit = find_file(s->c, line);
		if (hit == NULL)
			continue;
		if (mine == 0) {
			struct owner *o = s->out;

			o->package =
			    xgrow(o->package, &o->cap, o->n + 1, sizeof(*o->package));
			o->package[o->n++] =
			    (struct owner_package){ .name = xstrdup(package) };
			mine = o->n;
		}
		s->owner[hit - s->c->file] = mine;
	}
	free(line);
	if (f != NULL)
		fclose(f);
}

static int
is_list(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && strcmp(e->d_name + n - 5, ".list") == 0;
}

static void
read_lists(struct search *s)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_DIRECTORY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	CLEAN(fd_closep)
	int dir = (int)syscall(SYS_openat2, s->root, INFO, &how, sizeof(how));
	struct dirent **list = NULL;
	int n = dir < 0 ? 0 : scandirat(dir, ".", &list, is_list, alphasort);

	for (int i = 0; i < n; i++) {
		char *package = xstrdup(list[i]->d_name);

		package[strlen(package) - 5] = '\0';
		read_list(s, list[i]->d_name, package);
		free(package);
		free(list[i]);
	}
	free(list);
}

/* "libc6:amd64" and "amd64" of status, or "gcc-12" and any architecture. */
static bool
is_package(const char *listed, const char *name, const char *arch)
{
	size_t n = strlen(name);

	return strncmp(listed, name, n) == 0 &&
	       (listed[n] == '\0' ||
		   (listed[n] == ':' && strcmp(listed + n + 1, arch) == 0));
}

static void
set_version(struct owner *o, char *const field[3])
{
	if (field[0] == NULL || field[1] == NULL || field[2] == NULL)
		return;
	for (size_t i = 0; i < o->n; i++) {
		struct owner_package *p = &o->package[i];

		if (p->version == NULL && is_package(p->name, field[0], field[2])) {
			p->version = xstrdup(field[1]);
			p->arch = xstrdup(field[2]);
			p->name[strlen(field[0])] = '\0';
			return;
		}
	}
}

static void
read_status(struct search *s)
{
	static const char *const names[3] = {
		"Package: ", "Version: ", "Architecture: "
	};
	FILE *f = open_text(s->root, STATUS);
	char *line = NULL, *field[3] = { 0 };
	size_t cap = 0;
	ssize_t n = 0;

	while (f != NULL && n >= 0) {
		n = getline(&line, &cap, f);
		if (n > 0 && line[n - 1] == '\n')
			line[--n] = '\0';
		for (size_t i = 0; i < 3 && n > 0; i++)
			if (strncmp(line, names[i], strlen(names[i])) == 0) {
				free(field[i]);
				field[i] = xstrdup(line + strlen(names[i]));
			}
		if (n > 0)
			continue;
		set_version(s->out, field); /* a blank line or the end */
		for (size_t i = 0; i < 3; i++) {
			free(field[i]);
			field[i] = NULL;
		}
	}
	free(line);
	if (f != NULL)
		fclose(f);
}

static void
add_digest(struct search *s, size_t package)
{
	struct owner_package *p = &s->out->package[package];
	char hex[2 * CLOSURE_DIGEST + 1];
	struct buf text = { 0 };

	for (size_t i = 0; i < s->c->n; i++) {
		if (s->owner[i] != package + 1)
			continue;
		hash_hex(s->c->file[i].digest, CLOSURE_DIGEST, hex);
		buf_printf(&text, "%s  %s\n", hex, s->c->file[i].name);
		p->files++;
	}
	hash_of(HASH_SHA256, buf_bytes(&text), p->digest);
	buf_done(&text);
}

static int
by_name(const void *a, const void *b)
{
	const struct owner_package *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Files that no package can have: dpkg's own lists, and what the room made itself. */
static bool
is_expected(const char *name)
{
	static const char *const made[] = { "/etc/group", "/etc/hostname", "/etc/hosts",
		"/etc/ld.so.cache", "/etc/nsswitch.conf", "/etc/passwd" };

	for (size_t i = 0; i < COUNT(made); i++)
		if (strcmp(name, made[i]) == 0)
			return true;
	return strncmp(name, "/var/lib/dpkg/", 14) == 0;
}

void
owner_find(const struct closure *c, int root, struct owner *out)
{
	struct search s = { c, out, xcalloc(c->n + 1, sizeof(size_t)), root };

	*out = (struct owner){ .nobody = xcalloc(c->n + 1, sizeof(size_t)) };
	read_lists(&s);
	read_status(&s);
	for (size_t i = 0; i < out->n; i++)
		add_digest(&s, i);
	for (size_t i = 0; i < c->n; i++)
		if (s.owner[i] == 0 && c->file[i].name[0] == '/' &&
		    !is_expected(c->file[i].name))
			out->nobody[out->nobodies++] = i;
	if (out->n > 1)
		sort(out->package, out->n, sizeof(*out->package), by_name);
	free(s.owner);
}

void
owner_done(struct owner *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->package[i].name);
		free(o->package[i].version);
		free(o->package[i].arch);
	}
	free(o->package);
	free(o->nobody);
	*o = (struct owner){ 0 };
}
