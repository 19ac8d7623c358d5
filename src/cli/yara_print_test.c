#include "cli/yara_print.h"

#include <stdlib.h>

#include "tests/tap.h"

static const struct bytes tags[] = { BYTES_LIT("x"), BYTES_LIT("y") };
static const struct finding_meta metas[] = {
	{ .name = BYTES_LIT("n"), .type = META_INT, .i = -7 },
	{ .name = BYTES_LIT("b"), .type = META_BOOL, .i = 1 },
	{ .name = BYTES_LIT("s"), .type = META_STR, .s = BYTES_LIT("a\"\n\x01\xff") },
};
static const struct finding_match matches[] = {
	{ .id = BYTES_LIT("$t"), .off = 16, .len = 3, .data = BYTES_LIT("a\nb") },
	{ .id = BYTES_LIT("$h"),
	    .off = 0,
	    .len = 2,
	    .data = BYTES_LIT("\x4d\x5a"),
	    .flags = MATCH_HEX },
	{ .id = BYTES_LIT("$x"),
	    .off = 255,
	    .len = 2,
	    .data = BYTES_LIT("@C"),
	    .key = 1,
	    .flags = MATCH_XOR },
	{ .id = BYTES_LIT("$p"),
	    .len = 1,
	    .data = BYTES_LIT("p"),
	    .flags = MATCH_PRIVATE },
};
static const struct finding hit = {
	.kind = FINDING_RULE,
	.ns = BYTES_LIT("default"),
	.rule = BYTES_LIT("r"),
	.tags = tags,
	.ntags = 2,
	.metas = metas,
	.nmetas = 3,
	.matches = matches,
	.nmatches = 4,
};

/* clang-format off */
static const struct {
	struct yara_opts o;
	uint32_t nmatches;
	const char *want;
} rows[] = {
	{ { .unused = 0 },                     0, "r f\n" },
	{ { .ns = true },            0, "default:r f\n" },
	{ { .tags_shown = true },    0, "r [x,y] f\n" },
	{ { .metas = true },         0, "r [n =-7,b=true,s=\"a\\\"\\n\\001\\377\"] f\n" },
	{ { .strings = true },       4, "r f\n0x10:$t: a\\x0Ab\n0x0:$h: 4D 5A\n0xff:$x: @C\n" },
	{ { .lengths = true },       4, "r f\n0x10:3:$t\n0x0:2:$h\n0xff:2:$x\n" },
	{ { .xor_key = true },       3, "r f\n0x10:$t:xor(0x00,a\\x0Ab)\n0x0:$h:xor(0x00,MZ)\n"
					"0xff:$x:xor(0x01,AB)\n" },
	{ { .strings = true, .lengths = true }, 1, "r f\n0x10:3:$t: a\\x0Ab\n" },
};
/* clang-format on */

TEST(print)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct finding f = hit;
		struct buf b = { 0 };

		f.nmatches = rows[i].nmatches;
		ROW("%zu", i);
		yara_print(&rows[i].o, &f, BYTES_LIT("f"), &b);
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}

/* A hex string shows 64 bytes; a length is never more than what was kept. */
TEST(long_matches)
{
	static const uint8_t data[100] = { 0 };
	struct finding_match m = { .id = BYTES_LIT("$h"),
		.len = 1000,
		.data = { data, sizeof(data) },
		.flags = MATCH_HEX };
	struct finding f = hit;
	struct yara_opts o = { .strings = true, .lengths = true };
	struct buf b = { 0 };

	f.matches = &m;
	f.nmatches = 1;
	yara_print(&o, &f, BYTES_LIT("f"), &b);
	EQ_U(b.n, strlen("r f\n0x0:100:$h: ") + 64 * 3 - 1 + strlen(" ...\n"));
	buf_done(&b);
}

TEST(shows)
{
	struct yara_opts o = { 0 };

	CHECK(yara_shows(&o, &hit));
	opt_push(&o.tags, "z");
	CHECK(!yara_shows(&o, &hit));
	opt_push(&o.tags, "y");
	CHECK(yara_shows(&o, &hit));
	opt_push(&o.rules, "other");
	CHECK(!yara_shows(&o, &hit));
	opt_push(&o.rules, "r");
	CHECK(yara_shows(&o, &hit));
	yara_opts_done(&o);
}

/* Further matches of a rule are lines as the first ones, without the rule's. */
TEST(more)
{
	const struct yara_opts o = { .strings = true };
	struct buf b = { 0 };

	yara_print_matches(&o, &hit, &b);
	EQ_S(buf_cstr(&b), "0x10:$t: a\\x0Ab\n0x0:$h: 4D 5A\n0xff:$x: @C\n");
	buf_done(&b);
}
