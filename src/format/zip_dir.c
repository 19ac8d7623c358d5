/*
 * zip_dir.c - finding and walking a central directory.
 *
 * Readers of ZIP differ in what they make of odd archives, which is how things are
 * hidden in them. This one takes what YARA-X's reader takes: a record at the very end or
 * before a comment, something before the archive, ZIP64; no volumes, no masked headers.
 */
#include "format/zip.h"

#define END_SIGNATURE     0x06054b50
#define LOCATOR_SIGNATURE 0x07064b50
#define END64_SIGNATURE   0x06064b50
#define ENTRY_SIGNATURE   0x02014b50
#define LOCAL_SIGNATURE   0x04034b50

#define LOCATOR_SIZE 20
#define END64_SIZE   56
#define ENTRY_SIZE   46
#define LOCAL_SIZE   30
#define COMMENT_MOST UINT16_MAX
#define END64_SEARCH 4096 /* bytes before the locator, when it points elsewhere */
#define EXTRA_MOST   256  /* bytes of extra fields in which ZIP64 sizes are looked for */
#define EXTRA_ZIP64  1

#define FLAG_ENCRYPTED (1 << 0)
#define FLAG_STRONG    (1 << 6)
#define FLAG_MASKED    (1 << 13)

/* What the end record says, of either kind. */
struct end {
	uint64_t at; /* where it stands: the directory ends before it */
	uint64_t entries, size, offset;
	uint32_t disk, directory_disk;
};

/*
 * 4.3.16: the last one whose comment does not leave the file. A search from the back,
 * over 65,557 bytes at most: a comment may hold what looks like an end record, and an
 * attacker puts two there, for readers that search from the front. at is at most n - 22,
 * so the reads lie inside.
 */
static bool
find_end(struct bytes file, struct end *e)
{
	size_t least = file.n > ZIP_END_SIZE + COMMENT_MOST
			   ? file.n - ZIP_END_SIZE - COMMENT_MOST
			   : 0;

	for (size_t at = file.n - ZIP_END_SIZE + 1; at-- > least;) {
		const uint8_t *p = file.p + at;

		if (le32(p) != END_SIGNATURE || le16(p + 20) > file.n - at - ZIP_END_SIZE)
			continue;
		*e = (struct end){ at, le16(p + 10), le32(p + 12), le32(p + 16),
			le16(p + 4), le16(p + 6) };
		return true;
	}
	return false;
}

static bool
has_signature(struct bytes file, uint64_t at, uint32_t signature)
{
	return rec_le32(file, at) == signature;
}

/*
 * Where the ZIP64 end record is: where the locator says, or shortly before that, as
 * something may stand in front of the archive. The search is bounded by END64_SEARCH.
 */
static uint64_t
find_end64(struct bytes file, uint64_t locator, uint64_t said)
{
	uint64_t least = locator > END64_SEARCH ? locator - END64_SEARCH : 0;

	if (has_signature(file, said, END64_SIGNATURE))
		return said;
	for (uint64_t at = locator; at-- > least;)
		if (at + 4 <= locator && has_signature(file, at, END64_SIGNATURE))
			return at;
	return UINT64_MAX;
}

/* 4.3.14, 4.3.15: in place of what the end record has no room for. */
static bool
read_end64(struct bytes file, struct end *e)
{
	uint64_t locator = e->at - LOCATOR_SIZE, at;
	struct bytes l = e->at < LOCATOR_SIZE ? (struct bytes){ 0 }
					      : bytes_sub(file, locator, LOCATOR_SIZE);
	struct bytes r;

	if (rec_le32(l, 0) != LOCATOR_SIGNATURE || rec_le32(l, 4) != 0 ||
	    rec_le32(l, 16) != 1)
		return false;
	at = find_end64(file, locator, rec_le64(l, 8));
	r = bytes_sub(file, at, END64_SIZE);
	if (r.p == NULL || bytes_sub(file, at, num_add(le64(r.p + 4), 12)).p == NULL)
		return false;
	*e = (struct end){ at, le64(r.p + 32), le64(r.p + 40), le64(r.p + 48),
		le32(r.p + 16), le32(r.p + 20) };
	return true;
}

static bool
needs_end64(const struct end *e)
{
	return e->entries == UINT16_MAX || e->size == UINT32_MAX ||
	       e->offset == UINT32_MAX;
}

/*
 * Where the directory begins: at its offset when an entry is there, else just before the
 * end record, with something in front of the archive. used <= at, so the difference does
 * not wrap, nor does the sum below.
 */
