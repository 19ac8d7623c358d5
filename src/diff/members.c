#include "diff/members.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <time.h>

#include "base/sort.h"
#include "result/named.h"

#define NAMES_MAX   (96u << 20) /* bytes of names and lists of one container */
#define INPUT_BLOCK (64u << 10)
#define HARD_BACK   4096 /* members before a hard link that it may be another name of */

struct reader {
	struct run *run;
	unsigned side;
	const struct span *s;
	uint64_t at; /* of the next read */
	enum err io;
	struct archive *archive;
	struct members *out, *other;
	enum kind kind;
	uint8_t input[INPUT_BLOCK];
};

/* --- libarchive's view of a span ------------------------------------------ */

static la_ssize_t
on_read(struct archive *a, void *arg, const void **buffer)
{
	struct reader *r = arg;
	size_t got = 0;

	r->io = span_read(r->s, r->at, r->input, INPUT_BLOCK, &got);
	if (r->io != OK) {
		archive_set_error(a, EIO, "it changed while it was read");
		return ARCHIVE_FATAL;
	}
	r->at += got;
	*buffer = r->input;
	return (la_ssize_t)got;
}

static la_int64_t
on_skip(struct archive *a, void *arg, la_int64_t n)
{
	struct reader *r = arg;
	uint64_t left = r->at < r->s->size ? r->s->size - r->at : 0;
	uint64_t step = n < 0 ? 0 : (uint64_t)n < left ? (uint64_t)n : left;

	(void)a;
	r->at += step;
	return (la_int64_t)step;
}

static la_int64_t
on_seek(struct archive *a, void *arg, la_int64_t off, int whence)
{
	struct reader *r = arg;
	int64_t base = whence == SEEK_SET   ? 0
		       : whence == SEEK_CUR ? (int64_t)r->at
					    : (int64_t)r->s->size;
	int64_t to;

	(void)a;
	if (__builtin_add_overflow(base, off, &to) || to < 0)
		return ARCHIVE_FATAL;
	r->at = (uint64_t)to;
	return to;
}

/*
 * One filter, appended and not supported: else libarchive would look for more streams
 * inside of the first, and open what is a pair of its own to us.
 */
static void
choose_filter(struct archive *a, enum kind k)
{
	static const struct {
		enum kind kind;
		int filter;
	} filters[] = {
		{ KIND_GZIP, ARCHIVE_FILTER_GZIP },
		{ KIND_BZIP2, ARCHIVE_FILTER_BZIP2 },
		{ KIND_XZ, ARCHIVE_FILTER_XZ },
		{ KIND_LZMA, ARCHIVE_FILTER_LZMA },
		{ KIND_ZSTD, ARCHIVE_FILTER_ZSTD },
		{ KIND_LZ4, ARCHIVE_FILTER_LZ4 },
	};

	/* Appended, this one reads at once, from an archive that is not open yet. */
	if (k == KIND_COMPRESS)
		archive_read_support_filter_compress(a);

	for (size_t i = 0; i < COUNT(filters); i++)
		if (filters[i].kind == k)
			archive_read_append_filter(a, filters[i].filter);
	archive_read_support_format_raw(a);
}

/* Only what the probe said it is; filters that would start a program are left out. */
static void
choose(struct archive *a, enum kind k)
{
	switch (k) {
	case KIND_AR: archive_read_support_format_ar(a); break;
	case KIND_TAR: archive_read_support_format_tar(a); break;
	case KIND_CPIO: archive_read_support_format_cpio(a); break;
	case KIND_ZIP: archive_read_support_format_zip_seekable(a); break;
	case KIND_ISO: archive_read_support_format_iso9660(a); break;
	case KIND_7Z: archive_read_support_format_7zip(a); break;
	case KIND_CAB: archive_read_support_format_cab(a); break;
	case KIND_RAR:
		archive_read_support_format_rar(a);
		archive_read_support_format_rar5(a);
		break;
	default: choose_filter(a, k);
	}
}

static enum err
open_archive(struct reader *r)
{
	r->archive = archive_read_new();
	if (r->archive == NULL)
		return ERR_LIMIT;
	choose(r->archive, r->kind);
	archive_read_set_read_callback(r->archive, on_read);
	archive_read_set_skip_callback(r->archive, on_skip);
	archive_read_set_seek_callback(r->archive, on_seek);
	archive_read_set_callback_data(r->archive, r);
	return archive_read_open1(r->archive) == ARCHIVE_OK ? OK : ERR_FORMAT;
}

