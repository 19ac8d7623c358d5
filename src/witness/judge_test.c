#include "witness/judge.h"

#include <stdlib.h>

#include "tests/tap.h"
#include "tests/tlog.h"

#define NOW 1500000000

/* The exchange of the vectors: what w1 says when it saw 3 entries and is shown 7. */
static const char request_3_7[] =
    "old 3\n"
    "OXPsHikCNXphX7moYoJ+6T8PGdN6Q0sFx2wHYet/pEo=\n"
    "f6CPmPl5VToxbnkz+i7bQpbTieKh73QFg9rfNyHCqug=\n"
    "p2VCPqgb1Jsx2+bDPNrUFtqGMoa2wwpf8qnpuJGRloI=\n"
    "Qh6uVhXRUjEJMxtsnZTnIWDL1sms8t9eicfWUIOFxDE=\n"
    "\n"
    "log.example/candor\n"
    "7\n"
    "1VSdxyd1LyRjOZqJrXI3/RAmGUkLUVIBSwl+VIhIQGA=\n"
    "\n"
    "— log.example/candor "
    "t5TEJIYc/Crze/gG/efOJA+tZOQQPnMNQm8KTO9cfrkfUF/LU0gr3J1Td1kl2c4gCA3QmgDj6mqXR4kXnj/"
    "v41TgpwE=\n";
static const char answer_3_7[] = "— witness.example/w1 "
				 "3xwKNQAAAABZaC8AdZ86PZQs5Lc38zdIbqLd0jOxJo2pM1sG0Io7k6h"
				 "dLSoWHLLE78+X8BYZgMPRAcsKbJMRZ4"
				 "JBxT/y84U7cdlqCg==\n";

static struct note_key log_key;
static struct judge judge;

static void
make_judge(void)
{
	struct note_signer log;

	tlog_signer(1, &log);
	log_key = log.key;
	judge = (struct judge){ .logs = &log_key, .nlogs = 1 };
	tlog_signer(2, &judge.witness);
}

/* One question to a witness that saw size entries (0: never asked). */
struct asked {
	struct judge_answer a;
	struct buf keep;
};

static void
ask(struct bytes request, const struct judge_memory *m, int64_t now, struct asked *out)
{
	struct bytes copy = test_copy(request);
	struct judge_case c;

	*out = (struct asked){ 0 };
	if (judge_hear(&judge, copy, &c, &out->a) == OK)
		judge_decide(&judge, &c, m, now, &out->a, &out->keep);
	CHECK(out->a.type != NULL);
	CHECK((out->keep.n > 0) == (out->a.status == 200));
}

static void
asked_done(struct asked *x)
{
	buf_done(&x->a.body);
	buf_done(&x->keep);
}

static struct judge_memory
saw(uint64_t size)
{
	struct judge_memory m = { .time = size ? NOW - 10 : 0 };

	tlog_head(size, &m.head);
	return m;
}

TEST(vectors)
{
	struct judge_memory m = saw(3);
	struct asked x;
	struct buf want = { 0 };
	const char *note = strstr(request_3_7, "\n\n") + 2;

	make_judge();
	ask(bytes_of(request_3_7), &m, NOW, &x);
	EQ_U(x.a.status, 200);
	EQ_S(x.a.type, "text/plain; charset=utf-8");
	EQ_B(buf_bytes(&x.a.body), bytes_of(answer_3_7));
	buf_printf(&want, "%s%s", note, answer_3_7);
	EQ_B(buf_bytes(&x.keep), buf_bytes(&want));
	buf_done(&want);
	asked_done(&x);
}

