/*
 * elf.h - ELF files (System V gABI), as the rule module `elf` shows them.
 *
 * open() reads the file header. Sections, segments, dynamic entries and symbols hang on
 * rows with a load (base/fact.h) and are read when a rule first asks for one of them:
 * the symbols of a large program are megabytes of facts that few rules look at. Values
 * are YARA's, also where a linker or the kernel would see the file differently;
 * docs/formats/elf.md lists the choices. Private to the files elf*.c.
 *
 * Work is counted, as in pe.h: tables may lie over each other, and a file may name the
 * same megabytes as dynamic entries in each of 65,534 segments.
 */
#pragma once

#include "format/format.h"

enum elf_part {
	ELF_PART_ENTRY,
	ELF_PART_SECTIONS,
	ELF_PART_SEGMENTS,
	ELF_PART_DYNAMIC,
	ELF_PART_SYMBOLS,
	ELF_PART_DYNSYM,
	ELF_PARTS,
};

enum elf_note {
	ELF_NOTE_LIMIT = 1 << 0, /* a part spent its steps or the arena */
};

/*
 * A row of the section header table (gABI, Section Header), its numbers as they stand:
 * offset and size may lie outside of the file. name: undefined when the table of names
 * does not have it whole.
 */
struct elf_section {
	int64_t type, flags, address, size, offset;
	struct bytes name;
};

/* A row of the program header table (gABI, Program Header); unchecked, as well. */
struct elf_segment {
	int64_t type, flags, offset, virtual_address, physical_address;
	int64_t file_size, memory_size, alignment;
};

/* An entry of the dynamic section: d_tag and d_un, which is a number or an address. */
struct elf_dynamic {
	int64_t type, val;
};

/*
 * An entry of a symbol table (gABI, Symbol Table): type and bind are the halves of
 * st_info, visibility the two low bits of st_other.
 */
struct elf_symbol {
	int64_t value, size, type, bind, shndx, visibility;
	struct bytes name;
};

/*
 * The tables to YARA-X: one that is not there has no entries, and what ends the dynamic
 * ones is none of them.
 */
struct elf_counts {
	int64_t dynamic_section_entries, symtab_entries, dynsym_entries;
	struct fact_array dynamic; /* struct elf_dynamic */
};

struct elf {
	int64_t type, machine, osabi, entry_point;
	int64_t number_of_sections, sh_offset, sh_entry_size;
	int64_t number_of_segments, ph_offset, ph_entry_size;
	int64_t dynamic_section_entries, symtab_entries, dynsym_entries;
	struct fact_array sections; /* struct elf_section */
	struct fact_array segments; /* struct elf_segment */
	struct fact_array dynamic;  /* struct elf_dynamic */
	struct fact_array symtab;   /* struct elf_symbol */
	struct fact_array dynsym;   /* struct elf_symbol */
	struct elf_counts counts;   /* YARA-X's */

	/* From here on private: no fact describes it. */
	struct parse *parse; /* NULL: not an ELF file */
	struct bytes file;   /* = parse->file */
	bool wide, big;      /* ELFCLASS64; ELFDATA2MSB */
	uint64_t entry;      /* e_entry */
	uint32_t strings;    /* e_shstrndx */
	uint64_t steps, budget;
	uint32_t loaded, failed; /* bits of enum elf_part */
	struct bytes telfhash, import_md5;
};

extern const struct fact elf_facts[];

/* Where a field lies in a row, and how wide it is: [0] of class 32, [1] of class 64. */
struct elf_field {
	uint8_t at[2], width[2];
};

/* The field of a row; 0 when the row does not hold it. */
uint64_t elf_get(const struct elf *e, struct bytes row, struct elf_field f);

/*
 * Counts n units of work, over all parts of one object; false: the budget is spent, stop.
 * What a part found before stays, and its load says ERR_LIMIT.
 */
bool elf_spend(struct elf *e, uint64_t n);

/* Rows of the section and the program header table. Bytes without p: it is not there. */
struct bytes elf_section_row(const struct elf *e, uint64_t i);
struct bytes elf_segment_row(const struct elf *e, uint64_t i);
/* Are the tables there as a whole? YARA reads none of a table that leaves the file. */
bool elf_has_sections(const struct elf *e);
bool elf_has_segments(const struct elf *e);

/* Fields that more than one file reads. gABI: Section Header, Program Header. */
extern const struct elf_field elf_sh_type, elf_sh_offset, elf_sh_size, elf_sh_link;
extern const struct elf_field elf_ph_type, elf_ph_offset;

/*
 * The string at off of a table: up to its NUL, which must lie inside. Undefined (p NULL)
 * when it does not.
 */
struct bytes elf_string(struct elf *e, struct bytes table, uint64_t off);

/* elf_sym.c: the parts that are tables inside of sections and segments. */
enum err elf_read_dynamic(struct elf *e);
enum err elf_read_symtab(struct elf *e);
enum err elf_read_dynsym(struct elf *e);

/* The loads that fact rows name. */
enum err elf_load_entry(void *facts);
enum err elf_load_sections(void *facts);
enum err elf_load_segments(void *facts);
enum err elf_load_dynamic(void *facts);
enum err elf_load_symtab(void *facts);
enum err elf_load_dynsym(void *facts);
enum err elf_load_symbols(void *facts); /* both tables */
enum err elf_load_counts(void *facts);  /* all that is counted */

/* elf_fn.c: the functions of the module. */
fact_fn elf_telfhash, elf_import_md5;
