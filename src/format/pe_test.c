/*
 * The parser of pe, unit by unit; whole files are compared in tests/golden/pe.
 */
#include "format/pe.h"

#include <stdlib.h>

#include "tests/tap.h"

extern const struct format format_pe;

#define HEADER 64  /* where the PE header of our samples starts */
#define SIZE   512 /* of the smallest sample */

/* A PE32 (or PE32+) with n empty section rows, in out, which has size bytes. */
static struct bytes
sample(uint8_t *out, size_t size, bool wide, uint16_t n)
{
	uint8_t *optional = out + HEADER + 24;

	memset(out, 0, size);
	memcpy(out, "MZ", 2);
	put_le32(out + 0x3c, HEADER);
	memcpy(out + HEADER, "PE", 2);
	put_le16(out + HEADER + 4, 0x14c);
	put_le16(out + HEADER + 6, n);
	put_le16(out + HEADER + 20, wide ? 240 : 224);
	put_le16(optional, wide ? 0x20b : 0x10b);
	put_le32(optional + (wide ? 108 : 92), 16);
	return (struct bytes){ out, size };
}

/* A parser on the heap, so that ASan sees its edges. */
struct opened {
	struct arena arena;
	struct parse parse;
	struct pe pe;
	enum err err;
};

static struct opened *
open_pe(struct bytes file, size_t budget)
{
	struct opened *o = calloc(1, sizeof(*o));

	if (o == NULL)
		abort();
	arena_init(&o->arena, budget);
	o->parse = (struct parse){ .file = file, .arena = &o->arena, .facts = &o->pe };
	fact_clear(pe_facts, &o->pe);
	o->err = format_pe.open(&o->parse);
	if (format_pe.probe(bytes_clip(file, 0, 4096), file.n) == 0)
		EQ_U(o->err, ERR_FORMAT);
	return o;
}

static void
close_pe(struct opened *o)
{
	arena_done(&o->arena);
	free(o);
}

