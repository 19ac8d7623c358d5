/*
 * x509.h - certificates and what signs with them (RFC 5280, RFC 5652), as views.
 *
 * Everything points into the bytes parsed; nothing is verified here. Names are
 * kept twice, as written and in the form in which two names count as the same.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "format/der.h"

struct x509 {
	struct bytes whole;
	struct bytes serial;                       /* content of the INTEGER */
	struct bytes algorithm;                    /* OID of the signature */
	struct bytes issuer, subject;              /* content of the Name */
	struct bytes issuer_same, subject_same;    /* comparable form */
	struct bytes spki;                         /* whole SubjectPublicKeyInfo */
	struct bytes key_id;                       /* subjectKeyIdentifier, or none */
	struct bytes issuer_key_id, issuer_serial; /* authorityKeyIdentifier, or none */
	int64_t version, not_before, not_after;    /* from 1; seconds since 1970 */
};

/* ERR_FORMAT: no certificate; ERR_LIMIT: the arena. */
MUST_USE enum err x509_parse(struct bytes der, struct arena *a, struct x509 *out);

/*
 * A name as OpenSSL's X509_NAME_oneline prints it into 256 bytes, "/C=US/O=...":
 * whole parts only, bytes outside of ASCII as \xHH. p NULL: the arena is spent.
 */
struct bytes x509_oneline(struct bytes name, struct arena *a);

/* A string of any type as UTF-8, up to its first NUL. p NULL: the arena is spent. */
struct bytes x509_text(const struct der *s, struct arena *a);

/* The form of a name that compares: case, and spaces but one, count for nothing. */
struct bytes x509_name_same(struct bytes name, struct arena *a);

/* May this issuer have signed that subject, by name and key identifiers? */
bool x509_issued(const struct x509 *issuer, const struct x509 *subject);

/*
 * The chain from leaf upwards, out of n certificates: indexes into certs, leaf
 * first, most at most. Returns how many.
 */
size_t x509_chain(
    const struct x509 *certs, size_t n, size_t leaf, uint32_t *out, size_t most);

/* RFC 5652 5.1, and PKCS #7 1.5, which differs in what signs what. */
struct cms {
	uint64_t version;
	struct bytes type;    /* OID of the content */
	struct der content;   /* the element inside [0]; tag 0 when there is none */
	struct bytes certs;   /* content of the SET; p NULL: no such field */
	struct bytes signers; /* content of the SET */
};

struct cms_signer {
	struct bytes issuer, serial; /* content of Name and INTEGER, or */
	struct bytes key_id;         /* the other way to name a certificate */
	struct bytes digest;         /* OID */
	struct bytes signed_attrs;   /* content of the SET; p NULL: none */
	struct bytes signature;
	struct bytes unsigned_attrs;
};

/* A ContentInfo with SignedData; what follows it is ignored. */
MUST_USE enum err cms_open(struct bytes der, struct cms *out);

/* One SignerInfo: the next of cms.signers, or a countersignature's only one. */
bool cms_signer_next(struct cur *c, struct cms_signer *out);

/* The values (content of the SET) of the first attribute with this OID, or none. */
struct bytes cms_attribute(struct bytes attrs, struct bytes oid);

/* The index of the signer's certificate, or n. same: signer->issuer, comparable. */
size_t cms_signer_cert(
    const struct cms_signer *s, struct bytes same, const struct x509 *certs, size_t n);
