/*
 * insn_arm_test.c - A32 and T32: what a branch leads to, and what literals behind the
 * code mean. Bytes as GNU as has them.
 */
#include "base/err.h"
#include "objdiff/insn.h"
#include "tests/tap.h"

#define AT 0x1000

struct step {
	unsigned off, len, nf;
	uint64_t value; /* of the field, if there is one */
	const char *fixed;
};

struct run {
	const char *name, *code;
	bool thumb;
	uint64_t base;
	struct step step[8]; /* a length of 0 ends them */
};

/* clang-format off */
static const struct run runs[] = {
	/* ldr r1, [pc, #4]; add r1, pc; bx lr; nop; .word 0x100 */
	{ "T32: a literal and pc", "0149 7944 7047 00bf 00010000", true, 0, {
		{ 0, 2, 0, 0, "0149" },
		{ 2, 2, 1, AT + 2 + 4 + 0x100, "7944" },
		{ 4, 2, 0, 0, "7047" },
		{ 6, 2, 0, 0, "00bf" },
		{ 8, 4, 0, 0, "00000000" } } },
	/* the same, and the literal is used as a number, too: ldr r2, [pc, #0] */
	{ "T32: a number as well", "0149 7944 004a 7047 00010000", true, 0, {
		{ 0, 2, 0, 0, "0149" },
		{ 2, 2, 1, AT + 2 + 4 + 0x100, "7944" },
		{ 4, 2, 0, 0, "004a" },
		{ 6, 2, 0, 0, "7047" },
		{ 8, 4, 0, 0, "00010000" } } },
	/* ldr r1, [pc, #4]; movs r1, #0; add r1, pc; nop; .word */
	{ "T32: overwritten before", "0149 0021 7944 00bf 00010000", true, 0, {
		{ 0, 2, 0, 0, "0149" },
		{ 2, 2, 0, 0, "0021" },
		{ 4, 2, 0, 0, "7944" },
		{ 6, 2, 0, 0, "00bf" },
		{ 8, 4, 0, 0, "00010000" } } },
	/* str r1, [sp, #4] and cmp r1, #0 between them write nothing */
	{ "T32: stores and compares", "0249 0191 0029 7944 7047 00bf 00010000", true, 0, {
		{ 0, 2, 0, 0, "0249" },
		{ 2, 2, 0, 0, "0191" },
		{ 4, 2, 0, 0, "0029" },
		{ 6, 2, 1, AT + 6 + 4 + 0x100, "7944" },
		{ 8, 2, 0, 0, "7047" },
		{ 10, 2, 0, 0, "00bf" },
		{ 12, 4, 0, 0, "00000000" } } },
	/* ldr r3, [pc, #8]; add r3, pc (the table itself); ldr r2, [pc, #4]; ldr r2, [r3, r2] */
	{ "T32: a slot of the table", "024b 7b44 024a 9a58 7047 00bf 00100000 20000000", true, 0x2006, {
		{ 0, 2, 0, 0, "024b" },
		{ 2, 2, 0, 0, "7b44" },
		{ 4, 2, 0, 0, "024a" },
		{ 6, 2, 1, 0x2026, "9a58" },
		{ 8, 2, 0, 0, "7047" },
		{ 10, 2, 0, 0, "00bf" },
		{ 12, 4, 0, 0, "00000000" },
		{ 16, 4, 0, 0, "00000000" } } },
	/* ldr.w sl, [pc, #8]; adr r3, .+8; add sl, r3; nop; .word 0x10 */
	{ "T32: adr and a high register", "dff808a0 01a3 9a44 00bf 00bf 10000000", true, 0, {
		{ 0, 4, 0, 0, "dff808a0" },
		{ 4, 2, 0, 0, "01a3" },
		{ 6, 2, 1, AT + 12 + 0x10, "9a44" },
		{ 8, 2, 0, 0, "00bf" },
		{ 10, 2, 0, 0, "00bf" },
		{ 12, 4, 0, 0, "00000000" } } },
	/* ldr r0, [pc, #4]; bl (r0 is gone); add r0, pc; .word */
	{ "T32: a call between", "0148 00f000f8 7844 00010000", true, 0, {
		{ 0, 2, 0, 0, "0148" },
		{ 2, 4, 1, AT + 6, "00f000d0" },
		{ 6, 2, 0, 0, "7844" },
		{ 8, 4, 0, 0, "00010000" } } },
	/* ldr r3, [pc, #8]; add r3, pc, r3; ldr r3, [r3]; bx lr; .word 0x20 */
	{ "A32: a literal and pc", "08309fe5 03308fe0 003093e5 1eff2fe1 20000000", false, 0, {
		{ 0, 4, 0, 0, "08309fe5" },
		{ 4, 4, 1, AT + 4 + 8 + 0x20, "03308fe0" },
		{ 8, 4, 0, 0, "003093e5" },
		{ 12, 4, 0, 0, "1eff2fe1" },
		{ 16, 4, 0, 0, "00000000" } } },
	/* a stub: add ip, pc, #0, 12; add ip, ip, #4096; ldr pc, [ip, #3040]! */
	{ "A32: a linkage stub", "00c68fe2 01ca8ce2 e0fbbce5", false, 0, {
		{ 0, 4, 0, 0, "00c08fe2" },
		{ 4, 4, 0, 0, "00c08ce2" },
		{ 8, 4, 1, AT + 8 + 4096 + 3040, "00f0bce5" } } },
	/* its first word alone is an addition */
	{ "A32: no stub", "00c68fe2 1eff2fe1 e0fbbce5", false, 0, {
		{ 0, 4, 0, 0, "00c68fe2" },
		{ 4, 4, 0, 0, "1eff2fe1" },
		{ 8, 4, 0, 0, "e0fbbce5" } } },
	/* ldr r2, [pc, #0]; ldm sp!, {r2, pc} has it no more; .word */
	{ "A32: popped", "00209fe5 04809de8 08000000 02208fe0", false, 0, {
		{ 0, 4, 0, 0, "00209fe5" },
		{ 4, 4, 0, 0, "04809de8" },
		{ 8, 4, 0, 0, "08000000" },
		{ 12, 4, 0, 0, "02208fe0" } } },
};
/* clang-format on */

