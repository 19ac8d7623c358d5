#include "log/policy.h"

#include "log/vectors.h"

#define L     "log " VECTOR_LOG " https://log.example/\n"
#define W     "witness a " VECTOR_W1 "\nwitness b " VECTOR_W2 " https://w2.example/x\n"
#define NOTE1 VECTOR_TEXT_7 "\n" VECTOR_SIG_7_LOG VECTOR_SIG_7_W1

static struct arena arena = { .budget = 1 << 20 };

static enum fault_kind
parse(const char *text, struct policy *p, struct fault *f)
{
	struct bytes b = test_copy(bytes_of(text));

	*f = (struct fault){ 0 };
	CHECK((policy_parse(b, &arena, p, f) == OK) == (f->kind == FAULT_NONE));
	return f->kind;
}

/* clang-format off */
static const struct {
	const char *name, *policy, *note;
	enum fault_kind want;
	uint64_t sealed;
} rows[] = {
	{ "no quorum", L W "quorum none\n", NOTE1, FAULT_NONE, 0 },
	{ "one witness", L W "quorum a\n", NOTE1, FAULT_NONE, 1500000000 },
	{ "the other", L W "quorum b\n", NOTE1, FAULT_QUORUM, 0 },
	{ "any", L W "group g any a b\nquorum g\n", NOTE1, FAULT_NONE, 1500000000 },
	{ "any of two", L W "group g any a b\nquorum g\n", VECTOR_NOTE_7, FAULT_NONE, 1500000001 },
	{ "all", L W "group g all a b\nquorum g\n", NOTE1, FAULT_QUORUM, 0 },
	{ "all of two", L W "group g all a b\nquorum g\n", VECTOR_NOTE_7, FAULT_NONE, 1500000000 },
	{ "two of two", L W "group g 2 a b\nquorum g\n", VECTOR_NOTE_7, FAULT_NONE, 1500000000 },
	{ "groups of groups", L W "group g 1 a\ngroup h all g b\nquorum h\n", VECTOR_NOTE_7,
	  FAULT_NONE, 1500000000 },
	{ "a group that is not asked", L W "group g all a b\nquorum a\n", NOTE1, FAULT_NONE, 1500000000 },
	{ "no log", W "quorum a\n", NOTE1, FAULT_ORIGIN, 0 },
	{ "no log that is known", W "quorum none\n", VECTOR_TEXT_7 "\n" VECTOR_SIG_7_LOG, FAULT_UNSIGNED, 0 },
	{ "unsigned by the log", L W "quorum a\n", VECTOR_TEXT_7 "\n" VECTOR_SIG_7_W1, FAULT_ORIGIN, 0 },
	{ "forged witness", L W "quorum none\n",
	  "log.example/candor\n7\n1VSdxyd1LyRjOZqJrXI3/RAmGUkLUVIBSwl+VIhIQGA=\nx\n\n" VECTOR_SIG_7_W1,
	  FAULT_SIGNATURE, 0 },
	{ "a text that is no checkpoint", L "quorum none\n", "x\n", FAULT_NOTE, 0 },
};
/* clang-format on */

TEST(judged)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct policy_seen seen;
		struct policy p;
		struct fault f;

		ROW("%s", rows[i].name);
		memset(&seen, 0, sizeof(seen));
		if (!EQ_U(parse(rows[i].policy, &p, &f), FAULT_NONE))
			EQ_S(f.text, "");
		CHECK((policy_check(&p, bytes_of(rows[i].note), &seen, &f) == OK) ==
		      (rows[i].want == FAULT_NONE));
		EQ_U(f.kind, rows[i].want);
		EQ_U(seen.sealed, rows[i].sealed);
		if (rows[i].want == FAULT_NONE) {
			EQ_U(seen.checkpoint.head.size, 7);
			CHECK(seen.cosignatures > 0);
			EQ_U(seen.oldest, 1500000000);
			CHECK(policy_met(&p, seen.by, seen.sealed));
			CHECK(p.quorum == POLICY_NO_QUORUM ||
			      !policy_met(&p, seen.by, seen.sealed + 1));
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
}

#define ED "log.example/w+b794c424+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"

