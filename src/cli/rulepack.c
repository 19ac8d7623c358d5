/* rulepack.c - see rulepack.h. */
#include "cli/rulepack.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/sys.h"
#include "cli/log_blob.h"
#include "cli/log_cmd.h"
#include "cli/walk.h"
#include "fetch/fetch.h"
#include "log/proof.h"

#define PROOF_MAGIC "c2sp.org/tlog-proof@v"
#define PROOF_FILE  262144     /* bytes: what a client reads of a proof */
#define MEMORY      (1u << 20) /* for a statement */
#define ARCHIVE_MAX (2ull << 30)

/* The variable forgets the descriptor. */
static int
hand_over(int *fd)
{
	int was = *fd;

	*fd = -1;
	return was;
}

enum err
rulepack_of(int fd, const char *name, struct rulepack *out, struct fault *f)
{
	struct archive_refusal why = { 0 };

	*out = (struct rulepack){ .name = xstrdup(name), .fd = fd };
	if (archive_open(fd, &archive_rules_limits, &out->archive, &why) != OK)
		return fault_set(f, FAULT_ARCHIVE, "'%s' is no archive of rules: %s",
		    fault_quote(bytes_of(name)), why.why ? why.why : sys_why());
	out->open = true;
	return OK;
}

void
rulepack_close(struct rulepack *p)
{
	if (p->open)
		archive_done(&p->archive);
	fd_closep(&p->fd);
	free(p->name);
	*p = (struct rulepack){ .fd = -1 };
}

enum err
rulepack_bytes(const struct rulepack *p, struct buf *out, struct fault *f)
{
	uint8_t *to = buf_room(out, p->archive.size);
	size_t got = 1;

	for (uint64_t at = 0; at < p->archive.size && got > 0; at += got)
		if (sys_pread(p->fd, to + at, p->archive.size - at, at, &got) != OK ||
		    got == 0)
			return fault_set(f, FAULT_IO, "cannot read '%s': %s", p->name,
			    got == 0 ? "it became shorter" : sys_why());
	return OK;
}

/* --- a folder ------------------------------------------------------------------------
 */

struct packing {
	const char *root;
	struct archive_file *file;
	size_t n, cap, rules; /* rules: files of them */
	struct arena arena;
};

static const char *const to_read[] = { "*.yar", "*.yara", "*.inc" };
static const char *const to_publish[] = { "*.yar", "*.yara", "LICENSE*", "LICENCE*",
	"COPYING*", "NOTICE*", "README*" };

/* A part of a name that begins with a dot: what editors and version control leave. */
static bool
is_hidden(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '.' && (i == 0 || name.p[i - 1] == '/'))
			return true;
	return false;
}

/* The name below the root; of a root that is a file its last part. */
static struct bytes
name_below(const char *root, struct bytes path)
{
	size_t n = strlen(root);

	if (path.n == n)
		while (n > 0 && path.p[n - 1] != '/')
			n--;
	while (n < path.n && path.p[n] == '/')
		n++;
	return bytes_from(path, n);
}

static enum err
add_file(struct packing *p, const struct walk_item *item, struct fault *f)
{
	struct bytes name = name_below(p->root, item->path);
	struct archive_file *one;

	if (item->kind != WALK_FILE)
		return fault_set(f, FAULT_IO, "cannot read '%s': %s",
		    fault_quote(item->path), item->why);
	if (is_hidden(name))
		return OK;
	p->rules += archive_is_rules(name);
	p->file = xgrow(p->file, &p->cap, p->n + 1, sizeof(*p->file));
	one = &p->file[p->n++];
	*one = (struct archive_file){ .name = arena_bytes(&p->arena, name),
		.path = arena_str(&p->arena, item->path) };
	if (one->name.p == NULL || one->path == NULL)
		return fault_set(f, FAULT_TOO_LARGE, "'%s' has too many files", p->root);
	return OK;
}

/*
 * The walk opens each file safely and tells what it is; packing opens it again by
 * name, and takes as many bytes as it has then.
 */
static enum err
collect(struct packing *p, struct walk *w, struct fault *f)
{
	struct walk_item item;
	enum err e = OK;

	walk_begin(w, p->root);
	while (e == OK && walk_next(w, &item) == OK) {
		e = add_file(p, &item, f);
		fd_closep(&item.fd);
	}
	if (e == OK && p->rules == 0)
		e = fault_set(f, FAULT_ARCHIVE,
		    "there are no rules in '%s' (*.yar, *.yara)",
		    fault_quote(bytes_of(p->root)));
	return e;
}

