#include "objdiff/pe.h"

#include "objdiff/rig.h"

/* A PE32+ file made by hand: two functions, a text, one import, and a debug entry. */
#define BASE      UINT64_C(0x140000000)
#define SIZE      0x600
#define TEXT      0x200 /* offsets in the file; RVAs are TEXT_RVA + ... */
#define RDATA     0x400
#define TEXT_RVA  0x1000u
#define RDATA_RVA 0x2000u

struct made {
	uint8_t b[SIZE];
};

static void
section(uint8_t *h, const char *name, uint32_t rva, uint32_t off, uint32_t traits)
{
	memcpy(h, name, strlen(name));
	put_le32(h + 8, 0x200);
	put_le32(h + 12, rva);
	put_le32(h + 16, 0x200);
	put_le32(h + 20, off);
	put_le32(h + 36, traits);
}

static void
dir(uint8_t *optional, unsigned i, uint32_t rva, uint32_t size)
{
	put_le32(optional + 112 + 8 * i, rva);
	put_le32(optional + 116 + 8 * i, size);
}

/* Offsets in .rdata: text 0, directory 0x20, lookup 0x60, slots 0x70, names 0x80, debug
 * 0xc0, pdata 0x120. */
static void
make_rdata(uint8_t *r)
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
static void
make_text(uint8_t *t)
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

static struct made
make(void)
{
	struct made m = { 0 };
	uint8_t *pe = m.b + 0x80, *o = pe + 24;

	memcpy(m.b, "MZ", 2);
	put_le32(m.b + 0x3c, 0x80);
	memcpy(pe, "PE\0\0", 4);
	put_le16(pe + 4, 0x8664);
	put_le16(pe + 6, 2);
	put_le32(pe + 8, 0x22222222);
	put_le16(pe + 20, 0xf0);
	put_le16(pe + 22, 0x22);
	put_le16(o, 0x20b);
	put_le32(o + 16, TEXT_RVA + 0x20);
	put_le64(o + 24, BASE);
	put_le16(o + 68, 3);
	put_le32(o + 108, 16);
	dir(o, PE_IMPORT, RDATA_RVA + 0x20, 40);
	dir(o, PE_EXCEPTION, RDATA_RVA + 0x120, 24);
	dir(o, PE_DEBUG, RDATA_RVA + 0xc0, 28);
	section(o + 0xf0, ".text", TEXT_RVA, TEXT, 0x60000020);
	section(o + 0xf0 + 40, ".rdata", RDATA_RVA, RDATA, 0x40000040);
	make_text(m.b + TEXT);
	make_rdata(m.b + RDATA);
	return m;
}

static struct bytes
view(const struct made *m)
{
	return test_copy((struct bytes){ m->b, SIZE });
}

struct change {
	const char *name;
	unsigned at;
	uint8_t with;
	unsigned classes;
	const char *says;
};

#define OPTIONAL (0x80 + 24)

/* clang-format off */
static const struct change changes[] = {
	{ "time stamp",        0x80 + 8, 0x33, 1u << DIFF_TIMESTAMP, "timestamp|PE headers|time stamp" },
	{ "checksum",          OPTIONAL + 64, 9, 1u << DIFF_BUILD_ID, "checksum" },
	{ "linker",            OPTIONAL + 2, 9, 1u << DIFF_METADATA, "version of the linker" },
	{ "subsystem",         OPTIONAL + 68, 2, 1u << DIFF_CODE, "subsystem" },
	{ "protections",       OPTIONAL + 70, 2, 1u << DIFF_CODE, "protections" },
	{ "traits",            0x80 + 22, 2, 1u << DIFF_CODE, "characteristics" },
	{ "writable code",     OPTIONAL + 0xf0 + 39, 0xe0, 1u << DIFF_CODE, "code|.text|section is treated otherwise" },
	{ "entry",             OPTIONAL + 16, 0, 1u << DIFF_CODE, "begins elsewhere" },
	{ "a constant",        TEXT + 15, 6, 1u << DIFF_CODE, "code|.text function at 0x140001000 in .text|instructions differ" },
	{ "a branch",          TEXT + 0x26, 0xc0, 1u << DIFF_CODE, "code|.text function at 0x140001020 in .text|instructions differ" },
	{ "filling",           TEXT + 0x18, 0x90, 1u << DIFF_CODE, "room between functions" },
	{ "a text",            RDATA, 'j', 1u << DIFF_CODE | 1u << DIFF_DATA, "uses \"jello\"; was \"hello\"" },
	{ "an import",         RDATA + 0x82, 'q', 1u << DIFF_CODE, "import of c.dll!quts was added" },
	{ "debug time",        RDATA + 0xc4, 7, 1u << DIFF_TIMESTAMP, "timestamp|.rdata|time stamp of debugging" },
	{ "debug path",        RDATA + 0xf8, 'b', 1u << DIFF_DEBUG, "debug info|.rdata|details for debuggers" },
	{ "unwinding",         RDATA + 0x141, 4, 1u << DIFF_CODE, "rules for exceptions" },
	{ "DOS program",       0x48, 4, 1u << DIFF_CODE, "program for DOS" },
};
/* clang-format on */

