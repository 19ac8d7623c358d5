#include "objdiff/insn.h"

#include <capstone/capstone.h>

#include "base/err.h"
#include "tests/tap.h"

struct row {
	const char *name;
	enum insn_arch arch;
	bool be;
	const char *code;
	unsigned len, nf;
	unsigned kind;
	uint64_t value; /* of the first field, at address 0x1000 */
	const char *fixed;
};

/* clang-format off */
static const struct row rows[] = {
	{ "call",            INSN_X86_64, 0, "e8 10000000", 5, 1, INSN_BRANCH, 0x1015, "e8 00000000" },
	{ "short jump back", INSN_X86_64, 0, "eb fe", 2, 1, INSN_BRANCH, 0x1000, "eb 00" },
	{ "jcc near",        INSN_X86_64, 0, "0f84 00010000", 6, 1, INSN_BRANCH, 0x1106, "0f84 00000000" },
	{ "jcc with 66",     INSN_X86_64, 0, "66 0f84 00010000", 7, 1, INSN_BRANCH, 0x1107, "66 0f84 00000000" },
	{ "lea rip",         INSN_X86_64, 0, "48 8d 3d 20000000", 7, 1, INSN_DATA, 0x1027, "48 8d 3d 00000000" },
	{ "cmpl imm, rip",   INSN_X86_64, 0, "81 3d 20000000 39300000", 10, 2, INSN_DATA, 0x102a, "81 3d 00000000 39300000" },
	{ "cmpb imm, rip",   INSN_X86_64, 0, "80 3d 20000000 05", 7, 1, INSN_DATA, 0x1027, "80 3d 00000000 05" },
	{ "mov imm32",       INSN_X86_64, 0, "bf 00204000", 5, 1, INSN_VALUE, 0x402000, "bf 00204000" },
	{ "movabs",          INSN_X86_64, 0, "48 b8 0102030405060708", 10, 1, INSN_VALUE, 0x0807060504030201, "48 b8 0102030405060708" },
	{ "test imm",        INSN_X86_64, 0, "f7 c0 00010000", 6, 1, INSN_VALUE, 0x100, "f7 c0 00010000" },
	{ "not",             INSN_X86_64, 0, "f7 d0", 2, 0, 0, 0, "f7 d0" },
	{ "test imm8",       INSN_X86_64, 0, "f6 c1 01", 3, 0, 0, 0, "f6 c1 01" },
	{ "sib base 5",      INSN_X86_64, 0, "8b 04 85 00204000", 7, 1, INSN_VALUE, 0x402000, "8b 04 85 00204000" },
	{ "enter",           INSN_X86_64, 0, "c8 1000 01", 4, 0, 0, 0, "c8 1000 01" },
	{ "vex 2 bytes",     INSN_X86_64, 0, "c5 f8 28 05 10000000", 8, 1, INSN_DATA, 0x1018, "c5 f8 28 05 00000000" },
	{ "vex 3 bytes, map 3", INSN_X86_64, 0, "c4 e3 7d 19 c1 01", 6, 0, 0, 0, "c4 e3 7d 19 c1 01" },
	{ "evex",            INSN_X86_64, 0, "62 f1 7c 48 28 05 10000000", 10, 1, INSN_DATA, 0x101a, "62 f1 7c 48 28 05 00000000" },
	{ "pshufb",          INSN_X86_64, 0, "66 0f 38 00 c1", 5, 0, 0, 0, "66 0f 38 00 c1" },
	{ "palignr",         INSN_X86_64, 0, "66 0f 3a 0f c1 08", 6, 0, 0, 0, "66 0f 3a 0f c1 08" },
	{ "endbr64",         INSN_X86_64, 0, "f3 0f 1e fa", 4, 0, 0, 0, "f3 0f 1e fa" },
	{ "cut",             INSN_X86_64, 0, "e8 1000", 1, 0, 0, 0, "e8" },
	{ "i386 call",       INSN_I386, 0, "e8 f0ffffff", 5, 1, INSN_BRANCH, 0xff5, "e8 00000000" },
	{ "i386 inc",        INSN_I386, 0, "40", 1, 0, 0, 0, "40" },
	{ "i386 absolute",   INSN_I386, 0, "a1 00a00408", 5, 1, INSN_VALUE, 0x804a000, "a1 00a00408" },
	{ "i386 lds",        INSN_I386, 0, "c5 06", 2, 0, 0, 0, "c5 06" },
	{ "i386 16-bit",     INSN_I386, 0, "67 8b 46 04", 4, 0, 0, 0, "67 8b 46 04" },
	{ "bl",              INSN_ARM64, 0, "04000094", 4, 1, INSN_BRANCH, 0x1010, "00000094" },
	{ "b.eq back",       INSN_ARM64, 0, "e0ffff54", 4, 1, INSN_BRANCH, 0xffc, "00000054" },
	{ "cbz",             INSN_ARM64, 0, "40000034", 4, 1, INSN_BRANCH, 0x1008, "00000034" },
	{ "tbnz",            INSN_ARM64, 0, "41000837", 4, 1, INSN_BRANCH, 0x1008, "01000837" },
	{ "adr",             INSN_ARM64, 0, "41000010", 4, 1, INSN_DATA, 0x1008, "01000010" },
	{ "adrp",            INSN_ARM64, 0, "010000b0", 4, 1, INSN_PAGE, 0x2000, "01000090" },
	{ "ldr literal",     INSN_ARM64, 0, "41000058", 4, 1, INSN_DATA, 0x1008, "01000058" },
	{ "add of no page",  INSN_ARM64, 0, "21200091", 4, 0, 0, 0, "21200091" },
	{ "arm bl",          INSN_ARM, 0, "020000eb", 4, 1, INSN_BRANCH, 0x1010, "000000eb" },
	{ "ppc bl",          INSN_PPC, 1, "48000011", 4, 1, INSN_BRANCH, 0x1010, "48000001" },
	{ "ppc beq le",      INSN_PPC, 0, "08008241", 4, 1, INSN_BRANCH, 0x1008, "00008241" },
	{ "mips jal",        INSN_MIPS, 1, "0c000404", 4, 1, INSN_BRANCH, 0x1010, "0c000000" },
	{ "riscv jal",       INSN_RISCV, 0, "ef001000", 4, 1, INSN_BRANCH, 0x1800, "ef000000" },
	{ "riscv c.nop",     INSN_RISCV, 0, "0100", 2, 0, 0, 0, "0100" },
	{ "riscv auipc",     INSN_RISCV, 0, "17150000", 4, 1, INSN_PAGE, 0x2000, "17050000" },
	{ "s390x brasl",     INSN_S390X, 1, "c0e500000008", 6, 1, INSN_BRANCH, 0x1010, "c0e500000000" },
	{ "s390x larl",      INSN_S390X, 1, "c01000000008", 6, 1, INSN_DATA, 0x1010, "c01000000000" },
	{ "s390x br",        INSN_S390X, 1, "07fe", 2, 0, 0, 0, "07fe" },
	{ "opaque",          INSN_OPAQUE, 0, "e8 10000000", 1, 0, 0, 0, "e8" },
};
/* clang-format on */

