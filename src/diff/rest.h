/*
 * rest.h - what a container holds besides its members, where no reader of members looks.
 *
 * Each format has places for bytes that unpack to nothing: frames that are skipped, extra
 * fields, gaps between streams. Two containers with the same members may hide a payload
 * there, so what is in such places is collected, range by range, and compared. Zips have
 * their own (zip.h), as theirs are read from both ends.
 */
#pragma once

#include "base/arena.h"
#include "diff/kind.h"
#include "diff/run.h"

/* n bytes at an offset. */
struct rest_part {
	uint64_t at, n;
};

/* Ranges of a container, in its order; they need not be of any use to anybody. */
struct rest {
	struct run *run;
	const struct span *s;
	struct arena arena;
	unsigned side;       /* 0: A, 1: B; whose scratch file is used */
	struct rest_part *p; /* what is left over */
	size_t n, cap;
	uint64_t bytes;
	struct rest_part *used; /* what is accounted for, in any order; only for gaps */
	size_t nused, used_cap;
};

/* ERR_LIMIT: more ranges than are kept. */
MUST_USE enum err rest_add(struct rest *x, uint64_t at, uint64_t n);
/* Or the other way round: what is used, and in the end what is not, but for zeros. */
MUST_USE enum err rest_used(struct rest *x, uint64_t at, uint64_t n);
MUST_USE enum err rest_gaps(struct rest *x, uint64_t end);

/*
 * Collects what lies in the stream or archive beside what unpacks. ERR_FORMAT: it cannot
 * be followed; ERR_LIMIT, ERR_IO. Of kinds without such places, nothing.
 */
MUST_USE enum err rest_of_stream(struct rest *x, enum kind k);
MUST_USE enum err rest_of_archive(struct rest *x, enum kind k);
MUST_USE enum err rest_of_iso(struct rest *x);

/*
 * What differs between the rests of two containers. wrapped: only one of them is a
 * compressor's stream, the other is what it is compared with, and has none.
 */
void rest_diff(struct run *r, const struct span *a, enum kind ka, const struct span *b,
    enum kind kb, bool wrapped);