/* Every step from a size to a size: with its own proof yes, with another's no. */
TEST(growth)
{
	make_judge();
	for (uint64_t old = 0; old <= 9; old++) {
		for (uint64_t size = old; size <= 9; size++) {
			struct judge_memory m = saw(old), kept;
			struct merkle_proof proof = { 0 };
			struct merkle_head head;
			struct buf note = { 0 }, request = { 0 };
			struct judge_answer a = { 0 };
			struct asked x;

			ROW("%d to %d", (int)old, (int)size);
			tlog_head(size, &head);
			tlog_growth(old, size, &proof);
			tlog_note(TLOG_ORIGIN, &head, &note);
			tlog_request(old, &proof, buf_bytes(&note), &request);
			ask(buf_bytes(&request), &m, NOW, &x);
			EQ_U(x.a.status, 200);
			EQ_U(judge_recall(&judge, bytes_of(TLOG_ORIGIN),
				 buf_bytes(&x.keep), &kept, &a),
			    OK);
			EQ_U(kept.head.size, size);
			EQ_U(kept.time, NOW);
			CHECK(merkle_same(&kept.head.root, &head.root));
			asked_done(&x);
			/* one hash more than there is to prove */
			proof.n++;
			buf_clear(&request);
			tlog_request(old, &proof, buf_bytes(&note), &request);
			ask(buf_bytes(&request), &m, NOW, &x);
			EQ_U(x.a.status, 422);
			asked_done(&x);
			buf_done(&note);
			buf_done(&request);
			buf_done(&a.body);
		}
	}
}

/* What is asked, of a witness that saw so many entries. */
static const struct row {
	const char *name;
	uint64_t seen, old, size;
	enum { HONEST, FORKED, NO_PROOF, EMPTY_LIE, OTHER_LOG, OTHER_KEY } how;
	unsigned status;
	const char *body; /* NULL: a sentence */
} rows[] = {
	/* clang-format off */
	{ "first",                   0, 0, 7, HONEST,    200, NULL },
	{ "first, empty",            0, 0, 0, HONEST,    200, NULL },
	{ "same again",              7, 7, 7, HONEST,    200, NULL },
	{ "grows",                   3, 3, 7, HONEST,    200, NULL },
	{ "another log",             0, 0, 7, OTHER_LOG, 404, NULL },
	{ "another log, old wrong",  3, 9, 7, OTHER_LOG, 404, NULL },
	{ "another key",             0, 0, 7, OTHER_KEY, 403, NULL },
	{ "another key, old wrong",  3, 9, 7, OTHER_KEY, 403, NULL },
	{ "old beyond",              3, 8, 7, HONEST,    400, NULL },
	{ "old beyond what it saw",  3, 5, 7, HONEST,    409, "3\n" },
	{ "how much did you see",    3, 0, 7, HONEST,    409, "3\n" },
	{ "never asked",             0, 3, 7, HONEST,    409, "0\n" },
	{ "shrinks, as it is",       7, 3, 3, HONEST,    409, "7\n" },
	{ "shrinks, as if not",      7, 7, 3, HONEST,    400, NULL },
	{ "fork, same size",         7, 7, 7, FORKED,    422, NULL },
	{ "fork, grows",             3, 3, 7, FORKED,    422, NULL },
	{ "no proof",                3, 3, 7, NO_PROOF,  422, NULL },
	{ "an empty tree that lies", 0, 0, 0, EMPTY_LIE, 422, NULL },
	/* clang-format on */
};

static void
make_request(const struct row *r, struct buf *request)
{
	struct merkle_proof proof = { 0 };
	struct merkle_head head;
	struct buf note = { 0 };

	tlog_head(r->size, &head);
	if (r->old < r->size && r->how != NO_PROOF)
		tlog_growth(r->old, r->size, &proof);
	if (r->how == FORKED || r->how == EMPTY_LIE)
		head.root.b[31] ^= 1;
	tlog_note(r->how == OTHER_LOG ? "log.example/other" : TLOG_ORIGIN, &head, &note);
	/* a line that says it is of the known key, and is not by it */
	if (r->how == OTHER_KEY)
		note.p[note.n - 10] = note.p[note.n - 10] == 'A' ? 'B' : 'A';
	tlog_request(r->old, &proof, buf_bytes(&note), request);
	buf_done(&note);
}

