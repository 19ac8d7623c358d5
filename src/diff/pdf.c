#include "diff/pdf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/sort.h"
#include "diff/cause.h"
#include "diff/inflate.h"
#include "diff/kind.h"
#include "diff/text.h"

#define OBJECTS_MAX (1u << 20)
#define STREAM_MAX  (64u << 20) /* bytes of one stream, unpacked */
#define SHOWN_MAX   4096        /* bytes of a dictionary that are looked at for a cause */

struct object {
	uint32_t number, order;
	struct bytes dict;   /* up to "stream" or "endobj" */
	struct bytes stream; /* p NULL: it has none */
};

struct objects {
	struct object *p;
	uint32_t n;
	size_t cap;
	struct bytes tail; /* from the last "trailer" on; or empty */
};

static bool
blank(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

/* The number that ends before at, and where it begins; false: there is none. */
static bool
number_before(struct bytes b, uint64_t at, uint32_t *out, uint64_t *begin)
{
	uint64_t to, from;
	uint32_t v = 0;

	while (at > 0 && blank(b.p[at - 1]))
		at--;
	to = from = at;
	while (from > 0 && b.p[from - 1] >= '0' && b.p[from - 1] <= '9' && to - from < 9)
		from--;
	for (uint64_t i = from; i < to; i++)
		v = v * 10 + (b.p[i] - '0');
	*out = v;
	*begin = from;
	return from < to;
}

/* ISO 32000-1, 7.3.8.1: "stream", CR LF or LF, the bytes, "endstream". */
static void
split(struct bytes body, struct object *o)
{
	uint64_t at = bytes_find(body, 0, BYTES_LIT("stream")), from, end;

	o->dict = body;
	if (at == UINT64_MAX)
		return;
	from = at + 6;
	from += bytes_eq(bytes_clip(body, from, 2), BYTES_LIT("\r\n")) ? 2 : 1;
	end = bytes_find(body, from, BYTES_LIT("endstream"));
	o->dict = bytes_sub(body, 0, at);
	o->stream = bytes_clip(body, from, (end == UINT64_MAX ? body.n : end) - from);
}

static enum err
find_objects(struct bytes f, struct arena *arena, struct objects *out)
{
	uint64_t at = 0;

	while ((at = bytes_find(f, at, BYTES_LIT(" obj"))) != UINT64_MAX) {
		struct object o = { .order = out->n };
		uint32_t generation;
		uint64_t begin, end;

		at += 4;
		if (!number_before(f, at - 4, &generation, &begin) ||
		    !number_before(f, begin, &o.number, &begin))
			continue;
		end = bytes_find(f, at, BYTES_LIT("endobj"));
		end = end == UINT64_MAX ? f.n : end;
		split(bytes_sub(f, at, end - at), &o);
		if (out->n == out->cap) {
			out->p = arena_grow(
			    arena, out->p, &out->cap, out->n + 1u, sizeof(*out->p));
			if (out->p == NULL || out->n >= OBJECTS_MAX)
				return ERR_LIMIT;
		}
		out->p[out->n++] = o;
		at = end;
	}
	at = bytes_find(f, 0, BYTES_LIT("trailer"));
	for (uint64_t next; at != UINT64_MAX; at = next) {
		out->tail = bytes_from(f, at);
		next = bytes_find(f, at + 1, BYTES_LIT("trailer"));
	}
	return out->n > 0 ? OK : ERR_FORMAT;
}

static int
by_number(const void *x, const void *y)
{
	const struct object *p = x, *q = y;

	if (p->number != q->number)
		return p->number < q->number ? -1 : 1;
	return p->order < q->order ? -1 : p->order > q->order;
}

static bool
has(struct bytes b, const char *word)
{
	return bytes_find(b, 0, bytes_of(word)) != UINT64_MAX;
}

/* ISO 32000-1, 12.6: actions; and what is put into the reader's hands. */
static bool
is_active(const struct object *o)
{
	static const char *const words[] = { "/JS", "/JavaScript", "/Launch",
		"/OpenAction", "/AA", "/EmbeddedFile", "/RichMedia", "/SubmitForm" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (has(o->dict, words[i]))
			return true;
	return false;
}

/* ISO 32000-1, 14.3: the document information, and XMP. */
static bool
is_about(const struct object *o)
{
	return has(o->dict, "/CreationDate") || has(o->dict, "/ModDate") ||
	       has(o->dict, "/Producer") || has(o->dict, "/Metadata");
}

static void
put_dict(struct run_lines *l, enum diff_side side, struct bytes d)
{
	/* a key a line, whatever the writer's habit */
	while (d.n > 0) {
		uint64_t slash = bytes_find(d, 1, BYTES_LIT("/"));
		size_t n = slash == UINT64_MAX ? d.n : (size_t)slash;
		struct bytes part = { d.p, n };

		while (part.n > 0 && blank(part.p[part.n - 1]))
			part.n--;
		if (part.n > 0)
			run_line(l, side, DIFF_NOWHERE, part);
		d = bytes_from(d, n);
	}
}

static void
dict_diff(
    struct run *r, const char *where, struct bytes a, struct bytes b, enum diff_class cls)
{
	struct run_lines l;

	if (cls != DIFF_CODE && a.n <= SHOWN_MAX && b.n <= SHOWN_MAX)
		cls = cause_of(a, b, false, cls);
	run_lines_init(&l, r);
	put_dict(&l, DIFF_A, a);
	put_dict(&l, DIFF_B, b);
	run_found(r, cls, bytes_of(where), &l, "its values differ");
	run_lines_done(&l);
}

/* What a stream holds: unpacked, when it is packed with zlib and nothing else. */
static struct bytes
content(const struct object *o, struct buf *room)
{
	if (!has(o->dict, "/FlateDecode") || has(o->dict, "/DecodeParms") ||
	    (inflate_all(o->stream, room) != OK && room->n == 0))
		return o->stream;
	return buf_bytes(room);
}

static enum err
stream_diff(struct run *r, const char *where, const struct object *a,
    const struct object *b, enum diff_class cls)
{
	struct buf x = { .limit = STREAM_MAX }, y = { .limit = STREAM_MAX };
	struct bytes ca = content(a, &x), cb = content(b, &y);
	enum err e = OK;

	if (x.full || y.full)
		e = ERR_LIMIT;
	else if (bytes_eq(ca, cb))
		run_found(r, DIFF_COMPRESSION, bytes_of(where), NULL,
		    "the same stream, compressed in another way");
	else if (kind_is_text(bytes_clip(ca, 0, 4096)) &&
		 kind_is_text(bytes_clip(cb, 0, 4096))) {
		run_note(r, "%s: what its stream holds differs", where);
		e = text_diff(r, ca, cb, cls == DIFF_CODE);
	} else
		run_found(r, cls == DIFF_CODE ? cls : DIFF_DATA, bytes_of(where), NULL,
		    "what its stream holds differs");
	buf_done(&x);
	buf_done(&y);
	return e;
}

static enum err
object_diff(struct run *r, const struct object *a, const struct object *b)
{
	enum diff_class cls = is_active(a) || is_active(b) ? DIFF_CODE
			      : is_about(a) && is_about(b) ? DIFF_METADATA
							   : DIFF_DATA;
	char where[32];

	snprintf(where, sizeof(where), "object %u", a->number);
	if (!bytes_eq(a->dict, b->dict))
		dict_diff(r, where, a->dict, b->dict, cls);
	if (bytes_eq(a->stream, b->stream))
		return OK;
	return stream_diff(r, where, a, b, cls);
}

static void
object_only(struct run *r, const struct object *o, bool first)
{
	char where[32];

	snprintf(where, sizeof(where), "object %u", o->number);
	run_found(r, is_active(o) ? DIFF_CODE : DIFF_DATA, bytes_of(where), NULL,
	    "only the %s has it", first ? "first" : "second");
}

static enum err
objects_diff(struct run *r, struct objects *a, struct objects *b)
{
	uint32_t i = 0, j = 0;

	sort(a->p, a->n, sizeof(*a->p), by_number);
	sort(b->p, b->n, sizeof(*b->p), by_number);
	while (i < a->n || j < b->n) {
		if (i < a->n && (j == b->n || a->p[i].number < b->p[j].number))
			object_only(r, &a->p[i++], true);
		else if (j < b->n && (i == a->n || b->p[j].number < a->p[i].number))
			object_only(r, &b->p[j++], false);
		else
			TRY(object_diff(r, &a->p[i++], &b->p[j++]));
		if (run_late(r))
			return ERR_END;
	}
	return OK;
}

/* The dictionary of a trailer alone: the numbers behind it follow from everything else.
 */
static struct bytes
trailer_of(const struct objects *o)
{
	uint64_t end = bytes_find(o->tail, 0, BYTES_LIT("startxref"));

	return bytes_clip(o->tail, 0, end);
}

static enum err
compare(struct run *r, struct bytes a, struct bytes b, struct arena *arena)
{
	struct objects x = { 0 }, y = { 0 };

	TRY(find_objects(a, arena, &x));
	TRY(find_objects(b, arena, &y));
	TRY(objects_diff(r, &x, &y));
	if (!bytes_eq(trailer_of(&x), trailer_of(&y)))
		dict_diff(r, "trailer", trailer_of(&x), trailer_of(&y), DIFF_METADATA);
	return OK;
}

enum err
pdf_diff(struct run *r, struct bytes a, struct bytes b)
{
	struct arena arena;
	enum err e;

	arena_init(&arena, 64u << 20);
	e = compare(r, a, b, &arena);
	arena_done(&arena);
	return e;
}
