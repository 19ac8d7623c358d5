/*
 * gather.c - what witnesses answer, in rounds, and what becomes of a checkpoint by it.
 *
 * The first byte chooses a status and what the witness was told before; the rest is the
 * body. A fuzzer cannot sign, so one status stands for an answer that the witness did
 * sign, with the input around it.
 */
#include "audit/gather.h"

#include <stdlib.h>

#include "tests/tlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

struct asking {
	struct buf note;
	struct note parsed;
	struct gather g;
	struct gather_witness w;
	struct note_signer signer;
};

static void
begin(struct asking *a)
{
	struct merkle_head head;

	*a = (struct asking){ 0 };
	tlog_head(7, &head);
	tlog_note(TLOG_ORIGIN, &head, &a->note);
	require(note_parse(buf_bytes(&a->note), &a->parsed, NULL) == OK);
	a->g = (struct gather){ buf_bytes(&a->note), a->parsed.text, head, NULL };
	tlog_signer(2, &a->signer);
	a->w.key = a->signer.key;
}

/* What is merged is a note of the same text, with all that was there and what was given.
 */
static void
check_merge(const struct asking *a)
{
	struct buf out = { 0 };
	struct note merged;
	struct note_seen seen;
	bool given = a->w.state == GATHER_GIVEN;

	gather_merge(&a->parsed, &a->w, 1, &out);
	require(note_parse(buf_bytes(&out), &merged, NULL) == OK);
	require(bytes_eq(merged.text, a->g.text));
	require(merged.nsig == a->parsed.nsig + given);
	if (given)
		require(note_verify(&merged, &a->w.key, 1, &seen, NULL) == OK &&
			seen.time != 0);
	buf_done(&out);
}

/* The state is one of four, with a reason unless it is good or goes on. */
static void
check_state(const struct asking *a)
{
	const struct gather_witness *w = &a->w;
	bool told = w->why[0] != '\0';

	require(w->state <= GATHER_ACCUSED);
	require(told == (w->state == GATHER_FAILED || w->state == GATHER_ACCUSED));
	require(w->old <= a->g.head.size);
	require((w->line.n > 0) == (w->state == GATHER_GIVEN));
	for (const char *c = w->why; *c != '\0'; c++)
		require((unsigned char)*c >= ' ' && *c != 0x7f);
	check_merge(a);
}

/* The body, with the witness's own line before it. */
static void
put_signed(struct asking *a, struct bytes body, struct buf *out)
{
	cosig_sign(&a->signer, a->g.text, 1500000000, out);
	buf_put(out, body.p, body.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const unsigned status[] = { 200, 409, 422, 403, 404, 429, 500, 200 };
	struct asking a;
	struct buf body = { 0 };

	begin(&a);
	/* pieces, each an answer behind a byte, until the witness is through */
	for (size_t at = 0; at < n && a.w.state == GATHER_ASK;) {
		uint8_t how = p[at] & 7;
		size_t some = at + 1 < n ? p[at + 1] : 0;
		struct bytes piece = bytes_clip((struct bytes){ p, n }, at + 2, some);

		buf_clear(&body);
		if (how == 7)
			put_signed(&a, piece, &body);
		else
			buf_put(&body, piece.p, piece.n);
		gather_answer(&a.g, &a.w, status[how], buf_bytes(&body));
		check_state(&a);
		at += 2 + some;
	}
	require(a.w.rounds <= GATHER_ROUNDS);
	buf_done(&body);
	buf_done(&a.note);
	buf_done(&a.w.line);
	return 0;
}
