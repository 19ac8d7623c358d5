#include "release/ruleset.h"

#include "tests/tap.h"

static const struct bytes tags[] = { { (const uint8_t *)"apt", 3 },
	{ (const uint8_t *)"", 0 } };
static const struct ruleset_meta metas[] = {
	{ { (const uint8_t *)"description", 11 }, { (const uint8_t *)"why", 3 }, true },
	{ { (const uint8_t *)"score", 5 }, { (const uint8_t *)"70", 2 }, false },
};

/* All that is copied lies in the row, which is overwritten afterwards. */
TEST(a_copy_of_everything)
{
	struct ruleset s;
	char name[] = "one", ns[] = "default", file[] = "a/b.yar", text[] = "rule one {}";
	struct ruleset_rule r = { bytes_of(ns), bytes_of(name), bytes_of(file), 7, true,
		false, { 1, 2, 3 }, bytes_of(text), tags, 2, metas, 2 };

	ruleset_init(&s);
	EQ_U(ruleset_add(&s, &r), OK);
	memset(name, 'x', 3);
	memset(ns, 'x', 7);
	memset(file, 'x', 7);
	memset(text, 'x', 11);
	EQ_U(s.n, 1);
	EQ_B(s.rule[0].name, BYTES_LIT("one"));
	EQ_B(s.rule[0].ns, BYTES_LIT("default"));
	EQ_B(s.rule[0].file, BYTES_LIT("a/b.yar"));
	EQ_B(s.rule[0].text, BYTES_LIT("rule one {}"));
	EQ_U(s.rule[0].line, 7);
	CHECK(s.rule[0].global && !s.rule[0].private_);
	EQ_U(s.rule[0].ntags, 2);
	EQ_B(s.rule[0].tags[0], BYTES_LIT("apt"));
	EQ_U(s.rule[0].tags[1].n, 0);
	EQ_B(s.rule[0].metas[1].value, BYTES_LIT("70"));
	CHECK(s.rule[0].metas[0].text && !s.rule[0].metas[1].text);
	ruleset_done(&s);
	EQ_U(s.n, 0);
}

TEST(sorted_by_name_then_namespace)
{
	static const char *const in[][2] = { { "b", "x" }, { "a", "y" }, { "a", "x" },
		{ "ab", "a" }, { "B", "z" } };
	static const char *const out[][2] = { { "B", "z" }, { "a", "x" }, { "a", "y" },
		{ "ab", "a" }, { "b", "x" } };
	struct ruleset s;

	ruleset_init(&s);
	for (size_t i = 0; i < COUNT(in); i++) {
		struct ruleset_rule r = { .name = bytes_of(in[i][0]),
			.ns = bytes_of(in[i][1]) };

		EQ_U(ruleset_add(&s, &r), OK);
	}
	ruleset_sort(&s);
	for (size_t i = 0; i < COUNT(out); i++) {
		ROW("%zu", i);
		EQ_B(s.rule[i].name, bytes_of(out[i][0]));
		EQ_B(s.rule[i].ns, bytes_of(out[i][1]));
		CHECK(i == 0 || ruleset_cmp(&s.rule[i - 1], &s.rule[i]) < 0);
	}
	EQ_I(ruleset_cmp(&s.rule[0], &s.rule[0]), 0);
	ruleset_done(&s);
}

TEST(an_empty_set)
{
	struct ruleset s;

	ruleset_init(&s);
	ruleset_sort(&s);
	EQ_U(s.n, 0);
	ruleset_done(&s);
}

TEST(a_set_that_is_too_large)
{
	struct ruleset_rule r = { .name = BYTES_LIT("name"), .text = BYTES_LIT("text") };
	struct ruleset s;
	enum err e = OK;

	ruleset_init(&s);
	s.arena.budget = 16384;
	for (unsigned i = 0; i < 10000 && e == OK; i++)
		e = ruleset_add(&s, &r);
	EQ_U(e, ERR_LIMIT);
	CHECK(s.n > 0 && s.n < 10000);
	ruleset_done(&s);
}
