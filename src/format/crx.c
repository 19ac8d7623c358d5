/*
 * crx.c - the envelope of a Chrome extension: head, keys, signatures.
 *
 * Version 3 is described by Chromium's crx3.proto, version 2 by Chrome's old developer
 * documentation. Protocol buffers: their encoding's documentation (wire types).
 */
#include "format/crx.h"

#include "base/b64.h"
#include "crypto/hash.h"
#include "crypto/pkey.h"

#define MAGIC      BYTES_LIT("Cr24")
#define HEAD_2     16 /* magic, version, and two lengths */
#define HEAD_3     12 /* magic, version, and one */
#define ID_BYTES   16
#define SIGNED_TAG BYTES_LIT("CRX3 SignedData\0")

/* How a protocol buffer stores the value of a field. */
enum { WIRE_VARINT, WIRE_64, WIRE_LENGTH, WIRE_GROUP, WIRE_GROUP_END, WIRE_32 };

/* crx3.proto: fields of CrxFileHeader, AsymmetricKeyProof and SignedData. */
enum { RSA_PROOFS = 2, ECDSA_PROOFS = 3, SIGNED_DATA = 10000 };
enum { PROOF_KEY = 1, PROOF_SIGNATURE = 2 };
enum { SIGNED_ID = 1 };

/*
 * The tag of the next field, in two parts; false at the end, and when it is none. Field 0
 * is none, nor is a number of more than 32 bits: readers differ in what they make of
 * those.
 */
static bool
next_tag(struct cur *c, uint32_t *field, uint32_t *wire)
{
	uint64_t tag;

	if (c->bad || cur_left(c) == 0)
		return false;
	tag = cur_uleb(c);
	c->bad |= tag >> 3 == 0 || tag > UINT32_MAX;
	*field = (uint32_t)(tag >> 3);
	*wire = tag & 7;
	return !c->bad;
}

/* What stands behind a tag; no bytes, but of one with a length. */
static struct bytes
read_value(struct cur *c, uint32_t wire)
{
	switch (wire) {
	case WIRE_VARINT: cur_uleb(c); break;
	case WIRE_64: cur_take(c, 8); break;
	case WIRE_LENGTH: return cur_take(c, cur_uleb(c));
	case WIRE_32: cur_take(c, 4); break;
	default: c->bad = true; break;
	}
	return (struct bytes){ 0 };
}

/*
 * Groups are of the past, and skipped with all that is in them: counted, not by
 * recursion, as a group may hold a million others. Each turn takes a byte at least.
 */
static void
skip_group(struct cur *c)
{
	uint32_t field, wire;
	uint64_t depth = 1;

	while (depth > 0 && next_tag(c, &field, &wire)) {
		if (wire == WIRE_GROUP)
			depth++;
		else if (wire == WIRE_GROUP_END)
			depth--;
		else
			read_value(c, wire);
	}
	c->bad |= depth > 0;
}

/* The next field of a protocol buffer: body only of one with a length. */
static bool
next_field(struct cur *c, uint32_t *field, struct bytes *body)
{
	uint32_t wire;

	*body = (struct bytes){ 0 };
	if (!next_tag(c, field, &wire))
		return false;
	if (wire == WIRE_GROUP)
		skip_group(c);
	else
		*body = read_value(c, wire);
	return !c->bad;
}

/* The last field of that number with a length; false: the buffer is broken. */
static bool
find_field(struct bytes b, uint32_t wanted, struct bytes *out)
{
	struct cur c = cur_at(b, 0);
	struct bytes body;
	uint32_t field;

	*out = (struct bytes){ 0 };
	while (next_field(&c, &field, &body))
		if (field == wanted && body.p != NULL)
			*out = body;
	return cur_ok(&c);
}

/* Each byte as two letters from a to p. */
static struct bytes
id_text(struct arena *a, struct bytes raw)
{
	uint8_t *out = arena_array(a, raw.n + 1, 2);

	if (out == NULL)
		return (struct bytes){ 0 };
	for (size_t i = 0; i < raw.n; i++) {
		out[2 * i] = (uint8_t)('a' + (raw.p[i] >> 4));
		out[2 * i + 1] = (uint8_t)('a' + (raw.p[i] & 15));
	}
	return (struct bytes){ out, 2 * raw.n };
}

/* In memory of the arena, for a stranger says how long a key is: the buf never grows. */
static struct bytes
base64(struct arena *a, struct bytes b)
{
	size_t n = b64_letters(b.n);
	struct buf text = { .p = arena_alloc(a, n + 1), .cap = n + 1, .limit = n + 1 };

	if (text.p == NULL)
		return (struct bytes){ 0 };
	b64_put(&text, b);
	return buf_bytes(&text);
}

static enum err
open_2(struct crx *x, struct bytes file)
{
	uint32_t keys = rec_le32(file, 8), signatures = rec_le32(file, 12);
	uint8_t digest[HASH_MAX];

	x->key = bytes_sub(file, HEAD_2, keys);
	x->signature = bytes_sub(file, HEAD_2 + (uint64_t)keys, signatures);
	if (file.n < HEAD_2 || x->key.p == NULL || x->signature.p == NULL)
		return ERR_FORMAT;
	TRY(zip_dir_open(
	    bytes_from(file, HEAD_2 + (uint64_t)keys + signatures), &x->zip));
	hash_of(HASH_SHA256, x->key, digest);
	x->header_size = (int64_t)((keys + signatures) & UINT32_MAX);
	x->id = id_text(x->parse->arena, (struct bytes){ digest, ID_BYTES });
	return OK;
}