static enum err
write_archive(struct packing *p, int *fd, struct fault *f)
{
	struct archive_fault why = { 0 };
	enum err e;

	if (sys_memfd("candor-archive", fd) != OK)
		return fault_set(f, FAULT_IO, "cannot make an archive: %s", sys_why());
	e = archive_write(*fd, p->file, p->n, &why);
	if (e == OK)
		e = sys_seal(*fd);
	if (e == OK)
		return OK;
	if (why.why == NULL || why.at >= p->n)
		return fault_set(f, FAULT_IO, "cannot make an archive of '%s': %s",
		    fault_quote(bytes_of(p->root)), why.why ? why.why : sys_why());
	return fault_set(f, e == ERR_FORMAT ? FAULT_ARCHIVE : FAULT_IO,
	    "cannot pack '%s': %s", fault_quote(bytes_of(p->file[why.at].path)), why.why);
}

/* Links are not followed but for the root: what is published lies in this folder. */
static enum err
pack(const char *root, bool single, enum rulepack_for use, struct rulepack *out,
    struct fault *f)
{
	const bool publish = use == RULEPACK_TO_PUBLISH;
	const struct walk_opts o = { .follow_roots = true,
		.only = publish ? to_publish : to_read,
		.nonly = publish ? COUNT(to_publish) : COUNT(to_read) };
	struct packing p = { .root = root };
	struct walk *w = walk_new(&o);
	uint64_t ignored;
	const char *slash;
	char *name;
	int fd = -1;
	enum err e;

	arena_init(&p.arena, 256u << 20);
	e = collect(&p, w, f);
	ignored = walk_ignored(w);
	if (e == OK)
		e = write_archive(&p, &fd, f);
	walk_free(w);
	free(p.file);
	arena_done(&p.arena);
	if (e != OK) {
		fd_closep(&fd);
		return e;
	}
	/* of a single file: the folder it is in, so that messages name it */
	slash = single ? strrchr(root, '/') : NULL;
	name = single && slash == NULL ? xstrdup(".")
	       : single                ? xprintf("%.*s", (int)(slash - root), root)
				       : xstrdup(root);
	e = rulepack_of(fd, name, out, f);
	free(name);
	out->ignored = ignored;
	return e;
}

/* --- a published release -------------------------------------------------- */

/* "SITE/rules/stable/7" to "SITE" and the three parts behind; false: there are fewer. */
static bool
split(const char *what, char **base, char **path)
{
	size_t n = strlen(what);
	unsigned parts = 0;

	while (n > 0 && parts < 3)
		parts += what[--n] == '/';
	if (parts < 3 || n == 0)
		return false;
	*base = xprintf("%.*s", (int)n, what);
	*path = xstrdup(what + n + 1);
	return true;
}

/* The statement in a proof file: what it says is as true as the file. */
static enum err
read_statement(struct bytes file, struct arena *a, struct statement *out, struct fault *f)
{
	struct proof p;
	struct note *note = ARENA_NEW(a, struct note);
	uint8_t *raw;
	size_t n;

	TRY(proof_parse(file, &p, f));
	n = b64_size(p.extra);
	raw = n <= PROOF_FILE ? arena_alloc(a, n + 1) : NULL;
	if (note == NULL || raw == NULL || b64_exact(p.extra, raw, n) != OK)
		return fault_set(f, FAULT_PROOF, "the proof does not hold the entry");
	TRY(note_parse((struct bytes){ raw, n }, note, f));
	if (statement_parse(note->text, a, out, NULL) != OK)
		return fault_set(f, FAULT_STATEMENT, "the entry is no statement");
	if (out->type != STATEMENT_RULES)
		return fault_set(f, FAULT_SOFTWARE,
		    "a statement of type '%s' has no rules",
		    statement_type_name(out->type));
	return OK;
}

/*
 * What comes from a server is bounded by the size that the statement names, and by
 * BLOB_MOST.
 */
