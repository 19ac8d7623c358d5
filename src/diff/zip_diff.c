/*
 * zip_diff.c - see zip.h: what nobody accounts for, then one aspect of all members after
 * the other. Members are unpacked once more only where their packed bytes differ, within
 * the run's budget of unpacked bytes and its time.
 */
#include "diff/zip.h"

#include <stdio.h>

#include "base/sort.h"

#define ARENA_MAX (192u << 20)
#define SHOWN     48 /* bytes of what is left over that a line shows */

/* Bytes of the file, from at on. */
struct piece {
	uint64_t at;
	struct bytes b;
	bool zeros;
};

struct pieces {
	struct piece *p;
	size_t n, cap;
};

struct side {
	struct zip zip;
	struct span_map map;
	struct arena arena;
	struct pieces left;      /* what nobody accounts for */
	struct zip_entry **name; /* by name, then in the directory's order */
};

struct zips {
	struct run *run;
	struct side a, b;
	struct run_lines lines;
	uint64_t left; /* bytes that may still be unpacked */
	enum err err;  /* the first that ended a look */
};

/* --- what is left over ---------------------------------------------------- */

static bool
only_zeros(struct bytes b)
{
	size_t i = 0;

	while (i < b.n && b.p[i] == 0)
		i++;
	return i == b.n;
}

static enum err
add(struct side *s, struct pieces *to, uint64_t at, uint64_t end)
{
	struct bytes b =
	    at < end ? bytes_sub(s->zip.file, at, end - at) : (struct bytes){ 0 };

	if (b.n == 0)
		return OK;
	if (to->n == to->cap)
		to->p = arena_grow(&s->arena, to->p, &to->cap, to->n + 1, sizeof(*to->p));
	if (to->p == NULL)
		return ERR_LIMIT;
	to->p[to->n++] = (struct piece){ at, b, only_zeros(b) };
	return OK;
}

static int
by_head(const void *x, const void *y)
{
	const struct zip_entry *p = *(struct zip_entry *const *)x;
	const struct zip_entry *q = *(struct zip_entry *const *)y;

	return p->head < q->head ? -1 : p->head > q->head;
}

static int
by_name(const void *x, const void *y)
{
	const struct zip_entry *p = *(struct zip_entry *const *)x;
	const struct zip_entry *q = *(struct zip_entry *const *)y;
	int c = bytes_cmp(p->name, q->name);

	return c ? c : p < q ? -1 : p > q;
}

/* Before the members, between them, between directory and end, and behind the end. */
static enum err
find_left(struct side *s)
{
	struct zip *z = &s->zip;
	uint64_t at = 0;

	sort(s->name, z->n, sizeof(struct zip_entry *), by_head);
	for (uint32_t i = 0; i < z->n; i++) {
		TRY(add(s, &s->left, at, s->name[i]->head));
		at = s->name[i]->end > at ? s->name[i]->end : at;
	}
	TRY(add(s, &s->left, at, z->directory));
	TRY(add(s, &s->left, z->directory_end, z->tail));
	return add(s, &s->left, z->tail_end, z->file.n);
}

static enum err
open_side(struct side *s, const struct span *span)
{
	struct zip *z = &s->zip;

	TRY(span_map(span, &s->map));
	TRY(zip_read(s->map.b, &s->arena, z));
	s->name = ARENA_ARRAY(&s->arena, z->n + 1u, struct zip_entry *);
	if (s->name == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < z->n; i++)
		s->name[i] = &z->entry[i];
	TRY(find_left(s));
	sort(s->name, z->n, sizeof(struct zip_entry *), by_name);
	return OK;
}

static void
put_pieces(struct run_lines *l, enum diff_side side, const struct pieces *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct bytes b = bytes_clip(p->p[i].b, 0, SHOWN);
		char shown[SHOWN + 1];

		for (size_t k = 0; k < b.n; k++)
			shown[k] = (char)(b.p[k] >= ' ' && b.p[k] < 127 ? b.p[k] : '.');
		shown[b.n] = '\0';
		run_linef(l, side, p->p[i].at, "%zu bytes: %s%s", p->p[i].b.n, shown,
		    b.n < p->p[i].b.n ? "..." : "");
	}
}

static void
left_diff(struct zips *z)
{
	const struct pieces *a = &z->a.left, *b = &z->b.left;
	bool same = a->n == b->n, zeros = true;

	for (size_t i = 0; i < a->n; i++) {
		same = same && bytes_eq(a->p[i].b, b->p[i].b);
		zeros = zeros && a->p[i].zeros;
	}
	for (size_t i = 0; i < b->n; i++)
		zeros = zeros && b->p[i].zeros;
	if (same)
		return;
	run_lines_clear(&z->lines);
	put_pieces(&z->lines, DIFF_A, a);
	put_pieces(&z->lines, DIFF_B, b);
	run_found(z->run, zeros ? DIFF_METADATA : DIFF_CODE,
	    BYTES_LIT("outside of the members"), &z->lines,
	    zeros ? "other fill"
		  : "bytes differ that the directory does not account for");
}

/* --- member by member ----------------------------------------------------- */

