/*
 * rest_archive.c - see rest.h: cab ([MS-CAB]), 7z (7zFormat.txt), rar (4, and 5 as in
 * technote.txt). Each byte is given to a header or to a member's data; what is left over
 * nobody unpacks.
 */
#include "diff/members.h"
#include "diff/rest.h"

#define BLOCKS_MAX (1u << 20)
#define HEADER_MAX (32u << 20) /* bytes of a 7z's header */

/* n bytes at an offset, or none when they are not all there. */
static struct bytes
take(struct rest *x, uint64_t at, void *to, size_t n)
{
	size_t got = 0;

	if (at > x->s->size || span_read(x->s, at, to, n, &got) != OK || got < n)
		return (struct bytes){ 0 };
	return (struct bytes){ to, n };
}

/* --- cab ------------------------------------------------------------------ */

/* Behind n texts that end in 0. */
static enum err
texts_end(struct rest *x, uint64_t *at, unsigned n)
{
	uint8_t c;

	for (unsigned i = 0; n > 0; i++) {
		if (i > 4096 || take(x, *at, &c, 1).n == 0)
			return ERR_FORMAT;
		n -= c == 0;
		++*at;
	}
	return OK;
}

/* [MS-CAB] 2.3 and 2.4: a folder's blocks of data, from start on. */
static enum err
cab_blocks(struct rest *x, uint64_t start, unsigned n, uint8_t reserve)
{
	uint8_t head[8];
	uint64_t at = start;

	for (unsigned i = 0; i < n; i++) {
		struct bytes b = take(x, at, head, sizeof(head));

		if (b.n == 0 || run_late(x->run))
			return b.n ? ERR_LIMIT : ERR_FORMAT;
		/* what a block reserves is nobody's */
		TRY(rest_used(x, at, 8));
		at += 8u + reserve;
		TRY(rest_used(x, at, rec_le16(b, 4)));
		at += rec_le16(b, 4);
	}
	return OK;
}

static enum err
cab_files(struct rest *x, uint64_t at, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t end = at + 16;

		TRY(texts_end(x, &end, 1));
		TRY(rest_used(x, at, end - at));
		at = end;
	}
	return OK;
}

/* 2.1: the header, and what it reserves; 2.2: folders. */
static enum err
cab(struct rest *x)
{
	uint8_t head[36], more[4], row[8];
	struct bytes h = take(x, 0, head, sizeof(head)), m, r;
	uint64_t at = 36;
	unsigned flags = rec_le16(h, 30);

	if (h.n == 0)
		return ERR_FORMAT;
	m = flags & 4 ? take(x, at, more, 4) : (struct bytes){ 0 };
	TRY(rest_used(x, 0, flags & 4 ? 40 : 36));
	at += flags & 4 ? 4u + rec_le16(m, 0) : 0;
	uint64_t names = at;
	TRY(texts_end(x, &at, (flags & 1 ? 2 : 0) + (flags & 2 ? 2 : 0)));
	TRY(rest_used(x, names, at - names));
	for (unsigned i = 0; i < rec_le16(h, 26); i++) {
		r = take(x, at, row, sizeof(row));
		if (r.n == 0)
			return ERR_FORMAT;
		TRY(rest_used(x, at, 8));
		TRY(cab_blocks(x, rec_le32(r, 0), rec_le16(r, 4), m.n ? m.p[3] : 0));
		at += 8u + (m.n ? m.p[2] : 0);
	}
	TRY(cab_files(x, rec_le32(h, 16), rec_le16(h, 28)));
	return rest_gaps(x, rec_le32(h, 8));
}

/* --- 7z ------------------------------------------------------------------- */

enum {
	ID_END,
	ID_HEADER,
	ID_MAIN = 4,
	ID_FILES,
	ID_PACK,
	ID_UNPACK,
	ID_SIZE = 9,
	ID_CRC,
	ID_FOLDER,
	ID_UNPACK_SIZE,
	ID_ENCODED = 23
};

/* As many bytes follow as the first has ones from its top. */
static uint64_t
number(struct cur *c)
{
	uint8_t first = cur_u8(c);
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++) {
		uint8_t mask = (uint8_t)(0x80 >> i);

		if (!(first & mask))
			return v | (uint64_t)(first & (mask - 1)) << 8 * i;
		v |= (uint64_t)cur_u8(c) << 8 * i;
	}
	return v;
}

