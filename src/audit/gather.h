/*
 * gather.h - asks witnesses for cosignatures: what to send, and what an answer means.
 *
 * A witness is told the size that it saw last, with a proof from there; who does not know
 * that size asks with 0 and is told (409). No network here: the caller sends what
 * gather_request makes and brings what came back. A witness is a stranger: its answer
 * counts only when it is a signature that holds. What witnesses of others are known to
 * say differently from the protocol is understood as well (docs/witness.md).
 */
#pragma once

#include "log/checkpoint.h"
#include "log/tile.h"

enum gather_state {
	GATHER_ASK,     /* to be asked (again) */
	GATHER_GIVEN,   /* its line is there */
	GATHER_FAILED,  /* why tells */
	GATHER_ACCUSED, /* it says that the log's past was changed; why tells */
};

#define GATHER_ROUNDS 4      /* questions to one witness, at most */
#define GATHER_MOST   262144 /* bytes of an answer that are read */
#define GATHER_WHY    256

struct gather_witness {
	struct note_key key; /* set by the caller */
	enum gather_state state;
	unsigned rounds; /* questions so far */
	uint64_t old;    /* what it saw last, as far as we know */
	struct buf line; /* its signature line */
	char why[GATHER_WHY];
};

struct gather {
	struct bytes note; /* the checkpoint's note as it is published */
	struct bytes text; /* its text */
	struct merkle_head head;
	struct tile_reader *tiles; /* of that head: makes the proofs */
};

/*
 * What to send to w next; appended, nothing of it after a fault. w->old is at most the
 * head's size. FAULT_TILE and its kin: the log is damaged, and nobody should be asked.
 */
MUST_USE enum err gather_request(const struct gather *g, const struct gather_witness *w,
    struct buf *out, struct fault *f);

/*
 * An answer of HTTP, of GATHER_MOST bytes at most. Changes the state of w: GATHER_ASK
 * means that gather_request is to be called again, at most GATHER_ROUNDS times. body may
 * go afterwards.
 */
void gather_answer(
    const struct gather *g, struct gather_witness *w, unsigned status, struct bytes body);
/* None came. */
void gather_silence(struct gather_witness *w, const char *why);

/*
 * The note with the lines of those who gave one, appended. Nobody else's signature is
 * lost, and of two of one key the new one stays, whatever times they say.
 */
void gather_merge(
    const struct note *note, const struct gather_witness *w, size_t n, struct buf *out);
