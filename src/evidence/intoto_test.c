#include "evidence/intoto.h"

#include "evidence/jsonin.h"
#include "tests/tap.h"

#define TYPE    "\"_type\":\"https://in-toto.io/Statement/v1\","
#define HEX     "00000000000000000000000000000000000000000000000000000000000000ab"
#define SUBJECT "\"subject\":[{\"name\":\"x\",\"digest\":{\"sha256\":\"" HEX "\"}}],"
#define REST    "\"predicateType\":\"https://p.example/v1\",\"predicate\":{\"a\":1}"

static enum fault_kind
parse(const char *text, struct intoto *out, struct arena *a)
{
	struct fault f = { 0 };
	enum err e = intoto_parse(test_copy(bytes_of(text)), a, out, &f);

	CHECK((e == OK) == (f.kind == FAULT_NONE));
	return f.kind;
}

/* clang-format off */
static const struct row {
	const char *text;
	enum fault_kind want;
} rows[] = {
	{ "{" TYPE SUBJECT REST "}", FAULT_NONE },
	{ "{" TYPE SUBJECT "\"predicateType\":\"p\"}", FAULT_NONE },
	{ "{" TYPE SUBJECT REST ",\"unknown\":{}}", FAULT_NONE },
	{ "{" SUBJECT REST "}", FAULT_EVIDENCE },
	{ "{\"_type\":\"https://in-toto.io/Statement/v0.1\"," SUBJECT REST "}", FAULT_EVIDENCE },
	{ "{" TYPE REST "}", FAULT_EVIDENCE },
	{ "{" TYPE "\"subject\":[]," REST "}", FAULT_EVIDENCE },
	{ "{" TYPE "\"subject\":{}," REST "}", FAULT_EVIDENCE },
	{ "{" TYPE "\"subject\":[{\"name\":\"x\"}]," REST "}", FAULT_EVIDENCE },
	{ "{" TYPE "\"subject\":[{\"digest\":{\"sha1\":\"ab\"}}]," REST "}", FAULT_EVIDENCE },
	{ "{" TYPE "\"subject\":[{\"digest\":{\"sha256\":\"ab\"}}]," REST "}", FAULT_EVIDENCE },
	{ "{" TYPE SUBJECT "\"predicate\":{}}", FAULT_EVIDENCE },
	{ "{" TYPE SUBJECT "\"predicateType\":\"\"}", FAULT_EVIDENCE },
	{ "[]", FAULT_EVIDENCE }, { "nothing", FAULT_EVIDENCE },
};
/* clang-format on */

TEST(forms)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a;
		struct intoto s;

		arena_init(&a, 65536);
		ROW("%s", rows[i].text);
		EQ_U(parse(rows[i].text, &s, &a), rows[i].want);
		intoto_done(&s);
		arena_done(&a);
	}
}

TEST(written_and_read)
{
	struct intoto_subject subject[2] = { { BYTES_LIT("a\n\"b\""), { 1 } },
		{ BYTES_LIT("c"), { 2 } } };
	uint8_t other[32] = { 3 };
	struct buf b = { 0 };
	struct json j = { &b, false };
	struct arena a;
	struct intoto s;

	arena_init(&a, 65536);
	intoto_begin(&j, subject, 2, "https://p.example/v1");
	json_str(&j, "verdict", "good");
	intoto_end(&j);
	EQ_U(parse(buf_cstr(&b), &s, &a), FAULT_NONE);
	EQ_U(s.nsubject, 2);
	EQ_B(s.subject[0].name, subject[0].name);
	EQ_B(s.predicate_type, BYTES_LIT("https://p.example/v1"));
	EQ_B(jsonin_str(s.predicate, "verdict"), BYTES_LIT("good"));
	CHECK(intoto_about(&s, subject[0].sha256) && intoto_about(&s, subject[1].sha256));
	CHECK(!intoto_about(&s, other));
	intoto_done(&s);
	arena_done(&a);
	buf_done(&b);
}