TEST(answers)
{
	make_judge();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct judge_memory m = saw(r->seen);
		struct buf request = { 0 };
		struct judge_case c;
		struct judge_answer a = { 0 };
		struct asked x;

		ROW("%s", r->name);
		make_request(r, &request);
		ask(buf_bytes(&request), &m, NOW, &x);
		EQ_U(x.a.status, r->status);
		EQ_S(x.a.type,
		    r->status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8");
		if (r->body != NULL)
			EQ_B(buf_bytes(&x.a.body), bytes_of(r->body));
		if (judge_hear(&judge, buf_bytes(&request), &c, &a) == OK)
			CHECK(judge_is_fork(&c, &m) ==
			      (r->how == FORKED && r->size == r->seen));
		buf_done(&a.body);
		buf_done(&request);
		asked_done(&x);
	}
}

/* A signature of nobody we know changes nothing, and is not kept. */
TEST(strangers_sign)
{
	static const char more[] =
	    "— witness.example/other AAAAAAAAAAA=\n— log.example/candor AAAAAAAAAAA=\n";
	struct judge_memory m = saw(3);
	struct buf request = { 0 };
	struct asked x;

	make_judge();
	buf_printf(&request, "%s%s", request_3_7, more);
	ask(buf_bytes(&request), &m, NOW, &x);
	EQ_U(x.a.status, 200);
	EQ_B(buf_bytes(&x.a.body), bytes_of(answer_3_7));
	CHECK(bytes_find(buf_bytes(&x.keep), 0, BYTES_LIT("other")) == UINT64_MAX);
	EQ_U(x.keep.n, strlen(strstr(request_3_7, "\n\n") + 2) + strlen(answer_3_7));
	asked_done(&x);
	buf_done(&request);
}

/* Two keys of one origin, as while one replaces the other: each will do. */
TEST(two_keys)
{
	struct note_key keys[2];
	struct judge_memory m = saw(3);
	struct note_signer w2;
	struct asked x;

	make_judge();
	tlog_signer(3, &w2);
	note_signer_of(bytes_of(TLOG_ORIGIN), NOTE_ED25519, w2.seed, &w2);
	keys[0] = w2.key;
	keys[1] = log_key;
	judge.logs = keys;
	judge.nlogs = 2;
	ask(bytes_of(request_3_7), &m, NOW, &x);
	EQ_U(x.a.status, 200);
	EQ_B(buf_bytes(&x.a.body), bytes_of(answer_3_7));
	asked_done(&x);
	judge.nlogs = 1;
	ask(bytes_of(request_3_7), &m, NOW, &x);
	EQ_U(x.a.status, 403);
	asked_done(&x);
}

TEST(clock)
{
	/* clang-format off */
	static const struct { const char *name; int64_t now; unsigned status; uint64_t says; } at[] = {
		{ "later",             NOW + 5,  200, NOW + 5 },
		{ "the same",          NOW,      200, NOW },
		{ "a step back",       NOW - 60, 200, NOW },
		{ "a leap back",       NOW - 61, 500, 0 },
		{ "no clock",          0,        500, 0 },
		{ "before the epoch", -5,        500, 0 },
	};
	/* clang-format on */

	make_judge();
	for (size_t i = 0; i < COUNT(at); i++) {
		struct judge_memory m = saw(3), kept = { 0 };
		struct judge_answer a = { 0 };
		struct asked x;

		ROW("%s", at[i].name);
		m.time = NOW;
		ask(bytes_of(request_3_7), &m, at[i].now, &x);
		EQ_U(x.a.status, at[i].status);
		if (at[i].status == 200) {
			EQ_U(judge_recall(&judge, bytes_of(TLOG_ORIGIN),
				 buf_bytes(&x.keep), &kept, &a),
			    OK);
			EQ_U(kept.time, at[i].says);
		}
		asked_done(&x);
		buf_done(&a.body);
	}
}