TEST(literals)
{
	for (size_t i = 0; i < COUNT(runs); i++) {
		const struct run *t = &runs[i];
		struct insn_run r = {
			.arch = INSN_ARM, .thumb = t->thumb, .base = t->base
		};
		struct bytes code = test_hex(t->code);

		for (const struct step *s = t->step; s < t->step + 8 && s->len; s++) {
			struct insn x;

			ROW("%s: +%u", t->name, s->off);
			insn_next(&r, code, s->off, AT, &x);
			EQ_U(x.len, s->len);
			EQ_B(((struct bytes){ x.fixed, x.len }), test_hex(s->fixed));
			if (EQ_U(x.nf, s->nf) && s->nf)
				EQ_U(x.f[0].value, s->value);
		}
	}
}

/* Where relocations tell, literals are only bytes. */
TEST(relocated)
{
	struct insn_run r = { .arch = INSN_ARM, .thumb = true, .relocated = true };
	struct bytes code = test_hex("0149 7944 7047 00bf 00010000");
	struct insn x;
	unsigned nf = 0;

	for (uint64_t off = 0; off < code.n; off += x.len) {
		insn_next(&r, code, off, AT, &x);
		nf += x.nf;
	}
	EQ_U(nf, 0);
	EQ_B(((struct bytes){ x.fixed, 2 }), test_hex("0000"));
}

/* clang-format off */
static const struct { const char *name, *code; bool thumb, call; uint64_t to; } branches[] = {
	{ "bl forward",     "00f008f8", true, true, AT + 0x14 },
	{ "bl back",        "fff7fcff", true, true, AT - 4 },
	{ "blx",            "fff79cef", true, true, AT - 0xc4 },
	{ "b.w",            "00f008b8", true, false, AT + 0x14 },
	{ "beq.w",          "00f00880", true, false, AT + 0x14 },
	{ "bne.w back",     "7ff4fcaf", true, false, AT - 4 },
	{ "A32 b",          "fdffffea", false, false, AT - 4 },
	{ "A32 blx",        "000000fa", false, false, AT + 8 },
};
/* clang-format on */

TEST(branches)
{
	for (size_t i = 0; i < COUNT(branches); i++) {
		struct insn_run r = { .arch = INSN_ARM, .thumb = branches[i].thumb };
		struct insn x;

		ROW("%s", branches[i].name);
		insn_next(&r, test_hex(branches[i].code), 0, AT, &x);
		EQ_U(x.len, 4);
		if (EQ_U(x.nf, 1)) {
			EQ_U(x.f[0].kind, INSN_BRANCH);
			EQ_U(x.f[0].value, branches[i].to);
			EQ_U(x.call, branches[i].call);
		}
	}
}

/* No branches: barriers, hints and what only looks wide because it was cut. */
TEST(others)
{
	static const struct {
		const char *code;
		bool thumb;
		unsigned len;
	} rows[] = {
		{ "bff34f8f", true, 4 }, /* dsb sy */
		{ "aff30080", true, 4 }, /* nop.w */
		{ "2de9f04f", true, 4 }, /* push.w */
		{ "00f0", true, 2 },
		{ "70", true, 1 },
		{ "1eff2f", false, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct insn_run r = { .arch = INSN_ARM, .thumb = rows[i].thumb };
		struct bytes code = test_hex(rows[i].code);
		struct insn x;

		ROW("%s", rows[i].code);
		insn_next(&r, code, 0, AT, &x);
		EQ_U(x.len, rows[i].len);
		EQ_U(x.nf, 0);
		EQ_B(((struct bytes){ x.fixed, x.len }), bytes_clip(code, 0, x.len));
	}
}

/* More literals than are remembered: they are compared as they are. */
TEST(many_literals)
{
	struct insn_run r = { .arch = INSN_ARM, .thumb = true };
	uint8_t code[4 * 64];
	struct insn x;
	unsigned told = 0, raw = 0;

	/* ldr r1, [pc, #124]; add r1, pc - and the literals, each its own */
	for (unsigned i = 0; i < 32; i++) {
		put_le16(code + 4 * i, (uint16_t)(0x4900 | 31));
		put_le16(code + 4 * i + 2, 0x4479);
		put_le32(code + 128 + 4 * i, 0x100 + i);
	}
	for (uint64_t off = 0; off < sizeof(code); off += x.len) {
		insn_next(&r, (struct bytes){ code, sizeof(code) }, off, AT, &x);
		told += x.nf;
		raw += off >= 128 && le16(x.fixed) != 0;
	}
	EQ_U(told, COUNT(r.literal));
	CHECK(raw >= 32 - COUNT(r.literal));
}
