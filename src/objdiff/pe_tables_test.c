/*
 * pe_tables_test.c - what a PE file's directory names: exports, resources, the load
 * configuration and their time stamps; and PE32, whose headers are laid out differently.
 */
#include "objdiff/made_pe.h"

#include "objdiff/rig.h"

#define C(name) (1u << DIFF_##name)

/* Offsets in .rdata that made_pe.h leaves free. */
#define EXPORTS   0x150
#define NAMES     0x1a0
#define RESOURCES 0x148 /* only where there are no exports */
#define CONFIG    0x1c0

/* The export directory (PE/COFF 6.3): one function by name. */
static struct made_pe
with_exports(void)
{
	struct made_pe m = made_pe_make();
	uint8_t *r = m.b + RDATA;

	put_le32(r + EXPORTS + 4, 0x33333333); /* time */
	put_le32(r + EXPORTS + 12, RDATA_RVA + NAMES);
	put_le32(r + EXPORTS + 16, 1); /* the first ordinal */
	put_le32(r + EXPORTS + 20, 1);
	put_le32(r + EXPORTS + 24, 1);
	put_le32(r + EXPORTS + 28, RDATA_RVA + EXPORTS + 40);
	put_le32(r + EXPORTS + 32, RDATA_RVA + EXPORTS + 44);
	put_le32(r + EXPORTS + 36, RDATA_RVA + EXPORTS + 48);
	put_le32(r + EXPORTS + 40, TEXT_RVA);
	put_le32(r + EXPORTS + 44, RDATA_RVA + NAMES + 6);
	put_le16(r + EXPORTS + 48, 0);
	memcpy(r + NAMES, "m.dll\0run", 10);
	made_pe_dir(m.b + OPTIONAL, PE_EXPORT, RDATA_RVA + EXPORTS, NAMES + 16 - EXPORTS);
	return m;
}

/* A table of one name that leads to a table of one leaf (6.9). */
static struct made_pe
with_resources(void)
{
	struct made_pe m = made_pe_make();
	uint8_t *r = m.b + RDATA + RESOURCES;

	put_le32(r + 4, 0x44444444);
	put_le16(r + 14, 1);
	put_le32(r + 16, 5);
	put_le32(r + 20, 0x80000018);
	put_le32(r + 0x18 + 4, 0x44444444);
	put_le16(r + 0x18 + 14, 1);
	put_le32(r + 0x18 + 16, 1);
	put_le32(r + 0x18 + 20, 0x30);
	put_le32(r + 0x30, RDATA_RVA + RESOURCES + 0x40);
	put_le32(r + 0x34, 8);
	memcpy(r + 0x40, "resource", 8);
	made_pe_dir(m.b + OPTIONAL, PE_RESOURCE, RDATA_RVA + RESOURCES, 0x48);
	return m;
}

static struct made_pe
with_config(void)
{
	struct made_pe m = made_pe_make();

	put_le32(m.b + RDATA + CONFIG, 16);
	put_le32(m.b + RDATA + CONFIG + 4, 0x55555555);
	made_pe_dir(m.b + OPTIONAL, PE_LOAD_CONFIG, RDATA_RVA + CONFIG, 16);
	return m;
}

struct row {
	const char *name;
	struct made_pe (*make)(void);
	unsigned at;
	uint8_t with;
	unsigned classes; /* all that may be said */
	const char *says;
};

#define AT(off) (RDATA + (off))

/* clang-format off */
static const struct row rows[] = {
	{ "exports' time",     with_exports, AT(EXPORTS + 4), 9, C(TIMESTAMP), "timestamp|.rdata|time stamp of exports" },
	{ "an export's name",  with_exports, AT(NAMES + 6), 'g', C(CODE), "export of gun was added" },
	{ "where it leads",    with_exports, AT(EXPORTS + 40), 0x20, C(CODE), "code|.text run|instructions differ" },
	{ "its ordinal",       with_exports, AT(EXPORTS + 16), 2, C(CODE), "export of run is bound in another way" },
	{ "resources' time",   with_resources, AT(RESOURCES + 4), 9, C(TIMESTAMP), "timestamp|.rdata|time stamp of resources" },
	{ "time one deeper",   with_resources, AT(RESOURCES + 0x1c), 9, C(TIMESTAMP), "timestamp|.rdata|time stamp of resources" },
	{ "a resource",        with_resources, AT(RESOURCES + 0x40), 'R', C(DATA), "data|.rdata" },
	{ "configuration's time", with_config, AT(CONFIG + 4), 9, C(TIMESTAMP), "timestamp|.rdata|time stamp of the load configuration" },
	{ "configuration",     with_config, AT(CONFIG + 8), 9, C(DATA), "data|.rdata" },
};
/* clang-format on */

TEST(tables)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made_pe a = rows[i].make(), b = a;
		struct rig_told t = { 0 };

		ROW("%s", rows[i].name);
		b.b[rows[i].at] = rows[i].with;
		EQ_U(rig_run(made_pe_view(&a), made_pe_view(&b), &t), OK);
		if (!CHECK(rig_says(&t, rows[i].says)) ||
		    !CHECK((t.classes & ~rows[i].classes) == 0))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
}

