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

/* What of the program the later parts need of the earlier ones. */
struct parts {
	struct made *m;
	const struct plan *p;
	struct code c;
	unsigned first, sym, rela, got, text, array, data, dynamic; /* sections */
	uint64_t name[7]; /* in the dynamic string table */
};

static inline uint64_t
part_at(const struct parts *x, unsigned section)
{
	return x->m->sec[section].addr;
}

/*
 * The dynamic symbols, which come with the names of the dynamic section: only the first
 * three are symbols, the others lent their names.
 */
static inline void
program_names(struct parts *x)
{
	const struct plan *p = x->p;
	const struct made_sym s[] = {
		{ plan_or(p->import, "puts"), 0, 0, 0x12, 0, 0 },
		{ plan_or(p->export, "run"), 0, 5, p->export_info ? p->export_info : 0x12,
		    0, 1 },
		{ "table", 0, 8, 0x11, 0, 1 },
		{ plan_or(p->needed, "libc.so.6"), 0, 0, 0x10, 0, 0 },
		{ plan_or(p->soname, "libme.so"), 0, 0, 0x10, 0, 0 },
		{ plan_or(p->runpath, "/usr/lib/me"), 0, 0, 0x10, 0, 0 },
		{ plan_or(p->more_needed, "libm.so.6"), 0, 0, 0x10, 0, 0 },
	};
	uint64_t at = 1;

	x->sym = made_symbols(x->m, true, s, COUNT(s));
	x->m->sec[x->sym].size = 4 * 24;
	for (size_t i = 0; i < COUNT(s); i++) {
		x->name[i] = at;
		at += strlen(s[i].name) + 1;
	}
}

/* What is read: up to and with the code. */
static inline void
program_text(struct parts *x)
{
	struct made *m = x->m;
	const struct plan *p = x->p;
	unsigned text;

	x->first = made_text(
	    m, ".interp", SHT_PROGBITS, SHF_ALLOC, plan_or(p->interp, "/lib/ld.so"));
	made_segment(m, PT_INTERP, 4, x->first, x->first);
	program_notes(m, p);
	text =
	    made_text(m, ".rodata", SHT_PROGBITS, SHF_ALLOC, plan_or(p->text, "hello"));
	program_names(x);
	x->rela = made_rels(m, ".rela.dyn", true, SHF_ALLOC, 2);
	x->got = made_section(m, ".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 16);
	m->n = (m->n + 15) & ~(size_t)15;
	code_make(&x->c, p, MADE_BASE + m->n, part_at(x, text), part_at(x, x->got));
	x->text = made_section(
	    m, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, x->c.b, x->c.n);
	made_segment(m, PT_LOAD, p->text_rights ? p->text_rights : 5, x->first, x->text);
}

/* What is written, and what the linker fills in there. */
static inline void
program_data(struct parts *x)
{
	struct made *m = x->m;
	uint64_t sym = m->sec[x->sym].off, code = part_at(x, x->text);

	x->array = made_section(
	    m, ".init_array", SHT_INIT_ARRAY, SHF_ALLOC | SHF_WRITE, NULL, 8);
	x->data = made_text(m, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
	    plan_or(x->p->data, "1234567"));
	made_rels_fill(m, x->rela,
	    (struct made_rel[]){ { part_at(x, x->got), 0, 6, 1 },
		{ part_at(x, x->array), code + (x->p->more_init ? x->c.main : x->c.run),
		    8, 0 } },
	    2);
	made_poke(m, sym + 2 * 24 + 8, 8, code + x->c.run);
	made_poke(m, sym + 2 * 24 + 6, 2, x->text);
	made_poke(m, sym + 3 * 24 + 8, 8, part_at(x, x->data));
	made_poke(m, sym + 3 * 24 + 6, 2, x->data);
}

/* The dynamic section, and the segments that a loader asks for. */
static inline void
program_dynamic(struct parts *x)
{
	struct made *m = x->m;
	const struct plan *p = x->p;
	struct elf_tag tags[12] = { { DT_NEEDED, x->name[3] }, { DT_SONAME, x->name[4] },
		{ DT_STRTAB, part_at(x, x->sym + 1) },
		{ DT_STRSZ, m->sec[x->sym + 1].size }, { 6, part_at(x, x->sym) },
		{ DT_RELA, part_at(x, x->rela) }, { DT_RELASZ, m->sec[x->rela].size },
		{ 25, part_at(x, x->array) }, { 27, 8 } };
	size_t n = 9;

	if (p->flags_1)
		tags[n++] = (struct elf_tag){ 0x6ffffffb, p->flags_1 };
	if (p->runpath)
		tags[n++] = (struct elf_tag){ DT_RUNPATH, x->name[5] };
	if (p->more_needed)
		tags[n++] = (struct elf_tag){ DT_NEEDED, x->name[6] };
	x->dynamic = made_dynamic(m, tags, n);
	made_segment(m, PT_LOAD, 6, x->array, x->dynamic);
	made_segment(m, PT_DYNAMIC, 6, x->dynamic, x->dynamic);
	made_segment(m, 0x6474e551, p->stack ? p->stack : 6, x->first, x->first);
	m->seg[m->nseg - 1].filesz = m->seg[m->nseg - 1].memsz = 0;
	if (p->relro)
		made_segment(m, 0x6474e552, 4, x->array, x->array);
}

/* What no loader maps, but for .bss. */
static inline void
program_rest(struct parts *x)
{
	struct made *m = x->m;
	const struct plan *p = x->p;
	uint64_t code = part_at(x, x->text);
	uint16_t in = (uint16_t)x->text;
	unsigned bss;

	if (p->bss) {
		bss = made_section(m, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, NULL, 0);
		m->sec[bss].size = p->bss;
	}
	if (p->outside != NULL) {
		made_text(m, "x", SHT_PROGBITS, 0, p->outside);
		m->nsec--;
	}
	made_text(m, ".comment", SHT_PROGBITS, 0, plan_or(p->comment, "GCC: 1"));
	if (p->debug != NULL)
		made_text(m, ".debug_str", SHT_PROGBITS, 0, p->debug);
	if (p->no_symbols)
		return;
	made_symbols(m, false,
	    (struct made_sym[]){
		{ "main", code + x->c.main, MAIN + p->pad, 0x12, 0, in },
		{ "helper", code + x->c.helper, 6, 2, 0, in },
		{ "run", code + x->c.run, 5, 0x12, 0, in },
		{ p->shift ? "shift" : "aaa", code, p->shift ? 7 : 0, p->shift ? 2 : 0, 0,
		    in },
	    },
	    4);
}

/* The file, freed at the end of the test. */
static inline struct bytes
program(const struct plan *p)
{
	struct made m = { 0 };
	struct parts x = { .m = &m, .p = p };
	struct bytes b;

	made_begin(&m, true, false, p->type ? p->type : ET_DYN, 62);
	m.osabi = p->osabi;
	m.eflags = p->eflags;
	program_text(&x);
	program_data(&x);
	program_dynamic(&x);
	program_rest(&x);
	m.entry = part_at(&x, x.text) + x.c.main + p->entry_off;
	m.nsec = p->no_sections ? 1 : m.nsec;
	b = made_end(&m);
	if (p->no_sections) {
		((uint8_t *)(uintptr_t)b.p)[60] = 0; /* e_shnum, and where they are */
		memset((uint8_t *)(uintptr_t)b.p + 40, 0, 8);
	}
	return b;
}
