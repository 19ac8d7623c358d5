/*
 * zip.c - the module zip: what the central directory says of its entries.
 */
#include "format/zip.h"

#include "format/utf.h"

/* 4.4.5: what a method is called; other numbers are UNKNOWN. */
#define METHODS(X)              \
	X(STORED, 0)            \
	X(SHRUNK, 1)            \
	X(REDUCED_1, 2)         \
	X(REDUCED_2, 3)         \
	X(REDUCED_3, 4)         \
	X(REDUCED_4, 5)         \
	X(IMPLODED, 6)          \
	X(DEFLATED, 8)          \
	X(DEFLATE64, 9)         \
	X(PKWARE_IMPLODING, 10) \
	X(BZIP2, 12)            \
	X(LZMA, 14)             \
	X(ZSTD, 93)             \
	X(XZ, 95)               \
	X(UNKNOWN, 255)
#define UNKNOWN_METHOD 255

/* clang-format off */
static const struct fact entry_facts[] = {
	FACT_S(struct zip_entry, file_path),
	FACT_I(struct zip_entry, uncompressed_size),
	FACT_I(struct zip_entry, compressed_size),
	FACT_I(struct zip_entry, compression),
	FACT_LAST,
};

const struct fact zip_facts[] = {
#define X(name, value) FACT_K(#name, value),
	METHODS(X)
#undef X
	FACT_I(struct zip, is_zip),
	{ .name = "entries", .type = FACT_ARRAY, .at = offsetof(struct zip, entries),
		.stride = sizeof(struct zip_entry), .sub = entry_facts, .load = zip_load_entries },
	FACT_LAST,
};
/* clang-format on */

static int64_t
method_of(uint16_t method)
{
	static const uint8_t known[] = {
#define X(name, value) value,
		METHODS(X)
#undef X
	};

	return method <= UINT8_MAX && memchr(known, method, sizeof(known)) != NULL
		   ? method
		   : UNKNOWN_METHOD;
}

static struct zip_entry
entry_of(struct zip *z, const struct zip_record *r)
{
	return (struct zip_entry){
		.file_path = utf_mend(z->parse->arena, r->name),
		.compressed_size = (int64_t)r->compressed,
		.uncompressed_size = (int64_t)r->uncompressed,
		.compression = method_of(r->method),
	};
}

/* As many entries as can be read; how many, is counted before. */
static enum err
read_entries(struct zip *z)
{
	struct zip_dir dir, walk;
	struct zip_entry *entries;
	struct zip_record r;
	size_t n = 0;

	if (zip_dir_open(z->parse->file, &dir) != OK)
		return OK; /* changed since open */
	for (walk = dir; zip_dir_next(&walk, &r); n++)
		;
	if (walk.left > 0)
		z->parse->notes |= ZIP_NOTE_CUT;
	entries = ARENA_ARRAY(z->parse->arena, n, struct zip_entry);
	if (entries == NULL && n > 0)
		return ERR_LIMIT;
	for (size_t k = 0; k < n && zip_dir_next(&dir, &r); k++, z->steps++)
		entries[k] = entry_of(z, &r);
	z->entries = (struct fact_array){ entries, (uint32_t)n };
	return OK;
}

enum err
zip_load_entries(void *facts)
{
	struct zip *z = facts;

	if (z->parse == NULL)
		return OK;
	if (!z->loaded) {
		z->loaded = true;
		(void)!read_entries(z); /* what failed is told by the arena, each time */
	}
	if (!z->parse->arena->spent)
		return OK;
	z->parse->notes |= ZIP_NOTE_LIMIT;
	return ERR_LIMIT;
}

static enum err
zip_open(struct parse *p)
{
	struct zip *z = p->facts;
	struct zip_dir dir;

	z->is_zip = 0;
	TRY(zip_dir_open(p->file, &dir));
	z->is_zip = 1;
	z->parse = p;
	return OK;
}

/* The directory is at the end, and anything may be before it: no head says no. */
static int
zip_probe(struct bytes head, uint64_t size)
{
	if (size < ZIP_END_SIZE)
		return 0;
	return rec_le32(head, 0) == 0x04034b50 ? 90 : PROBE_UNSEEN;
}

const struct format format_zip = {
	.name = "zip",
	.facts = zip_facts,
	.facts_size = sizeof(struct zip),
	.probe = zip_probe,
	.open = zip_open,
	.yarax = true,
};
