/*
 * ref.h - what a place in a program refers to: an address, or somebody else's symbol.
 *
 * Code refers through fields of instructions, data through relocations, programs with
 * fixed addresses through plain numbers. All become this one form, which two programs can
 * be compared in.
 */
#pragma once

#include "objdiff/elf.h"
#include "objdiff/insn.h"

enum ref_kind {
	REF_NONE,
	REF_ADDR,  /* addr */
	REF_MAYBE, /* addr, if raw is a distance from the global offset table */
	REF_NAME,  /* a symbol that another object brings, and addend */
	REF_PAGE,  /* addr's upper part: a later reference by reg completes it */
};

struct ref {
	uint64_t addr, addend, raw;
	uint64_t under; /* what stands where a relocation of code will write */
	struct bytes name;
	uint32_t type; /* of the relocation; 0: none */
	uint8_t kind, reg;
	bool call;
};

#define REFS_MAX 4

/*
 * The references of an instruction at an address; what they stand for is zeroed in
 * x->fixed, so that two equal fixed with equal references are equal instructions.
 */
unsigned ref_of_insn(
    const struct elf *e, uint64_t at, struct insn *x, struct ref out[REFS_MAX]);

/* What a relocation refers to: a symbol of another object by name, or an address here. */
struct ref ref_of_rel(const struct elf *e, const struct elf_rel *r);

/* A mix of 64 bits for tables and digests; no proof of anything. */
uint64_t ref_mix(uint64_t h, uint64_t v);
uint64_t ref_mix_bytes(uint64_t h, struct bytes b);
