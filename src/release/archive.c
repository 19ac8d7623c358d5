/*
 * archive.c - the archive of a release: read once for an index of members, whose content
 * then stays in the file.
 *
 * The one form of base/ustar.h and no other; names are resolved without a file system,
 * so ".." leads nowhere out of the archive.
 */
#include "release/archive.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/sort.h"
#include "base/sys.h"
#include "base/text.h"

/* Far above what 100,000 members with names of 1,024 bytes take, some 110 MB. */
#define INDEX_MAX   (512u << 20) /* bytes of the index in memory */
#define COPY_BUFFER 65536

const struct ustar_limits archive_rules_limits = {
	.members = 100000, .bytes = 1ull << 30, .name = 1024
};

/* --- reading ------------------------------------------------------------------------ */

struct reading {
	int fd;
	uint64_t at;
};

static enum err
get_part(void *arg, void *p, size_t n)
{
	struct reading *r = arg;
	size_t got = 0;

	while (got < n) {
		size_t some;

		TRY(sys_pread(r->fd, (char *)p + got, n - got, r->at + got, &some));
		if (some == 0)
			return got > 0 ? ERR_FORMAT : ERR_END;
		got += some;
	}
	r->at += n;
	return OK;
}

static enum err
skip_part(void *arg, uint64_t n)
{
	struct reading *r = arg;

	r->at += n; /* never beyond 2^63: the limits are below */
	return OK;
}

static enum err
add_member(struct archive *a, size_t *cap, const struct ustar_in *u,
    const struct ustar_member *m)
{
	struct archive_member *list = (void *)(uintptr_t)a->member;

	if (a->n == *cap)
		list = arena_grow(&a->arena, list, cap, a->n + 1, sizeof(*list));
	if (list == NULL)
		return ERR_LIMIT;
	a->member = list;
	list[a->n] = (struct archive_member){ .name = arena_bytes(&a->arena, m->name),
		.off = u->at,
		.size = m->size,
		.exec = m->exec };
	return list[a->n++].name.p != NULL ? OK : ERR_LIMIT;
}

static enum err
read_index(struct archive *a, struct ustar_in *u)
{
	struct ustar_member m;
	size_t cap = 0;
	enum err e;

	while ((e = ustar_next(u, &m)) == OK) {
		e = add_member(a, &cap, u, &m);
		if (e != OK) {
			u->why = "more files than are allowed";
			u->fault = USTAR_LIMIT;
			break;
		}
	}
	a->size = ((struct reading *)u->arg)->at;
	a->mtime = u->mtime;
	return e == ERR_END ? OK : e;
}

static void
tell(const struct ustar_in *u, struct archive_refusal *out)
{
	out->why = u->why;
	out->fault = u->fault;
	out->member = num_add(u->members, 1);
	out->at = u->head;
	out->name_n = u->guess_n;
	memcpy(out->name, u->guess, u->guess_n);
}

enum err
archive_open(int fd, const struct ustar_limits *limits, struct archive *out,
    struct archive_refusal *why)
{
	struct reading r = { fd, 0 };
	struct ustar_in u = {
		.arg = &r, .get = get_part, .skip = skip_part, .limits = *limits
	};
	struct archive a = { .fd = fd };
	enum err e;

	arena_init(&a.arena, INDEX_MAX);
	e = read_index(&a, &u);
	if (e == OK) {
		*out = a;
		return OK;
	}
	tell(&u, why);
	arena_done(&a.arena);
	return e;
}

void
archive_done(struct archive *a)
{
	arena_done(&a->arena);
	*a = (struct archive){ .fd = -1 };
}

const struct archive_member *
archive_find(const struct archive *a, struct bytes name)
{
	size_t at;

	SORT_FIRST(at, a->n, ustar_name_cmp(a->member[at].name, name) >= 0);
	return at < a->n && ustar_name_cmp(a->member[at].name, name) == 0 ? &a->member[at]
									  : NULL;
}

/*
 * Adds one part of a path to a name that has no "." in it. name never begins with a slash
 * and has no empty part, so cutting to the last slash takes one part off; at the top ".."
 * is refused, as there is nothing to leave but the archive.
 */
