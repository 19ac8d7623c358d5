/*
 * sources.c - what the user called rules, one source after the other, numbered as the
 * worker counts them.
 *
 * Whatever an include names is opened here, by rules of this file: relative to who
 * includes, regular files of a sensible size, DEPTH_MAX deep; an archive's or a
 * release's text includes what came with it and no file of this machine.
 */
#include "cli/sources.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/msg.h"
#include "cli/walk.h"

#define SOURCE_MAX (512u << 20)
#define DEPTH_MAX  64 /* of includes in includes; YARA has 16 */

/* An archive among the rules: its files come as if they lay in a folder of its name. */
struct packed {
	char *name;
	int fd; /* -1: the archive is somebody else's */
	struct archive own;
	const struct archive *archive;
	size_t at; /* the next member */
};

struct source {
	char *path;
	unsigned depth, from; /* from: 1 + the number of the one that includes it */
	bool held;            /* one of those that were handed over as text */
	const struct packed *in;
	const struct archive_member *member;
};

struct sources {
	const char *const *rules;
	size_t nrules;
	const struct job_source *held;
	size_t nheld, at_held;
	struct source *source; /* by number, includes too */
	size_t n, cap;
	size_t at; /* the next of rules */
	char *ns;  /* of the argument being read */
	struct walk *walk;
	bool walking;
	struct packed **packed; /* in the order in which they came */
	size_t npacked, packed_cap;
	struct packed *reading; /* the one whose files are being given */
	bool failed;            /* something could not be opened: told */
};

struct sources *
sources_new(const char *const *rules, size_t n)
{
	static const char *const only[] = { "*.yar", "*.yara" };
	static const struct walk_opts folders = {
		.follow = true, .only = only, .nonly = 2
	};
	struct sources *s = xcalloc(1, sizeof(*s));

	s->rules = rules;
	s->nrules = n;
	s->walk = walk_new(&folders);
	return s;
}

static struct packed *
add_packed(struct sources *s, const char *name)
{
	struct packed *p = xcalloc(1, sizeof(*p));

	*p = (struct packed){ .name = xstrdup(name), .fd = -1 };
	s->packed =
	    xgrow(s->packed, &s->packed_cap, s->npacked + 1, sizeof(struct packed *));
	s->packed[s->npacked++] = p;
	return p;
}

struct sources *
sources_of_archive(const struct archive *a, const char *name)
{
	struct sources *s = sources_new(NULL, 0);

	s->reading = add_packed(s, name);
	s->reading->archive = a;
	return s;
}

void
sources_free(struct sources *s)
{
	for (size_t i = 0; i < s->npacked; i++) {
		struct packed *p = s->packed[i];

		if (p->fd >= 0)
			archive_done(&p->own);
		fd_closep(&p->fd);
		free(p->name);
		free(p);
	}
	for (size_t i = 0; i < s->n; i++)
		free(s->source[i].path);
	walk_free(s->walk);
	free(s->packed);
	free(s->source);
	free(s->ns);
	free(s);
}

void
sources_hold(struct sources *s, const struct job_source *held, size_t n)
{
	s->held = held;
	s->nheld = n;
}

unsigned
sources_count(const struct sources *s)
{
	return (unsigned)s->n;
}

const char *
sources_path(const struct sources *s, unsigned i)
{
	return i < s->n ? s->source[i].path : "rules";
}

const struct archive_member *
sources_member(const struct sources *s, unsigned i)
{
	return i < s->n ? s->source[i].member : NULL;
}

bool
sources_failed(const struct sources *s)
{
	return s->failed;
}

/* Takes path. */
static struct source *
add_source(struct sources *s, char *path, unsigned depth, unsigned from)
{
	s->source = xgrow(s->source, &s->cap, s->n + 1, sizeof(*s->source));
	s->source[s->n] = (struct source){ .path = path, .depth = depth, .from = from };
	return &s->source[s->n++];
}

/* 1 + the number of the source of that name which includes source number from, or 0. */
static unsigned
find_outer(const struct sources *s, unsigned from, const char *path)
{
	for (unsigned i = from + 1; i != 0; i = s->source[i - 1].from)
		if (strcmp(s->source[i - 1].path, path) == 0)
			return i;
	return 0;
}

