/*
 * pe_verify.c - do the signatures hold, over this file and by these keys?
 *
 * Not whether anybody should be trusted: no root is known here. A signature is
 * verified when the file's digest is the one signed, and the signer's key, from
 * the certificates that came along, made the signature.
 */
#include "crypto/hash.h"
#include "crypto/oid.h"
#include "crypto/pkey.h"
#include "format/pe.h"
#include "format/pe_auth.h"

#define OPERATIONS_MOST 128 /* with public keys, for one file */

#define OID_MESSAGE BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")

/* False: a digest we do not know. */
static bool
digest_kind(struct bytes oid, enum hash_kind *out)
{
	static const struct {
		const char *name;
		enum hash_kind kind;
	} known[] = {
		{ "md5", HASH_MD5 },
		{ "sha1", HASH_SHA1 },
		{ "sha224", HASH_SHA224 },
		{ "sha256", HASH_SHA256 },
		{ "sha384", HASH_SHA384 },
		{ "sha512", HASH_SHA512 },
	};
	const char *name = oid_long(oid);

	for (size_t i = 0; i < COUNT(known); i++)
		if (strcmp(known[i].name, name) == 0) {
			*out = known[i].kind;
			return true;
		}
	return false;
}

static bool
digest_is(enum hash_kind k, struct bytes data, struct bytes want)
{
	uint8_t digest[HASH_MAX];

	hash_of(k, data, digest);
	return bytes_eq((struct bytes){ digest, hash_size(k) }, want);
}

