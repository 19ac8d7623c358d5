/*
 * sshsig.h - signatures of files that `ssh-keygen -Y verify` checks (OpenSSH,
 * PROTOCOL.sshsig).
 *
 * Whoever gets the first candor has no candor to check it with, but has OpenSSH. So what
 * we sign can be signed in this form as well, with the same Ed25519 key. A *namespace*
 * says what a signature is for, and is signed, too: what was signed as "candor-handover"
 * is no answer to somebody who asks for "git". What is signed is a digest of the file, so
 * a file of any size is signed in flat memory.
 */
#pragma once

#include "base/buf.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "log/fault.h"

#define SSHSIG_TEXT      8192 /* bytes of an armored signature, at most */
#define SSHSIG_NAMESPACE 255

/*
 * The armored signature ("-----BEGIN SSH SIGNATURE-----" ...), appended. sha512: of the
 * file. The namespace: 1 to SSHSIG_NAMESPACE printable characters without blanks.
 */
void sshsig_make(const uint8_t seed[SIGN_SEED], const char *namespace,
    const uint8_t sha512[64], struct buf *out);

/*
 * "ssh-ed25519 AAAA... comment" and a newline: a public key file. A line of
 * allowed_signers is the same with the signer's name in front (sshsig_signer).
 */
void sshsig_public(
    const uint8_t public[SIGN_PUBLIC], const char *comment, struct buf *out);
/* `name namespaces="namespace" ssh-ed25519 AAAA...`, and a newline. */
void sshsig_signer(const uint8_t public[SIGN_PUBLIC], struct bytes name,
    const char *namespace, struct buf *out);

/* What a signature says of itself; nothing of it is believed before sshsig_holds. */
struct sshsig {
	uint8_t public[SIGN_PUBLIC];
	uint8_t namespace[SSHSIG_NAMESPACE + 1];
	size_t namespace_n;
	enum hash_kind hash; /* of the file: HASH_SHA256 or HASH_SHA512 */
	uint8_t signature[SIGN_BYTES];
};

/* FAULT_ENVELOPE: no such text, or not of an Ed25519 key. Blanks around it are allowed.
 */
MUST_USE enum err sshsig_parse(struct bytes text, struct sshsig *out, struct fault *f);

/*
 * Did this key sign a file with this digest (of the kind that s->hash says) for this
 * purpose? FAULT_SIGNATURE.
 */
MUST_USE enum err sshsig_holds(const struct sshsig *s, const uint8_t public[SIGN_PUBLIC],
    const char *namespace, const uint8_t *digest, struct fault *f);

/*
 * As sshsig_make writes it: blanks and lines of any other length are another text. So who
 * wants one signature to have one text compares (handover/judge.c).
 */
void sshsig_print(const struct sshsig *s, struct buf *out);
