/*
 * Certificates and SignedData, made here element by element: what a real signer
 * writes is in tests/golden/pe, what none would write is below.
 */
#include "format/x509.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "format/cms.h"
#include "tests/tap.h"

#define CN        BYTES_LIT("\x55\x04\x03")
#define ALGORITHM BYTES_LIT("\x06\x03\x2a\x03\x04") /* an OID, with its head */

/* Appends an element; its length in as few bytes as it needs. */
static void
put(struct buf *out, uint8_t tag, struct bytes body)
{
	buf_u8(out, tag);
	if (body.n >= 0x80) {
		buf_u8(out, 0x82);
		buf_u8(out, (uint8_t)(body.n >> 8));
	}
	buf_u8(out, (uint8_t)body.n);
	buf_put(out, body.p, body.n);
}

/* Makes what was put so far the content of one element. */
static void
wrap(struct buf *b, uint8_t tag)
{
	struct buf out = { 0 };

	put(&out, tag, buf_bytes(b));
	buf_done(b);
	*b = out;
}

/* The content of a Name with one attribute. */
static struct buf
name_of(struct bytes oid, uint8_t tag, struct bytes text)
{
	struct buf b = { 0 };

	put(&b, DER_OID, oid);
	put(&b, tag, text);
	wrap(&b, DER_SEQUENCE);
	wrap(&b, DER_SET);
	return b;
}

/* What differs between our certificates. NULL: the field is left out. */
struct spec {
	const char *issuer, *subject;
	const char *key, *issuer_key; /* key identifiers */
	const char *issuer_serial;
	const char *version; /* content of the INTEGER, hex */
	const char *until;   /* UTCTime */
	uint8_t serial;
};

static void
put_name(struct buf *out, const char *text)
{
	struct buf name = name_of(CN, DER_UTF8, bytes_of(text));

	put(out, DER_SEQUENCE, buf_bytes(&name));
	buf_done(&name);
}

/* One extension: OID, OCTET STRING around value. */
static void
put_extension(struct buf *out, struct bytes oid, struct buf *value)
{
	struct buf b = { 0 };

	put(&b, DER_OID, oid);
	put(&b, DER_OCTETS, buf_bytes(value));
	put(out, DER_SEQUENCE, buf_bytes(&b));
	buf_done(value);
	buf_done(&b);
}

static void
put_extensions(struct buf *out, const struct spec *s)
{
	struct buf all = { 0 }, value = { 0 };

	if (s->key != NULL) {
		put(&value, DER_OCTETS, bytes_of(s->key));
		put_extension(&all, BYTES_LIT("\x55\x1d\x0e"), &value);
	}
	if (s->issuer_key != NULL)
		put(&value, DER_CONTEXT + 0, bytes_of(s->issuer_key));
	if (s->issuer_serial != NULL)
		put(&value, DER_CONTEXT + 2, bytes_of(s->issuer_serial));
	if (value.n > 0) {
		wrap(&value, DER_SEQUENCE);
		put_extension(&all, BYTES_LIT("\x55\x1d\x23"), &value);
	}
	if (all.n > 0) {
		wrap(&all, DER_SEQUENCE);
		put(out, DER_EXPLICIT + 3, buf_bytes(&all));
	}
	buf_done(&all);
}

/* RFC 5280 4.1, field by field. */
static struct buf
cert_of(const struct spec *s)
{
	struct buf b = { 0 }, part = { 0 };

	if (s->version != NULL) {
		put(&part, DER_INTEGER, test_hex(s->version));
		put(&b, DER_EXPLICIT + 0, buf_bytes(&part));
		buf_clear(&part);
	}
	put(&b, DER_INTEGER, (struct bytes){ &s->serial, 1 });
	put(&b, DER_SEQUENCE, ALGORITHM);
	put_name(&b, s->issuer);
	put(&part, DER_UTC_TIME, BYTES_LIT("160610042906Z"));
	put(&part, DER_UTC_TIME, bytes_of(s->until ? s->until : "260610042906Z"));
	put(&b, DER_SEQUENCE, buf_bytes(&part));
	buf_done(&part);
	put_name(&b, s->subject);
	put(&b, DER_SEQUENCE, ALGORITHM); /* the key: nobody looks into it here */
	put_extensions(&b, s);
	wrap(&b, DER_SEQUENCE);
	put(&b, DER_SEQUENCE, ALGORITHM);
	put(&b, DER_BITS, BYTES_LIT("\0sign"));
	wrap(&b, DER_SEQUENCE);
	return b;
}

