/*
 * insn_arm.c - Arm's code of 32 bits has its addresses in pools of literals behind it:
 * "ldr r3, [pc, #20]; add r3, pc" takes a distance from there, "ldr r2, [r3, r2]" a slot
 * of the global offset table by its distance from the table's begin. So a run remembers
 * which register holds a literal or an address (page), and which literals were used as
 * nothing but distances: those stand for an address that the instruction using it tells,
 * and their own bytes are zeroed. All others are compared as they are.
 */
#include "objdiff/insn_in.h"

/* Registers of page and known that hold a literal stand behind those with an address. */
#define LITERAL 16

static void
forget(struct insn_run *r, unsigned reg)
{
	insn_page_drop(r, reg);
	insn_page_drop(r, reg + LITERAL);
}

/* AAPCS 6.1.1: what a call does not keep. */
static void
forget_call(struct insn_run *r)
{
	static const uint8_t gone[] = { 0, 1, 2, 3, 12, 14 };

	for (size_t i = 0; i < COUNT(gone); i++)
		forget(r, gone[i]);
}

static void
forget_list(struct insn_run *r, unsigned list)
{
	for (unsigned reg = 0; reg < 16; reg++)
		if (list >> reg & 1)
			forget(r, reg);
}

static struct insn_literal *
literal_at(struct insn_run *r, uint64_t at)
{
	for (unsigned i = 0; i < r->nliteral; i++)
		if (r->literal[i].at == at)
			return &r->literal[i];
	return NULL;
}

/* b begins at the instruction, at at; literals lie behind it. */
static void
load_literal(struct insn_run *r, struct bytes b, uint64_t at, uint64_t from, unsigned reg)
{
	struct bytes w = from > at ? bytes_sub(b, from - at, 4) : (struct bytes){ 0 };
	struct insn_literal *l = literal_at(r, from);

	forget(r, reg);
	if (w.p == NULL || r->relocated)
		return;
	if (l == NULL && r->nliteral == COUNT(r->literal))
		return;
	if (l == NULL) {
		l = &r->literal[r->nliteral++];
		*l = (struct insn_literal){ .at = from };
	}
	l->loads++;
	r->holds[reg] = (uint8_t)(l - r->literal);
	insn_page_set(r, reg + LITERAL, le32(w.p));
}

static bool
is_literal(const struct insn_run *r, unsigned reg)
{
	return insn_page_known(r, reg + LITERAL);
}

/* The literal of reg was a distance from base: the address, which is now accounted for.
 */
static uint64_t
take_literal(struct insn_run *r, unsigned reg, uint64_t base)
{
	r->literal[r->holds[reg]].taken++;
	return (base + r->page[reg + LITERAL]) & UINT32_MAX;
}

/* An address without bits in the instruction. The own table needs no more words: who
 * uses it tells the slot. */
static void
tell(const struct insn_run *r, struct insn *o, uint64_t to)
{
	if (to != r->base || r->base == 0)
		o->f[o->nf++] = (struct insn_field){
			.value = to, .kind = INSN_DATA, .reg = INSN_NO_REG
		};
}

/* rd = rd + rm, one of which holds a literal, and the other an address. */
static void
add(struct insn_run *r, unsigned rd, unsigned rn, unsigned rm, uint64_t pc,
    struct insn *o)
{
	bool base_n = rn == 15 || insn_page_known(r, rn);
	bool base_m = rm == 15 || insn_page_known(r, rm);
	uint64_t to;

	if (base_n && is_literal(r, rm))
		to = take_literal(r, rm, rn == 15 ? pc : r->page[rn]);
	else if (base_m && is_literal(r, rn))
		to = take_literal(r, rn, rm == 15 ? pc : r->page[rm]);
	else {
		forget(r, rd);
		return;
	}
	forget(r, rd);
	insn_page_set(r, rd, to);
	tell(r, o, to);
}

/* ldr rt, [rn, rm] */
static void
load_by_register(struct insn_run *r, unsigned rt, unsigned rn, unsigned rm, uint64_t pc,
    struct insn *o)
{
	if ((rn == 15 || insn_page_known(r, rn)) && is_literal(r, rm))
		tell(r, o, take_literal(r, rm, rn == 15 ? pc : r->page[rn]));
	forget(r, rt);
}

/* A word of a pool, when one that was loaded before lies here. */
static bool
pool(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o)
{
	const struct insn_literal *l = literal_at(r, at);

	if (l == NULL || b.n < 4)
		return false;
	o->len = 4;
	if (l->loads != l->taken)
		memcpy(o->fixed, b.p, 4);
	return true;
}

