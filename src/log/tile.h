/*
 * tile.h - a log as files (c2sp.org/tlog-tiles), and how to read it believing nothing.
 *
 * A tile has 256 hashes of one level, eight levels of the tree apart; the last one of a
 * level may be partial. Entries lie in bundles of 256, each behind its 16-bit length.
 * The reader starts from a root that somebody signed: the partial tiles at the right
 * edge together must make it, and every other tile the hash in the tile above. So an
 * answer is right or a fault; a source can only refuse to answer.
 */
#pragma once

#include "log/merkle.h"
#include "log/source.h"

enum {
	TILE_WIDTH = 256,        /* hashes of a full tile, entries of a full bundle */
	TILE_LEVELS = 8,         /* enough for 2^63 entries */
	TILE_ENTRIES = 64,       /* in place of a level: the bundles */
	TILE_PATH = 64,          /* bytes of the longest path, with its NUL */
	TILE_ENTRY_MOST = 65535, /* bytes of an entry */
	TILE_BUNDLE_MOST = TILE_WIDTH * (2 + TILE_ENTRY_MOST),
};

/* One file: hash tile n of a level, or bundle n; of a full one the width is 256. */
struct tile {
	unsigned level;
	uint64_t n;
	unsigned width;
};

/* "tile/0/x001/x234/067.p/5" */
void tile_path(const struct tile *t, char out[TILE_PATH]);

/*
 * The width that tile n of the level has in a log of that size, 1 to 256; 0: there is
 * none.
 */
unsigned tile_width(unsigned level, uint64_t n, uint64_t size);

/*
 * The next entry of a bundle, behind its 16-bit length (tlog-tiles, big endian); c fails
 * when there is none that is whole. An entry may be empty: ask c.
 */
struct bytes tile_take_entry(struct cur *c);

/* The partial tiles at the right edge of a log of that size, one a level. */
struct tile_edge {
	uint64_t size;
	struct merkle_hash hash[TILE_LEVELS][TILE_WIDTH];
};

/* Hashes that the edge has on a level. */
static inline unsigned
tile_edge_width(const struct tile_edge *e, unsigned level)
{
	return e->size >> 8 * level & (TILE_WIDTH - 1);
}

/* What the edge says the root is. */
void tile_edge_root(const struct tile_edge *e, struct merkle_hash *out);

/*
 * Reads the edge of a log of that size, eight files at most; nothing is verified. After a
 * failure out is void.
 */
MUST_USE enum err tile_edge_read(
    const struct log_source *s, uint64_t size, struct tile_edge *out, struct fault *f);

struct tile_reader;

/*
 * Reads the edge and holds it against the root. The source is copied, but not its arg,
 * which must live as long as the reader. FAULT_ROOT: these are not the files of that
 * tree; FAULT_MISSING, FAULT_TILE, FAULT_TOO_LARGE: not even that can be told. The caller
 * frees. Some 130 kB; not for two threads.
 */
MUST_USE enum err tile_reader_new(const struct log_source *s,
    const struct merkle_head *head, struct tile_reader **out, struct fault *f);
void tile_reader_free(struct tile_reader *r);
uint64_t tile_reader_size(const struct tile_reader *r); /* entries */
const struct tile_edge *tile_reader_edge(const struct tile_reader *r);

/*
 * Verified hashes: for roots and proofs of what the head covers. Faults go to f, which
 * the reader keeps until the next call that names one.
 */
struct merkle_reader tile_hashes(struct tile_reader *r, struct fault *f);

/* Entries of one bundle, each with the leaf hash that the tree has for it. */
struct tile_bundle {
	uint64_t first; /* index of entry[0] */
	unsigned n;
	struct bytes entry[TILE_WIDTH]; /* views of raw */
	struct buf raw;
};

/*
 * Bundle n: all that the head covers of it, each entry held against the tree.
 * FAULT_ENTRY, and those of tiles; then b->n is 0, and nothing of it may be used. The
 * bundle is zeroed before its first use and reused (its views end then);
 * buf_done(&b->raw) ends it. At most 16 MB.
 */
MUST_USE enum err tile_read_bundle(
    struct tile_reader *r, uint64_t n, struct tile_bundle *b, struct fault *f);

/* One entry; the view is of b. FAULT_ENTRY also for an index beyond the head. */
MUST_USE enum err tile_read_entry(struct tile_reader *r, uint64_t index,
    struct tile_bundle *b, struct bytes *out, struct fault *f);
