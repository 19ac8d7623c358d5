/*
 * insn_ppc.c - Power ISA 3.1, and the 64-bit ELF V2 ABI: register 2 holds the TOC
 * pointer, which code adds distances to: "addis r9, r2, hi; lwz r3, lo(r9)". A function
 * sets it up itself, from its own address in r12: "addis r2, r12, hi; addi r2, r2, lo".
 * When that gives the program's own TOC pointer, it says no more than that, and its
 * numbers are zeroed.
 */
#include "objdiff/insn_in.h"

#define TOC 2
#define OWN 12

static uint64_t
low(uint32_t w)
{
	return insn_extend(w, 16);
}

static uint64_t
high(uint32_t w)
{
	return insn_extend(w, 16) << 16;
}

/* b and bl; with AA the target is absolute, and left alone. */
static void
branch(struct insn_run *r, uint32_t w, uint64_t at, struct insn *o)
{
	if ((w & 0xfc000002) == 0x48000000) {
		o->call = w & 1;
		insn_word(o, r->be, &w, 0x03fffffc, INSN_BRANCH,
		    at + insn_extend(w & 0x03fffffc, 26));
	} else if ((w & 0xfc000002) == 0x40000000) {
		insn_word(o, r->be, &w, 0x0000fffc, INSN_BRANCH,
		    at + insn_extend(w & 0xfffc, 16));
	}
	if (o->call)
		r->known &= 0xffffc000; /* ABI 2.2.2: r0 and r3 to r12 do not survive */
}

/* Does rA hold an address to count from? r2 does so all the time. */
static bool
has_base(const struct insn_run *r, unsigned reg, uint64_t *base)
{
	*base = reg == TOC ? r->base : r->page[reg];
	return reg == TOC ? r->base != 0 : insn_page_known(r, reg);
}

/* The two instructions that set r2 up; next is the second one when w is the first. */
static bool
sets_toc(struct insn_run *r, struct bytes b, uint32_t w, uint64_t at, struct insn *o)
{
	uint32_t next = b.n < 8 ? 0 : r->be ? be32(b.p + 4) : le32(b.p + 4);

	if (w >> 16 == 0x3c4c && next >> 16 == 0x3842 && r->base != 0 &&
	    at + high(w) + low(next) == r->base)
		insn_page_set(r, TOC, at + high(w));
	else if (w >> 16 == 0x3842 && insn_page_known(r, TOC))
		insn_page_drop(r, TOC);
	else
		return false;
	insn_store(o, r->be, w & 0xffff0000);
	return true;
}

/* Loads and stores with a displacement: the bits that hold it; 0: it is none. */
static uint32_t
displacement(uint32_t w)
{
	unsigned op = w >> 26;

	if (op >= 32 && op <= 55 && op != 46 && op != 47)
		return 0xffff;
	if (op == 61 && (w & 3) == 1) /* lxv, stxv */
		return 0xfff0;
	return op == 57 || op == 58 || op == 61 || op == 62 ? 0xfffc : 0;
}

/* Which registers an instruction may write: rD, rA, both, or none. */
static void
written(struct insn_run *r, uint32_t w)
{
	unsigned op = w >> 26, rd = w >> 21 & 31, ra = w >> 16 & 31;
	bool to_rd = op == 7 || op == 8 || (op >= 12 && op <= 15) ||
		     (op >= 32 && op <= 35) || (op >= 40 && op <= 43) || op == 58 ||
		     op == 31;
	bool updates = (op >= 32 && op <= 55 && (op & 1)) ||
		       ((op == 58 || op == 62) && (w & 3) == 1);
	bool to_ra = (op >= 20 && op <= 30) || op == 31 || updates;

	if (op == 46 || op < 7 || op == 56)
		r->known = 0; /* lmw and vectors; what is not known here */
	if (to_rd)
		insn_page_drop(r, rd);
	if (to_ra)
		insn_page_drop(r, ra);
}

static void
by_toc(struct insn_run *r, uint32_t w, struct insn *o)
{
	unsigned op = w >> 26, rd = w >> 21 & 31, ra = w >> 16 & 31;
	uint32_t mask = op == 14 ? 0xffff : displacement(w);
	uint64_t base;

	if (op == 15 && ra == TOC && r->base != 0) { /* addis rD, r2, hi */
		uint64_t page = r->base + high(w);

		insn_word(o, r->be, &w, 0xffff, INSN_PAGE, page);
		o->f[0].reg = (uint8_t)rd;
		insn_page_set(r, rd, page);
		return;
	}
	if (mask != 0 && ra != 0 && has_base(r, ra, &base)) {
		uint64_t d = low(w) & ~(uint64_t)(~mask & 15);

		insn_word(o, r->be, &w, mask, INSN_DATA, base + d);
		o->f[0].reg = ra == TOC ? INSN_NO_REG : (uint8_t)ra;
	}
	written(r, w);
}

/* Before the resolver of lazily bound calls stands how far from it the slots are. */
static bool
resolver(const struct insn_run *r, struct bytes b, uint64_t at, struct insn *o)
{
	if (b.n < 8 || r->slots == 0 || at % 8 != 0 ||
	    at + 16 + (r->be ? be64(b.p) : le64(b.p)) != r->slots)
		return false;
	o->len = 8;
	return true;
}

void
insn_ppc(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o)
{
	uint32_t w;

	if (b.n < 4) {
		o->len = 1;
		o->fixed[0] = b.p[0];
		return;
	}
	if (resolver(r, b, at, o))
		return;
	w = r->be ? be32(b.p) : le32(b.p);
	o->len = 4;
	memcpy(o->fixed, b.p, 4);
	if (w >> 26 == 18 || w >> 26 == 16)
		branch(r, w, at, o);
	else if (!sets_toc(r, b, w, at, o))
		by_toc(r, w, o);
}
