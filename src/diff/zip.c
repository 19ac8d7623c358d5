/*
 * zip.c - see zip.h. Every size is the file's word: views are cut to what is there, sums
 * do not wrap, and what cannot be followed ends with ERR_FORMAT.
 */
#include "diff/zip.h"

#include <zlib.h>

#define END_RECORD  22u
#define COMMENT_MAX 65535u
#define ENTRIES_MAX 1000000u
#define CENTRAL     46u
#define LOCAL       30u
#define STEP        (32u << 10)

enum { FLAG_DESCRIPTOR = 8, EXTRA_ZIP64 = 1 };

/* --- the records at the end ----------------------------------------------- */

/* 4.3.16: the last one whose comment ends in the file. */
static uint64_t
find_end(struct bytes f)
{
	uint64_t least =
	    f.n > END_RECORD + COMMENT_MAX ? f.n - END_RECORD - COMMENT_MAX : 0;

	for (uint64_t at = f.n < END_RECORD ? 0 : f.n - END_RECORD + 1; at > least;
	     at--) {
		struct bytes e = bytes_sub(f, at - 1, END_RECORD);

		if (rec_le32(e, 0) == 0x06054b50 &&
		    rec_le16(e, 20) <= f.n - END_RECORD - (at - 1))
			return at - 1;
	}
	return UINT64_MAX;
}

struct ends {
	uint64_t at, size, offset, count;
};

/* 4.3.14 and 4.3.15: the locator lies right before the end record. */
static void
read_zip64(struct bytes f, struct ends *e)
{
	struct bytes locator =
	    e->at < 20 ? (struct bytes){ 0 } : bytes_sub(f, e->at - 20, 20);
	struct bytes big;

	if (rec_le32(locator, 0) != 0x07064b50)
		return;
	big = bytes_sub(f, rec_le64(locator, 8), 56);
	if (rec_le32(big, 0) != 0x06064b50)
		return;
	*e = (struct ends){ rec_le64(locator, 8), rec_le64(big, 40), rec_le64(big, 48),
		rec_le64(big, 32) };
}

/* --- entries -------------------------------------------------------------- */

/* The data of an extra field with that id (4.5.1). */
static struct bytes
extra_of(struct bytes extra, uint16_t id)
{
	struct cur c = cur_at(extra, 0);

	while (cur_left(&c) >= 4) {
		uint16_t have = cur_le16(&c);
		struct bytes data = cur_take(&c, cur_le16(&c));

		if (have == id)
			return data;
	}
	return (struct bytes){ 0 };
}

/* 4.5.3: of the three only those that did not fit, in this order. */
static void
widen(struct bytes extra, uint64_t *size, uint64_t *packed, uint64_t *offset)
{
	struct bytes d = extra_of(extra, EXTRA_ZIP64);
	uint64_t *const wide[] = { size, packed, offset };
	uint64_t at = 0;

	for (size_t i = 0; i < COUNT(wide); i++)
		if (*wide[i] == UINT32_MAX && bytes_sub(d, at, 8).p != NULL) {
			*wide[i] = rec_le64(d, at);
			at += 8;
		}
}

/* 4.3.9: with or without a signature, with numbers of four bytes or of eight. */
static uint64_t
descriptor_size(struct bytes f, const struct zip_entry *e, uint64_t at)
{
	uint64_t sign = rec_le32(bytes_sub(f, at, 4), 0) == 0x08074b50 ? 4 : 0;
	struct bytes d = bytes_clip(f, at + sign, 20);

	if ((e->flags & FLAG_DESCRIPTOR) == 0 || rec_le32(d, 0) != e->crc || d.n < 12)
		return 0;
	if (rec_le64(d, 4) == e->packed.n && rec_le64(d, 12) == e->size && d.n == 20)
		return sign + 20;
	return rec_le32(d, 4) == e->packed.n && rec_le32(d, 8) == e->size ? sign + 12 : 0;
}

