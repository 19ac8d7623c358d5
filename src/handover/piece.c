/* piece.c - see piece.h. */
#include "handover/piece.h"

#include <fcntl.h>

#include "base/sort.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/ustar.h"
#include "crypto/hash.h"
#include "handover/below.h"
#include "handover/layout.h"

#define INDEX_MOST  (UINT64_C(4) << 30)
#define COPY_BUFFER 65536

void
pieces_init(struct pieces *p)
{
	*p = (struct pieces){ .root = -1 };
	arena_init(&p->arena, INDEX_MOST);
}

void
pieces_done(struct pieces *p)
{
	arena_done(&p->arena);
	tree_blobs_close(p->blobs);
	fd_closep(&p->root);
	*p = (struct pieces){ .root = -1 };
}

/* --- the list ------------------------------------------------------------------- */

static enum err
too_many(struct fault *f)
{
	return fault_set(f, FAULT_TOO_LARGE, "there are more files than fit in a bundle");
}

/* folder/name, copied. */
static struct bytes
join(struct arena *a, const char *folder, struct bytes name)
{
	struct buf full = { 0 };
	struct bytes b;

	buf_str(&full, folder);
	buf_put(&full, name.p, name.n);
	b = arena_bytes(a, buf_bytes(&full));
	buf_done(&full);
	return b;
}

enum err
pieces_add(struct pieces *p, const char *folder, const struct piece *one, struct fault *f)
{
	struct piece copy = *one;
	const char *fault;

	copy.name = join(&p->arena, folder, one->name);
	copy.text = arena_bytes(&p->arena, one->text);
	if (one->path != NULL)
		copy.path = arena_str(&p->arena, bytes_of(one->path));
	if (p->n == p->cap)
		p->piece =
		    arena_grow(&p->arena, p->piece, &p->cap, p->n + 1, sizeof(*p->piece));
	if (p->piece == NULL || p->arena.spent)
		return too_many(f);
	fault = ustar_name_fault(copy.name);
	if (fault != NULL)
		return fault_set(f, FAULT_SOURCE, "'%s' cannot be handed over: %s",
		    fault_quote(one->name), fault);
	p->piece[p->n++] = copy;
	return OK;
}

enum err
pieces_add_text(struct pieces *p, const char *name, struct bytes text, struct fault *f)
{
	struct piece one = {
		.name = bytes_of(name), .size = text.n, .from = PIECE_TEXT, .text = text
	};

	return pieces_add(p, "", &one, f);
}

enum err
pieces_leave(struct pieces *p, struct bytes what, const char *reason, struct fault *f)
{
	struct buf text = { 0 };
	struct piece_left *l;

	if (p->nleft == p->left_cap)
		p->left = arena_grow(
		    &p->arena, p->left, &p->left_cap, p->nleft + 1, sizeof(*p->left));
	if (p->left == NULL)
		return too_many(f);
	l = &p->left[p->nleft];
	text_escape(&text, what);
	l->what = arena_bytes(&p->arena, buf_bytes(&text));
	buf_clear(&text);
	text_escape(&text, bytes_of(reason));
	l->why = arena_bytes(&p->arena, buf_bytes(&text));
	buf_done(&text);
	p->nleft++;
	return p->arena.spent ? too_many(f) : OK;
}

static int
by_name(const void *a, const void *b)
{
	return ustar_name_cmp(
	    ((const struct piece *)a)->name, ((const struct piece *)b)->name);
}

static int
by_what(const void *a, const void *b)
{
	return bytes_cmp(
	    ((const struct piece_left *)a)->what, ((const struct piece_left *)b)->what);
}

enum err
pieces_sort(struct pieces *p, struct fault *f)
{
	sort(p->piece, p->n, sizeof(*p->piece), by_name);
	sort(p->left, p->nleft, sizeof(*p->left), by_what);
	for (size_t i = 1; i < p->n; i++)
		if (bytes_eq(p->piece[i - 1].name, p->piece[i].name))
			return fault_set(f, FAULT_SOURCE,
			    "two files would be '%s' in the bundle",
			    fault_quote(p->piece[i].name));
	return OK;
}

