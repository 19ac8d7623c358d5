/*
 * TLSH against digests that Trend Micro's reference program gave, one for each piece of
 * the length's scale, and what has no digest.
 */
#include "format/tlsh.h"

#include "base/buf.h"
#include "tests/tap.h"

/* The texts, made by rule so that the digests can be had again from any other program. */
static void
put_functions(struct buf *b)
{
	for (unsigned i = 0; i < 40; i++)
		buf_printf(b, "%sfunction_%u", i ? "," : "", i * i);
}

static void
put_names(struct buf *b)
{
	for (unsigned i = 0; i < 600; i++)
		buf_printf(b, "%sname%u_of", i ? "," : "", i * 7919 % 1000);
}

static void
put_numbers(struct buf *b)
{
	for (uint32_t i = 0; i < 5000; i++)
		buf_printf(b, "%s%x", i ? "," : "", i * 2654435761U);
}

TEST(as_the_reference_program)
{
	/* clang-format off */
	static const struct {
		const char *name;
		void (*put)(struct buf *b);
		size_t size;
		const char *want;
	} rows[] = {
		{ "up to 656 bytes", put_functions, 513,
		  "T178F0B6DE3C067AA1587325F107CFA25E1535A2111852580B724C1EC08C7479D18ABF3C" },
		{ "up to 44660, names", put_names, 6531,
		  "T1DCD17FE35C08A0E7430B684A80EA6F67C5DAC93F53927C9362237BB4F61410E7777A55" },
		{ "longer", put_numbers, 44660,
		  "T19713AE640A486CDE72F50C25D2CBA1B27559B57FBD9838E451F0ECEB18B69E3C829C21" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[TLSH_TEXT + 1];
		struct buf b = { 0 };

		ROW("%s", rows[i].name);
		rows[i].put(&b);
		EQ_U(buf_bytes(&b).n, rows[i].size);
		if (CHECK(tlsh_of(test_copy(buf_bytes(&b)), out)))
			EQ_S(out, rows[i].want);
		buf_done(&b);
	}
}

TEST(no_digest_of_little)
{
	char out[TLSH_TEXT + 1];
	uint8_t bytes[4096] = { 0 };

	CHECK(!tlsh_of((struct bytes){ 0 }, out));
	CHECK(!tlsh_of(
	    test_copy(BYTES_LIT("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM")),
	    out));
	CHECK(!tlsh_of(test_copy((struct bytes){ bytes, sizeof(bytes) }), out));
}