static enum err
fetch_archive(const char *base, const struct statement *s, const char *name,
    struct rulepack *out, struct fault *f)
{
	char *blobs = xprintf("%s/blob", base);
	struct log_blob from = { 0 };
	struct buf b = { 0 };
	int fd = -1;
	enum err e = log_blob_open(base, blobs, &from, f);

	if (e == OK)
		e = log_blob_read(&from, &s->archive, &b, f);
	if (e == OK && (sys_memfd("candor-archive", &fd) != OK ||
			   sys_write_all(fd, b.p, b.n) != OK || sys_seal(fd) != OK))
		e = fault_set(f, FAULT_IO, "cannot keep an archive: %s", sys_why());
	if (e == OK)
		e = rulepack_of(hand_over(&fd), name, out, f);
	fd_closep(&fd);
	log_blob_close(&from);
	buf_done(&b);
	free(blobs);
	return e;
}

/* The same names for a folder and for a server, so one reader does. */
static enum err
read_release(const char *what, struct rulepack *out, struct fault *f)
{
	char *base = NULL, *path = NULL;
	struct log_place place = { .folder.fd = -1 };
	struct statement s = { 0 };
	struct buf file = { 0 };
	struct arena a;
	enum err e = OK;

	arena_init(&a, MEMORY);
	if (!split(what, &base, &path))
		e = fault_set(f, FAULT_ABSENT,
		    "'%s' is no release: they lie under names like SITE/rules/stable/7",
		    fault_quote(bytes_of(what)));
	if (e == OK)
		e = log_place_open(base, &place, f);
	if (e == OK)
		e = source_read(&place.source, path, PROOF_FILE, &file, f);
	if (e == OK)
		e = read_statement(buf_bytes(&file), &a, &s, f);
	if (e == OK)
		e = fetch_archive(base, &s, what, out, f);
	if (e == OK) {
		out->sequence = s.sequence;
		snprintf(out->channel, sizeof(out->channel), "%.*s", (int)s.channel.n,
		    (const char *)s.channel.p);
	}
	log_place_close(&place);
	buf_done(&file);
	arena_done(&a);
	free(base);
	free(path);
	return e;
}

/* A path of a proof file, however short, as one with three parts at its end. */
static enum err
read_release_at(const char *path, struct rulepack *out, struct fault *f)
{
	char *whole = realpath(path, NULL);
	enum err e;

	if (whole == NULL)
		return fault_set(f, FAULT_IO, "cannot read '%s': %s", path, sys_why());
	e = read_release(whole, out, f);
	free(whole);
	return e;
}

/* --- which it is ---------------------------------------------------------- */

/* A copy in memory, sealed: the file may be written to while it is read here. */
static enum err
hold_still(int file, const char *path, struct rulepack *out, struct fault *f)
{
	uint64_t got = 0;
	int fd = -1;
	enum err e = sys_memfd("candor-archive", &fd);

	if (e == OK)
		e = sys_copy(file, fd, ARCHIVE_MAX, &got);
	if (e == OK)
		e = sys_seal(fd);
	if (e == OK)
		return rulepack_of(fd, path, out, f);
	fd_closep(&fd);
	return fault_set(
	    f, FAULT_IO, "cannot read '%s': %s", fault_quote(bytes_of(path)), sys_why());
}

/* A file is known by its first bytes, not by its name. */
static bool
begins(int fd, const char *magic)
{
	char head[64];
	size_t n = strlen(magic), got = 0;

	return n <= sizeof(head) && sys_pread(fd, head, n, 0, &got) == OK && got == n &&
	       memcmp(head, magic, n) == 0;
}

enum err
rulepack_open(
    const char *what, enum rulepack_for use, struct rulepack *out, struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	struct stat st;

	*out = (struct rulepack){ .fd = -1 };
	if (url_looks(what))
		return read_release(what, out, f);
	if (sys_open(AT_FDCWD, what, SYS_FOLLOW, &fd) != OK || sys_stat(fd, &st) != OK)
		return fault_set(f, FAULT_IO, "cannot open '%s': %s",
		    fault_quote(bytes_of(what)), sys_why());
	if (S_ISREG(st.st_mode) && begins(fd, PROOF_MAGIC))
		return read_release_at(what, out, f);
	if (S_ISREG(st.st_mode) && archive_is(fd))
		return hold_still(fd, what, out, f);
	return pack(what, S_ISREG(st.st_mode), use, out, f);
}
