/*
 * buf.h - bytes that grow; owned by the caller.
 *
 * Zero-initialised is empty and valid. Out of memory aborts the program: use an
 * arena where a stranger decides the size. A buf with a limit set stops
 * growing there and remembers it (full), so writers need no check per byte.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct buf {
	uint8_t *p;
	size_t n, cap;
	size_t limit; /* 0: none */
	bool full;    /* something did not fit under the limit */
};

/* Frees, and zeroes: b may be used again, limit and all gone. */
void buf_done(struct buf *b);
void buf_clear(struct buf *b); /* empty; keeps its memory */

/* Room for n more bytes at the returned place, already counted in; NULL: full. */
void *buf_room(struct buf *b, size_t n);

/*
 * The kin of buf_put append; where the limit does not let all of it in, nothing of it
 * goes in and full is set. p may be NULL for 0 bytes.
 */
void buf_put(struct buf *b, const void *p, size_t n);
void buf_u8(struct buf *b, uint8_t v);
void buf_le16(struct buf *b, uint16_t v);
void buf_le32(struct buf *b, uint32_t v);
void buf_le64(struct buf *b, uint64_t v);
void buf_str(struct buf *b, const char *s); /* without its NUL */
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Zeros up to a multiple of align (a power of two). */
void buf_align(struct buf *b, size_t align);

static inline struct bytes
buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->p, b->n };
}

/* The content as a C string; valid until the next change. */
const char *buf_cstr(struct buf *b);
