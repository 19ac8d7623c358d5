#include "objdiff/made_pe.h"

#include "objdiff/rig.h"

struct change {
	const char *name;
	unsigned at;
	uint8_t with;
	unsigned classes;
	const char *says;
};

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
	{ "a constant",        TEXT + 15, 6, 1u << DIFF_CODE, "code|.text function at 0x140001000|instructions differ" },
	{ "a branch",          TEXT + 0x26, 0xc0, 1u << DIFF_CODE, "code|.text function at 0x140001020|instructions differ" },
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
	struct made_pe a = made_pe_make();

	for (size_t i = 0; i < COUNT(changes); i++) {
		const struct change *c = &changes[i];
		struct made_pe b = a;
		struct rig_told t = { 0 };
		ROW("%s", c->name);
		b.b[c->at] = c->with;
		EQ_U(rig_run(made_pe_view(&a), made_pe_view(&b), &t), OK);
		EQ_U(t.classes, c->classes);
		if (!CHECK(rig_says(&t, c->says)))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
}

TEST(header)
{
	struct made_pe m = made_pe_make();
	struct arena arena;
	struct elf e;
	char type[40];

	EQ_U(objdiff_kind(made_pe_view(&m)), OBJDIFF_PE);
	EQ_U(objdiff_kind(bytes_clip(made_pe_view(&m), 0, 64)), OBJDIFF_PE);
	EQ_U(objdiff_kind(BYTES_LIT("MZ")), OBJDIFF_NONE);
	objdiff_type(made_pe_view(&m), type, sizeof(type));
	EQ_S(type, "PE 64-bit x86-64");
	arena_init(&arena, 1 << 20);
	if (EQ_U(pe_open(made_pe_view(&m), &arena, &e), OK)) {
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
	struct made_pe m = made_pe_make();
	uint8_t more[SIZE + 16];
	struct rig_told t = { 0 }, s = { 0 };

	memcpy(more, m.b, SIZE);
	memset(more + SIZE, 'x', 16);
	EQ_U(rig_run(
		 made_pe_view(&m), test_copy((struct bytes){ more, sizeof(more) }), &t),
	    OK);
	EQ_U(t.classes, 1u << DIFF_CODE);
	made_pe_dir(more + OPTIONAL, PE_SECURITY, SIZE, 16);
	EQ_U(rig_run(
		 made_pe_view(&m), test_copy((struct bytes){ more, sizeof(more) }), &s),
	    OK);
	EQ_U(s.classes, 1u << DIFF_METADATA);
	buf_done(&t.text);
	buf_done(&s.text);
}

/* Only the bytes of the table itself are a signature, or symbols: what is beside is not.
 */
TEST(beside_the_signature)
{
	static const struct {
		const char *name;
		unsigned at; /* behind the last section */
		unsigned classes;
	} rows[] = {
		{ "before the signature", 3, 1u << DIFF_CODE },
		{ "in the signature", 20, 1u << DIFF_METADATA },
		{ "in the symbols", 40, 1u << DIFF_DEBUG },
		{ "in their strings", 54, 1u << DIFF_DEBUG },
		{ "behind both", 60, 1u << DIFF_CODE },
	};
	struct made_pe m = made_pe_make();
	uint8_t more[SIZE + 64];

	memcpy(more, m.b, SIZE);
	memset(more + SIZE, 'x', 64);
	made_pe_dir(more + OPTIONAL, PE_SECURITY, SIZE + 16, 16);
	put_le32(more + 0x80 + 12, SIZE + 32); /* one symbol of 18 bytes */
	put_le32(more + 0x80 + 16, 1);
	put_le32(more + SIZE + 50, 6);
	struct bytes a = test_copy((struct bytes){ more, sizeof(more) });

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig_told t = { 0 };

		ROW("%s", rows[i].name);
		more[SIZE + rows[i].at] ^= 1;
		EQ_U(rig_run(a, test_copy((struct bytes){ more, sizeof(more) }), &t), OK);
		EQ_U(t.classes, rows[i].classes);
		more[SIZE + rows[i].at] ^= 1;
		buf_done(&t.text);
	}
}

