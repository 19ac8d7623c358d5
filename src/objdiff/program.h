/*
 * program.h - for tests: a small x86-64 program, each part of which a test may change.
 *
 * main takes the address of a text, calls helper and then puts through a slot; helper
 * returns a constant; run is exported, as are the variables table and counter. A field
 * that is 0 or NULL means what the program has by itself.
 */
#pragma once

#include "objdiff/made.h"

struct plan {
	/* header and segments */
	uint16_t type;
	uint8_t osabi;
	uint32_t eflags, stack, text_rights, build_id;
	const char *interp, *comment, *note, *data, *text, *import, *export, *debug,
	    *outside;
	const char *needed, *soname, *runpath, *more_needed;
	uint64_t flags_1, entry_off, bss, relro;
	uint8_t constant;    /* of helper */
	uint8_t export_info; /* binding << 4 | type */
	bool shift;          /* one more function, in front */
	bool no_symbols, no_sections, swapped, call_other, more_init;
	unsigned pad; /* bytes 0x90 behind main */
};

static inline const char *
plan_or(const char *s, const char *otherwise)
{
	return s ? s : otherwise;
}

#define MAIN 19 /* bytes */

struct code {
	uint8_t b[256];
	size_t n;
	uint64_t main, helper, run, shift;
};

/* Bytes in hexadecimal at the end. */
static inline void
code_put(struct code *c, const char *hex)
{
	struct bytes b = test_hex(hex);

	memcpy(c->b + c->n, b.p, b.n);
	c->n += b.n;
}

/* The last four bytes become the distance from here to an address. */
static inline void
code_to(struct code *c, uint64_t at, uint64_t to)
{
	put_le32(c->b + c->n - 4, (uint32_t)(to - (at + c->n)));
}

/* mov eax, 7; ret */
static inline void
code_helper(struct code *c, const struct plan *p)
{
	c->helper = c->n;
	code_put(c, "b8 07000000 c3");
	if (p->constant)
		c->b[c->n - 5] = p->constant;
}

/* lea rdi, text; call helper; call *slot; ret */
static inline void
code_main(struct code *c, const struct plan *p, uint64_t at, uint64_t text, uint64_t slot)
{
	c->main = c->n;
	code_put(c, "48 8d 3d 00000000");
	code_to(c, at, text);
	code_put(c, "e8 00000000");
	code_to(c, at, at + (p->call_other ? c->run : c->helper));
	code_put(c, "ff 15 00000000");
	code_to(c, at, slot);
	code_put(c, "c3");
	for (unsigned i = 0; i < p->pad; i++)
		code_put(c, "90");
}

/* at: the address of the code. */
static inline void
code_make(struct code *c, const struct plan *p, uint64_t at, uint64_t text, uint64_t slot)
{
	*c = (struct code){ 0 };
	if (p->shift)
		code_put(c, "8d 47 05 0f af c7 c3");
	c->run = c->n;
	code_put(c, "31 c0 ff c0 c3");
	if (!p->swapped)
		code_helper(c, p);
	else
		c->helper = c->n + MAIN;
	code_main(c, p, at, text, slot);
	if (p->swapped)
		code_helper(c, p);
}

/* The build id, and a note of another name where the plan has one. */
static inline void
program_notes(struct made *m, const struct plan *p)
{
	uint8_t id[24] = { 4, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 1, 2, 3,
		4 };
	uint8_t note[32] = { 4, 0, 0, 0, 8, 0, 0, 0, 5, 0, 0, 0, 'G', 'N', 'U', 0, 7 };

	put_le32(id + 20, p->build_id);
	made_section(m, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, id, sizeof(id));
	if (p->note != NULL)
		made_section(m, p->note, SHT_NOTE, SHF_ALLOC, note, sizeof(note));
}

