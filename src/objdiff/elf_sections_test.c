/*
 * elf_sections_test.c - one section of a file, and what its difference is called: by its
 * name, its type, and whether it is loaded. Names that sound harmless make nothing
 * harmless that is loaded.
 */
#include "objdiff/elf_diff.h"

#include "objdiff/made.h"
#include "objdiff/rig.h"

#define C(name) (1u << DIFF_##name)
#define A       SHF_ALLOC
#define W       SHF_WRITE
#define X       SHF_EXECINSTR

struct row {
	const char *name;
	uint32_t type;
	uint64_t flags;
	const char *a, *b; /* NULL: it has no such section */
	unsigned classes;  /* all that may be said */
	const char *says;
};

/* clang-format off */
static const struct row rows[] = {
	/* not loaded */
	{ ".debug_info", SHT_PROGBITS, 0, "0102", "0103", C(DEBUG), "debug info|.debug_info|details for debuggers differ" },
	{ ".debug_info", SHT_PROGBITS, 0, NULL, "0103", C(DEBUG), "section was added (2 bytes)" },
	{ ".gnu_debuglink", SHT_PROGBITS, 0, "0102", "0103", C(DEBUG), "details for debuggers" },
	{ ".stab", SHT_PROGBITS, 0, "0102", "0103", C(DEBUG), "debug info|.stab" },
	{ ".strtab", SHT_STRTAB, 0, "006100", "006200", C(DEBUG), "symbols for debuggers differ" },
	{ ".comment", SHT_PROGBITS, 0, "476300", "476400", C(METADATA), "metadata|.comment|another compiler" },
	{ ".mine", SHT_PROGBITS, 0, "0102", "0103", C(DATA), "data|.mine|content differs (2 and 2 bytes)" },
	{ ".mine", SHT_PROGBITS, 0, "0102", NULL, C(DATA), "data|.mine|section is gone (2 bytes)" },
	/* "built 2024-01-02" and another day */
	{ ".built", SHT_PROGBITS, 0, "6275696c7420323032342d30312d303200", "6275696c7420323032352d30332d303400", C(TIMESTAMP), "timestamp|.built|only dates or build paths differ" },
	{ ".note.mine", SHT_NOTE, 0, "0102", "0103", C(DATA), "data|.note.mine|note differs" },
	/* notes that are loaded */
	{ ".note.gnu.build-id", SHT_NOTE, A, "04000000 02000000 03000000 474e5500 0102", "04000000 02000000 03000000 474e5500 0103", C(BUILD_ID), "build id|.note.gnu.build-id|build id differs" },
	{ ".note.gnu.build-id", SHT_NOTE, A, "04000000 02000000 03000000 474e5500 0102", "04000000 02000000 04000000 474e5500 0102", C(DATA), "data|.note.gnu.build-id|note differs" },
	{ ".note.package", SHT_NOTE, A, "0102", "0103", C(METADATA), "metadata|.note.package|note differs" },
	{ ".note.gnu.property", SHT_NOTE, A, "0102", "0103", C(CODE), "code|.note.gnu.property|note differs" },
	{ ".note.gnu.property", SHT_NOTE, A, NULL, "0103", C(DATA), "section was added" },
	/* what sounds harmless, and is loaded */
	{ ".comment", SHT_PROGBITS, A, "476300", "476400", C(DATA), "data|.comment" },
	{ ".debug_info", SHT_PROGBITS, A | X, "b801000000c3", "b802000000c3", C(CODE), "code|.debug_info" },
	{ ".debug_str", SHT_PROGBITS, A | W, "0102030405060708", "0102030405060709", C(DATA), "data|.debug_str" },
	/* code and data */
	{ ".text", SHT_PROGBITS, A | X, "b801000000c3", "b802000000c3", C(CODE), "code|.text" },
	{ ".text", SHT_PROGBITS, A | X, "b801000000c3", NULL, C(CODE), "code|.text|section is gone" },
	{ ".data", SHT_PROGBITS, A | W, "0102030405060708", "0102030405060709", C(DATA), "data|.data" },
	{ ".rodata", SHT_PROGBITS, A, "0102030405060708", "0102030405060709", C(DATA), "data|.rodata" },
	{ ".rodata", SHT_PROGBITS, A, NULL, "0102030405060709", C(DATA), "data|.rodata|section was added (8 bytes)" },
	/* what the loader reads */
	{ ".interp", SHT_PROGBITS, A, "2f6100", "2f6200", C(CODE), "code|.interp" },
	{ ".gnu.hash", SHT_GNU_HASH, A, "01020304", "01020305", C(CODE), "code|.gnu.hash|the table to find symbols differs" },
	{ ".eh_frame", SHT_PROGBITS, A, "00000000", "00000001", C(CODE), "code|.eh_frame" },
	{ ".init_array", SHT_INIT_ARRAY, A | W, "0000000000000000", "0100000000000000", C(CODE) | C(DATA), "code|.init_array|other functions run by themselves" },
};
/* clang-format on */

