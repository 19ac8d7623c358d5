/*
 * elf.h - an ELF file as the loader and the linker see it, read for comparing.
 *
 * System V gABI, chapters 4 and 5; both classes and byte orders. Section headers are for
 * people and linkers, program headers for the loader: where both exist they must agree,
 * and elf_open() notes when they do not. Without section headers the loaded segments
 * stand in for sections. Addresses of relocatable files (which have none) are made up,
 * one section behind the other, so that everybody else may think in addresses.
 *
 * Everything borrows from the file's bytes; tables come from the arena.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "objdiff/insn.h"

enum elf_note {
	ELF_CUT = 1 << 0,      /* a header, table or section lies outside of the file */
	ELF_DISAGREE = 1 << 1, /* a section is not where the segment loads it from */
	ELF_TOO_MANY = 1 << 2, /* more headers than we read */
	ELF_BROKEN = 1 << 3,   /* a table inside does not make sense */
};

struct elf_sec {
	struct bytes name;
	struct bytes data; /* as far as it lies in the file; empty for NOBITS */
	uint64_t addr, off, size, flags, entsize;
	uint32_t type, link, info;
};

struct elf_seg {
	uint64_t off, vaddr, filesz, memsz, align;
	uint32_t type, flags;
	struct bytes data; /* the part that lies in the file */
};

struct elf_sym {
	struct bytes name;
	uint64_t value, size; /* value: an address, also in relocatable files */
	uint32_t index;
	uint16_t shndx;
	uint8_t info, other;
	bool thumb; /* ARM: a function of T32 */
};

/* A place that linker or loader fill in. */
struct elf_rel {
	uint64_t at; /* address */
	uint64_t addend;
	uint32_t type, sym;
};

struct elf_table {                  /* of symbols */
	const struct elf_sym *made; /* instead of syms and names: those of PE files */
	struct bytes syms, names, versions;
	uint32_t n;
};

/* Addresses from `from` up to `to`. */
struct elf_span {
	uint64_t from, to;
};

/* What types of relocation mean to us; 0: the machine has none. */
struct elf_machine {
	uint16_t machine;
	uint8_t arch; /* enum insn_arch */
	const char *name;
	uint32_t relative, slot, got, pc32, plt32;
};

struct pe;

struct elf {
	struct bytes file;
	const struct pe *pe; /* it is a PE file in this form (pe.h) */
	struct arena *arena;
	const struct elf_machine *m;
	uint64_t entry, shoff, phoff;
	uint32_t eflags, nsec, nseg, nplace, notes;
	uint16_t type, machine, shstrndx;
	uint8_t osabi, abiversion;
	bool wide, be;
	bool made_up;   /* sections were made from segments */
	bool rela;      /* relocations have addends of their own */
	bool code_rels; /* code has relocations of its own */
	bool thumb;     /* ARM: code without a symbol is T32 */
	uint64_t got; /* what i386's position-independent code counts from; 0: unknown */
	uint64_t init, fini; /* what the loader runs, as DT_INIT and DT_FINI have it */
	uint64_t base;       /* the same for ARM and PowerPC64 (insn.h) */
	struct elf_sec *sec; /* [0] is the null section */
	struct elf_seg *seg;
	uint32_t *place;           /* indices of what is loaded, by address */
	const struct elf_sec *opd; /* PowerPC64, ELF V1: functions are known by records */
	struct elf_table symtab, dynsym;
	struct bytes jmprel; /* the table that stubs number */
	struct elf_rel *rel; /* by address */
	size_t nrel;
	void (*passed)(struct bytes part); /* objdiff.h; may be NULL */
	const struct elf_span
	    *span; /* nothing else is asked about; none: everything is */
	uint32_t nspan;
};

#define ELF_SECTIONS_MAX 65536u
#define ELF_SEGMENTS_MAX 4096u

/* Does it begin as an ELF file does (gABI, e_ident)? No more than that was checked. */
bool elf_is(struct bytes head);

/* ERR_FORMAT: no ELF header. Broken parts are notes. */
MUST_USE enum err elf_open(struct bytes file, struct arena *arena, struct elf *out);
/*
 * Symbols and relocations, which headers do not need. With twin, whose tables are known
 * to be equal, its relocations are taken instead of being read again.
 */
MUST_USE enum err elf_load(struct elf *e, const struct elf *twin);

/* Puts loaded sections in the order of addresses: elf_open() and pe_open() do. */
MUST_USE enum err elf_places(struct elf *e);

/* Fields in the file's byte order; 0 and a failed cursor beyond the end. */
uint16_t elf_half(const struct elf *e, struct cur *c);
uint32_t elf_word(const struct elf *e, struct cur *c);
uint64_t elf_xword(const struct elf *e, struct cur *c);
uint64_t elf_addr(const struct elf *e, struct cur *c); /* 4 or 8 bytes */
/* An address-sized number in data at off; 0 outside. */
uint64_t elf_addr_at(const struct elf *e, struct bytes data, uint64_t off);
uint32_t elf_word_at(const struct elf *e, struct bytes data, uint64_t off);