TEST(changes)
{
	struct made a = make();

	for (size_t i = 0; i < COUNT(changes); i++) {
		const struct change *c = &changes[i];
		struct made b = a;
		struct rig_told t = { 0 };
		ROW("%s", c->name);
		b.b[c->at] = c->with;
		EQ_U(rig_run(view(&a), view(&b), &t), OK);
		EQ_U(t.classes, c->classes);
		if (!CHECK(rig_says(&t, c->says)))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
}

TEST(header)
{
	struct made m = make();
	struct arena arena;
	struct elf e;
	char type[40];

	EQ_U(objdiff_kind(view(&m)), OBJDIFF_PE);
	EQ_U(objdiff_kind(bytes_clip(view(&m), 0, 64)), OBJDIFF_PE);
	EQ_U(objdiff_kind(BYTES_LIT("MZ")), OBJDIFF_NONE);
	objdiff_type(view(&m), type, sizeof(type));
	EQ_S(type, "PE 64-bit x86-64");
	arena_init(&arena, 1 << 20);
	if (EQ_U(pe_open(view(&m), &arena, &e), OK)) {
		EQ_U(e.nsec, 3);
		EQ_U(e.entry, BASE + TEXT_RVA + 0x20);
		EQ_U(elf_load(&e, NULL), OK);
		EQ_U(e.nrel, 1);
		EQ_U(e.rel[0].at, BASE + RDATA_RVA + 0x70);
		struct elf_sym s;
		CHECK(elf_sym_at(&e, &e.dynsym, e.rel[0].sym, &s));
		EQ_B(s.name, BYTES_LIT("c.dll!puts"));
	}
	arena_done(&arena);
}

/* Something behind the last section, and a signature, which is named in the directory. */
TEST(overlay)
{
	struct made m = make();
	uint8_t more[SIZE + 16];
	struct rig_told t = { 0 }, s = { 0 };

	memcpy(more, m.b, SIZE);
	memset(more + SIZE, 'x', 16);
	EQ_U(rig_run(view(&m), test_copy((struct bytes){ more, sizeof(more) }), &t), OK);
	EQ_U(t.classes, 1u << DIFF_DATA);
	dir(more + OPTIONAL, PE_SECURITY, SIZE, 16);
	EQ_U(rig_run(view(&m), test_copy((struct bytes){ more, sizeof(more) }), &s), OK);
	EQ_U(s.classes, 1u << DIFF_METADATA);
	buf_done(&t.text);
	buf_done(&s.text);
}

TEST(broken)
{
	struct made m = make(), b;
	struct bytes whole = view(&m);
	uint64_t seed = 11;

	for (size_t n = 0; n < SIZE; n++) {
		struct rig_told t = { 0 };
		ROW("cut at %zu", n);
		enum err e = rig_run(whole, test_copy(bytes_clip(whole, 0, n)), &t);
		CHECK(e == ERR_FORMAT || t.kinds != 0);
		buf_done(&t.text);
	}
	for (size_t bit = 0; bit < (size_t)SIZE * 8; bit++) {
		struct rig_told t = { 0 };
		ROW("bit %zu", bit);
		b = m;
		b.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (bit % 7 == 0)
			b.b[test_random(&seed) % SIZE] ^= 0x80;
		enum err e = rig_run(whole, view(&b), &t);
		CHECK(e == ERR_FORMAT || t.kinds != 0);
		/* all of the code is something that runs; a second byte may break the
		 * headers */
		CHECK(bit % 7 == 0 || bit / 8 < TEXT || bit / 8 >= RDATA ||
		      (t.classes & 1u << DIFF_CODE));
		buf_done(&t.text);
	}
}
