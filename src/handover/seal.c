/* seal.c - see seal.h. */
#include "handover/seal.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/utc.h"
#include "crypto/hash.h"
#include "evidence/dsse.h"
#include "evidence/intoto.h"
#include "evidence/sshsig.h"
#include "handover/layout.h"
#include "handover/manifest.h"

/* --- provenance (slsa.dev/spec/v1.0/provenance) --------------------------------- */

static void
sha256(struct json *j, const uint8_t digest[LABEL_DIGEST])
{
	json_open(j, "digest", '{');
	json_hex(j, "sha256", (struct bytes){ digest, LABEL_DIGEST });
	json_close(j, '}');
}

/* MANIFEST first, then the artefacts, which have their names in artefacts/. */
static struct intoto_subject *
subjects(const struct making *m, const uint8_t manifest[LABEL_DIGEST], size_t *n)
{
	struct intoto_subject *s = xcalloc(m->pieces.n + 1, sizeof(*s));

	s[0].name = BYTES_LIT(LAYOUT_MANIFEST);
	memcpy(s[0].sha256, manifest, LABEL_DIGEST);
	*n = 1;
	for (size_t i = 0; i < m->pieces.n; i++) {
		const struct piece *p = &m->pieces.piece[i];

		if (!layout_below(p->name, LAYOUT_ARTEFACT, &s[*n].name))
			continue;
		memcpy(s[(*n)++].sha256, p->sha256, LABEL_DIGEST);
	}
	return s;
}

static void
put_parameters(struct json *j, const struct making *m)
{
	const struct piece *recipe = pieces_find(&m->pieces, LAYOUT_BUILD);

	json_open(j, "externalParameters", '{');
	json_bytes(j, "product", m->label.product);
	json_bytes(j, "version", m->label.version);
	json_open(j, "recipe", '{');
	json_str(j, "name", LAYOUT_BUILD);
	sha256(j, recipe->sha256);
	json_close(j, '}');
	json_close(j, '}');
	json_open(j, "internalParameters", '{');
	json_int(j, "SOURCE_DATE_EPOCH", m->label.date);
	json_close(j, '}');
}

/* The source is in MANIFEST, the commit is named; then the packages of the toolchain. */
static void
put_dependencies(struct json *j, const struct making *m, const uint8_t *manifest)
{
	struct buf uri = { 0 };

	json_open(j, "resolvedDependencies", '[');
	json_open(j, NULL, '{');
	json_str(j, "name", "source");
	json_open(j, "digest", '{');
	json_hex(j, "sha256", (struct bytes){ manifest, LABEL_DIGEST });
	if (m->label.commit.n > 0)
		json_bytes(j, "gitCommit", m->label.commit);
	json_close(j, '}');
	json_close(j, '}');
	for (size_t i = 0; i < m->dpkg.n; i++) {
		const struct dpkg_package *p = &m->dpkg.package[i];

		if (!p->taken)
			continue;
		buf_clear(&uri);
		dpkg_put_purl(p, &uri);
		json_open(j, NULL, '{');
		json_str(j, "uri", buf_cstr(&uri));
		if (p->known)
			sha256(j, p->sha256);
		json_close(j, '}');
	}
	json_close(j, ']');
	buf_done(&uri);
}

static void
put_details(struct json *j, const struct making *m)
{
	struct buf id = { 0 };
	char date[UTC_SIZE];

	utc_print(m->label.date, date);
	if (m->want->builder != NULL)
		buf_str(&id, m->want->builder);
	else {
		buf_str(&id, "urn:candor:key:");
		buf_put(&id, m->want->signer->key.name.p, m->want->signer->key.name.n);
	}
	json_open(j, "runDetails", '{');
	json_open(j, "builder", '{');
	json_bytes(j, "id", buf_bytes(&id));
	json_close(j, '}');
	json_open(j, "metadata", '{');
	json_str(j, "finishedOn", date);
	json_close(j, '}');
	json_close(j, '}');
	buf_done(&id);
}

void
seal_provenance(
    const struct making *m, const uint8_t manifest[LABEL_DIGEST], struct buf *out)
{
	struct json j = { .out = out };
	struct intoto_subject *s;
	size_t n;

	s = subjects(m, manifest, &n);
	intoto_begin(&j, s, n, SEAL_PREDICATE);
	json_open(&j, "buildDefinition", '{');
	json_str(&j, "buildType", SEAL_BUILD_TYPE);
	put_parameters(&j, m);
	put_dependencies(&j, m, manifest);
	json_close(&j, '}');
	put_details(&j, m);
	intoto_end(&j);
	free(s);
}

/* --- signatures ----------------------------------------------------------------- */

static void
put_note(const struct making *m, const struct create_made *made, uint64_t size,
    struct buf *out)
{
	struct label_seal s = { .label = m->label, .size = size };
	struct buf text = { 0 };

	memcpy(s.manifest, made->digest, LABEL_DIGEST);
	label_seal_print(&s, &text);
	note_sign(buf_bytes(&text), m->want->signer, 1, out);
	buf_done(&text);
}

static enum err
add(struct making *m, const char *name, struct buf *text)
{
	enum err e = pieces_add_text(&m->pieces, name, buf_bytes(text), m->f);

	buf_clear(text);
	return e;
}

static enum err
add_seals(struct making *m, struct create_made *made, struct bytes manifest)
{
	uint8_t sha512[HASH_MAX];
	struct buf text = { 0 }, payload = { 0 };
	enum err e;

	put_note(m, made, manifest.n, &made->note);
	e = pieces_add_text(&m->pieces, LAYOUT_NOTE, buf_bytes(&made->note), m->f);
	hash_of(HASH_SHA512, manifest, sha512);
	sshsig_make(m->want->signer->seed, SEAL_NAMESPACE, sha512, &text);
	if (e == OK)
		e = add(m, LAYOUT_SSHSIG, &text);
	seal_provenance(m, made->digest, &payload);
	dsse_make(BYTES_LIT(DSSE_INTOTO), buf_bytes(&payload), m->want->signer, 1, &text);
	if (e == OK && text.n > DSSE_MAX)
		e = fault_set(m->f, FAULT_TOO_LARGE, "there are too many artefacts");
	if (e == OK)
		e = add(m, LAYOUT_PROVENANCE, &text);
	buf_done(&payload);
	buf_done(&text);
	return e;
}

enum err
seal(struct making *m, struct create_made *made)
{
	struct buf manifest = { 0 };
	enum err e;

	for (size_t i = 0; i < m->pieces.n; i++)
		manifest_line(
		    &manifest, m->pieces.piece[i].name, m->pieces.piece[i].sha256);
	hash_of(HASH_SHA256, buf_bytes(&manifest), made->digest);
	e = pieces_add_text(&m->pieces, LAYOUT_MANIFEST, buf_bytes(&manifest), m->f);
	if (e == OK)
		e = add_seals(m, made, buf_bytes(&manifest));
	buf_done(&manifest);
	return e;
}
