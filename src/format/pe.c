/*
 * pe.c - the headers and the section table of a Windows executable.
 */
#include "format/pe.h"

#define OPT32_SIZE   224 /* optional headers with all sixteen directories */
#define OPT64_SIZE   240
#define SECTION_SIZE 40
#define SECTOR       0x200
#define PAGE         0x1000
#define MAGIC_64     0x20b
#define COFF_SIZE    24 /* the signature and the COFF header */

/*
 * A step is about ten bytes read or one table row. Spending beyond the budget is not
 * undone: load() looks at the sum afterwards, so a reader that only ends its loop on
 * false, and one that forgets to look at all, both end as ERR_LIMIT.
 */
bool
pe_spend(struct pe *pe, uint64_t n)
{
	pe->steps = num_add(pe->steps, n);
	return pe->steps <= pe->budget;
}

/*
 * PE/COFF 3: the section with the highest start at or below the address that still
 * holds it. All of a section's numbers are 32 bits, the address has 64: differences
 * are taken only where rva >= start, and the sum of an offset and a difference below
 * raw_size cannot wrap. Behind the last byte of the file is nowhere.
 */
int64_t
pe_rva_to_offset(struct pe *pe, uint64_t rva)
{
	uint32_t lowest = UINT32_MAX, start = 0, offset = 0, raw_size = 0;

	pe_spend(pe, 1 + pe->nmap / 8);
	if (pe->map_cut)
		return -1;
	for (uint32_t i = 0; i < pe->nmap; i++) {
		const struct pe_map *m = &pe->map[i];

		if (lowest > m->rva)
			lowest = m->rva;
		if (rva < m->rva || rva - m->rva >= m->size || start > m->rva)
			continue;
		start = m->rva;
		offset = m->offset;
		raw_size = m->raw_size;
	}
	if (rva < lowest) { /* the headers are mapped as they lie in the file */
		start = offset = 0;
		raw_size = (uint32_t)pe->file.n;
	}
	if (rva - start >= raw_size || offset + (rva - start) >= pe->file.n)
		return -1;
	return (int64_t)(offset + (rva - start));
}

/*
 * Eight bytes of one of sixteen directories: where they end is not asked, but that they
 * lie in the file.
 */
struct bytes
pe_directory(const struct pe *pe, enum pe_directory which)
{
	/* NumberOfRvaAndSizes and SizeOfOptionalHeader lie too often to be asked. */
	return bytes_sub(pe->file, pe->optional + (pe->wide ? 112 : 96) + which * 8U, 8);
}

struct bytes
pe_cstr(struct pe *pe, uint64_t off, uint64_t most)
{
	struct bytes b = bytes_clip(pe->file, off, most);
	const uint8_t *nul = b.n ? memchr(b.p, 0, b.n) : NULL;

	if (nul != NULL)
		b.n = (size_t)(nul - b.p);
	pe_spend(pe, 1 + b.n / 16);
	return b;
}

/* The numbers of the COFF header; c stands behind the signature. */
static void
read_coff(struct pe *pe, struct cur *c)
{
	pe->machine = cur_le16(c);
	pe->number_of_sections = cur_le16(c);
	pe->timestamp = cur_le32(c);
	pe->pointer_to_symbol_table = cur_le32(c);
	pe->number_of_symbols = cur_le32(c);
	pe->size_of_optional_header = cur_le16(c);
	pe->characteristics = cur_le16(c);
}

static void
read_version(struct pe_version *v, struct cur *c)
{
	v->major = cur_le16(c);
	v->minor = cur_le16(c);
}

/* A field that is as wide as an address. */
static int64_t
read_word(const struct pe *pe, struct cur *c)
{
	return pe->wide ? (int64_t)cur_le64(c) : cur_le32(c);
}