#define NOTE "log.example/candor\n7\n1VSdxyd1LyRjOZqJrXI3/RAmGUkLUVIBSwl+VIhIQGA=\n\n"
#define HASH "OXPsHikCNXphX7moYoJ+6T8PGdN6Q0sFx2wHYet/pEo=\n"

TEST(unreadable)
{
	/* clang-format off */
	static const struct { const char *name, *text; } bad[] = {
		{ "nothing", "" },
		{ "no newline", "old 3" },
		{ "no old", HASH "\n" NOTE },
		{ "no size", "old \n\n" NOTE },
		{ "leading zero", "old 03\n\n" NOTE },
		{ "two spaces", "old  3\n\n" NOTE },
		{ "negative", "old -3\n\n" NOTE },
		{ "too large", "old 9223372036854775808\n\n" NOTE },
		{ "behind the size", "old 3 \n\n" NOTE },
		{ "upper case", "OLD 3\n\n" NOTE },
		{ "carriage return", "old 3\r\n\r\n" NOTE },
		{ "a short hash", "old 3\nOXPsHikCNXphX7moYoJ+6T8PGdN6Q0sFx2wHYet/\n\n" NOTE },
		{ "a long hash", "old 3\nOXPsHikCNXphX7moYoJ+6T8PGdN6Q0sFx2wHYet/pEpK\n\n" NOTE },
		{ "no base64", "old 3\n!!!!\n\n" NOTE },
		{ "not canonical", "old 3\nOXPsHikCNXphX7moYoJ+6T8PGdN6Q0sFx2wHYet/pEp=\n\n" NOTE },
		{ "no empty line", "old 3\n" NOTE },
		{ "no note", "old 3\n\n" },
		{ "no signature", "old 3\n\n" NOTE },
		{ "no checkpoint", "old 3\n\nhello\n\n— a AAAAAAAAAAA=\n" },
	};
	/* clang-format on */
	struct judge_memory m = saw(3);

	make_judge();
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct asked x;

		ROW("%s", bad[i].name);
		ask(bytes_of(bad[i].text), &m, NOW, &x);
		EQ_U(x.a.status, 400);
		CHECK(x.a.body.n > 5);
		asked_done(&x);
	}
}

TEST(sixty_three_hashes)
{
	struct judge_memory m = saw(3);

	make_judge();
	for (int n = 63; n <= 64; n++) {
		struct buf b = { 0 };
		struct asked x;

		ROW("%d", n);
		buf_str(&b, "old 3\n");
		for (int i = 0; i < n; i++)
			buf_str(&b, HASH);
		buf_str(&b, strstr(request_3_7, "\n\n") + 1);
		ask(buf_bytes(&b), &m, NOW, &x);
		EQ_U(x.a.status, n == 63 ? 422 : 400);
		asked_done(&x);
		buf_done(&b);
	}
}

TEST(too_large)
{
	struct judge_memory m = saw(3);
	struct buf b = { 0 };
	struct asked x;

	make_judge();
	memset(buf_room(&b, JUDGE_REQUEST_MOST + 1), 'a', JUDGE_REQUEST_MOST + 1);
	ask(buf_bytes(&b), &m, NOW, &x);
	EQ_U(x.a.status, 400);
	asked_done(&x);
	buf_done(&b);
}