/* Tag and length of a SET of n bytes; returns how many bytes they take. */
static size_t
set_head(size_t n, uint8_t head[6])
{
	unsigned bytes = n > 0xffffff ? 4 : n > 0xffff ? 3 : n > 0xff ? 2 : 1;

	head[0] = DER_SET;
	if (n < 0x80) {
		head[1] = (uint8_t)n;
		return 2;
	}
	head[1] = (uint8_t)(0x80 | bytes);
	for (unsigned i = 0; i < bytes; i++)
		head[2 + i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
	return 2 + bytes;
}

/* RFC 5652 5.4: signed attributes are hashed as a SET, whatever tag they have. */
static bool
verify_attrs(
    const struct cms_signer *s, enum hash_kind k, struct bytes spki, struct arena *a)
{
	uint8_t *p = arena_alloc(a, s->signed_attrs.n + 6);
	size_t head;

	if (p == NULL)
		return false;
	head = set_head(s->signed_attrs.n, p);
	memcpy(p + head, s->signed_attrs.p, s->signed_attrs.n);
	return pkey_verify(
	    spki, k, (struct bytes){ p, head + s->signed_attrs.n }, s->signature);
}

/* Does the signer's key sign this content? */
static bool
verify_signer(
    const struct cms_signer *s, struct bytes content, struct bytes spki, struct arena *a)
{
	struct bytes message =
	    der_open(cms_attribute(s->signed_attrs, OID_MESSAGE), DER_OCTETS);
	enum hash_kind k;

	return digest_kind(s->digest, &k) && message.p != NULL &&
	       digest_is(k, content, message) && verify_attrs(s, k, spki, a);
}

/*
 * The digest of the file as Authenticode takes it: all but the checksum, the
 * directory entry of the certificates, and what starts with them.
 */
static bool
file_digest(struct pe *pe, enum hash_kind k, uint8_t *out)
{
	uint64_t sum = pe->optional + 64, entry = pe->optional + (pe->wide ? 144 : 128);
	uint32_t end = rec_le32(pe->file, entry);
	struct hash h;

	if (pe->digest != NULL)
		return pe->digest(pe, k, out);
	if (end < entry + 8 || end > pe->file.n)
		return false;
	hash_init(&h, k);
	hash_add(&h, bytes_sub(pe->file, 0, sum));
	hash_add(&h, bytes_sub(pe->file, sum + 4, entry - sum - 4));
	hash_add(&h, bytes_sub(pe->file, entry + 8, end - entry - 8));
	hash_done(&h, out);
	return true;
}

/* Digests of the file that were already asked for: signatures share them. */
struct digests {
	bool have[HASH_KINDS];
	uint8_t of[HASH_KINDS][HASH_MAX];
};

/* Shows the file's digest in the signature's algorithm; false: it is not the signed. */
static bool
check_file(struct pe *pe, struct digests *d, const struct pe_auth *auth,
    struct pe_signature *sig)
{
	struct bytes digest;
	enum hash_kind k;
	char *hex;

	if (auth->digest.n == 0 || !digest_kind(auth->digest_alg, &k))
		return false;
	if (!d->have[k]) {
		if (!pe_spend(pe, pe->file.n / 4) || !file_digest(pe, k, d->of[k]))
			return false;
		d->have[k] = true;
	}
	digest = (struct bytes){ d->of[k], hash_size(k) };
	hex = arena_alloc(pe->parse->arena, 2 * HASH_MAX + 1);
	if (hex != NULL) {
		hash_hex(digest.p, digest.n, hex);
		sig->file_digest = bytes_of(hex);
	}
	return auth->digest.n >= digest.n &&
	       memcmp(auth->digest.p, digest.p, digest.n) == 0;
}

/*
 * PKCS #9: what the key signed is the digest of the attributes, as a DigestInfo
 * or, by some old signers, bare.
 */
static bool
verify_pkcs9(const struct pe_counter *c, enum hash_kind k)
{
	uint8_t block[PKEY_DATA_MAX], head[6], digest[HASH_MAX];
	struct bytes plain = { block, pkey_recover(c->spki, c->signer.signature, block) };
	struct cur info = cur_at(der_open(plain, DER_SEQUENCE), 0);
	struct hash h;

	hash_init(&h, k);
	hash_add(&h, (struct bytes){ head, set_head(c->signer.signed_attrs.n, head) });
	hash_add(&h, c->signer.signed_attrs);
	hash_done(&h, digest);
	if (plain.n != hash_size(k)) {
		der_take(&info, DER_SEQUENCE);
		plain = der_take(&info, DER_OCTETS);
	}
	return bytes_eq(plain, (struct bytes){ digest, hash_size(k) });
}

/*
 * One more operation with a key? Its cost has two parts: the arithmetic, which
 * pkey.h bounds and OPERATIONS_MOST counts, and the bytes that are hashed for it,
 * which a file can share among all its signatures, so they are steps.
 */
static bool
may_verify(struct pe *pe, unsigned *operations, const struct cms_signer *s, uint64_t n)
{
	return (*operations)++ < OPERATIONS_MOST &&
	       pe_spend(pe, num_add(n, s->signed_attrs.n) / 4);
}

/* Does this countersignature hold for that signature? */
static bool
verify_counter(const struct pe_counter *c, struct bytes signature, struct arena *a)
{
	enum hash_kind k;

	if (!c->whole || !digest_kind(c->imprint_alg, &k) ||
	    !digest_is(k, signature, c->imprint))
		return false;
	return c->stamp ? verify_signer(&c->signer, c->content, c->spki, a)
			: verify_pkcs9(c, k);
}

bool
pe_digest_differs(struct pe *pe, const struct pe_auth *auth)
{
	uint8_t digest[HASH_MAX];
	enum hash_kind k;

	return auth->digest.n > 0 && digest_kind(auth->digest_alg, &k) &&
	       pe_spend(pe, pe->file.n / 4) && file_digest(pe, k, digest) &&
	       (auth->digest.n < hash_size(k) ||
		   memcmp(digest, auth->digest.p, hash_size(k)) != 0);
}

enum err
pe_read_verified(struct pe *pe)
{
	struct pe_signature *sig = (struct pe_signature *)(uintptr_t)pe->signatures.p;
	struct digests digests = { 0 };
	unsigned operations = 0;

	pe->is_signed = 0;
	for (uint32_t i = 0; i < pe->signatures.n; i++) {
		const struct pe_auth *auth = &pe->auths[i];
		struct pe_countersignature *counter =
		    (struct pe_countersignature *)(uintptr_t)sig[i].countersignatures.p;

		bool same = check_file(pe, &digests, auth, &sig[i]);
		sig[i].verified =
		    same && auth->whole &&
		    may_verify(pe, &operations, &auth->signer, auth->content.n) &&
		    verify_signer(
			&auth->signer, auth->content, auth->spki, pe->parse->arena);
		for (uint32_t j = 0; j < sig[i].countersignatures.n; j++) {
			const struct pe_counter *k = &auth->counters[j];
			struct bytes signature = auth->signer.signature;

			counter[j].verified =
			    may_verify(pe, &operations, &k->signer,
				num_add(signature.n, k->content.n)) &&
			    verify_counter(k, signature, pe->parse->arena);
		}
		pe->is_signed |= sig[i].verified;
	}
	return operations > OPERATIONS_MOST ? ERR_LIMIT : OK;
}
