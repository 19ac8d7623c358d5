#include "release/statement.h"

#include "base/utc.h"
#include "crypto/hash.h"
#include "tests/tap.h"

#define H1 "0011223344556677889900aabbccddeeff00112233445566778899aabbccddee"
#define H2 "ff11223344556677889900aabbccddeeff00112233445566778899aabbccddee"

#define HEAD(type) "candor statement 1\ntype " type "\nchannel stable\n"
#define FIRST      "sequence 1\nprevious none\ndate 2026-11-23T04:05:06Z\nnot-after none\n"
#define THIRD                                                      \
	"sequence 3\nprevious " H2 "\ndate 2026-11-23T04:05:06Z\n" \
	"not-after 2027-01-01T00:00:00Z\n"
#define FILES  "archive " H1 " 48128\ndiff " H2 " 0\n"
#define COUNTS "rules 9\nadded 4\nchanged 5\nremoved 7\n"
#define SOURCE "source " H1 " 1 candor-0.1.0.tar\nrecipe " H2 " 2 build.sh\n"
#define ART(n) "artefact " H1 " 77 " n "\n"
#define OLD    "log.example/a+b794c424+AYqI4910CfGV"
#define NEW    "log.example/b+b794c425+AYqI4910CfGW"

#define RULES   HEAD("rules") THIRD FILES COUNTS
#define RELEASE HEAD("release") FIRST "name candor\nversion 0.1.0~rc1+b2\n" SOURCE
#define KEYS    HEAD("keys") FIRST "old " OLD "\nnew " NEW "\n"

/* clang-format off */
static const char *const good[] = {
	RULES,
	HEAD("rules") FIRST FILES "rules 5\nadded 5\nchanged 0\nremoved 0\n",
	RELEASE ART("candor_0.1.0_amd64.deb"),
	RELEASE ART("A") ART("B") ART("_") ART("a") ART("aa") ART("b.sig"),
	KEYS,
	"candor statement 1\ntype keys\nchannel a-1\nsequence 9223372036854775807\n"
	"previous " H1 "\ndate 9999-12-31T23:59:59Z\nnot-after 9999-12-31T23:59:59Z\n"
	"old " OLD "\nnew " NEW "\n",
};

static const struct {
	const char *text;
	unsigned line;
} bad[] = {
	{ "", 1 },
	{ "candor statement 2\n", 1 },
	{ "candor statement 1", 1 },
	{ "candor statement 1\n", 2 },
	{ "candor statement 1\ntype  rules\n", 2 },
	{ "candor statement 1\ntype virus\n", 2 },
	{ "candor statement 1\ntype rules\n\n", 3 },
	{ "candor statement 1\r\ntype rules\r\n", 1 },
	{ "candor statement 1\ntype rules\nchannel \n", 3 },
	{ "candor statement 1\ntype rules\nchannel Stable\n", 3 },
	{ "candor statement 1\ntype rules\nchannel ../x\n", 3 },
	{ "candor statement 1\ntype rules\nchannel -a\n", 3 },
	{ "candor statement 1\ntype rules\nchannel a-\n", 3 },
	{ "candor statement 1\ntype rules\nchannel a b\n", 3 },
	{ "candor statement 1\ntype rules\nchannel 0123456789012345678901234567890123\n", 3 },
	{ HEAD("rules") "sequence 01\n", 4 },
	{ HEAD("rules") "sequence +1\n", 4 },
	{ HEAD("rules") "sequence 9223372036854775808\n", 4 },
	{ HEAD("rules") "sequence 99999999999999999999\n", 4 },
	{ HEAD("rules") "sequence 1 \n", 4 },
	{ HEAD("rules") "sequence 1 2\n", 4 },
	{ HEAD("rules") "sequence 1\nprevious None\n", 5 },
	{ HEAD("rules") "sequence 1\nprevious " H1 "00\n", 5 },
	{ HEAD("rules") "sequence 1\nprevious 00112233\n", 5 },
	{ HEAD("rules") "sequence 1\nprevious 0011223344556677889900AABBCCDDEEFF"
	  "00112233445566778899aabbccddee\n", 5 },
	{ HEAD("rules") "sequence 1\nprevious 00000000000000000000000000000000"
	  "00000000000000000000000000000000\n", 5 },
	{ HEAD("rules") "sequence 1\nprevious none\ndate 2026-11-23\n", 6 },
	{ HEAD("rules") "sequence 1\nprevious none\ndate none\n", 6 },
	{ HEAD("rules") FIRST "diff " H2 " 0\n", 8 },
	{ HEAD("rules") FIRST "archive " H1 "\n", 8 },
	{ HEAD("rules") FIRST "archive " H1 "  1\n", 8 },
	{ HEAD("rules") FIRST "archive " H1 " 1 x\n", 8 },
	{ RULES "\n", 14 },
	{ RULES "note hello\n", 14 },
	{ RULES "removed 7\n", 14 },
	{ HEAD("rules") "sequence 1\nprevious " H1 "\ndate 2026-11-23T04:05:06Z\n"
	  "not-after none\n" FILES COUNTS, 0 },
	{ HEAD("rules") "sequence 2\nprevious none\ndate 2026-11-23T04:05:06Z\n"
	  "not-after none\n" FILES COUNTS, 0 },
	{ HEAD("rules") "sequence 0\nprevious none\ndate 2026-11-23T04:05:06Z\n"
	  "not-after none\n" FILES COUNTS, 0 },
	{ HEAD("rules") "sequence 2\nprevious " H1 "\ndate 2026-11-23T04:05:06Z\n"
	  "not-after 2026-11-23T04:05:05Z\n" FILES COUNTS, 0 },
	{ HEAD("rules") "sequence 2\nprevious " H1 "\ndate 2026-11-23T04:05:06Z\n"
	  "not-after 1970-01-01T00:00:00Z\n" FILES COUNTS, 7 },
	{ HEAD("rules") THIRD FILES "rules 9\nadded 4\nchanged 6\nremoved 0\n", 0 },
	{ HEAD("rules") THIRD FILES "rules 9\nadded 10\nchanged 0\nremoved 0\n", 0 },
	{ HEAD("rules") FIRST FILES "rules 9\nadded 8\nchanged 0\nremoved 0\n", 0 },
	{ HEAD("rules") FIRST FILES "rules 9\nadded 9\nchanged 0\nremoved 1\n", 0 },
	{ RELEASE, 0 },
	{ RELEASE ART("b") ART("a"), 0 },
	{ RELEASE ART("a") ART("a"), 0 },
	{ RELEASE ART("../a"), 12 },
	{ RELEASE ART("a/b"), 12 },
	{ RELEASE ART(".a"), 12 },
	{ RELEASE ART("-rf"), 12 },
	{ RELEASE ART("a b"), 12 },
	{ RELEASE ART("\xc3\xa4"), 12 },
	{ RELEASE "artefact " H1 " 77\n", 12 },
	{ HEAD("release") FIRST "name candor\nversion /\n", 9 },
	{ HEAD("keys") FIRST "old a\nnew a\n", 0 },
	{ HEAD("keys") FIRST "old a\nnew \n", 9 },
	{ HEAD("keys") FIRST "old a\nnew \x7f\n", 9 },
	{ HEAD("keys") FIRST "old a\nnew a b\n", 9 },
};
/* clang-format on */