static struct bytes
make(const struct row *r, const char *content)
{
	struct made *m = &(struct made){ 0 };

	made_begin(m, true, false, ET_DYN, 62);
	unsigned first =
	    made_text(m, ".first", SHT_PROGBITS, SHF_ALLOC, "in front of it");
	unsigned last = first;
	if (content != NULL) {
		struct bytes b = test_hex(content);
		last = made_section(m, r->name, r->type, r->flags, b.p, b.n);
	}
	made_segment(
	    m, PT_LOAD, r->flags & X ? 5 : 4, first, r->flags & A ? last : first);
	return made_end(m);
}

TEST(one_section)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct rig_told t = { 0 };

		ROW("%s, flags %llu: %s", r->name, (unsigned long long)r->flags, r->says);
		EQ_U(rig_run(make(r, r->a), make(r, r->b), &t), OK);
		if (!CHECK(rig_says(&t, r->says)) ||
		    !CHECK((t.classes & ~r->classes) == 0))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
}

/* Nothing is told of a section that is the same. */
TEST(equal_sections)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		const char *content = r->a ? r->a : r->b;
		struct rig_told t = { 0 };

		ROW("%s", r->name);
		EQ_U(rig_run(make(r, content), make(r, content), &t), OK);
		EQ_U(t.kinds, 0);
		buf_done(&t.text);
	}
}

