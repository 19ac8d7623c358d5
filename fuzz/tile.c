/*
 * tile.c - a log whose files a stranger changed: what is read is right, or refused.
 *
 * The log has 300 entries, in memory. The input is changes to its files, each: which
 * file, what happens, where, and a length with bytes that are put there.
 */
#include "log/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "log/proof.h"

enum { SIZE = 300, FILES = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *const names[FILES] = { "tile/0/000", "tile/0/001.p/44",
	"tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44" };

struct log {
	struct buf file[FILES];
	bool gone[FILES];
	struct merkle_head head;
};

static size_t
entry_of(uint64_t i, char out[40])
{
	return (size_t)snprintf(out, 40, "candor entry %" PRIu64, i);
}

static void
make(struct log *l)
{
	struct merkle_hash leaf[SIZE], root;
	char entry[40];

	for (uint64_t i = 0; i < SIZE; i++) {
		size_t n = entry_of(i, entry);
		struct buf *b = &l->file[i < 256 ? 3 : 4];

		buf_u8(b, 0);
		buf_u8(b, (uint8_t)n);
		buf_put(b, entry, n);
		merkle_leaf((struct bytes){ (uint8_t *)entry, n }, &leaf[i]);
	}
	buf_put(&l->file[0], leaf, 256 * sizeof(leaf[0]));
	buf_put(&l->file[1], leaf + 256, 44 * sizeof(leaf[0]));
	merkle_fold(leaf, 256, &root);
	buf_put(&l->file[2], &root, sizeof(root));
	merkle_fold(leaf, SIZE, &l->head.root);
	l->head.size = SIZE;
}

static enum err
read_log(void *arg, const char *path, size_t limit, struct buf *out, struct fault *f)
{
	struct log *l = arg;

	(void)f;
	for (int i = 0; i < FILES; i++)
		if (strcmp(path, names[i]) == 0 && !l->gone[i]) {
			if (l->file[i].n > limit)
				return ERR_LIMIT;
			buf_put(out, l->file[i].p, l->file[i].n);
			return OK;
		}
	return ERR_END;
}

/* Overwrites, appends, cuts or removes. */
static void
change(struct log *l, struct cur *c)
{
	uint8_t what = cur_u8(c), file = what % FILES;
	uint16_t at = cur_le16(c);
	uint8_t n = cur_u8(c);
	struct bytes put = cur_take(c, n < cur_left(c) ? n : cur_left(c));
	struct buf *b = &l->file[file];

	switch (what / FILES % 4) {
	case 0:
		for (size_t i = 0; i < put.n && b->n > 0; i++)
			b->p[(at + i) % b->n] = put.p[i];
		break;
	case 1: buf_put(b, put.p, put.n); break;
	case 2: b->n = b->n > at ? at : b->n; break;
	case 3: l->gone[file] = true; break;
	}
}

static void
read_all(struct log *l)
{
	struct log_source s = { read_log, l };
	struct tile_reader *r;
	struct tile_bundle b = { 0 };
	struct fault f = { 0 };
	struct merkle_hash leaf;
	struct proof p;
	char want[40];

	if (tile_reader_new(&s, &l->head, &r, &f) != OK) {
		if (f.kind == FAULT_NONE)
			abort();
		return;
	}
	for (uint64_t i = 0; i < SIZE; i += 97) {
		size_t n = entry_of(i, want);
		struct bytes entry;

		if (tile_read_entry(r, i, &b, &entry, &f) == OK &&
		    !bytes_eq(entry, (struct bytes){ (uint8_t *)want, n }))
			abort();
		merkle_leaf((struct bytes){ (uint8_t *)want, n }, &leaf);
		if (proof_make(r, i, (struct bytes){ 0 }, &p, &f) == OK &&
		    proof_leads(&p, &leaf, &l->head, NULL) != OK)
			abort();
	}
	buf_done(&b.raw);
	tile_reader_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct log made;
	struct cur c = cur_at((struct bytes){ p, n }, 0);
	struct log l = { .head = made.head };

	if (made.head.size == 0)
		make(&made);
	l.head = made.head;
	for (int i = 0; i < FILES; i++)
		buf_put(&l.file[i], made.file[i].p, made.file[i].n);
	while (cur_left(&c) > 4)
		change(&l, &c);
	read_all(&l);
	for (int i = 0; i < FILES; i++)
		buf_done(&l.file[i]);
	return 0;
}
