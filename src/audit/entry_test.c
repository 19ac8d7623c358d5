#include "audit/entry.h"

#include "tests/tap.h"

/* BYTES_LIT for tables. */
#define BYTES_INIT(s)                               \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}

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

/* Each kind of statement in its own words; what a publisher chose is one line, escaped.
 */
TEST(kinds)
{
	static const struct statement_file files[] = { { .name = BYTES_INIT("a.deb") },
		{ .name = BYTES_INIT("b.deb") } };
	/* clang-format off */
	static const struct { struct statement s; const char *want; } rows[] = {
		{ { .type = STATEMENT_RELEASE, .channel = BYTES_INIT("beta"), .sequence = 2,
		    .name = BYTES_INIT("candor"), .version = BYTES_INIT("1.2"), .artefact = files, .nartefacts = 1 },
		  "release beta 2, 1970-01-01T00:00:01Z, candor 1.2, 1 artefact" },
		{ { .type = STATEMENT_RELEASE, .channel = BYTES_INIT("beta"), .sequence = INT64_MAX,
		    .name = BYTES_INIT("x"), .version = BYTES_INIT("1~rc"), .artefact = files, .nartefacts = 2 },
		  "release beta 9223372036854775807, 1970-01-01T00:00:01Z, x 1~rc, 2 artefacts" },
		{ { .type = STATEMENT_KEYS, .channel = BYTES_INIT("s"), .sequence = 3,
		    .new_key = BYTES_INIT("p.example+00000000+\x1b[2J\xe2\x80\xae") },
		  "keys s 3, 1970-01-01T00:00:01Z, the publisher's key becomes "
		  "p.example+00000000+\\x1b[2J\\xe2\\x80\\xae" },
		{ { .type = STATEMENT_RULES, .channel = BYTES_INIT("s"), .sequence = 1 },
		  "rules s 1, 1970-01-01T00:00:01Z, 0 rules (+0 ~0 -0)" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct entry e = { .is_release = true, .statement = rows[i].s };
		struct buf b = { 0 };

		ROW("%zu", i);
		e.statement.date = 1;
		entry_tell(&e, &b);
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}

/* An entry may hold anything: told in one line, not longer than 200 bytes make it. */
TEST(noise)
{
	uint64_t seed = 3;
	static uint8_t raw[65535];
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t n = 0; n <= sizeof(raw); n = n * 3 + 1) {
		struct entry e;
		struct buf b = { 0 };

		ROW("%zu bytes", n);
		for (size_t i = 0; i < n; i++)
			raw[i] = (uint8_t)test_random(&seed);
		entry_read(n, test_copy((struct bytes){ raw, n }), &a, &e);
		CHECK(!e.is_release);
		EQ_U(e.index, n);
		entry_tell(&e, &b);
		CHECK(b.n <= 200 * 4 + 20);
		for (size_t i = 0; i < b.n; i++)
			CHECK(b.p[i] >= ' ');
		buf_done(&b);
		arena_reset(&a);
	}
	/* without room for what a statement needs it is bytes, and nothing breaks */
	arena_done(&a);
	arena_init(&a, 0);

	struct buf good = { 0 }, b = { 0 };
	struct entry e;

	buf_printf(&good, "%s" SIG, rules);
	entry_read(0, buf_bytes(&good), &a, &e);
	entry_tell(&e, &b);
	CHECK(b.n > 0);
	buf_done(&b);
	buf_done(&good);
	arena_done(&a);
}