/* How a section is treated counts more than what is in it. */
TEST(attributes)
{
	static const struct {
		uint32_t type_a, type_b;
		uint64_t flags_a, flags_b;
		unsigned cls;
		const char *says;
	} pairs[] = {
		{ SHT_PROGBITS, SHT_PROGBITS, A, A | W, DIFF_CODE,
		    "treated otherwise: flags 0x2 became 0x3" },
		{ SHT_PROGBITS, SHT_PROGBITS, A | W, A | X, DIFF_CODE,
		    "treated otherwise: flags 0x3 became 0x6" },
		{ SHT_PROGBITS, SHT_PROGBITS, A, 0, DIFF_CODE,
		    "treated otherwise: flags 0x2 became 0x0" },
		{ SHT_PROGBITS, SHT_NOBITS, A | W, A | W, DIFF_CODE, "type 1 became 8" },
	};

	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct rig_told t = { 0 };
		struct bytes file[2];

		ROW("%s", pairs[i].says);
		for (unsigned k = 0; k < 2; k++) {
			struct made *m = &(struct made){ 0 };

			made_begin(m, true, false, ET_DYN, 62);
			made_section(m, "s", k ? pairs[i].type_b : pairs[i].type_a,
			    k ? pairs[i].flags_b : pairs[i].flags_a,
			    "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
			file[k] = made_end(m);
		}
		EQ_U(rig_run(file[0], file[1], &t), OK);
		CHECK(t.classes & 1u << pairs[i].cls);
		if (!CHECK(rig_says(&t, pairs[i].says)))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
}

static struct bytes
with_space(uint64_t n)
{
	struct made *m = &(struct made){ 0 };

	made_begin(m, true, false, ET_DYN, 62);
	made_text(m, ".data", SHT_PROGBITS, A | W, "1234567");
	unsigned bss = made_section(m, ".bss", SHT_NOBITS, A | W, NULL, 0);
	m->sec[bss].size = n;
	return made_end(m);
}

TEST(space)
{
	struct rig_told t = { 0 };

	EQ_U(rig_run(with_space(64), with_space(96), &t), OK);
	EQ_U(t.classes, C(DATA));
	CHECK(rig_says(&t, "data|.bss|space for variables: 64 bytes became 96"));
	buf_done(&t.text);
}

static struct bytes
in_order(const char *names)
{
	static const char *const all[] = { ".a", ".b", ".c" };
	struct made *m = &(struct made){ 0 };

	made_begin(m, true, false, ET_DYN, 62);
	for (const char *p = names; *p != 0; p++)
		made_text(m, all[*p - 'a'], SHT_PROGBITS, A, all[*p - 'a']);
	return made_end(m);
}

/* Paired by name, wherever they stand; the second of a name with the second. */
TEST(order)
{
	static const struct {
		const char *a, *b;
		bool order;
	} pairs[] = { { "abc", "acb", true }, { "abc", "cab", true },
		{ "aab", "aba", true }, { "ab", "abc", false }, { "abc", "ac", false } };

	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct rig_told t = { 0 };

		ROW("%s and %s", pairs[i].a, pairs[i].b);
		EQ_U(rig_run(in_order(pairs[i].a), in_order(pairs[i].b), &t), OK);
		EQ_U(rig_says(&t, "sections stand in another order"), pairs[i].order);
		CHECK(!(t.classes & C(CODE)));
		buf_done(&t.text);
	}
}

TEST(parts)
{
	static const struct {
		const char *name;
		uint32_t type;
		uint64_t flags;
		uint16_t file;
		enum elf_part part;
	} all[] = {
		{ ".text", SHT_PROGBITS, A | X, ET_DYN, PART_CODE },
		{ ".data", SHT_PROGBITS, A | W, ET_DYN, PART_DATA },
		{ ".dynsym", SHT_DYNSYM, A, ET_DYN, PART_LINK },
		{ "anything", SHT_RELA, A, ET_DYN, PART_LINK },
		{ ".rela.text", SHT_RELA, 0, ET_REL, PART_LINK },
		{ ".rela.text", SHT_RELA, 0, ET_DYN, PART_FILE },
		{ ".rela.debug_info", SHT_RELA, 0, ET_REL, PART_DEBUG },
		{ ".symtab", SHT_SYMTAB, 0, ET_DYN, PART_DEBUG },
		{ ".symtab", SHT_SYMTAB, 0, ET_REL, PART_LINK },
		{ ".strtab", SHT_STRTAB, 0, ET_REL, PART_LINK },
		{ ".shstrtab", SHT_STRTAB, 0, ET_REL, PART_NAMES },
		{ ".eh_frame", SHT_PROGBITS, A, ET_DYN, PART_UNWIND },
		{ ".eh_frame", SHT_PROGBITS, A, ET_REL, PART_DATA },
		{ ".note.gnu.build-id", SHT_NOTE, A, ET_DYN, PART_BUILD_ID },
		{ ".note.gnu.build-id", SHT_NOTE, 0, ET_DYN, PART_NOTE },
		{ ".comment", SHT_PROGBITS, 0, ET_DYN, PART_COMMENT },
		{ ".comment", SHT_PROGBITS, A, ET_DYN, PART_DATA },
		{ "other", SHT_PROGBITS, 0, ET_DYN, PART_FILE },
	};

	for (size_t i = 0; i < COUNT(all); i++) {
		struct elf e = { .type = all[i].file };
		struct elf_sec s = { .name = bytes_of(all[i].name),
			.type = all[i].type,
			.flags = all[i].flags };

		ROW("%s in a file of type %u", all[i].name, all[i].file);
		EQ_U(elf_part(&e, &s), all[i].part);
	}
}
