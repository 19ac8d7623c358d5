/*
 * linediff.h - a unified diff of two texts, for people and for patch(1).
 *
 * The lines that differ are found by Myers' O(ND) method; beyond LINEDIFF_EDITS edits the
 * middle is told as one replacement, which is as true and takes no time. Bytes are
 * written as they are; with escape set, everything but tabs that a terminal may obey is
 * shown as \xHH.
 */
#pragma once

#include "base/buf.h"

#define LINEDIFF_EDITS   2000u
#define LINEDIFF_CONTEXT 3u /* lines around a change */

/* Nothing, when they are the same. name: of both sides. */
void linediff(struct buf *out, const char *name, struct bytes before, struct bytes after,
    bool escape);
