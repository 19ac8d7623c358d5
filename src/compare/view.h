/*
 * view.h - what the reports share: the way through a result, and the words.
 */
#pragma once

#include "base/buf.h"
#include "compare/compare.h"

#define VIEW_DEPTH (DIFF_DEPTH_MAX + 8)

/* The objects around an item; fed with every item, in order. */
struct view {
	const struct compare_item *around[VIEW_DEPTH];
	uint32_t n;
};

/* Call it with each item before it is shown: for a BEGIN, it is then the innermost. */
void view_enter(struct view *v, const struct compare_item *x);
/* And behind it. */
void view_leave(struct view *v, const struct compare_item *x);

/* Something that a reader wants to see: all but BEGIN, END and NOTE. */
bool view_counts(const struct compare_item *x);
/* Its class in one word, or "limit" and "damaged". */
const char *view_class(const struct compare_item *x);

/* "a / b" with what it was renamed to, escaped. The names of the operands are left out.
 */
void view_path(const struct view *v, struct buf *out);
/* A name, and the other one when it has two; escaped. */
void view_name(const struct difference *d, struct buf *out);

/* Where its lines stand: of programs as an address, else as the number of a line. */
void view_at(const struct view *v, uint64_t at, struct buf *out);

/* 12345678 as "12,345,678" */
void view_number(struct buf *out, uint64_t v);