static bool
step(struct buf *name, struct bytes part)
{
	if (part.n == 0 || bytes_eq(part, BYTES_LIT(".")))
		return true;
	if (!bytes_eq(part, BYTES_LIT(".."))) {
		if (name->n > 0)
			buf_u8(name, '/');
		buf_put(name, part.p, part.n);
		return name->n <= USTAR_NAME;
	}
	if (name->n == 0)
		return false;
	while (name->n > 0 && name->p[name->n - 1] != '/')
		name->n--;
	name->n -= name->n > 0; /* the slash */
	return true;
}

bool
archive_resolve(struct bytes from, struct bytes path, struct buf *out)
{
	size_t at = 0;

	if (path.n == 0 || path.n > USTAR_NAME || path.p[0] == '/')
		return false;
	buf_clear(out);
	buf_put(out, from.p, from.n);
	(void)step(out, BYTES_LIT("..")); /* from its name to its folder */
	while (at <= path.n) {
		uint64_t slash = bytes_find(path, at, BYTES_LIT("/"));
		size_t end = slash < path.n ? (size_t)slash : path.n;

		if (!step(out, bytes_sub(path, at, end - at)))
			return false;
		at = end + 1;
	}
	return ustar_name_fault(buf_bytes(out)) == NULL;
}

bool
archive_is_rules(struct bytes name)
{
	return text_glob("*.yar", name) || text_glob("*.yara", name);
}

bool
archive_is(int fd)
{
	uint8_t block[USTAR_BLOCK];
	struct reading r = { fd, 0 };

	return get_part(&r, block, sizeof(block)) == OK &&
	       ustar_looks_like((struct bytes){ block, sizeof(block) });
}

/* --- writing ------------------------------------------------------------------------ */

static int
by_name(const void *a, const void *b)
{
	const struct archive_file *x = a, *y = b;

	return ustar_name_cmp(x->name, y->name);
}

/* What is being written. An err of put is of the archive, any other of the file. */
struct packing {
	int fd;
	bool unwritable;
	const char *why;
	char buffer[COPY_BUFFER];
};

static enum err
put_part(void *arg, struct bytes b)
{
	struct packing *p = arg;
	enum err e = sys_write_all(p->fd, b.p, b.n);

	if (e != OK) {
		p->why = sys_why();
		p->unwritable = true;
	}
	return e;
}

static enum err
fail(struct packing *p, enum err e, const char *why)
{
	if (!p->unwritable)
		p->why = why;
	return e;
}

/*
 * As many bytes as its size was, and no more behind them. A file that changes its size
 * while it is packed would end in an archive whose heads lie.
 */
static enum err
pack_content(struct packing *p, struct ustar_out *o, int from)
{
	for (size_t got = 1; got > 0;) {
		enum err e = sys_read_some(from, p->buffer, sizeof(p->buffer), &got);

		if (e != OK)
			return fail(p, e, sys_why());
		e = ustar_put(o, (struct bytes){ (uint8_t *)p->buffer, got });
		if (e == ERR_FORMAT)
			return fail(p, ERR_IO, "it grew while it was read");
		TRY(e);
	}
	return o->left == 0 ? OK : fail(p, ERR_IO, "it shrank while it was read");
}

static enum err
pack(struct packing *p, struct ustar_out *o, const struct archive_file *file)
{
	CLEAN(fd_closep) int fd = -1;
	struct ustar_member m = { .name = file->name, .exec = file->exec };
	struct stat st;
	enum err e;

	if (sys_open(AT_FDCWD, file->path, SYS_FOLLOW, &fd) != OK ||
	    sys_stat(fd, &st) != OK)
		return fail(p, ERR_ACCESS, sys_why());
	if (!S_ISREG(st.st_mode))
		return fail(p, ERR_ACCESS, sys_kind(st.st_mode));
	m.size = (uint64_t)st.st_size;
	e = ustar_begin(o, &m);
	if (e == ERR_FORMAT)
		return fail(p, e, o->why);
	TRY(e);
	return pack_content(p, o, fd);
}

enum err
archive_write(int fd, struct archive_file *files, size_t n, struct archive_fault *fault)
{
	struct packing *p = xcalloc(1, sizeof(*p));
	struct ustar_out o = { .arg = p, .put = put_part };
	enum err e = OK;
	size_t i = 0;

	sort(files, n, sizeof(*files), by_name);
	p->fd = fd;
	for (; i < n && e == OK; i++)
		e = pack(p, &o, &files[i]);
	if (e == OK)
		e = ustar_end(&o);
	if (e != OK)
		*fault =
		    (struct archive_fault){ p->why, p->unwritable ? SIZE_MAX : i - 1 };
	free(p);
	return e;
}
