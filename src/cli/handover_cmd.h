/*
 * handover_cmd.h - what the sub-verbs of `candor handover` have in common.
 *
 * Options and operands are parsed by log_parse, refusals are said by log_refused
 * (log_cmd.h): the same sentences and codes as everywhere.
 */
#pragma once

#include "cli/log_cmd.h"
#include "handover/verify.h"

/* "4.2 MB", for people: appended. */
void handover_size(struct buf *out, uint64_t bytes);

/* A line that says how far it is, on a terminal only. */
struct handover_telling {
	bool on;
	uint64_t start, drawn; /* ms */
};
struct handover_telling handover_telling(bool wanted);
/* arg: a struct handover_telling. Five times a second, not in the first half second. */
void handover_progress(void *arg, const char *doing, uint64_t done, uint64_t total);
/* The same with a line of one's own. */
void handover_draw(struct handover_telling *t, struct bytes line);
void handover_clear(struct handover_telling *t); /* before other lines are printed */

/* Whom to believe: vendors' keys, and a policy with the proof that goes with it. */
struct handover_trust_args {
	struct opt_list keys; /* verifier keys, or files that hold one a line */
	const char *trust, *proof;
};
struct handover_trust {
	struct note_key *key;
	size_t nkeys, cap;
	struct buf text[16]; /* of files that hold keys */
	size_t ntexts;
	struct log_trust log; /* of trust */
	struct buf proof;
	bool logged; /* a policy is there */
	bool proved; /* a proof is there */
};
/* bundle: without --proof, its proof is at BUNDLE.tlog-proof. */
MUST_USE enum err handover_trust_load(const struct handover_trust_args *a,
    const char *bundle, struct handover_trust *out, struct fault *f);
void handover_trust_done(struct handover_trust *t);
/* What that asks of verify_bundle; views of t, progress to telling. */
struct verify_want handover_want(
    const struct handover_trust *t, struct handover_telling *telling);

/* clang-format off */
/* Options of those who take struct handover_trust_args as a field `trust`. */
#define HANDOVER_TRUST_OPTS(S) \
	{ 0, "key", OPT_LIST, "VKEY|FILE", "the vendor's public key, or a file of such; may be given again", offsetof(S, trust.keys) }, \
	{ 0, "trust", OPT_STR, "FILE", "a policy: the handover must be in one of its logs", offsetof(S, trust.trust) }, \
	{ 0, "proof", OPT_STR, "FILE", "that it is (BUNDLE.tlog-proof)", offsetof(S, trust.proof) }
/* clang-format on */
