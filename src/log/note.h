/*
 * note.h - signed notes (c2sp.org/signed-note): a text and who signed it.
 *
 * Nothing of the text may be used before note_verify() said that a known key signed
 * it. A signature of a key that nobody told us about is skipped, whatever it is: other
 * kinds (ML-DSA) pass through. A signature that claims to be of a known key and does
 * not hold condemns the whole note. Everything here is a view of what was parsed; the
 * caller keeps those bytes.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/sign.h"
#include "log/fault.h"

#define NOTE_MOST 1048576 /* bytes of a note, text and signatures */
#define NOTE_SIGS 100     /* as Go's x/mod; the specification wants 16 at least */

enum note_alg {
	NOTE_ED25519 = 0x01,     /* over the text */
	NOTE_COSIGNATURE = 0x04, /* over a time and the text: cosig.h */
};

/*
 * A verifier key. The name is a view of the text it was parsed from, or of whatever
 * note_key_of got: the caller keeps that. id is four bytes, so two keys may share it: who
 * compares keys compares pub.
 */
struct note_key {
	struct bytes name;
	uint32_t id;
	uint8_t alg; /* others than enum note_alg may be parsed, and never verify */
	uint8_t pub[SIGN_PUBLIC]; /* of another alg: SHA-256 of the public key */
};

/* A private key: its verifier key, and the seed. sign_wipe() the seed when done. */
struct note_signer {
	struct note_key key;
	uint8_t seed[SIGN_SEED];
};

struct note_sig {
	struct bytes name, text; /* text: base64 of the key's id and the signature */
	struct bytes line;       /* all of it, with its newline */
	uint32_t id;
};

struct note {
	struct bytes text; /* with its last newline */
	struct bytes sigs; /* all the lines below */
	struct note_sig sig[NOTE_SIGS];
	size_t nsig;
};

/*
 * FAULT_NOTE: the bytes are no note; out is then void. Says nothing about whether it is
 * signed well. Linear in input; nothing is allocated.
 */
MUST_USE enum err note_parse(struct bytes input, struct note *out, struct fault *f);

/* What a key was found to have signed. */
struct note_seen {
	struct bytes line; /* its signature, a view of the note's input; empty: nothing */
	uint64_t time;     /* of a cosignature, seconds since the epoch */
};

/*
 * Checks every signature of the n keys; seen has a place for each, and is void after a
 * failure. FAULT_SIGNATURE: one that does not hold; FAULT_UNSIGNED: there is none. Of two
 * by one key the first counts, and decides. At most one signature a key is verified, so a
 * note costs n verifications at most, however many lines it has.
 */
MUST_USE enum err note_verify(const struct note *note, const struct note_key *keys,
    size_t n, struct note_seen *seen, struct fault *f);

/* A verifier key: name+id+base64. FAULT_KEY. The name is a view of text. */
MUST_USE enum err note_key_parse(
    struct bytes text, struct note_key *out, struct fault *f);
void note_key_print(const struct note_key *key, struct buf *out);
/* Can signatures of this key be checked here? */
bool note_key_known(const struct note_key *key);
/* Non-empty UTF-8, without space, control character or plus. */
bool note_name_ok(struct bytes name);

/* The key with these bytes under that name, which is a view; its id is computed. */
void note_key_of(struct bytes name, enum note_alg alg, const uint8_t pub[SIGN_PUBLIC],
    struct note_key *out);

/* A private key: PRIVATE+KEY+name+id+base64, as x/mod writes it. Also with a newline. */
MUST_USE enum err note_signer_parse(
    struct bytes text, struct note_signer *out, struct fault *f);
void note_signer_print(const struct note_signer *s, struct buf *out); /* no newline */
/*
 * Makes the key of that seed; the name is a view. out has the seed: the caller wipes it.
 */
void note_signer_of(struct bytes name, enum note_alg alg, const uint8_t seed[SIGN_SEED],
    struct note_signer *out);

/* The note of a text that ends in a newline: all signers must be NOTE_ED25519. */
void note_sign(
    struct bytes text, const struct note_signer *signers, size_t n, struct buf *out);
/* One line: the dash, the name, and base64 of the key's id and the signature. */
void note_put_sig(const struct note_key *key, struct bytes signature, struct buf *out);
/*
 * The bytes of a signature behind the key's id, appended: for kinds of signature that are
 * not checked here. FAULT_NOTE, and out as it was.
 */
MUST_USE enum err note_sig_bytes(
    const struct note_sig *s, struct buf *out, struct fault *f);
