/*
 * starts_test.c - where functions begin when no symbol tells: the entry, DT_INIT, calls,
 * pointers that the loader moves, ARM's table for unwinding, stubs of each machine.
 */
#include "base/err.h"
#include "objdiff/made.h"
#include "objdiff/unit.h"

#define CODE (SHF_ALLOC | SHF_EXECINSTR)

struct opened {
	struct arena arena;
	struct elf e;
	struct units u;
};

static bool
open_made(struct opened *o, struct made *m)
{
	arena_init(&o->arena, 1 << 20);
	return EQ_U(elf_open(made_end(m), &o->arena, &o->e), OK) &&
	       EQ_U(elf_load(&o->e, NULL), OK) && EQ_U(units_open(&o->e, &o->u), OK);
}

/* Code of n bytes that are no filling. */
static unsigned
code(struct made *m, const char *name, size_t n)
{
	uint8_t b[1024];

	memset(b, 0x40, sizeof(b));
	return made_section(m, name, SHT_PROGBITS, CODE, b, n);
}

static void
check_starts(const struct units *u, const uint64_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct unit *x = unit_at(u, at[i]);

		ROW("0x%llx", (unsigned long long)at[i]);
		if (CHECK(x != NULL))
			EQ_U(x->at, at[i]);
	}
}

TEST(what_the_loader_runs)
{
	struct made *m = &(struct made){ 0 };
	struct opened o;

	made_begin(m, true, false, ET_DYN, 62);
	unsigned text = code(m, ".text", 100);
	uint64_t at = m->sec[text].addr;
	unsigned dynamic = made_dynamic(
	    m, (struct elf_tag[]){ { DT_INIT, at + 40 }, { DT_FINI, at + 60 } }, 2);
	made_segment(m, PT_LOAD, 7, text, dynamic);
	made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
	m->entry = at + 20;
	if (open_made(&o, m)) {
		EQ_U(o.u.n, 4);
		check_starts(&o.u, (uint64_t[]){ at, at + 20, at + 40, at + 60 }, 4);
		EQ_U(o.u.v[0].kind, UNIT_GAP);
		EQ_U(o.u.v[1].kind, UNIT_FUNCTION);
		CHECK(o.u.v[1].open && o.u.v[3].open);
		EQ_U(o.u.v[3].size, 40);
	}
	arena_done(&o.arena);
}

/* An entry outside of code is none. */
TEST(no_code_there)
{
	static const int64_t entries[] = { 0, 1, -1, 0x7fffffff };

	for (size_t i = 0; i < COUNT(entries); i++) {
		struct made *m = &(struct made){ 0 };
		struct opened o;

		ROW("%lld", (long long)entries[i]);
		made_begin(m, true, false, ET_DYN, 62);
		code(m, ".text", 100);
		m->entry = (uint64_t)entries[i];
		if (open_made(&o, m)) {
			EQ_U(o.u.n, 1);
			EQ_U(o.u.v[0].kind, UNIT_GAP);
		}
		arena_done(&o.arena);
	}
}

/* Large pieces of unknown code are cut where one is called or pointed to. */
TEST(calls_and_pointers)
{
	static const struct {
		size_t size;
		bool cut;
	} rows[] = { { 600, true }, { 200, false } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made *m = &(struct made){ 0 };
		struct opened o;

		ROW("%zu bytes", rows[i].size);
		made_begin(m, true, false, ET_DYN, 62);
		unsigned text = code(m, ".text", rows[i].size);
		uint64_t at = m->sec[text].addr;
		unsigned rela = made_rels(m, ".rela.dyn", true, SHF_ALLOC, 2);
		unsigned data = made_section(
		    m, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 16);
		made_rels_fill(m, rela,
		    (struct made_rel[]){ { m->sec[data].addr, at + 150, 8, 0 },
			{ m->sec[data].addr + 8, m->sec[data].addr, 8, 0 } },
		    2);
		/* call at + 100; and a jump there, which cuts nothing */
		made_poke(m, m->sec[text].off, 1, 0xe8);
		made_poke(m, m->sec[text].off + 1, 4, 95);
		made_poke(m, m->sec[text].off + 10, 1, 0xe9);
		made_poke(m, m->sec[text].off + 11, 4, 30);
		unsigned dynamic = made_dynamic(m,
		    (struct elf_tag[]){
			{ DT_RELA, m->sec[rela].addr }, { DT_RELASZ, 48 } },
		    2);
		made_segment(m, PT_LOAD, 7, text, dynamic);
		made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
		if (open_made(&o, m)) {
			EQ_U(o.u.n, rows[i].cut ? 3 : 1);
			if (rows[i].cut)
				check_starts(
				    &o.u, (uint64_t[]){ at, at + 100, at + 150 }, 3);
		}
		arena_done(&o.arena);
	}
}

