/*
 * intoto.h - statements about artefacts (in-toto Statement v1, in-toto/attestation).
 *
 *	{"_type": "https://in-toto.io/Statement/v1",
 *	 "subject": [{"name": NAME, "digest": {"sha256": HEX}}],
 *	 "predicateType": URI, "predicate": {...}}
 *
 * The subject says what it is about, by digest and nothing else (names are for people);
 * the predicate says what somebody found, in a form that the predicate's type names. Here
 * is only the frame; what is in our own predicates is in attest.h.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "log/fault.h"

#define INTOTO_TYPE     "https://in-toto.io/Statement/v1"
#define INTOTO_SUBJECTS 4096

struct intoto_subject {
	struct bytes name; /* may be empty; any bytes */
	uint8_t sha256[32];
};

/* Borrows from root, which it owns; the subjects are in the arena. */
struct intoto {
	struct json_t *root;
	const struct intoto_subject *subject;
	size_t nsubject;
	struct bytes predicate_type;
	const struct json_t *predicate; /* an object; NULL: there is none */
};

/*
 * The payload of an envelope whose signatures were verified (dsse.h). FAULT_EVIDENCE.
 * Subjects without a SHA-256 are passed over: we could never tell whether they are met;
 * without any that has one it is no statement for us. ERR_LIMIT: the arena. Reads a
 * stranger's JSON: see jsonin.h. End it with intoto_done, also after a failure.
 */
MUST_USE enum err intoto_parse(
    struct bytes payload, struct arena *a, struct intoto *out, struct fault *f);
void intoto_done(struct intoto *s);

/* Is it about an artefact with this digest? */
bool intoto_about(const struct intoto *s, const uint8_t sha256[32]);

/*
 * Writes a statement: everything up to the predicate's opening bracket, then the caller
 * its members into j, then the end. The whole is one line without a newline.
 */
void intoto_begin(struct json *j, const struct intoto_subject *subject, size_t n,
    const char *predicate_type);
void intoto_end(struct json *j);
