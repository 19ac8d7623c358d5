/* log_words_test.c - entries of a log in words. */
#include "cli/log_words.h"

#include "evidence/rig.h"
#include "handover/label.h"
#include "tests/tap.h"

#define DIGEST "0101010101010101010101010101010101010101010101010101010101010101"

static const struct {
	struct rig_says says;
	const char *want;
} rows[] = {
	{ { .kind = ATTEST_REBUILD, .result = ATTEST_PASSED },
	    "rebuild PASSED, 2027-01-15T07:43:20Z, about x_1_all.deb (sha256 " DIGEST
	    "), signed as examiner.example/a+" },
	{ { .who = 1,
	      .kind = ATTEST_REVIEW,
	      .result = ATTEST_FAILED,
	      .name = "a\x1b[31m\nb" },
	    "review FAILED, 2027-01-15T07:43:20Z, about a\\x1b[31m\\nb (sha256 " DIGEST
	    "), signed as examiner.example/b+" },
	{ { .kind = ATTEST_COMPARE, .result = ATTEST_INCONCLUSIVE, .date = 1000000000 },
	    "compare INCONCLUSIVE, 2001-09-09T01:46:40Z, about" },
};

static void
make_envelope(const struct rig_says *says, struct buf *out)
{
	struct note_signer s = rig_signer(says->who);
	struct buf payload = { 0 };

	rig_payload(says, &payload);
	dsse_make(BYTES_LIT(DSSE_INTOTO), buf_bytes(&payload), &s, 1, out);
	buf_done(&payload);
}

/* In the jail and without it the same words. */
TEST(statements)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf e = { 0 }, plain = { 0 }, jailed = { 0 };
		int64_t date = 0, again = 0;

		ROW("%s", rows[i].want);
		make_envelope(&rows[i].says, &e);
		CHECK(log_words_envelope(test_copy(buf_bytes(&e)), &date, &plain));
		EQ_B(bytes_clip(buf_bytes(&plain), 0, strlen(rows[i].want)),
		    bytes_of(rows[i].want));
		CHECK(memchr(plain.p, '\n', plain.n) == NULL);
		CHECK(log_words(buf_bytes(&e), &again, &jailed));
		CHECK(date != 0);
		EQ_I(again, date);
		EQ_B(buf_bytes(&jailed), buf_bytes(&plain));
		buf_done(&e);
		buf_done(&plain);
		buf_done(&jailed);
	}
}

TEST(handovers)
{
	struct label_seal seal = { .label = { .product = BYTES_LIT("hello"),
				       .version = BYTES_LIT("1.0~rc1"),
				       .date = 1700000000 },
		.size = 1196 };
	struct note_signer s = rig_signer(0);
	struct buf text = { 0 }, note = { 0 }, said = { 0 };
	int64_t date = 0;

	memset(seal.manifest, 1, sizeof(seal.manifest));
	label_seal_print(&seal, &text);
	note_sign(buf_bytes(&text), &s, 1, &note);
	CHECK(log_words(test_copy(buf_bytes(&note)), &date, &said));
	EQ_I(date, 1700000000);
	EQ_S(buf_cstr(&said),
	    "handover hello 1.0~rc1, 2023-11-14T22:13:20Z, MANIFEST " DIGEST
	    ", signed as examiner.example/a");
	buf_done(&text);
	buf_done(&note);
	buf_done(&said);
}

/* What is neither leaves nothing behind; an envelope cut anywhere is none. */
TEST(others)
{
	static const char *const none[] = { "", "x", "{", "{}", "[]",
		"candor envelope 1\n", "candor envelope 1\nsha256 xyz\n",
		"candor handover 1\nproduct hello\n" };
	struct buf e = { 0 }, said = { 0 };
	int64_t date = 1;

	for (size_t i = 0; i < COUNT(none); i++) {
		ROW("%s", none[i]);
		CHECK(!log_words_envelope(test_copy(bytes_of(none[i])), &date, &said));
		CHECK(none[i][0] == '{' ||
		      !log_words(test_copy(bytes_of(none[i])), NULL, &said));
		EQ_U(said.n, 0);
	}
	make_envelope(&rows[0].says, &e);
	for (size_t n = 0; n + 2 < e.n; n++)
		CHECK(!log_words_envelope(
		    test_copy(bytes_clip(buf_bytes(&e), 0, n)), &date, &said));
	EQ_U(said.n, 0);
	buf_done(&e);
	CHECK(log_words(BYTES_LIT("candor envelope 1\nsha256 " DIGEST "\nsize 70000\n"),
	    &date, &said));
	EQ_I(date, 0);
	EQ_S(buf_cstr(&said), "a statement, by the digest of its envelope: " DIGEST);
	buf_done(&said);
}
