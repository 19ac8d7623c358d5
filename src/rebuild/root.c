/* root.c - see root.h. */
#include "rebuild/root.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "handover/layout.h"
#include "rebuild/build.h"
#include "rebuild/root_script.h"

#define PACKAGES_MOST ((size_t)16 << 20) /* bytes of recipe/packages */
#define CHUNK         ((size_t)1 << 18)
#define NAMES_MOST    ((size_t)64 << 20)
#define UNPACK        "unpack.sh"
#define INSTALL       "install.sh"
#define DEBS          "toolchain/"

/* What both rooms get as their recipe: two scripts and the packages, in a scratch file.
 */
struct supply {
	struct arena arena;
	struct fill_file *file;
	size_t n, cap;
	int fd;
	uint64_t end;
	struct root *root;
};

bool
root_in_bundle(const struct bundle *b)
{
	size_t n;

	(void)bundle_folder(b, LAYOUT_TOOLCHAIN, &n);
	return n > 0;
}

/* --- the packages --- */

/* What was written since the last file of the supply is its next one. */
static enum err
add(struct supply *s, const char *name, uint64_t size, struct fault *f)
{
	s->file = arena_grow(&s->arena, s->file, &s->cap, s->n + 1, sizeof(*s->file));
	if (s->file == NULL || name == NULL)
		return fault_set(f, FAULT_TOO_LARGE, "there are too many packages");
	s->file[s->n++] = (struct fill_file){ .name = name, .at = s->end, .size = size };
	s->end += size;
	return OK;
}

static enum err
add_script(struct supply *s, const char *name, const char *text, struct fault *f)
{
	if (sys_write_all(s->fd, text, strlen(text)) != OK)
		return fault_set(f, FAULT_IO, "cannot keep packages: %s", sys_why());
	return add(s, name, strlen(text), f);
}

static enum err
put_piece(void *arg, struct bytes piece)
{
	return sys_write_all(*(int *)arg, piece.p, piece.n);
}

static enum err
from_bundle(struct supply *s, const struct bundle *b, const char *deb, uint64_t *size,
    struct fault *f)
{
	const struct bundle_sink sink = { &s->fd, put_piece };
	char *name = xprintf("%s%s", LAYOUT_TOOLCHAIN, deb);
	const struct bundle_member *m = bundle_find(b, name);

	free(name);
	if (m == NULL)
		return fault_set(
		    f, FAULT_LACKS, "the bundle has no '%s'", fault_quote(bytes_of(deb)));
	*size = m->size;
	return bundle_pour(b, m, &sink, f);
}

/* SHA-256 of a part of the scratch file. */
static enum err
digest_part(int fd, uint64_t from, uint64_t size, uint8_t *out)
{
	uint8_t *room = xcalloc(1, CHUNK);
	struct hash h;
	enum err e = OK;

	hash_init(&h, HASH_SHA256);
	for (size_t got = 0; e == OK && size > 0; size -= got, from += got) {
		e = sys_pread(fd, room, size < CHUNK ? (size_t)size : CHUNK, from, &got);
		if (e == OK && got == 0)
			e = ERR_IO;
		hash_add(&h, (struct bytes){ room, got });
	}
	hash_done(&h, out);
	free(room);
	return e;
}

/* Copied first and then digested: what was digested is what will be used. */
static enum err
from_folder(struct supply *s, const char *folder, const char *deb,
    const struct list_package *p, uint64_t *size, struct fault *f)
{
	char *path = xprintf("%s/%s", folder, deb);
	CLEAN(fd_closep) int fd = -1;
	uint8_t digest[HASH_MAX];
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	if (e == OK)
		e = sys_copy(fd, s->fd, UINT64_MAX, size);
	if (e == OK)
		e = digest_part(s->fd, s->end, *size, digest);
	if (e != OK)
		e = fault_set(f, FAULT_TOOLCHAIN,
		    "cannot read the package '%s', which the bundle names: %s",
		    fault_quote(bytes_of(path)), sys_why());
	else if (p->known && memcmp(digest, p->sha256, sizeof(p->sha256)) != 0)
		e = fault_set(f, FAULT_TOOLCHAIN,
		    "'%s' has another SHA-256 than the bundle tells of this package",
		    fault_quote(bytes_of(path)));
	free(path);
	return e;
}

static enum err
add_package(struct supply *s, const struct root_plan *p, const struct list_package *one,
    struct fault *f)
{
	struct buf deb = { 0 };
	uint64_t size = 0;
	const char *name;
	enum err e;

	list_put_deb(&deb, one->name, one->version, one->arch);
	name = arena_printf(&s->arena, DEBS "%s", buf_cstr(&deb));
	e = p->folder == NULL ? from_bundle(s, p->bundle, buf_cstr(&deb), &size, f)
			      : from_folder(s, p->folder, buf_cstr(&deb), one, &size, f);
	buf_done(&deb);
	TRY(e);
	s->root->packages++;
	s->root->unchecked += !one->known;
	return add(s, name, size, f);
}

