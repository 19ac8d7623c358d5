/*
 * insn_ppc_test.c - PowerPC: branches, and addresses that count from the TOC pointer in
 * r2. Words as GNU as has them.
 */
#include "base/err.h"
#include "objdiff/insn.h"
#include "tests/tap.h"

#define AT  0x1000
#define TOC UINT64_C(0x28000)

struct step {
	uint32_t word, fixed;
	unsigned nf;
	enum insn_kind kind;
	uint64_t value;
	unsigned reg;
};

/* clang-format off */
static const struct run {
	const char *name;
	uint64_t base;
	struct step step[6]; /* a word of 0 ends them */
} runs[] = {
	{ "a function finds the TOC", TOC, {
		{ 0x3c4c0002, 0x3c4c0000, 0, 0, 0, 0 }, /* addis r2, r12, 2 */
		{ 0x38427000, 0x38420000, 0, 0, 0, 0 }, /* addi r2, r2, 0x7000 */
		{ 0x80628010, 0x80620000, 1, INSN_DATA, TOC - 0x7ff0, 0xff } } }, /* lwz r3, -32752(r2) */
	{ "it finds something else", TOC, {
		{ 0x3c4c0002, 0x3c4c0002, 0, 0, 0, 0 },
		{ 0x38427004, 0x38420000, 1, INSN_DATA, TOC + 0x7004, 0xff } } },
	{ "in two parts", TOC, {
		{ 0x3d22fffe, 0x3d220000, 1, INSN_PAGE, TOC - 0x20000, 9 }, /* addis r9, r2, -2 */
		{ 0x38898e50, 0x38890000, 1, INSN_DATA, TOC - 0x271b0, 9 }, /* addi r4, r9, -29104 */
		{ 0xc8098e88, 0xc8090000, 1, INSN_DATA, TOC - 0x27178, 9 } } }, /* lfd f0, -29048(r9) */
	{ "overwritten between", TOC, {
		{ 0x3d22fffe, 0x3d220000, 1, INSN_PAGE, TOC - 0x20000, 9 },
		{ 0x39200000, 0x39200000, 0, 0, 0, 0 }, /* li r9, 0 */
		{ 0x38898e50, 0x38898e50, 0, 0, 0, 0 } } },
	{ "a call between", TOC, {
		{ 0x3d22fffe, 0x3d220000, 1, INSN_PAGE, TOC - 0x20000, 9 },
		{ 0x48000009, 0x48000001, 1, INSN_BRANCH, AT + 12, 0xff },
		{ 0x38898e50, 0x38898e50, 0, 0, 0, 0 } } },
	{ "kept over a store and a compare", TOC, {
		{ 0x3d22fffe, 0x3d220000, 1, INSN_PAGE, TOC - 0x20000, 9 },
		{ 0xf821ffe1, 0xf821ffe1, 0, 0, 0, 0 }, /* stdu r1, -32(r1) */
		{ 0x2fa90fc0, 0x2fa90fc0, 0, 0, 0, 0 }, /* cmpdi cr7, r9, 4032 */
		{ 0xe8698e50, 0xe8690000, 1, INSN_DATA, TOC - 0x271b0, 9 } } }, /* ld r3, -29104(r9) */
	{ "ld leaves its form bits", TOC, {
		{ 0xe9828122, 0xe9820002, 1, INSN_DATA, TOC - 0x7ee0, 0xff }, /* lwa r12, -32480(r2) */
		{ 0xf4028121, 0xf4020001, 1, INSN_DATA, TOC - 0x7ee0, 0xff }, /* lxv vs0, -32480(r2) */
		{ 0xe9828120, 0xe9820000, 1, INSN_DATA, TOC - 0x7ee0, 0xff } } }, /* ld r12, -32480(r2) */
	{ "an update moves the register", TOC, {
		{ 0x3d22fffe, 0x3d220000, 1, INSN_PAGE, TOC - 0x20000, 9 },
		{ 0x84690004, 0x84690000, 1, INSN_DATA, TOC - 0x1fffc, 9 }, /* lwzu r3, 4(r9) */
		{ 0x80690004, 0x80690004, 0, 0, 0, 0 } } },
	{ "no TOC is known", 0, {
		{ 0x3c4c0002, 0x3c4c0002, 0, 0, 0, 0 },
		{ 0x38427000, 0x38427000, 0, 0, 0, 0 },
		{ 0x3d22fffe, 0x3d22fffe, 0, 0, 0, 0 },
		{ 0x80628010, 0x80628010, 0, 0, 0, 0 } } },
	{ "absolute branches", TOC, {
		{ 0x48000013, 0x48000013, 0, 0, 0, 0 }, /* bla */
		{ 0x4182fff8, 0x41820000, 1, INSN_BRANCH, AT - 4, 0xff }, /* beq .-8, at AT + 4 */
		{ 0x4e800020, 0x4e800020, 0, 0, 0, 0 } } },
};
/* clang-format on */

static void
check(const struct run *t, bool be)
{
	struct insn_run r = { .arch = INSN_PPC, .base = t->base, .be = be };
	uint8_t code[32] = { 0 };
	size_t n = 0;

	for (; n < COUNT(t->step) && t->step[n].word; n++)
		if (be)
			put_le32(code + 4 * n, __builtin_bswap32(t->step[n].word));
		else
			put_le32(code + 4 * n, t->step[n].word);
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &t->step[i];
		struct insn x;

		ROW("%s, %s: word %zu", t->name, be ? "be" : "le", i);
		insn_next(&r, (struct bytes){ code, 4 * n }, 4 * i, AT, &x);
		EQ_U(x.len, 4);
		EQ_U(be ? be32(x.fixed) : le32(x.fixed), s->fixed);
		if (!EQ_U(x.nf, s->nf) || s->nf == 0)
			continue;
		EQ_U(x.f[0].kind, s->kind);
		EQ_U(x.f[0].value, s->value);
		EQ_U(x.f[0].reg, s->reg);
	}
}

TEST(words)
{
	for (size_t i = 0; i < COUNT(runs); i++) {
		check(&runs[i], false);
		check(&runs[i], true);
	}
}

/* What the resolver adds to its own address to find the slots; nothing else is like it.
 */
TEST(resolver)
{
	struct insn_run r = { .arch = INSN_PPC, .base = TOC, .slots = 0x30000 };
	uint8_t code[8];
	struct insn x;

	put_le64(code, 0x30000 - AT - 16);
	insn_next(&r, (struct bytes){ code, 8 }, 0, AT, &x);
	EQ_U(x.len, 8);
	EQ_U(le64(x.fixed), 0);
	put_le64(code, 0x30008 - AT - 16);
	insn_next(&r, (struct bytes){ code, 8 }, 0, AT, &x);
	EQ_U(x.len, 4);
	EQ_U(le32(x.fixed), 0x30008 - AT - 16);
	insn_next(&r, (struct bytes){ code, 3 }, 0, AT, &x);
	EQ_U(x.len, 1);
}