/* --- A32 ----------------------------------------------------------------------- */

/* Arm ARM F2.4.4: eight bits, rotated right by twice four others. */
static uint32_t
immediate(uint32_t w)
{
	unsigned by = (w >> 8 & 15) * 2;
	uint32_t v = w & 0xff;

	return by == 0 ? v : v >> by | v << (32 - by);
}

static bool
is_stub_middle(uint32_t w)
{
	return (w & 0x0ffff000) == 0x028cc000; /* add ip, ip, #n */
}

static bool
is_stub_end(uint32_t w)
{
	return (w & 0x0ffff000) == 0x05bcf000; /* ldr pc, [ip, #n]! */
}

/* A stub of the linkage table: three numbers that together tell the slot. */
static bool
stub(struct insn_run *r, struct bytes b, uint32_t w, uint64_t at, struct insn *o)
{
	if ((w & 0x0ffff000) == 0x028fc000 && b.n >= 12 &&
	    is_stub_middle(le32(b.p + 4)) && is_stub_end(le32(b.p + 8))) {
		insn_page_set(r, 12, at + 8 + immediate(w));
		insn_store(o, r->be, w & ~0xfffu);
		return true;
	}
	if (!insn_page_known(r, 12))
		return false;
	if (is_stub_middle(w)) {
		r->page[12] += immediate(w);
		insn_store(o, r->be, w & ~0xfffu);
		return true;
	}
	if (!is_stub_end(w))
		return false;
	insn_store(o, r->be, w & ~0xfffu);
	o->f[o->nf++] = (struct insn_field){ .kind = INSN_DATA,
		.value = (r->page[12] + (w & 0xfff)) & UINT32_MAX,
		.size = 4,
		.reg = INSN_NO_REG };
	insn_page_drop(r, 12);
	return true;
}

/* What an instruction that is none of those below may write. */
static void
written(struct insn_run *r, uint32_t w)
{
	bool store = (w & 0x0c100000) == 0x04000000;
	bool compare = (w & 0x0d900000) == 0x01100000;

	if ((w & 0x0e100000) == 0x08100000) {
		forget_list(r, w & 0xffff);
	} else if (!store && !compare) {
		forget(r, w >> 12 & 15);
		if (w & 0x00200000 ||
		    (w & 0x0fc000f0) == 0x90) /* rn: written back, mul */
			forget(r, w >> 16 & 15);
	}
}

static void
a32(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o)
{
	uint32_t w = le32(b.p);
	unsigned rd = w >> 12 & 15, rn = w >> 16 & 15, rm = w & 15;

	o->len = 4;
	memcpy(o->fixed, b.p, 4);
	if ((w & 0x0e000000) == 0x0a000000) {
		o->call = w & 0x01000000;
		insn_word(o, 0, &w, 0x00ffffff, INSN_BRANCH,
		    (at + 8 + (insn_extend(w, 24) << 2)) & UINT32_MAX);
		if (o->call)
			forget_call(r);
	} else if ((w & 0x0fff0000) == 0x059f0000) {
		load_literal(r, b, at, at + 8 + (w & 0xfff), rd);
	} else if ((w & 0x0ff00ff0) == 0x00800000) {
		add(r, rd, rn, rm, at + 8, o);
	} else if ((w & 0x0ff00ff0) == 0x07900000) {
		load_by_register(r, rd, rn, rm, at + 8, o);
	} else if (!stub(r, b, w, at, o)) {
		written(r, w);
	}
}

/* --- T32 ----------------------------------------------------------------------- */

static void
put_halves(struct insn *o, unsigned a, unsigned b)
{
	put_le16(o->fixed, (uint16_t)a);
	put_le16(o->fixed + 2, (uint16_t)b);
}

/* F3.1: bl, blx, b.w and their conditional form. */
static void
thumb_branch(struct insn_run *r, unsigned a, unsigned b, uint64_t at, struct insn *o)
{
	uint64_t s = a >> 10 & 1, j1 = b >> 13 & 1, j2 = b >> 11 & 1, pc = at + 4, d;

	if ((b & 0x5000) == 0) {
		d = insn_extend(
		    s << 20 | j2 << 19 | j1 << 18 | (a & 0x3f) << 12 | (b & 0x7ff) << 1,
		    21);
		put_halves(o, a & ~0x43fu, b & ~0x2fffu);
	} else {
		d = insn_extend(s << 24 | (j1 ^ s ^ 1) << 23 | (j2 ^ s ^ 1) << 22 |
				    (a & 0x3ffu) << 12 | (b & 0x7ff) << 1,
		    25);
		put_halves(o, a & ~0x7ffu, b & ~0x2fffu);
	}
	if ((b & 0x5000) == 0x4000) /* blx: to A32, whose code is aligned to 4 */
		pc &= ~UINT64_C(3);
	o->call = b & 0x4000;
	o->f[o->nf++] = (struct insn_field){ .value = (pc + d) & UINT32_MAX,
		.kind = INSN_BRANCH,
		.size = 4,
		.reg = INSN_NO_REG };
	if (o->call)
		forget_call(r);
}

