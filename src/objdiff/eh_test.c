/*
 * eh_test.c - .eh_frame by hand: each form of pointer, each part of a record, and records
 * that lie.
 */
#include "objdiff/eh.h"

#include <stdio.h>

#include "base/err.h"
#include "objdiff/made.h"

struct table {
	uint8_t b[256];
	size_t n;
};

static void
put(struct table *t, const char *hex)
{
	struct bytes b = test_hex(hex);

	memcpy(t->b + t->n, b.p, b.n);
	t->n += b.n;
}

/* A record: its length is put before it. */
static void
record(struct table *t, const char *hex)
{
	struct bytes b = test_hex(hex);

	put_le32(t->b + t->n, (uint32_t)b.n);
	t->n += 4;
	put(t, hex);
}

struct found {
	struct arena arena;
	struct elf e;
	struct eh_table eh;
	uint64_t at; /* of the section */
};

static bool
find(struct found *f, const struct table *t, bool named)
{
	struct made *m = &(struct made){ 0 };

	made_begin(m, true, false, ET_DYN, 62);
	unsigned text =
	    made_section(m, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, NULL, 64);
	unsigned eh = made_section(
	    m, named ? ".eh_frame" : ".other", SHT_PROGBITS, SHF_ALLOC, t->b, t->n);
	uint8_t hdr[8] = { 1, 0x1b, 3, 0x3b };
	unsigned h = made_section(m, ".hdr", SHT_PROGBITS, SHF_ALLOC, hdr, sizeof(hdr));
	made_poke(m, m->sec[h].off + 4, 4, m->sec[eh].addr - (m->sec[h].addr + 4));
	made_segment(m, PT_LOAD, 5, text, h);
	made_segment(m, 0x6474e550, 4, h, h);
	f->at = m->sec[eh].addr;
	arena_init(&f->arena, 1 << 20);
	return EQ_U(elf_open(made_end(m), &f->arena, &f->e), OK) &&
	       EQ_U(eh_open(&f->e, &f->eh), OK);
}

/* A common record: version 1, augmentation "zR", pointers of 4 bytes from themselves. */
#define CIE "00000000 01 7a5200 01 78 10 01 1b 0c0708 9001 0000"

TEST(plain)
{
	struct table t = { 0 };
	struct found f;

	record(&t, CIE);
	size_t one = t.n;
	/* back to the common record, where, how long, no augmentation, rules */
	record(&t, "1c000000 20000000 10000000 00 410e10");
	record(&t, "00000000");
	put_le32(t.b + one + 4, (uint32_t)(one + 4));
	if (find(&f, &t, true) && EQ_U(f.eh.n, 1)) {
		EQ_U(f.eh.fde[0].at, f.at + one + 8 + 0x20);
		EQ_U(f.eh.fde[0].size, 0x10);
		EQ_B(f.eh.fde[0].rules, test_hex("410e10"));
		EQ_U(f.eh.fde[0].lsda, 0);
		EQ_U(f.eh.fde[0].personality, 0);
		CHECK(f.eh.fde[0].cie.n > 3);
	}
	arena_done(&f.arena);
}

/* Sorted by address, whatever their order; one without size is none. */
TEST(sorted)
{
	static const int32_t to[] = { 0x40, 0x10, 0x30, 0x20 };
	struct table t = { 0 };
	struct found f;

	record(&t, CIE);
	for (size_t i = 0; i < COUNT(to); i++) {
		size_t at = t.n;
		record(&t, "00000000 00000000 08000000 00 000000");
		put_le32(t.b + at + 4, (uint32_t)(at + 4));
		put_le32(t.b + at + 8, (uint32_t)(to[i] - (int32_t)(at + 8)));
		if (i == 2)
			put_le32(t.b + at + 12, 0);
	}
	if (find(&f, &t, true) && EQ_U(f.eh.n, 3)) {
		EQ_U(f.eh.fde[0].at, f.at + 0x10);
		EQ_U(f.eh.fde[1].at, f.at + 0x20);
		EQ_U(f.eh.fde[2].at, f.at + 0x40);
	}
	arena_done(&f.arena);
}

/* Without a section of that name, the header that unwinders read leads to it. */
TEST(by_header)
{
	struct table t = { 0 };
	struct found f;

	record(&t, CIE);
	size_t one = t.n;
	record(&t, "00000000 00000000 10000000 00 410e10");
	put_le32(t.b + one + 4, (uint32_t)(one + 4));
	record(&t, "");
	if (find(&f, &t, false))
		EQ_U(f.eh.n, 1);
	arena_done(&f.arena);
}

