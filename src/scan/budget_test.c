/*
 * What is spent ends the search of an object, never its verdict: what was found is told,
 * and the object is incomplete, with the name of what ran. The clock is the test's own.
 */
#include "scan/scan_rig.h"

#define QUICK "rule quick { strings: $a = \"quick brown\" condition: $a } "
/* States differ at each byte, and there is no literal to look for. */
#define SLOW                                                                           \
	"rule slow { strings: $re = /([^b][^c]{20}[^a][^c]{15}){40}[^ab]/ condition: " \
	"$re } "
#define LOOP(name)                                                                      \
	"rule " name " { condition: filesize > 99 and for any i in (1..100000000) : ( " \
	"uint8(i % 64) == 255 ) } "
#define ONE "loop: the work for this rule is too much"

static uint64_t clock_at, clock_step;

/* A clock that goes on a bit each time somebody looks. */
static uint64_t
clock_ms(void)
{
	return clock_at += clock_step;
}

struct object {
	uint8_t *p;
	size_t n;
};

/* Random letters of "ab", with a text in front. */
static struct bytes
letters(const char *front, size_t n)
{
	uint8_t *p = malloc(n);
	uint64_t seed = 7;

	for (size_t i = 0; i < n; i++)
		p[i] = test_random(&seed) & 1 ? 'a' : 'b';
	memcpy(p, front, strlen(front));
	return (struct bytes){ p, n };
}

/* clang-format off */
static const struct {
	const char *name, *rules;
	uint32_t steps, timeout, tick;
	const char *heard, *limit;
} rows[] = {
	{ "nothing is spent", QUICK SLOW, 0, 1000, 1, "quick", "" },
	{ "steps, in a regex", QUICK SLOW, 1, 0, 0, "LIMIT quick",
	    "slow: the work for this object is too much; the search was ended at $re" },
	{ "one regex's steps", QUICK SLOW "rule other { strings: $o = /b[^x]{9}a[ab]/ condition: $o }",
	    8, 0, 0, "LIMIT quick other",
	    "slow: too much work for $re, results for this rule may be incorrect" },
	{ "time, in a regex", QUICK SLOW, 0, 2, 1, "LIMIT quick",
	    "slow: the time for this object is over; the search was ended at $re" },
	{ "a rule's steps, in a loop", LOOP("loop") QUICK, 1, 0, 0, "LIMIT quick", ONE },
	{ "a rule's time, in a loop", LOOP("loop") QUICK, 0, 100, 1, "LIMIT quick", ONE },
	{ "hashing", "import \"hash\" rule loop { condition: filesize > 99 and for any i in (1..9999) : "
	    "( hash.md5(i, filesize) == \"x\" ) }" QUICK, 16, 0, 0, "LIMIT quick", ONE },
	{ "functions", "import \"math\" rule loop { condition: filesize > 99 and for any i in (1..9999) : "
	    "( math.entropy(i, filesize) > 9 ) }" QUICK, 16, 0, 0, "LIMIT quick", ONE },
	{ "matches of a string", "rule loop { strings: $a = \"ab\" condition: for any i in (1..#a) : "
	    "( for any k in (1..#a) : ( @a[i] + @a[k] == 1 ) ) }" QUICK, 16, 0, 0, "LIMIT quick", ONE },
	{ "others go on, before and behind it", QUICK LOOP("a") "rule b { strings: $b = \"the quick\" condition: $b }"
	    LOOP("c") LOOP("d") "rule e { strings: $e = /q[a-z]+k/ condition: #e == 1 and filesize > 99 }",
	    1, 0, 0, "LIMIT LIMIT LIMIT quick b e", "d: the work for this rule is too much" },
	{ "steps of the object", LOOP("a") LOOP("b") LOOP("c") LOOP("d") LOOP("e") LOOP("f") LOOP("g")
	    LOOP("loop") QUICK LOOP("i"), 1, 0, 0, "LIMIT LIMIT LIMIT LIMIT LIMIT LIMIT LIMIT LIMIT quick",
	    "loop: the work for this object is too much; the search was ended at its condition" },
	{ "time of the object, told once", LOOP("loop") LOOP("l2") QUICK, 0, 2, 2, "LIMIT quick",
	    "loop: the time for this object is over; the search was ended at its condition" },
	{ "what was not searched is not missing",
	    QUICK SLOW "rule not_slow { strings: $s = /([^b][^c]{20}[^a][^c]{15}){40}[^abd]/ condition: filesize > 99 and not $s }",
	    1, 0, 0, "LIMIT quick",
	    "slow: the work for this object is too much; the search was ended at $re" },
};
/* clang-format on */

TEST(spent)
{
	struct bytes file = letters("the quick brown fox", 1 << 20);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scan_opts o = { .steps = rows[i].steps,
			.timeout_ms = rows[i].timeout,
			.clock_ms = clock_ms };
		struct rig r;

		ROW("%s", rows[i].name);
		clock_at = 1000;
		clock_step = rows[i].tick;
		rig_open(&r, rows[i].rules, &o);
		EQ_S(rig_scan(&r, file), rows[i].heard);
		EQ_S(r.heard.limit, rows[i].limit);
		/* and the next object is another one */
		clock_step = 0;
		EQ_S(rig_scan(&r, test_copy(bytes_of("quick brown"))), "quick");
		rig_close(&r);
	}
	free((void *)(uintptr_t)file.p);
}

/*
 * A loop may ask for a long text at each place, and not much may differ: what is compared
 * is counted. Places that cost little are still asked for.
 */
TEST(places)
{
	static const struct {
		const char *loop;
		uint32_t timeout, tick;
	} ways[] = { { "$a at i + 1", 0, 0 }, { "$a in (i + 1 .. i + 100)", 0, 0 },
		{ "$a at i + 1", 100, 1 } };
	const size_t n = 1 << 20, most = 4000;
	uint8_t *p = malloc(n);
	char text[4001];

	memset(text, 'a', most);
	text[most] = '\0';
	memset(p, 'a', n);
	memcpy(p, "quick brown", 11);
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct scan_opts o = {
			.steps = 8, .timeout_ms = ways[i].timeout, .clock_ms = clock_ms
		};
		struct buf rules = { 0 };
		uint64_t before;
		struct rig r;

		ROW("%s", ways[i].loop);
		clock_at = 1000;
		clock_step = ways[i].tick;
		buf_printf(&rules,
		    "rule long { strings: $a = \"%sb\" condition: filesize > 99 and "
		    "for any i in (0..filesize) : ( %s ) } " QUICK
		    "rule start { strings: $a = \"quick\" condition: $a at 0 }",
		    text, ways[i].loop);
		rig_open(&r, buf_cstr(&rules), &o);
		before = scan_stats(r.scan)->steps;
		EQ_S(rig_scan(&r, (struct bytes){ p, n }), "LIMIT quick start");
		/* the share of the object that it was allowed, and not much more */
		CHECK(scan_stats(r.scan)->steps - before < 8 * (n + SCAN_SMALL) * 2);
		rig_close(&r);
		buf_done(&rules);
	}
	free(p);
}
