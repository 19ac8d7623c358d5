/*
 * span.h - an object's bytes: a stretch of a descriptor's file.
 *
 * A member of an archive is no copy of its own when it lies in the archive as it is: it
 * is a span of the archive's file. What was compressed lies in a scratch file. Either way
 * it is read in windows, so an object of any size costs the memory of a window, or mapped
 * where it must be looked at from all sides at once.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct span {
	int fd; /* borrowed */
	uint64_t off, size;
};

/* The n bytes at off of s, or no bytes in it when they lie outside. */
static inline struct span
span_sub(const struct span *s, uint64_t off, uint64_t n)
{
	if (off > s->size || n > s->size - off)
		return (struct span){ s->fd, 0, 0 };
	return (struct span){ s->fd, s->off + off, n };
}

/*
 * As many bytes as there are from off on, at most n; *got says how many. ERR_IO: the file
 * does not give what it had when it was measured.
 */
MUST_USE enum err span_read(
    const struct span *s, uint64_t off, void *to, size_t n, size_t *got);

/* A span in memory, read-only. Pages of a file that shrinks meanwhile end the process. */
struct span_map {
	struct bytes b;
	void *base;
	size_t len;
};

MUST_USE enum err span_map(const struct span *s, struct span_map *out);
void span_unmap(struct span_map *m); /* for CLEAN(), too */
/* Whole pages of a mapped part are given back; who reads them again gets them again. */
void span_passed(struct bytes part);

#define SPAN_WINDOW (64u << 10)

/* Two windows to compare with; one pair serves a whole run. */
struct span_windows {
	uint8_t a[SPAN_WINDOW], b[SPAN_WINDOW];
};

/*
 * The offset of the first byte that differs, from off on: the shorter one's size when
 * that is all, UINT64_MAX when they are the same.
 */
MUST_USE enum err span_differ(const struct span *a, const struct span *b, uint64_t off,
    struct span_windows *w, uint64_t *at);
