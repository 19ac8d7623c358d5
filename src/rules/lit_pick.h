/*
 * lit_pick.h - which 4 bytes of a literal the filter looks for.
 *
 * The rarest, by the shipped frequencies, with a handicap for windows that other
 * literals use already. Internal to the builder of the literal filter.
 */
#pragma once

#include "base/arena.h"
#include "rules/lit_anchor.h"
#include "rules/lit_build.h"

/*
 * A word of the bitmap with all bits B set passes one in 16 of the positions that it is
 * asked for: so many of all.
 */
#define LIT_SATURATED 2.5e-7

/* A window as it goes into the tables; nothing in it depends on the seed. */
struct lit_window {
	uint32_t quad;   /* folded */
	uint32_t around; /* the four folded bytes behind it, or before it */
	uint32_t needle;
	uint32_t bits; /* bits B that the two bytes behind it can have */
	bool has_around;
	uint8_t off; /* in the literal */
	bool silent; /* sets its bits; the needle is found by another window */
};

/* A literal under a key that is to have a window; of two keys, at the same offset. */
struct lit_item {
	uint32_t needle;
	uint8_t key, off, group[2];
	bool paired, picked;
	float *cost; /* of a window at each offset, under the first key */
};

struct lit_picker {
	struct arena *arena;
	struct lit_anchors *anchors;
	double hot;
	size_t shorts, shorts_max; /* windows of short literals: so far, and at most */
	struct lit_window *w;
	size_t n, cap;
	struct lit_item *item;
	size_t nitems, items_cap;
	uint16_t *usage; /* of windows, by hash */
	unsigned usage_bits;
	double cost; /* of all that were taken */
};

/* For n literals and so many groups of anchors. */
MUST_USE enum err lit_picker_init(
    struct lit_picker *p, struct arena *a, size_t n, unsigned groups, double hot);

/* Appends a window. ERR_LIMIT: budget. */
MUST_USE enum err lit_picker_add(struct lit_picker *p, const struct lit_window *w);

/* Fills rare. */
void lit_pick_plain(const struct lit_in *in, struct lit_needle *n);

/*
 * A needle to choose windows for, later; a short one gets its windows now. ERR_END: too
 * short or too hot, nothing was done. ERR_LIMIT: budget.
 */
MUST_USE enum err lit_pick(
    struct lit_picker *p, const struct lit_in *in, uint32_t needle);

/* Chooses the windows of all such needles of the table in, and appends them. */
MUST_USE enum err lit_pick_windows(struct lit_picker *p, const struct lit_in *in);
