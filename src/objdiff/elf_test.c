/*
 * elf_test.c - ELF files of both classes and orders: what is read of headers, symbols,
 * relocations and the dynamic section, and what is noted of files that lie.
 */
#include "objdiff/elf.h"

#include "base/err.h"
#include "objdiff/elf_dyn.h"
#include "objdiff/made.h"

static const struct form {
	const char *name;
	bool wide, be;
	uint16_t machine;
} forms[] = {
	{ "64 le", true, false, 62 },
	{ "64 be", true, true, 22 },
	{ "32 le", false, false, 3 },
	{ "32 be", false, true, 20 },
};

struct opened {
	struct arena arena;
	struct elf e;
};

static enum err
open_in(struct opened *o, struct bytes file, size_t budget)
{
	arena_init(&o->arena, budget);
	return elf_open(file, &o->arena, &o->e);
}

/* A loaded table of symbols, code, relocations with addends, a dynamic section. */
static void
make(struct made *m, const struct form *f, uint16_t type)
{
	struct made_sym s[] = { { "outside", 0, 0, 0x12, 0, 0 },
		{ "inside", 0, 3, 0x12, 2, 3 }, { "value", 77, 4, 0x11, 0, 0xfff1 } };
	struct elf_tag tags[8];

	made_begin(m, f->wide, f->be, type, f->machine);
	unsigned sym = made_symbols(m, true, s, COUNT(s));
	unsigned code = made_hex(m, ".text", SHF_ALLOC | SHF_EXECINSTR, "90 90 c3 00");
	unsigned rela = made_rels(m, ".rela.dyn", true, SHF_ALLOC, 2);
	unsigned data =
	    made_hex(m, ".data", SHF_ALLOC | SHF_WRITE, "00 01 02 03 04 05 06 07 08");
	/* not in order: they are sorted */
	made_rels_fill(m, rela,
	    (struct made_rel[]){
		{ m->sec[data].addr + 8, 5, 1, 2 }, { m->sec[data].addr, 6, 7, 1 } },
	    2);
	made_poke(m, m->sec[sym].off + 2 * m->sec[sym].entsize + (f->wide ? 8 : 4),
	    made_word(m), m->sec[code].addr);
	size_t n = 0;
	tags[n++] = (struct elf_tag){ 6, m->sec[sym].addr };
	tags[n++] = (struct elf_tag){ DT_STRTAB, m->sec[sym + 1].addr };
	tags[n++] = (struct elf_tag){ DT_STRSZ, m->sec[sym + 1].size };
	tags[n++] = (struct elf_tag){ DT_RELA, m->sec[rela].addr };
	tags[n++] = (struct elf_tag){ DT_RELASZ, m->sec[rela].size };
	tags[n++] = (struct elf_tag){ DT_SONAME, 1 };
	unsigned dynamic = made_dynamic(m, tags, n);
	made_segment(m, PT_LOAD, 7, sym, dynamic);
	made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
	m->entry = m->sec[code].addr + 1;
}

TEST(headers)
{
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct made *m = &(struct made){ 0 };
		struct opened o;

		ROW("%s", forms[i].name);
		make(m, &forms[i], ET_DYN);
		m->eflags = 0x12345678;
		m->osabi = 3;
		if (EQ_U(open_in(&o, made_end(m), 1 << 20), OK)) {
			EQ_U(o.e.wide, forms[i].wide);
			EQ_U(o.e.be, forms[i].be);
			EQ_U(o.e.type, ET_DYN);
			EQ_U(o.e.machine, forms[i].machine);
			EQ_U(o.e.m->machine, forms[i].machine);
			EQ_U(o.e.entry, m->entry);
			EQ_U(o.e.eflags, 0x12345678);
			EQ_U(o.e.osabi, 3);
			EQ_U(o.e.nsec, 8);
			EQ_U(o.e.nseg, 2);
			EQ_U(o.e.notes, 0);
			EQ_B(o.e.sec[3].name, BYTES_LIT(".text"));
			EQ_B(o.e.sec[3].data, test_hex("9090c300"));
			EQ_U(o.e.sec[3].addr, m->sec[3].addr);
		}
		arena_done(&o.arena);
	}
}

