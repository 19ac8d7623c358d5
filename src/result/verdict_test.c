#include "result/verdict.h"

#include "tests/tap.h"

static const struct bytes suspect[] = { { (const uint8_t *)"suspect", 7 } };

/* clang-format off */
static const struct finding pool[] = {
	{ .kind = FINDING_NOTE },
	{ .kind = FINDING_LIMIT },
	{ .kind = FINDING_FAILED },
	{ .kind = FINDING_RULE, .tags = suspect, .ntags = 1 },
	{ .kind = FINDING_RULE },
	{ .kind = FINDING_RULE, .flags = FINDING_PRIVATE },
	{ .kind = FINDING_WARNING },
};

static const struct {
	const char *name, *take; /* digits: rows of pool */
	enum verdict_kind want;
	bool incomplete, failed;
} rows[] = {
	{ "nothing said",        "",    VERDICT_CLEAN,      false, false },
	{ "a note",              "0",   VERDICT_CLEAN,      false, false },
	{ "a private rule",      "5",   VERDICT_CLEAN,      false, false },
	{ "a limit",             "1",   VERDICT_INCOMPLETE, true,  false },
	{ "a crash",             "2",   VERDICT_FAILED,     false, true },
	{ "both",                "12",  VERDICT_FAILED,     true,  true },
	{ "a suspect rule",      "3",   VERDICT_SUSPECT,    false, false },
	{ "and a malicious one", "34",  VERDICT_MALICIOUS,  false, false },
	{ "the other way round", "43",  VERDICT_MALICIOUS,  false, false },
	{ "found, then crashed", "42",  VERDICT_MALICIOUS,  false, true },
};
/* clang-format on */

TEST(fold)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct verdict v = { 0 };

		ROW("%s", rows[i].name);
		for (const char *t = rows[i].take; *t; t++)
			verdict_add(&v, &pool[*t - '0']);
		EQ_S(verdict_name(v.kind), verdict_name(rows[i].want));
		EQ_U(v.incomplete, rows[i].incomplete);
		EQ_U(v.failed, rows[i].failed);
	}
}

/* Whatever is said next, the verdict never falls. */
TEST(monotonic)
{
	uint64_t seed = 7;

	for (int round = 0; round < 1000; round++) {
		struct verdict v = { 0 };

		for (int i = 0; i < 8; i++) {
			struct verdict before = v;

			verdict_add(&v, &pool[test_random(&seed) % COUNT(pool)]);
			CHECK(v.kind >= before.kind);
			CHECK(v.failed >= before.failed);
			CHECK(v.incomplete >= before.incomplete);
		}
	}
}

/* Frames come in any order; what they come to does not depend on it. */
TEST(any_order)
{
	for (size_t a = 0; a < COUNT(pool); a++)
		for (size_t b = 0; b < COUNT(pool); b++)
			for (size_t c = 0; c < COUNT(pool); c++) {
				struct verdict v = { 0 }, w = { 0 };

				ROW("%zu %zu %zu", a, b, c);
				verdict_add(&v, &pool[a]);
				verdict_add(&v, &pool[b]);
				verdict_add(&v, &pool[c]);
				verdict_add(&w, &pool[c]);
				verdict_add(&w, &pool[a]);
				verdict_add(&w, &pool[b]);
				EQ_U(v.kind, w.kind);
				EQ_U(v.failed, w.failed);
				EQ_U(v.incomplete, w.incomplete);
				EQ_U(verdict_found(&v), v.kind >= VERDICT_SUSPECT);
			}
}

/* Each kind has its own word; a number that is none has no other's. */
TEST(words)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		for (int k = 0; k < i; k++)
			CHECK(strcmp(verdict_name((enum verdict_kind)i),
				  verdict_name((enum verdict_kind)k)) != 0);
	EQ_S(verdict_name((enum verdict_kind)VERDICT_COUNT), "?");
	EQ_S(verdict_name((enum verdict_kind) - 1), "?");
}
