/* job_rules.c - what the user called rules: found, opened, compiled. */
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/job.h"
#include "cli/msg.h"
#include "sandbox/compile.h"
#include "sandbox/spawn.h"

#define DB_MAGIC     "CANDORDB" /* as in db/db.h, which this half does not know */
#define MEMORY       (1ull << 30)
#define MEMORY_EXTRA (512ull << 20) /* the database being written, libc */
#define SOURCE_MAX   (512u << 20)
#define DB_MAX       (2ull << 30) /* of a compiled database: it is copied to memory */
#define DEPTH_MAX    64           /* of includes in includes; YARA has 16 */

struct source {
	char *path;
	unsigned depth, from; /* from: 1 + the number of the one that includes it */
	bool held;            /* one of j->held */
};

struct loading {
	const struct job_rules *j;
	struct source *source; /* by number, includes too */
	size_t n, cap;
	size_t at;      /* the next of j->rules */
	size_t at_held; /* and of j->held */
	char *ns;       /* of the argument being read */
	struct walk *walk;
	bool walking;
	bool failed; /* something could not be opened: told */
};

void
job_db_close(struct job_db *db)
{
	fd_closep(&db->fd);
}

char *
job_worker(void)
{
	char *p = spawn_find(CANDOR_LIBEXECDIR);

	if (p != NULL)
		return p;
	msg_error("cannot find the program 'candor-worker'");
	msg_hint("it belongs beside 'candor', or in " CANDOR_LIBEXECDIR);
	return NULL;
}

char *
job_base_rules(void)
{
	char *dir = sys_exe_dir();
	char *tries[] = {
		dir ? xprintf("%s/../share/candor/rules", dir) : NULL,
		xstrdup(CANDOR_DATADIR "/rules"),
	};

	free(dir);
	return sys_first(tries, COUNT(tries), R_OK);
}

/* --- external variables --------------------------------------------------- */

/* As YARA's command line tells types apart, so that scripts go on working. */
static void
parse_value(const char *s, struct wire_ext *out)
{
	const char *digits = s + (*s == '-');
	char *end;

	out->s = bytes_of(s);
	out->type = WIRE_STR;
	if (strcmp(s, "true") == 0 || strcmp(s, "false") == 0) {
		out->type = WIRE_BOOL;
		out->i = *s == 't';
	} else if (isdigit((unsigned char)*digits)) {
		out->i = strtoll(s, &end, 10);
		if (*end == '\0')
			out->type = WIRE_INT;
		/* YARA's is_float: digits around one point */
		else if (*end == '.' && end[1 + strspn(end + 1, "0123456789")] == '\0') {
			out->type = WIRE_FLOAT;
			out->f = strtod(s, NULL);
		}
	}
}

enum err
job_external(const char *def, struct wire_ext *out)
{
	const char *eq = strchr(def, '=');

	if (eq == NULL || eq == def)
		return ERR_SYNTAX;
	*out = (struct wire_ext){ .name = { (const uint8_t *)def, (size_t)(eq - def) } };
	parse_value(eq + 1, out);
	return OK;
}

enum err
job_externals(const struct opt_list *defs, struct wire_exts *out)
{
	struct wire_ext *e = xcalloc(defs->n, sizeof(*e));

	for (size_t i = 0; i < defs->n; i++) {
		if (job_external(defs->p[i], &e[i]) == OK)
			continue;
		msg_error(
		    "external variable '%s': it must look like NAME=VALUE", defs->p[i]);
		free(e);
		return ERR_SYNTAX;
	}
	*out = (struct wire_exts){ e, (uint32_t)defs->n };
	return OK;
}

/* --- finding sources ------------------------------------------------------ */

static void
add_source(struct loading *l, const char *path, unsigned depth, unsigned from)
{
	l->source = xgrow(l->source, &l->cap, l->n + 1, sizeof(*l->source));
	l->source[l->n++] = (struct source){ xstrdup(path), depth, from, false };
}

/* 1 + the number of the source of that name which includes source number from, or 0. */
static unsigned
find_outer(const struct loading *l, unsigned from, const char *path)
{
	for (unsigned i = from + 1; i != 0; i = l->source[i - 1].from)
		if (strcmp(l->source[i - 1].path, path) == 0)
			return i;
	return 0;
}

