/*
 * lit_anchor.h - at which places of a file the filter looks: the groups of anchors.
 *
 * A group is four sets of classes (lit_class), one for each byte of a window; a place is
 * an anchor when some group has all its four bytes. Groups grow with the windows that
 * are put into them, and each window goes where the groups then cover the least of
 * ordinary files: what it costs to look there is what the filter's speed hangs on.
 * Literals of one kind (words, wide strings, code) so find together by themselves.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "db/lit.h"

struct lit_anchors;

/* Folded bytes that may be at each place of a window: n[i] at b[i]. */
struct lit_places {
	const uint8_t *b[LIT_WINDOW];
	unsigned n[LIT_WINDOW];
};

/* groups: 8 or 16. NULL: budget. */
struct lit_anchors *lit_anchors_new(struct arena *a, unsigned groups);

/* A window of four folded bytes is an anchor already. */
bool lit_anchors_has(const struct lit_anchors *t, const uint8_t *quad);

/*
 * Makes room for windows: the group where it costs the least, and how much, as a share
 * of the places of ordinary files.
 */
double lit_anchors_cost(
    const struct lit_anchors *t, const struct lit_places *p, unsigned *group);
void lit_anchors_put(struct lit_anchors *t, const struct lit_places *p, unsigned group);

/* The reverse; what else was put there stays. */
void lit_anchors_take(struct lit_anchors *t, const struct lit_places *p, unsigned group);

/* Of one window. */
static inline struct lit_places
lit_places_of(const uint8_t *quad)
{
	return (
	    struct lit_places){ { quad, quad + 1, quad + 2, quad + 3 }, { 1, 1, 1, 1 } };
}

/* Appends the tables of lit_head.anchors_at. */
void lit_anchors_write(const struct lit_anchors *t, struct buf *out);