/* --- entries -------------------------------------------------------------- */

static enum member_type
type_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e) != NULL)
		return MEMBER_HARD;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG: return MEMBER_FILE;
	case AE_IFDIR: return MEMBER_FOLDER;
	case AE_IFLNK: return MEMBER_LINK;
	case AE_IFCHR:
	case AE_IFBLK: return MEMBER_DEVICE;
	/* zip and raw streams need not say */
	case 0: return MEMBER_FILE;
	default: return MEMBER_OTHER;
	}
}

static struct bytes
keep(struct members *m, const char *s)
{
	struct bytes b = bytes_of(s);

	b = bytes_clip(b, 0, DIFF_NAME_MAX);
	return b.n ? arena_bytes(&m->arena, b) : (struct bytes){ (const uint8_t *)"", 0 };
}

/* "./usr/" is "usr": how a folder is written says nothing about what is in it. */
static struct bytes
clean_name(struct bytes n)
{
	while (n.n > 2 && n.p[0] == '.' && n.p[1] == '/')
		n = bytes_from(n, 2);
	while (n.n > 1 && n.p[n.n - 1] == '/')
		n.n--;
	return n;
}

/* What a stream's content is called: the container's name without what it ends in. */
static struct bytes
content_name(struct bytes name)
{
	struct bytes base = named_base(name), stem = named_stem(base);

	return stem.n < base.n ? stem : BYTES_LIT("content");
}

static enum err
add_member(
    struct reader *r, struct archive_entry *e, struct bytes name, struct member **out)
{
	struct members *m = r->out;
	struct member *t;

	if (r->run->members++ >= r->run->limit.members)
		return ERR_LIMIT;
	if (m->n == m->cap) {
		t = arena_grow(&m->arena, m->list, &m->cap, m->n + 1u, sizeof(*t));
		if (t == NULL)
			return ERR_LIMIT;
		m->list = t;
	}
	t = &m->list[m->n];
	*t = (struct member){
		.name = kind_is_stream(r->kind)
			    ? content_name(name)
			    : clean_name(keep(m, archive_entry_pathname(e))),
		.type = type_of(e),
		.mode = (uint32_t)archive_entry_perm(e),
		.uid = (uint64_t)archive_entry_uid(e),
		.gid = (uint64_t)archive_entry_gid(e),
		.owner = keep(m, archive_entry_uname(e)),
		.group = keep(m, archive_entry_gname(e)),
		.device = (uint64_t)archive_entry_rdev(e),
		.mtime = archive_entry_mtime_is_set(e) ? archive_entry_mtime(e)
						       : MEMBER_NO_TIME,
		.nsec = (uint32_t)archive_entry_mtime_nsec(e),
		.order = m->n,
	};
	t->target = t->type == MEMBER_HARD
			? clean_name(keep(m, archive_entry_hardlink(e)))
			: keep(m, archive_entry_symlink(e));
	if (t->name.p == NULL || t->target.p == NULL || t->owner.p == NULL ||
	    t->group.p == NULL)
		return ERR_LIMIT;
	m->n++;
	*out = t;
	return OK;
}

/* --- data ----------------------------------------------------------------- */

/* Formats whose members lie in them as they are, one stretch each. */
static bool
may_be_in_place(struct reader *r, struct archive_entry *e)
{
	return (r->kind == KIND_TAR || r->kind == KIND_AR || r->kind == KIND_CPIO) &&
	       archive_filter_count(r->archive) == 1 && archive_entry_size_is_set(e) &&
	       archive_entry_sparse_count(e) == 0;
}

/* Where libarchive stands after a header is where the data begins. */
static bool
find_in_place(struct reader *r, struct archive_entry *e, struct span *out)
{
	int64_t at = archive_filter_bytes(r->archive, 0);
	int64_t size = archive_entry_size(e);

	if (at < 0 || size < 0 || (uint64_t)at > r->s->size ||
	    (uint64_t)size > r->s->size - (uint64_t)at)
		return false;
	*out = span_sub(r->s, (uint64_t)at, (uint64_t)size);
	return true;
}

