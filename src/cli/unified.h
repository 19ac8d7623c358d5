/*
 * unified.h - a unified diff of two texts, for people and for patch(1).
 *
 * Bytes are written as they are; with escape set, everything but tabs that a terminal may
 * obey is shown as \xHH.
 */
#pragma once

#include "base/buf.h"

#define UNIFIED_CONTEXT 3u /* lines around a change */

/*
 * Appends the diff; nothing, when both are the same. name: of both sides. before and
 * after are borrowed.
 */
void unified(struct buf *out, const char *name, struct bytes before, struct bytes after,
    bool escape);
