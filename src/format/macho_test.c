/*
 * The parser of macho, unit by unit; whole files are compared in tests/golden/macho,
 * which Debian's yara reads the same way.
 */
#include "format/macho.h"

#include "format/rig.h"

extern const struct format format_macho;

enum { SIZE = 256 };

/* A 64-bit program: a segment with one section, and LC_MAIN. */
static struct bytes
sample(uint8_t out[SIZE])
{
	uint8_t *segment = out + 32, *section = segment + 72, *main_ = section + 80;

	memset(out, 0, SIZE);
	put_le32(out, 0xfeedfacf);
	put_le32(out + 4, 0x1000007);
	put_le32(out + 16, 2);
	put_le32(segment, 0x19);
	put_le32(segment + 4, 72 + 80);
	memcpy(segment + 8, "__TEXT", 6);
	put_le64(segment + 24, 0x1000);
	put_le32(segment + 64, 1);
	memcpy(section, "__text", 6);
	put_le64(section + 32, 0x1010);
	put_le32(main_, 0x80000028);
	put_le32(main_ + 4, 24);
	put_le64(main_ + 8, 0x77);
	return (struct bytes){ out, SIZE };
}

/* A fat file whose rows all name the same image: everything behind the first 32 bytes. */
static struct bytes
fat_sample(uint8_t *out, size_t size, uint32_t rows)
{
	memset(out, 0, size);
	memcpy(out, "\xca\xfe\xba\xbe", 4);
	for (unsigned i = 0; i < 4; i++)
		out[4 + i] = (uint8_t)(rows >> (24 - 8 * i));
	for (uint32_t k = 0; k < rows; k++) {
		uint8_t *row = out + 8 + k * 20;

		row[3] = 12; /* ARM, says the table */
		for (unsigned i = 0; i < 4; i++) {
			row[8 + i] = (uint8_t)((size - SIZE) >> (24 - 8 * i));
			row[12 + i] = (uint8_t)(SIZE >> (24 - 8 * i));
		}
	}
	sample(out + size - SIZE);
	return (struct bytes){ out, size };
}

static struct macho *
macho_of(const struct rig *o)
{
	return o->facts;
}

static enum err
load_all(void *facts)
{
	enum err e = macho_load_commands(facts);

	return macho_load_fat(facts) != OK ? ERR_LIMIT : e;
}

TEST(what_is_a_macho)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex;
		bool want;
	} rows[] = {
		{ "32 bits",              "cefaedfe 07000000 03000000 02000000 00000000 00000000 00000000 00000000", true },
		{ "high byte first",      "feedface 00000007 00000003 00000002 00000000 00000000 00000000 00000000", true },
		{ "a byte short",         "cefaedfe 07000000 03000000 02000000 00000000 00000000 00000000 000000", false },
		{ "another magic",        "cdfaedfe 07000000 03000000 02000000 00000000 00000000 00000000 00000000", false },
		{ "fat, of nothing",      "cafebabe 00000000", true },
		{ "fat, of 64 bits",      "cafebabf 00000000", true },
		{ "fat, low byte first",  "bebafeca 00000000", false },
		{ "fat, cut",             "cafebabe 000000", false },
		{ "empty",                "", false },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig *o;

		ROW("%s", rows[i].name);
		o = rig_open(&format_macho, test_hex(rows[i].hex), 1 << 20);
		EQ_U(o->err, rows[i].want ? OK : ERR_FORMAT);
		EQ_U(load_all(o->facts), OK);
		rig_close(o);
	}
}

TEST(commands_wait_until_they_are_read)
{
	uint8_t bytes[SIZE];
	struct rig *o = rig_open(&format_macho, sample(bytes), 1 << 20);
	const struct macho_image *i = &macho_of(o)->image;
	const struct macho_segment *g;
	const struct macho_section *s;

	EQ_I(i->cputype, 0x1000007);
	EQ_U(macho_of(o)->steps, 0);
	EQ_I(i->entry_point, FACT_UNDEF);
	EQ_U(load_all(o->facts), OK);
	EQ_I(i->entry_point, 0x77);
	EQ_U(i->segments.n, 1);
	g = i->segments.p;
	EQ_B(g->segname, BYTES_LIT("__TEXT"));
	EQ_U(g->sections.n, 1);
	s = g->sections.p;
	EQ_B(s->sectname, BYTES_LIT("__text"));
	EQ_I(s->addr, 0x1010);
	rig_close(o);
}

static int64_t
call(struct rig *o, fact_fn *fn, int64_t a, int64_t b)
{
	struct fact_call c = { .self = o->facts, .ret.i = FACT_UNDEF };

	c.arg[0].i = a;
	c.arg[1].i = b;
	fn(&c);
	return c.ret.i;
}

TEST(functions_ask_the_image_or_the_table)
{
	uint8_t bytes[SIZE + 64];
	struct rig *o =
	    rig_open(&format_macho, fat_sample(bytes, sizeof(bytes), 2), 1 << 20);

	EQ_U(load_all(o->facts), OK);
	EQ_I(call(o, macho_file_index, 0x1000007, 0), 0);
	EQ_I(call(o, macho_file_index, 12, 0), FACT_UNDEF);
	EQ_I(call(o, macho_file_index_sub, 0x1000007, 0), 0);
	EQ_I(call(o, macho_file_index_sub, 0x1000007, 3), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point, 12, 0), 64 + 0x77);
	EQ_I(call(o, macho_entry_point, 0x1000007, 0), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point_sub, 12, 0), 64 + 0x77);
	EQ_I(call(o, macho_entry_point_sub, 12, 1), FACT_UNDEF);
	rig_close(o);

	o = rig_open(&format_macho, BYTES_LIT("not one"), 1 << 20);
	EQ_I(call(o, macho_file_index, 12, 0), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point, 12, 0), FACT_UNDEF);
	rig_close(o);
}

/* Rows that name one image with as many commands as fit: rows times commands of work. */
TEST(work_is_linear_in_the_size)
{
	size_t size = 1u << 20;
	uint8_t *p = calloc(1, size);
	struct rig *o;

	if (p == NULL)
		abort();
	memcpy(p, "\xca\xfe\xba\xbe\0\0\x40\0", 8); /* 16,384 images */
	for (size_t k = 0; k < 0x4000; k++)
		memcpy(p + 8 + k * 20 + 8, "\0\x08\0\0\0\x08\0\0",
		    8); /* of half a megabyte */
	put_le32(p + size / 2, 0xfeedfacf);
	put_le32(p + size / 2 + 16, 0xffffffff);
	for (size_t at = size / 2 + 32; at + 8 <= size; at += 8)
		put_le32(p + at + 4, 8);
	o = rig_open(&format_macho, (struct bytes){ p, size }, 1u << 28);
	EQ_U(macho_load_fat(o->facts), ERR_LIMIT);
	EQ_U(macho_load_fat(o->facts), ERR_LIMIT); /* and it stays told */
	CHECK(macho_of(o)->steps <= macho_of(o)->budget + 0x10000);
	CHECK(o->parse.notes & MACHO_NOTE_LIMIT);
	rig_close(o);
	free(p);
}

TEST(damaged_and_starved)
{
	uint8_t bytes[SIZE + 64];
	struct bytes whole = fat_sample(bytes, sizeof(bytes), 2);

	rig_damage(&format_macho, load_all, whole, whole.n);
	rig_starve(&format_macho, load_all, whole, 1024);
}
