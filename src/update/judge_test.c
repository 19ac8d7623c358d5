#include "update/judge.h"

#include <stdlib.h>

#include "base/sys.h"
#include "selftest/lab.h"
#include "tests/tap.h"

static struct note_key publisher;
static struct buf trust, key_text;

/* A log with three releases, and the proof of the last one. */
static struct lab *
world(struct buf *proof)
{
	struct lab *l = xcalloc(1, sizeof(*l));

	l->log.origin = "lab.example/log";
	l->log.seed = 1;
	l->now = 1790000000;
	for (uint64_t i = 1; i <= 3; i++)
		lab_add(l, &l->log, &(struct lab_release){ .sequence = i });
	lab_proof(
	    l, &l->log, 2, &(struct lab_checkpoint){ .size = 3, .witnesses = 7 }, proof);
	buf_clear(&trust);
	buf_clear(&key_text);
	lab_trust(l, &trust);
	lab_key_text(LAB_PUBLISHER, &key_text);
	CHECK(note_key_parse(buf_bytes(&key_text), &publisher, NULL) == OK);
	return l;
}

static void
end(struct lab *l, struct buf *proof)
{
	lab_done(l);
	free(l);
	buf_done(proof);
	buf_done(&trust);
	buf_done(&key_text);
}

static struct judge_ask
ask_of(const struct lab *l, const struct seen *seen, struct bytes proof)
{
	return (struct judge_ask){
		.trust = buf_bytes(&trust),
		.publisher = &publisher,
		.npublisher = 1,
		.channel = "stable",
		.now = l->now,
		.max_age = 86400,
		.seen = seen,
		.proof = proof,
	};
}

TEST(honest)
{
	struct buf proof = { 0 };
	struct lab *l = world(&proof);
	struct seen *none = xcalloc(1, sizeof(*none));
	struct judge_said *said = xcalloc(1, sizeof(*said));
	struct judge_ask ask = ask_of(l, none, buf_bytes(&proof));

	judge_release(&ask, said);
	EQ_S(said->fault.text, "");
	EQ_U(said->about.sequence, 3);
	EQ_U(said->about.index, 2);
	EQ_U(said->seen.sequence, 3);
	EQ_U(said->head.size, 3);
	EQ_U(said->cosignatures, 3);
	EQ_I(said->about.sealed, l->now);
	/* once more, with what is remembered now */
	*none = said->seen;
	judge_release(&ask, said);
	EQ_U(said->fault.kind, FAULT_NONE);
	CHECK(said->same);
	/* a day and a second later it is stale, and a second before it is not */
	ask.now += 86400;
	judge_release(&ask, said);
	EQ_U(said->fault.kind, FAULT_NONE);
	ask.now++;
	judge_release(&ask, said);
	EQ_U(said->fault.kind, FAULT_STALE);
	free(none);
	free(said);
	end(l, &proof);
}

/* Whatever is changed on the way: refused, or the same release. */
TEST(cut_and_flipped)
{
	struct buf proof = { 0 };
	struct lab *l = world(&proof);
	struct seen *none = xcalloc(1, sizeof(*none));
	struct judge_said *whole = xcalloc(1, sizeof(*whole)),
			  *said = xcalloc(1, sizeof(*said));
	struct judge_ask ask = ask_of(l, none, buf_bytes(&proof));
	unsigned good = 0;

	judge_release(&ask, whole);
	for (size_t n = 0; n < proof.n; n += n + 500 < proof.n ? 7 : 1) {
		ask.proof = test_copy((struct bytes){ proof.p, n });
		judge_release(&ask, said);
		good += said->fault.kind == FAULT_NONE;
		if (said->fault.kind == FAULT_NONE)
			EQ_U(said->about.sequence, whole->about.sequence);
	}
	EQ_U(good, 1); /* without the third witness */
	for (size_t bit = 0; bit < proof.n * 8; bit += 13) {
		struct bytes copy = test_copy(buf_bytes(&proof));

		((uint8_t *)(uintptr_t)copy.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ask.proof = copy;
		judge_release(&ask, said);
		if (said->fault.kind == FAULT_NONE)
			CHECK(memcmp(said->about.statement, whole->about.statement, 32) ==
				  0 &&
			      memcmp(said->about.archive, whole->about.archive, 32) == 0);
	}
	free(none);
	free(whole);
	free(said);
	end(l, &proof);
}

/* A program where rules were asked for, and the other way round. */
TEST(type_that_was_asked_for)
{
	struct buf proof = { 0 }, program = { 0 };
	struct lab *l = world(&proof);
	struct seen *none = xcalloc(1, sizeof(*none));
	struct judge_said *said = xcalloc(1, sizeof(*said));
	uint64_t at = lab_add(l, &l->log,
	    &(struct lab_release){ .sequence = 1, .type = STATEMENT_RELEASE });
	struct judge_ask ask;

	lab_proof(l, &l->log, at, &(struct lab_checkpoint){ .size = 4, .witnesses = 7 },
	    &program);
	for (int i = 0; i < 4; i++) {
		bool good = i == 0 || i == 3;

		ask = ask_of(l, none, buf_bytes(i & 1 ? &program : &proof));
		ask.type = i & 2 ? STATEMENT_RELEASE : STATEMENT_RULES;
		ROW("%d", i);
		judge_release(&ask, said);
		EQ_U(said->fault.kind, good ? FAULT_NONE : FAULT_SOFTWARE);
		EQ_U(said->program.n, i == 3);
	}
	EQ_S(said->program.name, "candor");
	EQ_S(said->program.version, "9.9");
	EQ_S(said->program.artefact[0].name, "a.tar");
	EQ_U(said->program.artefact[0].size, l->archive.n);
	free(none);
	free(said);
	buf_done(&program);
	end(l, &proof);
}

TEST(nobody_is_trusted)
{
	struct buf proof = { 0 };
	struct lab *l = world(&proof);
	struct seen *none = xcalloc(1, sizeof(*none));
	struct judge_said *said = xcalloc(1, sizeof(*said));
	struct judge_ask ask = ask_of(l, none, buf_bytes(&proof));

	ask.npublisher = 0;
	judge_release(&ask, said);
	EQ_U(said->fault.kind, FAULT_CONF);
	ask.npublisher = 1;
	ask.trust = BYTES_LIT("");
	judge_release(&ask, said);
	EQ_U(said->fault.kind, FAULT_POLICY);
	free(none);
	free(said);
	end(l, &proof);
}

TEST(growth)
{
	struct buf proof = { 0 };
	struct lab *l = world(&proof);
	struct merkle_head old = { .size = 2 }, new = { .size = 3 };
	struct bytes leaves = { l->log.leaf[0].b, 3 * MERKLE_HASH };
	struct fault f = { 0 };

	merkle_fold(l->log.leaf, 2, &old.root);
	merkle_fold(l->log.leaf, 3, &new.root);
	EQ_U(judge_growth(leaves, &old, &new, &f), OK);
	EQ_U(judge_growth(bytes_sub(leaves, 0, 64), &old, &new, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_TILE);
	f = (struct fault){ 0 };
	old.root.b[0] ^= 1;
	EQ_U(judge_growth(leaves, &old, &new, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_FORK);
	f = (struct fault){ 0 };
	new.root.b[0] ^= 1;
	EQ_U(judge_growth(leaves, &old, &new, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_ROOT);
	end(l, &proof);
}