TEST(what_is_a_pe)
{
	/* clang-format off */
	static const struct {
		const char *name;
		size_t size, at;
		uint16_t value;
		int want;
	} rows[] = {
		{ "as made",         SIZE, 0, 0x5a4d, 1 },
		{ "no MZ",           SIZE, 0, 0x5a4e, 0 },
		{ "no PE",           SIZE, HEADER, 0x4551, 0 },
		{ "header outside",  SIZE, 0x3e, 0xffff, 0 },
		{ "any machine",     SIZE, HEADER + 4, 0x1234, 1 },
		{ "any magic",       SIZE, HEADER + 24, 0, 1 },
		{ "just fits",       HEADER + 24 + 224, 0, 0x5a4d, 1 },
		{ "a byte too few",  HEADER + 24 + 223, 0, 0x5a4d, 0 },
		{ "PE32+ in less",   HEADER + 24 + 239, HEADER + 24, 0x20b, 0 },
		{ "DOS header cut",  63, 0, 0x5a4d, 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[SIZE];
		struct opened *o;

		ROW("%s", rows[i].name);
		sample(bytes, SIZE, false, 0);
		put_le16(bytes + rows[i].at, rows[i].value);
		o = open_pe(test_copy((struct bytes){ bytes, rows[i].size }), 1 << 20);
		EQ_I(o->pe.is_pe, rows[i].want);
		EQ_U(o->err, rows[i].want ? OK : ERR_FORMAT);
		close_pe(o);
	}
}

TEST(nothing_is_defined_of_what_is_no_pe)
{
	struct opened *o = open_pe(BYTES_LIT("MZ but no more"), 1 << 20);

	EQ_U(pe_load_signatures(&o->pe), OK);
	EQ_U(pe_load_imports(&o->pe), OK);
	EQ_I(o->pe.number_of_signatures, FACT_UNDEF);
	EQ_I(o->pe.number_of_imports, FACT_UNDEF);
	EQ_I(o->pe.machine, FACT_UNDEF);
	struct fact_call c = { .self = &o->pe, .ret.i = FACT_UNDEF };
	pe_is_dll(&c);
	EQ_I(c.ret.i, FACT_UNDEF);
	close_pe(o);
}

TEST(parts_wait_until_they_are_read)
{
	uint8_t bytes[SIZE];
	struct opened *o = open_pe(sample(bytes, SIZE, true, 1), 1 << 20);

	EQ_I(o->pe.number_of_sections, 1);
	EQ_U(o->pe.sections.n, 1);
	EQ_I(o->pe.base_of_data, FACT_UNDEF); /* PE32+ has none */
	EQ_U(o->pe.loaded, 0);
	EQ_I(o->pe.number_of_imports, FACT_UNDEF);
	EQ_U(pe_load_imports(&o->pe), OK);
	EQ_I(o->pe.number_of_imports, 0);
	EQ_U(o->pe.loaded, 1U << PE_PART_IMPORTS);
	EQ_U(pe_load_verified(&o->pe), OK);
	EQ_I(o->pe.number_of_signatures, 0);
	EQ_I(o->pe.is_signed, 0);
	close_pe(o);
}

/* Reads every part, as a dump does. ERR_LIMIT when one of them says so. */
static enum err
load_all(struct pe *pe)
{
	static fact_load *const parts[] = {
		pe_load_rich,
		pe_load_debug,
		pe_load_imports,
		pe_load_delayed,
		pe_load_exports,
		pe_load_resources,
		pe_load_verified,
	};
	enum err all = OK;

	for (size_t i = 0; i < COUNT(parts); i++)
		if (parts[i](pe) != OK)
			all = ERR_LIMIT;
	return all;
}

/* One section that maps the file as it lies, so an rva is an offset. */
static uint8_t *
flat(uint8_t *out, size_t size, bool wide)
{
	uint8_t *optional = out + HEADER + 24;
	uint8_t *section = optional + (wide ? 240 : 224);

	sample(out, size, wide, 1);
	put_le32(optional + 56, (uint32_t)size); /* SizeOfImage */
	put_le32(section + 8, (uint32_t)size);
	put_le32(section + 16, (uint32_t)size);
	return optional + (wide ? 112 : 96); /* the directories */
}

static void
set_directory(uint8_t *dirs, unsigned which, uint32_t at, uint32_t size)
{
	put_le32(dirs + which * 8, at);
	put_le32(dirs + which * 8 + 4, size);
}

/* Something of everything, by hand: what is where stands in each line. */
static struct bytes
rich_sample(uint8_t out[2048])
{
	uint8_t *dirs = flat(out, 2048, false);

	set_directory(dirs, PE_DIR_IMPORT, 512, 40);
	put_le32(out + 512, 560);      /* names of functions */
	put_le32(out + 512 + 12, 600); /* name of the library */
	put_le32(out + 512 + 16, 560);
	put_le32(out + 560, 620);        /* by name */
	put_le32(out + 564, 0x80000002); /* by number */
	memcpy(out + 600, "ws2_32.dll", 11);
	memcpy(out + 622, "Function", 9);

	set_directory(dirs, PE_DIR_EXPORT, 700, 100);
	put_le32(out + 700 + 12, 600);
	put_le32(out + 700 + 16, 1);
	put_le32(out + 700 + 20, 2); /* addresses at 750 */
	put_le32(out + 700 + 24, 1); /* names at 760, indexes at 770 */
	put_le32(out + 700 + 28, 750);
	put_le32(out + 700 + 32, 760);
	put_le32(out + 700 + 36, 770);
	put_le32(out + 750, 512);
	put_le32(out + 754, 780); /* inside of the directory: a forwarder */
	put_le32(out + 760, 622);
	memcpy(out + 780, "to.Other", 9);

	set_directory(dirs, PE_DIR_RESOURCE, 1024, 200);
	put_le16(out + 1024 + 14, 1);
	put_le32(out + 1024 + 16, 16); /* of type version */
	put_le32(out + 1024 + 20, 0x80000020);
	put_le16(out + 1056 + 14, 1);
	put_le32(out + 1056 + 20, 0x80000040);
	put_le16(out + 1088 + 14, 1);
	put_le32(out + 1088 + 20, 0x60);
	put_le32(out + 1120, 1200);
	put_le32(out + 1124, 300);
	put_le16(out + 1200, 300);
	for (size_t i = 0; i < 15; i++)
		out[1206 + i * 2] = (uint8_t) "VS_VERSION_INFO"[i];
	put_le16(out + 1292, 100);
	for (size_t i = 0; i < 14; i++)
		out[1298 + i * 2] = (uint8_t) "StringFileInfo"[i];
	put_le16(out + 1328, 60); /* a table with an empty name */
	put_le16(out + 1336, 40); /* "a" = "b" */
	put_le16(out + 1338, 1);
	out[1342] = 'a';
	out[1348] = 'b';

	set_directory(dirs, PE_DIR_DEBUG, 1600, 28);
	put_le32(out + 1612, 2);
	put_le32(out + 1620, 1640);
	memcpy(out + 1640, "RSDS", 4);
	memcpy(out + 1664, "a.pdb", 6);

	set_directory(dirs, PE_DIR_DELAY_IMPORT, 1700, 64);
	put_le32(out + 1700, 1);
	put_le32(out + 1704, 600);
	put_le32(out + 1712, 560);
	put_le32(out + 1716, 560);

	set_directory(dirs, PE_DIR_SECURITY, 1800, 248);
	put_le32(out + 1800, 248);
	memcpy(out + 1808, "\x30\x82\x00\xea\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
	    15);
	return (struct bytes){ out, 2048 };
}

TEST(something_of_everything)
{
	uint8_t bytes[2048];
	struct opened *o = open_pe(rich_sample(bytes), 1 << 20);
	const struct pe *pe = &o->pe;
	const struct pe_pair *info;
	const struct pe_export *x;

	EQ_U(load_all(&o->pe), OK);
	EQ_I(pe->number_of_imports, 1);
	EQ_I(pe->number_of_imported_functions, 2);
	EQ_I(pe->number_of_delayed_imported_functions, 2);
	EQ_I(pe->number_of_exports, 2);
	x = pe->export_details.p;
	EQ_B(x[0].name, BYTES_LIT("Function"));
	EQ_B(x[1].forward_name, BYTES_LIT("to.Other"));
	EQ_I(pe->number_of_resources, 1);
	EQ_I(pe->number_of_version_infos, 1);
	info = pe->version_info.p;
	EQ_B(info->key, BYTES_LIT("a"));
	EQ_B(info->value, BYTES_LIT("b"));
	EQ_B(pe->pdb_path, BYTES_LIT("a.pdb"));
	EQ_I(pe->number_of_signatures, 0);
	close_pe(o);
}

static bool
charge(void *host, uint64_t n)
{
	(void)host;
	(void)n;
	return true;
}

/* As a stand-in for a regex, an argument is text that a name must hold. */
static bool
holds(void *host, const void *re, struct bytes s)
{
	(void)host;
	return bytes_find(s, 0, bytes_of(re)) != UINT64_MAX;
}

#define S(text)                      \
	{                            \
		.s = BYTES_LIT(text) \
	}
#define I(n)             \
	{                \
		.i = (n) \
	}
#define R(text)              \
	{                    \
		.re = (text) \
	}

TEST(functions)
{
	/* clang-format off */
	static const struct {
		const char *name;
		fact_fn *fn;
		union fact_value arg[3];
		int64_t want;
	} rows[] = {
		{ "a function", pe_imports_name, { S("WS2_32.DLL"), S("function") }, 1 },
		{ "up to a NUL", pe_imports_name, { S("ws2_32.dll\0x"), S("function\0y") }, 1 },
		{ "another library", pe_imports_name, { S("ws2_32"), S("function") }, 0 },
		{ "an ordinal", pe_imports_ordinal, { S("ws2_32.dll"), I(2) }, 1 },
		{ "by its name", pe_imports_name, { S("ws2_32.dll"), S("bind") }, 1 },
		{ "no ordinal", pe_imports_ordinal, { S("ws2_32.dll"), I(3) }, 0 },
		{ "of a library", pe_imports_dll, { S("ws2_32.dll") }, 2 },
		{ "by regex", pe_imports_regex, { R("ws2"), R("n") }, 2 },
		{ "delayed only", pe_imports_flag_dll, { I(2), S("ws2_32.dll") }, 2 },
		{ "both", pe_imports_flag_dll, { I(-1), S("ws2_32.dll") }, 4 },
		{ "both, by name", pe_imports_flag_name, { I(3), S("ws2_32.dll"), S("bind") }, 1 },
		{ "neither", pe_imports_flag_name, { I(4), S("ws2_32.dll"), S("bind") }, 0 },
		{ "address", pe_import_rva_name, { S("ws2_32.dll"), S("BIND") }, 564 },
		{ "address of none", pe_import_rva_name, { S("x.dll"), S("bind") }, FACT_UNDEF },
		{ "by ordinal", pe_import_rva_ordinal, { S("ws2_32.dll"), I(2) }, 564 },
		{ "delayed", pe_delayed_rva_ordinal, { S("ws2_32.dll"), I(2) }, 564 },
		{ "an export", pe_exports_name, { S("FUNCTION") }, 1 },
		{ "no export", pe_exports_name, { S("Function2") }, 0 },
		{ "exports by regex", pe_exports_regex, { R("unct") }, 1 },
		{ "exports by ordinal", pe_exports_ordinal, { I(2) }, 1 },
		{ "ordinal 0", pe_exports_ordinal, { I(0) }, 0 },
		{ "ordinal above", pe_exports_ordinal, { I(3) }, 0 },
		{ "index", pe_exports_index_ordinal, { I(2) }, 1 },
		{ "index of none", pe_exports_index_name, { S("none") }, FACT_UNDEF },
		{ "section by address", pe_section_index_addr, { I(100) }, 0 },
		{ "behind all sections", pe_section_index_addr, { I(2048) }, FACT_UNDEF },
		{ "section by name", pe_section_index_name, { S("") }, 0 },
		{ "no such section", pe_section_index_name, { S(".text") }, FACT_UNDEF },
		{ "language", pe_language, { I(0) }, 1 },
		{ "locale", pe_locale, { I(1033) }, 0 },
		{ "address to offset", pe_offset_of_rva, { I(600) }, 600 },
		{ "nowhere", pe_offset_of_rva, { I(4096) }, FACT_UNDEF },
		{ "bits", pe_is_32bit, { I(0) }, 1 },
		{ "more bits", pe_is_64bit, { I(0) }, 0 },
		{ "no library", pe_is_dll, { I(0) }, 0 },
	};
	/* clang-format on */
	uint8_t bytes[2048];
	struct opened *o = open_pe(rich_sample(bytes), 1 << 20);

	EQ_U(load_all(&o->pe), OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact_call c = { .self = &o->pe,
			.ret.i = FACT_UNDEF,
			.charge = charge,
			.re_match = holds };

		ROW("%s", rows[i].name);
		memcpy(c.arg, rows[i].arg, sizeof(rows[i].arg));
		rows[i].fn(&c);
		EQ_I(c.ret.i, rows[i].want);
	}
	close_pe(o);
}

/* md5 of "ws2_32.function,ws2_32.bind" */
TEST(import_hash)
{
	uint8_t bytes[2048];
	struct opened *o = open_pe(rich_sample(bytes), 1 << 20);
	struct fact_call c = { .self = &o->pe, .charge = charge };

	EQ_U(load_all(&o->pe), OK);
	pe_imphash(&c);
	EQ_B(c.ret.s, BYTES_LIT("6bbaa7022e8f5217b3e45e4437ad7f15"));
	close_pe(o);
}

/* Every prefix, and every bit turned: nothing but memory errors may show. */
TEST(sweep)
{
	uint8_t bytes[2048];

	rich_sample(bytes);
	for (size_t n = 0; n < sizeof(bytes); n += n < 1024 ? 7 : 1) {
		struct opened *o =
		    open_pe(test_copy((struct bytes){ bytes, n }), 1 << 20);

		CHECK(load_all(&o->pe) == OK);
		close_pe(o);
	}
	struct bytes copy = test_copy((struct bytes){ bytes, sizeof(bytes) });
	for (size_t bit = 0; bit < sizeof(bytes) * 8; bit++) {
		uint8_t *at = (uint8_t *)(uintptr_t)copy.p + bit / 8;
		struct opened *o;

		*at ^= (uint8_t)(1U << bit % 8);
		o = open_pe(copy, 1 << 20);
		CHECK(load_all(&o->pe) == OK || o->arena.used > 1 << 19);
		close_pe(o);
		*at ^= (uint8_t)(1U << bit % 8);
	}
}

/* Tables that share or contain themselves: the work stays linear in the file. */
enum trap { SECTIONS, IMPORTS, DELAYED, EXPORTS, TREE, VERSION, DEBUG, SIGNED, TRAPS };

static void
set_trap(enum trap t, uint8_t *out, uint8_t *dirs, uint32_t size)
{
	switch (t) {
	case SECTIONS: put_le16(out + HEADER + 6, 65535); break;
	case IMPORTS: set_directory(dirs, PE_DIR_IMPORT, 1024, size); break;
	case DELAYED: set_directory(dirs, PE_DIR_DELAY_IMPORT, 1024, size); break;
	case EXPORTS: set_directory(dirs, PE_DIR_EXPORT, 1024, size); break;
	case TREE:
	case VERSION: set_directory(dirs, PE_DIR_RESOURCE, 1024, size); break;
	case DEBUG: set_directory(dirs, PE_DIR_DEBUG, 1024, UINT32_MAX); break;
	case SIGNED: set_directory(dirs, PE_DIR_SECURITY, 1024, size - 1024); break;
	case TRAPS: break;
	}
}

/* What fills the file behind the header, so that each table goes on and on. */
static void
fill_trap(enum trap t, uint8_t *out, uint32_t size)
{
	for (uint32_t i = 1024; i + 40 < size; i += 4)
		put_le32(out + i, 1024 + (i & 0xfff));
	if (t == TREE || t == VERSION) {
		put_le32(out + 1024, 0);
		put_le16(out + 1036, 32768);
		put_le16(out + 1038, 32768);
		for (uint32_t i = 1040; i + 8 < size; i += 8) {
			put_le32(out + i, 16);
			put_le32(out + i + 4, t == TREE ? 0x80000000 : 0x40);
		}
	}
	if (t == DEBUG)
		for (uint32_t i = 1024; i + 28 < size; i += 28)
			put_le32(out + i + 12, 2);
	if (t == DELAYED)
		for (uint32_t i = 1024; i + 32 < size; i += 32)
			put_le32(out + i, 1);
	if (t == SIGNED)
		memset(out + 1024, 0x30, size - 1024);
}

TEST(work_is_linear)
{
	for (enum trap t = 0; t < TRAPS; t++)
		for (uint32_t size = 1 << 16; size <= 1 << 20; size <<= 4) {
			uint8_t *out = calloc(1, size);
			uint8_t *dirs = flat(out, size, t == IMPORTS);
			struct opened *o;

			ROW("trap %d, %u bytes", (int)t, size);
			fill_trap(t, out, size);
			set_trap(t, out, dirs, size);
			o = open_pe((struct bytes){ out, size }, 64 << 20);
			(void)!load_all(&o->pe);
			CHECK(o->pe.sections.n <= PE_MAX_SECTIONS);
			CHECK(o->pe.steps < o->pe.budget + 10 * (uint64_t)size);
			close_pe(o);
			free(out);
		}
}

/* A PE header inside of the DOS header: no room for a Rich header, and no search. */
TEST(header_within_the_header)
{
	uint8_t bytes[SIZE];

	for (uint32_t at = 2; at < HEADER; at++) {
		struct opened *o;

		ROW("at %u", at);
		if (at > 0x3c - 4 && at < 0x40) /* it would be its own offset */
			continue;
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, "MZ", 2);
		memcpy(bytes + at, "PE\0", 4);
		put_le32(bytes + 0x3c, at);
		o = open_pe((struct bytes){ bytes, SIZE }, 1 << 20);
		EQ_I(o->pe.is_pe, 1);
		EQ_U(pe_load_rich(&o->pe), OK);
		CHECK(o->pe.steps < 1000);
		close_pe(o);
	}
}