/* What the local header tells otherwise than the directory: read by who reads streams. */
static bool
contradicts(const struct zip_entry *e)
{
	bool told = (e->flags & 8) == 0 && e->size != UINT32_MAX && e->size >> 32 == 0;

	return !bytes_eq(e->name, e->local_name) || rec_le16(e->local, 8) != e->method ||
	       ((rec_le16(e->local, 6) ^ e->flags) & 9) != 0 ||
	       (told && rec_le32(e->local, 14) != e->crc) ||
	       (told && rec_le32(e->local, 22) != UINT32_MAX &&
		   (rec_le32(e->local, 22) != e->size ||
		       rec_le32(e->local, 18) != e->packed.n));
}

/* Bytes behind the end of a member's own data, inside of what it is said to be. */
static struct bytes
behind(struct zips *z, const struct zip_entry *e)
{
	size_t end = e->packed.n;
	enum err err = OK;

	if (e->method == 8)
		err = zip_stream_end(z->run, e->packed, &z->left, &end);
	else if (e->method == 0)
		end = e->size < end ? (size_t)e->size : end;
	z->err = z->err == OK ? err : z->err;
	return bytes_from(e->packed, end);
}

/* For "%.*s": a view that may be of no bytes. */
#define PUT(b) (int)((b).n < 256 ? (b).n : 256), (b).p ? (const char *)(b).p : ""

static void
put_entry(
    struct run_lines *l, enum diff_side side, const struct zip_entry *e, const char *what)
{
	run_linef(l, side, e->head, "%.*s: %s", PUT(e->name), what);
}

/* A member and its partner, or NULL when only one side has it. */
typedef bool entry_fn(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other);

static bool
odd_header(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other)
{
	if (!contradicts(e))
		return false;
	if (other != NULL && contradicts(other) && bytes_eq(e->local, other->local) &&
	    bytes_eq(e->local_name, other->local_name))
		return false;
	run_linef(&z->lines, side, e->head,
	    "%.*s: the header before the data says '%.*s', method %u, %u bytes",
	    PUT(e->name), PUT(e->local_name), rec_le16(e->local, 8),
	    rec_le32(e->local, 22));
	return true;
}

static bool
odd_tail(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other)
{
	struct bytes mine;

	/* who packed the same in the same way hid the same */
	if (z->err != OK || (other != NULL && bytes_eq(e->packed, other->packed)))
		return false;
	mine = behind(z, e);
	if (mine.n == 0 || (other != NULL && bytes_eq(mine, behind(z, other))))
		return false;
	run_linef(&z->lines, side, e->head, "%.*s: %zu bytes behind the end of its data",
	    PUT(e->name), mine.n);
	return true;
}

static bool
odd_comment(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other)
{
	if (bytes_eq(e->comment, other ? other->comment : (struct bytes){ 0 }))
		return false;
	run_linef(&z->lines, side, e->head, "%.*s: %.*s", PUT(e->name), PUT(e->comment));
	return true;
}

/* --- extra fields --------------------------------------------------------- */

enum extra_class { EXTRA_LAYOUT, EXTRA_TIMES, EXTRA_OWNERS, EXTRA_OTHER, EXTRA_CLASSES };

/* 4.5.2 and 4.6: what is known to hold no content. */
static enum extra_class
extra_class(uint16_t id, struct bytes data)
{
	static const struct {
		uint16_t id;
		uint8_t cls;
	} known[] = {
		{ 0x0001, EXTRA_LAYOUT }, /* zip64 */
		{ 0xd935, EXTRA_LAYOUT }, /* alignment; its fill is zeros */
		{ 0x000a, EXTRA_TIMES },  /* NTFS */
		{ 0x5455, EXTRA_TIMES },  /* extended timestamp */
		{ 0x5855, EXTRA_TIMES },  /* Info-ZIP Unix, of old */
		{ 0x7855, EXTRA_OWNERS },
		{ 0x7875, EXTRA_OWNERS },
	};
	static const uint8_t most[EXTRA_CLASSES] = { 32, 32, 16, 0 };

	if (id == 0xcafe && data.n == 0)
		return EXTRA_LAYOUT; /* the mark of a jar */
	if (id == 0xd935 && !only_zeros(bytes_from(data, 2)))
		return EXTRA_OTHER;
	for (size_t i = 0; i < COUNT(known); i++)
		/* one that is longer than its form holds something else, too */
		if (known[i].id == id && (id == 0xd935 || data.n <= most[known[i].cls]))
			return (enum extra_class)known[i].cls;
	return EXTRA_OTHER;
}

/* The fields of a class, one behind the other; what is no field is of the last. */
static void
put_extra(struct buf *to, struct bytes extra, enum extra_class cls)
{
	struct cur c = cur_at(extra, 0);

	while (cur_left(&c) >= 4) {
		struct cur at = c;
		uint16_t id = cur_le16(&c);
		struct bytes data = cur_take(&c, cur_le16(&c));

		if (!cur_ok(&c)) {
			c = at;
			break;
		}
		if (extra_class(id, data) == cls) {
			buf_le16(to, id);
			buf_le16(to, (uint16_t)data.n);
			buf_put(to, data.p, data.n);
		}
	}
	if (cls == EXTRA_OTHER && !only_zeros((struct bytes){ c.p, cur_left(&c) }))
		buf_put(to, c.p, cur_left(&c));
}

