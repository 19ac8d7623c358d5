#include <stdio.h>

#include "base/buf.h"
#include "rules/variants.h"
#include "tests/tap.h"

struct row {
	const char *name;
	const char *text;
	uint32_t mods;
	const char *want; /* hex of each, space between */
};

/* Values of the base64 rows: `base64` of the text with 0, 1, 2 bytes before it. */
static const struct row rows[] = {
	{ "ascii", "ab", IR_ASCII, "6162" },
	{ "wide", "ab", IR_WIDE, "61006200" },
	{ "both", "ab", IR_ASCII | IR_WIDE, "6162 61006200" },
	/* YWJj | ?WFiYw -> hYmM? | ??FhYmM -> "hYmM"... */
	{ "base64 of abc", "abc", IR_ASCII | IR_BASE64, "59574a6a 466959 68596d" },
	{ "base64wide of abc", "abc", IR_ASCII | IR_BASE64WIDE,
	    "590057004a006a00 460069005900 680059006d00" },
};

static void
put_hex(struct buf *to, struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		buf_printf(to, "%02x", b.p[i]);
}

TEST(variants)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ir_pattern p = { .text = bytes_of(rows[i].text),
			.mods = rows[i].mods };
		struct variant v[VARIANTS_MAX];
		struct buf have = { 0 };
		struct arena a;

		ROW("%s", rows[i].name);
		arena_init(&a, 1 << 16);
		uint32_t n = variants_of(&a, &p, v);
		for (uint32_t k = 0; k < n; k++) {
			if (k > 0)
				buf_u8(&have, ' ');
			put_hex(&have, v[k].lit);
		}
		EQ_S(buf_cstr(&have), rows[i].want);
		buf_done(&have);
		arena_done(&a);
	}
}

/* All of them or none, whatever there is room for: half would find half. */
TEST(spent)
{
	const struct ir_pattern p = { .text = BYTES_LIT("some words"),
		.mods = IR_ASCII | IR_WIDE | IR_BASE64 | IR_BASE64WIDE };
	unsigned none = 0;

	for (size_t budget = 0; budget < 1024; budget += 8) {
		struct variant v[VARIANTS_MAX];
		struct arena a;
		uint32_t n;

		ROW("%zu bytes", budget);
		arena_init(&a, budget);
		n = variants_of(&a, &p, v);
		CHECK(n == 0 || n == 12);
		none += n == 0;
		arena_done(&a);
	}
	CHECK(none > 20 && none < 100);
}