/* The file, freed at the end of the test. */
static inline struct bytes
program(const struct plan *p)
{
	struct made *m = &(struct made){ 0 };
	struct code c;
	uint64_t dynstr, text, slot;
	unsigned rela, got, code, array, first, data, dynamic, sym;

	made_begin(m, true, false, p->type ? p->type : ET_DYN, 62);
	m->osabi = p->osabi;
	m->eflags = p->eflags;
	first = made_text(
	    m, ".interp", SHT_PROGBITS, SHF_ALLOC, plan_or(p->interp, "/lib/ld.so"));
	made_segment(m, PT_INTERP, 4, first, first);
	program_notes(m, p);
	text =
	    made_text(m, ".rodata", SHT_PROGBITS, SHF_ALLOC, plan_or(p->text, "hello"));
	text = m->sec[text].addr;

	/* symbols come with names for the dynamic section behind them */
	struct made_sym s[] = {
		{ plan_or(p->import, "puts"), 0, 0, 0x12, 0, 0 },
		{ plan_or(p->export, "run"), 0, 5, p->export_info ? p->export_info : 0x12,
		    0, 1 },
		{ "table", 0, 8, 0x11, 0, 1 },
		{ plan_or(p->needed, "libc.so.6"), 0, 0, 0x10, 0, 0 },
		{ plan_or(p->soname, "libme.so"), 0, 0, 0x10, 0, 0 },
		{ plan_or(p->runpath, "/usr/lib/me"), 0, 0, 0x10, 0, 0 },
		{ plan_or(p->more_needed, "libm.so.6"), 0, 0, 0x10, 0, 0 },
	};
	sym = made_symbols(m, true, s, COUNT(s));
	/* only the first three are symbols; the others lent their names */
	m->sec[sym].size = 4 * 24;
	dynstr = m->sec[sym + 1].addr;
	uint64_t name[COUNT(s)], at = 1;
	for (size_t i = 0; i < COUNT(s); i++) {
		name[i] = at;
		at += strlen(s[i].name) + 1;
	}
	rela = made_rels(m, ".rela.dyn", true, SHF_ALLOC, 2);
	got = made_section(m, ".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 16);
	slot = m->sec[got].addr;
	m->n = (m->n + 15) & ~(size_t)15;
	code_make(&c, p, MADE_BASE + m->n, text, slot);
	code =
	    made_section(m, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, c.b, c.n);
	made_segment(m, PT_LOAD, p->text_rights ? p->text_rights : 5, first, code);
	array = made_section(
	    m, ".init_array", SHT_INIT_ARRAY, SHF_ALLOC | SHF_WRITE, NULL, 8);
	data = made_text(
	    m, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, plan_or(p->data, "1234567"));
	uint64_t at_code = m->sec[code].addr;
	made_rels_fill(m, rela,
	    (struct made_rel[]){ { slot, 0, 6, 1 },
		{ m->sec[array].addr, at_code + (p->more_init ? c.main : c.run), 8, 0 } },
	    2);
	made_poke(m, m->sec[sym].off + 2 * 24 + 8, 8, at_code + c.run);
	made_poke(m, m->sec[sym].off + 2 * 24 + 6, 2, code);
	made_poke(m, m->sec[sym].off + 3 * 24 + 8, 8, m->sec[data].addr);
	made_poke(m, m->sec[sym].off + 3 * 24 + 6, 2, data);
	struct elf_tag tags[12] = { { DT_NEEDED, name[3] }, { DT_SONAME, name[4] },
		{ DT_STRTAB, dynstr }, { DT_STRSZ, m->sec[sym + 1].size },
		{ 6, m->sec[sym].addr }, { DT_RELA, m->sec[rela].addr },
		{ DT_RELASZ, m->sec[rela].size }, { 25, m->sec[array].addr }, { 27, 8 } };
	size_t n = 9;
	if (p->flags_1)
		tags[n++] = (struct elf_tag){ 0x6ffffffb, p->flags_1 };
	if (p->runpath)
		tags[n++] = (struct elf_tag){ DT_RUNPATH, name[5] };
	if (p->more_needed)
		tags[n++] = (struct elf_tag){ DT_NEEDED, name[6] };
	dynamic = made_dynamic(m, tags, n);
	made_segment(m, PT_LOAD, 6, array, dynamic);
	made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
	made_segment(m, 0x6474e551, p->stack ? p->stack : 6, first, first);
	m->seg[m->nseg - 1].filesz = m->seg[m->nseg - 1].memsz = 0;
	if (p->relro)
		made_segment(m, 0x6474e552, 4, array, array);
	if (p->bss) {
		unsigned b =
		    made_section(m, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, NULL, 0);
		m->sec[b].size = p->bss;
	}
	if (p->outside != NULL) {
		made_text(m, "x", SHT_PROGBITS, 0, p->outside);
		m->nsec--;
	}
	made_text(m, ".comment", SHT_PROGBITS, 0, plan_or(p->comment, "GCC: 1"));
	if (p->debug != NULL)
		made_text(m, ".debug_str", SHT_PROGBITS, 0, p->debug);
	if (!p->no_symbols)
		made_symbols(m, false,
		    (struct made_sym[]){
			{ "main", at_code + c.main, MAIN + p->pad, 0x12, 0,
			    (uint16_t)code },
			{ "helper", at_code + c.helper, 6, 2, 0, (uint16_t)code },
			{ "run", at_code + c.run, 5, 0x12, 0, (uint16_t)code },
			{ p->shift ? "shift" : "aaa", at_code, p->shift ? 7 : 0,
			    p->shift ? 2 : 0, 0, (uint16_t)code },
		    },
		    4);
	m->entry = at_code + c.main + p->entry_off;
	if (p->no_sections) {
		m->nsec = 1;
		struct bytes b = made_end(m);
		((uint8_t *)(uintptr_t)b.p)[60] = 0; /* e_shnum, and where they are */
		memset((uint8_t *)(uintptr_t)b.p + 40, 0, 8);
		return b;
	}
	return made_end(m);
}
