/*
 * zip_unpack.c - the content of one entry, for parsers of formats that are archives.
 *
 * zlib does it, with memory of the arena.
 */
#include <zlib.h>

#include "crypto/hash.h"
#include "format/zip.h"

#define ROOM_LEAST 4096 /* bytes */

/*
 * zlib's own memory, some 40 kB an entry, comes out of the arena as well: a bomb spends
 * the object's budget, not the worker's.
 */
static void *
take_memory(void *arena, unsigned n, unsigned size)
{
	return arena_array(arena, n, size);
}

static void
leave_memory(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

/*
 * Room doubles until the stream ends, up to most bytes and one, which tells too much.
 * avail_out is never 0: n <= most, and cap has ROOM_LEAST more than n. Each turn fills
 * what it was given or ends, as zlib says Z_BUF_ERROR when it cannot go on.
 */
static int
inflate_all(z_stream *z, struct arena *a, size_t most, struct bytes *out)
{
	uint8_t *room = NULL;
	size_t cap = 0, n = 0;
	int e = Z_OK;

	while (e == Z_OK && n <= most) {
		room = arena_grow(a, room, &cap, n + ROOM_LEAST, 1);
		if (room == NULL)
			return Z_MEM_ERROR;
		z->next_out = room + n;
		z->avail_out = (uInt)((cap < most + 1 ? cap : most + 1) - n);
		e = inflate(z, Z_NO_FLUSH);
		n = (size_t)(z->next_out - room);
	}
	*out = (struct bytes){ room, n };
	return n > most ? Z_MEM_ERROR : e;
}

/* RFC 1951, one stream. */
static enum err
inflate_raw(struct bytes in, struct arena *a, size_t most, struct bytes *out)
{
	z_stream z = { .zalloc = take_memory, .zfree = leave_memory, .opaque = a };
	int e;

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return ERR_LIMIT;
	z.next_in = (uint8_t *)(uintptr_t)in.p;
	z.avail_in = in.n > UINT32_MAX ? UINT32_MAX : (uInt)in.n;
	e = inflate_all(&z, a, most, out);
	inflateEnd(&z);
	if (e == Z_MEM_ERROR)
		return ERR_LIMIT;
	return e == Z_STREAM_END ? OK : ERR_FORMAT;
}

enum err
zip_unpack(const struct zip_dir *d, const struct zip_record *r, struct arena *a,
    size_t most, struct bytes *out)
{
	struct bytes data = zip_dir_data(d, r), content = data;

	if (data.p == NULL || (r->method != ZIP_STORED && r->method != ZIP_DEFLATED))
		return ERR_FORMAT;
	if (r->method == ZIP_DEFLATED)
		TRY(inflate_raw(data, a, most, &content));
	else if (data.n > most)
		return ERR_LIMIT;
	if (crc32_of(content) != r->crc)
		return ERR_FORMAT;
	*out = content;
	return OK;
}
