/*
 * proof.h - a file that proves: this entry is in the log (c2sp.org/tlog-proof).
 *
 * It holds the entry's index, its path in the tree, and the checkpoint with everybody's
 * signatures, so it can be checked without the log and without a network. What stands
 * in "extra" is not proved by anything.
 */
#pragma once

#include "log/policy.h"
#include "log/tile.h"

#define PROOF_MOST (NOTE_MOST + 1048576) /* bytes of the file */

/* All views are of the input that was parsed, or of what proof_make was given. */
struct proof {
	struct bytes extra; /* base64, as it stands; p NULL: there is no such line */
	uint64_t index;
	struct merkle_proof path;
	struct bytes checkpoint; /* the note: a view */
};

/*
 * FAULT_PROOF, and out is not touched. The note inside is not looked at, nor whether the
 * path leads anywhere. Linear; nothing is allocated.
 */
MUST_USE enum err proof_parse(struct bytes input, struct proof *out, struct fault *f);
/* extra is written as it stands. */
void proof_print(const struct proof *p, struct buf *out);

/* The proof of an entry that the reader's head covers; note is that head's. */
MUST_USE enum err proof_make(struct tile_reader *r, uint64_t index, struct bytes note,
    struct proof *out, struct fault *f);

/*
 * Is an entry with this leaf hash in a log of the policy, as enough witnesses saw it? The
 * faults of policy_check, and FAULT_INCLUSION. out is set when the policy is met, or
 * FAULT_QUORUM (see policy_check), also when the path then leads nowhere.
 */
MUST_USE enum err proof_check(const struct proof *p, const struct merkle_hash *leaf,
    const struct policy *policy, struct policy_seen *out, struct fault *f);

/* The part without signatures: does the path lead to the head's root? */
MUST_USE enum err proof_leads(const struct proof *p, const struct merkle_hash *leaf,
    const struct merkle_head *head, struct fault *f);