TEST(a_certificate)
{
	struct spec s = { "CA", "me", .key = "kk", .issuer_key = "ii",
		.issuer_serial = "\x09", .version = "02", .serial = 5 };
	struct buf der = cert_of(&s);
	struct arena a;
	struct x509 x;

	arena_init(&a, 1 << 20);
	if (CHECK(x509_parse(buf_bytes(&der), &a, &x) == OK)) {
		EQ_B(x.serial, BYTES_LIT("\x05"));
		EQ_I(x.version, 3);
		EQ_I(x.not_before, 1465532946);
		EQ_B(x.key_id, BYTES_LIT("kk"));
		EQ_B(x.issuer_key_id, BYTES_LIT("ii"));
		EQ_B(x.issuer_serial, BYTES_LIT("\x09"));
		EQ_B(x509_oneline(x.issuer, &a), BYTES_LIT("/CN=CA"));
		EQ_B(x.algorithm, BYTES_LIT("\x2a\x03\x04"));
	}
	for (size_t n = 0; n < der.n; n++) /* cut anywhere it is none */
		CHECK(x509_parse(test_copy((struct bytes){ der.p, n }), &a, &x) != OK);
	for (size_t bit = 0; bit < der.n * 8; bit++) {
		der.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (x509_parse(buf_bytes(&der), &a, &x) == OK)
			(void)x509_oneline(x.subject, &a);
		der.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	arena_done(&a);
	arena_init(&a, 0);
	EQ_U(x509_parse(buf_bytes(&der), &a, &x), ERR_LIMIT);
	buf_done(&der);
}

TEST(versions)
{
	static const struct {
		const char *hex;
		int64_t want;
	} rows[] = {
		{ NULL, 1 },
		{ "00", 1 },
		{ "02", 3 },
		{ "7fffffffffffffff", INT64_MIN }, /* no overflow of a signed number */
		{ "00ffffffffffffffff", 0 },
		{ "ff", 0 },
	};
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct spec s = { "CA", "me", .version = rows[i].hex };
		struct buf der = cert_of(&s);
		struct x509 x = { 0 };

		ROW("%s", rows[i].hex ? rows[i].hex : "none");
		CHECK(x509_parse(buf_bytes(&der), &a, &x) == OK);
		EQ_I(x.version, rows[i].want);
		buf_done(&der);
	}
	arena_done(&a);
}