TEST(places)
{
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct made *m = &(struct made){ 0 };
		struct opened o;

		ROW("%s", forms[i].name);
		make(m, &forms[i], ET_DYN);
		if (!EQ_U(open_in(&o, made_end(m), 1 << 20), OK))
			return;
		const struct elf_sec *text = elf_sec_named(&o.e, ".text");
		uint64_t at = m->sec[3].addr;
		CHECK(text != NULL && elf_sec_at(&o.e, at) == text);
		CHECK(elf_sec_at(&o.e, at + 3) == text);
		CHECK(elf_sec_at(&o.e, at + 4) != text);
		CHECK(elf_sec_at(&o.e, 1) == NULL);
		CHECK(elf_sec_at(&o.e, UINT64_MAX) == NULL);
		EQ_B(elf_bytes_at(&o.e, at + 2, 100), test_hex("c300"));
		EQ_B(elf_bytes_at(&o.e, at + 2, 1), test_hex("c3"));
		EQ_U(elf_bytes_at(&o.e, 1, 1).n, 0);
		EQ_B(elf_loaded(&o.e, at, 2), test_hex("9090"));
		EQ_U(elf_loaded(&o.e, 1, 2).n, 0);
		CHECK(elf_sec_of_type(&o.e, SHT_DYNAMIC) ==
		      elf_sec_named(&o.e, ".dynamic"));
		CHECK(elf_sec_of_type(&o.e, SHT_NOTE) == NULL);
		CHECK(elf_sec_named(&o.e, "") == NULL || o.e.nsec == 1);
		CHECK(elf_sec_starts(text, ".te") && !elf_sec_starts(text, ".text.x"));
		arena_done(&o.arena);
	}
}

TEST(tables)
{
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct made *m = &(struct made){ 0 };
		struct elf_dyn d;
		struct elf_sym s;
		struct opened o;
		size_t n;

		ROW("%s", forms[i].name);
		make(m, &forms[i], ET_DYN);
		if (!EQ_U(open_in(&o, made_end(m), 1 << 20), OK) ||
		    !EQ_U(elf_load(&o.e, NULL), OK))
			return;
		EQ_U(o.e.dynsym.n, 4);
		CHECK(elf_sym_at(&o.e, &o.e.dynsym, 1, &s));
		EQ_B(s.name, BYTES_LIT("outside"));
		EQ_U(s.shndx, 0);
		CHECK(elf_sym_at(&o.e, &o.e.dynsym, 2, &s));
		EQ_B(s.name, BYTES_LIT("inside"));
		EQ_U(s.value, m->sec[3].addr);
		EQ_U(s.size, 3);
		EQ_U(s.info, 0x12);
		EQ_U(s.other, 2);
		EQ_U(s.shndx, 3);
		CHECK(!elf_sym_at(&o.e, &o.e.dynsym, 4, &s));
		CHECK(!elf_sym_at(&o.e, &o.e.symtab, 0, &s));
		EQ_U(o.e.nrel, 2);
		EQ_U(o.e.rel[0].at, m->sec[5].addr);
		EQ_U(o.e.rel[0].addend, 6);
		EQ_U(o.e.rel[0].type, 7);
		EQ_U(o.e.rel[0].sym, 1);
		EQ_U(o.e.rel[1].at, m->sec[5].addr + 8);
		EQ_U(elf_rels(&o.e, m->sec[5].addr + 1, m->sec[5].addr + 9, &n), 1);
		EQ_U(n, 1);
		EQ_U(elf_rels(&o.e, 0, UINT64_MAX, &n), 0);
		EQ_U(n, 2);
		CHECK(elf_rel_table(&o.e) == &o.e.dynsym);
		EQ_U(elf_dyn_open(&o.e, &d), OK);
		EQ_U(d.n, 6);
		EQ_U(elf_dyn_value(&d, DT_RELA), m->sec[4].addr);
		EQ_U(elf_dyn_value(&d, DT_NEEDED), 0);
		EQ_B(elf_dyn_name(&o.e, elf_dyn_value(&d, DT_SONAME)),
		    BYTES_LIT("outside"));
		EQ_U(elf_dyn_name(&o.e, 100000).n, 0);
		arena_done(&o.arena);
	}
}