/* Thunks without symbols, of so many imports, and a function that calls the last ones. */
static struct bytes
thunks(const char *const *names, uint32_t n, uint32_t calls)
{
	struct made_pe m = made_pe_make();
	uint8_t *r = m.b + RDATA, *t = m.b + TEXT;

	put_le32(r + 0x20, RDATA_RVA + 0x160);
	put_le32(r + 0x30, RDATA_RVA + 0x188);
	for (uint32_t i = 0; i < n; i++) {
		put_le64(r + 0x160 + i * 8, RDATA_RVA + 0x1b0 + i * 8);
		put_le64(r + 0x188 + i * 8, RDATA_RVA + 0x1b0 + i * 8);
		memcpy(r + 0x1b2 + i * 8, names[i], strlen(names[i]));
		memcpy(t + 0x80 + i * 8, "\xff\x25\0\0\0\0\x90\x90", 8);
		put_le32(t + 0x82 + i * 8,
		    RDATA_RVA + 0x188 + i * 8 - (TEXT_RVA + 0x86 + i * 8));
	}
	for (uint32_t i = 0; i < calls; i++) {
		t[0x40 + i * 5] = 0xe8;
		put_le32(t + 0x41 + i * 5, 0x80 + (n - calls + i) * 8 - (0x45 + i * 5));
	}
	t[0x40 + calls * 5] = 0xc3;
	put_le32(t + 9, RDATA_RVA + 0x188 + (n - 1) * 8 - (TEXT_RVA + 13));
	return made_pe_view(&m);
}

/* One import more moves all thunks behind it, and they are still the same. */
TEST(import_more)
{
	static const char *const names[] = { "new", "puts", "gets", "exit" };
	static const char *const other[] = { "puts", "read", "exit" };
	struct rig_told t = { 0 }, s = { 0 };

	EQ_U(rig_run(thunks(names + 1, 3, 3), thunks(names, 4, 3), &t), OK);
	CHECK(rig_says(&t, "import of c.dll!new was added"));
	CHECK(rig_says(&t, ".text c.dll!new (import)|linkage stub was added"));
	if (!CHECK(!rig_says(&t, "instructions") && !rig_says(&t, "goes to") &&
		   !rig_says(&t, "calls") && !rig_says(&t, "uses")))
		printf("# %s\n", buf_cstr(&t.text));
	/* another import in its place is what is called */
	EQ_U(rig_run(thunks(names + 1, 3, 3), thunks(other, 3, 3), &s), OK);
	if (!CHECK(rig_says(&s, "import of c.dll!gets is gone") &&
		   rig_says(&s, "goes to c.dll!read (import); was c.dll!gets (import)")))
		printf("# %s\n", buf_cstr(&s.text));
	buf_done(&t.text);
	buf_done(&s.text);
}

/* What is printed is what differs: the number of symbols, and not their place. */
TEST(number_of_symbols)
{
	struct made_pe a = made_pe_make(), b = a;
	struct rig_told t = { 0 };

	put_le32(b.b + 0x80 + 16, 7);
	EQ_U(rig_run(made_pe_view(&a), made_pe_view(&b), &t), OK);
	if (!CHECK(rig_says(&t, "number of symbols: 0x0 became 0x7")))
		printf("# %s\n", buf_cstr(&t.text));
	buf_done(&t.text);
}

TEST(broken)
{
	struct made_pe m = made_pe_make(), b;
	struct bytes whole = made_pe_view(&m);
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
		enum err e = rig_run(whole, made_pe_view(&b), &t);
		CHECK(e == ERR_FORMAT || t.kinds != 0);
		/* all of the code is something that runs; a second byte may break the
		 * headers */
		CHECK(bit % 7 == 0 || bit / 8 < TEXT || bit / 8 >= RDATA ||
		      (t.classes & 1u << DIFF_CODE));
		buf_done(&t.text);
	}
}
