/*
 * judge.c - the seals of a bundle: no other bytes than the vendor's are good. The first
 * byte says which of them is tried; the others are as they should be.
 */
#include "handover/judge.h"

#include <stdlib.h>

#include "base/json.h"
#include "crypto/hash.h"
#include "evidence/dsse.h"
#include "evidence/intoto.h"
#include "evidence/jsonin.h"
#include "evidence/sshsig.h"
#include "handover/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char manifest[] =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff  about\n";
static const char sbom[] =
    "{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"files\":[]}";

struct good {
	struct note_signer signer;
	struct label label;
	struct judge_artefact artefact;
	struct buf note, sshsig, provenance;
	struct judge_in in;
};

static void
make_provenance(struct good *g, const uint8_t digest[32])
{
	struct intoto_subject s[2] = { { .name = BYTES_LIT("MANIFEST") },
		{ .name = BYTES_LIT("hello") } };
	struct buf payload = { 0 };
	struct json j = { .out = &payload };

	memcpy(s[0].sha256, digest, 32);
	memcpy(s[1].sha256, g->artefact.sha256, 32);
	intoto_begin(&j, s, 2, SEAL_PREDICATE);
	intoto_end(&j);
	dsse_make(
	    BYTES_LIT(DSSE_INTOTO), buf_bytes(&payload), &g->signer, 1, &g->provenance);
	buf_done(&payload);
}

/* The same every time: one seed, one date. */
static void
make(struct good *g)
{
	static const uint8_t seed[SIGN_SEED] = { 7 };
	struct label_seal seal = { .size = sizeof(manifest) - 1 };
	struct buf text = { 0 };
	uint8_t sha512[HASH_MAX];

	note_signer_of(BYTES_LIT("vendor.example/x"), NOTE_ED25519, seed, &g->signer);
	g->label = (struct label){ .product = BYTES_LIT("hello"),
		.version = BYTES_LIT("1"),
		.date = 1795910400 };
	g->artefact.name = BYTES_LIT("hello");
	hash_of(HASH_SHA256, BYTES_LIT(manifest), seal.manifest);
	hash_of(HASH_SHA512, BYTES_LIT(manifest), sha512);
	seal.label = g->label;
	label_seal_print(&seal, &text);
	note_sign(buf_bytes(&text), &g->signer, 1, &g->note);
	sshsig_make(seed, SEAL_NAMESPACE, sha512, &g->sshsig);
	make_provenance(g, seal.manifest);
	g->in = (struct judge_in){ .manifest = BYTES_LIT(manifest),
		.note = buf_bytes(&g->note),
		.sshsig = buf_bytes(&g->sshsig),
		.provenance = buf_bytes(&g->provenance),
		.sbom = BYTES_LIT(sbom),
		.label = &g->label,
		.artefact = &g->artefact,
		.nartefacts = 1 };
	buf_done(&text);
}

static bool
holds(const struct good *g)
{
	struct judge_out out;
	struct fault f;

	judge_signatures(&g->in, &out);
	if (out.fault.kind != FAULT_NONE)
		return false;
	judge_evidence(&g->in, &g->signer.key, &f);
	return f.kind == FAULT_NONE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct good g;
	struct bytes *const seal[] = { &g.in.note, &g.in.sshsig, &g.in.provenance,
		&g.in.sbom };
	struct bytes own;
	size_t which;

	if (g.note.n == 0) {
		jsonin_prepare();
		make(&g);
		if (!holds(&g))
			abort();
	}
	if (n == 0)
		return 0;
	which = p[0] % 4;
	own = *seal[which];
	*seal[which] = (struct bytes){ p + 1, n - 1 };
	/* an SBOM may be another: MANIFEST has its digest */
	if (holds(&g) && which != 3 && !bytes_eq(*seal[which], own))
		abort();
	*seal[which] = own;
	return 0;
}