/* Objects have no addresses: sections get some, and symbols with them. */
TEST(relocatable)
{
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct made *m = &(struct made){ 0 };
		struct elf_sym s;
		struct opened o;

		ROW("%s", forms[i].name);
		made_begin(m, forms[i].wide, forms[i].be, ET_REL, forms[i].machine);
		made_hex(m, ".text", SHF_ALLOC | SHF_EXECINSTR, "90 c3");
		made_hex(m, ".data", SHF_ALLOC | SHF_WRITE, "01 02 03 04 05 06 07 08");
		unsigned rel = made_rels(m, ".rela.data", true, 0, 1);
		made_rels_fill(m, rel, &(struct made_rel){ 4, 9, 1, 1 }, 1);
		m->sec[rel].info = 2;
		made_symbols(m, false, &(struct made_sym){ "f", 1, 1, 0x12, 0, 1 }, 1);
		if (!EQ_U(open_in(&o, made_end(m), 1 << 20), OK) ||
		    !EQ_U(elf_load(&o.e, NULL), OK))
			return;
		CHECK(o.e.sec[1].addr != 0 && o.e.sec[2].addr > o.e.sec[1].addr);
		CHECK(elf_sym_at(&o.e, &o.e.symtab, 1, &s));
		EQ_U(s.value, o.e.sec[1].addr + 1);
		EQ_U(o.e.nrel, 1);
		EQ_U(o.e.rel[0].at, o.e.sec[2].addr + 4);
		CHECK(elf_rel_table(&o.e) == &o.e.symtab);
		CHECK(!o.e.code_rels);
		arena_done(&o.arena);
	}
}

/* SHT_RELR: one address, then a map of the words behind it. */
TEST(relr)
{
	for (size_t i = 0; i < 1; i++) {
		struct made *m = &(struct made){ 0 };
		struct opened o;

		made_begin(m, true, false, ET_DYN, 62);
		unsigned data = made_section(
		    m, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 64);
		unsigned relr =
		    made_section(m, ".relr.dyn", SHT_RELR, SHF_ALLOC, NULL, 16);
		made_poke(m, m->sec[relr].off, 8, m->sec[data].addr);
		made_poke(m, m->sec[relr].off + 8, 8, 1 | 1 << 1 | 1 << 3);
		made_poke(m, m->sec[data].off + 8, 8, 0x777);
		unsigned dynamic = made_dynamic(m,
		    (struct elf_tag[]){
			{ DT_RELR, m->sec[relr].addr }, { DT_RELRSZ, 16 } },
		    2);
		made_segment(m, PT_LOAD, 6, data, dynamic);
		made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
		if (!EQ_U(open_in(&o, made_end(m), 1 << 20), OK) ||
		    !EQ_U(elf_load(&o.e, NULL), OK))
			return;
		EQ_U(o.e.nrel, 3);
		EQ_U(o.e.rel[0].at, m->sec[data].addr);
		EQ_U(o.e.rel[1].at, m->sec[data].addr + 8);
		EQ_U(o.e.rel[1].addend, 0x777);
		EQ_U(o.e.rel[1].type, o.e.m->relative);
		EQ_U(o.e.rel[2].at, m->sec[data].addr + 24);
		arena_done(&o.arena);
	}
}

