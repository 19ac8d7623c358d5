/* job_rules.c - what the user called rules: found, opened, compiled. */
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/job.h"
#include "cli/msg.h"
#include "cli/sources.h"
#include "sandbox/compile.h"
#include "sandbox/spawn.h"

#define DB_MAGIC     "CANDORDB" /* as in db/db.h, which this half does not know */
#define MEMORY       (1ull << 30)
#define MEMORY_EXTRA (512ull << 20) /* the database being written, libc */
#define DB_MAX       (2ull << 30)   /* of a compiled database: it is copied to memory */

struct loading {
	const struct job_rules *j;
	struct sources *sources;
};

void
job_db_close(struct job_db *db)
{
	fd_closep(&db->fd);
}

static enum err
copy_database(const struct job_db *db, int to)
{
	static char block[65536];
	size_t got = 1;

	/* not sendfile: what it says of a full device or an appending file is "invalid
	 * argument" */
	if (lseek(db->fd, 0, SEEK_SET) != 0)
		return ERR_IO;
	while (got > 0) {
		TRY(sys_read_some(db->fd, block, sizeof(block), &got));
		TRY(sys_write_all(to, block, got));
	}
	return OK;
}

enum err
job_db_save(const struct job_db *db, const char *path)
{
	struct sys_atomic a;
	enum err e = sys_atomic_open(&a, path);

	if (e == OK && (e = copy_database(db, a.fd)) == OK)
		e = sys_atomic_commit(&a);
	if (e != OK) {
		msg_error("cannot write '%s': %s", path, sys_why());
		sys_atomic_drop(&a);
	}
	return e;
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
parse_value(const char *s, struct ext *out)
{
	const char *digits = s + (*s == '-');
	char *end;

	out->s = bytes_of(s);
	out->type = EXT_STR;
	if (strcmp(s, "true") == 0 || strcmp(s, "false") == 0) {
		out->type = EXT_BOOL;
		out->i = *s == 't';
	} else if (isdigit((unsigned char)*digits)) {
		out->i = strtoll(s, &end, 10);
		if (*end == '\0')
			out->type = EXT_INT;
		/* YARA's is_float: digits around one point */
		else if (*end == '.' && end[1 + strspn(end + 1, "0123456789")] == '\0') {
			out->type = EXT_FLOAT;
			out->f = strtod(s, NULL);
		}
	}
}

enum err
job_external(const char *def, struct ext *out)
{
	const char *eq = strchr(def, '=');

	if (eq == NULL || eq == def)
		return ERR_SYNTAX;
	*out = (struct ext){ .name = { (const uint8_t *)def, (size_t)(eq - def) } };
	parse_value(eq + 1, out);
	return OK;
}

enum err
job_externals(const struct opt_list *defs, struct wire_exts *out)
{
	struct ext *e = xcalloc(defs->n, sizeof(*e));

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

/* --- compiling ------------------------------------------------------------ */

static enum err
next_source(void *arg, struct compile_source *out)
{
	struct loading *l = arg;

	return sources_next(l->sources, out);
}

static enum err
include(void *arg, unsigned from, struct bytes path, struct compile_source *out)
{
	struct loading *l = arg;

	return sources_include(l->sources, from, path, out);
}

static void
on_diag(void *arg, const struct diag *d, unsigned source)
{
	struct loading *l = arg;

	l->j->diag(l->j->arg, d, sources_path(l->sources, source));
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
		.include = include,
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
	if (e == OK && sources_failed(l->sources))
		e = ERR_ACCESS;
	if (e != OK)
		job_db_close(out);
	return e;
}

enum err
job_dialect(const char *name, uint32_t *flag)
{
	*flag = name != NULL && strcmp(name, "yara-x") == 0 ? WIRE_YARAX : 0;
	if (name == NULL || *flag != 0 || strcmp(name, "yara") == 0)
		return OK;
	msg_error("there is no dialect '%s': yara or yara-x", name);
	return ERR_SYNTAX;
}

enum err
job_rules_load(const struct job_rules *j, struct job_db *out)
{
	struct loading l = { .j = j };
	uint64_t size = 0;
	enum err e;

	*out = (struct job_db){ .fd = -1 };
	for (size_t i = 0; i < j->nrules; i++) {
		CLEAN(fd_closep) int fd = open_database(j->rules[i], &size);

		if (fd < 0)
			continue;
		if (j->opts.flags & WIRE_YARAX) {
			msg_error(
			    "'%s' is a compiled database, which has the dialect that "
			    "it was compiled in",
			    j->rules[i]);
			return ERR_ACCESS;
		}
		if (j->nrules == 1)
			return load_database(j->rules[i], fd, size, out);
		msg_error("'%s' is a compiled database: it can only be used alone",
		    j->rules[i]);
		return ERR_ACCESS;
	}
	l.sources = sources_new(j->rules, j->nrules);
	sources_hold(l.sources, j->held, j->nheld);
	e = compile(&l, out);
	sources_free(l.sources);
	return e;
}
