/*
 * Containers by hand: MS-OVBA 3.2 has the first three. Whole projects are in
 * tests/golden/vba.
 */
#include "format/ovba.h"

#include <stdlib.h>

#include "tests/tap.h"

static struct ovba new (struct arena *a, size_t memory)
{
	arena_init(a, memory);
	return (struct ovba){ .arena = a, .budget = 1 << 20 };
}

TEST(containers)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex, *want;
		bool whole;
	} rows[] = {
		{ "no copy", "01 19b0 00 6162636465666768 00 696a6b6c6d6e6f70 00 71727374757 62e",
		    "abcdefghijklmnopqrstuv.", true },
		{ "normal", "01 2fb0 00 2361616162636465 82 66 0070 6167686 96a 01 38 08 6 16b6c"
		    "00 306d6e6f70 06 71 0270 0410 727374757 6 10 7778797a 003c",
		    "#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa", true },
		{ "most", "01 03b0 02 61 4500",
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true },
		{ "two chunks", "01 01b0 00 61 01b0 00 62", "ab", true },
		{ "padded", "01 01b0 00 61 0000 ffff", "a", true },
		{ "cut in a chunk", "01 05b0 00 61 62", "ab", true },
		{ "cut in a token", "01 03b0 02 61 45", "a", false },
		{ "header cut", "01 01b0 00 61 01", "a", true },
		{ "copies from before", "01 05b0 04 61 62 ff ff", "ab", false },
		{ "copies from nothing", "01 02b0 01 0000", "", false },
		{ "a raw chunk", "01 0230 616263", "abc", true },
		{ "another signature", "02 01b0 00 61", "", false },
		{ "another mark", "01 01c0 00 61", "", true },
		{ "only flags", "01 00b0 00", "", true },
		{ "nothing", "", "", false },
	};
	/* clang-format on */
	struct arena a;
	struct ovba o = new (&a, 1 << 20);

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		EQ_U(ovba_unpack(&o, test_hex(rows[i].hex)), OK);
		EQ_B(((struct bytes){ o.p, o.n }), bytes_of(rows[i].want));
		CHECK(o.whole == rows[i].whole);
	}
	arena_done(&a);
}

/* After 17 bytes an offset has five bits, after 2,049 twelve. */
TEST(offsets_grow)
{
	static const struct {
		size_t before;
		uint16_t token;
		size_t back, length;
	} rows[] = {
		{ 16, 0xf000, 16, 3 },
		{ 17, 0x8000, 17, 3 },
		{ 32, 0xf801, 32, 4 },
		{ 33, 0x8000, 33, 3 },
		{ 2048, 0xffe2, 2048, 5 },
		{ 2049, 0x8000, 2049, 3 },
		{ 3600, 0xe0f3, 3600, 6 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t in[5000] = { 1 };
		size_t n = 3;
		struct arena a;
		struct ovba o = new (&a, 1 << 20);

		ROW("%zu", rows[i].before);
		for (size_t done = 0; done <= rows[i].before; done++) {
			if (done % 8 == 0)
				in[n++] = done + 8 > rows[i].before
					      ? (uint8_t)(1 << rows[i].before % 8)
					      : 0;
			if (done < rows[i].before)
				in[n++] = (uint8_t)(done * 7 ^ done >> 8);
		}
		put_le16(in + n, rows[i].token);
		put_le16(in + 1, (uint16_t)(0xb000 | (n + 2 - 3 - 1)));
		EQ_U(ovba_unpack(&o, (struct bytes){ in, n + 2 }), OK);
		CHECK(o.whole);
		EQ_U(o.n, rows[i].before + rows[i].length);
		for (size_t k = rows[i].before; k < o.n; k++)
			EQ_U(o.p[k], o.p[k - rows[i].back]);
		arena_done(&a);
	}
}

/* Six bytes a chunk, of which each becomes 4,096. */
TEST(bombs_end)
{
	enum { CHUNKS = 2000 };
	uint8_t *in = malloc(1 + 6 * CHUNKS);
	struct arena a;
	struct ovba o = new (&a, 64 << 20);

	if (in == NULL)
		abort();
	in[0] = 1;
	for (size_t i = 0; i < CHUNKS; i++)
		memcpy(in + 1 + 6 * i,
		    "\x03\xb0\x02"
		    "a\xff\x0f",
		    6);
	o.budget = 1000;
	EQ_U(ovba_unpack(&o, (struct bytes){ in, 1 + 6 * CHUNKS }), ERR_LIMIT);
	CHECK(o.steps <= 1065);
	o.budget = 1 << 30;
	EQ_U(ovba_unpack(&o, (struct bytes){ in, 1 + 6 * CHUNKS }), OK);
	EQ_U(o.n, CHUNKS * 4096);
	a.budget = a.used;
	o.room = 0;
	o.p = NULL;
	EQ_U(ovba_unpack(&o, (struct bytes){ in, 7 }), ERR_LIMIT);
	arena_done(&a);
	free(in);
}

TEST(cut_and_flipped)
{
	static const char hex[] = "012fb000236161616263646582660070616768696a013808616b6c"
				  "00306d6e6f700671027004107273747576107778797a003c";
	struct bytes all = test_hex(hex);
	struct arena a;
	struct ovba o = new (&a, 1 << 20);

	for (size_t n = 0; n <= all.n; n++)
		EQ_U(ovba_unpack(&o, test_copy((struct bytes){ all.p, n })), OK);
	for (size_t bit = 0; bit < all.n * 8; bit++) {
		struct bytes b = test_copy(all);

		((uint8_t *)(uintptr_t)b.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		EQ_U(ovba_unpack(&o, b), OK);
		CHECK(o.n <= 4096);
	}
	arena_done(&a);
}