/* PE 2.4, up to the directories. */
static void
read_optional(struct pe *pe, struct cur *c)
{
	pe->opthdr_magic = cur_le16(c);
	pe->linker_version.major = cur_u8(c);
	pe->linker_version.minor = cur_u8(c);
	pe->size_of_code = cur_le32(c);
	pe->size_of_initialized_data = cur_le32(c);
	pe->size_of_uninitialized_data = cur_le32(c);
	pe->entry_point_raw = cur_le32(c);
	pe->base_of_code = cur_le32(c);
	if (!pe->wide)
		pe->base_of_data = cur_le32(c);
	pe->image_base = read_word(pe, c);
	pe->section_alignment = cur_le32(c);
	pe->file_alignment = cur_le32(c);
	read_version(&pe->os_version, c);
	read_version(&pe->image_version, c);
	read_version(&pe->subsystem_version, c);
	pe->win32_version_value = cur_le32(c);
	pe->size_of_image = cur_le32(c);
	pe->size_of_headers = cur_le32(c);
	pe->checksum = cur_le32(c);
	pe->subsystem = cur_le16(c);
	pe->dll_characteristics = cur_le16(c);
	pe->size_of_stack_reserve = read_word(pe, c);
	pe->size_of_stack_commit = read_word(pe, c);
	pe->size_of_heap_reserve = read_word(pe, c);
	pe->size_of_heap_commit = read_word(pe, c);
	pe->loader_flags = cur_le32(c);
	pe->number_of_rva_and_sizes = cur_le32(c);
}

/* PE/COFF 2.4.3. Sixteen exist; more are counted, not read, and fewer are believed. */
static enum err
read_directories(struct pe *pe, struct cur *c)
{
	int64_t n = pe->number_of_rva_and_sizes;
	struct pe_data_directory *d;

	n = n < PE_MAX_DIRECTORIES ? n : PE_MAX_DIRECTORIES;
	d = ARENA_ARRAY(pe->parse->arena, (size_t)n, struct pe_data_directory);
	if (d == NULL)
		return ERR_LIMIT;
	for (int64_t i = 0; i < n; i++) {
		d[i].virtual_address = cur_le32(c);
		d[i].size = cur_le32(c);
	}
	pe->data_directories = (struct fact_array){ d, (uint32_t)n };
	return OK;
}

/*
 * COFF 3: "/123" is the name at offset 123 of the string table, which follows the symbols
 * (18 bytes each). Undefined when it is not all printable up to a NUL. At most seven
 * digits, and the symbols are fewer than 2^32: the sum is below 2^37, and bytes_from
 * tells what of it is in the file. Letters are charged one by one, as each of 96 sections
 * may name the same megabytes.
 */
static struct bytes
section_full_name(struct pe *pe, struct bytes field, struct bytes name)
{
	uint64_t table =
	    (uint64_t)pe->pointer_to_symbol_table + (uint64_t)pe->number_of_symbols * 18;
	uint64_t index = 0;
	struct bytes s;

	if (pe->pointer_to_symbol_table == 0 || field.p[0] != '/')
		return name;
	for (size_t i = 1; i < 8 && field.p[i] >= '0' && field.p[i] <= '9'; i++)
		index = index * 10 + (field.p[i] - '0');
	s = bytes_from(pe->file, table + index);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == 0)
			return (struct bytes){ s.p, i };
		if (s.p[i] < 0x20 || s.p[i] > 0x7e || !pe_spend(pe, 1))
			break;
	}
	return (struct bytes){ 0 };
}

/* COFF 3: one row of the section table. */
static void
read_section(struct pe *pe, struct bytes row, struct pe_section *s)
{
	CHECKED struct cur c = cur_at(row, 0);
	struct bytes field = cur_take(&c, 8), name = field;

	s->virtual_size = cur_le32(&c);
	s->virtual_address = cur_le32(&c);
	s->raw_data_size = cur_le32(&c);
	s->raw_data_offset = cur_le32(&c);
	s->pointer_to_relocations = cur_le32(&c);
	s->pointer_to_line_numbers = cur_le32(&c);
	s->number_of_relocations = cur_le16(&c);
	s->number_of_line_numbers = cur_le16(&c);
	s->characteristics = cur_le32(&c);
	cur_ok(&c); /* a row is given whole */

	while (name.n > 0 && name.p[name.n - 1] == 0)
		name.n--;
	s->name = name;
	s->full_name = section_full_name(pe, field, name);
}

