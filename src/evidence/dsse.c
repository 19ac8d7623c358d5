/* dsse.c - see dsse.h. */
#include "evidence/dsse.h"

#include <inttypes.h>

#include "base/b64.h"
#include "base/json.h"
#include "evidence/jsonin.h"

void
dsse_pae(struct bytes type, struct bytes payload, struct buf *out)
{
	buf_printf(out, "DSSEv1 %zu ", type.n);
	buf_put(out, type.p, type.n);
	buf_printf(out, " %zu ", payload.n);
	buf_put(out, payload.p, payload.n);
}

/* --- reading ----------------------------------------------------------------------- */

/*
 * Protocol, "base64": either alphabet (RFC 4648 4 and 5), with its padding or without. It
 * is brought to the standard form first, which b64.h takes only canonically.
 */
static enum err
decode(struct bytes s, struct arena *a, struct bytes *out)
{
	size_t n = num_add(s.n, 3) & ~(size_t)3, got;
	uint8_t *text = arena_alloc(a, n + 1), *to;

	if (text == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < s.n; i++)
		text[i] = s.p[i] == '-' ? '+' : s.p[i] == '_' ? '/' : s.p[i];
	memset(text + s.n, '=', n - s.n);
	got = b64_size((struct bytes){ text, n });
	if (got == SIZE_MAX)
		return ERR_FORMAT;
	to = arena_alloc(a, got + 1);
	if (to == NULL)
		return ERR_LIMIT;
	TRY(b64_exact((struct bytes){ text, n }, to, got));
	*out = (struct bytes){ to, got };
	return OK;
}

static enum err
too_much(struct fault *f)
{
	(void)fault_set(f, FAULT_TOO_LARGE, "the envelope takes too much memory");
	return ERR_LIMIT;
}

/* A member that must be base64. */
static enum err
take_base64(const struct json_t *of, const char *key, struct arena *a, struct bytes *out,
    struct fault *f)
{
	struct bytes s = jsonin_str(of, key);
	enum err e = s.p == NULL ? ERR_FORMAT : decode(s, a, out);

	if (e == ERR_LIMIT)
		return too_much(f);
	return e == OK ? OK
		       : fault_set(f, FAULT_ENVELOPE,
			     "the envelope has no '%s', or it is no base64", key);
}

static enum err
take_signature(const struct json_t *s, struct arena *a, struct dsse *d, struct fault *f)
{
	struct dsse_sig *to = &d->sig[d->nsig];
	struct bytes keyid = jsonin_str(s, "keyid");

	if (d->nsig == DSSE_SIGS)
		return fault_set(f, FAULT_ENVELOPE,
		    "the envelope has more than %d signatures", DSSE_SIGS);
	TRY(take_base64(s, "sig", a, &to->sig, f));
	if (keyid.p != NULL) {
		to->keyid = arena_bytes(a, keyid);
		if (to->keyid.p == NULL)
			return too_much(f);
	}
	d->nsig++;
	return OK;
}

static enum err
take_all(const struct json_t *root, struct arena *a, struct dsse *d, struct fault *f)
{
	const struct json_t *sigs = jsonin_array(root, "signatures");
	struct bytes type = jsonin_str(root, "payloadType");

	if (type.p == NULL || type.n == 0)
		return fault_set(f, FAULT_ENVELOPE, "the envelope has no 'payloadType'");
	if (jsonin_count(sigs) == 0)
		return fault_set(f, FAULT_ENVELOPE, "the envelope has no 'signatures'");
	d->type = arena_bytes(a, type);
	if (d->type.p == NULL)
		return too_much(f);
	TRY(take_base64(root, "payload", a, &d->payload, f));
	for (size_t i = 0; i < jsonin_count(sigs); i++)
		TRY(take_signature(jsonin_at(sigs, i), a, d, f));
	return OK;
}

enum err
dsse_parse(struct bytes text, struct arena *a, struct dsse *out, struct fault *f)
{
	CLEAN(jsonin_freep) struct json_t *root = NULL;
	struct dsse d = { 0 };
	char why[JSONIN_WHY];

	if (text.n > DSSE_MAX)
		return fault_set(
		    f, FAULT_TOO_LARGE, "the envelope has more than %u bytes", DSSE_MAX);
	if (jsonin_read(text, &root, why) != OK)
		return fault_set(f, FAULT_ENVELOPE, "this is no envelope: %s", why);
	TRY(take_all(root, a, &d, f));
	*out = d;
	return OK;
}

/* --- verifying --------------------------------------------------------------------- */

static bool
signed_by(const struct dsse *d, const struct note_key *key, struct bytes pae)
{
	if (key->alg != NOTE_ED25519)
		return false;
	for (size_t i = 0; i < d->nsig; i++)
		if (sign_holds(key->pub, pae, d->sig[i].sig))
			return true;
	return false;
}

/* Is key i there before, under whatever name? */
static bool
is_repeated(const struct note_key *keys, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (memcmp(keys[k].pub, keys[i].pub, SIGN_PUBLIC) == 0)
			return true;
	return false;
}

enum err
dsse_verify(const struct dsse *d, const struct note_key *keys, size_t n, size_t t,
    bool *by, struct fault *f)
{
	struct buf pae = { 0 };
	size_t good = 0;

	if (n > DSSE_KEYS)
		bug("more keys than a verifier takes");
	dsse_pae(d->type, d->payload, &pae);
	for (size_t i = 0; i < n; i++) {
		bool ok = signed_by(d, &keys[i], buf_bytes(&pae));

		if (by != NULL)
			by[i] = ok;
		good += ok && !is_repeated(keys, i);
	}
	buf_done(&pae);
	if (good >= t && t > 0)
		return OK;
	return fault_set(f, FAULT_FORGED,
	    "the statement is signed by %zu of the keys that count, and %zu are needed",
	    good, t);
}

/* --- making ------------------------------------------------------------------------ */

static void
put_base64(struct json *j, const char *key, struct bytes b)
{
	struct buf text = { 0 };

	b64_put(&text, b);
	json_bytes(j, key, buf_bytes(&text));
	buf_done(&text);
}

static void
put_signature(struct json *j, const struct note_signer *s, struct bytes pae)
{
	uint8_t sig[SIGN_BYTES];
	struct buf id = { 0 };

	buf_put(&id, s->key.name.p, s->key.name.n);
	buf_printf(&id, "+%08" PRIx32, s->key.id);
	sign_make(s->seed, pae, sig);
	json_open(j, NULL, '{');
	json_bytes(j, "keyid", buf_bytes(&id));
	put_base64(j, "sig", (struct bytes){ sig, sizeof(sig) });
	json_close(j, '}');
	buf_done(&id);
}

void
dsse_make(struct bytes type, struct bytes payload, const struct note_signer *signers,
    size_t n, struct buf *out)
{
	struct json j = { out, false };
	struct buf pae = { 0 };

	if (n == 0 || n > DSSE_SIGS)
		bug("an envelope without signers, or with too many");
	dsse_pae(type, payload, &pae);
	json_open(&j, NULL, '{');
	put_base64(&j, "payload", payload);
	json_bytes(&j, "payloadType", type);
	json_open(&j, "signatures", '[');
	for (size_t i = 0; i < n; i++)
		put_signature(&j, &signers[i], buf_bytes(&pae));
	json_close(&j, ']');
	json_close(&j, '}');
	buf_u8(out, '\n');
	buf_done(&pae);
}
