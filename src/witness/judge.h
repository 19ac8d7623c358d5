/*
 * judge.h - what a witness says to a request: bytes and memory in, an answer out.
 *
 * The protocol is c2sp.org/tlog-witness. Nothing here knows of HTTP, files or clocks; so
 * every case is a row of a test, and the fuzzer meets the whole of it. Checks come in
 * this order, and the first that fails is the answer:
 *
 *	400  the request cannot be read
 *	404  its origin is of no log that we know
 *	403  no signature of that log holds, or one that claims to be its does not
 *	400  old is larger than the checkpoint
 *	409  old is not the size that we remember; the body is that size
 *	422  the proof does not lead from the tree that we remember to the new one
 *	500  our memory is damaged, or our clock is behind what we signed
 *	400  with our signature it would be more than a note may be
 *	200  the body is our cosignature
 *
 * A 200 may leave only when what judge_decide gave to keep is on the disk.
 */
#pragma once

#include "base/buf.h"
#include "log/checkpoint.h"
#include "log/note.h"

#define JUDGE_PROOF        63 /* hashes of a proof at most, says the protocol */
/* A note, the proof's lines, and the first two. */
#define JUDGE_REQUEST_MOST (NOTE_MOST + JUDGE_PROOF * 45 + 32)
/* What is kept: a text and our own and the log's signatures of it. */
#define JUDGE_KEEP_MOST    (2 * NOTE_MOST)
/* Seconds that the clock may have been put back: then the last time is said again. */
#define JUDGE_CLOCK_BACK   60

struct judge {
	const struct note_key *logs; /* a log's origin is the name of its keys */
	size_t nlogs;
	struct note_signer witness; /* of NOTE_COSIGNATURE */
};

/*
 * What is said: an HTTP status and a body. Zeroed before the first use; the caller frees
 * body.
 */
struct judge_answer {
	unsigned status;
	const char *type; /* static */
	struct buf body;  /* the caller frees it */
};

/*
 * A request that is understood and signed. Views of its bytes, which must outlive the
 * case. Some 8 kB.
 */
struct judge_case {
	uint64_t old;
	struct merkle_proof proof;
	struct note note;
	struct checkpoint head;
};

/* The last checkpoint that we cosigned; all zero but the empty root: none. */
struct judge_memory {
	struct merkle_head head;
	uint64_t time;
};

/*
 * OK: c is filled, and a is not; ERR_FORMAT: a tells (400, 404, 403), and c is void.
 * Verifies as many signatures as the log has keys, after everything cheap was looked at.
 */
MUST_USE enum err judge_hear(const struct judge *j, struct bytes request,
    struct judge_case *c, struct judge_answer *a);

/*
 * The file and the path that the origin has: 64 hex digits and a NUL. A digest, so that
 * no origin, which may be any text, is a path.
 */
void judge_name(struct bytes origin, char out[2 * MERKLE_HASH + 1]);

/*
 * What was kept for this origin; no bytes: nothing. It must be what we signed:
 * ERR_FORMAT when it is not, and a tells (500).
 */
MUST_USE enum err judge_recall(const struct judge *j, struct bytes origin,
    struct bytes kept, struct judge_memory *m, struct judge_answer *a);

/*
 * Decides at the time now (seconds since the epoch). Always fills a; of a 200 also keep,
 * the note that must be remembered first.
 */
void judge_decide(const struct judge *j, const struct judge_case *c,
    const struct judge_memory *m, int64_t now, struct judge_answer *a, struct buf *keep);

/* Did the log sign two trees of one size, of which we cosigned the other? */
bool judge_is_fork(const struct judge_case *c, const struct judge_memory *m);

/* An answer that is a sentence. */
void judge_say(struct judge_answer *a, unsigned status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
