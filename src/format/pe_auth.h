/*
 * pe_auth.h - what is kept of an Authenticode signature to verify it later.
 *
 * Reading a signature costs microseconds, verifying it reads the whole file and
 * raises numbers to powers; most rules ask only who signed. All views.
 */
#pragma once

#include "format/cms.h"

/* A countersignature of either kind: PKCS #9 (a SignerInfo), or RFC 3161. */
struct pe_counter {
	bool whole; /* nothing was missing: worth verifying */
	bool stamp; /* RFC 3161 */
	struct cms_signer signer;
	struct bytes spki;                 /* of its certificate */
	struct bytes imprint_alg, imprint; /* what it covers: OID and digest */
	struct bytes content;              /* stamp: the bytes its signer signs */
};

struct pe_auth {
	bool whole; /* nothing was missing: worth verifying */
	struct cms_signer signer;
	struct bytes spki;
	struct bytes content;              /* the bytes whose digest is signed */
	struct bytes digest_alg, digest;   /* of the file, as signed: OID and digest */
	const struct pe_counter *counters; /* as many as countersignatures */
};

struct pe;

/* Is the file's digest known, and another than the signed one? pe_verify.c */
bool pe_digest_differs(struct pe *pe, const struct pe_auth *auth);
