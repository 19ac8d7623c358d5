#include "modules/call.h"

extern const struct format module_string;

/* clang-format off */
static const struct {
	const char *text;
	int64_t base, want; /* base -99: the overload without one */
} rows[] = {
	{ "12", -99, 12 },
	{ "-12", -99, -12 },
	{ "+5", -99, 5 },
	{ " \t\n\v\f\r7", -99, 7 },
	{ "0x1F", -99, 31 },
	{ "-0X1f", -99, -31 },
	{ "0777", -99, 0777 },
	{ "08", -99, FACT_UNDEF },
	{ "0", -99, 0 },
	{ "0x", -99, FACT_UNDEF },
	{ "", -99, FACT_UNDEF },
	{ "-", -99, FACT_UNDEF },
	{ "--1", -99, FACT_UNDEF },
	{ "12a", -99, FACT_UNDEF },
	{ "12 ", -99, FACT_UNDEF },
	{ "0b11", -99, FACT_UNDEF },
	{ "9223372036854775807", -99, INT64_MAX },
	{ "9223372036854775808", -99, FACT_UNDEF },
	{ "-9223372036854775808", -99, INT64_MIN },
	{ "-9223372036854775809", -99, FACT_UNDEF },
	{ "11", 0, 11 },
	{ "11", 2, 3 },
	{ "11", 10, 11 },
	{ "11", 16, 17 },
	{ "0x11", 16, 17 },
	{ "0x11", 10, FACT_UNDEF },
	{ "zZ", 36, 35 * 36 + 35 },
	{ "11", 1, FACT_UNDEF },
	{ "11", -1, FACT_UNDEF },
	{ "11", 37, FACT_UNDEF },
	{ "11", 0x10000000aLL, 11 }, /* a C int */
};
/* clang-format on */

TEST(to_int)
{
	struct call_host h = { .budget = UINT64_MAX };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact_call c = { .arg = {
					   { .s = test_copy(bytes_of(rows[i].text)) },
					   { .i = rows[i].base } } };
		const char *fn = rows[i].base == -99 ? "to_int s:i" : "to_int si:i";

		ROW("%s base %d", rows[i].text, (int)rows[i].base);
		EQ_I(call_fn(&h, &module_string, fn, c).i, rows[i].want);
	}
}

TEST(nul_ends_a_number_not_a_length)
{
	struct call_host h = { .budget = UINT64_MAX };
	struct fact_call c = { .arg = { { .s = test_hex("31 00 32") } } };

	EQ_I(call_fn(&h, &module_string, "to_int s:i", c).i, 1);
	EQ_I(call_fn(&h, &module_string, "length s:i", c).i, 3);
}

/* YARA-X's: a sign and digits. */
TEST(to_int_in_the_dialect)
{
	/* clang-format off */
	static const struct {
		const char *text;
		int64_t base, want;
	} strict[] = {
		{ "12", -99, 12 }, { "-12", -99, -12 }, { "+5", -99, 5 }, { "0777", -99, 777 },
		{ " 7", -99, FACT_UNDEF }, { "7 ", -99, FACT_UNDEF }, { "0x1F", -99, FACT_UNDEF },
		{ "", -99, FACT_UNDEF }, { "-", -99, FACT_UNDEF }, { "--1", -99, FACT_UNDEF },
		{ "9223372036854775808", -99, FACT_UNDEF }, { "-9223372036854775808", -99, INT64_MIN },
		{ "0x11", 16, FACT_UNDEF }, { "-0x11", 16, FACT_UNDEF }, { "fF", 16, 255 },
		{ "zZ", 36, 35 * 36 + 35 }, { "11", 0, FACT_UNDEF }, { "11", 1, FACT_UNDEF },
		{ "11", 37, FACT_UNDEF }, { "11", 0x10000000aLL, FACT_UNDEF }, { "12", 2, FACT_UNDEF },
	};
	/* clang-format on */
	struct call_host h = { .budget = UINT64_MAX };

	for (size_t i = 0; i < COUNT(strict); i++) {
		struct fact_call c = { .arg = {
					   { .s = test_copy(bytes_of(strict[i].text)) },
					   { .i = strict[i].base } } };
		bool plain = strict[i].base == -99;

		ROW("%s base %d", strict[i].text, (int)strict[i].base);
		EQ_I(call_row(&h, &module_string, plain ? "to_int s:i" : "to_int si:i",
			 true, c)
			 .i,
		    strict[i].want);
	}
	EQ_I(call_row(&h, &module_string, "to_int s:i", true,
		 (struct fact_call){ .arg = { { .s = test_hex("31 00") } } })
		 .i,
	    FACT_UNDEF);
}
