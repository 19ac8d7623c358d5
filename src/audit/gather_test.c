#include "audit/gather.h"

#include <stdlib.h>

#include "tests/tap.h"
#include "tests/tlog.h"

/* Made of a head and its note; the proofs need a log, which cosign.py brings. */
struct rig {
	struct buf note;
	struct note parsed;
	struct gather g;
	struct gather_witness w;
	struct buf line; /* what the witness would give */
};

static void
rig_init(struct rig *r, uint8_t who)
{
	struct note_signer s;
	struct merkle_head head;

	*r = (struct rig){ 0 };
	tlog_head(7, &head);
	tlog_note(TLOG_ORIGIN, &head, &r->note);
	CHECK(note_parse(buf_bytes(&r->note), &r->parsed, NULL) == OK);
	r->g = (struct gather){ buf_bytes(&r->note), r->parsed.text, head, NULL };
	tlog_signer(who, &s);
	r->w.key = s.key;
	cosig_sign(&s, r->g.text, 1500000000, &r->line);
}

static void
rig_done(struct rig *r)
{
	buf_done(&r->note);
	buf_done(&r->line);
	buf_done(&r->w.line);
}

TEST(answers)
{
	/* clang-format off */
	static const struct { const char *name; unsigned status; const char *body; uint64_t old; unsigned rounds; enum gather_state want; } rows[] = {
		{ "another size",           409, "3\n", 0, 0, GATHER_ASK },
		{ "zero, when we said 3",   409, "0\n", 3, 1, GATHER_ASK },
		{ "the same size again",    409, "3\n", 3, 1, GATHER_FAILED },
		{ "a larger one",           409, "8\n", 0, 0, GATHER_ACCUSED },
		{ "each time another",      409, "4\n", 3, 3, GATHER_FAILED },
		{ "no size, at once",       409, "", 0, 0, GATHER_FAILED },
		{ "no size, when asked so", 409, "", 7, 1, GATHER_ACCUSED },
		{ "a size that is none",    409, "07\n", 0, 0, GATHER_FAILED },
		{ "no newline",             409, "7", 0, 0, GATHER_FAILED },
		{ "another past",           422, "no\n", 3, 1, GATHER_ACCUSED },
		{ "unknown",                404, "", 0, 0, GATHER_FAILED },
		{ "unknown, litewitness",   403, "", 0, 0, GATHER_FAILED },
		{ "busy, omniwitness",      429, "", 0, 0, GATHER_FAILED },
		{ "broken",                 500, "\x1b[2J\n", 0, 0, GATHER_FAILED },
		{ "yes, and nothing",       200, "", 0, 0, GATHER_FAILED },
		{ "yes, and noise",         200, "hello\n", 0, 0, GATHER_FAILED },
		{ "yes, of somebody else",  200, "— x.example AAAAAAAAAAA=\n", 0, 0, GATHER_FAILED },
		{ "yes, and an empty line", 200, "\n— x.example AAAAAAAAAAA=\n", 0, 0, GATHER_FAILED },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r;

		ROW("%s", rows[i].name);
		rig_init(&r, 2);
		r.w.old = rows[i].old;
		r.w.rounds = rows[i].rounds;
		gather_answer(&r.g, &r.w, rows[i].status, bytes_of(rows[i].body));
		EQ_U(r.w.state, rows[i].want);
		CHECK((r.w.why[0] != '\0') == (rows[i].want != GATHER_ASK));
		CHECK(strchr(r.w.why, '\x1b') == NULL);
		rig_done(&r);
	}
}

TEST(signature)
{
	struct rig r;
	struct buf body = { 0 };

	rig_init(&r, 2);
	/* other lines around it are nobody's business */
	buf_str(&body, "— x.example AAAAAAAAAAA=\n");
	buf_put(&body, r.line.p, r.line.n);
	gather_answer(&r.g, &r.w, 200, buf_bytes(&body));
	EQ_U(r.w.state, GATHER_GIVEN);
	EQ_B(buf_bytes(&r.w.line), buf_bytes(&r.line));
	rig_done(&r);
	buf_done(&body);
}

/* A cosignature that holds, of another text; or one bit of it is wrong. */
TEST(lies)
{
	struct rig r;
	struct note_signer s;
	struct buf text = { 0 }, body = { 0 };

	rig_init(&r, 2);
	tlog_signer(2, &s);
	/* ends our text early: the note would be of text, empty line, more text */
	buf_put(&text, r.g.text.p, r.g.text.n);
	buf_str(&text, "\nmore\n");
	buf_str(&body, "more\n\n");
	cosig_sign(&s, buf_bytes(&text), 1500000000, &body);
	gather_answer(&r.g, &r.w, 200, buf_bytes(&body));
	EQ_U(r.w.state, GATHER_FAILED);
	rig_done(&r);
	for (size_t at = 30; at < 120; at += 7) {
		rig_init(&r, 2);
		r.line.p[at] = r.line.p[at] == 'A' ? 'B' : 'A';
		gather_answer(&r.g, &r.w, 200, buf_bytes(&r.line));
		EQ_U(r.w.state, GATHER_FAILED);
		rig_done(&r);
	}
	rig_init(&r, 2);
	buf_clear(&r.line);
	cosig_sign(&s, r.g.text, 0, &r.line);
	gather_answer(&r.g, &r.w, 200, buf_bytes(&r.line));
	EQ_U(r.w.state, GATHER_FAILED);
	rig_done(&r);
	buf_done(&text);
	buf_done(&body);
}

/* A new line takes the place of the old one; what others signed stays. */
TEST(merge)
{
	struct rig one, two;
	struct gather_witness w[2];
	struct buf first = { 0 }, again = { 0 };
	struct note_signer s;
	struct note note;

	rig_init(&one, 2);
	rig_init(&two, 3);
	buf_str(&one.note, "— ml.example AAAAAAAAAAA=\n");
	CHECK(note_parse(buf_bytes(&one.note), &note, NULL) == OK);
	gather_answer(&one.g, &one.w, 200, buf_bytes(&one.line));
	gather_answer(&two.g, &two.w, 200, buf_bytes(&two.line));
	w[0] = one.w;
	w[1] = two.w;
	gather_merge(&note, w, 2, &first);
	CHECK(bytes_find(buf_bytes(&first), 0, BYTES_LIT("ml.example")) != UINT64_MAX);
	CHECK(note_parse(buf_bytes(&first), &note, NULL) == OK);
	EQ_U(note.nsig, 4);
	/* later: only w1, with another time */
	tlog_signer(2, &s);
	buf_clear(&one.w.line);
	cosig_sign(&s, one.g.text, 1500000500, &one.w.line);
	gather_merge(&note, &one.w, 1, &again);
	CHECK(note_parse(buf_bytes(&again), &note, NULL) == OK);
	EQ_U(note.nsig, 4);
	CHECK(bytes_find(buf_bytes(&again), 0, buf_bytes(&one.line)) == UINT64_MAX);
	CHECK(bytes_find(buf_bytes(&again), 0, buf_bytes(&two.line)) != UINT64_MAX);
	CHECK(bytes_find(buf_bytes(&again), 0, buf_bytes(&one.w.line)) != UINT64_MAX);
	buf_done(&first);
	buf_done(&again);
	rig_done(&one);
	rig_done(&two);
}