/* EHABI 5: a distance of 31 bits to each function; A32 or T32 as the program is. */
TEST(exidx)
{
	struct made *m = &(struct made){ 0 };
	struct opened o;

	made_begin(m, false, false, ET_DYN, 40);
	unsigned text = code(m, ".text", 100);
	unsigned idx = made_section(m, ".ARM.exidx", SHT_ARM_EXIDX, SHF_ALLOC, NULL, 24);
	uint64_t at = m->sec[text].addr, table = m->sec[idx].addr;
	static const unsigned to[] = { 0, 24, 64 };
	for (unsigned i = 0; i < 3; i++) {
		made_poke(m, m->sec[idx].off + 8 * i, 4,
		    (at + to[i] - (table + 8 * i)) & 0x7fffffff);
		made_poke(m, m->sec[idx].off + 8 * i + 4, 4, 1);
	}
	m->entry = at + 1;
	if (open_made(&o, m)) {
		EQ_U(o.u.n, 3);
		check_starts(&o.u, (uint64_t[]){ at, at + 24, at + 64 }, 3);
		for (size_t i = 0; i < o.u.n; i++)
			CHECK(o.u.v[i].thumb);
	}
	arena_done(&o.arena);
}

/* Only what a machine has counts: another one's table is data. */
TEST(exidx_of_others)
{
	struct made *m = &(struct made){ 0 };
	struct opened o;

	made_begin(m, false, false, ET_DYN, 3);
	code(m, ".text", 100);
	made_section(m, ".ARM.exidx", SHT_ARM_EXIDX, SHF_ALLOC, NULL, 24);
	if (open_made(&o, m))
		EQ_U(o.u.n, 1);
	arena_done(&o.arena);
}