/* Parsed, printed, the same. false: refused. */
static bool
round_trip(struct bytes text)
{
	struct statement s;
	struct buf back = { 0 };
	struct arena a;
	bool ok;

	arena_init(&a, 1 << 20);
	ok = statement_parse(text, &a, &s, NULL) == OK;
	if (ok && EQ_U(statement_print(&s, &back, NULL), OK))
		EQ_B(buf_bytes(&back), text);
	buf_done(&back);
	arena_done(&a);
	return ok;
}

TEST(good)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		ROW("%zu", i);
		CHECK(round_trip(test_copy(bytes_of(good[i]))));
	}
}

TEST(bad)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct statement s = { .sequence = 77 };
		struct statement_fault f = { 0 };
		struct arena a;

		ROW("%.*s", (int)strlen(bad[i].text), bad[i].text);
		arena_init(&a, 1 << 20);
		EQ_U(statement_parse(test_copy(bytes_of(bad[i].text)), &a, &s, &f),
		    ERR_FORMAT);
		EQ_U(f.line, bad[i].line);
		CHECK(f.what != NULL);
		EQ_U(s.sequence, 77);
		arena_done(&a);
	}
}

/* Cut at every length nothing is a statement, but what ends with a whole artefact. */
TEST(prefixes)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct bytes all = bytes_of(good[i]);

		for (size_t n = 0; n < all.n; n++) {
			struct bytes cut = test_copy(bytes_sub(all, 0, n));
			struct bytes last = BYTES_LIT(" 77 A\n");
			bool whole = n > last.n && cut.p[n - 1] == '\n' &&
				     bytes_find(cut, 0, BYTES_LIT("artefact")) < n;

			ROW("%zu cut at %zu", i, n);
			EQ_U(round_trip(cut), whole);
		}
	}
}

