/* judge.c - see judge.h. */
#include "handover/judge.h"

#include "base/b64.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "evidence/dsse.h"
#include "evidence/intoto.h"
#include "evidence/jsonin.h"
#include "evidence/sshsig.h"
#include "handover/layout.h"
#include "handover/seal.h"

#define ARENA_MOST (256u << 20)

/* --- the two signatures --------------------------------------------------------- */

/* The key that the SSH signature names, under the name that the note has. */
static enum err
take_key(const struct sshsig *ssh, const struct note *note, struct note_key *key,
    struct fault *f)
{
	if (note->nsig != 1 || note->sigs.n != note->sig[0].line.n)
		return fault_set(f, FAULT_SEAL,
		    "'" LAYOUT_NOTE "' has %zu signatures, and must have one",
		    note->nsig);
	note_key_of(note->sig[0].name, NOTE_ED25519, ssh->public, key);
	if (key->id == note->sig[0].id)
		return OK;
	return fault_set(f, FAULT_SEAL,
	    "'" LAYOUT_NOTE "' and '" LAYOUT_SSHSIG "' are signed with different keys");
}

static enum err
check_trusted(const struct judge_in *in, const struct note_key *key,
    struct judge_out *out, struct fault *f)
{
	for (size_t i = 0; i < in->nkeys; i++)
		out->trusted |= bytes_eq(in->keys[i].name, key->name) &&
				in->keys[i].alg == NOTE_ED25519 &&
				memcmp(in->keys[i].pub, key->pub, SIGN_PUBLIC) == 0;
	if (key->name.n > JUDGE_NAME)
		return fault_set(f, FAULT_SEAL, "the signer's name is too long");
	memcpy(out->name, key->name.p, key->name.n);
	out->name_n = key->name.n;
	memcpy(out->pub, key->pub, SIGN_PUBLIC);
	if (out->trusted || in->nkeys == 0)
		return OK;
	return fault_set(f, FAULT_UNSIGNED,
	    "the bundle is signed by '%s', with none of the keys that you trust",
	    fault_quote(key->name));
}

static enum err
check_ssh(const struct judge_in *in, struct sshsig *ssh, struct fault *f)
{
	uint8_t digest[HASH_MAX];
	struct fault why = { 0 };
	struct buf again = { 0 };
	bool same;

	if (sshsig_parse(in->sshsig, ssh, &why) != OK)
		return fault_set(f, FAULT_SSHSIG, "%s", why.text);
	sshsig_print(ssh, &again);
	same = bytes_eq(buf_bytes(&again), in->sshsig);
	buf_done(&again);
	if (!same || ssh->hash != HASH_SHA512)
		return fault_set(f, FAULT_SSHSIG,
		    "'" LAYOUT_SSHSIG "' is not as we write one: something was changed");
	hash_of(HASH_SHA512, in->manifest, digest);
	if (sshsig_holds(ssh, ssh->public, SEAL_NAMESPACE, digest, &why) == OK)
		return OK;
	return fault_set(f, FAULT_SSHSIG, "%s", why.text);
}

/* The note's text is made again from what is in the bundle. */
static enum err
check_note(const struct judge_in *in, const struct note *note, const struct note_key *key,
    struct fault *f)
{
	struct label_seal want = { .label = *in->label, .size = in->manifest.n };
	struct note_seen seen;
	struct buf text = { 0 };
	bool same;

	TRY(note_verify(note, key, 1, &seen, f));
	hash_of(HASH_SHA256, in->manifest, want.manifest);
	label_seal_print(&want, &text);
	same = bytes_eq(buf_bytes(&text), note->text);
	buf_done(&text);
	if (same)
		return OK;
	return fault_set(f, FAULT_SEAL,
	    "'" LAYOUT_NOTE "' is signed well, and speaks of another bundle");
}

static enum err
check_signatures(const struct judge_in *in, struct judge_out *out, struct fault *f)
{
	struct note_key key;
	struct note note = { 0 };
	struct sshsig ssh;

	TRY(note_parse(in->note, &note, f));
	TRY(check_ssh(in, &ssh, f));
	TRY(take_key(&ssh, &note, &key, f));
	TRY(check_trusted(in, &key, out, f));
	return check_note(in, &note, &key, f);
}

void
judge_signatures(const struct judge_in *in, struct judge_out *out)
{
	*out = (struct judge_out){ 0 };
	(void)check_signatures(in, out, &out->fault);
}

/* --- provenance ----------------------------------------------------------------- */

static enum err
bad_provenance(struct fault *f, const char *what)
{
	return fault_set(f, FAULT_PROVENANCE, "'" LAYOUT_PROVENANCE "': %s", what);
}

static void
json_base64(struct json *j, const char *key, struct bytes b)
{
	struct buf text = { 0 };

	b64_put(&text, b);
	json_bytes(j, key, buf_bytes(&text));
	buf_done(&text);
}

/* The envelope as dsse_make writes it. */
static bool
is_canonical(const struct dsse *d, struct bytes text)
{
	struct buf again = { 0 };
	struct json j = { .out = &again };
	bool same;

	json_open(&j, NULL, '{');
	json_base64(&j, "payload", d->payload);
	json_bytes(&j, "payloadType", d->type);
	json_open(&j, "signatures", '[');
	json_open(&j, NULL, '{');
	json_bytes(&j, "keyid", d->sig[0].keyid);
	json_base64(&j, "sig", d->sig[0].sig);
	json_close(&j, '}');
	json_close(&j, ']');
	json_close(&j, '}');
	buf_u8(&again, '\n');
	same = bytes_eq(buf_bytes(&again), text);
	buf_done(&again);
	return same;
}

