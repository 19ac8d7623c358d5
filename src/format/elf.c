/*
 * elf.c - the file header, sections and segments of an ELF file.
 *
 * gABI: System V Application Binary Interface, chapter 4 (Object Files) and 5 (Program
 * Loading). Every number is read in the class and byte order that e_ident names.
 */
#include "format/elf.h"

#define MAGIC         0x464c457f
#define CLASS_32      1
#define CLASS_64      2
#define DATA_LSB      1
#define DATA_MSB      2
#define HEADER_32     52
#define HEADER_64     64
#define SHN_LORESERVE 0xff00
#define PN_XNUM       0xffff
#define ET_EXEC       2
#define SHT_NULL      0
#define SHT_NOBITS    8

/* Bytes of a row, by class. */
static const uint8_t section_size[2] = { 40, 64 };
static const uint8_t segment_size[2] = { 32, 56 };

#define FIELD(at32, w32, at64, w64)                         \
	{                                                   \
		.at = { at32, at64 }, .width = { w32, w64 } \
	}

/* clang-format off */
static const struct elf_field
	e_osabi     = FIELD(7, 1, 7, 1), /* in e_ident */
	e_type      = FIELD(16, 2, 16, 2), e_machine   = FIELD(18, 2, 18, 2),
	e_entry     = FIELD(24, 4, 24, 8), e_phoff     = FIELD(28, 4, 32, 8),
	e_shoff     = FIELD(32, 4, 40, 8), e_phentsize = FIELD(42, 2, 54, 2),
	e_phnum     = FIELD(44, 2, 56, 2), e_shentsize = FIELD(46, 2, 58, 2),
	e_shnum     = FIELD(48, 2, 60, 2), e_shstrndx  = FIELD(50, 2, 62, 2),

	sh_name     = FIELD(0, 4, 0, 4),   sh_flags    = FIELD(8, 4, 8, 8),
	sh_addr     = FIELD(12, 4, 16, 8),

	ph_flags    = FIELD(24, 4, 4, 4),  ph_vaddr    = FIELD(8, 4, 16, 8),
	ph_paddr    = FIELD(12, 4, 24, 8), ph_filesz   = FIELD(16, 4, 32, 8),
	ph_memsz    = FIELD(20, 4, 40, 8), ph_align    = FIELD(28, 4, 48, 8);

const struct elf_field
	elf_sh_type   = FIELD(4, 4, 4, 4),   elf_sh_offset = FIELD(16, 4, 24, 8),
	elf_sh_size   = FIELD(20, 4, 32, 8), elf_sh_link   = FIELD(24, 4, 40, 4),
	elf_ph_type   = FIELD(0, 4, 0, 4),   elf_ph_offset = FIELD(4, 4, 8, 8);
/* clang-format on */

uint64_t
elf_get(const struct elf *e, struct bytes row, struct elf_field f)
{
	struct bytes b = bytes_sub(row, f.at[e->wide], f.width[e->wide]);

	if (b.p == NULL)
		return 0;
	switch (b.n) {
	case 2: return e->big ? be16(b.p) : le16(b.p);
	case 4: return e->big ? be32(b.p) : le32(b.p);
	case 8: return e->big ? be64(b.p) : le64(b.p);
	default: return b.p[0];
	}
}

/* A step is one table row, or sixteen bytes of a name. */
bool
elf_spend(struct elf *e, uint64_t n)
{
	e->steps = num_add(e->steps, n);
	return e->steps <= e->budget;
}

/*
 * i is below 2^16 (e_shnum, e_shstrndx and sh_link are asked before), so the product is
 * small; the sum with an offset out of the file may not be, and num_add makes it a place
 * outside of everything.
 */
struct bytes
elf_section_row(const struct elf *e, uint64_t i)
{
	size_t n = section_size[e->wide];

	return bytes_sub(e->file, num_add((uint64_t)e->sh_offset, i * n), n);
}