TEST(texts)
{
	/* clang-format off */
	static const struct {
		const char *name, *text;
		bool ok;
	} texts[] = {
		{ "least", "quorum none\n", true },
		{ "spaces and comments", "# c\n\t # d\n  \n\n \tlog\t " VECTOR_LOG "  u \t\nquorum none \n", true },
		{ "names are bytes", "witness \xff " VECTOR_W1 "\nquorum \xff\n", true },
		{ "a witness that we cannot check", "witness q a+01020304+BgECAwQ=\nquorum q\n", true },
		{ "empty", "", false },
		{ "no quorum", L W, false },
		{ "two quorums", "quorum none\nquorum none\n", false },
		{ "quorum of nobody", "quorum x\n", false },
		{ "quorum below", "quorum a\n" W, false },
		{ "quorum without a name", "quorum\n", false },
		{ "quorum of two", W "quorum a b\n", false },
		{ "no newline", "quorum none", false },
		{ "carriage return", "quorum none\r\n", false },
		{ "DEL", "# \x7f\nquorum none\n", false },
		{ "unknown line", "logs " VECTOR_LOG "\nquorum none\n", false },
		{ "comment behind", "quorum none # yes\n", false },
		{ "no key", "log\nquorum none\n", false },
		{ "a bad key", "log a+b+c\nquorum none\n", false },
		{ "a key of another kind", "log " VECTOR_W1 "\nquorum none\n", false },
		{ "a log's key as witness", "witness a " VECTOR_LOG "\nquorum none\n", false },
		{ "log twice", L L "quorum none\n", false },
		{ "witness twice", "witness a " VECTOR_W1 "\nwitness b " VECTOR_W1 "\nquorum none\n", false },
		{ "name twice", "witness a " VECTOR_W1 "\nwitness a " VECTOR_W2 "\nquorum none\n", false },
		{ "witness without name", "witness " VECTOR_W1 "\nquorum none\n", false },
		{ "called none", "witness none " VECTOR_W1 "\nquorum none\n", false },
		{ "group called none", W "group none any a\nquorum none\n", false },
		{ "group without members", W "group g any\nquorum g\n", false },
		{ "group without share", W "group g\nquorum g\n", false },
		{ "share of 0", W "group g 0 a b\nquorum g\n", false },
		{ "share of 3", W "group g 3 a b\nquorum g\n", false },
		{ "share of 01", W "group g 01 a b\nquorum g\n", false },
		{ "share in words", W "group g some a b\nquorum g\n", false },
		{ "member twice", W "group g 1 a a\nquorum g\n", false },
		{ "member of two", W "group g 1 a\ngroup h 1 a\nquorum g\n", false },
		{ "member of itself", W "group g 1 g\nquorum g\n", false },
		{ "none as member", W "group g 1 none\nquorum g\n", false },
		{ "group named as a witness", W "group a 1 b\nquorum a\n", false },
		{ "two urls", "log " VECTOR_LOG " u v\nquorum none\n", false },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct policy p;
		struct fault f;

		ROW("%s", texts[i].name);
		EQ_U(parse(texts[i].text, &p, &f),
		    texts[i].ok ? FAULT_NONE : FAULT_POLICY);
		if (!texts[i].ok)
			CHECK(f.text[0] != '\0');
		arena_reset(&arena);
	}
	arena_done(&arena);
}

TEST(urls_and_cuts)
{
	static const char text[] = L W "group g 1 a b\nquorum g\n";
	struct policy p;
	struct fault f;

	EQ_U(parse(text, &p, &f), FAULT_NONE);
	CHECK(bytes_eq(p.log[0].url, BYTES_LIT("https://log.example/")));
	CHECK(p.node[0].url.n == 0);
	CHECK(bytes_eq(p.node[1].url, BYTES_LIT("https://w2.example/x")));
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct bytes cut = test_copy(bytes_sub(BYTES_LIT(text), 0, n));

		ROW("cut %zu", n);
		EQ_U(policy_parse(cut, &arena, &p, NULL), ERR_FORMAT);
		arena_reset(&arena);
	}
	arena_done(&arena);
}

TEST(small_budget)
{
	struct arena tiny = { .budget = 100 };
	struct policy p;

	EQ_U(policy_parse(BYTES_LIT("quorum none\n"), &tiny, &p, NULL), ERR_LIMIT);
	arena_done(&tiny);
}
