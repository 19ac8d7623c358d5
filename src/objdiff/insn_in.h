/*
 * insn_in.h - what the decoders of insn.h share: fields of a word, and what a run knows
 * of registers.
 */
#pragma once

#include "base/err.h"
#include "objdiff/insn.h"

/* The low n bits of v as a signed number. */
static inline uint64_t
insn_extend(uint64_t v, unsigned n)
{
	uint64_t sign = UINT64_C(1) << (n - 1);

	v &= (sign << 1) - 1;
	return (v ^ sign) - sign;
}

/* The four bytes of an instruction, in the file's order. */
static inline void
insn_store(struct insn *o, bool be, uint32_t w)
{
	for (unsigned i = 0; i < 4; i++)
		o->fixed[i] = (uint8_t)(w >> (be ? 24 - 8 * i : 8 * i));
}

/* Bits of w are zeroed where mask has ones, and stand for the address to. */
static inline void
insn_word(
    struct insn *o, bool be, uint32_t *w, uint32_t mask, enum insn_kind kind, uint64_t to)
{
	*w &= ~mask;
	insn_store(o, be, *w);
	o->f[o->nf++] = (struct insn_field){
		.value = to, .kind = (uint8_t)kind, .size = 4, .reg = INSN_NO_REG
	};
}

/* A register holds an address that later instructions add to. */
static inline void
insn_page_set(struct insn_run *r, unsigned reg, uint64_t page)
{
	r->known |= UINT32_C(1) << reg;
	r->page[reg] = page;
}

static inline bool
insn_page_known(const struct insn_run *r, unsigned reg)
{
	return r->known >> reg & 1;
}

static inline void
insn_page_drop(struct insn_run *r, unsigned reg)
{
	r->known &= ~(UINT32_C(1) << reg);
}

/* Each puts one instruction at b, which begins at an address; b has a byte at least. */
void insn_arm(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o);
void insn_ppc(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o);