/* All fields are looked at, as a reader that knows the whole schema does. */
static enum err
open_3(struct crx *x, struct bytes file)
{
	struct bytes id, unused;

	x->header = bytes_sub(file, HEAD_3, rec_le32(file, 8));
	if (file.n < HEAD_3 || x->header.p == NULL ||
	    !find_field(x->header, SIGNED_DATA, &x->signed_data) ||
	    x->signed_data.p == NULL || !find_field(x->signed_data, SIGNED_ID, &id))
		return ERR_FORMAT;
	for (struct cur c = cur_at(x->header, 0); !c.bad && cur_left(&c) > 0;) {
		struct bytes proof;
		uint32_t field;

		if (next_field(&c, &field, &proof) &&
		    (field == RSA_PROOFS || field == ECDSA_PROOFS) && proof.p != NULL &&
		    !find_field(proof, PROOF_KEY, &unused))
			return ERR_FORMAT;
	}
	TRY(zip_dir_open(bytes_from(file, HEAD_3 + x->header.n), &x->zip));
	x->header_size = (int64_t)x->header.n;
	x->id = id_text(x->parse->arena, id);
	return OK;
}

static enum err
open_any(struct crx *x, struct bytes file)
{
	uint32_t version = rec_le32(file, 4);

	if (!bytes_eq(bytes_sub(file, 0, 4), MAGIC))
		return ERR_FORMAT;
	if (version == 2)
		TRY(open_2(x, file));
	else if (version == 3)
		TRY(open_3(x, file));
	else
		return ERR_FORMAT;
	x->crx_version = version;
	return OK;
}

static enum err
crx_open(struct parse *p)
{
	struct crx *x = p->facts;
	enum err e;

	x->parse = p;
	e = open_any(x, p->file);
	x->is_crx = e == OK;
	if (e != OK)
		x->parse = NULL;
	return e == OK && p->arena->spent ? ERR_LIMIT : e;
}

/* What version 3 signs: a tag, the signed data with its length, and the archive. */
static void
signed_digest(const struct crx *x, uint8_t *out)
{
	uint8_t size[4];
	struct hash h;

	put_le32(size, (uint32_t)x->signed_data.n);
	hash_init(&h, HASH_SHA256);
	hash_add(&h, SIGNED_TAG);
	hash_add(&h, (struct bytes){ size, sizeof(size) });
	hash_add(&h, x->signed_data);
	hash_add(&h, x->zip.file);
	hash_done(&h, out);
}

/*
 * The proofs of one kind, in their order; those without key or signature are left out.
 * Verifying raises numbers to powers, which no step counts: CRX_KEYS_MOST is its bound.
 */
static enum err
read_proofs(struct crx *x, uint32_t kind, const uint8_t *digest,
    struct crx_signature *out, uint32_t *n)
{
	struct cur c = cur_at(x->header, 0);
	struct bytes proof, key, signature;
	uint32_t field;

	while (next_field(&c, &field, &proof)) {
		if (field != kind || proof.p == NULL ||
		    !find_field(proof, PROOF_KEY, &key) ||
		    !find_field(proof, PROOF_SIGNATURE, &signature) || key.p == NULL ||
		    signature.p == NULL)
			continue;
		if (*n == CRX_KEYS_MOST)
			return ERR_LIMIT;
		out[(*n)++] = (struct crx_signature){
			.key = base64(x->parse->arena, key),
			.verified =
			    pkey_verify_digest(key, kind == RSA_PROOFS ? "RSA" : "EC",
				HASH_SHA256, digest, signature),
		};
	}
	return cur_ok(&c) ? OK : ERR_FORMAT;
}

static enum err
read_signatures(struct crx *x)
{
	struct crx_signature *s =
	    ARENA_ARRAY(x->parse->arena, CRX_KEYS_MOST, struct crx_signature);
	uint8_t digest[HASH_MAX];
	enum err e = OK;
	uint32_t n = 0;

	if (s == NULL)
		return ERR_LIMIT;
	if (x->crx_version == 2) {
		hash_of(HASH_SHA1, x->zip.file, digest);
		s[n++] = (struct crx_signature){
			.key = base64(x->parse->arena, x->key),
			.verified = pkey_verify_digest(
			    x->key, "RSA", HASH_SHA1, digest, x->signature),
		};
	} else {
		signed_digest(x, digest);
		e = read_proofs(x, RSA_PROOFS, digest, s, &n);
		if (e == OK)
			e = read_proofs(x, ECDSA_PROOFS, digest, s, &n);
	}
	x->signatures = (struct fact_array){ s, n };
	return e;
}

/* A budget that was spent is remembered, and told each time. */
static enum err
ended(struct crx *x, enum err e)
{
	x->limited |= e == ERR_LIMIT || x->parse->arena->spent;
	if (!x->limited)
		return OK;
	x->parse->notes |= CRX_NOTE_LIMIT;
	return ERR_LIMIT;
}

enum err
crx_load_signatures(void *facts)
{
	struct crx *x = facts;
	bool done = x->signatures_read;

	if (x->parse == NULL)
		return OK;
	x->signatures_read = true;
	return ended(x, done ? OK : read_signatures(x));
}

enum err
crx_load_manifest(void *facts)
{
	struct crx *x = facts;
	bool done = x->manifest_read;

	if (x->parse == NULL)
		return OK;
	x->manifest_read = true;
	return ended(x, done ? OK : crx_read_manifest(x));
}

static int
crx_probe(struct bytes head, uint64_t size)
{
	(void)size;
	return bytes_eq(bytes_sub(head, 0, 4), MAGIC) ? 100 : 0;
}

const struct format format_crx = {
	.name = "crx",
	.facts = crx_facts,
	.facts_size = sizeof(struct crx),
	.probe = crx_probe,
	.open = crx_open,
	.yarax = true,
};