/* Stubs whose code we do not follow stand in the order of the slots. */
TEST(stubs_by_order)
{
	static const char *const names[] = { "one", "two", "three" };
	struct made *m = &(struct made){ 0 };
	struct made_sym s[3];
	struct made_rel r[3];
	struct opened o;

	/* S/390: stubs of 32 bytes have an entry size; here 16, as RISC-V's */
	made_begin(m, true, false, ET_DYN, 243);
	for (unsigned i = 0; i < 3; i++)
		s[i] = (struct made_sym){ names[i], 0, 0, 0x12, 0, 0 };
	unsigned sym = made_symbols(m, true, s, 3);
	unsigned rela = made_rels(m, ".rela.plt", true, SHF_ALLOC, 3);
	unsigned got =
	    made_section(m, ".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 40);
	unsigned plt = code(m, ".plt", 32 + 3 * 16);
	for (unsigned i = 0; i < 3; i++)
		r[i] = (struct made_rel){ m->sec[got].addr + 16 + 8 * i, 0, 5, i + 1 };
	made_rels_fill(m, rela, r, 3);
	struct elf_tag tags[] = { { 6, m->sec[sym].addr },
		{ DT_STRTAB, m->sec[sym + 1].addr }, { DT_STRSZ, m->sec[sym + 1].size },
		{ DT_JMPREL, m->sec[rela].addr }, { DT_PLTRELSZ, 72 },
		{ DT_PLTREL, DT_RELA } };
	unsigned dynamic = made_dynamic(m, tags, COUNT(tags));
	made_segment(m, PT_LOAD, 7, sym, dynamic);
	made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
	if (open_made(&o, m))
		for (unsigned i = 0; i < 3; i++) {
			const struct unit *x =
			    unit_at(&o.u, m->sec[plt].addr + 32 + 16 * i);

			ROW("%s", names[i]);
			if (CHECK(x != NULL)) {
				EQ_U(x->kind, UNIT_STUB);
				EQ_B(x->name, bytes_of(names[i]));
			}
		}
	arena_done(&o.arena);
}

/* ARM's have three words, or four with a door for T32. */
TEST(arm_stubs)
{
	struct made *m = &(struct made){ 0 };
	struct made_sym s[] = { { "one", 0, 0, 0x12, 0, 0 },
		{ "two", 0, 0, 0x12, 0, 0 } };
	struct opened o;

	made_begin(m, false, false, ET_DYN, 40);
	unsigned sym = made_symbols(m, true, s, 2);
	unsigned rel = made_rels(m, ".rel.plt", false, SHF_ALLOC, 2);
	/* the head, a stub, and one with a door; each adds 0 and what the last word says
	 */
	unsigned plt = made_hex(m, ".plt", CODE,
	    "04e02de5 04e09fe5 0ee08fe0 08f0bee5 00000000"
	    "00c68fe2 00ca8ce2 00f1bce5"
	    "7847c046 00c68fe2 00ca8ce2 00f1bce5");
	unsigned got =
	    made_section(m, ".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 512);
	uint64_t at = m->sec[plt].addr;
	made_rels_fill(m, rel,
	    (struct made_rel[]){
		{ at + 20 + 8 + 0x100, 0, 22, 1 }, { at + 36 + 8 + 0x100, 0, 22, 2 } },
	    2);
	struct elf_tag tags[] = { { 6, m->sec[sym].addr },
		{ DT_STRTAB, m->sec[sym + 1].addr }, { DT_STRSZ, m->sec[sym + 1].size },
		{ DT_JMPREL, m->sec[rel].addr }, { DT_PLTRELSZ, 16 },
		{ DT_PLTREL, DT_REL }, { DT_PLTGOT, m->sec[got].addr } };
	unsigned dynamic = made_dynamic(m, tags, COUNT(tags));
	made_segment(m, PT_LOAD, 7, sym, dynamic);
	made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
	if (open_made(&o, m) && EQ_U(o.u.n, 3)) {
		EQ_U(o.u.v[0].kind, UNIT_GAP);
		EQ_U(o.u.v[1].at, at + 20);
		EQ_U(o.u.v[1].size, 12);
		EQ_B(o.u.v[1].name, BYTES_LIT("one"));
		EQ_U(o.u.v[2].at, at + 32);
		EQ_U(o.u.v[2].size, 16);
		EQ_B(o.u.v[2].name, BYTES_LIT("two"));
		CHECK(!o.u.v[1].thumb && !o.u.v[2].thumb);
	}
	arena_done(&o.arena);
}

/* What fills the room between functions, machine by machine. */
TEST(filling)
{
	static const struct {
		enum insn_arch arch;
		bool be;
		const char *hex;
		size_t want;
	} rows[] = {
		{ INSN_ARM, false, "00bf 00bf c046 7047", 6 },
		{ INSN_ARM, false, "00f020e3 0000a0e1 1eff2fe1", 8 },
		{ INSN_ARM64, false, "1f2003d5 00000000 c0035fd6", 8 },
		{ INSN_PPC, true, "60000000 4e800020", 4 },
		{ INSN_PPC, false, "00000060 2000804e", 4 },
		{ INSN_MIPS, true, "00000000 03e00008", 4 },
		{ INSN_I386, false, "8db426 00000000 c3", 7 },
		{ INSN_I386, false, "8d7600 c3", 3 },
		{ INSN_S390X, true, "0000 07fe", 2 },
		{ INSN_OPAQUE, false, "000001", 2 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct elf_machine m = { .arch = (uint8_t)rows[i].arch };
		const struct elf e = { .m = &m, .be = rows[i].be };

		ROW("machine %d: %s", (int)rows[i].arch, rows[i].hex);
		EQ_U(unit_padding(&e, test_hex(rows[i].hex)), rows[i].want);
	}
}
