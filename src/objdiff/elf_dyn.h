/*
 * elf_dyn.h - what the loader reads of an ELF file: the dynamic section and what it
 * names.
 *
 * Found through program headers, as the loader finds it: a section of that name proves
 * nothing.
 */
#pragma once

#include "objdiff/elf.h"

/* An entry of the dynamic section (gABI, Dynamic Section), in host order. */
struct elf_tag {
	uint64_t tag, value;
};

/* All entries up to DT_NULL, in the arena of the elf. */
struct elf_dyn {
	struct elf_tag *tag;
	size_t n;
};

MUST_USE enum err elf_dyn_open(struct elf *e, struct elf_dyn *out);
/* The first value of a tag; 0 when it is not there. */
uint64_t elf_dyn_value(const struct elf_dyn *d, uint64_t tag);
/* A string of the dynamic string table; none when off lies outside. */
struct bytes elf_dyn_name(const struct elf *e, uint64_t off);

/* Names of symbol versions by their index; beyond the array they are unknown. */
struct elf_versions {
	struct bytes name[1024];
};
void elf_versions(const struct elf *e, const struct elf_dyn *d, struct elf_versions *out);
/* The version a dynamic symbol is bound to, or none. */
struct bytes elf_version_of(
    const struct elf *e, const struct elf_versions *v, uint32_t sym);

enum {
	DT_NEEDED = 1,
	DT_PLTRELSZ = 2,
	DT_PLTGOT = 3,
	DT_STRTAB = 5,
	DT_SYMTAB = 6,
	DT_RELA = 7,
	DT_RELASZ = 8,
	DT_STRSZ = 10,
	DT_INIT = 12,
	DT_FINI = 13,
	DT_SONAME = 14,
	DT_RPATH = 15,
	DT_REL = 17,
	DT_RELSZ = 18,
	DT_PLTREL = 20,
	DT_JMPREL = 23,
	DT_RUNPATH = 29,
	DT_RELRSZ = 35,
	DT_RELR = 36,
	DT_VERSYM = 0x6ffffff0,
	DT_VERDEF = 0x6ffffffc,
	DT_VERDEFNUM = 0x6ffffffd,
	DT_VERNEED = 0x6ffffffe,
	DT_VERNEEDNUM = 0x6fffffff,
};
