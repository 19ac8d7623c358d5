/*
 * cms.h - SignedData: PKCS #7 1.5 and CMS (RFC 5652), as views.
 *
 * Everything points into the bytes parsed; nothing is verified here.
 */
#pragma once

#include "format/x509.h"

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

/*
 * A ContentInfo with SignedData; what follows it is ignored, as certificate tables pad
 * with zeros. ERR_FORMAT: it is none, and out is not touched. Nobody has signed anything
 * yet: signers is a list of claims.
 */
MUST_USE enum err cms_open(struct bytes der, struct cms *out);

/* One SignerInfo: the next of cms.signers, or a countersignature's only one. */
bool cms_signer_next(struct cur *c, struct cms_signer *out);

/* The values (content of the SET) of the first attribute with this OID, or none. */
struct bytes cms_attribute(struct bytes attrs, struct bytes oid);

/* The index of the signer's certificate, or n. same: signer->issuer, comparable. */
size_t cms_signer_cert(
    const struct cms_signer *s, struct bytes same, const struct x509 *certs, size_t n);