static enum err
put_block(struct reader *r, const void *p, size_t n, uint64_t off, uint64_t mark)
{
	static const uint8_t zeros[4096];
	struct scratch *to = &r->run->scratch[r->side];
	uint64_t have = to->at - mark;

	if (off < have)
		return ERR_FORMAT; /* pieces come in order, or the format lies */
	if (n > r->run->limit.unpack - r->run->unpacked ||
	    off - have > r->run->limit.unpack - r->run->unpacked - n)
		return ERR_LIMIT;
	r->run->unpacked += n + (off - have);
	for (uint64_t hole = off - have; hole > 0;) {
		size_t step = hole < sizeof(zeros) ? (size_t)hole : sizeof(zeros);

		TRY(scratch_put(to, (struct bytes){ zeros, step }));
		hole -= step;
	}
	return scratch_put(to, (struct bytes){ p, n });
}

static enum err
fault_of(struct reader *r, int code)
{
	if (code == ARCHIVE_OK || code == ARCHIVE_WARN)
		return OK;
	if (code == ARCHIVE_EOF)
		return ERR_END;
	return r->io != OK ? r->io : ERR_FORMAT;
}

static enum err
unpack(struct reader *r, struct member *t)
{
	struct scratch *to = &r->run->scratch[r->side];
	uint64_t mark = to->at;
	enum err e = OK;

	while (e == OK) {
		const void *p;
		size_t n;
		la_int64_t off;

		e = fault_of(r, archive_read_data_block(r->archive, &p, &n, &off));
		if (e == OK)
			e = run_late(r->run) ? ERR_LIMIT
					     : put_block(r, p, n, (uint64_t)off, mark);
	}
	t->span = scratch_since(to, mark);
	return e == ERR_END ? OK : e;
}

/* B's member holds what A's of that name does: it need not be kept. */
static enum err
drop_same(struct reader *r, struct member *t)
{
	struct member *p = r->other ? members_find(r->other, t->name) : NULL;
	struct scratch *s = &r->run->scratch[r->side];
	uint64_t at;

	if (p == NULL || p->type != MEMBER_FILE || p->span.size != t->span.size ||
	    t->span.size == 0)
		return OK;
	TRY(span_differ(&p->span, &t->span, 0, r->run->windows, &at));
	if (at == UINT64_MAX) {
		s->at -= t->span.size;
		t->span = p->span;
	}
	return OK;
}

static enum err
read_data(struct reader *r, struct archive_entry *e, struct member *t)
{
	if (may_be_in_place(r, e) && find_in_place(r, e, &t->span))
		return fault_of(r, archive_read_data_skip(r->archive));
	r->out->in_place = false;
	TRY(unpack(r, t));
	return drop_same(r, t);
}

/* Another name of a member that was before it: the same bytes. */
static void
follow_hard(struct members *m, struct member *t)
{
	uint32_t least = m->n > HARD_BACK ? m->n - HARD_BACK : 0;

	for (uint32_t i = m->n; i > least; i--)
		if (m->list[i - 1].type == MEMBER_FILE &&
		    bytes_eq(m->list[i - 1].name, t->target)) {
			t->span = m->list[i - 1].span;
			return;
		}
}

static enum err
find_kind(struct member *t, uint8_t *head)
{
	size_t got = 0;

	if (t->type == MEMBER_FILE)
		TRY(span_read(&t->span, 0, head, KIND_HEAD, &got));
	t->kind = kind_of((struct bytes){ head, got }, t->span.size, t->name, t->mode);
	return OK;
}

static enum err
read_entry(struct reader *r, struct archive_entry *e, struct bytes name)
{
	struct member *t;

	TRY(add_member(r, e, name, &t));
	if (t->type == MEMBER_FILE)
		TRY(read_data(r, e, t));
	else if (t->type == MEMBER_HARD)
		follow_hard(r->out, t);
	return OK;
}

/* ERR_END: all was read; else why not. */
static enum err
read_entries(struct reader *r, struct bytes name)
{
	for (;;) {
		struct archive_entry *e;
		enum err err = fault_of(r, archive_read_next_header(r->archive, &e));

		if (err == OK && run_late(r->run))
			err = ERR_LIMIT;
		if (err == OK)
			err = read_entry(r, e, name);
		if (err != OK)
			return err;
	}
}

/* libarchive's words about what is wrong may hold a stranger's bytes: kept short. */
static void
tell_fault(struct reader *r, enum err e)
{
	const char *why = archive_error_string(r->archive);

	if (e == ERR_FORMAT)
		run_damaged(r->run, "%s cannot be read to its end: %.200s",
		    r->side == 0 ? "the first" : "the second",
		    why ? why : "it is not what it says it is");
	else
		run_stopped(r->run, e);
}