static void
complain(struct sources *s, const char *path, const char *why)
{
	msg_error("cannot read the rules in '%s': %s", path, why);
	s->failed = true;
}

/* --- archives ------------------------------------------------------------- */

/* Opens what may be an archive. false: it is none, and nothing was said. */
static bool
open_packed(struct sources *s, const char *path)
{
	CLEAN(fd_closep) int fd = -1;
	struct archive_refusal why = { 0 };
	struct archive a;
	struct packed *p;
	struct stat st;

	if (sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) != OK || sys_stat(fd, &st) != OK ||
	    !S_ISREG(st.st_mode) || !archive_is(fd))
		return false;
	if (archive_open(fd, &archive_rules_limits, &a, &why) != OK) {
		complain(s, path, why.why ? why.why : sys_why());
		return true;
	}
	p = add_packed(s, path);
	p->own = a;
	p->archive = &p->own;
	p->fd = fd;
	fd = -1;
	s->reading = p;
	return true;
}

/* A member as a source: a part of the archive's file, which is open already. */
static enum err
give_member(struct sources *s, const struct packed *p, const struct archive_member *m,
    struct source *to, struct compile_source *out)
{
	int fd = fcntl(p->archive->fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0) {
		complain(s, p->name, "too many open files");
		return ERR_ACCESS;
	}
	to->in = p;
	to->member = m;
	*out = (struct compile_source){
		.fd = fd, .off = m->off, .size = m->size, .ns = bytes_of(s->ns)
	};
	return OK;
}

static char *
member_path(const struct packed *p, struct bytes name)
{
	return xprintf("%s/%.*s", p->name, (int)name.n, (const char *)name.p);
}

/* ERR_END: all of the archive was given. */
static enum err
next_member(struct sources *s, struct compile_source *out)
{
	struct packed *p = s->reading;

	while (p->at < p->archive->n) {
		const struct archive_member *m = &p->archive->member[p->at++];

		if (!archive_is_rules(m->name))
			continue;
		return give_member(
		    s, p, m, add_source(s, member_path(p, m->name), 0, 0), out);
	}
	s->reading = NULL;
	return ERR_END;
}

/* An include of an archive's file is of the same archive, or it is not there. */
static enum err
include_member(
    struct sources *s, unsigned from, struct bytes path, struct compile_source *out)
{
	const struct source *f = &s->source[from];
	const struct packed *p = f->in;
	const struct archive_member *m = NULL;
	unsigned depth = f->depth + 1, again;
	struct buf name = { 0 };
	struct source other;
	char *full;
	enum err e;

	if (archive_resolve(f->member->name, path, &name))
		m = archive_find(p->archive, buf_bytes(&name));
	buf_done(&name);
	if (m == NULL)
		return ERR_ACCESS;
	full = member_path(p, m->name);
	again = find_outer(s, from, full);
	e = give_member(
	    s, p, m, again ? &other : add_source(s, xstrdup(full), depth, from + 1), out);
	out->again = again;
	free(full);
	return e;
}

/* --- texts ------------------------------------------------------------------ */

static enum err
give_held(const struct job_source *held, struct compile_source *out)
{
	CLEAN(fd_closep) int fd = -1;

	TRY(sys_memfd("candor-rules", &fd));
	TRY(sys_write_all(fd, held->text.p, held->text.n));
	TRY(sys_seal(fd));
	*out = (struct compile_source){ .fd = fd, .size = held->text.n };
	fd = -1;
	return OK;
}

static enum err
next_held(struct sources *s, struct compile_source *out)
{
	const struct job_source *held = &s->held[s->at_held++];

	TRY(give_held(held, out));
	add_source(s, xstrdup(held->name), 0, 0)->held = true;
	return OK;
}

/* What a release includes is in it too: no file of this machine. */
static enum err
include_held(
    struct sources *s, unsigned from, const char *name, struct compile_source *out)
{
	unsigned depth = s->source[from].depth + 1, again = find_outer(s, from, name);

	for (size_t i = 0; i < s->nheld; i++) {
		if (strcmp(s->held[i].name, name) != 0)
			continue;
		TRY(give_held(&s->held[i], out));
		out->again = again;
		if (again == 0)
			add_source(s, xstrdup(name), depth, from + 1)->held = true;
		return OK;
	}
	return ERR_ACCESS;
}