/* A flipped bit gives another statement or none, and never one that prints otherwise. */
TEST(flips)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct bytes all = test_copy(bytes_of(good[i]));
		uint8_t *p = (uint8_t *)(uintptr_t)all.p;

		for (size_t bit = 0; bit < all.n * 8; bit++) {
			ROW("%zu bit %zu", i, bit);
			p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			(void)round_trip(all);
			p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

TEST(memory)
{
	struct statement s;
	struct arena a;

	arena_init(&a, 16);
	EQ_U(statement_parse(bytes_of(good[2]), &a, &s, NULL), ERR_LIMIT);
	EQ_U(statement_parse(bytes_of(good[0]), &a, &s, NULL), OK);
	arena_done(&a);
}

/* The longest there is fits, and with it the room for signatures. */
TEST(longest)
{
	struct statement_file files[STATEMENT_ARTEFACTS + 1];
	char names[STATEMENT_ARTEFACTS + 1][STATEMENT_NAME + 1];
	struct statement s = { .type = STATEMENT_RELEASE,
		.channel = BYTES_LIT("stable"),
		.sequence = 1,
		.name = BYTES_LIT("x"),
		.version = BYTES_LIT("1"),
		.source.name = BYTES_LIT("s"),
		.recipe.name = BYTES_LIT("r"),
		.artefact = files,
		.nartefacts = STATEMENT_ARTEFACTS };
	struct statement_fault f = { 0 };
	struct buf b = { 0 };

	memset(files, 0, sizeof(files));
	for (size_t i = 0; i < COUNT(files); i++) {
		memset(names[i], 'n', STATEMENT_NAME);
		names[i][0] = (char)('a' + i / 26);
		names[i][1] = (char)('a' + i % 26);
		files[i].name = (struct bytes){ (uint8_t *)names[i], STATEMENT_NAME };
		files[i].size = INT64_MAX;
	}
	EQ_U(statement_print(&s, &b, &f), OK);
	CHECK(b.n < STATEMENT_MAX);
	CHECK(round_trip(buf_bytes(&b)));
	buf_clear(&b);
	s.nartefacts++;
	EQ_U(statement_print(&s, &b, &f), ERR_FORMAT);
	EQ_U(b.n, 0);
	buf_done(&b);
}

TEST(unprintable)
{
	static const struct statement sound = {
		.type = STATEMENT_RULES, .channel = BYTES_LIT("a"), .sequence = 1
	};
	struct statement s[7];
	struct statement_fault f;
	struct buf b = { 0 };

	for (size_t i = 0; i < COUNT(s); i++)
		s[i] = sound;
	s[0].type = STATEMENT_TYPES;
	s[1].channel = BYTES_LIT("A");
	s[2].sequence = 0;
	s[3].date = -1;
	s[4].archive.size = UINT64_MAX;
	s[5].not_after = UTC_MAX + 1;
	s[6].previous[31] = 1;
	EQ_U(statement_print(&sound, &b, NULL), OK);
	for (size_t i = 0; i < COUNT(s); i++) {
		ROW("%zu", i);
		buf_clear(&b);
		EQ_U(statement_print(&s[i], &b, &f), ERR_FORMAT);
		EQ_U(b.n, 0);
		CHECK(f.what != NULL);
	}
	buf_done(&b);
}

/* --- chains ------------------------------------------------------------------- */

struct chain {
	struct statement last, next;
	struct bytes text;
	struct arena arena;
};

/* RULES, and what may come after it. */
static void
chain_init(struct chain *c)
{
	arena_init(&c->arena, 1 << 16);
	c->text = BYTES_LIT(RULES);
	EQ_U(statement_parse(c->text, &c->arena, &c->last, NULL), OK);
	c->next = c->last;
	c->next.sequence = 4;
	hash_of(HASH_SHA256, c->text, c->next.previous);
}

static bool
follows(const struct chain *c)
{
	return statement_follows(&c->last, c->text, &c->next) == NULL;
}

TEST(follows)
{
	struct chain c;

	chain_init(&c);
	CHECK(follows(&c));
	CHECK(statement_follows(NULL, (struct bytes){ 0 }, &c.next) != NULL);
	c.next.sequence = 1;
	CHECK(statement_follows(NULL, (struct bytes){ 0 }, &c.next) == NULL);
	c.next.sequence = 5; /* fast-forward */
	CHECK(!follows(&c));
	c.next.sequence = 3; /* the same again */
	CHECK(!follows(&c));
	c.next.sequence = 4;
	c.next.previous[0] ^= 1;
	CHECK(!follows(&c));
	c.next.previous[0] ^= 1;
	c.next.date--;
	CHECK(!follows(&c));
	c.next.date++;
	c.next.channel = BYTES_LIT("beta");
	CHECK(!follows(&c));
	c.next.channel = c.last.channel;
	c.next.type = STATEMENT_KEYS;
	CHECK(!follows(&c));
	c.next.type = c.last.type;
	CHECK(follows(&c));
	arena_done(&c.arena);
}

/* A product keeps its name, and each key hands over to the next. */
TEST(follows_others)
{
	struct chain c;

	chain_init(&c);
	c.last.type = c.next.type = STATEMENT_RELEASE;
	c.last.name = c.next.name = BYTES_LIT("candor");
	CHECK(follows(&c));
	c.next.name = BYTES_LIT("canter");
	CHECK(!follows(&c));
	c.last.type = c.next.type = STATEMENT_KEYS;
	c.last.new_key = c.next.old_key = BYTES_LIT("b");
	CHECK(follows(&c));
	c.next.old_key = BYTES_LIT("a");
	CHECK(!follows(&c));
	arena_done(&c.arena);
}
