/*
 * The parser of macho, unit by unit; whole files are compared in tests/golden/macho,
 * which Debian's yara reads the same way.
 */
#include "format/macho.h"

#include <stdlib.h>

#include "tests/tap.h"

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

/* A parser on the heap, so that ASan sees its edges. */
struct opened {
	struct arena arena;
	struct parse parse;
	struct macho macho;
	enum err err;
};

static struct opened *
open_macho(struct bytes file, size_t budget)
{
	struct opened *o = calloc(1, sizeof(*o));

	if (o == NULL)
		abort();
	arena_init(&o->arena, budget);
	o->parse = (struct parse){ .file = file, .arena = &o->arena, .facts = &o->macho };
	fact_clear(macho_facts, &o->macho);
	o->err = format_macho.open(&o->parse);
	EQ_U(o->err == OK, format_macho.probe(bytes_clip(file, 0, 4096), file.n) > 0);
	return o;
}

static void
close_macho(struct opened *o)
{
	arena_done(&o->arena);
	free(o);
}

static enum err
load_all(struct opened *o)
{
	enum err e = macho_load_commands(&o->macho);

	return macho_load_fat(&o->macho) != OK ? ERR_LIMIT : e;
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
		struct opened *o;

		ROW("%s", rows[i].name);
		o = open_macho(test_hex(rows[i].hex), 1 << 20);
		EQ_U(o->err, rows[i].want ? OK : ERR_FORMAT);
		EQ_U(load_all(o), OK);
		close_macho(o);
	}
}

TEST(commands_wait_until_they_are_read)
{
	uint8_t bytes[SIZE];
	struct opened *o = open_macho(sample(bytes), 1 << 20);
	const struct macho_image *i = &o->macho.image;
	const struct macho_segment *g;
	const struct macho_section *s;

	EQ_I(i->cputype, 0x1000007);
	EQ_U(o->macho.steps, 0);
	EQ_I(i->entry_point, FACT_UNDEF);
	EQ_U(load_all(o), OK);
	EQ_I(i->entry_point, 0x77);
	EQ_U(i->segments.n, 1);
	g = i->segments.p;
	EQ_B(g->segname, BYTES_LIT("__TEXT"));
	EQ_U(g->sections.n, 1);
	s = g->sections.p;
	EQ_B(s->sectname, BYTES_LIT("__text"));
	EQ_I(s->addr, 0x1010);
	close_macho(o);
}

static int64_t
call(struct opened *o, fact_fn *fn, int64_t a, int64_t b)
{
	struct fact_call c = { .self = &o->macho, .ret.i = FACT_UNDEF };

	c.arg[0].i = a;
	c.arg[1].i = b;
	fn(&c);
	return c.ret.i;
}

TEST(functions_ask_the_image_or_the_table)
{
	uint8_t bytes[SIZE + 64];
	struct opened *o = open_macho(fat_sample(bytes, sizeof(bytes), 2), 1 << 20);

	EQ_U(load_all(o), OK);
	EQ_I(call(o, macho_file_index, 0x1000007, 0), 0);
	EQ_I(call(o, macho_file_index, 12, 0), FACT_UNDEF);
	EQ_I(call(o, macho_file_index_sub, 0x1000007, 0), 0);
	EQ_I(call(o, macho_file_index_sub, 0x1000007, 3), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point, 12, 0), 64 + 0x77);
	EQ_I(call(o, macho_entry_point, 0x1000007, 0), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point_sub, 12, 0), 64 + 0x77);
	EQ_I(call(o, macho_entry_point_sub, 12, 1), FACT_UNDEF);
	close_macho(o);

	o = open_macho(BYTES_LIT("not one"), 1 << 20);
	EQ_I(call(o, macho_file_index, 12, 0), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point, 12, 0), FACT_UNDEF);
	close_macho(o);
}

TEST(cut_at_every_length_and_flipped)
{
	uint8_t bytes[SIZE + 64];

	for (size_t n = 0; n <= sizeof(bytes); n++) {
		struct bytes b = fat_sample(bytes, sizeof(bytes), 2);
		struct opened *o;

		ROW("%zu bytes", n);
		o = open_macho(test_copy((struct bytes){ b.p, n }), 1 << 20);
		EQ_U(load_all(o), OK);
		close_macho(o);
	}
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		struct opened *o;

		ROW("bit %zu", bit);
		fat_sample(bytes, sizeof(bytes), 2);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		o = open_macho(
		    test_copy((struct bytes){ bytes, sizeof(bytes) }), 1 << 20);
		EQ_U(load_all(o), OK);
		close_macho(o);
	}
}

/* Rows that name one image with as many commands as fit: rows times commands of work. */
TEST(work_is_linear_in_the_size)
{
	size_t size = 1u << 20;
	uint8_t *p = calloc(1, size);
	struct opened *o;

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
	o = open_macho((struct bytes){ p, size }, 1u << 28);
	EQ_U(macho_load_fat(&o->macho), ERR_LIMIT);
	EQ_U(macho_load_fat(&o->macho), ERR_LIMIT); /* and it stays told */
	CHECK(o->macho.steps <= o->macho.budget + 0x10000);
	CHECK(o->parse.notes & MACHO_NOTE_LIMIT);
	close_macho(o);
	free(p);
}

TEST(an_arena_that_is_spent)
{
	uint8_t bytes[SIZE + 64];

	for (size_t budget = 0; budget < 1024; budget += 16) {
		struct opened *o;
		enum err e;

		ROW("%zu bytes", budget);
		o = open_macho(fat_sample(bytes, sizeof(bytes), 2), budget);
		e = load_all(o);
		EQ_U(e, o->arena.spent ? ERR_LIMIT : OK);
		close_macho(o);
	}
}