/* Forms of pointers: how many bytes, signed or not, from where. LSB 10.5.1. */
TEST(pointers)
{
	static const struct {
		const char *name, *enc, *where, *length;
		uint64_t at; /* absolute, or from the pointer itself */
		bool relative;
	} rows[] = {
		{ "8 bytes", "00", "0010010000000000", "1000000000000000", 0x11000,
		    false },
		{ "uleb128", "01", "80a004", "10", 0x11000, false },
		{ "2 bytes", "02", "0040", "1000", 0x4000, false },
		{ "4 bytes", "03", "00100100", "10000000", 0x11000, false },
		{ "8 bytes, second form", "04", "0010010000000000", "1000000000000000",
		    0x11000, false },
		{ "signed 2", "1a", "f0ff", "1000", (uint64_t)-16, true },
		{ "signed 4", "1b", "f0ffffff", "10000000", (uint64_t)-16, true },
		{ "signed 8", "1c", "f0ffffffffffffff", "1000000000000000", (uint64_t)-16,
		    true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct table t = { 0 };
		char text[200];
		struct found f;

		ROW("%s", rows[i].name);
		snprintf(text, sizeof(text), "00000000 01 7a5200 01 78 10 01 %s 0c0708",
		    rows[i].enc);
		record(&t, text);
		size_t one = t.n;
		snprintf(text, sizeof(text), "00000000 %s %s 00 41", rows[i].where,
		    rows[i].length);
		record(&t, text);
		put_le32(t.b + one + 4, (uint32_t)(one + 4));
		if (find(&f, &t, true) && EQ_U(f.eh.n, 1)) {
			EQ_U(f.eh.fde[0].at,
			    rows[i].at + (rows[i].relative ? f.at + one + 8 : 0));
			EQ_U(f.eh.fde[0].size, 0x10);
			EQ_B(f.eh.fde[0].rules, test_hex("41"));
		}
		arena_done(&f.arena);
	}
}

/* "zPLR": who handles exceptions, and what it reads. */
TEST(exceptions)
{
	struct table t = { 0 };
	struct found f;

	record(&t, "00000000 01 7a504c5200 01 78 10 07 03 44330000 03 1b 0c0708");
	size_t one = t.n;
	record(&t, "00000000 00000000 10000000 04 22110000 41");
	put_le32(t.b + one + 4, (uint32_t)(one + 4));
	size_t two = t.n;
	/* none of its own: the pointer is 0 */
	record(&t, "00000000 00000000 08000000 04 00000000 42");
	put_le32(t.b + two + 4, (uint32_t)(two + 4));
	if (find(&f, &t, true) && EQ_U(f.eh.n, 2)) {
		EQ_U(f.eh.fde[0].personality, 0x3344);
		EQ_U(f.eh.fde[0].lsda, 0x1122);
		EQ_U(f.eh.fde[1].personality, 0x3344);
		EQ_U(f.eh.fde[1].lsda, 0);
		EQ_B(f.eh.fde[1].rules, test_hex("42"));
	}
	arena_done(&f.arena);
}

/* Records that lie: they are left out, and what is read to its end is told to be broken.
 */
TEST(lies)
{
	static const struct {
		const char *name, *hex;
		size_t n;
		bool broken;
	} rows[] = {
		{ "longer than the section", "ff000000 00", 0, true },
		{ "64-bit length beyond all", "ffffffff ffffffffffffff7f 00", 0, true },
		{ "back beyond the begin", "0d000000 99000000 00000000 10000000 00", 0,
		    false },
		{ "back to no common record", "0d000000 08000000 00000000 10000000 00", 0,
		    false },
		{ "cut in the length", "0d00", 0, true },
		{ "an end at once", "00000000 00", 0, false },
		{ "too short to be one", "02000000 0000", 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct table t = { 0 };
		struct found f;

		ROW("%s", rows[i].name);
		put(&t, rows[i].hex);
		if (find(&f, &t, true)) {
			EQ_U(f.eh.n, rows[i].n);
			EQ_U(f.eh.broken, rows[i].broken);
		}
		arena_done(&f.arena);
	}
}

/* A record of 64 bits, which large programs may have. */
TEST(long_form)
{
	struct table t = { 0 };
	struct found f;

	record(&t, CIE);
	size_t one = t.n;
	put(&t, "ffffffff 1000000000000000 00000000 20000000 10000000 00 410e10");
	put_le32(t.b + one + 12, (uint32_t)(one + 12));
	if (find(&f, &t, true) && EQ_U(f.eh.n, 1)) {
		EQ_U(f.eh.fde[0].at, f.at + one + 16 + 0x20);
		EQ_U(f.eh.fde[0].size, 0x10);
	}
	arena_done(&f.arena);
}

/* Objects are read by linkers; their tables have relocations, and are compared as data.
 */
TEST(objects_have_none)
{
	struct made *m = &(struct made){ 0 };
	struct arena arena;
	struct eh_table eh;
	struct elf e;

	made_begin(m, true, false, ET_REL, 62);
	made_hex(m, ".eh_frame", SHF_ALLOC, "18000000 " CIE);
	arena_init(&arena, 1 << 20);
	EQ_U(elf_open(made_end(m), &arena, &e), OK);
	EQ_U(eh_open(&e, &eh), OK);
	EQ_U(eh.n, 0);
	arena_done(&arena);
}