/* RFC 5280 7.1: which names count as the same. */
TEST(names_that_compare)
{
	static const struct {
		const char *name;
		uint8_t tag1, tag2;
		struct bytes text1, text2;
		bool same;
	} rows[] = {
		{ "itself", DER_UTF8, DER_UTF8, BYTES_LIT("ab"), BYTES_LIT("ab"), true },
		{ "case", DER_UTF8, DER_UTF8, BYTES_LIT("aB"), BYTES_LIT("Ab"), true },
		{ "spaces", DER_UTF8, DER_UTF8, BYTES_LIT(" a \t b "), BYTES_LIT("a b"),
		    true },
		{ "a space", DER_UTF8, DER_UTF8, BYTES_LIT("ab"), BYTES_LIT("a b"),
		    false },
		{ "type", DER_UTF8, DER_PRINTABLE, BYTES_LIT("ab"), BYTES_LIT("ab"),
		    true },
		{ "wide", DER_BMP, DER_UTF8, BYTES_LIT("\0a\0b"), BYTES_LIT("ab"), true },
		{ "Latin", DER_T61, DER_UTF8, BYTES_LIT("\xe9"), BYTES_LIT("\xc3\xa9"),
		    true },
		{ "wider", DER_UNIVERSAL, DER_UTF8, BYTES_LIT("\0\1\xf6\0"),
		    BYTES_LIT("\xf0\x9f\x98\x80"), true },
		{ "no text", DER_OCTETS, DER_UTF8, BYTES_LIT("ab"), BYTES_LIT("ab"),
		    false },
		{ "no text, same", DER_OCTETS, DER_OCTETS, BYTES_LIT("aB"),
		    BYTES_LIT("aB"), true },
		{ "no text, case", DER_OCTETS, DER_OCTETS, BYTES_LIT("aB"),
		    BYTES_LIT("ab"), false },
		{ "only spaces", DER_UTF8, DER_UTF8, BYTES_LIT("  "), BYTES_LIT(""),
		    true },
		{ "odd width", DER_BMP, DER_BMP, BYTES_LIT("\0a\0"), BYTES_LIT("\0a"),
		    true },
	};
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf n1 = name_of(CN, rows[i].tag1, rows[i].text1);
		struct buf n2 = name_of(CN, rows[i].tag2, rows[i].text2);

		ROW("%s", rows[i].name);
		CHECK(bytes_eq(x509_name_same(buf_bytes(&n1), &a),
			  x509_name_same(buf_bytes(&n2), &a)) == rows[i].same);
		buf_done(&n1);
		buf_done(&n2);
	}
	arena_done(&a);
}

/* The words of X509_NAME_oneline, and its 256 bytes. */
TEST(names_that_are_shown)
{
	static const struct {
		const char *name;
		struct bytes oid, text, want;
		uint8_t tag;
	} rows[] = {
		{ "known", CN, BYTES_LIT("x y"), BYTES_LIT("/CN=x y"), DER_UTF8 },
		{ "unknown", BYTES_LIT("\x2a\x03\x04"), BYTES_LIT("x"),
		    BYTES_LIT("/1.2.3.4=x"), DER_UTF8 },
		{ "escaped", CN, BYTES_LIT("\x01\xff+/"), BYTES_LIT("/CN=\\x01\\xFF\\+/"),
		    DER_UTF8 },
		{ "empty", CN, BYTES_LIT(""), BYTES_LIT("/CN="), DER_UTF8 },
		{ "wide guess", CN, BYTES_LIT("\0\0\0a\0\0\0b"), BYTES_LIT("/CN=ab"),
		    DER_GENERAL },
	};
	struct buf longest = { 0 }, name;
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		name = name_of(rows[i].oid, rows[i].tag, rows[i].text);
		ROW("%s", rows[i].name);
		EQ_B(x509_oneline(buf_bytes(&name), &a), rows[i].want);
		buf_done(&name);
	}
	for (size_t i = 0; i < 252; i++) {
		name = name_of(CN, DER_UTF8, buf_bytes(&longest));
		ROW("%zu bytes", i);
		EQ_U(x509_oneline(buf_bytes(&name), &a).n, i <= 251 ? 4 + i : 0);
		buf_done(&name);
		buf_u8(&longest, 'x');
	}
	name = name_of(CN, DER_UTF8, buf_bytes(&longest)); /* whole parts only */
	EQ_U(x509_oneline(buf_bytes(&name), &a).n, 0);
	buf_done(&name);
	buf_done(&longest);
	arena_done(&a);
}

/* Parses n specs; the arena must outlive what is returned in certs and ders. */
static void
parse_all(const struct spec *s, size_t n, struct arena *a, struct x509 *certs)
{
	for (size_t i = 0; i < n; i++) {
		struct buf der = cert_of(&s[i]);

		CHECK(x509_parse(arena_bytes(a, buf_bytes(&der)), a, &certs[i]) == OK);
		buf_done(&der);
	}
}

