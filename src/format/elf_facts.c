/*
 * elf_facts.c - the schema of the module elf: YARA 4.5's fields, constants and functions,
 * in the order in which YARA declares them, which shows in `yara -D`; and YARA-X's.
 */
#include "format/elf.h"

#define LATE_INT(f, fn)                                                                 \
	{                                                                               \
		.name = #f, .type = FACT_INT, .at = offsetof(struct elf, f), .load = fn \
	}
#define LATE_ARRAY(f, E, table, fn)                                            \
	{                                                                      \
		.name = #f, .type = FACT_ARRAY, .at = offsetof(struct elf, f), \
		.stride = sizeof(E), .sub = table, .load = fn                  \
	}
#define LATE_FN(name_, sig_, fn_, load_)                                              \
	{                                                                             \
		.name = name_, .type = FACT_FN, .sig = sig_, .fn = fn_, .load = load_ \
	}

#define COUNT_OF(f)                                                           \
	{                                                                     \
		.name = #f, .type = FACT_INT, .flags = FACT_DIALECT,          \
		.at = offsetof(struct elf, counts.f), .load = elf_load_counts \
	}

/* clang-format off */
static const struct fact section_facts[] = {
	FACT_I(struct elf_section, type),
	FACT_I(struct elf_section, flags),
	FACT_I(struct elf_section, address),
	FACT_S(struct elf_section, name),
	FACT_I(struct elf_section, size),
	FACT_I(struct elf_section, offset),
	FACT_LAST,
};

static const struct fact segment_facts[] = {
	FACT_I(struct elf_segment, type),
	FACT_I(struct elf_segment, flags),
	FACT_I(struct elf_segment, offset),
	FACT_I(struct elf_segment, virtual_address),
	FACT_I(struct elf_segment, physical_address),
	FACT_I(struct elf_segment, file_size),
	FACT_I(struct elf_segment, memory_size),
	FACT_I(struct elf_segment, alignment),
	FACT_LAST,
};

static const struct fact dynamic_facts[] = {
	FACT_I(struct elf_dynamic, type),
	FACT_I(struct elf_dynamic, val),
	FACT_LAST,
};

static const struct fact symbol_facts[] = {
	FACT_S(struct elf_symbol, name),
	FACT_I(struct elf_symbol, value),
	FACT_I(struct elf_symbol, size),
	FACT_I(struct elf_symbol, type),
	FACT_I(struct elf_symbol, bind),
	FACT_I(struct elf_symbol, shndx),
	FACT_IX(struct elf_symbol, visibility),
	FACT_LAST,
};

const struct fact elf_facts[] = {
#define CONSTANT(name, value) FACT_K(#name, value),
#include "format/elf_const.def"
#undef CONSTANT
	FACT_I(struct elf, type),
	FACT_I(struct elf, machine),
	FACT_IX(struct elf, osabi),
	LATE_INT(entry_point, elf_load_entry),
	FACT_I(struct elf, number_of_sections),
	FACT_I(struct elf, sh_offset),
	FACT_I(struct elf, sh_entry_size),
	FACT_I(struct elf, number_of_segments),
	FACT_I(struct elf, ph_offset),
	FACT_I(struct elf, ph_entry_size),
	LATE_ARRAY(sections, struct elf_section, section_facts, elf_load_sections),
#define LATE(name, value) FACT_K(#name, value),
#include "format/elf_const.def"
#undef LATE
	LATE_ARRAY(segments, struct elf_segment, segment_facts, elf_load_segments),
	LATE_INT(dynamic_section_entries, elf_load_dynamic),
	LATE_ARRAY(dynamic, struct elf_dynamic, dynamic_facts, elf_load_dynamic),
	{ .name = "dynamic", .type = FACT_ARRAY, .flags = FACT_DIALECT,
		.at = offsetof(struct elf, counts.dynamic), .stride = sizeof(struct elf_dynamic),
		.sub = dynamic_facts, .load = elf_load_counts },
	LATE_INT(symtab_entries, elf_load_symtab),
	LATE_ARRAY(symtab, struct elf_symbol, symbol_facts, elf_load_symtab),
	LATE_INT(dynsym_entries, elf_load_dynsym),
	LATE_ARRAY(dynsym, struct elf_symbol, symbol_facts, elf_load_dynsym),
#define YARAX(name, value) FACT_KX(#name, value),
#include "format/elf_const.def"
#undef YARAX
	COUNT_OF(dynamic_section_entries),
	COUNT_OF(symtab_entries),
	COUNT_OF(dynsym_entries),
	LATE_FN("telfhash", ":s", elf_telfhash, elf_load_symbols),
	LATE_FN("import_md5", ":s", elf_import_md5, elf_load_symbols),
	FACT_LAST,
};
/* clang-format on */