/* Where an address lies in the file. The section maps 0x1000.. to 1024.. . */
TEST(addresses)
{
	static const struct {
		const char *name;
		uint32_t rva_of_section, virtual_size, raw_size, raw, alignment;
		uint64_t rva;
		int64_t want;
	} rows[] = {
		{ "start", 0x1000, 512, 512, 1024, 512, 0x1000, 1024 },
		{ "last byte", 0x1000, 512, 512, 1024, 512, 0x11ff, 1535 },
		{ "behind", 0x1000, 512, 512, 1024, 512, 0x1200, -1 },
		{ "headers", 0x1000, 512, 512, 1024, 512, 100, 100 },
		{ "zeros behind the bytes", 0x1000, 4096, 512, 1024, 512, 0x1200, -1 },
		{ "raw is larger", 0x1000, 16, 512, 1024, 512, 0x1100, 1280 },
		{ "rounded down", 0x1000, 512, 512, 1100, 512, 0x1000, 1024 },
		{ "small alignment", 0x1000, 512, 512, 1100, 4, 0x1000, 1100 },
		{ "no alignment", 0x1000, 512, 512, 1101, 0, 0x1000, 1101 },
		{ "behind the file", 0x1000, 8192, 8192, 1024, 512, 0x1000 + 1024, -1 },
		{ "raw outside", 0x1000, 512, 512, UINT32_MAX, 512, 0x1000, -1 },
		{ "section wraps", UINT32_MAX - 15, 512, 512, 1024, 512, UINT32_MAX,
		    1039 },
		{ "above 32 bits", 0x1000, 512, 512, 1024, 512, 1ULL << 32 | 0x1000, -1 },
		{ "all ones", 0x1000, UINT32_MAX, UINT32_MAX, 1024, 512, UINT64_MAX, -1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[2048];
		uint8_t *optional = bytes + HEADER + 24, *section = optional + 224;
		struct opened *o;

		ROW("%s", rows[i].name);
		sample(bytes, sizeof(bytes), false, 1);
		put_le32(optional + 36, rows[i].alignment);
		put_le32(section + 8, rows[i].virtual_size);
		put_le32(section + 12, rows[i].rva_of_section);
		put_le32(section + 16, rows[i].raw_size);
		put_le32(section + 20, rows[i].raw);
		o = open_pe((struct bytes){ bytes, sizeof(bytes) }, 1 << 20);
		EQ_I(pe_rva_to_offset(&o->pe, rows[i].rva), rows[i].want);
		close_pe(o);
	}
}

/* A Rich header of two tools, at 128, before a PE header at 192. */
static struct bytes
with_rich(uint8_t out[SIZE])
{
	static const uint32_t clear[] = { 0x536e6144, 0, 0, 0, 0x00010002, 5, 0x00030004,
		7 };

	memset(out, 0, SIZE);
	memcpy(out, "MZ", 2);
	put_le32(out + 0x3c, 192);
	memcpy(out + 192, "PE", 2);
	for (unsigned i = 0; i < COUNT(clear); i++)
		put_le32(out + 128 + 4 * i, clear[i] ^ 0x1234567);
	put_le32(out + 160, 0x68636952);
	put_le32(out + 164, 0x1234567);
	return (struct bytes){ out, SIZE };
}

static bool
charge_none(void *host, uint64_t n)
{
	(void)host;
	return n == 0;
}

TEST(rich)
{
	static const struct {
		const char *name;
		fact_fn *fn;
		int64_t a, b, want;
	} rows[] = {
		{ "a version", pe_rich_version, 2, 0, 5 },
		{ "no version", pe_rich_version, 1, 0, 0 },
		{ "a tool", pe_rich_toolid, 3, 0, 7 },
		{ "both", pe_rich_version_toolid, 4, 3, 7 },
		{ "not together", pe_rich_version_toolid, 2, 3, 0 },
		{ "both, turned", pe_rich_toolid_version, 1, 2, 5 },
		{ "negative", pe_rich_toolid, -1, 0, 0 },
	};
	uint8_t bytes[SIZE];
	struct opened *o = open_pe(with_rich(bytes), 1 << 20);
	const struct pe_rich *r = &o->pe.rich_signature;

	EQ_U(pe_load_rich(&o->pe), OK);
	EQ_I(r->offset, 128);
	EQ_I(r->length, 32);
	EQ_I(r->key, 0x1234567);
	EQ_B(r->version_data, test_hex("02000100 04000300"));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact_call c = { .self = &o->pe.rich_signature,
			.arg = { { .i = rows[i].a }, { .i = rows[i].b } },
			.ret.i = FACT_UNDEF,
			.charge = charge };

		ROW("%s", rows[i].name);
		rows[i].fn(&c);
		EQ_I(c.ret.i, rows[i].want);
		c.charge = charge_none;
		rows[i].fn(&c);
		EQ_I(c.ret.i, FACT_UNDEF);
	}
	close_pe(o);
}

