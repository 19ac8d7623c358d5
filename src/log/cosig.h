/*
 * cosig.h - cosignature/v1 (c2sp.org/tlog-cosignature): a witness says when.
 *
 * "As of this time, the largest consistent tree that I have seen of this log has this
 * root." So a cosignature proves that others see the same log, and how fresh it is.
 * In a note it stands as one more signature line (note_verify checks those, too).
 */
#pragma once

#include "log/note.h"

#define COSIG_BYTES     (8 + SIGN_BYTES) /* the time, big endian, and the signature */
#define COSIG_TIME_MOST (UINT64_MAX / 2)

/* What is signed: a head line, the time, and the whole text of the checkpoint. */
void cosig_message(struct bytes text, uint64_t time, struct buf *out);

/*
 * The signature line for the text of a checkpoint, appended; the key is NOTE_COSIGNATURE.
 * time: seconds since the epoch, at most COSIG_TIME_MOST. Whether it may be signed at all
 * is for the caller to know (witness/judge.h).
 */
void cosig_sign(
    const struct note_signer *s, struct bytes text, uint64_t time, struct buf *out);

/*
 * sig: COSIG_BYTES behind the key's id; of another length it does not hold. *time is set
 * only when it does.
 */
bool cosig_holds(
    const struct note_key *key, struct bytes text, struct bytes sig, uint64_t *time);
