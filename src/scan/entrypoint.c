/*
 * entrypoint.c - where a program begins, as YARA's `entrypoint` has it: an offset in a
 * file, by section or segment. Not what the loader would do but what YARA does, oddities
 * included; every read is cut to the file.
 */
#include "scan/entrypoint.h"

#include "base/fact.h"

#define SECTIONS_MAX 60 /* YARA looks at no more */

/*
 * YARA's way: the section that begins nearest below the entry, whatever its size;
 * none: the headers, which lie where they are loaded. Only x86 counts.
 */
static int64_t
pe_entry(struct bytes file)
{
	uint64_t pe = rec_le32(file, 0x3c), optional = pe + 24;
	uint64_t table = optional + rec_le16(file, pe + 20);
	uint64_t rva = rec_le32(file, optional + 16), at = 0, raw = 0;
	unsigned machine = rec_le16(file, pe + 4), n = rec_le16(file, pe + 6);

	if (rec_le32(file, pe) != 0x4550 || (machine != 0x14c && machine != 0x8664) ||
	    pe > INT32_MAX || file.n <= optional + 224)
		return FACT_UNDEF;
	for (unsigned i = 0; i < n && i < SECTIONS_MAX; i++) {
		struct bytes s = bytes_sub(file, table + 40 * (uint64_t)i, 41);
		uint64_t here = rec_le32(s, 12);

		if (s.p == NULL) /* YARA wants one byte more than the section */
			return 0;
		if (rva >= here && at <= here) {
			at = here;
			raw = rec_le32(s, 20);
		}
	}
	return (int64_t)(raw + (rva - at));
}

/* Where a table's fields are, by class (ELF-64 object file format 3, 5 and 8). */
struct elf_table {
	uint8_t at, count;       /* in the file header */
	uint8_t size;            /* of an entry */
	uint8_t addr, span, off; /* in an entry */
	bool sections;           /* those of type 0 and 8 have no bytes */
};

/* clang-format off */
static const struct elf_table tables[2][2] = {
	{ { 32, 48, 40, 12, 20, 16, true }, { 28, 44, 32, 8, 20, 4, false } },
	{ { 40, 60, 64, 16, 32, 24, true }, { 32, 56, 56, 16, 40, 8, false } },
};
/* clang-format on */

static uint64_t
word(struct bytes b, uint64_t at, bool wide)
{
	return wide ? rec_le64(b, at) : rec_le32(b, at);
}

/*
 * An executable's entry is looked up in its segments, that of any other object in
 * its sections; where there is none it is 0. Numbers are read as little-endian.
 */
static int64_t
elf_entry(struct bytes file)
{
	bool wide = file.p[4] == 2;
	const struct elf_table *t = &tables[wide][rec_le16(file, 16) == 2];
	uint64_t entry = word(file, 24, wide), at = word(file, t->at, wide);
	unsigned n = rec_le16(file, t->count);
	struct bytes all = bytes_sub(file, at, (uint64_t)n * t->size);

	for (unsigned i = 0; at != 0 && all.p != NULL && i < n; i++) {
		struct bytes e = bytes_sub(all, (uint64_t)i * t->size, t->size);
		uint64_t from = word(e, t->addr, wide);
		uint32_t type = rec_le32(e, 4);

		if (t->sections && (type == 0 || type == 8))
			continue;
		if (entry >= from && entry - from < word(e, t->span, wide))
			return (int64_t)num_add(entry - from, word(e, t->off, wide));
	}
	return 0;
}

int64_t
entrypoint_of(struct bytes file)
{
	if (rec_le16(file, 0) == 0x5a4d)
		return pe_entry(file);
	if (rec_le32(file, 0) == 0x464c457f && file.n >= 52 &&
	    (file.p[4] == 1 || (file.p[4] == 2 && file.n >= 64)))
		return elf_entry(file);
	return FACT_UNDEF;
}
