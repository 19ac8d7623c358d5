/*
 * tile_load.h - files of a log as they come, for those who verify them.
 *
 * Inside of this layer only: what these give is a stranger's word.
 */
#pragma once

#include "log/tile.h"

/* size >> bits, also for 64 bits and more. */
static inline uint64_t
tile_shift(uint64_t size, unsigned bits)
{
	return bits < 64 ? size >> bits : 0;
}

/* The file of t, or of the full tile that took its place; into out, emptied before. */
MUST_USE enum err tile_load(const struct log_source *s, const struct tile *t,
    size_t limit, struct buf *out, struct fault *f);

/* Its hashes, t->width of them. FAULT_TILE: it has another length. */
MUST_USE enum err tile_load_hashes(const struct log_source *s, const struct tile *t,
    struct merkle_hash hash[TILE_WIDTH], struct fault *f);
