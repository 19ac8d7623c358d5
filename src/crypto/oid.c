/*
 * oid.c - object identifiers (X.690, 8.19) as numbers and names. Arcs come from
 * certificates in hostile files: each is bounded by 64 bits, the text by OID_TEXT_MAX.
 */
#include "crypto/oid.h"

#include <inttypes.h>
#include <openssl/objects.h>
#include <stdio.h>

#include "crypto/init.h"

/*
 * OpenSSL's number of an identifier; NID_undef: unknown. It wants the element with its
 * head, and 127 bytes keep that head at two; no name in its table is half as long.
 */
static int
nid_of(struct bytes oid)
{
	uint8_t der[2 + 127] = { 0x06 };
	const unsigned char *p = der;
	ASN1_OBJECT *o;
	int nid;

	crypto_init();
	if (oid.n == 0 || oid.n > 127)
		return NID_undef;
	der[1] = (uint8_t)oid.n;
	memcpy(der + 2, oid.p, oid.n);
	o = d2i_ASN1_OBJECT(NULL, &p, (long)oid.n + 2);
	nid = o ? OBJ_obj2nid(o) : NID_undef;
	ASN1_OBJECT_free(o);
	return nid;
}

const char *
oid_short(struct bytes oid)
{
	int nid = nid_of(oid);

	return nid == NID_undef ? NULL : OBJ_nid2sn(nid);
}

const char *
oid_long(struct bytes oid)
{
	return OBJ_nid2ln(nid_of(oid));
}

/* The next arc (X.690 8.19.2), or UINT64_MAX: broken or too large. */
static uint64_t
next_arc(struct cur *c)
{
	uint64_t v = 0;
	uint8_t b;

	do {
		b = cur_u8(c);
		if (c->bad || v >> 56 != 0)
			return UINT64_MAX;
		v = v << 7 | (b & 0x7f);
	} while (b & 0x80);
	return v;
}

void
oid_text(struct bytes oid, char out[OID_TEXT_MAX])
{
	struct cur c = cur_at(oid, 0);
	size_t n = 0;

	out[0] = '\0';
	for (bool first = true; cur_left(&c) > 0; first = false) {
		uint64_t v = next_arc(&c), top = v / 40 < 2 ? v / 40 : 2;
		char arc[48];

		if (v == UINT64_MAX) {
			out[0] = '\0';
			return;
		}
		if (first) /* two arcs in one number */
			snprintf(
			    arc, sizeof(arc), "%" PRIu64 ".%" PRIu64, top, v - top * 40);
		else
			snprintf(arc, sizeof(arc), ".%" PRIu64, v);
		if (n + strlen(arc) >= OID_TEXT_MAX)
			return;
		memcpy(out + n, arc, strlen(arc) + 1);
		n += strlen(arc);
	}
}

void
oid_prepare(void)
{
	oid_long(BYTES_LIT("\x55\x04\x03")); /* known: commonName */
	oid_long(BYTES_LIT("\x55\x04\x7f"));
	oid_long(BYTES_LIT("\xff")); /* an error, whose texts are loaded late */
}
