/*
 * made.h - for tests: ELF files made by hand, of any class, byte order and machine, so
 * that tests of other machines need no compiler and tests of headers say each field.
 *
 * Sections are put one behind the other; loaded ones lie at MADE_BASE plus their offset
 * in the file, so one segment maps them all. Who needs the address of a section that
 * comes later puts zeros and patches them.
 */
#pragma once

#include <string.h>

#include "objdiff/elf.h"
#include "objdiff/elf_dyn.h"
#include "tests/tap.h"

#define MADE_BASE  UINT64_C(0x10000)
#define MADE_SIZE  32768
#define MADE_FIRST 0x200u /* headers of program and segments come before */

struct made_sec {
	const char *name;
	uint64_t flags, addr, off, size, entsize;
	uint32_t type, link, info;
};

struct made_seg {
	uint64_t off, vaddr, filesz, memsz;
	uint32_t type, flags;
};

struct made_sym {
	const char *name;
	uint64_t value, size;
	uint8_t info; /* binding << 4 | type */
	uint8_t other;
	uint16_t shndx;
};

struct made {
	uint8_t b[MADE_SIZE];
	size_t n;
	bool wide, be;
	uint16_t type, machine, shstrndx;
	uint8_t osabi;
	uint32_t eflags;
	uint64_t entry;
	struct made_sec sec[24];
	unsigned nsec;
	struct made_seg seg[8];
	unsigned nseg;
};

static inline void
made_begin(struct made *m, bool wide, bool be, uint16_t type, uint16_t machine)
{
	memset(m, 0, sizeof(*m));
	m->n = MADE_FIRST;
	m->wide = wide;
	m->be = be;
	m->type = type;
	m->machine = machine;
	m->nsec = 1;
}

/* size bytes of v at off, in the file's order. */
static inline void
made_poke(struct made *m, uint64_t off, unsigned size, uint64_t v)
{
	if (!CHECK(off + size <= MADE_SIZE))
		return;
	for (unsigned i = 0; i < size; i++)
		m->b[off + i] = (uint8_t)(v >> 8 * (m->be ? size - 1 - i : i));
}

static inline unsigned
made_word(const struct made *m)
{
	return m->wide ? 8 : 4;
}

/* n bytes at the end of the file, zeros when p is NULL, and a header for them. */
static inline unsigned
made_section(struct made *m, const char *name, uint32_t type, uint64_t flags,
    const void *p, size_t n)
{
	unsigned i = m->nsec;

	m->n = (m->n + 15) & ~(size_t)15;
	if (!CHECK(i < COUNT(m->sec)) || !CHECK(n <= MADE_SIZE - m->n))
		return 0;
	m->sec[i] = (struct made_sec){ .name = name,
		.type = type,
		.flags = flags,
		.off = m->n,
		.size = n,
		.addr = flags & SHF_ALLOC && m->type != ET_REL ? MADE_BASE + m->n : 0 };
	if (type != SHT_NOBITS) {
		if (p != NULL)
			memcpy(m->b + m->n, p, n);
		m->n += n;
	}
	m->nsec++;
	return i;
}

static inline unsigned
made_text(struct made *m, const char *name, uint32_t type, uint64_t flags, const char *s)
{
	return made_section(m, name, type, flags, s, strlen(s) + 1);
}

/* Code or data as "e8 00000000 c3". */
static inline unsigned
made_hex(struct made *m, const char *name, uint64_t flags, const char *hex)
{
	struct bytes b = test_hex(hex);

	return made_section(m, name, SHT_PROGBITS, flags, b.p, b.n);
}

static inline void
made_segment(struct made *m, uint32_t type, uint32_t flags, unsigned first, unsigned last)
{
	const struct made_sec *a = &m->sec[first], *b = &m->sec[last];
	uint64_t n = b->off + (b->type == SHT_NOBITS ? 0 : b->size) - a->off;

	if (CHECK(m->nseg < COUNT(m->seg)))
		m->seg[m->nseg++] = (struct made_seg){ .type = type,
			.flags = flags,
			.off = a->off,
			.vaddr = a->addr,
			.filesz = n,
			.memsz = b->addr + b->size - a->addr };
}

/* A name at the end of a table of names; its length with the NUL. */
static inline size_t
made_name(uint8_t *names, size_t at, size_t room, const char *name)
{
	size_t n = strlen(name) + 1;

	if (CHECK(n <= room - at))
		memcpy(names + at, name, n);
	return n;
}

/* A table of n symbols behind the null one, and its names as the next section. */
static inline unsigned
made_symbols(struct made *m, bool dynamic, const struct made_sym *s, size_t n)
{
	uint8_t names[1024] = { 0 };
	size_t at = 1, step = m->wide ? 24 : 16;
	uint64_t flags = dynamic ? SHF_ALLOC : 0;
	unsigned i = made_section(m, dynamic ? ".dynsym" : ".symtab",
	    dynamic ? SHT_DYNSYM : SHT_SYMTAB, flags, NULL, (n + 1) * step);

	for (size_t k = 0; k < n; k++) {
		uint64_t off = m->sec[i].off + (k + 1) * step, value = off + 8;
		unsigned word = made_word(m);

		made_poke(m, off, 4, at);
		if (!m->wide)
			value = off + 4;
		made_poke(m, value, word, s[k].value);
		made_poke(m, value + word, word, s[k].size);
		off += m->wide ? 4 : 12;
		made_poke(m, off, 1, s[k].info);
		made_poke(m, off + 1, 1, s[k].other);
		made_poke(m, off + 2, 2, s[k].shndx);
		at += made_name(names, at, sizeof(names), s[k].name);
	}
	m->sec[i].entsize = step;
	m->sec[i].info = 1;
	m->sec[i].link = made_section(
	    m, dynamic ? ".dynstr" : ".strtab", SHT_STRTAB, flags, names, at);
	return i;
}