/*
 * Where the format itself says that it ends: 7zFormat.txt, SignatureHeader, and [MS-CAB]
 * 2.1, cbCabinet. Both are read from the middle, so where libarchive stopped says
 * nothing.
 */
static enum err
told_end(const struct reader *r, uint64_t *end)
{
	uint8_t head[32] = { 0 };
	size_t got;

	TRY(span_read(r->s, 0, head, sizeof(head), &got));
	if (r->kind == KIND_7Z)
		*end = num_add(32, num_add(le64(head + 12), le64(head + 20)));
	else if (r->kind == KIND_CAB)
		*end = le32(head + 8);
	return OK;
}

enum err
members_read(struct run *run, unsigned side, enum kind kind, const struct span *s,
    struct bytes name, struct members *other, struct members *out)
{
	struct reader *r = calloc(1, sizeof(*r));
	enum err e;

	if (r == NULL)
		return ERR_LIMIT;
	*out = (struct members){
		.in_place = true, .stream = kind_is_stream(kind), .end = UINT64_MAX
	};
	arena_init(&out->arena, NAMES_MAX);
	r->run = run;
	r->side = side;
	r->s = s;
	r->kind = kind;
	r->out = out;
	r->other = other;
	e = open_archive(r);
	if (e == OK)
		e = read_entries(r, name);
	if (e == ERR_END) {
		/* of a stream what was taken out of the span, of others what was read */
		out->end =
		    (uint64_t)archive_filter_bytes(r->archive, out->stream ? 1 : 0);
		out->format = keep(out, archive_format_name(r->archive));
		e = told_end(r, &out->end);
	}
	if (e != OK)
		tell_fault(r, e);
	archive_read_free(r->archive);
	free(r);
	for (uint32_t i = 0; i < out->n; i++)
		TRY(find_kind(&out->list[i], run->windows->a));
	return members_sort(out);
}

enum err
members_whole(
    const struct span *s, struct bytes name, struct kind_found kind, struct members *out)
{
	*out =
	    (struct members){ .in_place = true, .stream = true, .end = s->size, .n = 1 };
	arena_init(&out->arena, NAMES_MAX);
	out->list = ARENA_NEW(&out->arena, struct member);
	if (out->list == NULL)
		return ERR_LIMIT;
	*out->list = (struct member){ .name = arena_bytes(&out->arena, name),
		.mtime = MEMBER_NO_TIME,
		.span = *s,
		.kind = kind };
	return out->list->name.p ? members_sort(out) : ERR_LIMIT;
}

void
members_done(struct members *m)
{
	arena_done(&m->arena);
	*m = (struct members){ 0 };
}

/* --- by name -------------------------------------------------------------- */

static int
compare_names(const void *x, const void *y)
{
	const struct member *p = *(struct member *const *)x;
	const struct member *q = *(struct member *const *)y;
	int c = bytes_cmp(p->name, q->name);

	return c ? c : p->order < q->order ? -1 : p->order > q->order;
}

enum err
members_sort(struct members *m)
{
	m->by_name = ARENA_ARRAY(&m->arena, m->n + 1u, struct member *);
	if (m->by_name == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < m->n; i++)
		m->by_name[i] = &m->list[i];
	sort(m->by_name, m->n, sizeof(struct member *), compare_names);
	return OK;
}

struct member *
members_find(const struct members *m, struct bytes name)
{
	size_t lo;

	SORT_FIRST(lo, m->n, bytes_cmp(m->by_name[lo]->name, name) >= 0);
	while (lo < m->n && bytes_eq(m->by_name[lo]->name, name)) {
		if (m->by_name[lo]->partner == NULL)
			return m->by_name[lo];
		lo++;
	}
	return NULL;
}

void
members_init(void)
{
	/*
	 * Names in archives are said to be UTF-8; in glibc's own C.UTF-8 they need no
	 * conversion, and so no file of iconv, which could not be opened any more.
	 */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	struct archive *a = archive_read_new();

	if (utf8 != (locale_t)0)
		uselocale(utf8);
	/* times in zip are local ones; in one zone for everybody, which needs no file */
	setenv("TZ", "UTC0", 1);
	tzset();
	archive_read_support_format_tar(a);
	archive_read_free(a);
}
