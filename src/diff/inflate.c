#include "diff/inflate.h"

#include <zlib.h>

#define STEP (64u << 10)

static enum err
run_inflate(z_stream *z, struct buf *to)
{
	int code = Z_OK;

	while (code == Z_OK) {
		size_t before = to->n;
		size_t left = to->limit - before, room = left < STEP ? left : STEP;
		uint8_t *p = room > 0 ? buf_room(to, room) : NULL;

		if (p == NULL)
			return ERR_LIMIT;
		z->next_out = p;
		z->avail_out = (uInt)room;
		code = inflate(z, Z_NO_FLUSH);
		to->n = before + room - z->avail_out;
	}
	return code == Z_STREAM_END ? OK : ERR_FORMAT;
}

enum err
inflate_all(struct bytes from, struct buf *to)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)from.p, .avail_in = (uInt)from.n };
	enum err e;

	if (from.n > UINT32_MAX)
		return ERR_LIMIT;
	if (inflateInit(&z) != Z_OK)
		return ERR_LIMIT;
	e = run_inflate(&z, to);
	inflateEnd(&z);
	return e;
}
