/* The wanted values were printed by YARA 4.2.3 for the same bytes, but where said. */
#include "modules/call.h"

#include <math.h>

extern const struct format module_math;

#define UNDEF NAN

static struct bytes
sample(uint8_t out[96])
{
	for (unsigned i = 0; i < 96; i++)
		out[i] = (uint8_t)(i * i * 7 + i / 3);
	return (struct bytes){ out, 96 };
}

#define S(text)                      \
	{                            \
		.s = BYTES_LIT(text) \
	}
#define I(n)             \
	{                \
		.i = (n) \
	}
#define F(x)             \
	{                \
		.f = (x) \
	}

/* clang-format off */
static const struct {
	const char *fn;
	union fact_value arg[3];
	double want;
} floats[] = {
	{ "entropy ii:f", { I(0), I(96) }, 6.459962500721 },
	{ "entropy ii:f", { I(10), I(1000) }, 6.309985684935 },
	{ "entropy ii:f", { I(5), I(0) }, 0 },
	{ "entropy ii:f", { I(96), I(1) }, UNDEF },
	{ "entropy ii:f", { I(-1), I(1) }, UNDEF },
	{ "entropy ii:f", { I(0), I(-1) }, UNDEF },
	{ "entropy ii:f", { I(INT64_MAX), I(INT64_MAX) }, UNDEF },
	{ "entropy ii:f", { I(95), I(INT64_MAX) }, 0 },
	{ "entropy s:f", { S("abcabcabc123") }, 2.396240625180 },
	{ "entropy s:f", { S("") }, 0 },
	{ "mean ii:f", { I(0), I(96) }, 131.333333333333 },
	{ "mean ii:f", { I(3), I(7) }, 135.428571428571 },
	{ "mean ii:f", { I(3), I(0) }, UNDEF },
	{ "mean s:f", { S("abc") }, 98 },
	{ "mean s:f", { S("\xff") }, -1 },
	{ "deviation iif:f", { I(0), I(96), F(100.5) }, 74.208333333333 },
	{ "deviation sf:f", { S("abcz"), F(97.25) }, 6.875 },
	{ "deviation sf:f", { S("\xff\xfe"), F(3) }, 4.5 },
	{ "serial_correlation ii:f", { I(0), I(96) }, 0.130237423937 },
	{ "serial_correlation ii:f", { I(0), I(0) }, -100000 },
	{ "serial_correlation s:f", { S("abcabc1") }, -1.307468477207 },
	{ "serial_correlation s:f", { S("aaaa") }, -100000 },
	{ "serial_correlation s:f", { S("\xff\x01\x80") }, 0.988009 },
	{ "monte_carlo_pi ii:f", { I(0), I(96) }, 0.124647812995 },
	{ "monte_carlo_pi ii:f", { I(0), I(5) }, UNDEF },
	{ "monte_carlo_pi s:f", { S("abcdefghijkl") }, 0.273239544735 },
	{ "monte_carlo_pi s:f", { S("\x7f\1\1\x80\1\1") }, 1 },
	{ "percentage i:f", { I(0) }, 0.010416666977 },
	{ "percentage i:f", { I(0x107) }, 0.010416666977 },
	{ "percentage iii:f", { I(7), I(0), I(3) }, 0.333333343267 },
};

static const struct {
	const char *fn;
	union fact_value arg[3];
	int64_t want;
} ints[] = {
	{ "mode :i", { I(0) }, 48 },
	{ "mode ii:i", { I(2), I(3) }, 28 },
	{ "mode ii:i", { I(96), I(3) }, FACT_UNDEF },
	{ "count i:i", { I(0) }, 1 },
	{ "count iii:i", { I(0x107), I(0), I(90) }, 1 },
	{ "abs i:i", { I(-5) }, 5 },
	{ "abs i:i", { I(INT64_MIN) }, INT64_MIN },
	{ "min ii:i", { I(-1), I(0) }, 0 },
	{ "max ii:i", { I(-1), I(0) }, -1 },
	{ "to_number b:i", { I(1) }, 1 },
	{ "in_range fff:i", { F(1), F(0), F(1) }, 1 },
	{ "in_range fff:i", { F(2), F(0), F(1) }, 0 },
};