/* Cut anywhere or with any bit turned, nothing is signed. */
TEST(sweep)
{
	struct judge_memory m = saw(3);
	struct bytes all = bytes_of(request_3_7);

	make_judge();
	for (size_t n = 0; n < all.n; n++) {
		struct asked x;

		ROW("cut at %zu", n);
		ask(bytes_sub(all, 0, n), &m, NOW, &x);
		CHECK(x.a.status >= 400 && x.a.status < 500);
		asked_done(&x);
	}
	for (size_t bit = 0; bit < all.n * 8; bit++) {
		struct bytes copy = test_copy(all);
		struct asked x;

		ROW("bit %zu", bit);
		((uint8_t *)(uintptr_t)copy.p)[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ask(copy, &m, NOW, &x);
		CHECK(x.a.status >= 400 && x.a.status < 500);
		asked_done(&x);
	}
}

/* What lies in the folder and was not put there by this witness is no memory. */
TEST(damaged_memory)
{
	struct judge_memory m = { 0 };
	struct judge_answer a = { 0 };
	struct buf kept = { 0 }, other = { 0 };
	struct bytes good, origin = bytes_of(TLOG_ORIGIN);
	struct note_signer w2;

	make_judge();
	buf_printf(&kept, "%s%s", strstr(request_3_7, "\n\n") + 2, answer_3_7);
	good = buf_bytes(&kept);
	EQ_U(judge_recall(&judge, origin, good, &m, &a), OK);
	EQ_U(m.head.size, 7);
	EQ_U(judge_recall(&judge, bytes_of("log.example/x"), good, &m, &a), ERR_FORMAT);
	EQ_U(a.status, 500);
	for (size_t n = 0; n < good.n; n++) {
		ROW("cut at %zu", n);
		EQ_U(judge_recall(
			 &judge, origin, test_copy(bytes_sub(good, 0, n)), &m, &a),
		    ERR_FORMAT);
	}
	/* of another witness */
	tlog_signer(3, &w2);
	judge.witness = w2;
	EQ_U(judge_recall(&judge, origin, good, &m, &a), ERR_FORMAT);
	EQ_U(judge_recall(&judge, origin, (struct bytes){ 0 }, &m, &a), OK);
	EQ_U(m.head.size, 0);
	EQ_U(m.time, 0);
	buf_done(&kept);
	buf_done(&other);
	buf_done(&a.body);
}

TEST(names)
{
	char name[65];

	judge_name(bytes_of(TLOG_ORIGIN), name);
	EQ_S(name, "c4e7523df5536b74f854d80187e0d5ac464281dce48ea91c75a78e7637fc6f58");
}

#define OUR_LINE 128 /* bytes of a cosignature by w1 */

/*
 * What is kept has our signature in it, and is read again by the next request: a note
 * that is as large as it may be is not signed, or this witness could not read what it
 * remembers ever after.
 */
TEST(too_large_to_remember)
{
	static const size_t left[] = { 0, 1, 100, OUR_LINE - 1, OUR_LINE, 400 };
	struct merkle_head head;
	struct note_signer log;
	struct buf bare = { 0 };
	size_t spare;

	make_judge();
	tlog_head(7, &head);
	tlog_signer(1, &log);
	tlog_note(TLOG_ORIGIN, &head, &bare);
	spare = NOTE_MOST - bare.n;
	for (size_t i = 0; i < COUNT(left); i++) {
		struct buf lines = { 0 }, text = { 0 }, note = { 0 }, request = { 0 };
		struct merkle_proof none = { 0 };
		struct judge_memory m, none_yet = saw(0);
		struct asked x;

		ROW("%zu bytes less than there may be", left[i]);
		memset(buf_room(&lines, spare - left[i]), 'x', spare - left[i]);
		if (lines.n > 0)
			lines.p[lines.n - 1] = '\n';
		checkpoint_print(&(struct checkpoint){ bytes_of(TLOG_ORIGIN), head,
				     buf_bytes(&lines) },
		    &text);
		note_sign(buf_bytes(&text), &log, 1, &note);
		EQ_U(note.n, NOTE_MOST - left[i]);
		tlog_request(0, &none, buf_bytes(&note), &request);
		ask(buf_bytes(&request), &none_yet, NOW, &x);
		CHECK(x.a.status == 200 || x.a.status == 400);
		EQ_U(x.a.status, left[i] >= OUR_LINE ? 200 : 400);
		if (x.a.status == 200)
			EQ_U(judge_recall(&judge, bytes_of(TLOG_ORIGIN),
				 buf_bytes(&x.keep), &m, &x.a),
			    OK);
		asked_done(&x);
		buf_done(&lines);
		buf_done(&text);
		buf_done(&note);
		buf_done(&request);
	}
	buf_done(&bare);
}
