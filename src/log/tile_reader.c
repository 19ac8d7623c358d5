/*
 * tile_reader.c - see tile.h. Tiles are verified from the root down and then kept, one a
 * level: who reads in order reads each file once.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "log/tile_load.h"

struct slot {
	bool used;
	uint64_t n;
	struct merkle_hash hash[TILE_WIDTH];
};

struct tile_reader {
	struct log_source source;
	struct merkle_head head;
	struct fault *fault; /* of the call that is running */
	struct tile_edge edge;
	struct slot full[TILE_LEVELS]; /* the last full tile of each level */
};

enum err
tile_reader_new(const struct log_source *s, const struct merkle_head *head,
    struct tile_reader **out, struct fault *f)
{
	struct tile_reader *r = xcalloc(1, sizeof(*r));
	struct merkle_hash root;
	enum err e;

	r->source = *s;
	r->head = *head;
	e = tile_edge_read(s, head->size, &r->edge, f);
	if (e == OK) {
		tile_edge_root(&r->edge, &root);
		if (!merkle_same(&root, &head->root))
			e = fault_set(f, FAULT_ROOT,
			    "the tiles of the log with %" PRIu64
			    " entries are not those of the tree that was signed",
			    head->size);
	}
	if (e != OK) {
		free(r);
		return e;
	}
	*out = r;
	return OK;
}

void
tile_reader_free(struct tile_reader *r)
{
	free(r);
}

uint64_t
tile_reader_size(const struct tile_reader *r)
{
	return r->head.size;
}

const struct tile_edge *
tile_reader_edge(const struct tile_reader *r)
{
	return &r->edge;
}

/*
 * The hashes of tile n, verified. The tile above is asked first; its slot is of another
 * level, so it stays while this one is filled. Recursion: one step a level, at most 8.
 */
static enum err
get_tile(
    struct tile_reader *r, unsigned level, uint64_t n, const struct merkle_hash **out)
{
	struct slot *slot = &r->full[level];
	const struct merkle_hash *above;
	struct merkle_hash root;
	struct tile t = { level, n, TILE_WIDTH };
	char path[TILE_PATH];

	if (n == tile_shift(r->head.size, 8 * (level + 1))) {
		*out = r->edge.hash[level];
		return OK;
	}
	*out = slot->hash;
	if (slot->used && slot->n == n)
		return OK;
	/* a full tile has a hash above it, so there is a level above */
	TRY(get_tile(r, level + 1, n / TILE_WIDTH, &above));
	slot->used = false;
	TRY(tile_load_hashes(&r->source, &t, slot->hash, r->fault));
	merkle_fold(slot->hash, TILE_WIDTH, &root);
	if (!merkle_same(&root, &above[n % TILE_WIDTH])) {
		tile_path(&t, path);
		return fault_set(r->fault, FAULT_TILE,
		    "the tile '%s' does not have the hash that the tree has for it",
		    path);
	}
	slot->used = true;
	slot->n = n;
	return OK;
}

/*
 * index << low is on the tile's own level, and below head.size >> 8 * high: what is asked
 * is complete, so it lies in one tile, from first % 256 on, 2^low hashes, which divide
 * 256.
 */
static enum err
read_hash(void *arg, unsigned level, uint64_t index, struct merkle_hash *out)
{
	struct tile_reader *r = arg;
	unsigned high = level / 8, low = level % 8;
	uint64_t first = index << low; /* on the tile's level */
	const struct merkle_hash *tile;

	if (index >= r->head.size >> level)
		return fault_set(r->fault, FAULT_TILE,
		    "the log of %" PRIu64 " entries has no such part", r->head.size);
	TRY(get_tile(r, high, first / TILE_WIDTH, &tile));
	merkle_fold(&tile[first % TILE_WIDTH], (size_t)1 << low, out);
	return OK;
}

struct merkle_reader
tile_hashes(struct tile_reader *r, struct fault *f)
{
	r->fault = f;
	return (struct merkle_reader){ read_hash, r };
}

/*
 * width is at most TILE_WIDTH, the places of entry. Bytes behind the last entry that is
 * wanted are ignored: the file may be of a longer log.
 */
static enum err
split_bundle(struct tile_bundle *b, unsigned width, const char *path, struct fault *f)
{
	CHECKED struct cur c = cur_at(buf_bytes(&b->raw), 0);

	for (unsigned i = 0; i < width; i++)
		b->entry[i] = tile_take_entry(&c);
	if (!cur_ok(&c))
		return fault_set(f, FAULT_ENTRY,
		    "the bundle '%s' ends before its entry %u does", path, width - 1);
	return OK;
}

enum err
tile_read_bundle(
    struct tile_reader *r, uint64_t n, struct tile_bundle *b, struct fault *f)
{
	struct tile t = { TILE_ENTRIES, n, tile_width(TILE_ENTRIES, n, r->head.size) };
	const struct merkle_hash *leaf;
	struct merkle_hash have;
	char path[TILE_PATH];

	r->fault = f;
	b->n = 0; /* until it is verified, nothing of it may be used again */
	if (t.width == 0)
		return fault_set(f, FAULT_ENTRY, "the log has no entry %" PRIu64,
		    num_mul(n, TILE_WIDTH));
	TRY(get_tile(r, 0, n, &leaf));
	TRY(tile_load(&r->source, &t, TILE_BUNDLE_MOST, &b->raw, f));
	tile_path(&t, path);
	b->first = n * TILE_WIDTH;
	TRY(split_bundle(b, t.width, path, f));
	for (unsigned i = 0; i < t.width; i++) {
		merkle_leaf(b->entry[i], &have);
		if (!merkle_same(&have, &leaf[i]))
			return fault_set(f, FAULT_ENTRY,
			    "entry %" PRIu64 " in '%s' is not the one that was logged",
			    b->first + i, path);
	}
	b->n = t.width;
	return OK;
}

enum err
tile_read_entry(struct tile_reader *r, uint64_t index, struct tile_bundle *b,
    struct bytes *out, struct fault *f)
{
	if (index >= r->head.size)
		return fault_set(f, FAULT_ENTRY,
		    "there is no entry %" PRIu64 ": the log has %" PRIu64, index,
		    r->head.size);
	if (b->n == 0 || b->first != index / TILE_WIDTH * TILE_WIDTH)
		TRY(tile_read_bundle(r, index / TILE_WIDTH, b, f));
	*out = b->entry[index % TILE_WIDTH];
	return OK;
}
