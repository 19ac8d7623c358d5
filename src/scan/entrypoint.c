#include "scan/entrypoint.h"

#include "base/fact.h"

#define SECTIONS_MAX 96 /* PE/COFF 3.4.1 lets a loader take no more */
#define SEGMENTS_MAX 4096

/* PE/COFF 3: the section that holds the entry's RVA says where it lies in the file. */
static int64_t
pe_entry(struct bytes file)
{
	uint64_t pe = rec_le32(file, 0x3c), optional = pe + 24;
	uint64_t table = optional + rec_le16(file, pe + 20);
	uint64_t rva = rec_le32(file, optional + 16);
	unsigned n = rec_le16(file, pe + 6);

	if (rec_le32(file, pe) != 0x4550)
		return FACT_UNDEF;
	for (unsigned i = 0; i < n && i < SECTIONS_MAX; i++) {
		struct bytes s = bytes_sub(file, table + 40 * (uint64_t)i, 40);
		uint64_t at = rec_le32(s, 12), size = rec_le32(s, 8);

		if (size < rec_le32(s, 16))
			size = rec_le32(s, 16);
		if (s.p != NULL && rva >= at && rva - at < size)
			return (int64_t)(rva - at + rec_le32(s, 20));
	}
	return FACT_UNDEF;
}

/* Where the fields of a program header are, by class (ELF-64 object file format 8). */
struct elf_shape {
	uint8_t entry, phoff, phsize, phnum; /* in the file header */
	uint8_t offset, vaddr, memsz;        /* in a program header */
	bool wide;
};

static const struct elf_shape shape32 = { 24, 28, 42, 44, 4, 8, 20, false };
static const struct elf_shape shape64 = { 24, 32, 54, 56, 8, 16, 40, true };

static uint64_t
word(struct bytes b, uint64_t at, bool wide)
{
	return wide ? rec_le64(b, at) : rec_le32(b, at);
}

static int64_t
elf_entry(struct bytes file)
{
	const struct elf_shape *s = file.n > 4 && file.p[4] == 2 ? &shape64 : &shape32;
	uint64_t entry = word(file, s->entry, s->wide);
	uint64_t phoff = word(file, s->phoff, s->wide);
	unsigned size = rec_le16(file, s->phsize), n = rec_le16(file, s->phnum);

	if (file.n < 6 || file.p[5] != 1)
		return FACT_UNDEF;
	for (unsigned i = 0; i < n && i < SEGMENTS_MAX; i++) {
		uint64_t at = num_add(phoff, (uint64_t)i * size);
		struct bytes ph = bytes_sub(file, at, s->wide ? 56 : 32);
		uint64_t from = word(ph, s->vaddr, s->wide);

		if (ph.p != NULL && entry >= from &&
		    entry - from < word(ph, s->memsz, s->wide))
			return (int64_t)num_add(
			    entry - from, word(ph, s->offset, s->wide));
	}
	return FACT_UNDEF;
}

int64_t
entrypoint_of(struct bytes file)
{
	if (rec_le16(file, 0) == 0x5a4d)
		return pe_entry(file);
	if (rec_le32(file, 0) == 0x464c457f)
		return elf_entry(file);
	return FACT_UNDEF;
}
