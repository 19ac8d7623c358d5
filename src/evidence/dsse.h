/*
 * dsse.h - signed envelopes around statements (DSSE 1.0.2, secure-systems-lab/dsse).
 *
 *	{"payload": BASE64, "payloadType": TYPE,
 *	 "signatures": [{"keyid": ID, "sig": BASE64}]}
 *
 * What is signed is not the JSON but its *pre-authentication encoding*: the type and the
 * payload with their lengths in front. So nothing has to be brought into a canonical
 * form, and what was verified is used as those very bytes: the payload of a struct dsse
 * is what the signatures are about, and nobody parses the envelope a second time.
 *
 * Keys are Ed25519 keys as signed notes have them (log/note.h), so examiners make them
 * with `candor trust key`. Our keyid is the key's name and id, "name+0123abcd"; that of
 * others' envelopes may be anything, or absent: it is a hint, and is not believed.
 *
 * dsse_parse reads a stranger's JSON: call it where jsonin.h says.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "log/fault.h"
#include "log/note.h"

#define DSSE_MAX    (8u << 20) /* bytes of an envelope */
#define DSSE_SIGS   16
#define DSSE_KEYS   64
#define DSSE_INTOTO "application/vnd.in-toto+json"

/* PAE: "DSSEv1 29 http://example.com/HelloWorld 11 hello world". Appended. */
void dsse_pae(struct bytes type, struct bytes payload, struct buf *out);

struct dsse_sig {
	struct bytes keyid; /* p NULL: there is none */
	struct bytes sig;   /* decoded, of any length */
};

/* Everything lives in the arena. */
struct dsse {
	struct bytes type, payload; /* payload: decoded */
	struct dsse_sig sig[DSSE_SIGS];
	size_t nsig;
};

/*
 * FAULT_ENVELOPE: no such envelope; FAULT_TOO_LARGE. Members that we do not know are
 * passed over. Base64 may be of the standard alphabet or the one for URLs.
 */
MUST_USE enum err dsse_parse(
    struct bytes text, struct arena *a, struct dsse *out, struct fault *f);

/*
 * (t,n): do at least t of these n keys (at most DSSE_KEYS) stand behind it? A key counts
 * once, however often it signed or is listed. by (n places, or NULL): which. A signature
 * that holds for none of them is passed over. FAULT_FORGED: fewer than t.
 */
MUST_USE enum err dsse_verify(const struct dsse *d, const struct note_key *keys, size_t n,
    size_t t, bool *by, struct fault *f);

/* The envelope, one line of JSON and a newline, appended. n: 1 to DSSE_SIGS signers. */
void dsse_make(struct bytes type, struct bytes payload, const struct note_signer *signers,
    size_t n, struct buf *out);