/*
 * How a section is mapped: the larger of its sizes counts, and its offset is
 * rounded down to the alignment of sectors, however large FileAlignment is.
 */
static struct pe_map
map_of(const struct pe *pe, const struct pe_section *s)
{
	uint32_t align =
	    pe->file_alignment < SECTOR ? (uint32_t)pe->file_alignment : SECTOR;
	uint32_t offset = (uint32_t)s->raw_data_offset;
	uint32_t size = (uint32_t)s->virtual_size, raw_size = (uint32_t)s->raw_data_size;

	if (align != 0)
		offset -= offset % align;
	if (pe->section_alignment >= PAGE)
		offset -= offset % SECTOR;
	return (struct pe_map){
		.rva = (uint32_t)s->virtual_address,
		.size = size > raw_size ? size : raw_size,
		.offset = offset,
		.raw_size = raw_size,
	};
}

/* What lies behind the last section. Ends are 32-bit sums: they may wrap. */
static void
find_overlay(struct pe *pe)
{
	const struct pe_section *s = pe->sections.p;
	uint64_t last = 0;

	for (uint32_t i = 0; i < pe->sections.n; i++)
		if ((uint32_t)(s[i].raw_data_offset + s[i].raw_data_size) > last)
			last = (uint64_t)(s[i].raw_data_offset + s[i].raw_data_size);
	if (last == 0 || pe->file.n <= last)
		last = pe->file.n;
	pe->overlay.offset = last < pe->file.n ? (int64_t)last : 0;
	pe->overlay.size = (int64_t)(pe->file.n - last);
}

/*
 * PE/COFF 3. A table that leaves the file is shown as far as it goes, but nothing
 * maps then (map_cut), as in YARA: what follows is offsets out of thin air. map[] has
 * PE_MAX_SECTIONS entries, and n was cut to that.
 */
static enum err
read_sections(struct pe *pe)
{
	int64_t n = pe->number_of_sections;
	struct pe_section *s;

	n = n < PE_MAX_SECTIONS ? n : PE_MAX_SECTIONS;
	s = ARENA_ARRAY(pe->parse->arena, (size_t)n, struct pe_section);
	if (s == NULL)
		return ERR_LIMIT;
	for (int64_t i = 0; i < n; i++) {
		uint64_t at = pe->optional + (uint64_t)pe->size_of_optional_header;
		struct bytes row =
		    bytes_sub(pe->file, at + (uint64_t)i * SECTION_SIZE, SECTION_SIZE);

		if (row.p == NULL) {
			pe->map_cut = true;
			break;
		}
		read_section(pe, row, &s[i]);
		pe->map[pe->nmap++] = map_of(pe, &s[i]);
	}
	pe->sections = (struct fact_array){ s, pe->nmap };
	return OK;
}

/*
 * Where the PE header starts, or UINT64_MAX when this is none. PE/COFF 2.1 and 2.2. The
 * machine, and any magic but PE32+'s, are not asked: YARA takes them all. The offset
 * may point back into the DOS header (tiny programs do that).
 */
static uint64_t
find_header(struct bytes file)
{
	uint64_t at = rec_le32(file, 0x3c), size;

	if (file.n < 64 || rec_le16(file, 0) != 0x5a4d || rec_le32(file, at) != 0x4550)
		return UINT64_MAX;
	size = rec_le16(file, at + COFF_SIZE) == MAGIC_64 ? OPT64_SIZE : OPT32_SIZE;
	return bytes_sub(file, at, COFF_SIZE + size).p != NULL ? at : UINT64_MAX;
}

