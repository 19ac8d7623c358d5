/* bundle.c - see bundle.h. */
#include "handover/bundle.h"

#include <fcntl.h>
#include <inttypes.h>

#include "base/sort.h"
#include "base/sys.h"
#include "base/utc.h"
#include "crypto/hash.h"
#include "handover/bundle_check.h"
#include "handover/layout.h"
#include "handover/manifest.h"
#include "handover/survey.h"

#define MEMBERS_MOST 8000000
#define INDEX_MOST   (1u << 30) /* bytes of what is kept of all members */
#define PIECE        65536

/* --- content -------------------------------------------------------------------- */

static enum err
altered(const struct bundle_member *m, struct fault *f)
{
	return fault_set(f, FAULT_ALTERED, "'%s' is not the bytes that MANIFEST lists",
	    fault_quote(m->name));
}

static enum err
read_piece(const struct bundle *b, uint64_t off, uint8_t *to, size_t n, struct fault *f)
{
	size_t got = 0;

	while (got < n) {
		size_t some;

		if (sys_pread(b->fd, to + got, n - got, off + got, &some) != OK)
			return fault_set(
			    f, FAULT_IO, "cannot read the bundle: %s", sys_why());
		if (some == 0)
			return fault_set(f, FAULT_BUNDLE,
			    "the bundle became shorter while it was read");
		got += some;
	}
	return OK;
}

static enum err
pour(const struct bundle *b, const struct bundle_member *m, const struct bundle_sink *to,
    struct hash *h, struct fault *f)
{
	uint8_t piece[PIECE];

	for (uint64_t at = 0; at < m->size;) {
		size_t n = m->size - at < PIECE ? (size_t)(m->size - at) : PIECE;
		struct bytes got = { piece, n };

		TRY(read_piece(b, m->off + at, piece, n, f));
		hash_add(h, got);
		if (to != NULL)
			TRY(to->put(to->arg, got));
		at += n;
	}
	return OK;
}

enum err
bundle_pour(const struct bundle *b, const struct bundle_member *m,
    const struct bundle_sink *to, struct fault *f)
{
	uint8_t digest[HASH_MAX];
	struct hash h;
	enum err e;

	hash_init(&h, HASH_SHA256);
	e = pour(b, m, to, &h, f);
	hash_done(&h, digest);
	if (e == OK && !m->seal && memcmp(digest, m->digest, LABEL_DIGEST) != 0)
		return altered(m, f);
	return e;
}

static enum err
keep(void *arg, struct bytes piece)
{
	buf_put(arg, piece.p, piece.n);
	return OK;
}

enum err
bundle_read(const struct bundle *b, const struct bundle_member *m, size_t limit,
    struct buf *out, struct fault *f)
{
	struct bundle_sink to = { out, keep };

	if (m->size > limit)
		return fault_set(f, FAULT_TOO_LARGE,
		    "'%s' has more than the %zu bytes that are read of it",
		    fault_quote(m->name), limit);
	return bundle_pour(b, m, &to, f);
}

/* --- members -------------------------------------------------------------------- */

const struct bundle_member *
bundle_find_bytes(const struct bundle *b, struct bytes name)
{
	const struct archive_member *m = archive_find(&b->archive, name);

	return m != NULL ? &b->member[m - b->archive.member] : NULL;
}

const struct bundle_member *
bundle_find(const struct bundle *b, const char *name)
{
	return bundle_find_bytes(b, bytes_of(name));
}

const struct bundle_member *
bundle_artefact(const struct bundle *b, struct bytes name)
{
	const struct bundle_member *m;
	struct buf full = { 0 };

	buf_str(&full, LAYOUT_ARTEFACT);
	buf_put(&full, name.p, name.n);
	m = bundle_find_bytes(b, buf_bytes(&full));
	buf_done(&full);
	return m;
}

const struct bundle_member *
bundle_folder(const struct bundle *b, const char *folder, size_t *n)
{
	size_t lo, end;

	SORT_FIRST(lo, b->n, ustar_name_cmp(b->member[lo].name, bytes_of(folder)) >= 0);
	for (end = lo; end < b->n && layout_below(b->member[end].name, folder, NULL);)
		end++;
	*n = end - lo;
	return *n > 0 ? &b->member[lo] : NULL;
}

/* Each has a place, and is not too large for it. */
static enum err
take_members(struct bundle *b, struct fault *f)
{
	const struct archive *a = &b->archive;

	b->member = ARENA_ARRAY(&b->arena, a->n, struct bundle_member);
	if (b->member == NULL)
		return fault_set(f, FAULT_TOO_LARGE, "the bundle has too many members");
	for (size_t i = 0; i < a->n; i++) {
		const struct archive_member *m = &a->member[i];
		const struct layout_row *row = layout_of(m->name);

		if (row == NULL)
			return fault_set(f, FAULT_MEMBER,
			    "'%s' has no place in a handover bundle",
			    fault_quote(m->name));
		if (m->size > row->most)
			return fault_set(f, FAULT_TOO_LARGE,
			    "'%s' is larger than it may be", fault_quote(m->name));
		b->member[i] = (struct bundle_member){ .name = m->name,
			.off = m->off,
			.size = m->size,
			.exec = m->exec,
			.seal = row->flags & LAYOUT_SEAL };
	}
	b->n = a->n;
	return OK;
}

