/*
 * attest.h - what our own statements say: predicates, and the log entry they become.
 *
 * There is no predicate of in-toto's that says "I rebuilt it, and it is the same", so
 * there are four of ours (docs/attest.md has them field by field). Each has the same
 * first members, so that a client that wants to know only whether somebody objects need
 * not understand the rest:
 *
 *	result      PASSED, FAILED or INCONCLUSIVE; failures have the same form
 *	date        when it was made, 2026-11-23T04:05:06Z
 *	notAfter    until when it counts for somebody who wants it (may be absent)
 *	withdraws   SHA-256 of envelopes of this examiner that no longer count
 *	artefacts   of a rebuild: name, sha256 and result of each
 */
#pragma once

#include "evidence/intoto.h"

#define ATTEST_BASE    "https://candor.example/predicate/"
/* SLSA's verification summary: read, too, as far as it objects */
#define ATTEST_SUMMARY "https://slsa.dev/verification_summary/v1"

enum attest_kind {
	ATTEST_REBUILD,  /* built again, and compared bit by bit */
	ATTEST_COMPARE,  /* held against another artefact */
	ATTEST_REVIEW,   /* read by people */
	ATTEST_CLAIMS,   /* the vendor's claims, one by one */
	ATTEST_VERIFIED, /* a summary in SLSA's form */
	ATTEST_KINDS,    /* somebody else's */
};

/* "rebuild" ...; "other". And the predicate's type, NULL for ATTEST_KINDS. */
const char *attest_name(enum attest_kind k);
const char *attest_uri(enum attest_kind k);
enum attest_kind attest_kind_of(struct bytes predicate_type);

enum attest_result {
	ATTEST_PASSED,
	ATTEST_FAILED,
	ATTEST_INCONCLUSIVE, /* also what cannot be read */
};

const char *attest_result_name(enum attest_result r); /* "PASSED" */

#define ATTEST_WITHDRAWS 64

/* The common members of a statement. */
struct attest {
	enum attest_kind kind;
	enum attest_result result;      /* of the whole */
	int64_t date, not_after;        /* 0: not said */
	const struct json_t *withdraws; /* array; NULL: none */
};

/*
 * Reads them. FAULT_EVIDENCE: a statement of our kinds that lacks what it must have, or
 * has it in another form. Of others' kinds nothing is asked.
 */
MUST_USE enum err attest_read(
    const struct intoto *s, struct attest *out, struct fault *f);

/*
 * What it says of this artefact, which must be one of the subjects: a rebuild's own word
 * about it, if there is one; else the result of the whole.
 */
enum attest_result attest_about(
    const struct intoto *s, const struct attest *a, const uint8_t sha256[32]);

/* Does it withdraw the envelope with this digest? */
bool attest_withdraws(const struct attest *a, const uint8_t envelope[32]);

/*
 * The log entry of an envelope: its bytes, or, where they are more than an entry may
 * have (65,535), three lines that name them:
 *
 *	candor envelope 1
 *	sha256 HEX
 *	size N
 */
void attest_entry(struct bytes envelope, struct buf *out);

/* --- making ------------------------------------------------------------------------- */

struct attest_head {
	enum attest_kind kind;
	enum attest_result result;
	int64_t date, not_after;        /* not_after 0: none */
	const char *version;            /* of candor */
	const uint8_t (*withdraws)[32]; /* digests of envelopes that it takes back */
	size_t nwithdraws;
};

/* Begins a statement and writes the common members; the caller goes on with j. */
void attest_begin(struct json *j, const struct intoto_subject *subject, size_t n,
    const struct attest_head *h);
/* intoto_end ends it. */
