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
		{ "unknown machine", SIZE, HEADER + 4, 0x1234, 0 },
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