struct piece *
pieces_find(const struct pieces *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (bytes_eq(p->piece[i].name, bytes_of(name)))
			return &p->piece[i];
	return NULL;
}

/* --- content -------------------------------------------------------------------- */

/* Where a piece's content comes from, while it is read. */
struct reading {
	const struct pieces *p;
	int fd; /* -1: a blob */
};

static enum err
unreadable(const struct piece *one, struct fault *f)
{
	const char *why = sys_why();

	return fault_set(f, FAULT_IO, "cannot read '%s': %s",
	    fault_quote(one->path ? bytes_of(one->path) : one->name), why);
}

static enum err
changed(const struct piece *one, struct fault *f)
{
	return fault_set(f, FAULT_CHANGED,
	    "'%s' changed while it was read: nothing was written",
	    fault_quote(one->path ? bytes_of(one->path) : one->name));
}

static enum err
begin(struct reading *r, const struct piece *one, struct fault *f)
{
	uint64_t size;
	struct stat st;
	enum err e;

	if (one->from == PIECE_BLOB) {
		TRY(tree_blob(r->p->blobs, one->text, &size, f));
		return size == one->size ? OK : changed(one, f);
	}
	e = one->from == PIECE_BELOW ? below_open(r->p->root, one->path, &r->fd)
				     : sys_open(AT_FDCWD, one->path, SYS_FOLLOW, &r->fd);
	if (e != OK || sys_stat(r->fd, &st) != OK)
		return unreadable(one, f);
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != one->size)
		return changed(one, f);
	return OK;
}

/* Up to COPY_BUFFER bytes more; 0 at the end. */
static enum err
more(struct reading *r, const struct piece *one, uint8_t *to, size_t *n, struct fault *f)
{
	if (r->fd < 0)
		return tree_blob_read(r->p->blobs, to, COPY_BUFFER, n, f);
	return sys_read_some(r->fd, to, COPY_BUFFER, n) == OK ? OK : unreadable(one, f);
}

enum err
piece_pour(const struct pieces *p, const struct piece *one, const struct piece_sink *to,
    struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	struct reading r = { p, -1 };
	uint8_t buffer[COPY_BUFFER];
	uint64_t left = one->size;
	enum err e;

	if (one->from == PIECE_TEXT)
		return to->put(to->arg, one->text);
	e = begin(&r, one, f);
	fd = r.fd; /* closed whatever happens */
	while (e == OK) {
		size_t n;

		e = more(&r, one, buffer, &n, f);
		if (e != OK || n == 0)
			break;
		if (n > left)
			return changed(one, f);
		left -= n;
		e = to->put(to->arg, (struct bytes){ buffer, n });
	}
	return e != OK ? e : left == 0 ? OK : changed(one, f);
}

struct hashing {
	struct hash sha256, sha1;
	bool artefact; /* only of those SHA-1 is wanted */
	struct secret_scan *scan;
	const struct piece_sink *watch;
};

static enum err
add(void *arg, struct bytes b)
{
	struct hashing *h = arg;

	hash_add(&h->sha256, b);
	if (h->artefact)
		hash_add(&h->sha1, b);
	if (h->scan != NULL)
		secret_feed(h->scan, b);
	return h->watch ? h->watch->put(h->watch->arg, b) : OK;
}

enum err
piece_hash(struct pieces *p, struct piece *one, struct secret_scan *scan,
    const struct piece_sink *watch, struct fault *f)
{
	struct hashing h = { .scan = scan,
		.watch = watch,
		.artefact = layout_below(one->name, LAYOUT_ARTEFACT, NULL) };
	struct piece_sink to = { &h, add };
	enum err e;

	hash_init(&h.sha256, HASH_SHA256);
	hash_init(&h.sha1, HASH_SHA1);
	e = piece_pour(p, one, &to, f);
	hash_done(&h.sha256, one->sha256);
	hash_done(&h.sha1, one->sha1);
	if (e == OK && scan != NULL)
		secret_end(scan);
	return e;
}