/* PackInfo: one stream behind the other, from a place on. */
static enum err
packed(struct rest *x, struct cur *c, uint64_t *at, uint64_t *size)
{
	uint64_t n, id;

	if (number(c) != ID_PACK)
		return ERR_FORMAT;
	*at = num_add(32, number(c));
	n = number(c);
	id = number(c);
	if (id != ID_SIZE || n > BLOCKS_MAX)
		return ERR_FORMAT;
	*size = 0;
	for (uint64_t i = 0; i < n; i++)
		*size = num_add(*size, number(c));
	id = number(c);
	if (id == ID_CRC && cur_u8(c) == 1) {
		(void)cur_take(c, n * 4);
		id = number(c);
	}
	if (!cur_ok(c) || id != ID_END)
		return ERR_FORMAT;
	return rest_used(x, *at, *size);
}

/* An LZMA stream as a file of its own, whose header is what 7z has apart. */
static enum err
unpack(
    struct rest *x, struct bytes props, struct span in, uint64_t size, struct bytes *out)
{
	struct scratch *to = &x->run->scratch[x->side];
	uint64_t mark = to->at;
	struct members m = { 0 };
	uint8_t head[13], *p = arena_alloc(&x->arena, size + 1);
	struct span made;
	size_t got = 0;
	enum err e = p ? OK : ERR_LIMIT;

	memcpy(head, props.p, 5);
	for (unsigned i = 0; i < 8; i++)
		head[5 + i] = (uint8_t)(size >> 8 * i);
	if (e == OK)
		e = scratch_put(to, (struct bytes){ head, sizeof(head) });
	for (uint64_t off = 0; e == OK && off < in.size; off += got) {
		uint8_t *w = x->run->windows->a;

		e = span_read(&in, off, w, SPAN_WINDOW, &got);
		if (e == OK)
			e = scratch_put(to, (struct bytes){ w, got });
	}
	made = scratch_since(to, mark);
	if (e == OK)
		e = members_read(
		    x->run, x->side, KIND_LZMA, &made, BYTES_LIT("header"), NULL, &m);
	if (e == OK && (m.n != 1 || m.list[0].span.size != size))
		e = ERR_FORMAT;
	if (e == OK)
		e = span_read(&m.list[0].span, 0, p, (size_t)size, &got);
	*out = (struct bytes){ p, got };
	members_done(&m);
	to->at = mark;
	return e;
}

/* The header is packed, too: its one folder has one coder, which copies or is LZMA. */
static enum err
encoded(struct rest *x, struct cur *c, struct bytes *out)
{
	uint64_t at, size;

	TRY(packed(x, c, &at, &size));
	if (number(c) != ID_UNPACK || number(c) != ID_FOLDER || number(c) != 1 ||
	    cur_u8(c) != 0 || number(c) != 1)
		return ERR_FORMAT;
	uint8_t flags = cur_u8(c);
	struct bytes id = cur_take(c, flags & 15);
	struct bytes props = flags & 32 ? cur_take(c, number(c)) : (struct bytes){ 0 };
	if ((flags & 16) || number(c) != ID_UNPACK_SIZE)
		return ERR_FORMAT;
	uint64_t n = number(c);
	if (!cur_ok(c) || props.n != 5 || !bytes_eq(id, BYTES_LIT("\3\1\1")))
		return ERR_FORMAT;
	return n > HEADER_MAX ? ERR_LIMIT
			      : unpack(x, props, span_sub(x->s, at, size), n, out);
}

static enum err
seven_header(struct rest *x, struct bytes b)
{
	uint64_t at, size;

	for (unsigned i = 0; i < 4; i++) {
		struct cur c = cur_at(b, 0);
		uint64_t id = number(&c);

		if (id == ID_HEADER) {
			id = number(&c);
			if (!cur_ok(&c))
				return ERR_FORMAT;
			if (id == ID_FILES || id == ID_END)
				return OK; /* none has content */
			return id == ID_MAIN ? packed(x, &c, &at, &size) : ERR_FORMAT;
		}
		if (!cur_ok(&c) || id != ID_ENCODED)
			return ERR_FORMAT;
		TRY(encoded(x, &c, &b));
	}
	return ERR_FORMAT;
}

static enum err
seven(struct rest *x)
{
	uint8_t head[32], *p;
	struct bytes h = take(x, 0, head, sizeof(head));
	uint64_t at = num_add(32, h.n ? le64(h.p + 12) : 0), n = h.n ? le64(h.p + 20) : 0;

	if (h.n == 0)
		return ERR_FORMAT;
	if (n > HEADER_MAX)
		return ERR_LIMIT;
	p = arena_alloc(&x->arena, (size_t)n + 1);
	if (p == NULL)
		return ERR_LIMIT;
	TRY(rest_used(x, 0, 32));
	TRY(rest_used(x, at, n));
	if (n > 0) {
		struct bytes b = take(x, at, p, (size_t)n);

		if (b.n == 0)
			return ERR_FORMAT;
		TRY(seven_header(x, b));
	}
	return rest_gaps(x, num_add(at, n));
}