static enum err
place(struct bytes file, const struct end *e, struct zip_dir *d)
{
	uint64_t used = num_add(e->offset, e->size);

	if (used > e->at)
		return ERR_FORMAT;
	d->base = has_signature(file, e->offset, ENTRY_SIGNATURE) ? 0 : e->at - used;
	d->at = d->base + e->offset;
	return OK;
}

enum err
zip_dir_open(struct bytes file, struct zip_dir *d)
{
	struct end e;
	uint64_t record;

	*d = (struct zip_dir){ .file = file };
	if (file.n < ZIP_END_SIZE || !find_end(file, &e))
		return ERR_FORMAT;
	record = e.at;
	if (e.disk != 0 || e.directory_disk != 0)
		return ERR_FORMAT;
	if (needs_end64(&e) && !read_end64(file, &e))
		return ERR_FORMAT;
	if (e.disk != 0 || e.directory_disk != 0)
		return ERR_FORMAT;
	TRY(place(file, &e, d));
	if (num_add(d->at, e.size) > record)
		return ERR_FORMAT;
	/* An end record of nothing may stand alone, not behind something else. */
	if (e.entries == 0 && e.size == 0 && e.offset == 0 && record != 0)
		return ERR_FORMAT;
	d->end = e.at;
	d->left = e.entries;
	return OK;
}

/* 4.5.3: the numbers that are all ones in the entry, in this order. */
static bool
read_extra64(struct bytes extra, struct zip_record *r)
{
	uint64_t *const wide[] = { &r->uncompressed, &r->compressed, &r->header };

	if (extra.n > EXTRA_MOST)
		return false;
	while (extra.n >= 4) {
		uint16_t kind = le16(extra.p);
		struct bytes field = bytes_sub(extra, 4, le16(extra.p + 2));
		CHECKED struct cur c = cur_at(field, 0);

		for (size_t i = 0; kind == EXTRA_ZIP64 && i < COUNT(wide); i++)
			if (*wide[i] == UINT32_MAX)
				*wide[i] = cur_le64(&c);
		if (!cur_ok(&c) || kind == EXTRA_ZIP64)
			return !c.bad;
		extra = bytes_from(extra, 4 + field.n);
	}
	return false;
}

static bool
read_entry(struct bytes b, struct zip_record *r)
{
	struct bytes extra;

	*r = (struct zip_record){
		.flags = rec_le16(b, 8),
		.method = rec_le16(b, 10),
		.crc = rec_le32(b, 16),
		.compressed = rec_le32(b, 20),
		.uncompressed = rec_le32(b, 24),
		.header = rec_le32(b, 42),
		.name = bytes_sub(b, ENTRY_SIZE, rec_le16(b, 28)),
	};
	extra = bytes_sub(b, ENTRY_SIZE + r->name.n, rec_le16(b, 30));
	if (r->compressed == UINT32_MAX || r->uncompressed == UINT32_MAX ||
	    r->header == UINT32_MAX)
		return read_extra64(extra, r);
	return true;
}

/*
 * 4.3.12. size is at most 46 + 3 * 65,535 and moves at on by 46 at least, so a walk takes
 * fewer than n / 46 steps, whatever number of entries the end record announced (left).
 */
bool
zip_dir_next(struct zip_dir *d, struct zip_record *r)
{
	struct bytes head = bytes_sub(d->file, d->at, ENTRY_SIZE), b;
	uint64_t size;

	if (d->left == 0 || rec_le32(head, 0) != ENTRY_SIGNATURE ||
	    rec_le16(head, 8) & (FLAG_STRONG | FLAG_MASKED))
		return false;
	size = ENTRY_SIZE + (uint64_t)le16(head.p + 28) + le16(head.p + 30) +
	       le16(head.p + 32);
	b = bytes_sub(d->file, d->at, size);
	if (b.p == NULL || d->at + size > d->end || !read_entry(b, r))
		return false;
	d->at += size;
	d->left--;
	return true;
}

/* 4.3.7: the local header is only asked how long it is. */
struct bytes
zip_dir_data(const struct zip_dir *d, const struct zip_record *r)
{
	uint64_t at = num_add(d->base, r->header);
	struct bytes head = bytes_sub(d->file, at, LOCAL_SIZE);

	if (rec_le32(head, 0) != LOCAL_SIGNATURE ||
	    (r->flags | rec_le16(head, 6)) & FLAG_ENCRYPTED)
		return (struct bytes){ 0 };
	return bytes_sub(d->file, at + LOCAL_SIZE + le16(head.p + 26) + le16(head.p + 28),
	    r->compressed);
}
