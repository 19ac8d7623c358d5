/*
 * made_pe.h - for tests: a PE32+ file made by hand, and what a test puts into it:
 * exports, resources and a load configuration have their places in .rdata, and are not
 * named in the directory until a test does so.
 */
#pragma once

#include "objdiff/pe.h"
#include "tests/tap.h"

/* A PE32+ file made by hand: two functions, a text, one import, and a debug entry. */
#define BASE      UINT64_C(0x140000000)
#define SIZE      0x600
#define TEXT      0x200 /* offsets in the file; RVAs are TEXT_RVA + ... */
#define RDATA     0x400
#define TEXT_RVA  0x1000u
#define RDATA_RVA 0x2000u
#define OPTIONAL  (0x80 + 24)

struct made_pe {
	uint8_t b[SIZE];
};

/* A header: 0x200 bytes at off of the file, loaded at rva. */
static inline void
made_pe_section(uint8_t *h, const char *name, uint32_t rva, uint32_t off, uint32_t traits)
{
	memcpy(h, name, strlen(name));
	put_le32(h + 8, 0x200);
	put_le32(h + 12, rva);
	put_le32(h + 16, 0x200);
	put_le32(h + 20, off);
	put_le32(h + 36, traits);
}

/* The i-th entry of the directory. */
static inline void
made_pe_dir(uint8_t *optional, unsigned i, uint32_t rva, uint32_t size)
{
	put_le32(optional + 112 + 8 * i, rva);
	put_le32(optional + 116 + 8 * i, size);
}

/* Offsets in .rdata: text 0, directory 0x20, lookup 0x60, slots 0x70, names 0x80, debug
 * 0xc0, pdata 0x120. */
static inline void
made_pe_rdata(uint8_t *r)
{
	memcpy(r, "hello", 6);
	put_le32(r + 0x20, RDATA_RVA + 0x60);
	put_le32(r + 0x2c, RDATA_RVA + 0xa0);
	put_le32(r + 0x30, RDATA_RVA + 0x70);
	put_le64(r + 0x60, RDATA_RVA + 0x80);
	put_le64(r + 0x70, RDATA_RVA + 0x80);
	memcpy(r + 0x82, "puts", 5);
	memcpy(r + 0xa0, "c.dll", 6);
	put_le32(r + 0xc4, 0x1111); /* time */
	put_le32(r + 0xcc, 2);      /* CodeView */
	put_le32(r + 0xd0, 0x20);
	put_le32(r + 0xd4, RDATA_RVA + 0xe0);
	memcpy(r + 0xe0, "RSDSguidguidguid____", 20);
	memcpy(r + 0xf8, "a.pdb", 6);
	for (uint32_t i = 0; i < 2; i++) {
		put_le32(r + 0x120 + i * 12, TEXT_RVA + i * 0x20);
		put_le32(r + 0x124 + i * 12, TEXT_RVA + i * 0x20 + 0x14);
		put_le32(r + 0x128 + i * 12, RDATA_RVA + 0x140);
	}
	r[0x140] = 1;
}

/* lea rcx, text; call [slot]; add eax, 5; ret - and a second one that calls the first. */
static inline void
made_pe_text(uint8_t *t)
{
	static const uint8_t one[] = { 0x48, 0x8d, 0x0d, 0, 0, 0, 0, 0xff, 0x15, 0, 0, 0,
		0, 0x83, 0xc0, 5, 0xc3, 0xcc, 0xcc, 0xcc };
	static const uint8_t two[] = { 0xe8, 0, 0, 0, 0, 0x83, 0xe8, 1, 0xc3 };

	memset(t, 0xcc, 0x200);
	memcpy(t, one, sizeof(one));
	put_le32(t + 3, RDATA_RVA - (TEXT_RVA + 7));
	put_le32(t + 9, RDATA_RVA + 0x70 - (TEXT_RVA + 13));
	memcpy(t + 0x20, two, sizeof(two));
	put_le32(t + 0x21, 0u - 0x25);
}

/*
 * The headers of two sections with an optional header of that size, which begins at what
 * is given back; its magic and sections are the caller's.
 */
static inline uint8_t *
made_pe_head(struct made_pe *m, uint16_t machine, uint16_t optional, uint16_t flags)
{
	uint8_t *pe = m->b + 0x80;

	memcpy(m->b, "MZ", 2);
	put_le32(m->b + 0x3c, 0x80);
	memcpy(pe, "PE\0\0", 4);
	put_le16(pe + 4, machine);
	put_le16(pe + 6, 2);
	put_le16(pe + 20, optional);
	put_le16(pe + 22, flags);
	return pe + 24;
}

/* The whole file. */
static inline struct made_pe
made_pe_make(void)
{
	struct made_pe m = { 0 };
	uint8_t *o = made_pe_head(&m, 0x8664, 0xf0, 0x22);

	put_le32(o - 24 + 8, 0x22222222);
	put_le16(o, 0x20b);
	put_le32(o + 16, TEXT_RVA + 0x20);
	put_le64(o + 24, BASE);
	put_le16(o + 68, 3);
	put_le32(o + 108, 16);
	made_pe_dir(o, PE_IMPORT, RDATA_RVA + 0x20, 40);
	made_pe_dir(o, PE_EXCEPTION, RDATA_RVA + 0x120, 24);
	made_pe_dir(o, PE_DEBUG, RDATA_RVA + 0xc0, 28);
	made_pe_section(o + 0xf0, ".text", TEXT_RVA, TEXT, 0x60000020);
	made_pe_section(o + 0xf0 + 40, ".rdata", RDATA_RVA, RDATA, 0x40000040);
	made_pe_text(m.b + TEXT);
	made_pe_rdata(m.b + RDATA);
	return m;
}

/* Its bytes, freed at the end of the test. */
static inline struct bytes
made_pe_view(const struct made_pe *m)
{
	return test_copy((struct bytes){ m->b, SIZE });
}
