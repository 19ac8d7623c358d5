/*
 * rest_stream.c - see rest.h: extra fields of gzip (RFC 1952), frames of zstd (RFC 8878)
 * and lz4 that are skipped. xz, bzip2 and lzma have no such places: liblzma wants zeros
 * where it reads nothing.
 */
#include <zlib.h>

#include "base/sys.h"
#include "diff/rest.h"

#define FRAMES_MAX (1u << 20)
#define FILE_NAME  255         /* bytes of the name of a file, at most */
#define HEAD       64          /* bytes that are enough for a frame's header */
#define SKIPPED    0x184d2a50u /* to ...5f: RFC 8878, 3.1.2 */

/* A place in a stream; frames follow each other from there. */
struct walk {
	struct rest *x;
	uint64_t at;
	uint8_t head[HEAD];
	size_t got;
};

static enum err
look(struct walk *w)
{
	return span_read(w->x->s, w->at, w->head, HEAD, &w->got);
}

static uint32_t
word(const struct walk *w, size_t at)
{
	return rec_le32((struct bytes){ w->head, w->got }, at);
}

static uint8_t
byte(const struct walk *w, size_t at)
{
	return at < w->got ? w->head[at] : 0;
}

static bool
is_skipped(const struct walk *w)
{
	return w->got >= 8 && (word(w, 0) & ~15u) == SKIPPED;
}

/* --- zstd and lz4 --------------------------------------------------------- */

/* RFC 8878, 3.1.1: the header, then blocks of which the last one says so. */
static enum err
zstd_frame(struct walk *w)
{
	static const uint8_t ids[] = { 0, 1, 2, 4 }, sizes[] = { 0, 2, 4, 8 };
	uint8_t d = byte(w, 4);
	bool single = d >> 5 & 1, last = false;

	w->at = num_add(w->at,
	    5u + !single + ids[d & 3] + (d >> 6 == 0 && single ? 1u : sizes[d >> 6]));
	while (!last) {
		uint32_t block, type, size;

		TRY(look(w));
		if (w->got < 3)
			return ERR_END;
		block = word(w, 0) & 0xffffff;
		last = block & 1;
		type = block >> 1 & 3;
		size = type == 1 ? 1 : block >> 3;
		if (type == 3)
			return ERR_END;
		w->at = num_add(w->at, 3u + size);
	}
	w->at = num_add(w->at, (d >> 2 & 1) * 4u);
	return OK;
}

/* lz4_Frame_format.md: flags, sizes, a byte of checksum; blocks to one of size 0. */
static enum err
lz4_frame(struct walk *w)
{
	uint8_t d = byte(w, 4);
	uint32_t size = 1;

	w->at = num_add(w->at, 7u + (d >> 3 & 1) * 8u + (d & 1) * 4u);
	while (size != 0) {
		TRY(look(w));
		if (w->got < 4)
			return ERR_END;
		size = word(w, 0) & 0x7fffffff;
		w->at = num_add(w->at, 4u + (uint64_t)size);
		if (size != 0)
			w->at = num_add(w->at, (d >> 4 & 1) * 4u);
	}
	w->at = num_add(w->at, (d >> 2 & 1) * 4u);
	return OK;
}

/* Ends where no frame begins: what follows lies behind the stream. */
static enum err
frames(struct rest *x, uint32_t magic, enum err (*frame)(struct walk *w))
{
	struct walk w = { .x = x };
	enum err e = OK;

	for (unsigned n = 0; e == OK && w.at < x->s->size; n++) {
		TRY(look(&w));
		if (n == FRAMES_MAX || run_late(x->run))
			return ERR_LIMIT;
		if (is_skipped(&w)) {
			uint64_t size = 8 + (uint64_t)word(&w, 4);

			TRY(rest_add(x, w.at, size));
			w.at = num_add(w.at, size);
		} else if (w.got >= 8 && word(&w, 0) == magic)
			e = frame(&w);
		else
			break;
	}
	return e == ERR_END ? OK : e;
}

/* --- gzip ----------------------------------------------------------------- */

enum { GZIP_CRC = 2, GZIP_EXTRA = 4, GZIP_NAME = 8, GZIP_COMMENT = 16 };

/* Where a text that ends in 0 ends, behind the 0. */
static enum err
text_end(struct walk *w, uint64_t from, uint64_t *end)
{
	for (w->at = from;; w->at += HEAD) {
		const uint8_t *p;

		TRY(look(w));
		p = memchr(w->head, 0, w->got);
		if (p != NULL)
			*end = w->at + (uint64_t)(p - w->head) + 1;
		if (p != NULL || w->got == 0)
			return p ? OK : ERR_END;
	}
}