struct made_rel {
	uint64_t at, addend;
	uint32_t type, sym;
};

static inline void
made_rels_fill(struct made *m, unsigned i, const struct made_rel *r, size_t n)
{
	uint64_t off = m->sec[i].off;
	unsigned word = made_word(m);
	bool rela = m->sec[i].type == SHT_RELA;

	for (size_t k = 0; k < n; k++) {
		uint64_t info = m->wide ? (uint64_t)r[k].sym << 32 | r[k].type
					: r[k].sym << 8 | r[k].type;
		made_poke(m, off, word, r[k].at);
		made_poke(m, off + word, word, info);
		if (rela)
			made_poke(m, off + 2 * word, word, r[k].addend);
		off += word * (rela ? 3 : 2);
	}
}

static inline unsigned
made_rels(struct made *m, const char *name, bool rela, uint64_t flags, size_t n)
{
	unsigned step = made_word(m) * (rela ? 3 : 2);
	unsigned i =
	    made_section(m, name, rela ? SHT_RELA : SHT_REL, flags, NULL, n * step);

	m->sec[i].entsize = step;
	return i;
}

/* The dynamic section; a tag of 0 ends it and is put, too. */
static inline unsigned
made_dynamic(struct made *m, const struct elf_tag *t, size_t n)
{
	unsigned word = made_word(m);
	unsigned i = made_section(
	    m, ".dynamic", SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE, NULL, (n + 1) * 2 * word);

	for (size_t k = 0; k < n; k++) {
		made_poke(m, m->sec[i].off + k * 2 * word, word, t[k].tag);
		made_poke(m, m->sec[i].off + k * 2 * word + word, word, t[k].value);
	}
	m->sec[i].entsize = 2 * (uint64_t)word;
	return i;
}

static inline void
made_header(struct made *m, uint64_t shoff)
{
	unsigned word = made_word(m), at = 24;

	memcpy(m->b, "\177ELF", 4);
	m->b[4] = m->wide ? 2 : 1;
	m->b[5] = m->be ? 2 : 1;
	m->b[6] = 1;
	m->b[7] = m->osabi;
	made_poke(m, 16, 2, m->type);
	made_poke(m, 18, 2, m->machine);
	made_poke(m, 20, 4, 1);
	made_poke(m, at, word, m->entry);
	made_poke(m, at + word, word, m->nseg ? (m->wide ? 64 : 52) : 0);
	made_poke(m, at + 2 * word, word, shoff);
	at += 3 * word;
	made_poke(m, at, 4, m->eflags);
	made_poke(m, at + 4, 2, m->wide ? 64 : 52);
	made_poke(m, at + 6, 2, m->wide ? 56 : 32);
	made_poke(m, at + 8, 2, m->nseg);
	made_poke(m, at + 10, 2, m->wide ? 64 : 40);
	made_poke(m, at + 12, 2, m->nsec);
	made_poke(m, at + 14, 2, m->shstrndx);
}

static inline void
made_segments(struct made *m)
{
	uint64_t off = m->wide ? 64 : 52;
	unsigned word = made_word(m);

	for (unsigned i = 0; i < m->nseg; i++) {
		const struct made_seg *s = &m->seg[i];
		made_poke(m, off, 4, s->type);
		if (m->wide)
			made_poke(m, off + 4, 4, s->flags);
		off += m->wide ? 8 : 4;
		made_poke(m, off, word, s->off);
		made_poke(m, off + word, word, s->vaddr);
		made_poke(m, off + 2 * word, word, s->vaddr);
		made_poke(m, off + 3 * word, word, s->filesz);
		made_poke(m, off + 4 * word, word, s->memsz);
		if (!m->wide)
			made_poke(m, off + 20, 4, s->flags);
		made_poke(m, off + (m->wide ? 40 : 24), word, 16);
		off += m->wide ? 48 : 28;
	}
}

/* Headers; the file, freed at the end of the test. m may be changed and ended again. */
static inline struct bytes
made_end(struct made *m)
{
	struct made whole = *m;
	uint8_t names[512] = { 0 };
	size_t at = 1;
	uint32_t name[COUNT(m->sec)] = { 0 };
	unsigned word = made_word(m);

	for (unsigned i = 1; i < whole.nsec; i++) {
		name[i] = (uint32_t)at;
		at += made_name(names, at, sizeof(names), whole.sec[i].name);
	}
	name[whole.nsec] = (uint32_t)at;
	at += made_name(names, at, sizeof(names), ".shstrtab");
	whole.shstrndx =
	    (uint16_t)made_section(&whole, ".shstrtab", SHT_STRTAB, 0, names, at);
	uint64_t shoff = (whole.n + 7) & ~UINT64_C(7), off = shoff;
	for (unsigned i = 0; i < whole.nsec; i++) {
		const struct made_sec *s = &whole.sec[i];
		const uint64_t v[] = { s->flags, s->addr, s->off, s->size };
		made_poke(&whole, off, 4, name[i]);
		made_poke(&whole, off + 4, 4, s->type);
		for (unsigned k = 0; k < 4; k++)
			made_poke(&whole, off + 8 + k * word, word, v[k]);
		off += 8 + 4 * word;
		made_poke(&whole, off, 4, s->link);
		made_poke(&whole, off + 4, 4, s->info);
		made_poke(&whole, off + 8, word, 1);
		made_poke(&whole, off + 8 + word, word, s->entsize);
		off += 8 + 2 * word;
	}
	made_header(&whole, shoff);
	made_segments(&whole);
	return test_copy((struct bytes){ whole.b, off });
}
