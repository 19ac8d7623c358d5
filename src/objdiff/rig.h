/*
 * rig.h - for tests: programs made by the compiler, and what a comparison says of them.
 *
 * Statements become lines of text, "code|.text main|instructions differ ...", so that a
 * test asks with strstr for what must be said and with classes for what must not.
 */
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "objdiff/objdiff.h"
#include "tests/tap.h"

#define RIG_ARENA ((size_t)256 << 20)

struct rig_told {
	struct buf text;
	unsigned classes; /* bit 1 << class of each DIFF_FOUND */
	unsigned kinds;   /* bit 1 << kind */
	unsigned found;
	unsigned stop_at; /* the sink refuses the statement of this number; 0: none */
};

static inline void
rig_put(struct buf *b, struct bytes s)
{
	buf_put(b, s.p, s.n);
}

static inline enum err
rig_sink(void *arg, const struct difference *d)
{
	struct rig_told *t = arg;

	t->kinds |= 1u << d->kind;
	if (d->kind == DIFF_FOUND) {
		t->classes |= 1u << d->cls;
		t->found++;
		buf_str(&t->text, diff_class_name(d->cls));
	}
	CHECK(d->nlines <= DIFF_LINES_MAX && d->where.n <= DIFF_NAME_MAX);
	buf_str(&t->text, "|");
	rig_put(&t->text, d->where);
	buf_str(&t->text, "|");
	rig_put(&t->text, d->what);
	buf_str(&t->text, "\n");
	for (uint32_t i = 0; i < d->nlines; i++) {
		CHECK(d->lines[i].text.n <= DIFF_TEXT_MAX);
		buf_printf(&t->text, "\t%c ", " -+#"[d->lines[i].side]);
		rig_put(&t->text, d->lines[i].text);
		buf_str(&t->text, "\n");
	}
	return t->stop_at != 0 && t->found >= t->stop_at ? ERR_END : OK;
}

/* The caller does buf_done(&t->text). */
static inline enum err
rig_run_in(struct bytes a, struct bytes b, size_t budget, struct rig_told *t)
{
	struct arena arena;
	struct objdiff_opts o = {
		.arena = &arena,
		.functions = OBJDIFF_FUNCTIONS,
		.lines = OBJDIFF_LINES,
		.items = OBJDIFF_ITEMS,
	};
	struct diff_sink sink = { t, rig_sink };
	enum err e;

	arena_init(&arena, budget);
	e = objdiff_run(a, b, &o, &sink);
	arena_done(&arena);
	return e;
}

static inline enum err
rig_run(struct bytes a, struct bytes b, struct rig_told *t)
{
	return rig_run_in(a, b, RIG_ARENA, t);
}

static inline bool
rig_says(struct rig_told *t, const char *what)
{
	return strstr(buf_cstr(&t->text), what) != NULL;
}

/* A file's content, freed at the end of the test; no bytes when it cannot be read. */
static inline struct bytes
rig_read(const char *path)
{
	struct bytes none = { 0 }, copy;
	struct stat st;
	uint8_t *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0 ||
	    (p = malloc((size_t)st.st_size + 1)) == NULL) {
		if (fd >= 0)
			close(fd);
		return none;
	}
	copy.n = (size_t)read(fd, p, (size_t)st.st_size);
	copy.p = p;
	close(fd);
	copy = test_copy(copy);
	free(p);
	return copy;
}

static inline void
rig_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (CHECK(f != NULL)) {
		fputs(text, f);
		fclose(f);
	}
}

/* A folder for one test's files; "" when there is none to be had. */
struct rig_dir {
	char path[64];
};

static inline void
rig_open(struct rig_dir *d)
{
	snprintf(d->path, sizeof(d->path), "/tmp/objdiff-test-XXXXXX");
	if (!CHECK(mkdtemp(d->path) != NULL))
		d->path[0] = 0;
}

static inline void
rig_close(struct rig_dir *d)
{
	if (d->path[0] != 0)
		test_remove(d->path);
}

/*
 * Runs a line of shell in the folder, quietly; false when it failed. Only compilers and
 * binutils are run, on sources of these tests.
 */
static inline bool
rig_sh(const struct rig_dir *d, const char *command)
{
	char line[4096];
	char *argv[] = { (char *)"sh", (char *)"-c", line, NULL };
	pid_t child;
	int status;

	snprintf(
	    line, sizeof(line), "cd '%s' && { %s; } >/dev/null 2>&1", d->path, command);
	return posix_spawnp(&child, "sh", NULL, NULL, argv, environ) == 0 &&
	       waitpid(child, &status, 0) == child && status == 0;
}

static inline struct bytes
rig_file(const struct rig_dir *d, const char *name)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	return rig_read(path);
}

static inline void
rig_source(const struct rig_dir *d, const char *name, const char *text)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	rig_write(path, text);
}
