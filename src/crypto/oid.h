/*
 * oid.h - names of object identifiers, as OpenSSL prints them.
 *
 * Rules compare certificate names and algorithms with the words that YARA takes
 * from OpenSSL's table, so the table is asked. An identifier comes as the content
 * of its DER element. Returned names are static.
 */
#pragma once

#include "base/bytes.h"

/* "CN", "emailAddress"; NULL: not in the table. */
const char *oid_short(struct bytes oid);

/* "sha256WithRSAEncryption"; "undefined": not in the table. */
const char *oid_long(struct bytes oid);

#define OID_TEXT_MAX 128

/*
 * "1.2.840.113549"; cut to what fits, empty when the encoding is broken. Always ends in a
 * NUL. Numbers of any length are a stranger's: what does not fit in 64 bits is broken.
 */
void oid_text(struct bytes oid, char out[OID_TEXT_MAX]);

/* crypto_init's part of this file. */
void oid_prepare(void);