/* --- files and folders ------------------------------------------------------ */

/* A file that could hold rules: regular, and of a size that makes sense. */
static const char *
unfit(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return sys_kind(st->st_mode);
	return st->st_size > SOURCE_MAX ? "larger than 512 MB" : NULL;
}

/*
 * "ns:path", unless something of the whole name is there: its path, and ns set.
 */
static const char *
split_ns(struct sources *s, const char *arg)
{
	const char *colon = strchr(arg, ':');

	free(s->ns);
	s->ns = NULL;
	if (colon == NULL || access(arg, F_OK) == 0)
		return arg;
	for (const char *c = arg; c < colon; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return arg;
	s->ns = xprintf("%.*s", (int)(colon - arg), arg);
	return colon + 1;
}

/* One entry of the walk. ERR_ACCESS: it was no source, told; ERR_END: no more here. */
static enum err
next_file(struct sources *s, struct compile_source *out)
{
	struct walk_item item;
	const char *why;
	char *path;

	TRY(walk_next(s->walk, &item));
	path = xprintf("%.*s", (int)item.path.n, (const char *)item.path.p);
	why = item.kind == WALK_FILE ? unfit(&item.st) : item.why;
	if (why != NULL) {
		complain(s, path, why);
		free(path);
		fd_closep(&item.fd);
		return ERR_ACCESS;
	}
	add_source(s, path, 0, 0);
	*out = (struct compile_source){
		.fd = item.fd, .size = (uint64_t)item.st.st_size, .ns = bytes_of(s->ns)
	};
	return OK;
}

enum err
sources_next(void *arg, struct compile_source *out)
{
	struct sources *s = arg;

	if (s->at_held < s->nheld)
		return next_held(s, out);
	for (;;) {
		enum err e = s->reading != NULL ? next_member(s, out)
			     : s->walking       ? next_file(s, out)
						: ERR_END;

		if (e == OK)
			return OK;
		if (e != ERR_END)
			continue;
		s->walking = false;
		if (s->at == s->nrules)
			return ERR_END;

		const char *path = split_ns(s, s->rules[s->at++]);

		if (open_packed(s, path))
			continue;
		walk_begin(s->walk, path);
		s->walking = true;
	}
}

/* Relative to the folder of the including file, as YARA has it. */
static char *
include_path(const char *from, struct bytes path)
{
	const char *slash = strrchr(from, '/');
	int dir = slash ? (int)(slash - from) + 1 : 0;

	if (path.n == 0 || path.n > 4096 || memchr(path.p, '\0', path.n) != NULL)
		return NULL;
	if (path.p[0] == '/')
		dir = 0;
	return xprintf("%.*s%.*s", dir, from, (int)path.n, (const char *)path.p);
}

/*
 * The worker asks, we open: with the same care as everything, and never beyond
 * a regular file of a sensible size.
 */
static enum err
include_file(
    struct sources *s, unsigned from, struct bytes path, struct compile_source *out)
{
	unsigned depth = s->source[from].depth + 1;
	char *name = include_path(s->source[from].path, path);
	struct stat st;
	int fd = -1;

	if (name == NULL)
		return ERR_ACCESS;
	if (s->source[from].held) {
		enum err e = include_held(s, from, name, out);

		free(name);
		return e;
	}
	if (sys_open(AT_FDCWD, name, SYS_FOLLOW, &fd) == OK && sys_stat(fd, &st) == OK &&
	    unfit(&st) == NULL) {
		unsigned again = find_outer(s, from, name);

		if (again == 0)
			add_source(s, xstrdup(name), depth, from + 1);
		*out = (struct compile_source){
			.fd = fd, .size = (uint64_t)st.st_size, .again = again
		};
		free(name);
		return OK;
	}
	fd_closep(&fd);
	free(name);
	return ERR_ACCESS;
}

enum err
sources_include(void *arg, unsigned from, struct bytes path, struct compile_source *out)
{
	struct sources *s = arg;

	if (s->source[from].depth >= DEPTH_MAX)
		return ERR_ACCESS;
	if (s->source[from].in != NULL)
		return include_member(s, from, path, out);
	return include_file(s, from, path, out);
}