struct bytes
elf_segment_row(const struct elf *e, uint64_t i)
{
	size_t n = segment_size[e->wide];

	return bytes_sub(e->file, num_add((uint64_t)e->ph_offset, i * n), n);
}

/* All rows, of which there are at most 65,535, so the product stays small. */
static bool
has_table(const struct elf *e, int64_t off, int64_t rows, size_t size)
{
	return (uint64_t)off < e->file.n &&
	       bytes_sub(e->file, (uint64_t)off, (uint64_t)rows * size).p != NULL;
}

/* e_shnum beyond SHN_LORESERVE would stand in the first row (gABI 4); YARA stops there.
 */
bool
elf_has_sections(const struct elf *e)
{
	return e->number_of_sections < SHN_LORESERVE &&
	       e->strings < e->number_of_sections &&
	       has_table(e, e->sh_offset, e->number_of_sections, section_size[e->wide]);
}

bool
elf_has_segments(const struct elf *e)
{
	return e->number_of_segments > 0 && e->number_of_segments < PN_XNUM &&
	       has_table(e, e->ph_offset, e->number_of_segments, segment_size[e->wide]);
}

struct bytes
elf_string(struct elf *e, struct bytes table, uint64_t off)
{
	struct bytes s = bytes_from(table, off);
	const uint8_t *nul = s.n ? memchr(s.p, 0, s.n) : NULL;

	/* gABI 4, String Table: its first byte is a NUL. Else YARA takes no name of it.
	 */
	if (nul == NULL || table.p[0] != 0) {
		elf_spend(e, 1 + s.n / 16);
		return (struct bytes){ 0 };
	}
	s.n = (size_t)(nul - s.p);
	elf_spend(e, 1 + s.n / 16);
	return s;
}

/*
 * Sums of addresses are as wide as the class: a section that reaches past the end of the
 * address space holds nothing, as in YARA. So address - start, which callers compute,
 * does not wrap either.
 */
static bool
holds(const struct elf *e, uint64_t start, uint64_t size, uint64_t address)
{
	uint64_t end = e->wide ? start + size : (uint32_t)(start + size);

	return address >= start && address < end;
}

/* gABI 5: a program is found by its segments. */
static int64_t
entry_in_segments(struct elf *e)
{
	if (e->ph_offset == 0 || !elf_has_segments(e))
		return FACT_UNDEF;
	for (int64_t i = 0; i < e->number_of_segments && elf_spend(e, 1); i++) {
		struct bytes row = elf_segment_row(e, (uint64_t)i);
		uint64_t start = elf_get(e, row, ph_vaddr);

		if (holds(e, start, elf_get(e, row, ph_memsz), e->entry))
			return (
			    int64_t)(elf_get(e, row, elf_ph_offset) + e->entry - start);
	}
	return FACT_UNDEF;
}

/* Everything that is no program by its sections, position independent ones too. */
static int64_t
entry_in_sections(struct elf *e)
{
	if (e->sh_offset == 0 || e->number_of_sections == 0 ||
	    !has_table(e, e->sh_offset, e->number_of_sections, section_size[e->wide]))
		return FACT_UNDEF;
	for (int64_t i = 0; i < e->number_of_sections && elf_spend(e, 1); i++) {
		struct bytes row = elf_section_row(e, (uint64_t)i);
		uint64_t type = elf_get(e, row, elf_sh_type);
		uint64_t start = elf_get(e, row, sh_addr);

		if (type != SHT_NULL && type != SHT_NOBITS &&
		    holds(e, start, elf_get(e, row, elf_sh_size), e->entry))
			return (
			    int64_t)(elf_get(e, row, elf_sh_offset) + e->entry - start);
	}
	return FACT_UNDEF;
}

