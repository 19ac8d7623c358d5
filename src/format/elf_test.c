/*
 * The parser of elf, unit by unit; whole files are compared in tests/golden/elf, all of
 * which Debian's yara reads the same way.
 */
#include "format/elf.h"

#include "format/rig.h"

extern const struct format format_elf;

/* Where the parts of the sample lie. */
enum {
	SIZE = 1024,
	SEGMENTS = 64,
	DYNAMIC = 256,
	NAMES = 300,   /* of sections and symbols */
	SYMBOLS = 400, /* three */
	SECTIONS = 512,
	SECTION = 64,
	SYMBOL = 24,
};

static const char names[] = "\0.names\0.symbols\0Open\0alpha\0strlen";

static void
put_section(uint8_t *out, unsigned i, uint32_t name, uint32_t type, uint64_t off,
    uint64_t size, uint32_t link)
{
	uint8_t *row = out + SECTIONS + i * SECTION;

	put_le32(row, name);
	put_le32(row + 4, type);
	put_le64(row + 24, off);
	put_le64(row + 32, size);
	put_le32(row + 40, link);
}

static void
put_symbol(uint8_t *out, unsigned i, uint32_t name, uint8_t info, uint16_t shndx)
{
	uint8_t *row = out + SYMBOLS + i * SYMBOL;

	put_le32(row, name);
	row[4] = info;
	put_le16(row + 6, shndx);
}

/* A shared object of class 64: three sections, one segment, three symbols. */
static struct bytes
sample(uint8_t out[SIZE])
{
	memset(out, 0, SIZE);
	memcpy(out, "\177ELF\2\1\1", 7);
	put_le16(out + 16, 3);
	put_le16(out + 18, 62);
	put_le64(out + 32, SEGMENTS);
	put_le64(out + 40, SECTIONS);
	put_le16(out + 56, 1);
	put_le16(out + 60, 3);
	put_le16(out + 62, 1);
	put_le32(out + SEGMENTS, 2);
	put_le64(out + SEGMENTS + 8, DYNAMIC);
	put_le64(out + DYNAMIC, 1);
	put_le64(out + DYNAMIC + 8, 99);
	memcpy(out + NAMES, names, sizeof(names));
	put_section(out, 1, 1, 3, NAMES, sizeof(names), 0);
	put_section(out, 2, 8, 11, SYMBOLS, 3 * SYMBOL, 1);
	put_symbol(out, 0, 17, 0x12, 0);
	put_symbol(out, 1, 22, 0x12, 0);
	put_symbol(out, 2, 28, 0x12, 7);
	return (struct bytes){ out, SIZE };
}

static struct elf *
elf_of(const struct rig *o)
{
	return o->facts;
}

/* Reads every part. ERR_LIMIT when one of them says so. */
static enum err
load_all(void *e)
{
	static fact_load *const parts[] = { elf_load_entry, elf_load_sections,
		elf_load_segments, elf_load_dynamic, elf_load_symbols };
	enum err all = OK;

	for (size_t i = 0; i < COUNT(parts); i++)
		if (parts[i](e) != OK)
			all = ERR_LIMIT;
	return all;
}

TEST(what_is_an_elf)
{
	/* clang-format off */
	static const struct {
		const char *name;
		size_t size, at;
		uint8_t value;
		bool want;
	} rows[] = {
		{ "as made",            SIZE, 0, 0x7f, true },
		{ "another magic",      SIZE, 3, 'G', false },
		{ "no such class",      SIZE, 4, 3, false },
		{ "class 0",            SIZE, 4, 0, false },
		{ "no such byte order", SIZE, 5, 0, false },
		{ "another version",    SIZE, 6, 77, true },
		{ "only the header",    64, 0, 0x7f, false },
		{ "a byte more",        65, 0, 0x7f, true },
		{ "header of class 32", 52, 4, 1, false },
		{ "and a byte",         53, 4, 1, true },
		{ "nearly nothing",     5, 0, 0x7f, false },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[SIZE];
		struct rig *o;

		ROW("%s", rows[i].name);
		sample(bytes);
		bytes[rows[i].at] = rows[i].value;
		o = rig_open(&format_elf,
		    test_copy((struct bytes){ bytes, rows[i].size }), 1 << 20);
		EQ_U(o->err, rows[i].want ? OK : ERR_FORMAT);
		EQ_U(load_all(o->facts), OK);
		EQ_U(elf_of(o)->type == FACT_UNDEF, !rows[i].want);
		rig_close(o);
	}
}

