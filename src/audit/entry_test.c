#include "audit/entry.h"

#include "tests/tap.h"

static const char rules[] =
    "candor statement 1\ntype rules\nchannel stable\nsequence 1\nprevious none\n"
    "date 2026-11-23T04:05:06Z\nnot-after none\n"
    "archive 5f2a000000000000000000000000000000000000000000000000000000000000 48128\n"
    "diff 07de000000000000000000000000000000000000000000000000000000000000 911\n"
    "rules 214\nadded 214\nchanged 0\nremoved 0\n";
#define SIG "\n\xe2\x80\x94 publisher.example AAAAAAAAAAA=\n"

TEST(tells)
{
	struct buf good = { 0 };
	struct arena a;

	buf_printf(&good, "%s" SIG, rules);
	const struct {
		struct bytes raw;
		bool release;
		const char *want;
	} rows[] = {
		{ buf_bytes(&good), true,
		    "rules stable 1, 2026-11-23T04:05:06Z, 214 rules (+214 ~0 -0)" },
		{ bytes_of(rules), false, NULL },
		{ BYTES_LIT("hello\x1b[2J"), false, "9 bytes: hello\\x1b[2J" },
		{ BYTES_LIT(""), false, "0 bytes: " },
	};
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct entry e;
		struct buf b = { 0 };

		ROW("%zu", i);
		entry_read(i, test_copy(rows[i].raw), &a, &e);
		EQ_U(e.is_release, rows[i].release);
		entry_tell(&e, &b);
		if (rows[i].want != NULL)
			EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
	/* cut anywhere it is still something that can be told */
	for (size_t n = 0; n < good.n; n++) {
		struct entry e;
		struct buf b = { 0 };

		entry_read(n, test_copy(bytes_sub(buf_bytes(&good), 0, n)), &a, &e);
		entry_tell(&e, &b);
		buf_done(&b);
	}
	buf_done(&good);
	arena_done(&a);
}