static enum err
read_entry(struct elf *e)
{
	const struct region *r = e->parse->region;

	if (e->entry != 0 && r != NULL) /* YARA: of a process, an address */
		e->entry_point = (int64_t)(r->base + e->entry);
	else if (e->entry != 0)
		e->entry_point =
		    e->type == ET_EXEC ? entry_in_segments(e) : entry_in_sections(e);
	return OK;
}

/*
 * gABI 4, Section Header. YARA takes the names from where the table of names begins up
 * to the end of the file, whatever its size says; none when it begins where the file
 * does.
 */
static enum err
read_sections(struct elf *e)
{
	size_t n = (size_t)e->number_of_sections;
	struct elf_section *s;
	struct bytes names;
	uint64_t at;

	if (!elf_has_sections(e))
		return OK;
	s = ARENA_ARRAY(e->parse->arena, n, struct elf_section);
	if (s == NULL)
		return ERR_LIMIT;
	at = elf_get(e, elf_section_row(e, e->strings), elf_sh_offset);
	names = at == 0 ? (struct bytes){ 0 } : bytes_from(e->file, at);
	for (size_t i = 0; i < n && elf_spend(e, 1); i++) {
		struct bytes row = elf_section_row(e, i);

		s[i].type = (int64_t)elf_get(e, row, elf_sh_type);
		s[i].flags = (int64_t)elf_get(e, row, sh_flags);
		s[i].address = (int64_t)elf_get(e, row, sh_addr);
		s[i].size = (int64_t)elf_get(e, row, elf_sh_size);
		s[i].offset = (int64_t)elf_get(e, row, elf_sh_offset);
		s[i].name = elf_string(e, names, elf_get(e, row, sh_name));
	}
	e->sections = (struct fact_array){ s, (uint32_t)n };
	return OK;
}

/* gABI 5, Program Header. */
static enum err
read_segments(struct elf *e)
{
	size_t n = (size_t)e->number_of_segments;
	struct elf_segment *s;

	if (!elf_has_segments(e))
		return OK;
	s = ARENA_ARRAY(e->parse->arena, n, struct elf_segment);
	if (s == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < n && elf_spend(e, 1); i++) {
		struct bytes row = elf_segment_row(e, i);

		s[i].type = (int64_t)elf_get(e, row, elf_ph_type);
		s[i].flags = (int64_t)elf_get(e, row, ph_flags);
		s[i].offset = (int64_t)elf_get(e, row, elf_ph_offset);
		s[i].virtual_address = (int64_t)elf_get(e, row, ph_vaddr);
		s[i].physical_address = (int64_t)elf_get(e, row, ph_paddr);
		s[i].file_size = (int64_t)elf_get(e, row, ph_filesz);
		s[i].memory_size = (int64_t)elf_get(e, row, ph_memsz);
		s[i].alignment = (int64_t)elf_get(e, row, ph_align);
	}
	e->segments = (struct fact_array){ s, (uint32_t)n };
	return OK;
}

/* gABI 4, ELF Identification. YARA wants a byte behind the header. */
static bool
is_elf(struct bytes head, uint64_t size)
{
	struct bytes ident = bytes_sub(head, 0, 6);

	if (ident.p == NULL || le32(ident.p) != MAGIC)
		return false;
	if (ident.p[5] != DATA_LSB && ident.p[5] != DATA_MSB)
		return false;
	return (ident.p[4] == CLASS_32 && size > HEADER_32) ||
	       (ident.p[4] == CLASS_64 && size > HEADER_64);
}

/*
 * budget: rows are 32 bytes and more, names sixteen a step: a file whose parts do not lie
 * over each other spends a tenth of its bytes.
 */
