/*
 * ref_test.c - what an instruction of each kind of file refers to: by distance, by plain
 * number where files lie at fixed addresses, by i386's distance from its table, by
 * relocation.
 */
#include "objdiff/ref.h"

#include "base/err.h"
#include "objdiff/made.h"

#define AT 0x5000 /* of the instruction, which need not lie in the file */

struct row {
	const char *name;
	uint16_t type, machine;
	bool wide, got; /* got: DT_PLTGOT names .data */
	const char *code;
	unsigned n;
	enum ref_kind kind;
	int64_t addr; /* from AT; of .data where in_data */
	bool in_data;
	const char *fixed;
};

/* The file's .data, of 0x400 bytes, lies at DATA. */
#define DATA (MADE_BASE + MADE_FIRST)

/* clang-format off */
static const struct row rows[] = {
	{ "call",               ET_DYN, 62, true, false, "e8 10000000", 1, REF_ADDR, 0x15, false, "e8 00000000" },
	{ "lea",                ET_DYN, 62, true, false, "48 8d 05 10000000", 1, REF_ADDR, 0x17, false, "48 8d 05 00000000" },
	{ "a number in a PIE",  ET_DYN, 62, true, false, "b8 10020100", 0, REF_NONE, 0, false, "b8 10020100" },
	{ "an address, fixed",  ET_EXEC, 62, true, false, "b8 10020100", 1, REF_ADDR, 0x10, true, "b8 00000000" },
	{ "a number, fixed",    ET_EXEC, 62, true, false, "b8 10020900", 0, REF_NONE, 0, false, "b8 10020900" },
	{ "an address of i386", ET_EXEC, 3, false, false, "a1 20020100", 1, REF_ADDR, 0x20, true, "a1 00000000" },
	{ "a byte is none",     ET_EXEC, 3, false, false, "83 c0 10", 0, REF_NONE, 0, false, "83 c0 10" },
	/* lea eax, [ebx + 0x200]: with a table it is perhaps what lies there */
	{ "beside the table",   ET_DYN, 3, false, true, "8d 83 00020000", 1, REF_MAYBE, 0x200, true, "8d 83 00000000" },
	{ "too near to tell",   ET_DYN, 3, false, true, "8d 83 40000000", 0, REF_NONE, 0, false, "8d 83 40000000" },
	{ "outside of all",     ET_DYN, 3, false, true, "8d 83 00002000", 0, REF_NONE, 0, false, "8d 83 00002000" },
	{ "without a table",    ET_DYN, 3, false, false, "8d 83 00020000", 0, REF_NONE, 0, false, "8d 83 00020000" },
	/* jmp *0x10(%ebx): a stub, however near */
	{ "a stub's slot",      ET_DYN, 3, false, true, "ff a3 10000000", 1, REF_MAYBE, 0x10, true, "ff a3 00000000" },
	/* add ebx, DATA - AT: the table itself */
	{ "the table",          ET_DYN, 3, false, true, "81 c3 00b20000", 1, REF_MAYBE, 0, true, "81 c3 00000000" },
	{ "nearly the table",   ET_DYN, 3, false, true, "81 c3 04b20000", 0, REF_NONE, 0, false, "81 c3 04b20000" },
};
/* clang-format on */

struct opened {
	struct arena arena;
	struct elf e;
};

static bool
open_file(struct opened *o, const struct row *r)
{
	struct made *m = &(struct made){ 0 };

	made_begin(m, r->wide, false, r->type, r->machine);
	unsigned data =
	    made_section(m, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 0x400);
	unsigned dynamic = made_dynamic(
	    m, &(struct elf_tag){ r->got ? DT_PLTGOT : DT_NEEDED, m->sec[data].addr }, 1);
	made_segment(m, PT_LOAD, 6, data, dynamic);
	made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
	arena_init(&o->arena, 1 << 20);
	return EQ_U(m->sec[data].addr, DATA) &&
	       EQ_U(elf_open(made_end(m), &o->arena, &o->e), OK) &&
	       EQ_U(elf_load(&o->e, NULL), OK);
}

TEST(instructions)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct ref ref[REFS_MAX];
		struct opened o;
		struct insn x;

		ROW("%s", r->name);
		if (open_file(&o, r)) {
			struct insn_run run = elf_run(&o.e, false);

			insn_next(&run, test_hex(r->code), 0, AT, &x);
			if (EQ_U(ref_of_insn(&o.e, AT, &x, ref), r->n) && r->n) {
				EQ_U(ref[0].kind, r->kind);
				EQ_U(ref[0].addr,
				    (r->in_data ? DATA : AT) + (uint64_t)r->addr);
			}
			EQ_B(((struct bytes){ x.fixed, x.len }), test_hex(r->fixed));
		}
		arena_done(&o.arena);
	}
}

struct relocated {
	const char *name;
	struct made_rel rel; /* at: from the code's begin */
	enum ref_kind kind;
	int64_t addr; /* from .text, of REF_ADDR */
	const char *symbol;
	uint64_t addend;
};

/* clang-format off */
static const struct relocated relocs[] = {
	{ "to a section, by distance", { 1, (uint64_t)-4 + 6, 2, 1 }, REF_ADDR, 6, NULL, 0 },
	{ "to somebody else's",        { 1, (uint64_t)-4, 4, 2 }, REF_NAME, 0, "outside", 0 },
	{ "and behind it",             { 1, 12, 4, 2 }, REF_NAME, 0, "outside", 16 },
	{ "to no symbol at all",       { 1, 0, 4, 99 }, REF_NAME, 0, "", 4 },
};
/* clang-format on */

/* Objects: relocations tell, and what stands in the code says nothing. */
TEST(relocations)
{
	for (size_t i = 0; i < COUNT(relocs); i++) {
		const struct relocated *r = &relocs[i];
		struct made *m = &(struct made){ 0 };
		struct ref ref[REFS_MAX];
		struct opened o;
		struct insn x;

		ROW("%s", r->name);
		made_begin(m, true, false, ET_REL, 62);
		unsigned text =
		    made_hex(m, ".text", SHF_ALLOC | SHF_EXECINSTR, "e8 00000000 c3 90");
		unsigned rela = made_rels(m, ".rela.text", true, 0, 1);
		m->sec[rela].info = text;
		made_rels_fill(m, rela, &r->rel, 1);
		made_symbols(m, false,
		    (struct made_sym[]){ { "", 0, 0, 3, 0, (uint16_t)text },
			{ "outside", 0, 0, 0x10, 0, 0 } },
		    2);
		arena_init(&o.arena, 1 << 20);
		if (EQ_U(elf_open(made_end(m), &o.arena, &o.e), OK) &&
		    EQ_U(elf_load(&o.e, NULL), OK)) {
			const struct elf_sec *s = elf_sec_named(&o.e, ".text");
			struct insn_run run = elf_run(&o.e, false);

			CHECK(o.e.code_rels && run.relocated);
			insn_next(&run, s->data, 0, s->addr, &x);
			if (EQ_U(ref_of_insn(&o.e, s->addr, &x, ref), 1)) {
				EQ_U(ref[0].kind, r->kind);
				CHECK(ref[0].call);
				if (r->kind == REF_ADDR)
					EQ_U(ref[0].addr, s->addr + (uint64_t)r->addr);
				else if (r->symbol[0] != 0)
					EQ_U(ref[0].addend, r->addend);
				if (r->symbol != NULL)
					EQ_B(ref[0].name, bytes_of(r->symbol));
			}
		}
		arena_done(&o.arena);
	}
}
