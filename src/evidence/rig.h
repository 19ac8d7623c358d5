/*
 * rig.h - for tests: examiners, a log, and statements in it, each of which may be wrong.
 *
 * The keys are seeds of one byte that guard nothing: 0x21, 0x22 ... examiners "a", "b",
 * "c"; 0x29 somebody else. The log and its first witness are those of log/vectors.h.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "evidence/attest.h"
#include "evidence/docket.h"
#include "evidence/dsse.h"
#include "log/cosig.h"
#include "log/proof.h"
#include "log/vectors.h"

#define RIG_NOW      INT64_C(1800000000)
#define RIG_MOST     24
#define RIG_STRANGER 8 /* of rig_signer: no examiner of the file */

struct rig_case {
	struct buf envelope, entry, proof;
	bool unlogged, no_witness;
};

struct rig {
	struct rig_case one[RIG_MOST];
	size_t n;
};

static inline struct note_signer
rig_signer(int who)
{
	static char name[16][32];
	struct note_signer s;
	uint8_t seed[SIGN_SEED];

	snprintf(name[who], sizeof(name[who]), "examiner.example/%c", 'a' + who);
	memset(seed, 0x21 + who, sizeof(seed));
	note_signer_of(bytes_of(name[who]), NOTE_ED25519, seed, &s);
	return s;
}

/* Lines for n examiners, and behind them more. */
static inline void
rig_examiners(struct buf *out, int n, const char *more)
{
	for (int i = 0; i < n; i++) {
		struct note_signer s = rig_signer(i);

		buf_printf(out, "examiner %c ", 'a' + i);
		note_key_print(&s.key, out);
		buf_u8(out, '\n');
	}
	buf_str(out, more);
}

#define RIG_TRUST                    \
	"log " VECTOR_LOG "\n"       \
	"witness w1 " VECTOR_W1 "\n" \
	"quorum w1\n"

/* A digest that stands for an artefact. */
static inline void
rig_artefact(int which, uint8_t out[32])
{
	memset(out, which, 32);
}

struct rig_says {
	int who;
	enum attest_kind kind;
	enum attest_result result;
	int artefact;     /* rig_artefact(); 0: 1 */
	const char *name; /* NULL: "x_1_all.deb" */
	int64_t date, not_after;
	const uint8_t *withdraws; /* an envelope's digest */
	bool unlogged, no_witness;
	bool claims_a; /* its keyid is examiner a's */
};

static inline void
rig_payload(const struct rig_says *s, struct buf *out)
{
	struct json j = { out, false };
	struct intoto_subject subject = { bytes_of(s->name ? s->name : "x_1_all.deb"),
		{ 0 } };
	struct attest_head h = { .kind = s->kind,
		.result = s->result,
		.date = s->date ? s->date : RIG_NOW - 1000,
		.not_after = s->not_after,
		.version = "0",
		.withdraws = (const uint8_t(*)[32])s->withdraws,
		.nwithdraws = s->withdraws != NULL };

	rig_artefact(s->artefact ? s->artefact : 1, subject.sha256);
	attest_begin(&j, &subject, 1, &h);
	intoto_end(&j);
}

/* Adds a statement; gives its envelope. */
static inline struct rig_case *
rig_say(struct rig *r, const struct rig_says *s)
{
	struct rig_case *c = &r->one[r->n++];
	struct note_signer signer = rig_signer(s->who);
	struct buf payload = { 0 };

	if (s->claims_a)
		signer.key = rig_signer(0).key;
	rig_payload(s, &payload);
	dsse_make(BYTES_LIT(DSSE_INTOTO), buf_bytes(&payload), &signer, 1, &c->envelope);
	attest_entry(buf_bytes(&c->envelope), &c->entry);
	c->unlogged = s->unlogged;
	c->no_witness = s->no_witness;
	buf_done(&payload);
	return c;
}

static inline enum err
rig_read(void *arg, unsigned level, uint64_t index, struct merkle_hash *out)
{
	const struct rig *r = arg;
	struct merkle_hash leaf[RIG_MOST];
	size_t from = (size_t)index << level, n = (size_t)1 << level;

	for (size_t i = 0; i < n; i++)
		merkle_leaf(buf_bytes(&r->one[from + i].entry), &leaf[i]);
	merkle_fold(leaf, n, out);
	return OK;
}

/* The checkpoint of all entries, signed by the log and, if wanted, by the witness. */
static inline void
rig_checkpoint(struct rig *r, bool witness, struct buf *out)
{
	struct checkpoint c = { .origin = BYTES_LIT("log.example/candor"),
		.head = { .size = r->n } };
	struct merkle_reader reader = { rig_read, r };
	struct note_signer log, w1;
	struct buf text = { 0 };

	EQ_U(merkle_root(&reader, r->n, &c.head.root), OK);
	checkpoint_print(&c, &text);
	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_LOG_PRIVATE), &log, NULL), OK);
	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_W1_PRIVATE), &w1, NULL), OK);
	note_sign(buf_bytes(&text), &log, 1, out);
	if (witness)
		cosig_sign(&w1, buf_bytes(&text), (uint64_t)RIG_NOW, out);
	buf_done(&text);
}

/* Makes the proofs: after all was said. */
static inline void
rig_close(struct rig *r)
{
	struct merkle_reader reader = { rig_read, r };

	for (size_t i = 0; i < r->n; i++) {
		struct proof p = { .index = i };
		struct buf note = { 0 };

		rig_checkpoint(r, !r->one[i].no_witness, &note);
		EQ_U(merkle_prove(&reader, i, r->n, &p.path), OK);
		p.checkpoint = buf_bytes(&note);
		proof_print(&p, &r->one[i].proof);
		buf_done(&note);
	}
}

static inline enum err
rig_put(void *arg, struct bytes b)
{
	buf_put(arg, b.p, b.n);
	return OK;
}

static inline void
rig_member(struct ustar_out *o, const uint8_t digest[32], const char *end, struct bytes b)
{
	char hex[65], name[96];
	struct ustar_member m = { .size = b.n };

	hash_hex(digest, 32, hex);
	snprintf(name, sizeof(name), "%s%s", hex, end);
	m.name = bytes_of(name);
	EQ_U(ustar_begin(o, &m), OK);
	EQ_U(ustar_put(o, b), OK);
}

static inline int
rig_order(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* The archive, sorted by digest as it must be. */
static inline void
rig_docket(const struct rig *r, struct buf *out)
{
	struct ustar_out o = { .arg = out, .put = rig_put };
	struct {
		uint8_t digest[32];
		size_t i;
	} order[RIG_MOST] = { 0 };

	for (size_t i = 0; i < r->n; i++) {
		hash_of(HASH_SHA256, buf_bytes(&r->one[i].envelope), order[i].digest);
		order[i].i = i;
	}
	qsort(order, r->n, sizeof(order[0]), rig_order);
	for (size_t k = 0; k < r->n; k++) {
		const struct rig_case *c = &r->one[order[k].i];

		rig_member(
		    &o, order[k].digest, DOCKET_ENVELOPE_END, buf_bytes(&c->envelope));
		if (!c->unlogged)
			rig_member(
			    &o, order[k].digest, DOCKET_PROOF_END, buf_bytes(&c->proof));
	}
	EQ_U(ustar_end(&o), OK);
}

static inline void
rig_done(struct rig *r)
{
	for (size_t i = 0; i < r->n; i++) {
		buf_done(&r->one[i].envelope);
		buf_done(&r->one[i].entry);
		buf_done(&r->one[i].proof);
	}
	*r = (struct rig){ 0 };
}
