/* create.c - see create.h. */
#include "handover/create.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/ustar.h"
#include "crypto/hash.h"
#include "handover/below.h"
#include "handover/compose.h"
#include "handover/gather.h"
#include "handover/layout.h"
#include "handover/seal.h"

static void
tell(const struct making *m, const char *doing, uint64_t done, uint64_t total)
{
	if (m->want->progress != NULL)
		m->want->progress(m->want->arg, doing, done, total);
}

static uint64_t
total_size(const struct pieces *p)
{
	uint64_t total = 0;

	for (size_t i = 0; i < p->n; i++)
		total = num_add(total, p->piece[i].size);
	return total;
}

/* --- secrets -------------------------------------------------------------------- */

/* By its name in the bundle, or in the source. */
static bool
allowed(const struct making *m, struct bytes name)
{
	struct bytes inside;

	return gather_listed(&m->want->allow, name) != NULL ||
	       (layout_below(name, LAYOUT_SOURCE, &inside) &&
		   gather_listed(&m->want->allow, inside) != NULL);
}

static bool
is_secret(const struct making *m, const struct piece *p, const struct secret_scan *scan)
{
	const char *what = secret_name(p->name);
	char sentence[300];

	if ((what == NULL && scan->found == NULL) || allowed(m, p->name))
		return false;
	if (scan->found != NULL)
		snprintf(sentence, sizeof(sentence), "'%s' has %s in it, at byte %llu",
		    fault_quote(p->name), scan->found, (unsigned long long)scan->at);
	else
		snprintf(sentence, sizeof(sentence), "'%s' has the name of %s",
		    fault_quote(p->name), what);
	if (m->want->secret != NULL)
		m->want->secret(m->want->arg, sentence);
	return true;
}

/* Packages of the toolchain are others', and published. */
static bool
looked_at(const struct piece *p)
{
	return !layout_below(p->name, LAYOUT_TOOLCHAIN, NULL);
}

/* How far the first pass is. */
struct hashing {
	struct making *m;
	uint64_t done, total;
};

static enum err
hashed(void *arg, struct bytes b)
{
	struct hashing *h = arg;

	h->done += b.n;
	tell(h->m, "reading", h->done, h->total);
	return OK;
}

static enum err
hash_all(struct making *m, struct secret_scan *scan)
{
	struct pieces *p = &m->pieces;
	struct hashing h = { m, 0, total_size(p) };
	struct piece_sink watch = { &h, hashed };
	size_t secrets = 0;

	for (size_t i = 0; i < p->n; i++) {
		bool look = looked_at(&p->piece[i]);

		secret_begin(scan, p->piece[i].name);
		TRY(piece_hash(p, &p->piece[i], look ? scan : NULL, &watch, m->f));
		secrets += look && is_secret(m, &p->piece[i], scan);
	}
	if (secrets == 0)
		return OK;
	return fault_set(m->f, FAULT_SECRET,
	    "%zu secret%s would be handed over: --leave-out leaves a file out, "
	    "--allow-secret hands it over",
	    secrets, secrets == 1 ? "" : "s");
}

/* --- updates that were handed over before --------------------------------------- */

/* Leaves out what the previous bundle has with the same name and digest. */
static enum err
drop_known(struct making *m)
{
	struct pieces *p = &m->pieces;
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct piece *one = &p->piece[i];
		const struct bundle_member *old = NULL;

		if (m->label.follows && layout_below(one->name, LAYOUT_UPDATES, NULL))
			old = bundle_find_bytes(&m->previous, one->name);
		if (old != NULL && memcmp(old->digest, one->sha256, LABEL_DIGEST) == 0)
			TRY(pieces_leave(
			    p, one->name, "it is in the previous handover", m->f));
		else
			p->piece[kept++] = *one;
	}
	p->n = kept;
	return OK;
}

/* --- writing -------------------------------------------------------------------- */

struct writing {
	struct making *m;
	struct ustar_out *out;
	struct hash hash;
	int fd;
	uint64_t done, total;
};

static enum err
to_file(void *arg, struct bytes b)
{
	struct writing *w = arg;

	if (sys_write_all(w->fd, b.p, b.n) == OK)
		return OK;
	return fault_set(w->m->f, FAULT_IO, "cannot write the bundle: %s", sys_why());
}

