#include "modules/call.h"

extern const struct format module_console;

#define S(text)                      \
	{                            \
		.s = BYTES_LIT(text) \
	}

/* clang-format off */
static const struct {
	const char *fn;
	union fact_value a, b;
	const char *want;
} rows[] = {
	{ "log s:i",  S("a\0\1\n\x7f\xff\"\\b"), S(""), "a\\x00\\x01\\x0a\\x7f\\xff\"\\b" },
	{ "log s:i",  S(""), S(""), "" },
	{ "log ss:i", S("m\t\0z"), S("x\ty"), "m\tx\\x09y" },
	{ "log i:i",  { .i = -12 }, S(""), "-12" },
	{ "log si:i", S("n="), { .i = 7 }, "n=7" },
	{ "log si:i", S(""), { .i = 7 }, "7" },
	{ "log f:i",  { .f = 1.5 }, S(""), "1.500000" },
	{ "log sf:i", S("f "), { .f = -0.1 }, "f -0.100000" },
	{ "hex i:i",  { .i = 255 }, S(""), "0xff" },
	{ "hex si:i", S("h "), { .i = -1 }, "h 0xffffffffffffffff" },
};
/* clang-format on */

TEST(texts)
{
	struct call_host h = { .budget = UINT64_MAX };

	arena_init(&h.arena, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact_call c = { .arg = { rows[i].a, rows[i].b } };

		ROW("%zu: %s", i, rows[i].fn);
		EQ_I(call_fn(&h, &module_console, rows[i].fn, c).i, 1);
		EQ_S(h.said, rows[i].want);
	}
	arena_done(&h.arena);
}

TEST(spent_arena)
{
	struct call_host h = { .budget = UINT64_MAX, .said = "nothing" };
	struct fact_call c = { .arg = { S("text") } };

	arena_init(&h.arena, 0);
	EQ_I(call_fn(&h, &module_console, "log s:i", c).i, FACT_UNDEF);
	EQ_I(call_fn(&h, &module_console, "log i:i", c).i, FACT_UNDEF);
	EQ_S(h.said, "nothing");
	arena_done(&h.arena);
}
