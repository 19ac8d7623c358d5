#include "lib/exts.h"

#include "tests/tap.h"

TEST(names)
{
	static const struct {
		const char *name;
		bool ok;
	} rows[] = {
		{ "a", true },
		{ "_a1", true },
		{ "", false },
		{ "1a", false },
		{ "a b", false },
		{ "a-b", false },
		{ "\xc3\xa4", false },
	};
	struct exts e = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ext v = { .name = bytes_of(rows[i].name) };

		ROW("%s", rows[i].name ? rows[i].name : "no name");
		EQ_U(exts_put(&e, &v), rows[i].ok);
	}
	EQ_U(e.n, 2);
	exts_done(&e);
}

/* The last value of a name counts, and its texts are copies. */
TEST(replace)
{
	struct exts e = { 0 };
	struct bytes name = test_copy(bytes_of("v")), text = test_copy(bytes_of("text"));
	struct ext v = { .name = name, .type = EXT_STR, .s = text };

	CHECK(exts_put(&e, &v));
	CHECK(e.p[0].s.p != text.p && e.p[0].name.p != name.p);
	EQ_B(e.p[0].s, text);
	v = (struct ext){ .name = name, .type = EXT_INT, .i = 5 };
	CHECK(exts_put(&e, &v));
	EQ_U(e.n, 1);
	EQ_U(exts_wire(&e).n, 1);
	EQ_I(exts_wire(&e).p[0].i, 5);
	exts_done(&e);
	EQ_U(e.n, 0);
}
