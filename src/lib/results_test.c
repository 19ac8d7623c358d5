#include "lib/results.h"

#include "tests/tap.h"

static struct finding
rule_of(const struct finding_match *m, uint32_t n, uint32_t flags)
{
	return (struct finding){ .kind = FINDING_RULE,
		.flags = flags,
		.ns = BYTES_LIT("n"),
		.rule = BYTES_LIT("r"),
		.matches = m,
		.nmatches = n };
}

/* What comes in pieces from a worker is one finding. */
TEST(pieces)
{
	const struct finding_match m[] = {
		{ .id = BYTES_LIT("$a"), .off = 1, .len = 2, .data = BYTES_LIT("ab") },
		{ .id = BYTES_LIT("$b"),
		    .off = 7,
		    .len = 1,
		    .data = BYTES_LIT("c"),
		    .flags = MATCH_XOR | MATCH_HEX,
		    .key = 9 },
	};
	struct finding first = rule_of(m, 1, FINDING_GLOBAL);
	struct finding more = rule_of(m, 2, FINDING_MORE);
	struct results r;

	results_init(&r);
	results_add(&r, &first);
	for (int i = 0; i < 40; i++)
		results_add(&r, &more);
	EQ_U(r.n, 1);
	EQ_U(r.list[0]->nmatches, 81);
	EQ_U(r.list[0]->rule->flags, CANDOR_RULE_GLOBAL);
	EQ_S(r.list[0]->matches[80].string, "$b");
	EQ_U(r.list[0]->matches[80].key, 9);
	EQ_U(r.list[0]->matches[80].flags, CANDOR_MATCH_XOR | CANDOR_MATCH_HEX);
	CHECK(memcmp(r.list[0]->matches[79].data, "ab", 2) == 0);
	results_clear(&r);
	EQ_U(r.n, 0);
	results_add(&r, &more); /* more of nothing is something */
	EQ_U(r.n, 1);
	results_done(&r);
}

/* clang-format off */
static const struct {
	enum finding_kind in;
	uint32_t out;
} kinds[] = {
	{ FINDING_NOTE, CANDOR_NOTE }, { FINDING_LOG, CANDOR_LOG }, { FINDING_WARNING, CANDOR_CUT },
	{ FINDING_LIMIT, CANDOR_LIMIT }, { FINDING_FAILED, CANDOR_SCAN_FAILED },
};
/* clang-format on */

TEST(texts)
{
	struct results r;

	results_init(&r);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		results_say(&r, kinds[i].in, "why");
		EQ_U(r.list[i]->kind, kinds[i].out);
		EQ_S(r.list[i]->text, "why");
		CHECK(r.list[i]->rule == NULL);
	}
	results_say(&r, FINDING_LIMIT, "second");
	EQ_S(r.limit, "why"); /* the first reason counts */
	EQ_S(r.failed, "why");
	results_done(&r);
}

/* A spent arena is a reason, and what was there before stays whole. */
TEST(overflow)
{
	struct finding_match m = { .id = BYTES_LIT("$a"), .data = BYTES_LIT("abcdefgh") };
	struct finding f = rule_of(&m, 1, 0);
	struct results r;
	size_t n;

	results_init(&r);
	arena_init(&r.arena, 64 << 10);
	for (int i = 0; i < 10000; i++)
		results_add(&r, &f);
	n = r.n;
	CHECK(n > 0 && n < 10000);
	EQ_S(r.limit, "more was found than can be told");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < r.list[i]->nmatches; k++)
			EQ_S(r.list[i]->matches[k].string, "$a");
	results_done(&r);
}
