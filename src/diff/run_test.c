/* Statements and their bounds; scratch files that are full, or are not there. */
#include "diff/run.h"

#include <stdlib.h>

#include "diff/rig.h"

struct heard {
	struct difference last;
	uint64_t n;
	enum err err;
};

static enum err
hear(void *arg, const struct difference *d)
{
	struct heard *h = arg;

	h->last = *d;
	h->n++;
	return h->err;
}

static void
start(struct run *r, struct heard *h, struct diff_sink *sink)
{
	*h = (struct heard){ 0 };
	*sink = (struct diff_sink){ h, hear };
	*r = (struct run){ .sink = sink, .limit = { .statements = 2, .lines = 3 } };
}

TEST(lines)
{
	uint8_t big[DIFF_TEXT_MAX + 1];
	struct bytes texts[] = { BYTES_LIT(""), { big, DIFF_TEXT_MAX - 1 },
		{ big, DIFF_TEXT_MAX }, BYTES_LIT("one too many") };
	struct run_lines l;
	struct diff_sink sink;
	struct heard h;
	struct run r;

	memset(big, 'x', sizeof(big));
	start(&r, &h, &sink);
	run_lines_init(&l, &r);
	for (size_t i = 0; i < COUNT(texts); i++)
		run_line(&l, DIFF_A, i, texts[i]);
	EQ_U(l.n, 3);
	EQ_U(l.left_out, 1);
	run_found(&r, DIFF_TEXT, BYTES_LIT("here"), &l, "%d lines", 4);
	EQ_U(h.last.nlines, 3);
	EQ_U(h.last.left_out, 1);
	EQ_B(h.last.where, BYTES_LIT("here"));
	EQ_U(h.last.lines[1].text.n, DIFF_TEXT_MAX - 1);
	EQ_U(h.last.lines[2].text.n, DIFF_TEXT_MAX);
	EQ_B(bytes_from(h.last.lines[2].text, DIFF_TEXT_MAX - 3), BYTES_LIT("..."));
	run_lines_clear(&l);
	run_found(&r, DIFF_TEXT, (struct bytes){ 0 }, &l, "none");
	EQ_U(h.last.nlines, 0);
	run_lines_done(&l);
}

/* Beyond the limit a statement counts, and has no lines; a name is cut. */
TEST(statements)
{
	static uint8_t big[DIFF_NAME_MAX + 9];
	const struct diff_line line = { DIFF_A, 1, BYTES_LIT("x") };
	struct difference d = { .kind = DIFF_FOUND,
		.cls = DIFF_DATA,
		.name_a = { big, sizeof(big) },
		.where = { big, sizeof(big) },
		.lines = &line,
		.nlines = 1 };
	struct diff_sink sink;
	struct heard h;
	struct run r;

	start(&r, &h, &sink);
	for (unsigned i = 0; i < 3; i++) {
		run_say(&r, &d);
		EQ_U(h.last.nlines, i < 2);
		EQ_U(h.last.left_out, i == 2);
		EQ_U(h.last.name_a.n, DIFF_NAME_MAX);
		EQ_U(h.last.where.n, DIFF_NAME_MAX);
	}
	EQ_U(r.told, 3);
	EQ_U(r.worst, DIFF_DATA);
	run_note(&r, "no difference");
	run_limit(&r, "a limit");
	run_damaged(&r, "damage");
	EQ_U(r.told, 5);
	EQ_U(r.gaps, 2);
	EQ_U(h.n, 6);
	/* who does not take one gets no other; what was said still counts */
	h.err = ERR_IO;
	run_say(&r, &d);
	run_say(&r, &d);
	EQ_U(h.n, 7);
	EQ_U(r.failed, ERR_IO);
	EQ_U(r.told, 7);
	sink = run_sink(&r);
	EQ_U(diff_put(&sink, &d), ERR_IO);
}

TEST(stopped)
{
	static const struct {
		enum err err;
		uint64_t deadline;
		enum diff_kind kind;
		const char *what;
	} rows[] = {
		{ ERR_IO, 0, DIFF_DAMAGED, "it changed while it was read" },
		{ ERR_ACCESS, 0, DIFF_LIMIT,
		    "it was not unpacked: there is no scratch file" },
		{ ERR_LIMIT, 0, DIFF_LIMIT, "it is larger than is unpacked or kept" },
		{ ERR_LIMIT, 1, DIFF_LIMIT, "the time is up" },
		{ ERR_LIMIT, UINT64_MAX, DIFF_LIMIT,
		    "it is larger than is unpacked or kept" },
		{ ERR_END, 0, DIFF_LIMIT, "the time is up" },
		{ ERR_FORMAT, 0, DIFF_DAMAGED,
		    "it cannot be read as what it says it is" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct diff_sink sink;
		struct heard h;
		struct run r;

		ROW("%zu", i);
		start(&r, &h, &sink);
		r.limit.deadline = rows[i].deadline;
		EQ_U(run_late(&r), rows[i].deadline == 1);
		run_stopped(&r, rows[i].err);
		EQ_U(h.last.kind, rows[i].kind);
		/* its text was of the speaker's stack: only its length is left */
		EQ_U(h.last.what.n, strlen(rows[i].what));
	}
}

TEST(scratch)
{
	struct scratch none = { .fd = -1, .max = 100 };
	struct rig g;
	uint8_t back[4] = { 0 };
	size_t got;

	EQ_U(scratch_put(&none, BYTES_LIT("x")), ERR_ACCESS);
	rig_init(&g);
	struct scratch s = { g.fd[2], 0, 6 };
	EQ_U(scratch_put(&s, BYTES_LIT("1234")), OK);
	EQ_U(scratch_put(&s, BYTES_LIT("567")), ERR_LIMIT);
	EQ_U(s.at, 4);
	EQ_U(scratch_put(&s, BYTES_LIT("56")), OK);
	struct span tail = scratch_since(&s, 2);
	EQ_U(tail.size, 4);
	EQ_U(span_read(&tail, 0, back, 4, &got), OK);
	EQ_B(((struct bytes){ back, got }), BYTES_LIT("3456"));
	s.at = 2; /* given back */
	EQ_U(scratch_put(&s, BYTES_LIT("abcd")), OK);
	EQ_U(scratch_put(&s, (struct bytes){ 0 }), OK);
	EQ_U(scratch_put(&s, BYTES_LIT("e")), ERR_LIMIT);
	rig_done(&g);
}