/* The section that holds an address, or NULL; only loaded ones. */
const struct elf_sec *elf_sec_at(const struct elf *e, uint64_t addr);
/*
 * The initialised variables that end at an address, or NULL: linkers name that place, and
 * it may lie in the fill between them and what is not initialised, or begin the latter.
 */
const struct elf_sec *elf_data_end(const struct elf *e, uint64_t addr);
const struct elf_sec *elf_sec_named(const struct elf *e, const char *name);
const struct elf_sec *elf_sec_of_type(const struct elf *e, uint32_t type);
/* The n bytes a program finds at an address, from sections; fewer at their end. */
struct bytes elf_bytes_at(const struct elf *e, uint64_t addr, uint64_t n);
/* The same through segments, as the loader does. */
struct bytes elf_loaded(const struct elf *e, uint64_t addr, uint64_t n);

/* A run over instructions of this file. */
static inline struct insn_run
elf_run(const struct elf *e, bool thumb)
{
	return (struct insn_run){
		.arch = (enum insn_arch)e->m->arch,
		.be = e->be,
		.thumb = thumb,
		.relocated = e->code_rels,
		.base = e->base,
		.slots = e->m->arch == INSN_PPC && e->wide ? e->got : 0,
	};
}

/* ARM EHABI 4.1: a distance of 31 bits; the top bit is no part of it. */
static inline uint64_t
elf_prel31(uint32_t w)
{
	return (uint64_t)((int64_t)((uint64_t)w << 33) >> 33);
}

/*
 * Where a function begins. ARM: without the bit that says which instructions it has;
 * PowerPC64: what its record says, where it has one.
 */
uint64_t elf_code_at(const struct elf *e, uint64_t at);
/* ELF V1 ABI for Power, 3.2.2: a record is an entry, a TOC pointer, and one word more. */
#define ELF_OPD 24u

/* Nothing of the file is looked at right now: its pages may go. */
static inline void
elf_passed(const struct elf *e)
{
	if (e->passed != NULL)
		e->passed(e->file);
}

#define ELF_LOOK ((uint64_t)512 << 10) /* bytes of code that are looked at in one go */

/* n more bytes of code were looked at; *sum counts them from one elf_passed() on. */
static inline void
elf_looked(const struct elf *e, uint64_t *sum, uint64_t n)
{
	*sum += n;
	if (*sum < ELF_LOOK)
		return;
	*sum = 0;
	elf_passed(e);
}

static inline bool
elf_sec_is(const struct elf_sec *s, const char *name)
{
	return bytes_eq(s->name, bytes_of(name));
}
/* Does anything in [at, at + size] count? A size of 0 is a place. */
bool elf_near(const struct elf *e, uint64_t at, uint64_t size);
bool elf_sec_starts(const struct elf_sec *s, const char *prefix);

/* False beyond the table's end. */
bool elf_sym_at(
    const struct elf *e, const struct elf_table *t, uint32_t i, struct elf_sym *out);
/* The relocations of [from, to): the first's index, and how many. */
size_t elf_rels(const struct elf *e, uint64_t from, uint64_t to, size_t *n);
/* The table that relocations index: .symtab of relocatable files, else .dynsym. */
const struct elf_table *elf_rel_table(const struct elf *e);

enum { /* gABI; the few that we name */
	ET_REL = 1,
	ET_EXEC = 2,
	ET_DYN = 3,
	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_INTERP = 3,
	PT_NOTE = 4,
	PF_X = 1,
	PF_W = 2,
	SHT_PROGBITS = 1,
	SHT_SYMTAB = 2,
	SHT_STRTAB = 3,
	SHT_RELA = 4,
	SHT_HASH = 5,
	SHT_DYNAMIC = 6,
	SHT_NOTE = 7,
	SHT_NOBITS = 8,
	SHT_REL = 9,
	SHT_DYNSYM = 11,
	SHT_INIT_ARRAY = 14,
	SHT_FINI_ARRAY = 15,
	SHT_PREINIT_ARRAY = 16,
	SHT_RELR = 19,
	SHT_GNU_HASH = 0x6ffffff6,
	SHT_ARM_EXIDX = 0x70000001,
	SHT_VERDEF = 0x6ffffffd,
	SHT_VERNEED = 0x6ffffffe,
	SHT_VERSYM = 0x6fffffff,
	SHF_WRITE = 1,
	SHF_ALLOC = 2,
	SHF_EXECINSTR = 4,
	STT_OBJECT = 1,
	STT_FUNC = 2,
	STT_SECTION = 3,
	STT_FILE = 4,
	STT_GNU_IFUNC = 10,
	SHN_XINDEX = 0xffff,
};
