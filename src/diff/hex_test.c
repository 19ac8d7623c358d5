#include "diff/hex.h"

#include "diff/rig.h"

static const char *
hex_of(struct rig *g, struct bytes a, struct bytes b, enum diff_class cls)
{
	struct span x = rig_span(g, 0, a), y = rig_span(g, 1, b);

	buf_clear(&g->said);
	EQ_U(hex_diff(&g->run, &x, &y, cls), OK);
	return buf_cstr(&g->said);
}

TEST(in_place)
{
	struct rig g;

	rig_init(&g);
	g.detail = true;
	EQ_S(hex_of(&g, BYTES_LIT("0123456789abcdefXY"), BYTES_LIT("0123456789abcdefZY"),
		 DIFF_CODE),
	    "code offset 0x10: 1 byte differs, in 1 place\n"
	    "\t- 00000010  5859                                     XY\n"
	    "\t+ 00000010  5a59                                     ZY\n");
	EQ_S(hex_of(&g, BYTES_LIT("same"), BYTES_LIT("same"), DIFF_CODE), "");
	EQ_S(hex_of(&g, BYTES_LIT(""), BYTES_LIT("\x01"), DIFF_DATA),
	    "data offset 0x0: 1 byte differs, in 1 place\n"
	    "\t+ 00000000  01                                       .\n");
	rig_done(&g);
}

/* A date in the middle of bytes has its cause, unless the bytes are code. */
TEST(causes)
{
	struct bytes a = BYTES_LIT("\0\1\2on 2026-11-29 \0\3"),
		     b = BYTES_LIT("\0\1\2on 2025-01-02 \0\3");
	struct rig g;

	rig_init(&g);
	CHECK(strncmp(hex_of(&g, a, b, DIFF_DATA), "timestamp ", 10) == 0);
	CHECK(strncmp(hex_of(&g, a, b, DIFF_CODE), "code ", 5) == 0);
	rig_done(&g);
}

static void
fill(uint8_t *p, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)test_random(&seed);
}

/* What is put in, taken out or moved in a megabyte is told as about so many bytes. */
TEST(shifted)
{
	enum { N = 1 << 20 };
	uint8_t *a = calloc(1, N), *b = calloc(1, N + 1000);
	struct rig g;

	fill(a, N, 5);
	rig_init(&g);
	memcpy(b, a, 300000);
	memset(b + 300000, 'x', 7);
	memcpy(b + 300007, a + 300000, N - 300000);
	EQ_S(hex_of(&g, (struct bytes){ a, N }, (struct bytes){ b, N + 7 }, DIFF_DATA),
	    "data offset 0x493e0: 7 bytes differ, in 1 place\n");
	EQ_S(hex_of(&g, (struct bytes){ b, N + 7 }, (struct bytes){ a, N }, DIFF_DATA),
	    "data offset 0x493e0: 7 bytes differ, in 1 place\n");
	rig_done(&g);
	free(a);
	free(b);
}

/* Two of one size that were edited at random: the places cover all that differs. */
TEST(places)
{
	uint8_t a[4096], b[4096];
	uint64_t seed = 9;

	for (unsigned round = 0; round < 50; round++) {
		struct rig g;
		size_t differ = 0;
		unsigned long long told = 0;
		const char *said;

		fill(a, sizeof(a), round);
		memcpy(b, a, sizeof(b));
		for (unsigned k = 0; k <= round % 7; k++)
			b[test_random(&seed) % sizeof(b)] ^= (uint8_t)(1 + k);
		for (size_t i = 0; i < sizeof(a); i++)
			differ += a[i] != b[i];
		rig_init(&g);
		said = hex_of(
		    &g, (struct bytes){ a, 4096 }, (struct bytes){ b, 4096 }, DIFF_DATA);
		said = strchr(said, ':');
		if (said != NULL)
			told = strtoull(said + 2, NULL, 10);
		ROW("round %u", round);
		CHECK(told >= differ && told <= differ + 16 * (round % 7));
		rig_done(&g);
	}
}
