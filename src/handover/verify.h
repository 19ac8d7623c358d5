/*
 * verify.h - is a bundle what its vendor signed, all of it, and was that logged?
 *
 * bundle_open said that it hangs together. Here every member is read and must have the
 * digest that MANIFEST names; the seals are judged in the jail (judge.h); and where there
 * is a policy, the note must be in a log that it trusts, as enough witnesses saw it.
 */
#pragma once

#include "handover/bundle.h"
#include "log/proof.h"

struct verify_want {
	const struct note_key *keys; /* of vendors that are trusted; 0: nobody told */
	size_t nkeys;
	const struct policy *policy; /* NULL: the log is not looked at */
	struct bytes proof;          /* the tlog-proof's text; with a policy it must be */
	void *arg;
	/* NULL, or told as the work goes on. */
	void (*progress)(void *arg, const char *doing, uint64_t done, uint64_t total);
};

struct verify_out {
	uint64_t members, bytes; /* read, and as they should be */
	bool trusted;            /* signed by one of the keys */
	struct buf name;         /* of the signer */
	struct note_key key; /* with which all seals are signed; its name is in name */
	bool logged;
	uint64_t index;           /* of the entry */
	struct policy_seen *seen; /* what the log's head says; views of want->proof */
};

/*
 * The faults of bundle_pour, of judge.h, and of proof_check; FAULT_UNPROVED: a policy,
 * and no proof; FAULT_VERIFIER: the jail broke. out is set as far as it came; verify_done
 * ends it, whatever came of it.
 */
MUST_USE enum err verify_bundle(const struct bundle *b, const struct verify_want *w,
    struct verify_out *out, struct fault *f);
void verify_done(struct verify_out *out);
