/*
 * judge.h - may this release be installed? Everything that is asked of it, in one place.
 *
 * Pure: bytes and the past go in, a verdict comes out; no file, no network, no clock. So
 * it runs locked in (verifier.h), and every attack on updates is a call of it in a test.
 * What is judged, in this order, and the fault of each:
 *
 *	the trust file         POLICY
 *	the proof's form       PROOF
 *	the log's signature    SIGNATURE, UNSIGNED, ORIGIN, CHECKPOINT
 *	witnesses              QUORUM
 *	the entry is in it     INCLUSION
 *	the publisher signed   PUBLISHER (and ROTATION, of changed keys)
 *	what it is about       STATEMENT, SOFTWARE
 *	how fresh              STALE, EXPIRED
 *	what was seen before   SHRUNK, FORK, ROLLBACK, SEQUENCE
 */
#pragma once

#include "log/fault.h"
#include "log/policy.h"
#include "release/statement.h"
#include "update/about.h"
#include "update/seen.h"

#define JUDGE_PROOF_MAX 262144 /* bytes of a proof file */
#define JUDGE_KEYS_MAX  SEEN_ROTATED
#define JUDGE_EARLY     86400 /* seconds that another's clock may be ahead */

struct judge_ask {
	struct bytes trust;               /* the text of the policy */
	const struct note_key *publisher; /* whose releases are taken: configured keys */
	size_t npublisher;
	const char *channel;      /* the one that is subscribed to */
	enum statement_type type; /* rules, or a program's release */
	int64_t now, max_age;     /* seconds since 1970; of the freshest cosignatures */
	const struct seen *seen;  /* the past */
	struct bytes proof;       /* rules/CHANNEL/latest, or release/CHANNEL/latest */
	const struct bytes *keys; /* keys/CHANNEL/1 and so on */
	size_t nkeys;
	bool again; /* one that was installed once: only what does not age is asked */
};

/* An artefact of a program's release; its name is a good file name. */
struct judge_file {
	uint8_t sha256[32];
	uint64_t size;
	char name[STATEMENT_NAME + 1];
};

struct judge_program {
	char name[STATEMENT_NAME + 1], version[STATEMENT_NAME + 1];
	struct judge_file artefact[STATEMENT_ARTEFACTS];
	uint32_t n; /* of artefacts */
};

/* No pointers: it crosses from one process to another as it is. */
struct judge_said {
	struct fault fault; /* FAULT_NONE: it may be installed */
	struct about about; /* installed is left 0 */
	struct seen seen; /* what is to be remembered, once the log's growth is judged */
	struct merkle_head old,
	    head;           /* of the log: seen before (size 0: never), and now */
	char log_url[1024]; /* of the trust file; may be empty */
	bool same;          /* the release that was seen last */
	bool no_quorum; /* the trust file wants no witness: freshness was not judged */
	uint32_t cosignatures, rotations; /* rotations: of keys, that are new */
	struct judge_program program;     /* of a program's release; else empty */
};

/*
 * Judges; cannot fail but by a fault. Unless out->fault is FAULT_NONE, only that may be
 * used. FAULT_TOO_LARGE: it takes too much memory to judge.
 */
void judge_release(const struct judge_ask *ask, struct judge_said *out);

/*
 * How many statements about keys there are: the sequence of this one, unjudged; 0: it
 * cannot be read. For asking for all of them.
 */
size_t judge_key_count(struct bytes proof);

/*
 * The log's level-0 tiles, one after the other, up to the size of new: do its leaves make
 * both heads? FAULT_TILE, ROOT, FORK.
 */
MUST_USE enum err judge_growth(struct bytes leaves, const struct merkle_head *old,
    const struct merkle_head *new, struct fault *f);

/* A member of an archive. */
struct judge_member {
	uint64_t at, size;
	char name[256];
};

#define JUDGE_MEMBERS 20000

/*
 * Are these the bytes that the statement names, and an archive of the one form? Appends
 * a struct judge_member for each rule file to out. FAULT_DIGEST, FAULT_ARCHIVE.
 */
MUST_USE enum err judge_archive(
    struct bytes archive, const struct about *a, struct buf *out, struct fault *f);