/* --- rar ------------------------------------------------------------------ */

enum { RAR_MAIN = 0x73, RAR_FILE, RAR_END = 0x7b };
enum { RAR_LARGE = 0x100, RAR_SALT = 0x400, RAR_TIMES = 0x1000, RAR_FOLDER = 0xe0 };

#define RAR_TIMES_MAX 26 /* four times, with all their bytes */

/* How much of a header says something of its file; its data, when there are any. */
static enum err
rar_file(struct rest *x, uint64_t at, uint64_t head, uint64_t size)
{
	uint8_t row[32];
	struct bytes b = take(x, at, row, sizeof(row));
	unsigned flags = rec_le16(b, 3);
	uint64_t n = 32u + rec_le16(b, 26) + (flags & RAR_LARGE ? 8u : 0) +
		     (flags & RAR_SALT ? 8u : 0) +
		     (flags & RAR_TIMES ? RAR_TIMES_MAX : 0);

	if (b.n == 0)
		return ERR_FORMAT;
	if (n < head)
		TRY(rest_add(x, at + n, head - n));
	/* of a folder no data are read, of a stored file as many as it has */
	if ((flags & RAR_FOLDER) == RAR_FOLDER)
		return rest_add(x, at + head, size);
	if (b.p[25] == 0x30 && !(flags & RAR_LARGE) && size > rec_le32(b, 11))
		return rest_add(x, at + head + rec_le32(b, 11), size - rec_le32(b, 11));
	return OK;
}

static enum err
rar4(struct rest *x)
{
	uint64_t at = 7;

	for (unsigned i = 0; at < x->s->size; i++) {
		uint8_t row[11];
		struct bytes b = take(x, at, row, 7);
		unsigned type = b.n ? b.p[2] : 0, flags = rec_le16(b, 3);
		uint64_t head = rec_le16(b, 5), size = 0;

		if (i == BLOCKS_MAX || run_late(x->run))
			return ERR_LIMIT;
		if (head < 7 || type == RAR_END)
			break;
		if ((flags & 0x8000) || type == RAR_FILE)
			size = rec_le32(take(x, at, row, 11), 7);
		if (type == RAR_FILE)
			TRY(rar_file(x, at, head, size));
		else if (type != RAR_MAIN)
			TRY(rest_add(x, at, head + size));
		else if (head > 13)
			TRY(rest_add(x, at + 13, head - 13));
		at = num_add(at, head + size);
	}
	return OK;
}

static uint64_t
vint(struct cur *c)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 64; i += 7) {
		uint8_t b = cur_u8(c);

		v |= (uint64_t)(b & 127) << i;
		if (b < 128)
			break;
	}
	return v;
}

enum { RAR5_MAIN = 1, RAR5_FILE = 2, RAR5_END = 5 };
enum { RAR5_EXTRA = 1, RAR5_DATA = 2 };

#define RAR5_HEAD 40 /* bytes that hold what stands first in each header */

static enum err
rar5(struct rest *x)
{
	uint64_t at = 8;

	for (unsigned i = 0; at < x->s->size; i++) {
		uint8_t row[RAR5_HEAD] = { 0 };
		size_t got;

		if (i == BLOCKS_MAX || run_late(x->run))
			return ERR_LIMIT;
		TRY(span_read(x->s, at, row, sizeof(row), &got));
		struct cur c = cur_at((struct bytes){ row, got }, 4);
		uint64_t size = vint(&c), head = got - cur_left(&c), type = vint(&c);
		uint64_t flags = vint(&c);
		uint64_t extra = flags & RAR5_EXTRA ? vint(&c) : 0;
		uint64_t data = flags & RAR5_DATA ? vint(&c) : 0;
		if (!cur_ok(&c) || type == RAR5_END || size == 0)
			break;
		head = num_add(head, size);
		if (type != RAR5_MAIN && type != RAR5_FILE)
			TRY(rest_add(x, at, num_add(head, data)));
		else if (extra > 0 && extra < head) /* times, sums, and what one likes */
			TRY(rest_add(x, at + head - extra, extra));
		at = num_add(at, num_add(head, data));
	}
	return OK;
}

static enum err
rar(struct rest *x)
{
	uint8_t magic[8];
	struct bytes b = take(x, 0, magic, sizeof(magic));

	return b.n > 0 && b.p[6] == 1 ? rar5(x) : rar4(x);
}

enum err
rest_of_archive(struct rest *x, enum kind k)
{
	switch (k) {
	case KIND_CAB: return cab(x);
	case KIND_7Z: return seven(x);
	case KIND_RAR: return rar(x);
	default: return OK;
	}
}
