/*
 * tile.c - what a tile is called (c2sp.org/tlog-tiles), how full it is, and the edge of
 * a log.
 *
 * The edge is the one partial tile a level: from it alone the root of the whole log
 * follows. A partial tile may be gone once it was filled; then the full one is read and
 * its beginning counts, as a log only appends.
 */
#include "log/tile.h"

#include <inttypes.h>
#include <stdio.h>

#include "log/tile_load.h"

/*
 * groups: 20 digits are seven groups of three, each with a slash, and all but one with an
 * x: 34 bytes. With "tile/entries" and ".p/255" that is 53 of TILE_PATH.
 */
void
tile_path(const struct tile *t, char out[TILE_PATH])
{
	char level[8] = "entries", part[8] = "", groups[40];
	size_t at = sizeof(groups) - 1;
	uint64_t n = t->n;

	if (t->level != TILE_ENTRIES)
		snprintf(level, sizeof(level), "%u", t->level);
	if (t->width < TILE_WIDTH)
		snprintf(part, sizeof(part), ".p/%u", t->width);
	groups[at] = '\0';
	/* three digits a group, from the last; all but the last are marked */
	for (bool last = true; last || n > 0; last = false) {
		for (int i = 0; i < 3; i++, n /= 10)
			groups[--at] = (char)('0' + n % 10);
		groups[--at] = last ? '/' : 'x';
		if (!last)
			groups[--at] = '/';
	}
	snprintf(out, TILE_PATH, "tile/%s%s%s", level, groups + at, part);
}

unsigned
tile_width(unsigned level, uint64_t n, uint64_t size)
{
	uint64_t hashes = level == TILE_ENTRIES ? size : size >> 8 * level;

	if (n > hashes / TILE_WIDTH)
		return 0;
	hashes -= n * TILE_WIDTH;
	return hashes > TILE_WIDTH ? TILE_WIDTH : (unsigned)hashes;
}

struct bytes
tile_take_entry(struct cur *c)
{
	uint16_t n = cur_be16(c);

	return cur_take(c, n);
}

/*
 * merkle_reader over an edge: a root needs nothing that lies elsewhere. What merkle_root
 * asks of an edge are its partial tiles' own subtrees: the bits of size, eight for
 * each tile. So from + 2^low is at most its width.
 */
static enum err
read_edge(void *arg, unsigned level, uint64_t index, struct merkle_hash *out)
{
	const struct tile_edge *e = arg;
	unsigned high = level / 8, low = level % 8;
	uint64_t from = (index << low) & (TILE_WIDTH - 1);

	merkle_fold(&e->hash[high][from], (size_t)1 << low, out);
	return OK;
}

void
tile_edge_root(const struct tile_edge *e, struct merkle_hash *out)
{
	struct merkle_reader r = { read_edge, (void *)(uintptr_t)e };

	if (merkle_root(&r, e->size, out) != OK)
		bug("an edge cannot be read");
}

/*
 * Reads t, or when it is partial and gone, the full one: a log may delete partial tiles
 * that were filled. The hashes of t stand at the start of either.
 */
enum err
tile_load(const struct log_source *s, const struct tile *t, size_t limit, struct buf *out,
    struct fault *f)
{
	struct tile full = { t->level, t->n, TILE_WIDTH };
	char path[TILE_PATH];
	enum err e = ERR_END;

	tile_path(t, path);
	buf_clear(out);
	if (t->width < TILE_WIDTH)
		e = s->read(s->arg, path, limit, out, f);
	if (e == ERR_END) {
		tile_path(&full, path);
		e = s->read(s->arg, path, limit, out, f);
		if (e == OK)
			return OK;
		tile_path(t, path);
	}
	if (e == ERR_END)
		return fault_set(f, FAULT_MISSING, "the log has no '%s'", path);
	if (e == ERR_LIMIT)
		return fault_set(f, FAULT_TOO_LARGE,
		    "the log's '%s' has more than the %zu bytes that it may have", path,
		    limit);
	return e;
}

enum err
tile_load_hashes(const struct log_source *s, const struct tile *t,
    struct merkle_hash hash[TILE_WIDTH], struct fault *f)
{
	size_t full = sizeof(struct merkle_hash) * TILE_WIDTH;
	size_t want = sizeof(struct merkle_hash) * t->width;
	char path[TILE_PATH];
	struct buf b = { 0 };
	enum err e = tile_load(s, t, full, &b, f);

	tile_path(t, path);
	if (e == OK && b.n != want && b.n != full)
		e = fault_set(f, FAULT_TILE, "the tile '%s' has %zu bytes, not %zu", path,
		    b.n, want);
	if (e == OK)
		memcpy(hash, b.p, want);
	buf_done(&b);
	return e;
}

enum err
tile_edge_read(
    const struct log_source *s, uint64_t size, struct tile_edge *out, struct fault *f)
{
	out->size = size;
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		struct tile t = { level, tile_shift(size, 8 * (level + 1)),
			tile_edge_width(out, level) };

		if (t.width > 0)
			TRY(tile_load_hashes(s, &t, out->hash[level], f));
	}
	return OK;
}