static void
put_extras(struct buf *to, const struct zip_entry *e, enum extra_class cls)
{
	put_extra(to, e->extra, cls);
	put_extra(to, e->local_extra, cls);
}

static bool
odd_extra(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other, enum extra_class cls)
{
	struct buf x = { 0 }, y = { 0 };
	char what[64];
	bool same;

	put_extras(&x, e, cls);
	if (other != NULL)
		put_extras(&y, other, cls);
	same = bytes_eq(buf_bytes(&x), buf_bytes(&y)) ||
	       (other == NULL && cls != EXTRA_OTHER);
	if (!same) {
		snprintf(what, sizeof(what), "%zu bytes in extra fields", x.n);
		put_entry(&z->lines, side, e, what);
	}
	buf_done(&x);
	buf_done(&y);
	return !same;
}

static bool
odd_times(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other)
{
	return odd_extra(z, side, e, other, EXTRA_TIMES);
}

static bool
odd_owners(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other)
{
	return odd_extra(z, side, e, other, EXTRA_OWNERS);
}

static bool
odd_others(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other)
{
	return odd_extra(z, side, e, other, EXTRA_OTHER);
}

/* Who made it, on which system, and what that system thinks of the file. */
static bool
odd_maker(struct zips *z, enum diff_side side, const struct zip_entry *e,
    const struct zip_entry *other)
{
	/* 4.4.4: bits 1 and 2 say how hard the packer tried */
	if (other == NULL ||
	    (rec_le16(e->central, 4) == rec_le16(other->central, 4) &&
		((e->flags ^ other->flags) & ~6) == 0 &&
		rec_le32(e->central, 36) == rec_le32(other->central, 36) &&
		rec_le16(e->central, 40) == rec_le16(other->central, 40)))
		return false;
	put_entry(&z->lines, side, e, "made by another program, or on another system");
	return true;
}

static const struct {
	entry_fn *fn;
	enum diff_class cls;
	const char *where, *what;
} aspects[] = {
	{ odd_header, DIFF_CODE, "headers",
	    "what stands before the data is not what the directory says" },
	{ odd_tail, DIFF_CODE, "data", "bytes lie behind the end of a member's data" },
	{ odd_others, DIFF_DATA, "extra fields", "they hold other bytes" },
	{ odd_comment, DIFF_DATA, "comments", "members have other comments" },
	{ odd_times, DIFF_TIMESTAMP, "extra fields", "they hold other times" },
	{ odd_owners, DIFF_METADATA, "extra fields", "they hold other owners" },
	{ odd_maker, DIFF_METADATA, "directory", "it says that others made the members" },
};

/* Both lists are by name: partners are met together. */
static uint32_t
each(struct zips *z, entry_fn *fn)
{
	struct zip_entry **a = z->a.name, **b = z->b.name;
	uint32_t i = 0, j = 0, n = 0;

	while (i < z->a.zip.n || j < z->b.zip.n) {
		int c = i == z->a.zip.n   ? 1
			: j == z->b.zip.n ? -1
					  : bytes_cmp(a[i]->name, b[j]->name);
		const struct zip_entry *x = c <= 0 ? a[i++] : NULL;
		const struct zip_entry *y = c >= 0 ? b[j++] : NULL;

		n += x != NULL && fn(z, DIFF_A, x, y);
		n += y != NULL && fn(z, DIFF_B, y, x);
	}
	return n;
}

static void
members_diff(struct zips *z)
{
	for (size_t i = 0; i < COUNT(aspects); i++) {
		run_lines_clear(&z->lines);
		if (each(z, aspects[i].fn) > 0)
			run_found(z->run, aspects[i].cls, bytes_of(aspects[i].where),
			    &z->lines, "%s", aspects[i].what);
	}
	if (bytes_eq(z->a.zip.comment, z->b.zip.comment))
		return;
	run_lines_clear(&z->lines);
	run_line(&z->lines, DIFF_A, z->a.zip.tail, z->a.zip.comment);
	run_line(&z->lines, DIFF_B, z->b.zip.tail, z->b.zip.comment);
	run_found(z->run, DIFF_DATA, BYTES_LIT("comment"), &z->lines,
	    "the archive has another comment");
}

enum err
zip_diff(struct run *r, const struct span *a, const struct span *b)
{
	struct zips z = { .run = r, .left = r->limit.unpack };
	enum err e;

	arena_init(&z.a.arena, ARENA_MAX);
	arena_init(&z.b.arena, ARENA_MAX);
	run_lines_init(&z.lines, r);
	e = open_side(&z.a, a);
	if (e == OK)
		e = open_side(&z.b, b);
	if (e == OK) {
		left_diff(&z);
		members_diff(&z);
		e = z.err;
	}
	run_lines_done(&z.lines);
	arena_done(&z.a.arena);
	arena_done(&z.b.arena);
	span_unmap(&z.a.map);
	span_unmap(&z.b.map);
	return e;
}