/* The functions that read the file say what they cost, and stop when it is refused. */
TEST(functions_without_budget)
{
	static fact_fn *const fns[] = { pe_calculate_checksum, pe_exports_ordinal,
		pe_locale, pe_offset_of_rva };
	uint8_t bytes[2048];
	struct opened *o = open_pe(rich_sample(bytes), 1 << 20);

	EQ_U(load_all(&o->pe), OK);
	for (size_t i = 0; i < COUNT(fns); i++) {
		struct fact_call c = {
			.self = &o->pe, .ret.i = FACT_UNDEF, .charge = charge_none
		};

		ROW("function %zu", i);
		fns[i](&c);
		CHECK(c.ret.i == FACT_UNDEF || c.ret.i == 0);
	}
	struct fact_call c = { .self = &o->pe, .charge = charge_none };
	pe_imphash(&c);
	CHECK(c.ret.s.p == NULL);
	c.charge = charge;
	pe_imphash(&c); /* a refusal is not kept */
	EQ_B(c.ret.s, BYTES_LIT("6bbaa7022e8f5217b3e45e4437ad7f15"));
	close_pe(o);
}

/* In every budget a part is whole or says ERR_LIMIT: nothing is lost in silence. */
TEST(every_arena_budget)
{
	uint8_t bytes[2048];

	rich_sample(bytes);
	for (size_t budget = 0; budget < 64 << 10; budget += budget / 16 + 16) {
		struct opened *o =
		    open_pe((struct bytes){ bytes, sizeof(bytes) }, budget);

		ROW("%zu bytes", budget);
		if (o->err == OK && load_all(&o->pe) == OK) {
			EQ_I(o->pe.number_of_imported_functions, 2);
			EQ_I(o->pe.number_of_delayed_imported_functions, 2);
			EQ_I(o->pe.number_of_exports, 2);
			EQ_I(o->pe.number_of_version_infos, 1);
		} else {
			CHECK(o->err == ERR_LIMIT || o->parse.notes & PE_NOTE_LIMIT);
		}
		close_pe(o);
	}
}

TEST(names_of_ordinals)
{
	static const struct {
		const char *dll;
		uint16_t ordinal;
		const char *want;
	} rows[] = {
		{ "ws2_32.dll", 1, "accept" },
		{ "WSOCK32.DLL", 2, "bind" },
		{ "ws2_32.dll.evil", 1, "accept" },
		{ "ws2_32.dl", 1, NULL },
		{ "ws2_32.dll", 0, NULL },
		{ "ws2_32.dll", UINT16_MAX, NULL },
		{ "oleaut32.dll", 443, "UnRegisterTypeLibForUser" },
		{ "oleaut32.dll", 444, NULL },
		{ "", 1, NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *name =
		    pe_ordinal_name(test_copy(bytes_of(rows[i].dll)), rows[i].ordinal);

		ROW("%s %u", rows[i].dll, rows[i].ordinal);
		EQ_S(name ? name : "none", rows[i].want ? rows[i].want : "none");
	}
}