/* Every row that must be there has a member. */
static enum err
check_needed(const struct bundle *b, struct fault *f)
{
	for (size_t i = 0; i < layout_count; i++) {
		const struct layout_row *row = &layout_rows[i];
		size_t n = 0;

		if (!(row->flags & LAYOUT_NEEDED))
			continue;
		if (row->name[strlen(row->name) - 1] == '/')
			(void)bundle_folder(b, row->name, &n);
		else
			n = bundle_find(b, row->name) != NULL;
		if (n == 0)
			return fault_set(
			    f, FAULT_LACKS, "'%s' is missing: %s", row->name, row->what);
	}
	return OK;
}

/* --- MANIFEST ------------------------------------------------------------------- */

/* The line and the member that should be the same one. */
static enum err
pair(struct bundle_member *m, const struct manifest_line *line, struct fault *f)
{
	int c = ustar_name_cmp(m->name, line->name);

	if (c < 0)
		return fault_set(f, FAULT_UNLISTED, "'%s' is not listed in MANIFEST",
		    fault_quote(m->name));
	if (c > 0)
		return fault_set(f, FAULT_LACKS, "'%s' is missing, which MANIFEST lists",
		    fault_quote(line->name));
	memcpy(m->digest, line->digest, LABEL_DIGEST);
	return OK;
}

/* Nothing can come after the last of either, so it stands for what is missing. */
static const struct bytes after_all = { (const uint8_t *)"\xff", 1 };

/* Both are sorted in the same way, so one step at a time is enough. */
static enum err
pair_all(struct bundle *b, struct manifest *lines, struct fault *f)
{
	size_t i = 0;

	for (;;) {
		struct bundle_member none = { .name = after_all };
		struct manifest_line line;
		enum err e = manifest_next(lines, &line, f);

		while (i < b->n && b->member[i].seal)
			i++;
		if (e != OK && e != ERR_END)
			return e;
		if (e == ERR_END && i == b->n)
			return OK;
		if (e == ERR_END)
			line.name = after_all;
		TRY(pair(i < b->n ? &b->member[i] : &none, &line, f));
		i++;
	}
}

static enum err
take_manifest(struct bundle *b, struct fault *f)
{
	const struct bundle_member *m = bundle_find(b, LAYOUT_MANIFEST);
	struct manifest lines;
	enum err e;

	if (m == NULL)
		return fault_set(
		    f, FAULT_BUNDLE, "this is no handover bundle: it has no MANIFEST");
	TRY(bundle_read(b, m, SIZE_MAX, &b->manifest, f));
	hash_of(HASH_SHA256, buf_bytes(&b->manifest), b->digest);
	manifest_open(&lines, buf_bytes(&b->manifest));
	e = pair_all(b, &lines, f);
	manifest_done(&lines);
	return e;
}

/* --- opening -------------------------------------------------------------------- */

static enum err
open_archive(struct bundle *b, uint64_t most, struct fault *f)
{
	const struct ustar_limits limits = { .members = MEMBERS_MOST,
		.bytes = most ? most : BUNDLE_MOST };
	struct archive_refusal why = { 0 };
	struct stat st;
	enum err e = sys_stat(b->fd, &st);

	if (e == OK && !S_ISREG(st.st_mode))
		return fault_set(
		    f, FAULT_IO, "the bundle is no file but a %s", sys_kind(st.st_mode));
	if (e == OK)
		e = archive_open(b->fd, &limits, &b->archive, &why);
	if (e == OK)
		return OK;
	if (e == ERR_LIMIT)
		return fault_set(f, FAULT_TOO_LARGE,
		    "the bundle: member %" PRIu64 ", '%s': %s%s", why.member,
		    fault_quote((struct bytes){ why.name, why.name_n }), why.why,
		    why.fault == USTAR_BYTES ? " (--limit allows more)" : "");
	if (e == ERR_FORMAT)
		return survey_refused(b->fd, &why, f);
	return fault_set(f, FAULT_IO, "cannot read the bundle: %s", sys_why());
}

static enum err
open_bundle(struct bundle *b, uint64_t most, struct fault *f)
{
	TRY(open_archive(b, most, f));
	TRY(take_members(b, f));
	TRY(take_manifest(b, f));
	TRY(check_needed(b, f));
	return bundle_check(b, f);
}

enum err
bundle_open_fd(int fd, uint64_t most, struct bundle *out, struct fault *f)
{
	enum err e;

	*out = (struct bundle){ .fd = fd, .archive = { .fd = -1 } };
	arena_init(&out->arena, INDEX_MOST);
	e = open_bundle(out, most, f);
	if (e != OK)
		bundle_close(out);
	return e;
}

enum err
bundle_open(const char *path, uint64_t most, struct bundle *out, struct fault *f)
{
	int fd;

	if (sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) == OK)
		return bundle_open_fd(fd, most, out, f);
	*out = (struct bundle){ .fd = -1, .archive = { .fd = -1 } };
	return fault_set(
	    f, FAULT_IO, "cannot open '%s': %s", fault_quote(bytes_of(path)), sys_why());
}

void
bundle_close(struct bundle *b)
{
	archive_done(&b->archive);
	arena_done(&b->arena);
	buf_done(&b->manifest);
	fd_closep(&b->fd);
	*b = (struct bundle){ .fd = -1, .archive = { .fd = -1 } };
}
