/* verify.c - see verify.h. */
#include "handover/verify.h"

#include <stdlib.h>

#include "base/sys.h"
#include "crypto/init.h"
#include "evidence/jsonin.h"
#include "handover/judge.h"
#include "handover/layout.h"
#include "log/merkle.h"
#include "sandbox/jail.h"

#define SEAL_MOST (32u << 20) /* bytes of a text that goes into the jail */

/* --- members -------------------------------------------------------------------- */

/* How far it is. */
struct reading {
	const struct verify_want *w;
	uint64_t done, total;
};

static enum err
seen(void *arg, struct bytes b)
{
	struct reading *r = arg;

	r->done += b.n;
	if (r->w->progress != NULL)
		r->w->progress(r->w->arg, "reading", r->done, r->total);
	return OK;
}

static enum err
read_members(const struct bundle *b, const struct verify_want *w, struct verify_out *out,
    struct fault *f)
{
	struct reading r = { .w = w };
	struct bundle_sink to = { &r, seen };

	for (size_t i = 0; i < b->n; i++)
		r.total = num_add(r.total, b->member[i].size);
	for (size_t i = 0; i < b->n; i++) {
		TRY(bundle_pour(b, &b->member[i], &to, f));
		out->members++;
		out->bytes = r.done;
	}
	return OK;
}

/* --- seals ---------------------------------------------------------------------- */

/* What the jail works on, and where its answer goes. */
struct jailed {
	struct judge_in in;
	struct note_key key; /* that signed, once it is known */
	struct buf note, sshsig, provenance, sbom;
	struct judge_artefact *artefact;
};

static enum err
read_seal(const struct bundle *b, const char *name, struct buf *text, struct bytes *view,
    struct fault *f)
{
	TRY(bundle_read(b, bundle_find(b, name), SEAL_MOST, text, f));
	*view = buf_bytes(text);
	return OK;
}

static enum err
read_seals(const struct bundle *b, struct jailed *j, struct fault *f)
{
	size_t n;
	const struct bundle_member *m = bundle_folder(b, LAYOUT_ARTEFACT, &n);

	j->in.manifest = buf_bytes(&b->manifest);
	j->in.label = &b->label;
	j->artefact = xcalloc(n + 1, sizeof(*j->artefact));
	j->in.artefact = j->artefact;
	j->in.nartefacts = n;
	for (size_t i = 0; i < n; i++) {
		(void)layout_below(m[i].name, LAYOUT_ARTEFACT, &j->artefact[i].name);
		memcpy(j->artefact[i].sha256, m[i].digest, LABEL_DIGEST);
	}
	TRY(read_seal(b, LAYOUT_NOTE, &j->note, &j->in.note, f));
	TRY(read_seal(b, LAYOUT_SSHSIG, &j->sshsig, &j->in.sshsig, f));
	TRY(read_seal(b, LAYOUT_PROVENANCE, &j->provenance, &j->in.provenance, f));
	return read_seal(b, LAYOUT_SBOM, &j->sbom, &j->in.sbom, f);
}

static void
work_signatures(void *arg, struct buf *out)
{
	const struct jailed *j = arg;
	struct judge_out answer;

	judge_signatures(&j->in, &answer);
	buf_put(out, &answer, sizeof(answer));
}

static void
work_evidence(void *arg, struct buf *out)
{
	const struct jailed *j = arg;
	struct fault answer;

	judge_evidence(&j->in, &j->key, &answer);
	buf_put(out, &answer, sizeof(answer));
}

/* An answer of just n bytes. */
static enum err
run_jail(void (*work)(void *arg, struct buf *out), struct jailed *j, void *answer,
    size_t n, struct fault *f)
{
	static const uint8_t key[SIGN_PUBLIC];
	struct buf text = { 0 };
	char why[JAIL_WHY];
	enum err e;

	/* whatever opens files at its first use, before there are none any more */
	crypto_init();
	(void)sign_holds(key, BYTES_LIT("x"), BYTES_LIT("y"));
	jsonin_prepare();
	e = jail_run(work, j, n, &text, why);
	if (e != OK || text.n != n)
		e = fault_set(f, FAULT_VERIFIER, "the verifier %s",
		    e != OK ? why : "gave no answer");
	else
		memcpy(answer, text.p, n);
	buf_done(&text);
	return e;
}

/* What comes out of the jail may be a stranger's by now: bounds, and text that ends. */
static enum err
take_fault(struct fault *answer, struct fault *f)
{
	answer->text[sizeof(answer->text) - 1] = '\0';
	if ((unsigned)answer->kind >= FAULT_KINDS)
		return fault_set(f, FAULT_VERIFIER, "the verifier's answer is none");
	if (answer->kind == FAULT_NONE)
		return OK;
	return fault_set(f, answer->kind, "%s", answer->text);
}

static enum err
judge_in_jail(struct jailed *j, struct verify_out *out, struct fault *f)
{
	struct judge_out answer = { 0 };
	struct fault evidence = { 0 };

	TRY(run_jail(work_signatures, j, &answer, sizeof(answer), f));
	if (answer.name_n > JUDGE_NAME)
		return fault_set(f, FAULT_VERIFIER, "the verifier's answer is none");
	out->trusted = answer.trusted;
	buf_put(&out->name, answer.name, answer.name_n);
	note_key_of(buf_bytes(&out->name), NOTE_ED25519, answer.pub, &out->key);
	TRY(take_fault(&answer.fault, f));
	j->key = out->key;
	TRY(run_jail(work_evidence, j, &evidence, sizeof(evidence), f));
	return take_fault(&evidence, f);
}

/* --- the log -------------------------------------------------------------------- */

static enum err
check_log(const struct verify_want *w, struct bytes note, struct verify_out *out,
    struct fault *f)
{
	struct merkle_hash leaf;
	struct proof p;

	if (w->proof.p == NULL)
		return fault_set(f, FAULT_UNPROVED,
		    "there is no proof that the handover was logged (*.tlog-proof)");
	TRY(proof_parse(w->proof, &p, f));
	merkle_leaf(note, &leaf);
	out->seen = xcalloc(1, sizeof(*out->seen));
	TRY(proof_check(&p, &leaf, w->policy, out->seen, f));
	out->logged = true;
	out->index = p.index;
	return OK;
}

static enum err
check_seals(const struct bundle *b, const struct verify_want *w, struct jailed *j,
    struct verify_out *out, struct fault *f)
{
	TRY(read_seals(b, j, f));
	j->in.keys = w->keys;
	j->in.nkeys = w->nkeys;
	TRY(judge_in_jail(j, out, f));
	return w->policy ? check_log(w, j->in.note, out, f) : OK;
}

enum err
verify_bundle(const struct bundle *b, const struct verify_want *w, struct verify_out *out,
    struct fault *f)
{
	struct jailed j = { 0 };
	enum err e;

	*out = (struct verify_out){ 0 };
	e = read_members(b, w, out, f);
	if (e == OK)
		e = check_seals(b, w, &j, out, f);
	buf_done(&j.note);
	buf_done(&j.sshsig);
	buf_done(&j.provenance);
	buf_done(&j.sbom);
	free(j.artefact);
	return e;
}

void
verify_done(struct verify_out *out)
{
	buf_done(&out->name);
	free(out->seen);
	*out = (struct verify_out){ 0 };
}