TEST(chains)
{
	static const struct {
		const char *name;
		struct spec certs[4];
		size_t n, leaf, want;
		uint32_t second;
	} rows[] = {
		{ "a root", { { "R", "R" } }, 1, 0, 1, 0 },
		{ "leaf, middle, root", { { "R", "R" }, { "M", "L" }, { "R", "M" } }, 3,
		    1, 3, 2 },
		{ "no issuer", { { "X", "L" } }, 1, 0, 1, 0 },
		{ "a ring", { { "B", "A" }, { "A", "B" } }, 2, 0, 2, 1 },
		{ "a copy is not its issuer",
		    { { "A", "A", .key = "1", .issuer_key = "2" },
			{ "A", "A", .key = "1", .issuer_key = "2" } },
		    2, 0, 1, 0 },
		{ "the longer valid",
		    { { "R", "L" }, { "R", "R", .until = "270101000000Z" },
			{ "R", "R", .until = "280101000000Z" } },
		    3, 0, 2, 2 },
		{ "by key",
		    { { "R", "L", .issuer_key = "2" }, { "R", "R", .key = "1" },
			{ "R", "R", .key = "2" } },
		    3, 0, 2, 2 },
		{ "by serial",
		    { { "R", "L", .issuer_serial = "\x07" }, { "R", "R", .serial = 6 },
			{ "R", "R", .serial = 7 } },
		    3, 0, 2, 2 },
		{ "leaf outside", { { "R", "R" } }, 1, 1, 0, 0 },
		{ "nothing", { { "R", "R" } }, 0, 0, 0, 0 },
	};
	uint32_t out[X509_CERTS_MOST];
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct x509 certs[4];

		ROW("%s", rows[i].name);
		parse_all(rows[i].certs, rows[i].n, &a, certs);
		EQ_U(x509_chain(certs, rows[i].n, rows[i].leaf, out), rows[i].want);
		if (rows[i].want > 1)
			EQ_U(out[1], rows[i].second);
	}
	arena_done(&a);
}

/* Two names that issue each other, 400 times: the chain ends at what it may hold. */
TEST(chain_of_many)
{
	enum { MANY = 400 };
	struct x509 *certs = calloc(MANY, sizeof(*certs));
	struct spec *s = calloc(MANY, sizeof(*s));
	char until[MANY][16];
	uint32_t out[X509_CERTS_MOST];
	struct arena a;

	arena_init(&a, 4 << 20);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(until[i], sizeof(until[i]), "270101%02u%02u%02uZ", i / 60 % 24,
		    i % 60, i / 256);
		s[i] = (struct spec){ i % 2 ? "A" : "B", i % 2 ? "B" : "A",
			.serial = (uint8_t)i, .until = until[i] };
	}
	parse_all(s, MANY, &a, certs);
	EQ_U(x509_chain(certs, MANY, 0, out), X509_CERTS_MOST);
	EQ_U(x509_chain(certs, MANY, X509_CERTS_MOST, out), 0);
	arena_done(&a);
	free(s);
	free(certs);
}

/* ContentInfo { signedData, SignedData { 1, {}, { type, [0] OCTETS }, [0] certs, { signer
 * } } } */