TEST(parts_wait_until_they_are_read)
{
	uint8_t bytes[SIZE];
	struct rig *o = rig_open(&format_elf, sample(bytes), 1 << 20);
	const struct elf_section *s;
	const struct elf_symbol *y;

	EQ_I(elf_of(o)->number_of_sections, 3);
	EQ_U(elf_of(o)->loaded, 0);
	EQ_U(elf_of(o)->steps, 0);
	EQ_U(elf_of(o)->sections.n, 0);
	EQ_U(elf_load_sections(o->facts), OK);
	EQ_U(elf_of(o)->loaded, 1U << ELF_PART_SECTIONS);
	s = elf_of(o)->sections.p;
	EQ_B(s[1].name, BYTES_LIT(".names"));
	EQ_U(load_all(o->facts), OK);
	EQ_I(elf_of(o)->dynamic_section_entries, 2);
	EQ_I(elf_of(o)->dynsym_entries, 3);
	EQ_I(elf_of(o)->symtab_entries, FACT_UNDEF);
	y = elf_of(o)->dynsym.p;
	EQ_B(y[1].name, BYTES_LIT("alpha"));
	rig_close(o);
}

static bool
charge(void *host, uint64_t n)
{
	uint64_t *left = host;

	if (n > *left)
		return false;
	*left -= n;
	return true;
}

static struct bytes
call(struct rig *o, fact_fn *fn, uint64_t work)
{
	struct fact_call c = { .self = o->facts, .host = &work, .charge = charge };

	if (elf_load_symbols(o->facts) == OK)
		fn(&c);
	return c.ret.s;
}

TEST(digests_of_imports)
{
	uint8_t bytes[SIZE];
	struct rig *o = rig_open(&format_elf, sample(bytes), 1 << 20);

	/* MD5 of "alpha,open": undefined ones, in lower case, sorted. */
	EQ_B(
	    call(o, elf_import_md5, 1000), BYTES_LIT("2f15471aac5cef52507e562986d46e83"));
	CHECK(call(o, elf_telfhash, 1000).p == NULL); /* "alpha,open" is too short */
	rig_close(o);

	o = rig_open(&format_elf, sample(bytes), 1 << 20);
	CHECK(call(o, elf_import_md5, 1).p == NULL); /* no work left */
	rig_close(o);

	o = rig_open(&format_elf, BYTES_LIT("not one"), 1 << 20);
	CHECK(call(o, elf_import_md5, 1000).p == NULL);
	CHECK(call(o, elf_telfhash, 1000).p == NULL);
	rig_close(o);
}

/* 65,534 segments that all say: here are two million dynamic entries. */
static struct bytes
overlapping(size_t size)
{
	uint8_t *p = calloc(1, size);

	if (p == NULL)
		abort();
	memset(p + 64, 2, size - 64);
	memcpy(p, "\177ELF\2\1\1", 7);
	put_le64(p + 32, 64);
	put_le16(p + 56, 0xfffe);
	for (size_t i = 0; i < 0xfffe && 64 + (i + 1) * 56 <= size; i++) {
		put_le32(p + 64 + i * 56, 2);
		put_le64(p + 64 + i * 56 + 8, 64);
	}
	return (struct bytes){ p, size };
}

TEST(work_is_linear_in_the_size)
{
	for (size_t size = 4u << 20; size <= 8u << 20; size *= 2) {
		struct bytes file = overlapping(size);
		struct rig *o = rig_open(&format_elf, file, 1u << 30);

		ROW("%zu bytes", size);
		EQ_U(elf_load_dynamic(o->facts), ERR_LIMIT);
		EQ_U(elf_load_dynamic(o->facts), ERR_LIMIT); /* and it stays told */
		CHECK(elf_of(o)->steps <= elf_of(o)->budget + 2 * 0xffff);
		CHECK(elf_of(o)->budget <= (1u << 20) + size);
		CHECK(o->parse.notes & ELF_NOTE_LIMIT);
		rig_close(o);
		free((void *)file.p);
	}
}

TEST(damaged_and_starved)
{
	uint8_t bytes[SIZE];
	struct bytes whole = sample(bytes);

	rig_damage(&format_elf, load_all, whole, whole.n);
	rig_starve(&format_elf, load_all, whole, 1024);
}