/* A few hundred bytes are read, whatever the size: module pe costs what its rules ask. */
static enum err
pe_open(struct parse *p)
{
	struct pe *pe = p->facts;
	uint64_t at = find_header(p->file);

	pe->is_pe = 0;
	if (at == UINT64_MAX)
		return ERR_FORMAT;

	CHECKED struct cur c = cur_at(p->file, at + 4);

	pe->parse = p;
	pe->file = p->file;
	pe->budget = num_add(1 << 22, num_mul(p->file.n, 8));
	pe->is_pe = 1;
	pe->optional = at + COFF_SIZE;
	pe->wide = rec_le16(p->file, pe->optional) == MAGIC_64;
	read_coff(pe, &c);
	read_optional(pe, &c);
	TRY(read_directories(pe, &c));
	/* find_header has seen all of it; but the file may be changed meanwhile, and
	 * a magic that says PE32+ now asks for more than it was given. */
	if (!cur_ok(&c)) {
		fact_clear(pe_facts, pe);
		pe->is_pe = 0;
		pe->parse = NULL;
		return ERR_FORMAT;
	}
	TRY(read_sections(pe));
	find_overlay(pe);
	pe->entry_point = p->region != NULL /* YARA: of a process, an address */
			      ? (int64_t)(p->region->base + (uint64_t)pe->entry_point_raw)
			      : pe_rva_to_offset(pe, (uint64_t)pe->entry_point_raw);
	return OK;
}

/* Two letters are little; the header behind them, where head has it, is sure. */
static int
pe_probe(struct bytes head, uint64_t size)
{
	uint64_t at = rec_le32(head, 0x3c);

	if (size < 64 || rec_le16(head, 0) != 0x5a4d)
		return 0;
	if (at + 4 > head.n)
		return at < size ? 20 : 0;
	return rec_le32(head, at) == 0x4550 ? 90 : 0;
}

/* Runs a part once; what it left undone is remembered and told each time. */
static enum err
load(void *facts, enum pe_part part, enum err (*read)(struct pe *pe))
{
	struct pe *pe = facts;
	enum err e;

	if (pe->parse == NULL)
		return OK;
	if (pe->loaded & 1U << part)
		return pe->failed & 1U << part ? ERR_LIMIT : OK;
	pe->loaded |= 1U << part;
	e = read(pe);
	/* Not every reader can pass up that the arena refused it a string. */
	if (e != OK || pe->steps > pe->budget || pe->parse->arena->spent) {
		pe->failed |= 1U << part;
		pe->parse->notes |= PE_NOTE_LIMIT;
		return ERR_LIMIT;
	}
	return OK;
}

enum err
pe_load_rich(void *facts)
{
	return load(facts, PE_PART_RICH, pe_read_rich);
}

enum err
pe_load_debug(void *facts)
{
	return load(facts, PE_PART_DEBUG, pe_read_debug);
}

enum err
pe_load_imports(void *facts)
{
	return load(facts, PE_PART_IMPORTS, pe_read_imports);
}

enum err
pe_load_delayed(void *facts)
{
	return load(facts, PE_PART_DELAYED, pe_read_delayed);
}

enum err
pe_load_all_imports(void *facts)
{
	TRY(pe_load_imports(facts));
	return pe_load_delayed(facts);
}

enum err
pe_load_exports(void *facts)
{
	return load(facts, PE_PART_EXPORTS, pe_read_exports);
}

enum err
pe_load_resources(void *facts)
{
	return load(facts, PE_PART_RESOURCES, pe_read_resources);
}

enum err
pe_load_signatures(void *facts)
{
	return load(facts, PE_PART_SIGNATURES, pe_read_signatures);
}

enum err
pe_load_verified(void *facts)
{
	TRY(pe_load_signatures(facts));
	return load(facts, PE_PART_VERIFIED, pe_read_verified);
}

const struct format format_pe = {
	.name = "pe",
	.facts = pe_facts,
	.facts_size = sizeof(struct pe),
	.probe = pe_probe,
	.open = pe_open,
};