static enum err
add_packages(struct supply *s, const struct root_plan *p, struct fault *f)
{
	const struct bundle_member *m = bundle_find(p->bundle, LAYOUT_PACKAGES);
	struct list_package one;
	struct buf text = { 0 };
	struct lines l;
	enum err e =
	    m == NULL ? ERR_FORMAT : bundle_read(p->bundle, m, PACKAGES_MOST, &text, f);

	l = lines_of(LAYOUT_PACKAGES, buf_bytes(&text));
	while (e == OK && (e = list_package_next(&l, &one, f)) == OK)
		e = add_package(s, p, &one, f);
	buf_done(&text);
	if (e == ERR_END && s->root->packages == 0)
		return fault_set(
		    f, FAULT_TOOLCHAIN, "the bundle names no packages to make a root of");
	return e == ERR_END ? OK : e;
}

static enum err
supply_open(
    struct supply *s, const struct root_plan *p, struct root *root, struct fault *f)
{
	*s = (struct supply){ .fd = take_scratch(), .root = root };
	arena_init(&s->arena, NAMES_MOST);
	if (s->fd < 0)
		return fault_set(
		    f, FAULT_IO, "cannot make a temporary file: %s", sys_why());
	TRY(add_script(s, INSTALL, root_install, f));
	TRY(add_packages(s, p, f));
	return add_script(s, UNPACK, root_unpack, f);
}

static void
supply_close(struct supply *s)
{
	fd_closep(&s->fd);
	arena_done(&s->arena);
}

/* --- the rooms --- */

/* The last line that was printed is the likeliest reason. */
static enum err
not_made(const struct build *b, const char *what, struct fault *f)
{
	struct bytes tail = buf_bytes(&b->tail);
	struct buf why = { 0 };
	size_t from;
	enum err e;

	while (tail.n > 0 && tail.p[tail.n - 1] == '\n')
		tail.n--;
	for (from = tail.n; from > 0 && tail.p[from - 1] != '\n'; from--)
		;
	build_describe(b, &why);
	e = fault_set(f, FAULT_TOOLCHAIN, "the packages could not be %s: %s: '%s'", what,
	    buf_cstr(&why), fault_quote(bytes_from(tail, from)));
	buf_done(&why);
	return e;
}

/* For people, when something went wrong: so it may be cut, and a failure is none of ours.
 */
static void
keep_log(const struct root_plan *p, const struct build *b)
{
	uint64_t n;

	if (p->log >= 0 && b->log >= 0 && lseek(b->log, 0, SEEK_SET) == 0)
		(void)!sys_copy(b->log, p->log, UINT64_MAX, &n);
}

/* One room: its recipe is a script of the supply, and it leaves a tree. */
static enum err
run_room(const struct root_plan *p, const struct supply *s, const char *script,
    const struct fill_tree *made, struct carry *out, struct fault *f)
{
	const int64_t date = p->bundle->label.date;
	const struct fill_tree none = { .bundle = -1, .time = date };
	const struct fill_tree recipe = { s->file, s->n, s->fd, date };
	const struct vary_host host = { sys_cores(), NULL };
	struct build_plan plan = {
		.room = { .source = &none,
		    .recipe = &recipe,
		    .script = script,
		    .limits = p->limits,
		    .root = -1,
		    .made = made,
		    .install = made != NULL },
		.carry = out,
		.carry_from = made != NULL ? NULL : "root",
		.tick = p->tick,
		.arg = p->arg,
	};
	struct vary_world world;
	struct build b;

	vary_make(VARY_NONE, &host, &world);
	if (made != NULL) {
		world.user = "root";
		world.uid = 0;
	}
	TRY(build_run(&plan, &world, &b, f));
	keep_log(p, &b);
	if (b.end == BUILD_DONE) {
		build_done(&b);
		return OK;
	}
	(void)not_made(&b, made != NULL ? "installed" : "unpacked", f);
	build_done(&b);
	return ERR_FORMAT;
}

enum err
root_make(const struct root_plan *p, struct root *out, struct fault *f)
{
	struct carry files = { .tree = { .bundle = -1 } };
	struct supply s;
	enum err e;

	*out = (struct root){ .carry = { .tree = { .bundle = -1 } } };
	e = supply_open(&s, p, out, f);
	if (e == OK)
		e = run_room(p, &s, UNPACK, NULL, &files, f);
	if (e == OK)
		e = run_room(p, &s, INSTALL, &files.tree, &out->carry, f);
	carry_done(&files);
	supply_close(&s);
	return e;
}

void
root_done(struct root *r)
{
	carry_done(&r->carry);
	*r = (struct root){ .carry = { .tree = { .bundle = -1 } } };
}
