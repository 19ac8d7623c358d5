/*
 * buf.c - growing bytes. A length never wraps: the limit on a buffer's size is checked
 * before two sizes are added, and what does not fit under a caller's limit is remembered
 * instead of half written.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

static void
reserve(struct buf *b, size_t n)
{
	size_t want = b->cap ? b->cap : 256;

	if (n <= b->cap - b->n)
		return;
	/* below these, neither b->n + n nor the doubling can wrap */
	if (n > SIZE_MAX / 4 || b->n > SIZE_MAX / 4)
		bug("a buffer beyond reason");
	while (want < b->n + n)
		want *= 2;
	b->p = realloc(b->p, want);
	if (b->p == NULL)
		bug("out of memory");
	b->cap = want;
}

void *
buf_room(struct buf *b, size_t n)
{
	void *p;

	if (b->limit != 0 && (n > b->limit || b->n > b->limit - n)) {
		b->full = true;
		return NULL;
	}
	reserve(b, n);
	p = b->p + b->n;
	b->n += n;
	return p;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	void *to = n ? buf_room(b, n) : NULL;

	if (to != NULL)
		memcpy(to, p, n);
}

void
buf_u8(struct buf *b, uint8_t v)
{
	buf_put(b, &v, 1);
}

void
buf_le16(struct buf *b, uint16_t v)
{
	uint8_t t[2];

	put_le16(t, v);
	buf_put(b, t, sizeof(t));
}

void
buf_le32(struct buf *b, uint32_t v)
{
	uint8_t t[4];

	put_le32(t, v);
	buf_put(b, t, sizeof(t));
}

void
buf_le64(struct buf *b, uint64_t v)
{
	uint8_t t[8];

	put_le64(t, v);
	buf_put(b, t, sizeof(t));
}

void
buf_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	to = buf_room(b, (size_t)n + 1);
	if (to == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n--; /* the NUL is not content */
}

void
buf_align(struct buf *b, size_t align)
{
	while ((b->n & (align - 1)) != 0)
		buf_u8(b, 0);
}

const char *
buf_cstr(struct buf *b)
{
	reserve(b, 1);
	b->p[b->n] = '\0';
	return (const char *)b->p;
}
