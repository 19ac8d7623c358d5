/*
 * x509.h - certificates (RFC 5280), as views.
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

/* The same parts as "C=US, O=..." in UTF-8, all of them. p NULL: the arena is spent. */
struct bytes x509_listed(struct bytes name, struct arena *a);

/* A string of any type as UTF-8, up to its first NUL. p NULL: the arena is spent. */
struct bytes x509_text(const struct der *s, struct arena *a);

/* The form of a name that compares: case, and spaces but one, count for nothing. */
struct bytes x509_name_same(struct bytes name, struct arena *a);

/* May this issuer have signed that subject, by name and key identifiers? */
bool x509_issued(const struct x509 *issuer, const struct x509 *subject);

#define X509_CERTS_MOST 256 /* in one chain, and to look for it among */

/*
 * The chain from leaf upwards, out of n certificates (those beyond X509_CERTS_MOST
 * are not looked at): indexes into certs, leaf first. Returns how many, 0 when leaf
 * is not among them. Takes n * n steps at most, whatever the certificates say of each
 * other: the caller charges that.
 */
size_t x509_chain(
    const struct x509 *certs, size_t n, size_t leaf, uint32_t out[X509_CERTS_MOST]);