static enum err
elf_open(struct parse *p)
{
	struct elf *e = p->facts;
	struct bytes h = p->file;

	if (!is_elf(h, h.n))
		return ERR_FORMAT;
	e->parse = p;
	e->file = h;
	e->budget = num_add(1 << 20, h.n);
	e->wide = h.p[4] == CLASS_64;
	e->big = h.p[5] == DATA_MSB;
	e->type = (int64_t)elf_get(e, h, e_type);
	e->machine = (int64_t)elf_get(e, h, e_machine);
	e->osabi = (int64_t)elf_get(e, h, e_osabi);
	e->entry = elf_get(e, h, e_entry);
	e->sh_offset = (int64_t)elf_get(e, h, e_shoff);
	e->sh_entry_size = (int64_t)elf_get(e, h, e_shentsize);
	e->number_of_sections = (int64_t)elf_get(e, h, e_shnum);
	e->strings = (uint32_t)elf_get(e, h, e_shstrndx);
	e->ph_offset = (int64_t)elf_get(e, h, e_phoff);
	e->ph_entry_size = (int64_t)elf_get(e, h, e_phentsize);
	e->number_of_segments = (int64_t)elf_get(e, h, e_phnum);
	return OK;
}

static int
elf_probe(struct bytes head, uint64_t size)
{
	return is_elf(head, size) ? 90 : 0;
}

/* Runs a part once; what it left undone is remembered and told each time. */
static enum err
load(void *facts, enum elf_part part, enum err (*read)(struct elf *e))
{
	struct elf *e = facts;
	enum err err;

	if (e->parse == NULL)
		return OK;
	if (e->loaded & 1U << part)
		return e->failed & 1U << part ? ERR_LIMIT : OK;
	e->loaded |= 1U << part;
	err = read(e);
	if (err != OK || e->steps > e->budget || e->parse->arena->spent) {
		e->failed |= 1U << part;
		e->parse->notes |= ELF_NOTE_LIMIT;
		return ERR_LIMIT;
	}
	return OK;
}

enum err
elf_load_entry(void *facts)
{
	return load(facts, ELF_PART_ENTRY, read_entry);
}

enum err
elf_load_sections(void *facts)
{
	return load(facts, ELF_PART_SECTIONS, read_sections);
}

enum err
elf_load_segments(void *facts)
{
	return load(facts, ELF_PART_SEGMENTS, read_segments);
}

enum err
elf_load_dynamic(void *facts)
{
	return load(facts, ELF_PART_DYNAMIC, elf_read_dynamic);
}

enum err
elf_load_symtab(void *facts)
{
	return load(facts, ELF_PART_SYMBOLS, elf_read_symtab);
}

enum err
elf_load_dynsym(void *facts)
{
	return load(facts, ELF_PART_DYNSYM, elf_read_dynsym);
}

enum err
elf_load_symbols(void *facts)
{
	TRY(elf_load_dynsym(facts));
	return elf_load_symtab(facts);
}

/* To YARA-X a table that is not there has no entries; to YARA they are undefined. */
static int64_t
or_none(int64_t count)
{
	return count == FACT_UNDEF ? 0 : count;
}

/* A second dynamic segment hides where the first one's entries end: then they stay. */
static void
drop_null(struct elf_counts *c)
{
	const struct elf_dynamic *d = c->dynamic.p;

	if (c->dynamic.n == 0 || c->dynamic_section_entries != c->dynamic.n ||
	    d[c->dynamic.n - 1].type != 0)
		return;
	c->dynamic.n--;
	c->dynamic_section_entries--;
}

enum err
elf_load_counts(void *facts)
{
	struct elf *e = facts;

	TRY(elf_load_dynamic(facts));
	TRY(elf_load_symbols(facts));
	if (e->parse == NULL)
		return OK;
	e->counts = (struct elf_counts){ or_none(e->dynamic_section_entries),
		or_none(e->symtab_entries), or_none(e->dynsym_entries), e->dynamic };
	drop_null(&e->counts);
	return OK;
}

const struct format format_elf = {
	.name = "elf",
	.facts = elf_facts,
	.facts_size = sizeof(struct elf),
	.probe = elf_probe,
	.open = elf_open,
};