/* "name+0123abcd": a hint to everybody else, and to us one spelling. */
static bool
is_keyid(struct bytes id, const struct note_key *key)
{
	struct buf want = { 0 };
	bool same;

	buf_put(&want, key->name.p, key->name.n);
	buf_printf(&want, "+%08x", key->id);
	same = bytes_eq(buf_bytes(&want), id);
	buf_done(&want);
	return same;
}

/* MANIFEST and every artefact, in this order, and nothing else. */
static const char *
subject_fault(const struct judge_in *in, const struct intoto *s)
{
	uint8_t digest[HASH_MAX];

	hash_of(HASH_SHA256, in->manifest, digest);
	if (!bytes_eq(s->predicate_type, bytes_of(SEAL_PREDICATE)))
		return "it is a statement of another kind";
	if (memcmp(s->subject[0].sha256, digest, LABEL_DIGEST) != 0)
		return "it is about another MANIFEST";
	if (s->nsubject != in->nartefacts + 1)
		return "it is about other artefacts than are here";
	for (size_t i = 0; i < in->nartefacts; i++)
		if (!bytes_eq(s->subject[i + 1].name, in->artefact[i].name) ||
		    memcmp(s->subject[i + 1].sha256, in->artefact[i].sha256,
			LABEL_DIGEST) != 0)
			return "it is about another artefact than is here";
	return NULL;
}

static enum err
check_statement(
    const struct judge_in *in, struct bytes payload, struct arena *a, struct fault *f)
{
	struct intoto s = { 0 };
	struct fault why = { 0 };
	const char *fault;
	enum err e = intoto_parse(payload, a, &s, &why);

	fault = e == OK                  ? subject_fault(in, &s)
		: why.kind != FAULT_NONE ? why.text
					 : "it is larger than is read";
	e = fault == NULL ? OK : bad_provenance(f, fault);
	intoto_done(&s);
	return e;
}

static enum err
check_provenance(const struct judge_in *in, const struct note_key *key, struct arena *a,
    struct fault *f)
{
	struct dsse *d = ARENA_NEW(a, struct dsse);
	struct fault why = { 0 };

	if (d == NULL || dsse_parse(in->provenance, a, d, &why) != OK)
		return bad_provenance(
		    f, why.kind != FAULT_NONE ? why.text : "it is larger than is read");
	if (d->nsig != 1 || !is_keyid(d->sig[0].keyid, key))
		return bad_provenance(
		    f, "it is not signed by the key that signed the rest");
	if (!is_canonical(d, in->provenance))
		return bad_provenance(
		    f, "it is not as we write one: something was changed");
	if (!bytes_eq(d->type, bytes_of(DSSE_INTOTO)))
		return bad_provenance(f, "it holds no in-toto statement");
	if (dsse_verify(d, key, 1, 1, NULL, NULL) != OK)
		return bad_provenance(f, "its signature does not hold");
	return check_statement(in, d->payload, a, f);
}

/* --- the SBOM ------------------------------------------------------------------- */

static enum err
bad_sbom(struct fault *f, const char *what)
{
	return fault_set(f, FAULT_SBOM, "'" LAYOUT_SBOM "': %s", what);
}

static const struct judge_artefact *
artefact_of(const struct judge_in *in, struct bytes file)
{
	struct bytes name;

	if (!layout_below(file, "./" LAYOUT_ARTEFACT, &name))
		return NULL;
	for (size_t i = 0; i < in->nartefacts; i++)
		if (bytes_eq(in->artefact[i].name, name))
			return &in->artefact[i];
	return NULL;
}

/* A file that is one of our artefacts must have its digest. */
static bool
file_fits(const struct judge_in *in, const struct json_t *file)
{
	const struct judge_artefact *a = artefact_of(in, jsonin_str(file, "fileName"));
	const struct json_t *sums = jsonin_array(file, "checksums");
	uint8_t digest[32];

	for (size_t i = 0; a != NULL && i < jsonin_count(sums); i++) {
		const struct json_t *sum = jsonin_at(sums, i);

		if (bytes_eq(jsonin_str(sum, "algorithm"), BYTES_LIT("SHA256")) &&
		    (!jsonin_sha256(sum, "checksumValue", digest) ||
			memcmp(digest, a->sha256, sizeof(digest)) != 0))
			return false;
	}
	return true;
}

static enum err
check_sbom(const struct judge_in *in, struct fault *f)
{
	CLEAN(jsonin_freep) struct json_t *root = NULL;
	const struct json_t *files;
	char why[JSONIN_WHY];

	if (jsonin_read(in->sbom, &root, why) != OK)
		return bad_sbom(f, why);
	if (!bytes_eq(jsonin_str(root, "spdxVersion"), BYTES_LIT("SPDX-2.3")) ||
	    !bytes_eq(jsonin_str(root, "SPDXID"), BYTES_LIT("SPDXRef-DOCUMENT")))
		return bad_sbom(f, "it is no SPDX 2.3 document");
	files = jsonin_array(root, "files");
	for (size_t i = 0; i < jsonin_count(files); i++)
		if (!file_fits(in, jsonin_at(files, i)))
			return bad_sbom(f, "it has another digest for an artefact");
	return OK;
}

void
judge_evidence(const struct judge_in *in, const struct note_key *key, struct fault *out)
{
	struct arena a;

	*out = (struct fault){ 0 };
	arena_init(&a, ARENA_MOST);
	if (check_provenance(in, key, &a, out) == OK)
		(void)check_sbom(in, out);
	arena_done(&a);
}