static struct buf
signed_data(struct bytes certs, struct bytes signer)
{
	struct buf b = { 0 }, content = { 0 }, out = { 0 };

	put(&b, DER_INTEGER, BYTES_LIT("\x01"));
	put(&b, DER_SET, (struct bytes){ 0 });
	put(&content, DER_OCTETS, BYTES_LIT("data"));
	wrap(&content, DER_EXPLICIT + 0);
	buf_put(&out, ALGORITHM.p, ALGORITHM.n);
	buf_put(&out, content.p, content.n);
	put(&b, DER_SEQUENCE, buf_bytes(&out));
	put(&b, DER_EXPLICIT + 0, certs);
	put(&b, DER_SET, signer);
	wrap(&b, DER_SEQUENCE);
	wrap(&b, DER_EXPLICIT + 0);
	buf_clear(&out);
	put(&out, DER_OID, BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"));
	buf_put(&out, b.p, b.n);
	wrap(&out, DER_SEQUENCE);
	buf_done(&content);
	buf_done(&b);
	return out;
}

/* A SignerInfo by issuer and serial, or by key identifier. */
static struct buf
signer_info(const char *issuer, const char *key)
{
	struct buf b = { 0 }, id = { 0 };

	put(&b, DER_INTEGER, BYTES_LIT("\x01"));
	if (issuer != NULL) {
		put_name(&id, issuer);
		put(&id, DER_INTEGER, BYTES_LIT("\x05"));
		put(&b, DER_SEQUENCE, buf_bytes(&id));
	} else {
		put(&b, DER_CONTEXT + 0, bytes_of(key));
	}
	put(&b, DER_SEQUENCE, ALGORITHM);
	put(&b, DER_SEQUENCE, ALGORITHM);
	put(&b, DER_OCTETS, BYTES_LIT("signature"));
	wrap(&b, DER_SEQUENCE);
	buf_done(&id);
	return b;
}

TEST(signed_data)
{
	struct spec s[] = { { "X", "me", .serial = 5 },
		{ "CA", "me", .key = "kk", .serial = 5 } };
	struct buf info[] = { signer_info("CA", NULL), signer_info(NULL, "kk"),
		signer_info("ca ", NULL), signer_info("No", NULL),
		signer_info(NULL, "k") };
	static const size_t want[] = { 1, 1, 1, 2, 2 };
	struct cms_signer signer;
	struct x509 certs[2];
	struct arena a;
	struct cms m;

	arena_init(&a, 1 << 20);
	parse_all(s, COUNT(s), &a, certs);
	for (size_t i = 0; i < COUNT(info); i++) {
		struct buf der = signed_data(certs[0].whole, buf_bytes(&info[i]));
		struct cur c;

		ROW("signer %zu", i);
		if (CHECK(cms_open(buf_bytes(&der), &m) == OK)) {
			EQ_U(m.version, 1);
			EQ_B(m.content.body, BYTES_LIT("data"));
			EQ_B(m.certs, certs[0].whole);
			c = cur_at(m.signers, 0);
			CHECK(cms_signer_next(&c, &signer));
			EQ_B(signer.signature, BYTES_LIT("signature"));
			EQ_U(cms_signer_cert(
				 &signer, x509_name_same(signer.issuer, &a), certs, 2),
			    want[i]);
			CHECK(!cms_signer_next(&c, &signer)); /* one only */
		}
		for (size_t n = 0; n < der.n; n++)
			CHECK(cms_open(test_copy((struct bytes){ der.p, n }), &m) ==
			      ERR_FORMAT);
		buf_done(&der);
		buf_done(&info[i]);
	}
	arena_done(&a);
}

/* The first of its OID counts; what is no attribute is passed over. */
TEST(attributes)
{
	static const struct {
		const char *name, *attrs, *want;
	} rows[] = {
		{ "there", "3007 06012a 3102 0500", "0500" },
		{ "another", "3007 06012b 3102 0500", NULL },
		{ "the second", "3007 06012b 3102 0500 3008 06012a 3103 020101",
		    "020101" },
		{ "no OID before it", "3000 3007 06012a 3102 0500", "0500" },
		{ "no SET", "3005 06012a 0500", NULL },
		{ "twice", "3007 06012a 3102 0500 3008 06012a 3103 020101", "0500" },
		{ "none", "", NULL },
		{ "cut", "3007 06012a 3102 05", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes v =
		    cms_attribute(test_hex(rows[i].attrs), BYTES_LIT("\x2a"));

		ROW("%s", rows[i].name);
		if (rows[i].want != NULL)
			EQ_B(v, test_hex(rows[i].want));
		else
			CHECK(v.p == NULL);
	}
}

/* A list of names is all of them or nothing, also when only a part of it finds room. */
TEST(listed_without_room)
{
	static uint8_t letters[1000];
	struct buf name;

	memset(letters, 'a', sizeof(letters));
	name = name_of(CN, DER_UTF8, (struct bytes){ letters, sizeof(letters) });
	for (size_t budget = 0; budget < 4096; budget += 16) {
		struct arena a;
		struct bytes s;

		ROW("%zu bytes of arena", budget);
		arena_init(&a, budget);
		s = x509_listed(buf_bytes(&name), &a);
		EQ_U(s.n, a.spent ? 0 : 3 + sizeof(letters));
		EQ_U(s.p == NULL, a.spent);
		arena_done(&a);
	}
	buf_done(&name);
}