static void
complain(struct loading *l, const char *path, const char *why)
{
	msg_error("cannot read the rules in '%s': %s", path, why);
	l->failed = true;
}

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
split_ns(struct loading *l, const char *arg)
{
	const char *colon = strchr(arg, ':');

	free(l->ns);
	l->ns = NULL;
	if (colon == NULL || access(arg, F_OK) == 0)
		return arg;
	for (const char *c = arg; c < colon; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return arg;
	l->ns = xprintf("%.*s", (int)(colon - arg), arg);
	return colon + 1;
}

static enum err
give_held(const struct job_source *s, struct compile_source *out)
{
	CLEAN(fd_closep) int fd = -1;

	TRY(sys_memfd("candor-rules", &fd));
	TRY(sys_write_all(fd, s->text.p, s->text.n));
	TRY(sys_seal(fd));
	*out = (struct compile_source){ .fd = fd, .size = s->text.n };
	fd = -1;
	return OK;
}

static enum err
next_held(struct loading *l, struct compile_source *out)
{
	const struct job_source *s = &l->j->held[l->at_held++];

	TRY(give_held(s, out));
	add_source(l, s->name, 0, 0);
	l->source[l->n - 1].held = true;
	return OK;
}

/* What a release includes is in it too: no file of this machine. */
static enum err
include_held(
    struct loading *l, unsigned from, const char *name, struct compile_source *out)
{
	unsigned again = find_outer(l, from, name);

	for (size_t i = 0; i < l->j->nheld; i++) {
		if (strcmp(l->j->held[i].name, name) != 0)
			continue;
		TRY(give_held(&l->j->held[i], out));
		out->again = again;
		if (again == 0) {
			add_source(l, name, l->source[from].depth + 1, from + 1);
			l->source[l->n - 1].held = true;
		}
		return OK;
	}
	return ERR_ACCESS;
}

/* The compiler's next source: walks through what the user named, told on the way. */
static enum err
next_source(void *arg, struct compile_source *out)
{
	struct loading *l = arg;

	if (l->at_held < l->j->nheld)
		return next_held(l, out);
	for (;;) {
		struct walk_item item;
		char *path;

		if (!l->walking) {
			if (l->at == l->j->nrules)
				return ERR_END;
			walk_begin(l->walk, split_ns(l, l->j->rules[l->at++]));
			l->walking = true;
		}
		if (walk_next(l->walk, &item) == ERR_END) {
			l->walking = false;
			continue;
		}
		path = xprintf("%.*s", (int)item.path.n, (const char *)item.path.p);

		const char *why = item.kind == WALK_FILE ? unfit(&item.st) : item.why;

		if (why == NULL)
			add_source(l, path, 0, 0);
		else
			complain(l, path, why);
		free(path);
		if (why == NULL) {
			*out = (struct compile_source){ .fd = item.fd,
				.size = (uint64_t)item.st.st_size,
				.ns = bytes_of(l->ns) };
			return OK;
		}
		fd_closep(&item.fd);
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
open_include(void *arg, unsigned from, struct bytes path, struct compile_source *out)
{
	struct loading *l = arg;
	struct source *s = &l->source[from];
	struct stat st;
	enum err e = ERR_ACCESS;
	int fd = -1;
	char *name;

	if (s->depth >= DEPTH_MAX || (name = include_path(s->path, path)) == NULL)
		return ERR_ACCESS;
	if (s->held) {
		e = include_held(l, from, name, out);
		free(name);
		return e;
	}
	if (sys_open(AT_FDCWD, name, SYS_FOLLOW, &fd) == OK && sys_stat(fd, &st) == OK &&
	    unfit(&st) == NULL) {
		unsigned again = find_outer(l, from, name);

		if (again == 0)
			add_source(l, name, s->depth + 1, from + 1);
		*out = (struct compile_source){
			.fd = fd, .size = (uint64_t)st.st_size, .again = again
		};
		e = OK;
	} else
		fd_closep(&fd);
	free(name);
	return e;
}

/* --- compiling ------------------------------------------------------------ */

static void
on_diag(void *arg, const struct diag *d, unsigned source)
{
	struct loading *l = arg;

	l->j->diag(l->j->arg, d, source < l->n ? l->source[source].path : "rules");
}

static void
on_explain(void *arg, struct bytes text)
{
	struct loading *l = arg;

	if (l->j->explain != NULL)
		l->j->explain(l->j->arg, text);
}

/* The file at path, when it begins as a database does; else -1. */
static int
open_database(const char *path, uint64_t *size)
{
	char magic[sizeof(DB_MAGIC) - 1];
	struct stat st;
	int fd = -1;

	if (sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) != OK)
		return -1;
	if (sys_stat(fd, &st) != OK || !S_ISREG(st.st_mode) ||
	    pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic) ||
	    memcmp(magic, DB_MAGIC, sizeof(magic)) != 0)
		fd_closep(&fd);
	else
		*size = (uint64_t)st.st_size;
	return fd;
}

bool
job_is_database(const char *path)
{
	uint64_t size;
	int fd = open_database(path, &size);
	bool is = fd >= 0;

	fd_closep(&fd);
	return is;
}

/*
 * Workers verify a program of the database once and run it without checks afterwards, so
 * what they map must not change under them: a copy of the file as it is now, sealed. It
 * costs 5 ms for 16 MB, once; what is written over the file meanwhile makes the checksum
 * wrong.
 */
static enum err
hold_still(int file, uint64_t size, struct job_db *out)
{
	CLEAN(fd_closep) int copy = -1;
	uint64_t got;

	if (size > DB_MAX)
		return ERR_LIMIT;
	TRY(sys_memfd("candor-db", &copy));
	TRY(sys_copy(file, copy, size, &got));
	TRY(sys_seal(copy));
	*out = (struct job_db){ copy, got, true };
	copy = -1;
	return OK;
}

static enum err
load_database(const char *path, int file, uint64_t size, struct job_db *out)
{
	enum err e = hold_still(file, size, out);

	if (e != OK)
		msg_error("cannot read the database '%s': %s", path,
		    e == ERR_LIMIT ? "larger than 2 GB" : sys_why());
	return e;
}

static enum err
compile(struct loading *l, struct job_db *out)
{
	struct compile_job c = {
		.program = l->j->program,
		.opts = l->j->opts,
		.timeout_ms = l->j->timeout_ms,
		.arg = l,
		.next = next_source,
		.include = open_include,
		.diag = on_diag,
		.explain = on_explain,
	};
	char why[COMPILE_WHY];
	enum err e;

	if (c.opts.memory == 0)
		c.opts.memory = MEMORY;
	c.data_limit = c.opts.memory + MEMORY_EXTRA;
	out->fd = -1;
	e = compile_run(&c, &out->fd, &out->size, why);
	if (e != OK && e != ERR_SYNTAX)
		msg_error("cannot compile the rules: %s", why[0] ? why : err_name(e));
	if (e == OK && l->failed)
		e = ERR_ACCESS;
	if (e != OK)
		job_db_close(out);
	return e;
}

enum err
job_rules_load(const struct job_rules *j, struct job_db *out)
{
	static const char *const only[] = { "*.yar", "*.yara" };
	const struct walk_opts folders = { .follow = true, .only = only, .nonly = 2 };
	struct loading l = { .j = j };
	uint64_t size = 0;
	enum err e;

	*out = (struct job_db){ .fd = -1 };
	for (size_t i = 0; i < j->nrules; i++) {
		CLEAN(fd_closep) int fd = open_database(j->rules[i], &size);

		if (fd < 0)
			continue;
		if (j->nrules == 1)
			return load_database(j->rules[i], fd, size, out);
		msg_error("'%s' is a compiled database: it can only be used alone",
		    j->rules[i]);
		return ERR_ACCESS;
	}
	l.walk = walk_new(&folders);
	e = compile(&l, out);
	walk_free(l.walk);
	for (size_t i = 0; i < l.n; i++)
		free(l.source[i].path);
	free(l.source);
	free(l.ns);
	return e;
}
