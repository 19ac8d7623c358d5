/*
 * witness.c - requests to a witness, as bytes and as a log that lies could sign them.
 *
 * The fuzzer cannot sign, so each input is also taken as a request whose note the log
 * signs whatever it says: a byte tells what the witness saw, the rest is the request
 * up to the end of the checkpoint's text. What is signed must then be remembered.
 */
#include "witness/judge.h"

#include <stdlib.h>

#include "tests/tlog.h"

#define NOW 1500000000

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* After a yes the witness remembers just this head, and its line is a cosignature. */
static void
check_yes(const struct judge *j, const struct judge_case *c, const struct judge_memory *m,
    const struct judge_answer *a, const struct buf *keep)
{
	struct judge_memory then;
	struct judge_answer none = { 0 };
	struct buf note = { 0 };
	struct note parsed;
	struct note_seen seen;

	require(c->old == m->head.size && c->head.head.size >= m->head.size);
	require(c->head.head.size != m->head.size ||
		merkle_same(&c->head.head.root, &m->head.root));
	require(judge_recall(j, c->head.origin, buf_bytes(keep), &then, &none) == OK);
	require(then.head.size == c->head.head.size && then.time == NOW);
	require(merkle_same(&then.head.root, &c->head.head.root));
	buf_put(&note, c->note.text.p, c->note.text.n);
	buf_u8(&note, '\n');
	buf_put(&note, a->body.p, a->body.n);
	require(note_parse(buf_bytes(&note), &parsed, NULL) == OK);
	require(note_verify(&parsed, &j->witness.key, 1, &seen, NULL) == OK);
	buf_done(&note);
}

static void
ask(const struct judge *j, struct bytes request, uint64_t saw)
{
	struct judge_memory m = { .time = saw ? NOW - 1 : 0 };
	struct judge_answer a = { 0 };
	struct judge_case c;
	struct buf keep = { 0 };

	tlog_head(saw, &m.head);
	if (judge_hear(j, request, &c, &a) == OK)
		judge_decide(j, &c, &m, NOW, &a, &keep);
	require(a.type != NULL && a.body.n > 0);
	require(a.status == 200 || (a.status >= 400 && a.status < 500));
	if (a.status == 200)
		check_yes(j, &c, &m, &a, &keep);
	buf_done(&a.body);
	buf_done(&keep);
}

/* The request with its note signed anew, when it has one. */
static void
ask_signed(
    const struct judge *j, const struct note_signer *log, struct bytes in, uint64_t saw)
{
	uint64_t at = bytes_find(in, 0, BYTES_LIT("\n\n"));
	struct bytes text = bytes_from(in, at == UINT64_MAX ? in.n : at + 2);
	struct buf request = { 0 };

	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return;
	buf_put(&request, in.p, (size_t)at + 2);
	note_sign(text, log, 1, &request);
	ask(j, buf_bytes(&request), saw);
	buf_done(&request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes in = { p, n };
	struct note_signer log;
	struct judge j = { .logs = &log.key, .nlogs = 1 };
	uint64_t saw;

	if (n == 0)
		return 0;
	saw = p[0] % 10;
	in = bytes_from(in, 1);
	tlog_signer(1, &log);
	tlog_signer(2, &j.witness);
	ask(&j, in, saw);
	ask_signed(&j, &log, in, saw);
	return 0;
}
