#include "format/cms.h"

#define OID_SIGNED_DATA BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")

/*
 * RFC 5652 3 and 5.1; PKCS #7 9.1 reads the same but for the content, which may be any
 * element there and is an OCTET STRING here. Each level has a cursor of its own, so an
 * element that lies about its length cannot reach into what follows its parent. Only
 * order tells optional fields apart: what is unexpected fails the next take.
 */
enum err
cms_open(struct bytes der, struct cms *out)
{
	struct cur info = cur_at(der_open(der, DER_SEQUENCE), 0);
	struct bytes type = der_take(&info, DER_OID);
	struct bytes data = der_open(der_take(&info, DER_EXPLICIT + 0), DER_SEQUENCE);
	struct cur c = cur_at(data, 0), content;
	struct cms m = { 0 };

	m.version = der_number(der_take(&c, DER_INTEGER));
	der_take(&c, DER_SET); /* digest algorithms */
	content = cur_at(der_take(&c, DER_SEQUENCE), 0);
	m.type = der_take(&content, DER_OID);
	if (der_peek(&content, DER_EXPLICIT + 0)) {
		struct cur inner = cur_at(der_take(&content, DER_EXPLICIT + 0), 0);

		if (!der_next(&inner, &m.content))
			return ERR_FORMAT;
	}
	m.certs = der_maybe(&c, DER_EXPLICIT + 0);
	der_maybe(&c, DER_EXPLICIT + 1); /* revocations */
	m.signers = der_take(&c, DER_SET);
	if (!cur_ok(&info) || !cur_ok(&c) || !cur_ok(&content) ||
	    !bytes_eq(type, OID_SIGNED_DATA))
		return ERR_FORMAT;
	*out = m;
	return OK;
}

/* RFC 5652 5.3: by issuer and serial, or by key identifier. */
static void
read_signer_id(struct cur *c, struct cms_signer *s)
{
	struct cur id;

	if (der_peek(c, DER_CONTEXT + 0)) {
		s->key_id = der_take(c, DER_CONTEXT + 0);
		return;
	}
	id = cur_at(der_take(c, DER_SEQUENCE), 0);
	s->issuer = der_take(&id, DER_SEQUENCE);
	s->serial = der_take(&id, DER_INTEGER);
	if (!cur_ok(&id))
		*c = (struct cur){ .bad = true };
}

/*
 * RFC 5652 5.3. A broken SignerInfo ends the walk rather than being passed over: what
 * follows it is no more to be trusted, and OpenSSL gives up there, too. Always moves
 * on or returns false, so a loop over it ends.
 */
bool
cms_signer_next(struct cur *c, struct cms_signer *out)
{
	struct cms_signer s = { 0 };
	struct cur in, alg;

	if (!der_peek(c, DER_SEQUENCE))
		return false;
	in = cur_at(der_take(c, DER_SEQUENCE), 0);
	der_take(&in, DER_INTEGER);
	read_signer_id(&in, &s);
	alg = cur_at(der_take(&in, DER_SEQUENCE), 0);
	s.digest = der_take(&alg, DER_OID);
	s.signed_attrs = der_maybe(&in, DER_EXPLICIT + 0);
	der_take(&in, DER_SEQUENCE); /* signature algorithm: the key tells it, too */
	s.signature = der_take(&in, DER_OCTETS);
	s.unsigned_attrs = der_maybe(&in, DER_EXPLICIT + 1);
	if (!cur_ok(&in) || !cur_ok(&alg))
		return false;
	*out = s;
	return true;
}

/*
 * RFC 5652 11: an attribute should be there once. Of two the first counts, as for
 * OpenSSL, for verifier and reader alike: else one could be shown and another hold.
 */
struct bytes
cms_attribute(struct bytes attrs, struct bytes oid)
{
	struct cur all = cur_at(attrs, 0);

	while (der_peek(&all, DER_SEQUENCE)) {
		struct cur c = cur_at(der_take(&all, DER_SEQUENCE), 0);

		if (bytes_eq(der_take(&c, DER_OID), oid))
			return der_take(&c, DER_SET);
	}
	return (struct bytes){ 0 };
}

/*
 * Names compare in their folded form and serials byte by byte. A certificate without a
 * key identifier has none to compare (p NULL), but an empty one equals an empty one:
 * both are the file's own words, nothing is trusted for it.
 */
size_t
cms_signer_cert(
    const struct cms_signer *s, struct bytes same, const struct x509 *certs, size_t n)
{
	size_t i = 0;

	for (; i < n; i++) {
		if (s->key_id.p != NULL && bytes_eq(s->key_id, certs[i].key_id))
			break;
		if (s->key_id.p == NULL && bytes_eq(s->serial, certs[i].serial) &&
		    bytes_eq(same, certs[i].issuer_same))
			break;
	}
	return i;
}
