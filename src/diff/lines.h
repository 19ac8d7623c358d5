/*
 * lines.h - two texts as numbered lines, without what their ends have in common.
 *
 * Equal lines get equal numbers; a number is an index into one table for both sides. The
 * common beginning and end are cut off before any line is looked at, so a large text with
 * a small change costs little.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

struct lines_side {
	struct bytes text;   /* the whole */
	size_t from, to;     /* what is not common, in whole lines */
	uint64_t first;      /* the line number, from 1, of the line at from */
	uint32_t n;          /* lines between */
	const size_t *start; /* n + 1 offsets in text; the last is to */
	uint32_t *id;
};

struct lines {
	struct lines_side a, b;
	uint32_t ids;
};

/* ERR_LIMIT: more than most lines on a side differ, or the arena is spent. */
MUST_USE enum err lines_init(
    struct lines *l, struct bytes a, struct bytes b, uint32_t most, struct arena *arena);

/* A line without its newline. i counts from 0 in what is not common. */
struct bytes lines_at(const struct lines_side *s, uint32_t i);
/* The offset in text where the last n lines before from begin: for context. */
size_t lines_before(const struct lines_side *s, size_t n);
