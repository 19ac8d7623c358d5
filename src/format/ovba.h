/*
 * ovba.h - the compression of VBA projects (MS-OVBA, 2.4.1).
 *
 * Chunks of 4,096 bytes, each packed with LZ77 by itself. Six bytes may become 4,096, so
 * what comes out is counted: several streams share one struct ovba and its budget.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

struct ovba {
	struct arena *arena;
	uint64_t steps, budget; /* a step: 64 bytes that come out, or a chunk */

	uint8_t *p; /* the last result; the next one takes its place */
	size_t n, room;
	bool whole; /* nothing was wrong with it; else p has what came before */
};

/*
 * Unpacks into o->p, n bytes, which stand until the next call. The caller sets arena and
 * budget once and calls for stream after stream: steps add up, so that fifty streams do
 * not each have what one may have. OK with whole false: something was wrong, and what
 * came before it stands. ERR_LIMIT: the budget or the arena; likewise.
 */
MUST_USE enum err ovba_unpack(struct ovba *o, struct bytes packed);
