/*
 * rest_iso.c - see rest.h: ECMA-119. Descriptors, path tables, folders and files of each
 * tree (Joliet has one of its own) are accounted for, and what Rock Ridge continues
 * elsewhere. The system area is compared by tree.c; a boot image that is no file is left
 * over, as it should be: it is run.
 */
#include "diff/rest.h"

#define SECTOR      2048u
#define DESCRIPTORS 64
#define FOLDERS_MAX 65536u
#define VOLUME_USED 883 /* 8.4: bytes before what applications may use */

struct iso {
	struct rest *x;
	uint64_t *folder; /* places that are to be read, or were */
	uint32_t *size;
	size_t n, cap, size_cap;
};

static enum err
folder_put(struct iso *i, uint32_t lba, uint32_t size)
{
	uint64_t at = (uint64_t)lba * SECTOR;

	for (size_t k = 0; k < i->n && k < 256; k++)
		if (i->folder[k] == at)
			return OK; /* a tree that bites its tail; longer ones reach the
				      cap */
	if (i->n == FOLDERS_MAX)
		return ERR_LIMIT;
	i->folder =
	    arena_grow(&i->x->arena, i->folder, &i->cap, i->n + 1, sizeof(*i->folder));
	i->size =
	    arena_grow(&i->x->arena, i->size, &i->size_cap, i->n + 1, sizeof(*i->size));
	if (i->folder == NULL || i->size == NULL)
		return ERR_LIMIT;
	i->folder[i->n] = at;
	i->size[i->n++] = size;
	return OK;
}

/* SUSP 5.1: where the fields of a record go on. */
static enum err
continued(struct iso *i, struct bytes fields)
{
	while (fields.n >= 4 && fields.p[2] >= 4 && fields.p[2] <= fields.n) {
		struct bytes f = bytes_clip(fields, 0, fields.p[2]);

		if (f.n >= 28 && f.p[0] == 'C' && f.p[1] == 'E')
			TRY(rest_used(i->x,
			    num_add((uint64_t)rec_le32(f, 4) * SECTOR, rec_le32(f, 12)),
			    rec_le32(f, 20)));
		fields = bytes_from(fields, f.n);
	}
	return OK;
}

/* 9.1: one of a folder's records; the first two are the folder and what it is in. */
static enum err
record(struct iso *i, struct bytes r)
{
	uint32_t lba = rec_le32(r, 2), size = rec_le32(r, 10);
	uint8_t name = r.p[32];
	size_t fields = 33u + name + !(name & 1);
	bool self = name == 1 && r.p[33] < 2;

	TRY(continued(i, bytes_from(r, fields < r.n ? fields : r.n)));
	if (self)
		return OK;
	if (r.p[25] & 2)
		return folder_put(i, lba, size);
	return rest_used(i->x, num_add((uint64_t)lba * SECTOR, r.p[1] * SECTOR), size);
}

/* 6.8.1: records do not cross sectors; 0 is no record. */
static enum err
folder(struct iso *i, uint64_t at, uint32_t size)
{
	uint8_t sector[SECTOR];
	size_t got;

	for (uint64_t off = 0; off < size; off += SECTOR) {
		TRY(span_read(i->x->s, num_add(at, off), sector, SECTOR, &got));
		struct bytes b = { sector, got };
		if (got == 0 || run_late(i->x->run))
			return got ? ERR_LIMIT : OK;
		while (b.n > 34 && b.p[0] >= 34 && b.p[0] <= b.n) {
			struct bytes r = bytes_clip(b, 0, b.p[0]);

			TRY(rest_used(i->x, at + off + (uint64_t)(b.p - sector), r.n));
			TRY(record(i, r));
			b = bytes_from(b, r.n);
		}
	}
	return OK;
}

/* 8.4: the path tables, each in both orders of bytes and perhaps twice; the root. */
static enum err
volume(struct iso *i, struct bytes d)
{
	uint32_t n = rec_le32(d, 132);
	const uint32_t tables[] = { rec_le32(d, 140), rec_le32(d, 144), be32(d.p + 148),
		be32(d.p + 152) };

	for (size_t k = 0; k < COUNT(tables); k++)
		if (tables[k] != 0)
			TRY(rest_used(i->x, (uint64_t)tables[k] * SECTOR, n));
	return folder_put(i, rec_le32(d, 156 + 2), rec_le32(d, 156 + 10));
}

static enum err
descriptors(struct iso *i)
{
	uint8_t sector[SECTOR];
	size_t got;

	for (unsigned k = 0; k < DESCRIPTORS; k++) {
		uint64_t at = (16u + k) * SECTOR;

		TRY(span_read(i->x->s, at, sector, SECTOR, &got));
		struct bytes d = { sector, got };
		if (got < SECTOR || !bytes_eq(bytes_sub(d, 1, 5), BYTES_LIT("CD001")))
			return ERR_FORMAT;
		bool is_volume = sector[0] == 1 || sector[0] == 2;
		/* 8.2, 8.3: a boot record's and the end's first bytes */
		TRY(rest_used(i->x, at, is_volume ? VOLUME_USED : 75));
		if (is_volume)
			TRY(volume(i, d));
		if (sector[0] == 255)
			return OK;
	}
	return ERR_FORMAT;
}

enum err
rest_of_iso(struct rest *x)
{
	struct iso i = { .x = x };

	TRY(rest_used(x, 0, 16 * SECTOR));
	TRY(descriptors(&i));
	for (size_t k = 0; k < i.n; k++)
		TRY(folder(&i, i.folder[k], i.size[k]));
	return rest_gaps(x, x->s->size);
}