/* ARM: the lowest bit of a function's address is no part of it. */
TEST(thumb)
{
	static const struct {
		uint16_t machine;
		uint64_t entry, value;
		bool thumb, all;
	} rows[] = {
		{ 40, 0x8001, 0x8001, true, true },
		{ 40, 0x8000, 0x8000, false, false },
		{ 3, 0x8001, 0x8001, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made *m = &(struct made){ 0 };
		struct elf_sym s;
		struct opened o;

		ROW("%zu", i);
		made_begin(m, false, false, ET_EXEC, rows[i].machine);
		made_hex(m, ".text", SHF_ALLOC | SHF_EXECINSTR, "7047 7047");
		made_symbols(
		    m, false, &(struct made_sym){ "f", rows[i].value, 2, 0x12, 0, 1 }, 1);
		m->entry = rows[i].entry;
		if (!EQ_U(open_in(&o, made_end(m), 1 << 20), OK) ||
		    !EQ_U(elf_load(&o.e, NULL), OK))
			return;
		CHECK(elf_sym_at(&o.e, &o.e.symtab, 1, &s));
		EQ_U(s.thumb, rows[i].thumb);
		EQ_U(s.value, rows[i].machine == 40 ? 0x8000 : rows[i].value);
		EQ_U(o.e.thumb, rows[i].all);
		EQ_U(elf_code_at(&o.e, rows[i].entry), s.value);
		arena_done(&o.arena);
	}
	EQ_U(elf_prel31(0x7fffffff), UINT64_MAX);
	EQ_U(elf_prel31(0x80000010), 0x10);
	EQ_U(elf_prel31(0x40000000), (uint64_t)-0x40000000);
}

/* What PowerPC64's and ARM's code counts from. */
TEST(base)
{
	static const struct {
		uint16_t machine, type;
		bool wide;
		int64_t from_got; /* -1: unknown */
	} rows[] = {
		{ 21, ET_DYN, true, 0x8000 },
		{ 21, ET_REL, true, -1 },
		{ 20, ET_DYN, false, -1 },
		{ 62, ET_DYN, true, -1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made *m = &(struct made){ 0 };
		struct opened o;

		ROW("machine %u, type %u", rows[i].machine, rows[i].type);
		made_begin(m, rows[i].wide, false, rows[i].type, rows[i].machine);
		unsigned got =
		    made_hex(m, ".got", SHF_ALLOC | SHF_WRITE, "00 00 00 00 00 00 00 00");
		if (!EQ_U(open_in(&o, made_end(m), 1 << 20), OK) ||
		    !EQ_U(elf_load(&o.e, NULL), OK))
			return;
		EQ_U(o.e.base, rows[i].from_got < 0
				   ? 0
				   : m->sec[got].addr + (uint64_t)rows[i].from_got);
		arena_done(&o.arena);
	}
}

struct lie {
	const char *name;
	unsigned at, size; /* of the header's field, of a 64-bit file */
	uint64_t value;
	uint32_t note; /* all that must be noted */
};

/* clang-format off */
static const struct lie lies[] = {
	{ "sections beyond the end",   40, 8, 0xffffff00, ELF_CUT },
	{ "sections at the very end",  40, 8, UINT64_MAX, ELF_CUT },
	{ "more sections than there are", 60, 2, 0x7000, ELF_CUT },
	{ "segments beyond the end",   32, 8, 0xffffff00, ELF_CUT },
	{ "more segments than there are", 56, 2, 0xfffe, ELF_CUT | ELF_TOO_MANY },
	{ "so many that a section tells", 56, 2, 0xffff, ELF_TOO_MANY },
	{ "a segment that is longer",  64 + 32, 8, 0x100000, ELF_CUT },
	{ "a segment at the end of all", 64 + 8, 8, UINT64_MAX, ELF_CUT },
	{ "loaded from elsewhere",     64 + 8, 8, 0x210, ELF_DISAGREE },
	{ "loaded to elsewhere",       64 + 16, 8, 0x90000, ELF_DISAGREE },
};
/* clang-format on */

TEST(lies)
{
	for (size_t i = 0; i < COUNT(lies); i++) {
		struct made *m = &(struct made){ 0 };
		struct opened o;

		ROW("%s", lies[i].name);
		make(m, &forms[0], ET_DYN);
		struct bytes file = test_copy(made_end(m));
		for (unsigned k = 0; k < lies[i].size; k++)
			((uint8_t *)(uintptr_t)file.p)[lies[i].at + k] =
			    (uint8_t)(lies[i].value >> 8 * k);
		EQ_U(open_in(&o, file, 1 << 22), OK);
		EQ_U(o.e.notes & lies[i].note, lies[i].note);
		EQ_U(elf_load(&o.e, NULL), OK);
		arena_done(&o.arena);
	}
}

/* No ELF header, and a memory that is too small at every step. */
TEST(refused)
{
	static const char *const none[] = { "", "7f454c", "7f454c46", "7f454c46 00 01",
		"7f454c46 03 01 01", "7f454c46 02 03 01", "4d5a" };
	struct made *m = &(struct made){ 0 };
	struct opened o;

	for (size_t i = 0; i < COUNT(none); i++) {
		ROW("%s", none[i]);
		EQ_U(open_in(&o, test_hex(none[i]), 1 << 20), ERR_FORMAT);
		arena_done(&o.arena);
	}
	make(m, &forms[0], ET_DYN);
	struct bytes file = made_end(m);
	bool whole = false;
	for (size_t budget = 0; budget < 8192; budget += 64) {
		ROW("%zu bytes", budget);
		enum err e = open_in(&o, file, budget);
		if (e == OK)
			e = elf_load(&o.e, NULL);
		CHECK(e == OK || e == ERR_LIMIT);
		CHECK(!whole || e == OK);
		whole |= e == OK;
		arena_done(&o.arena);
	}
	CHECK(whole);
}

/* Tables that lie outside of the file, and no memory even for none of them. */
TEST(no_room_for_tables_that_are_not_there)
{
	static const unsigned places[] = { 32, 40 }; /* of e_phoff and e_shoff */

	for (size_t i = 0; i < COUNT(places); i++) {
		uint8_t b[64] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
		struct opened o;

		put_le16(b + 16, ET_DYN);
		put_le64(b + places[i], 1000);
		put_le16(b + 54, 56);
		put_le16(b + 56, 3);
		put_le16(b + 58, 64);
		put_le16(b + 60, 3);
		ROW("%u", places[i]);
		EQ_U(
		    open_in(&o, test_copy((struct bytes){ b, sizeof(b) }), 0), ERR_LIMIT);
		arena_done(&o.arena);
		CHECK(open_in(&o, test_copy((struct bytes){ b, sizeof(b) }), 1 << 20) ==
		      OK);
		CHECK((o.e.notes & ELF_CUT) != 0);
		arena_done(&o.arena);
	}
}

/* Only some addresses count: those in spans, and what reaches into them. */
TEST(near)
{
	static const struct elf_span spans[] = { { 100, 200 }, { 400, 500 } };
	static const struct {
		uint64_t at, size;
		bool near;
	} rows[] = {
		{ 150, 1, true },
		{ 99, 1, true },
		{ 98, 1, false },
		{ 200, 0, true },
		{ 201, 100, false },
		{ 201, 200, true },
		{ 450, 0, true },
		{ 501, UINT64_MAX, false },
		{ 0, UINT64_MAX, true },
	};
	struct elf e = { .span = spans, .nspan = COUNT(spans) };

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%llu+%llu", (unsigned long long)rows[i].at,
		    (unsigned long long)rows[i].size);
		EQ_U(elf_near(&e, rows[i].at, rows[i].size), rows[i].near);
	}
	e.nspan = 0;
	CHECK(elf_near(&e, 1000, 1));
}

static unsigned calls;

static void
count(struct bytes part)
{
	calls += part.n == 5;
}

TEST(giving_back)
{
	struct elf e = { .file = BYTES_LIT("12345") };
	uint64_t sum = 0;

	elf_passed(&e);
	elf_looked(&e, &sum, ELF_LOOK); /* nobody to tell */
	EQ_U(sum, 0);
	e.passed = count;
	for (unsigned i = 0; i < 10; i++)
		elf_looked(&e, &sum, ELF_LOOK / 4);
	EQ_U(calls, 2);
	EQ_U(sum, ELF_LOOK / 2);
}