/* RFC 1952, 2.3: extra fields and comments, and all names but the first, a file's. */
static enum err
gzip_header(struct walk *w, bool first)
{
	uint8_t flags = byte(w, 3);
	uint64_t at = num_add(w->at, 10), end;

	if (flags & GZIP_EXTRA) {
		uint64_t n = 2 + (uint64_t)(byte(w, 10) | byte(w, 11) << 8);

		TRY(rest_add(w->x, at, n));
		at = num_add(at, n);
	}
	if (flags & GZIP_NAME) {
		TRY(text_end(w, at, &end));
		if (!first || end - at > FILE_NAME + 1)
			TRY(rest_add(w->x, at, end - at));
		at = end;
	}
	if (flags & GZIP_COMMENT) {
		TRY(text_end(w, at, &end));
		TRY(rest_add(w->x, at, end - at));
		at = end;
	}
	w->at = num_add(at, flags & GZIP_CRC ? 2 : 0);
	return OK;
}

/* Moves behind the deflated bytes; *left: bytes that may still be unpacked. */
static enum err
deflated_end(struct walk *w, z_stream *z, uint64_t *left)
{
	uint8_t *in = w->x->run->windows->a, *out = w->x->run->windows->b;
	int code = Z_OK;

	while (code == Z_OK) {
		size_t got;

		if (run_late(w->x->run))
			return ERR_LIMIT;
		TRY(span_read(w->x->s, w->at, in, SPAN_WINDOW, &got));
		if (got == 0)
			return ERR_END;
		z->next_in = in;
		z->avail_in = (uInt)got;
		while (code == Z_OK && z->avail_in > 0) {
			z->next_out = out;
			z->avail_out = SPAN_WINDOW;
			code = inflate(z, Z_NO_FLUSH);
			if (SPAN_WINDOW - z->avail_out > *left)
				return ERR_LIMIT;
			*left -= SPAN_WINDOW - z->avail_out;
		}
		w->at += got - z->avail_in;
	}
	return code == Z_STREAM_END ? OK : ERR_END;
}

static enum err
gzip_members(struct rest *x, z_stream *z)
{
	struct walk w = { .x = x };
	uint64_t left = x->run->limit.unpack;
	enum err e = OK;

	for (unsigned n = 0; e == OK; n++) {
		TRY(look(&w));
		if (w.got < 18 || byte(&w, 0) != 0x1f || byte(&w, 1) != 0x8b)
			return OK;
		if (n == FRAMES_MAX)
			return ERR_LIMIT;
		e = gzip_header(&w, n == 0);
		if (e == OK && inflateReset(z) == Z_OK)
			e = deflated_end(&w, z, &left);
		w.at = num_add(w.at, 8); /* CRC and size */
	}
	return e == ERR_END ? OK : e;
}

/* Of a member behind the first, with something in its header that unpacks to nothing. */
static bool
is_odd_header(const uint8_t *p)
{
	return p[0] == 0x1f && p[1] == 0x8b && p[2] == 8 && p[3] < 32 && p[3] >= 4;
}

/* Looking for such a header costs little; unpacking once more, to be sure, does not. */
static enum err
has_odd_header(const struct rest *x, bool *out)
{
	uint8_t *w = x->run->windows->a;
	size_t got = SPAN_WINDOW;

	*out = false;
	for (uint64_t off = 0; !*out && got == SPAN_WINDOW; off += SPAN_WINDOW - 3) {
		const uint8_t *p = w;

		TRY(span_read(x->s, off, w, SPAN_WINDOW, &got));
		if (run_late(x->run))
			return ERR_LIMIT;
		for (size_t left = got; !*out && left >= 4;
		     left = got - (size_t)(p - w)) {
			p = memchr(p, 0x1f, left - 3);
			if (p == NULL)
				break;
			*out = is_odd_header(p) && (off > 0 || p > w);
			p++;
		}
	}
	return OK;
}

static enum err
gzip_rest(struct rest *x)
{
	struct walk w = { .x = x };
	z_stream z = { 0 };
	bool odd = false;
	enum err e;

	TRY(has_odd_header(x, &odd));
	if (!odd) {
		TRY(look(&w));
		e = gzip_header(&w, true);
		return e == ERR_END ? OK : e;
	}
	if (inflateInit2(&z, -15) != Z_OK)
		return ERR_LIMIT;
	e = gzip_members(x, &z);
	inflateEnd(&z);
	return e;
}

enum err
rest_of_stream(struct rest *x, enum kind k)
{
	switch (k) {
	case KIND_ZSTD: return frames(x, 0xfd2fb528, zstd_frame);
	case KIND_LZ4: return frames(x, 0x184d2204, lz4_frame);
	case KIND_GZIP: return gzip_rest(x);
	default: return OK;
	}
}
