/*
 * cause.h - why two lines of text differ, where that can be told.
 *
 * What builds write into files without meaning to has few forms: dates, build folders,
 * digests of other files, UUIDs, locales. Both lines are read with those masked out; when
 * they are then the same, what had to be masked is the cause. Of program text only whole
 * comments are: a date or a path that an interpreter or a compiler reads is a constant.
 */
#pragma once

#include "base/buf.h"
#include "result/difference.h"

enum cause_mask {
	CAUSE_TIME = 1 << 0,
	CAUSE_PATH = 1 << 1,
	CAUSE_DIGEST = 1 << 2,
	CAUSE_RANDOM = 1 << 3,
	CAUSE_LOCALE = 1 << 4,
};

/*
 * Appends line to out with what the masks (enum cause_mask, or-ed) name replaced by one
 * byte each.
 */
void cause_mask(struct buf *out, struct bytes line, unsigned masks);

/*
 * The class of a line that became another: a cause, or other when none explains it all.
 * code: the lines are program text.
 */
enum diff_class cause_of(
    struct bytes a, struct bytes b, bool code, enum diff_class other);

/* Does the line say which program runs, in a text that is none: a jar's manifest? */
bool cause_runs(struct bytes line);
