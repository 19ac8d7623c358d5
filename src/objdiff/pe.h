/*
 * pe.h - a PE file (a Windows program) in the form of elf.h, so that it is compared
 * alike.
 *
 * PE/COFF specification. Sections become sections, addresses count from ImageBase,
 * imports and exports become symbols, slots of the import table relocations, and the
 * exception table of 64-bit programs tells where functions begin and end. What only PE
 * has is kept here.
 */
#pragma once

#include "objdiff/eh.h"
#include "objdiff/elf.h"

#define PE_DIRS 16

enum { /* data directories that we read */
	PE_EXPORT = 0,
	PE_IMPORT = 1,
	PE_RESOURCE = 2,
	PE_EXCEPTION = 3,
	PE_SECURITY = 4,
	PE_RELOC = 5,
	PE_DEBUG = 6,
	PE_LOAD_CONFIG = 10,
	PE_IAT = 12,
};

/* A data directory: where it is in memory, and its size in bytes. */
struct pe_dir {
	uint32_t rva, size;
};

struct pe {
	struct bytes stub;     /* the program for DOS, before the headers */
	struct bytes coff;     /* 20 bytes */
	struct bytes optional; /* with its directories */
	struct pe_dir dir[PE_DIRS];
	uint64_t base;
	uint64_t end; /* of the last section's bytes in the file */
	bool plus;    /* PE32+: 64 bits */
};

bool pe_is(struct bytes head);
/* ERR_FORMAT: no PE header. */
MUST_USE enum err pe_open(struct bytes file, struct arena *arena, struct elf *out);
/* Imports and exports; called by elf_load(). */
MUST_USE enum err pe_load(struct elf *e);
/* Functions of the exception table; called by eh_open(). */
MUST_USE enum err pe_functions(const struct elf *e, struct eh_table *out);

/*
 * Tables inside of sections that are compared as what they mean (imports, exports), or
 * are told apart by their place (debugging): calls put for each. all: both kinds, else
 * only the first. Stops when put gives false.
 */
struct pe_ranges {
	void *arg;
	bool (*put)(void *arg, uint64_t at, uint64_t n); /* at: an address */
};
void pe_ranges(const struct elf *e, bool all, const struct pe_ranges *to);

/* What an RVA holds, at most n bytes. */
struct bytes pe_at(const struct elf *e, uint64_t rva, uint64_t n);
