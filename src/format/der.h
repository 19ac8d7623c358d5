/*
 * der.h - a reader of DER (X.690), over a cursor.
 *
 * One element a call: its tag and its content, both inside the bytes given. No
 * tree is built and nothing is copied; who reads knows what must come next.
 * Indefinite lengths and tags of more than one byte are failures: what is signed
 * is DER.
 */
#pragma once

#include "base/bytes.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_T61 = 0x14,
	DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERAL_TIME = 0x18,
	DER_VISIBLE = 0x1a,
	DER_GENERAL = 0x1b,
	DER_UNIVERSAL = 0x1c,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80,  /* + n: [n] IMPLICIT of something primitive */
	DER_EXPLICIT = 0xa0, /* + n: [n], constructed */
};

struct der {
	uint8_t tag;
	struct bytes body;  /* the content */
	struct bytes whole; /* tag, length and content */
};

/*
 * The next element; false at the end and on a failure (which cur_ok tells), and then out
 * is not touched. Elements nest in the file only: nothing here recurses, and how deep one
 * may go is what the caller's own code says.
 */
bool der_next(struct cur *c, struct der *out);

/*
 * The content of the next element, which must have this tag: else c fails. After a
 * failure, no bytes; so a structure is taken apart without a check a field, and c is
 * asked once.
 */
struct bytes der_take(struct cur *c, uint8_t tag);

/* Same, of an optional one: no bytes, and nothing consumed, for another tag. */
struct bytes der_maybe(struct cur *c, uint8_t tag);

/* Is there a next element with this tag? */
bool der_peek(const struct cur *c, uint8_t tag);

/* The content of b, which must be one element with this tag; else no bytes. */
struct bytes der_open(struct bytes b, uint8_t tag);

/*
 * Seconds since 1970 of a UTCTime or GeneralizedTime (RFC 5280 4.1.2.5, offsets
 * and fractions allowed), by arithmetic of our own: no time zone, no system call.
 * INT64_MIN: no such time.
 */
int64_t der_time(uint8_t tag, struct bytes text);

/* A non-negative INTEGER's content as a number; UINT64_MAX when it does not fit. */
uint64_t der_number(struct bytes body);
