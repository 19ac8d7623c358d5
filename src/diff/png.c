#include "diff/png.h"

#include <stdio.h>

#include "base/arena.h"
#include "diff/cause.h"
#include "diff/inflate.h"

#define CHUNKS_MAX 65536
#define PIXELS_MAX (256u << 20) /* bytes of one image, unpacked */
#define HEAD       8            /* the signature; ISO 15948, 5.2 */

struct chunk {
	struct bytes type, data;
	bool seen;
};

struct png {
	struct chunk *chunk; /* all but IDAT */
	uint32_t n;
	struct buf idat;   /* put together: where it is cut says nothing */
	struct bytes rest; /* behind IEND */
};

static bool
is_type(const struct chunk *c, const char *type)
{
	return bytes_eq(c->type, bytes_of(type));
}

static enum err
png_read(struct bytes file, struct arena *arena, struct png *out)
{
	struct cur c = cur_at(file, HEAD);
	size_t cap = 0;

	while (cur_left(&c) > 0 && out->n < CHUNKS_MAX) {
		uint32_t n = cur_be32(&c);
		struct chunk k = { .type = cur_take(&c, 4), .data = cur_take(&c, n) };

		cur_take(&c, 4); /* its CRC */
		if (!cur_ok(&c))
			return ERR_FORMAT;
		if (is_type(&k, "IDAT")) {
			buf_put(&out->idat, k.data.p, k.data.n);
			continue;
		}
		if (out->n == cap) {
			out->chunk =
			    arena_grow(arena, out->chunk, &cap, out->n + 1u, sizeof(k));
			if (out->chunk == NULL)
				return ERR_LIMIT;
		}
		out->chunk[out->n++] = k;
		if (is_type(&k, "IEND")) {
			out->rest = cur_take(&c, cur_left(&c));
			return cur_ok(&c) ? OK : ERR_FORMAT;
		}
	}
	return ERR_FORMAT;
}

/* The text of a chunk for people: printable bytes, the NUL behind its keyword as ": ". */
static void
chunk_text(struct buf *b, const struct chunk *k)
{
	bool keyword = true;

	if (is_type(k, "tIME") && k->data.n == 7) {
		const uint8_t *p = k->data.p;

		buf_printf(b, "%04u-%02u-%02u %02u:%02u:%02u", be16(p), p[2], p[3], p[4],
		    p[5], p[6]);
		return;
	}
	for (size_t i = 0; i < k->data.n && b->n < DIFF_TEXT_MAX; i++) {
		uint8_t c = k->data.p[i];

		if (c == 0 && keyword)
			buf_str(b, ": ");
		else if (c >= ' ')
			buf_u8(b, c);
		keyword &= c != 0;
	}
}

/* ISO 15948, 5.4: a capital first letter is a chunk that images cannot do without. */
static enum diff_class
chunk_class(const struct chunk *k)
{
	if (is_type(k, "tIME"))
		return DIFF_TIMESTAMP;
	return k->type.p[0] & 0x20 ? DIFF_METADATA : DIFF_DATA;
}

static void
chunk_diff(struct run *r, const struct chunk *a, const struct chunk *b)
{
	const struct chunk *k = a ? a : b;
	enum diff_class cls = chunk_class(k);
	struct buf x = { 0 }, y = { 0 };
	struct run_lines l;
	char where[16];

	run_lines_init(&l, r);
	if (a != NULL) {
		chunk_text(&x, a);
		run_line(&l, DIFF_A, DIFF_NOWHERE, buf_bytes(&x));
	}
	if (b != NULL) {
		chunk_text(&y, b);
		run_line(&l, DIFF_B, DIFF_NOWHERE, buf_bytes(&y));
	}
	if (a != NULL && b != NULL && x.n > 0 && y.n > 0 && cls == DIFF_METADATA)
		cls = cause_of(buf_bytes(&x), buf_bytes(&y), false, cls);
	snprintf(where, sizeof(where), "chunk %.4s", (const char *)k->type.p);
	run_found(r, cls, bytes_of(where), &l, "%s",
	    a == NULL   ? "only the second has it"
	    : b == NULL ? "only the first has it"
			: "it says something else");
	run_lines_done(&l);
	buf_done(&x);
	buf_done(&y);
}

static void
chunks_diff(struct run *r, struct png *a, struct png *b)
{
	uint32_t from = 0; /* the first that has no partner: they mostly come in order */

	for (uint32_t i = 0; i < a->n; i++) {
		struct chunk *k = &a->chunk[i], *p = NULL;

		while (from < b->n && b->chunk[from].seen)
			from++;
		for (uint32_t j = from; j < b->n && j < from + 256 && p == NULL; j++)
			if (!b->chunk[j].seen && bytes_eq(b->chunk[j].type, k->type))
				p = &b->chunk[j];
		if (p != NULL)
			p->seen = true;
		if (p == NULL || !bytes_eq(k->data, p->data))
			chunk_diff(r, k, p);
	}
	for (uint32_t j = 0; j < b->n; j++)
		if (!b->chunk[j].seen)
			chunk_diff(r, NULL, &b->chunk[j]);
}

static enum err
pixels_diff(struct run *r, const struct png *a, const struct png *b)
{
	struct buf x = { .limit = PIXELS_MAX }, y = { .limit = PIXELS_MAX };
	enum err ea, eb;

	if (bytes_eq(buf_bytes(&a->idat), buf_bytes(&b->idat)))
		return OK;
	ea = inflate_all(buf_bytes(&a->idat), &x);
	eb = inflate_all(buf_bytes(&b->idat), &y);
	if (ea == OK && eb == OK && bytes_eq(buf_bytes(&x), buf_bytes(&y)))
		run_found(r, DIFF_COMPRESSION, BYTES_LIT("pixels"), NULL,
		    "the same pixels, compressed in another way");
	else if (ea == OK && eb == OK)
		run_found(r, DIFF_DATA, BYTES_LIT("pixels"), NULL,
		    "the pixels differ, or are filtered in another way");
	buf_done(&x);
	buf_done(&y);
	return ea != OK ? ea : eb;
}

static enum err
compare(struct run *r, struct bytes a, struct bytes b, struct arena *arena)
{
	struct png x = { 0 }, y = { 0 };
	enum err e = png_read(a, arena, &x);

	if (e == OK)
		e = png_read(b, arena, &y);
	if (e == OK)
		e = pixels_diff(r, &x, &y);
	if (e == OK) {
		chunks_diff(r, &x, &y);
		if (!bytes_eq(x.rest, y.rest))
			run_found(r, DIFF_DATA, BYTES_LIT("behind the image"), NULL,
			    "the bytes behind the image's end differ");
	}
	buf_done(&x.idat);
	buf_done(&y.idat);
	return e;
}

enum err
png_diff(struct run *r, struct bytes a, struct bytes b)
{
	struct arena arena;
	enum err e;

	arena_init(&arena, 16u << 20);
	e = compare(r, a, b, &arena);
	arena_done(&arena);
	return e;
}