static void
thumb_wide(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o)
{
	unsigned x = le16(b.p), y = le16(b.p + 2), rt = y >> 12;

	o->len = 4;
	memcpy(o->fixed, b.p, 4);
	if ((x & 0xf800) == 0xf000 && (y & 0x8000)) {
		/* what looks like a condition of 14 or 15 are barriers and hints */
		if ((y & 0x5000) != 0 || (x & 0x380) != 0x380)
			thumb_branch(r, x, y, at, o);
	} else if (x == 0xf8df) {
		load_literal(r, b, at, ((at + 4) & ~UINT64_C(3)) + (y & 0xfff), rt);
	} else if ((x & 0xfff0) == 0xf850 && (x & 15) != 15 && (y & 0x0ff0) == 0) {
		load_by_register(r, rt, x & 15, y & 15, at + 4, o);
	} else if ((x & 0xfe50) == 0xe810) { /* ldm */
		forget_list(r, y | 1u << (x & 15));
	} else {
		forget(r, rt);
		forget(r, y >> 8 & 15);
		if ((x & 0xfe00) == 0xe800 || (x & 0xfe00) == 0xf800)
			forget(r, x & 15); /* may be written back */
	}
}

/* The registers that a halfword may write; a store and a compare write none. */
static unsigned
thumb_writes(unsigned x)
{
	unsigned low = 1u << (x & 7), mid = 1u << (x >> 8 & 7);

	switch (x >> 11) {
	case 0x05: /* cmp */
	case 0x0a: /* str, strh, strb, ldrsb by register: below */
	case 0x0c:
	case 0x0e:
	case 0x10:
	case 0x12: return (x & 0xfe00) == 0x5600 ? low : 0;
	case 0x04:
	case 0x06:
	case 0x07:
	case 0x09:
	case 0x13:
	case 0x14:
	case 0x15: return mid;
	case 0x08:
		return x >> 8 == 0x45 || x >> 8 == 0x47 ? 0
		       : x >> 8 >= 0x44                 ? 1u << ((x >> 4 & 8) | (x & 7))
							: low;
	case 0x16: return x >> 8 == 0xb2 ? low : 0; /* extends; cbz, push, sub sp */
	case 0x17: return x >> 8 == 0xba ? low : x >> 9 == 0x5e ? x & 0xff : 0;
	case 0x18: return mid;
	case 0x19: return (x & 0xff) | mid;
	case 0x1a:
	case 0x1b:
	case 0x1c: return 0;
	default: return low;
	}
}

static void
thumb_half(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o)
{
	unsigned x = le16(b.p), mid = x >> 8 & 7;
	unsigned rd = (x >> 4 & 8) | (x & 7), rm = x >> 3 & 15;
	uint64_t pc = (at + 4) & ~UINT64_C(3);

	o->len = 2;
	memcpy(o->fixed, b.p, 2);
	if ((x & 0xf800) == 0x4800) {
		load_literal(r, b, at, pc + (x & 0xff) * 4, mid);
	} else if ((x & 0xff00) == 0x4400) {
		add(r, rd, rd, rm, at + 4, o);
	} else if ((x & 0xfe00) == 0x5800) {
		load_by_register(r, x & 7, x >> 3 & 7, x >> 6 & 7, at + 4, o);
	} else if ((x & 0xf800) == 0xa000) { /* adr: its distance is of this function */
		forget(r, mid);
		insn_page_set(r, mid, pc + (x & 0xff) * 4);
	} else {
		forget_list(r, thumb_writes(x));
	}
}

void
insn_arm(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o)
{
	bool wide = b.n >= 4 && (!r->thumb || le16(b.p) >= 0xe800);

	if (pool(r, b, at, o))
		return;
	if (r->thumb && wide && literal_at(r, at + 2) != NULL)
		wide = false; /* a table before it looked like code */
	if (b.n < 2 || (!r->thumb && !wide)) {
		o->len = 1;
		o->fixed[0] = b.p[0];
	} else if (!r->thumb) {
		a32(r, b, at, o);
	} else if (wide) {
		thumb_wide(r, b, at, o);
	} else {
		thumb_half(r, b, at, o);
	}
}
