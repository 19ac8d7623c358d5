/*
 * publish.h - a statement becomes a release that everybody is shown.
 *
 * The steps, each of which leaves things in order when it is the last one that was done:
 *
 *	1. the files that the statement names lie in the tree        (the caller)
 *	2. the signed statement is kept in LOG.private/pending.TYPE.CHANNEL
 *	3. it is added to the log
 *	4. the log's checkpoint is signed, held until enough witnesses saw it, put up
 *	5. the proof appears under its number, then as "latest"
 *	6. the pending statement is removed
 *
 * Whoever publishes next on that channel first finishes what is pending. So a call that
 * was killed, met a full disk or found no witness is made good by the same call again,
 * and nothing stands in the log twice.
 */
#pragma once

#include "log/keyfile.h"
#include "log/store.h"
#include "publish/chain.h"
#include "publish/tree.h"

struct publish {
	/* set by the caller */
	const char *log; /* the folder of the log */
	const char
	    *key; /* the file of the log's private key; NULL: as its settings say */
	/*
	 * Asks witnesses for the checkpoint that is held, or else for the published one,
	 * and puts it up when they are enough (FAULT_QUORUM: they are not). NULL: nobody
	 * is asked, the checkpoint is published as it is.
	 */
	enum err (*cosign)(void *arg, struct fault *f);
	void *arg;

	/* by publish_open */
	struct store_settings set;
	struct buf hold;
	struct note_signer signer; /* of the log */
	struct tree tree;
	char *private_name;
	int private, lock;
};

/*
 * site: the folder that is served. FAULT_BUSY: somebody else publishes from this log.
 * Closed also when it failed.
 */
MUST_USE enum err publish_open(struct publish *p, const char *site, struct fault *f);
void publish_close(struct publish *p);

/* What became of a statement. */
struct publish_done {
	bool any; /* false: nothing was pending */
	uint64_t sequence, index;
};

/* Finishes what is pending on the channel, if anything is. */
MUST_USE enum err publish_resume(struct publish *p, enum statement_type type,
    struct bytes channel, struct publish_done *out, struct fault *f);

/* The last statement of the channel in the log; ended by chain_done. */
MUST_USE enum err publish_last(struct publish *p, enum statement_type type,
    struct bytes channel, struct chain *out, struct fault *f);

/*
 * All of it, from step 2. Nothing may be pending. FAULT_STATEMENT: s cannot be printed or
 * does not follow last.
 */
MUST_USE enum err publish_statement(struct publish *p, const struct chain *last,
    const struct statement *s, const struct note_signer *signers, size_t n,
    struct publish_done *out, struct fault *f);

/*
 * Finishes all that is pending, asks the witnesses anew and shows every "latest" under
 * the checkpoint as it is then: clients want to hear that nothing newer is held back. *n:
 * how many were shown.
 */
MUST_USE enum err publish_refresh(struct publish *p, size_t *n, struct fault *f);
