/*
 * bytes.h - a borrowed view of bytes, and a cursor that reads it.
 *
 * Nothing here allocates, owns or NUL-terminates. A view is valid as long as
 * what it was cut from. Offsets and lengths taken from a file are uint64_t and
 * go in unchecked: the bounds are checked here, once, for everybody.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A view. An empty one may have a place (p): only NULL says that it lay outside. */
struct bytes {
	const uint8_t *p; /* NULL when empty by failure */
	size_t n;
};

#define BYTES_LIT(s) ((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })

/* The bytes of a C string, without its NUL; no bytes for NULL. */
static inline struct bytes
bytes_of(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

/* The n bytes at off, or no bytes (p NULL) when any of them lies outside. */
static inline struct bytes
bytes_sub(struct bytes b, uint64_t off, uint64_t n)
{
	if (off > b.n || n > b.n - off || b.p == NULL)
		return (struct bytes){ 0 };
	return (struct bytes){ b.p + off, (size_t)n };
}

/* Like bytes_sub, but cuts n to what is there: for truncated files. */
static inline struct bytes
bytes_clip(struct bytes b, uint64_t off, uint64_t n)
{
	if (off > b.n || b.p == NULL)
		return (struct bytes){ 0 };
	return bytes_sub(b, off, n < b.n - off ? n : b.n - off);
}

/* Everything from off on, or no bytes when off lies behind the end. */
static inline struct bytes
bytes_from(struct bytes b, uint64_t off)
{
	return bytes_clip(b, off, UINT64_MAX);
}

/* Equal lengths and bytes; two without bytes are equal, wherever they are. */
static inline bool
bytes_eq(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* ASCII letters only, whatever the locale. */
static inline uint8_t
byte_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Equal but for the case of ASCII letters. */
bool bytes_same(struct bytes a, struct bytes b);

/* Like memcmp over the common length; the shorter one sorts first. */
int bytes_cmp(struct bytes a, struct bytes b);

/* Offset of the first needle in b at or after off, or UINT64_MAX. */
uint64_t bytes_find(struct bytes b, uint64_t off, struct bytes needle);

/*
 * A cursor fails once and stays failed: reads past the end give zeros and set
 * bad. So a header reads like its specification, with one cur_ok() at the end.
 */
/* A cursor over [p, end). asked: cur_ok() was called since it was made (see CHECKED). */
struct cur {
	const uint8_t *p, *end;
	bool bad, asked;
};

/* A cursor at off, to the end of b; behind the end it has failed already. */
static inline struct cur
cur_at(struct bytes b, uint64_t off)
{
	if (off > b.n || b.p == NULL)
		return (struct cur){ .bad = true };
	return (struct cur){ .p = b.p + off, .end = b.p + b.n };
}

/* Bytes that are still to be read; 0 after a failure. */
static inline size_t
cur_left(const struct cur *c)
{
	return (size_t)(c->end - c->p);
}

/* Was every read so far inside? To be asked once, before anything read is believed. */
static inline bool
cur_ok(struct cur *c)
{
	c->asked = true;
	return !c->bad;
}

/* The next n bytes, or no bytes and a failed cursor. */
static inline struct bytes
cur_take(struct cur *c, uint64_t n)
{
	struct bytes b;

	if (c->bad || n > cur_left(c)) {
		*c = (struct cur){ .bad = true };
		return (struct bytes){ 0 };
	}
	b = (struct bytes){ c->p, (size_t)n };
	c->p += n;
	return b;
}

/* One load each on GCC 12 and Clang 14; a loop over the bytes is not. */
static inline uint16_t
le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t
le64(const uint8_t *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[1] | p[0] << 8);
}

static inline uint32_t
be32(const uint8_t *p)
{
	return p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static inline uint64_t
be64(const uint8_t *p)
{
	return be32(p + 4) | (uint64_t)be32(p) << 32;
}

/* The contrary: writes 2, 4 or 8 bytes, which the caller has room for. */
static inline void
put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void
put_le32(uint8_t *p, uint32_t v)
{
	put_le16(p, (uint16_t)v);
	put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void
put_le64(uint8_t *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32(p + 4, (uint32_t)(v >> 32));
}

/* cur_le32(&c) and its kin: the next number, or 0 and a failed cursor. */
#define CUR_NUMBER(name, type, width, load)          \
	static inline type name(struct cur *c)       \
	{                                            \
		struct bytes b = cur_take(c, width); \
		return b.p ? load(b.p) : 0;          \
	}

/* The next byte; 0 and a failed cursor behind the end. */
static inline uint8_t
cur_u8(struct cur *c)
{
	struct bytes b = cur_take(c, 1);
	return b.p ? b.p[0] : 0;
}

CUR_NUMBER(cur_le16, uint16_t, 2, le16)
CUR_NUMBER(cur_le32, uint32_t, 4, le32)
CUR_NUMBER(cur_le64, uint64_t, 8, le64)
CUR_NUMBER(cur_be16, uint16_t, 2, be16)
CUR_NUMBER(cur_be32, uint32_t, 4, be32)
CUR_NUMBER(cur_be64, uint64_t, 8, be64)
#undef CUR_NUMBER

/* Unsigned LEB128, at most 64 bits; more is a failure. */
uint64_t cur_uleb(struct cur *c);

/* The bytes up to a NUL, which is consumed and not in the view. */
struct bytes cur_cstr(struct cur *c);

/* rec_le16(b, off) and its kin: a field of a fixed record; 0 when it lies outside. */
#define REC_NUMBER(name, type, width, load)                   \
	static inline type name(struct bytes b, uint64_t off) \
	{                                                     \
		struct bytes f = bytes_sub(b, off, width);    \
		return f.p ? load(f.p) : 0;                   \
	}

REC_NUMBER(rec_le16, uint16_t, 2, le16)
REC_NUMBER(rec_le32, uint32_t, 4, le32)
REC_NUMBER(rec_le64, uint64_t, 8, le64)
REC_NUMBER(rec_be32, uint32_t, 4, be32)
#undef REC_NUMBER

/* a + b, or UINT64_MAX (outside of everything) when that does not fit. */
static inline uint64_t
num_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* a * b, or UINT64_MAX when that does not fit. */
static inline uint64_t
num_mul(uint64_t a, uint64_t b)
{
	uint64_t r;
	return __builtin_mul_overflow(a, b, &r) ? UINT64_MAX : r;
}

/*
 * CHECKED struct cur c = ... - in debug and fuzz builds, aborts when a failed
 * cursor goes out of scope and nobody asked cur_ok().
 */
#ifdef NDEBUG
#define CHECKED
#else
void cur_checked(const struct cur *c);
#define CHECKED __attribute__((cleanup(cur_checked)))
#endif