/* A directory that only one has is told, whatever lies there. */
TEST(directories)
{
	static struct made_pe (*const makes[])(
	    void) = { with_exports, with_resources, with_config };
	static const char *const names[] = { "exports", "resources",
		"load configuration" };
	struct made_pe a = made_pe_make();

	for (size_t i = 0; i < COUNT(makes); i++)
		for (unsigned back = 0; back < 2; back++) {
			struct made_pe b = makes[i]();
			struct rig_told t = { 0 };
			char want[80];

			ROW("%s", names[i]);
			snprintf(want, sizeof(want), "directory of %s %s", names[i],
			    back ? "is gone" : "was added");
			EQ_U(rig_run(made_pe_view(back ? &b : &a),
				 made_pe_view(back ? &a : &b), &t),
			    OK);
			CHECK(t.classes & C(CODE));
			CHECK(rig_says(&t, want));
			buf_done(&t.text);
		}
}

/* Microsoft's linker writes into the stub which tools made the objects. */
TEST(rich_header)
{
	static const struct {
		const char *word;
		unsigned cls;
	} stubs[] = { { "Rich", DIFF_METADATA }, { "Poor", DIFF_CODE } };

	for (size_t i = 0; i < COUNT(stubs); i++) {
		/* the stub has room for a header of 64 bytes only: PE is moved behind it
		 */
		struct made_pe a = made_pe_make(), b;
		struct rig_told t = { 0 };

		ROW("%s", stubs[i].word);
		memcpy(a.b + 0x78, stubs[i].word, 4);
		b = a;
		b.b[0x7c] = 1;
		EQ_U(rig_run(made_pe_view(&a), made_pe_view(&b), &t), OK);
		CHECK(t.classes & 1u << stubs[i].cls || t.classes & C(CODE));
		EQ_U(t.found, 1);
		buf_done(&t.text);
	}
}

/* PE32: no exception table, pointers of four bytes, headers 16 bytes shorter. */
static struct made_pe
make_32(uint8_t constant)
{
	static const uint8_t code[] = { 0x55, 0x89, 0xe5, 0xb8, 7, 0, 0, 0, 0x5d, 0xc3 };
	struct made_pe m = { 0 };
	uint8_t *o = made_pe_head(&m, 0x14c, 0xe0, 0x102);

	put_le16(o, 0x10b);
	put_le32(o + 16, TEXT_RVA);
	put_le32(o + 28, 0x400000);
	put_le16(o + 68, 3);
	put_le32(o + 92, 16);
	made_pe_section(o + 0xe0, ".text", TEXT_RVA, TEXT, 0x60000020);
	made_pe_section(o + 0xe0 + 40, ".rdata", RDATA_RVA, RDATA, 0x40000040);
	memset(m.b + TEXT, 0xcc, 0x200);
	memcpy(m.b + TEXT, code, sizeof(code));
	m.b[TEXT + 4] = constant;
	return m;
}

TEST(thirty_two_bits)
{
	struct made_pe a = make_32(7), b = make_32(8);
	struct rig_told t = { 0 }, u = { 0 };
	char type[40];

	objdiff_type(made_pe_view(&a), type, sizeof(type));
	EQ_S(type, "PE 32-bit i386");
	EQ_U(rig_run(made_pe_view(&a), made_pe_view(&b), &t), OK);
	EQ_U(t.classes, C(CODE));
	if (!CHECK(rig_says(&t, "instructions differ")))
		printf("# %s\n", buf_cstr(&t.text));
	/* image base: where the loader puts it */
	b = a;
	put_le32(b.b + OPTIONAL + 28, 0x500000);
	EQ_U(rig_run(made_pe_view(&a), made_pe_view(&b), &u), OK);
	CHECK(u.classes & C(CODE));
	CHECK(rig_says(&u, "image base: 0x400000 became 0x500000"));
	buf_done(&t.text);
	buf_done(&u.text);
}

/* 32 bits and 64 are two machines. */
TEST(other_machine)
{
	struct made_pe a = make_32(7), b = made_pe_make();
	struct rig_told t = { 0 };

	EQ_U(rig_run(made_pe_view(&a), made_pe_view(&b), &t), OK);
	EQ_U(t.classes, C(CODE));
	CHECK(rig_says(&t, "made for another machine: i386 became x86-64"));
	EQ_U(t.found, 1);
	buf_done(&t.text);
}

/* Bytes of the tables, changed at random and two at a time: something is always said. */
TEST(broken)
{
	static struct made_pe (*const makes[])(
	    void) = { with_exports, with_resources, with_config };
	uint64_t seed = 21;

	for (size_t i = 0; i < COUNT(makes); i++)
		for (unsigned k = 0; k < 1500; k++) {
			struct made_pe a = makes[i](), b = a;
			struct rig_told t = { 0 };

			ROW("%zu, %u", i, k);
			b.b[RDATA + test_random(&seed) % 0x200] =
			    (uint8_t)test_random(&seed);
			b.b[OPTIONAL + test_random(&seed) % 0x100] ^= 0x40;
			enum err e = rig_run(made_pe_view(&a), made_pe_view(&b), &t);
			CHECK(e == ERR_FORMAT || t.kinds != 0);
			buf_done(&t.text);
		}
}