/* What lies where the directory says that the member begins. */
static void
read_local(struct bytes f, uint64_t packed, struct zip_entry *e)
{
	uint64_t at;

	e->end = e->head;
	e->local = bytes_sub(f, e->head, LOCAL);
	if (rec_le32(e->local, 0) != 0x04034b50) {
		e->local = (struct bytes){ 0 };
		return;
	}
	at = e->head + LOCAL;
	e->local_name = bytes_clip(f, at, rec_le16(e->local, 26));
	at += e->local_name.n;
	e->local_extra = bytes_clip(f, at, rec_le16(e->local, 28));
	at += e->local_extra.n;
	e->packed = bytes_clip(f, at, packed);
	at += e->packed.n;
	e->end = at + descriptor_size(f, e, at);
}

static enum err
read_entry(struct zip *z, uint64_t shift, struct cur *c)
{
	struct bytes h = cur_take(c, CENTRAL);
	struct zip_entry *e = &z->entry[z->n];
	uint64_t packed = rec_le32(h, 20), head = rec_le32(h, 42);

	if (rec_le32(h, 0) != 0x02014b50)
		return ERR_FORMAT;
	*e = (struct zip_entry){
		.central = h,
		.flags = rec_le16(h, 8),
		.method = rec_le16(h, 10),
		.crc = rec_le32(h, 16),
		.size = rec_le32(h, 24),
	};
	e->name = cur_take(c, rec_le16(h, 28));
	e->extra = cur_take(c, rec_le16(h, 30));
	e->comment = cur_take(c, rec_le16(h, 32));
	if (!cur_ok(c))
		return ERR_FORMAT;
	widen(e->extra, &e->size, &packed, &head);
	e->head = num_add(head, shift);
	if (e->head > z->directory)
		return ERR_FORMAT;
	read_local(bytes_clip(z->file, 0, z->directory), packed, e);
	z->n++;
	return OK;
}

static enum err
read_entries(struct zip *z, uint64_t shift, uint64_t count)
{
	struct bytes all =
	    bytes_sub(z->file, z->directory, z->directory_end - z->directory);
	struct cur c = cur_at(all, 0);

	if (count > ENTRIES_MAX || count > all.n / CENTRAL)
		return ERR_FORMAT;
	z->entry = ARENA_ARRAY(z->arena, count + 1, struct zip_entry);
	if (z->entry == NULL)
		return ERR_LIMIT;
	while (z->n < count)
		TRY(read_entry(z, shift, &c));
	/* a signature of the directory (4.3.13) or whatever else is behind is left over
	 */
	z->directory_end -= cur_left(&c);
	return OK;
}

enum err
zip_read(struct bytes file, struct arena *arena, struct zip *out)
{
	struct zip z = { .file = file, .arena = arena };
	uint64_t at = find_end(file);
	struct bytes record = bytes_sub(file, at, END_RECORD);
	struct ends e = { at, rec_le32(record, 12), rec_le32(record, 16),
		rec_le16(record, 10) };

	if (record.p == NULL)
		return ERR_FORMAT;
	read_zip64(file, &e);
	/* what was put before the zip moved all that its offsets count from */
	if (e.size > e.at || e.offset > e.at - e.size)
		return ERR_FORMAT;
	z.directory = e.at - e.size;
	z.directory_end = z.tail = e.at;
	z.comment = bytes_sub(file, at + END_RECORD, rec_le16(record, 20));
	z.tail_end = at + END_RECORD + z.comment.n;
	TRY(read_entries(&z, z.directory - e.offset, e.count));
	*out = z;
	return OK;
}

enum err
zip_stream_end(const struct run *r, struct bytes packed, uint64_t *left, size_t *end)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.p,
		.avail_in = (uInt)packed.n };
	uint8_t out[STEP];
	int code = Z_OK;
	enum err e = OK;

	*end = packed.n;
	if (packed.n > UINT32_MAX || inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return ERR_LIMIT;
	while (code == Z_OK && e == OK) {
		z.next_out = out;
		z.avail_out = sizeof(out);
		code = inflate(&z, Z_NO_FLUSH);
		e = *left < sizeof(out) || run_late(r) ? ERR_LIMIT : OK;
		*left -= *left < sizeof(out) ? *left : sizeof(out) - z.avail_out;
	}
	inflateEnd(&z);
	if (code == Z_STREAM_END)
		*end = packed.n - z.avail_in;
	return code == Z_OK ? e : OK;
}
