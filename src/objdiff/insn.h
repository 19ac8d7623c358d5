/*
 * insn.h - instructions with their addresses taken out.
 *
 * Two builds of one function differ in every address when something before it grew. This
 * decodes just enough of an instruction to tell its length, and which bits are an address
 * and of what: those are zeroed in fixed, and handed out as values to be resolved. It is
 * no disassembler: text for people comes from Capstone, for functions that differ.
 *
 * An architecture or a form that is not known has no fields: its bits are compared as
 * they are. So a gap here costs noise after a shift, and never hides a change.
 */
#pragma once

#include "base/bytes.h"

enum insn_kind {
	INSN_BRANCH, /* a jump's or call's target */
	INSN_DATA,   /* an address that is read, written or taken */
	INSN_VALUE,  /* a number that may be an address, where programs have absolute ones
		      */
	INSN_PAGE,   /* the upper part of an address; the lower one comes later (reg) */
};

struct insn_field {
	uint64_t value;
	uint8_t at, size; /* bytes of the instruction that hold it */
	uint8_t kind;     /* enum insn_kind */
	uint8_t reg; /* of INSN_PAGE, and of INSN_DATA that used a page; else NO_REG */
};

#define INSN_MAX    15
#define INSN_NO_REG 0xff

struct insn {
	uint8_t fixed[16]; /* its bytes, fields zeroed */
	struct insn_field f[2];
	uint8_t len, nf;
	bool call; /* f[0] is where a function begins */
};

enum insn_arch {
	INSN_OPAQUE, /* lengths unknown: single bytes */
	INSN_X86_64,
	INSN_I386,
	INSN_ARM64,
	INSN_ARM,
	INSN_RISCV,
	INSN_PPC,
	INSN_MIPS,
	INSN_S390X,
};

/* A word behind code that the code loads (insn_arm.c). */
struct insn_literal {
	uint64_t at;
	uint16_t loads, taken; /* taken: as a distance, whose address was told */
};

/*
 * A run over one function; pages are remembered in it. Set what is above the line, zero
 * the rest: elf_run() does.
 */
struct insn_run {
	enum insn_arch arch;
	bool be;        /* instructions are big endian */
	bool thumb;     /* ARM: of T32, not of A32 */
	bool relocated; /* relocations tell what literals mean */
	uint64_t
	    base; /* what its code counts from: ARM's GOT, PowerPC64's TOC; 0: unknown */
	uint64_t slots; /* PowerPC64: where those of lazily bound calls begin; 0: none */
	/* -- */
	uint32_t known; /* registers that hold a page */
	uint64_t page[32];
	struct insn_literal literal[24];
	uint8_t holds[16]; /* ARM: which literal a register holds */
	uint8_t nliteral;
};

/*
 * Decodes what stands at off of code, which lies at address at + off. Always gives a
 * length of 1 or more while off < code.n; an unknown byte is an instruction of one byte.
 */
void insn_next(
    struct insn_run *r, struct bytes code, uint64_t off, uint64_t at, struct insn *out);

/* x86's part; wide: 64-bit mode. */
void insn_x86(struct bytes code, uint64_t at, bool wide, struct insn *out);
