/*
 * tlog.h - a small log for tests: entries "candor entry 0", 1, 2 ..., and its keys.
 *
 * The keys and entries are those of the vectors that other programs were checked with,
 * so roots, proofs and signatures made here are known bytes. Slow on purpose: each root
 * is made of all its leaves.
 */
#pragma once

#include <inttypes.h>
#include <stdio.h>

#include "base/b64.h"
#include "log/checkpoint.h"
#include "log/cosig.h"
#include "log/merkle.h"
#include "log/note.h"

#define TLOG_ORIGIN "log.example/candor"
#define TLOG_W1     "witness.example/w1"
#define TLOG_W2     "witness.example/w2"
#define TLOG_MOST   64 /* entries, of this slow log */

static inline void
tlog_leaf(uint64_t i, struct merkle_hash *out)
{
	char text[40];
	int n = snprintf(text, sizeof(text), "candor entry %" PRIu64, i);

	merkle_leaf((struct bytes){ (const uint8_t *)text, (size_t)n }, out);
}

/* merkle_reader's read: the subtree of 2^level leaves. */
static inline enum err
tlog_read(void *arg, unsigned level, uint64_t index, struct merkle_hash *out)
{
	struct merkle_hash leaf[TLOG_MOST];
	uint64_t n = 1ull << level;

	(void)arg;
	if (n > TLOG_MOST)
		return ERR_LIMIT;
	for (uint64_t i = 0; i < n; i++)
		tlog_leaf(index * n + i, &leaf[i]);
	merkle_fold(leaf, n, out);
	return OK;
}

static inline void
tlog_head(uint64_t size, struct merkle_head *out)
{
	const struct merkle_reader r = { tlog_read, NULL };

	out->size = size;
	if (merkle_root(&r, size, &out->root) != OK)
		bug("too large for a test");
}

static inline void
tlog_growth(uint64_t old, uint64_t size, struct merkle_proof *out)
{
	const struct merkle_reader r = { tlog_read, NULL };

	if (merkle_prove_growth(&r, old, size, out) != OK)
		bug("too large for a test");
}

/* 1: the log, 2 and 3: the witnesses; the name is of the vectors. */
static inline void
tlog_signer(uint8_t who, struct note_signer *out)
{
	static const char *const names[] = { "", TLOG_ORIGIN, TLOG_W1, TLOG_W2 };
	uint8_t seed[SIGN_SEED];

	memset(seed, who, sizeof(seed));
	note_signer_of(
	    bytes_of(names[who]), who == 1 ? NOTE_ED25519 : NOTE_COSIGNATURE, seed, out);
}

/* The note that the log signs for a head. */
static inline void
tlog_note(const char *origin, const struct merkle_head *head, struct buf *out)
{
	const struct checkpoint c = { bytes_of(origin), *head, { 0 } };
	struct note_signer s;
	struct buf text = { 0 };

	tlog_signer(1, &s);
	checkpoint_print(&c, &text);
	note_sign(buf_bytes(&text), &s, 1, out);
	buf_done(&text);
}

/* What add-checkpoint is sent. */
static inline void
tlog_request(
    uint64_t old, const struct merkle_proof *proof, struct bytes note, struct buf *out)
{
	buf_printf(out, "old %" PRIu64 "\n", old);
	for (size_t i = 0; i < proof->n; i++) {
		b64_put(out, (struct bytes){ proof->hash[i].b, MERKLE_HASH });
		buf_u8(out, '\n');
	}
	buf_u8(out, '\n');
	buf_put(out, note.p, note.n);
}