TEST(one)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct insn_run run = { .arch = r->arch, .be = r->be };
		struct bytes code = test_hex(r->code), fixed = test_hex(r->fixed);
		struct insn x;

		ROW("%s", r->name);
		insn_next(&run, code, 0, 0x1000, &x);
		EQ_U(x.len, r->len);
		EQ_U(x.nf, r->nf);
		EQ_B(((struct bytes){ x.fixed, x.len }), fixed);
		if (x.nf > 0 && r->nf > 0) {
			EQ_U(x.f[0].kind, r->kind);
			EQ_U(x.f[0].value, r->value);
		}
	}
}

/* adrp and what completes it; a register that is overwritten is no page any more. */
TEST(pages)
{
	struct insn_run run = { .arch = INSN_ARM64 };
	/* adrp x1, +1 page; add x2, x1, #0x10; ldr x3, [x1, #8]; mov x1, #0; add x2, x1,
	 * #1 */
	struct bytes code = test_hex("010000b0 22400091 230440f9 010080d2 22040091");
	struct insn x;

	insn_next(&run, code, 4, 0, &x); /* alone it is an addition */
	EQ_U(x.nf, 0);
	insn_next(&run, code, 0, 0x1000, &x);
	insn_next(&run, code, 4, 0x1000, &x);
	EQ_U(x.nf, 1);
	EQ_U(x.f[0].value, 0x2010);
	EQ_U(x.f[0].reg, 1);
	insn_next(&run, code, 8, 0x1000, &x);
	EQ_U(x.f[0].value, 0x2008);
	insn_next(&run, code, 12, 0x1000, &x);
	insn_next(&run, code, 16, 0x1000, &x);
	EQ_U(x.nf, 0);
}

/* Whatever the bytes: a length, inside, and fields inside the length. */
TEST(any_bytes)
{
	uint64_t seed = 5;
	uint8_t raw[24];

	for (int i = 0; i < 200000; i++) {
		struct insn_run run = { .arch = (enum insn_arch)(i % (INSN_S390X + 1)),
			.be = i & 16,
			.thumb = i & 32,
			.base = i & 64 ? 0x2000 : 0 };
		size_t n = 1 + test_random(&seed) % sizeof(raw);
		struct insn x;
		for (size_t k = 0; k < n; k++)
			raw[k] = (uint8_t)test_random(&seed);
		insn_next(&run, (struct bytes){ raw, n }, 0, test_random(&seed), &x);
		bool ok = x.len >= 1 && x.len <= n && x.len <= INSN_MAX && x.nf <= 2;
		for (int k = 0; k < x.nf; k++)
			ok = ok && x.f[k].at + x.f[k].size <= x.len;
		if (!CHECK(ok))
			return;
	}
}

/* Lengths as Capstone has them, over random instructions that both know. */
TEST(like_capstone)
{
	uint64_t seed = 6;
	uint8_t raw[16];
	unsigned known = 0, unlike = 0;

	for (int wide = 0; wide < 2; wide++) {
		csh h;
		if (!CHECK(cs_open(CS_ARCH_X86, wide ? CS_MODE_64 : CS_MODE_32, &h) ==
			   CS_ERR_OK))
			return;
		cs_insn *c = cs_malloc(h);
		for (int i = 0; i < 60000; i++) {
			struct insn x;
			for (size_t k = 0; k < sizeof(raw); k++)
				raw[k] = (uint8_t)test_random(&seed);
			if (i % 3 == 0)
				raw[0] = 0x0f;
			if (wide && i % 3 == 1)
				raw[0] = 0x48;
			const uint8_t *p = raw;
			size_t n = sizeof(raw);
			uint64_t at = 0x1000;
			if (!cs_disasm_iter(h, &p, &n, &at, c))
				continue;
			insn_x86((struct bytes){ raw, sizeof(raw) }, 0x1000, wide, &x);
			known++;
			unlike += x.len != c->size;
		}
		cs_free(c, 1);
		cs_close(&h);
	}
	CHECK(known > 50000);
	/* ud0 and ud1 have a ModRM in newer manuals, and not in Capstone 4 */
	if (!CHECK(unlike * 50 < known))
		printf("# %u of %u\n", unlike, known);
}
