/*
 * reform.c - see reform.h. Nothing is written before the worker's new text is here,
 * whole, and differs; then one rename puts it in the old one's place, with its mode and
 * owner.
 */
#include "cli/reform.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/msg.h"
#include "cli/sources.h"
#include "cli/unified.h"
#include "sandbox/compile.h"

#define MEMORY       (1ull << 30)
#define MEMORY_EXTRA (512ull << 20) /* libc, the text being written */
#define TEXT_MAX     (512u << 20)

/* One file on its way. */
struct text {
	struct reform *r;
	const char *path; /* "-": stdin */
	int fd;
	uint64_t size;
	bool sent;
	struct buf before, after;
};

static enum err
next_source(void *arg, struct compile_source *out)
{
	struct text *t = arg;
	int fd = t->sent ? -1 : dup(t->fd);

	if (t->sent)
		return ERR_END;
	if (fd < 0)
		return ERR_IO;
	*out = (struct compile_source){ .fd = fd, .size = t->size };
	t->sent = true;
	return OK;
}

/* Includes are files of their own, and have their own turn. */
static enum err
no_include(void *arg, unsigned from, struct bytes path, struct compile_source *out)
{
	(void)arg;
	(void)from;
	(void)path;
	(void)out;
	return ERR_ACCESS;
}

static void
on_diag(void *arg, const struct diag *d, unsigned source)
{
	struct text *t = arg;

	(void)source;
	show_diag(t->r->show, d, t->path);
}

static void
on_text(void *arg, struct bytes text)
{
	struct text *t = arg;

	buf_put(&t->after, text.p, text.n);
}

static enum err
ask_worker(struct text *t)
{
	struct compile_job c = {
		.program = t->r->program,
		.opts = t->r->opts,
		.timeout_ms = t->r->timeout_ms,
		.arg = t,
		.next = next_source,
		.include = no_include,
		.diag = on_diag,
		.explain = on_text,
	};
	char why[COMPILE_WHY];
	uint64_t size;
	int none;
	enum err e;

	if (c.opts.memory == 0)
		c.opts.memory = MEMORY;
	c.opts.flags |= WIRE_NO_DATABASE;
	c.data_limit = c.opts.memory + MEMORY_EXTRA;
	e = compile_run(&c, &none, &size, why);
	if (e != OK && e != ERR_SYNTAX)
		msg_error("cannot read the rules in '%s': %s", t->path,
		    why[0] ? why : err_name(e));
	return e;
}

/* To the file itself when path is a link; with the mode and owner it has. */
static enum err
put_in_place(const struct text *t)
{
	char *real = realpath(t->path, NULL);
	struct sys_atomic a;
	struct stat st;
	enum err e = real ? sys_atomic_open(&a, real) : ERR_IO;

	if (e == OK) {
		e = sys_stat(t->fd, &st);
		/* who may not give files away keeps it; the mode comes last: chown clears
		 * bits of it */
		if (e == OK && fchown(a.fd, st.st_uid, st.st_gid) != 0)
			e = OK;
		if (e == OK && fchmod(a.fd, st.st_mode & 07777) != 0)
			e = ERR_IO;
		if (e == OK)
			e = sys_write_all(a.fd, t->after.p, t->after.n);
		if (e == OK)
			e = sys_atomic_commit(&a);
	}
	if (e != OK)
		msg_error("cannot write '%s': %s", t->path, sys_why());
	if (real != NULL)
		sys_atomic_drop(&a);
	free(real);
	return e;
}

static void
say(struct text *t)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s\n", t->path);
	show_stdout(t->r->show, &b);
}

static void
show_change(struct text *t)
{
	struct buf b = { 0 };

	unified(&b, t->path, buf_bytes(&t->before), buf_bytes(&t->after),
	    isatty(STDOUT_FILENO));
	show_stdout(t->r->show, &b);
}

static void
deliver(struct text *t)
{
	bool same = bytes_eq(buf_bytes(&t->before), buf_bytes(&t->after));
	bool is_stdin = strcmp(t->path, "-") == 0;
	struct reform *r = t->r;

	r->changed += !same;
	if (is_stdin && r->how == REFORM_WRITE) {
		show_stdout(r->show, &t->after);
		return;
	}
	if (same)
		return;
	switch (r->how) {
	case REFORM_LIST: say(t); break;
	case REFORM_DIFF: show_change(t); break;
	case REFORM_WRITE:
		if (put_in_place(t) != OK)
			r->failed++;
		else if (r->loud)
			say(t);
		break;
	}
}

/* Takes fd. */
static void
reform_file(struct reform *r, const char *path, int fd, uint64_t size)
{
	struct text t = { .r = r, .path = path, .fd = fd, .size = size };
	enum err e = sys_read_all(fd, &t.before, TEXT_MAX);

	if (e != OK)
		msg_error("cannot read '%s': %s", path,
		    e == ERR_LIMIT ? "larger than 512 MB" : sys_why());
	/* what the worker is shown is what was read here: else it is not the same file */
	if (e == OK && t.before.n != size) {
		msg_error("'%s' changed while it was read", path);
		e = ERR_IO;
	}
	if (e == OK)
		e = ask_worker(&t);
	if (e == OK)
		deliver(&t);
	r->wrong += e == ERR_SYNTAX;
	r->failed += e != OK && e != ERR_SYNTAX;
	buf_done(&t.before);
	buf_done(&t.after);
	fd_closep(&fd);
}

static void
reform_stdin(struct reform *r)
{
	struct buf all = { 0 };
	int fd = -1;
	enum err e = sys_read_all(STDIN_FILENO, &all, TEXT_MAX);

	if (e == OK && (e = sys_memfd("candor-rules", &fd)) == OK)
		e = sys_write_all(fd, all.p, all.n);
	if (e == OK && lseek(fd, 0, SEEK_SET) != 0)
		e = ERR_IO;
	if (e == OK) {
		reform_file(r, "-", fd, all.n);
	} else {
		msg_error("cannot read standard input: %s",
		    e == ERR_LIMIT ? "larger than 512 MB" : sys_why());
		r->failed++;
		fd_closep(&fd);
	}
	buf_done(&all);
}

static void
reform_sources(struct reform *r, const char *const *name)
{
	struct sources *s = sources_new(name, 1);
	struct compile_source c;

	while (sources_next(s, &c) == OK) {
		unsigned i = sources_count(s) - 1;

		if (sources_member(s, i) == NULL) {
			reform_file(r, sources_path(s, i), c.fd, c.size);
			continue;
		}
		msg_error("'%s' is in an archive: unpack it first", sources_path(s, i));
		r->failed++;
		close(c.fd);
		break;
	}
	r->failed += sources_failed(s);
	sources_free(s);
}

void
reform_run(struct reform *r)
{
	for (size_t i = 0; i < r->nrules; i++) {
		if (strcmp(r->rules[i], "-") == 0)
			reform_stdin(r);
		else
			reform_sources(r, &r->rules[i]);
	}
}