/* 4.3 added these: from its documentation. */
static const struct {
	int64_t v, base;
	const char *want;
} strings[] = {
	{ 1234, 10, "1234" },
	{ -1, 10, "-1" },
	{ 32, 16, "20" },
	{ 32, 8, "40" },
	{ -1, 16, "ffffffffffffffff" },
	{ 5, 2, NULL },
};
/* clang-format on */

TEST(floats)
{
	struct call_host h = { .budget = UINT64_MAX };
	uint8_t bytes[96];

	for (size_t i = 0; i < COUNT(floats); i++) {
		struct fact_call c = { .file = test_copy(sample(bytes)) };
		double have;

		memcpy(c.arg, floats[i].arg, sizeof(floats[i].arg));
		ROW("%zu: %s", i, floats[i].fn);
		have = call_fn(&h, &module_math, floats[i].fn, c).f;
		CHECK(isnan(floats[i].want) ? isnan(have)
					    : fabs(have - floats[i].want) < 0.000001);
	}
}

TEST(ints)
{
	struct call_host h = { .budget = UINT64_MAX };
	uint8_t bytes[96];

	for (size_t i = 0; i < COUNT(ints); i++) {
		struct fact_call c = { .file = sample(bytes) };

		memcpy(c.arg, ints[i].arg, sizeof(ints[i].arg));
		ROW("%zu: %s", i, ints[i].fn);
		EQ_I(call_fn(&h, &module_math, ints[i].fn, c).i, ints[i].want);
	}
}

TEST(strings)
{
	struct call_host h = { .budget = UINT64_MAX };

	arena_init(&h.arena, 1 << 16);
	for (size_t i = 0; i < COUNT(strings); i++) {
		struct fact_call c = { .arg = { I(strings[i].v), I(strings[i].base) } };

		ROW("%d in %d", (int)strings[i].v, (int)strings[i].base);
		EQ_B(call_fn(&h, &module_math, "to_string ii:s", c).s,
		    bytes_of(strings[i].want));
		if (strings[i].base == 10)
			EQ_B(call_fn(&h, &module_math, "to_string i:s", c).s,
			    bytes_of(strings[i].want));
	}
	arena_done(&h.arena);
}

TEST(counts_are_kept)
{
	struct call_host h = { .budget = UINT64_MAX };
	void *self = calloc(1, module_math.facts_size);
	uint8_t bytes[96];
	struct fact_call c = {
		.file = sample(bytes), .self = self, .arg = { I(0), I(96) }
	};
	double once = call_fn(&h, &module_math, "entropy ii:f", c).f;
	uint64_t charged = h.charged;

	CHECK(call_fn(&h, &module_math, "entropy ii:f", c).f == once);
	CHECK(call_fn(&h, &module_math, "mean ii:f", c).f > 131);
	EQ_U(h.charged, charged);
	c.arg[1].i = 7;
	CHECK(call_fn(&h, &module_math, "entropy ii:f", c).f != once);
	free(self);
}

TEST(empty_file_and_no_budget)
{
	struct call_host h = { .budget = UINT64_MAX };
	uint8_t bytes[96];
	struct fact_call c = { .file = { 0 } };

	EQ_I(call_fn(&h, &module_math, "count i:i", c).i, FACT_UNDEF);
	EQ_I(call_fn(&h, &module_math, "mode :i", c).i, FACT_UNDEF);
	CHECK(isnan(call_fn(&h, &module_math, "percentage i:f", c).f));
	h.budget = 0;
	c.file = sample(bytes);
	EQ_I(call_fn(&h, &module_math, "count i:i", c).i, FACT_UNDEF);
}

TEST(signed_in_the_dialect)
{
	struct call_host h = { .budget = UINT64_MAX };
	struct fact_call c = { .arg = { { .i = -1 }, { .i = 0 }, { .i = 5 } } };

	EQ_I(call_row(&h, &module_math, "min ii:i", true, c).i, -1);
	EQ_I(call_row(&h, &module_math, "max ii:i", true, c).i, 0);
	EQ_I(call_fn(&h, &module_math, "min ii:i", c).i, 0);
	EQ_I(call_row(&h, &module_math, "in_range iii:i", true, c).i, 0);
	c.arg[0].i = 5;
	EQ_I(call_row(&h, &module_math, "in_range iii:i", true, c).i, 1);
}