static enum err
to_archive(void *arg, struct bytes b)
{
	struct writing *w = arg;

	hash_add(&w->hash, b);
	w->done += b.n;
	tell(w->m, "writing", w->done, w->total);
	return ustar_put(w->out, b);
}

/* What is written must be what was hashed. */
static enum err
write_piece(struct writing *w, const struct piece *p)
{
	struct ustar_member member = { p->name, p->size, p->exec };
	struct piece_sink to = { w, to_archive };
	uint8_t digest[HASH_MAX];
	const struct layout_row *row = layout_of(p->name);
	enum err e = ustar_begin(w->out, &member);

	if (e == ERR_FORMAT)
		return fault_set(w->m->f, FAULT_SOURCE, "'%s' cannot be handed over: %s",
		    fault_quote(p->name), w->out->why);
	TRY(e);
	hash_init(&w->hash, HASH_SHA256);
	e = piece_pour(&w->m->pieces, p, &to, w->m->f);
	hash_done(&w->hash, digest);
	TRY(e);
	if (row != NULL && !(row->flags & LAYOUT_SEAL) &&
	    memcmp(digest, p->sha256, LABEL_DIGEST) != 0)
		return fault_set(w->m->f, FAULT_CHANGED,
		    "'%s' changed while it was read: nothing was written",
		    fault_quote(p->name));
	return OK;
}

static enum err
write_all(struct making *m, int fd)
{
	struct writing w = { .m = m, .fd = fd, .total = total_size(&m->pieces) };
	struct ustar_out *out = xcalloc(1, sizeof(*out));
	enum err e = OK;

	*out = (struct ustar_out){ .arg = &w, .put = to_file, .mtime = m->label.date };
	w.out = out;
	for (size_t i = 0; i < m->pieces.n && e == OK; i++)
		e = write_piece(&w, &m->pieces.piece[i]);
	if (e == OK)
		e = ustar_end(out);
	free(out);
	return e;
}

static enum err
exists(const char *path, struct fault *f)
{
	return fault_set(f, FAULT_EXISTS, "'%s' is there already, and is not overwritten",
	    fault_quote(bytes_of(path)));
}

static enum err
write_file(struct making *m, const char *path)
{
	struct below_new file;
	enum err e;

	if (below_new_open(&file, path) != OK)
		return fault_set(m->f, FAULT_IO, "cannot write '%s': %s",
		    fault_quote(bytes_of(path)), sys_why());
	e = write_all(m, file.fd);
	if (e != OK) {
		below_new_drop(&file);
		return e;
	}
	if (below_new_commit(&file) == OK)
		return OK;
	if (sys_code() == EEXIST)
		return exists(path, m->f);
	return fault_set(m->f, FAULT_IO, "cannot write '%s': %s",
	    fault_quote(bytes_of(path)), sys_why());
}

/* --- all of it ------------------------------------------------------------------ */

static enum err
make(struct making *m, const char *path, struct create_made *made)
{
	struct secret_scan *scan = xcalloc(1, sizeof(*scan));
	enum err e = gather(m);

	if (e == OK)
		e = hash_all(m, scan);
	free(scan);
	TRY(e);
	TRY(drop_known(m));
	TRY(compose(m));
	TRY(pieces_sort(&m->pieces, m->f));
	TRY(seal(m, made));
	TRY(pieces_sort(&m->pieces, m->f));
	made->members = m->pieces.n;
	made->bytes = total_size(&m->pieces);
	made->left_out = m->pieces.nleft;
	return write_file(m, path);
}

enum err
create_bundle(const struct create_want *w, const char *path, struct create_made *made,
    struct fault *f)
{
	struct making *m = xcalloc(1, sizeof(*m));
	struct stat st;
	enum err e = OK;

	*made = (struct create_made){ 0 };
	m->want = w;
	m->f = f;
	m->previous.fd = -1;
	pieces_init(&m->pieces);
	if (lstat(path, &st) == 0) /* told now, and not after ten gigabytes */
		e = exists(path, f);
	if (e == OK)
		e = make(m, path, made);
	if (m->previous.fd >= 0)
		bundle_close(&m->previous);
	if (m->toolchain)
		dpkg_close(&m->dpkg);
	pieces_done(&m->pieces);
	free(m);
	return e;
}
