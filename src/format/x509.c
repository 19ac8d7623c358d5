#include "format/x509.h"

#include "crypto/oid.h"
#include "format/utf.h"

#define LISTED_MOST  0xffff /* bytes of a name as a list */
#define ONELINE_MOST 255

#define OID_KEY_ID        BYTES_LIT("\x55\x1d\x0e") /* 2.5.29.14 */
#define OID_ISSUER_KEY_ID BYTES_LIT("\x55\x1d\x23") /* 2.5.29.35 */

/* One attribute of a name: C=US. */
struct part {
	struct bytes oid;
	struct der value;
};

/* Names are sets in a sequence, nearly always of one attribute each. */
struct parts {
	struct cur sets, set;
};

static struct parts
parts_of(struct bytes name)
{
	return (struct parts){ .sets = cur_at(name, 0) };
}

/*
 * The next attribute; false at the end, and at what is no attribute. A set that is broken
 * ends the name: what came before it stands.
 */
static bool
part_next(struct parts *p, struct part *out)
{
	struct cur c;

	while (cur_left(&p->set) == 0) {
		if (!der_peek(&p->sets, DER_SET))
			return false;
		p->set = cur_at(der_take(&p->sets, DER_SET), 0);
		if (p->set.bad)
			return false;
	}
	c = cur_at(der_take(&p->set, DER_SEQUENCE), 0);
	out->oid = der_take(&c, DER_OID);
	return out->oid.p != NULL && der_next(&c, &out->value);
}

/*
 * Which of four bytes of each character are printed: all but zeros, as a mask.
 * Only a GeneralString is taken for wide characters, by OpenSSL's old guess.
 */
static void
guess_width(struct bytes s, uint8_t tag, bool show[4])
{
	bool any[4] = { false };

	for (size_t i = 0; i < 4; i++)
		show[i] = true;
	if (tag != DER_GENERAL || s.n % 4 != 0)
		return;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != 0)
			any[i & 3] = true;
	if (any[0] || any[1] || any[2])
		return;
	show[0] = show[1] = show[2] = false;
}

/*
 * Appends the text of a value to out, most bytes at most; only counts when out is NULL.
 * It is called twice on bytes that may be mapped, and somebody may write to the file in
 * between: so what was counted is no bound for what comes out now, and most is.
 */
static size_t
put_value(const struct der *value, char *out, size_t most)
{
	bool show[4];
	size_t n = 0;

	guess_width(value->body, value->tag, show);
	for (size_t i = 0; i < value->body.n; i++) {
		uint8_t b = value->body.p[i];
		bool plain = b >= ' ' && b <= '~';
		size_t takes = plain ? 1 + (b == '+') : 4;

		if (!show[i & 3])
			continue;
		if (out != NULL && takes > most - n)
			break;
		/* OpenSSL 3 puts a backslash before / and +; YARA takes the first off. */
		if (out != NULL && plain && b != '+') {
			out[n] = (char)b;
		} else if (out != NULL && plain) {
			out[n] = '\\';
			out[n + 1] = (char)b;
		} else if (out != NULL) {
			out[n] = '\\';
			out[n + 1] = 'x';
			out[n + 2] = "0123456789ABCDEF"[b >> 4];
			out[n + 3] = "0123456789ABCDEF"[b & 15];
		}
		n += takes;
	}
	return n;
}

/* How many slashes OpenSSL's count includes, though they are taken off again. */
static size_t
count_slashes(struct bytes s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '/';
	return n;
}

/*
 * out holds ONELINE_MOST bytes and a NUL. A part is written only while the count of all
 * so far fits, so its slash, key and sign do; its value is bounded by what is left.
 */
struct bytes
x509_oneline(struct bytes name, struct arena *a)
{
	char *out = arena_alloc(a, ONELINE_MOST + 1);
	struct parts parts = parts_of(name);
	size_t n = 0, counted = 0;
	struct part p;

	if (out == NULL)
		return (struct bytes){ 0 };
	while (part_next(&parts, &p)) {
		char dotted[OID_TEXT_MAX];
		const char *key = oid_short(p.oid);

		if (key == NULL) {
			oid_text(p.oid, dotted);
			key = dotted;
		}
		counted += 1 + strlen(key) + 1 + put_value(&p.value, NULL, 0) +
			   count_slashes(p.value.body);
		if (counted > ONELINE_MOST)
			break;
		out[n++] = '/';
		memcpy(out + n, key, strlen(key));
		n += strlen(key);
		out[n++] = '=';
		n += put_value(&p.value, out + n, ONELINE_MOST - n);
	}
	return (struct bytes){ (uint8_t *)out, n };
}

static bool
is_text(uint8_t tag)
{
	return tag == DER_UTF8 || tag == DER_PRINTABLE || tag == DER_IA5 ||
	       tag == DER_VISIBLE || tag == DER_T61 || tag == DER_BMP ||
	       tag == DER_UNIVERSAL;
}

/*
 * A string of any type as UTF-8; out has room for twice its bytes. That is enough: a
 * Latin byte becomes two at most, two bytes of BMP three, four of Universal four.
 * Surrogates and numbers above 0x10ffff are encoded as they come: this text is only
 * compared and shown, and shown escaped.
 */
static size_t
to_utf8(const struct der *s, uint8_t *out)
{
	size_t width = s->tag == DER_BMP ? 2 : s->tag == DER_UNIVERSAL ? 4 : 1, n = 0;

	for (size_t i = 0; i + width <= s->body.n; i += width) {
		const uint8_t *p = s->body.p + i;
		uint32_t c = width == 1 ? p[0] : width == 2 ? be16(p) : be32(p);

		if (s->tag == DER_UTF8)
			out[n++] = p[0];
		else
			n += utf_put(out + n, c);
	}
	return n;
}

struct bytes
x509_text(const struct der *s, struct arena *a)
{
	uint8_t *text = arena_array(a, s->body.n + 1, 2); /* the last byte stays 0 */

	if (text == NULL)
		return (struct bytes){ 0 };
	to_utf8(s, text);
	return bytes_of((const char *)text);
}

struct bytes
x509_listed(struct bytes name, struct arena *a)
{
	struct parts parts = parts_of(name);
	struct bytes out = BYTES_LIT("");
	struct part p;

	while (part_next(&parts, &p) && out.p != NULL) {
		char dotted[OID_TEXT_MAX];
		const char *key = oid_short(p.oid);
		struct bytes value = x509_text(&p.value, a);

		/* a small text may find room where a large one did not */
		if (value.p == NULL)
			return value;
		if (key == NULL) {
			oid_text(p.oid, dotted);
			key = dotted;
		}
		if (strcmp(key, "UID") == 0)
			key = "uid"; /* the one that YARA-X writes otherwise */
		out = bytes_of(arena_printf(a, "%.*s%s%s=%s", (int)(out.n & LISTED_MOST),
		    (const char *)out.p, out.n > 0 ? ", " : "", key,
		    (const char *)value.p));
	}
	return out;
}

/* Lower case, no spaces at the ends, one between words; in place. */
static size_t
fold(uint8_t *s, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = s[i];
		bool space = c == ' ' || (c >= '\t' && c <= '\r');

		if (space && (to == 0 || s[to - 1] == ' '))
			continue;
		s[to++] = space ? ' ' : byte_lower(c);
	}
	return to > 0 && s[to - 1] == ' ' ? to - 1 : to;
}

struct bytes
x509_name_same(struct bytes name, struct arena *a)
{
	/*
	 * Text doubles at most; what is not text is copied with its head. The two
	 * bytes put around each are paid by the six of its three DER heads.
	 */
	uint8_t *out = arena_array(a, name.n + 1, 2);
	struct parts parts = parts_of(name);
	struct part p;
	size_t n = 0;

	if (out == NULL)
		return (struct bytes){ 0 };
	while (part_next(&parts, &p)) {
		memcpy(out + n, p.oid.p, p.oid.n);
		n += p.oid.n;
		out[n++] = is_text(p.value.tag); /* keeps the fields apart */
		if (is_text(p.value.tag)) {
			n += fold(out + n, to_utf8(&p.value, out + n));
			out[n++] = 0;
		} else {
			memcpy(out + n, p.value.whole.p, p.value.whole.n);
			n += p.value.whole.n;
		}
	}
	return (struct bytes){ out, n };
}

/* RFC 5280 4.2.1.1: [0] key identifier, [2] serial of the issuer. */
static void
read_issuer_key(struct bytes value, struct x509 *x)
{
	struct cur c = cur_at(der_open(value, DER_SEQUENCE), 0);
	struct der d;

	while (der_next(&c, &d)) {
		if (d.tag == DER_CONTEXT + 0)
			x->issuer_key_id = d.body;
		if (d.tag == DER_CONTEXT + 2)
			x->issuer_serial = d.body;
	}
}

/* The two extensions that chains go by; the others are passed over. */
static void
read_extensions(struct bytes list, struct x509 *x)
{
	struct cur all = cur_at(der_open(list, DER_SEQUENCE), 0);

	while (der_peek(&all, DER_SEQUENCE)) {
		struct cur c = cur_at(der_take(&all, DER_SEQUENCE), 0);
		struct bytes oid = der_take(&c, DER_OID), value;

		der_maybe(&c, DER_BOOLEAN); /* critical */
		value = der_take(&c, DER_OCTETS);
		if (bytes_eq(oid, OID_KEY_ID))
			x->key_id = der_open(value, DER_OCTETS);
		else if (bytes_eq(oid, OID_ISSUER_KEY_ID))
			read_issuer_key(value, x);
	}
}

/* RFC 5280 4.1.2.5: UTCTime or GeneralizedTime; anything else fails the certificate. */
static int64_t
read_time(struct cur *c)
{
	struct der d = { 0 };

	if (!der_next(c, &d) || (d.tag != DER_UTC_TIME && d.tag != DER_GENERAL_TIME)) {
		*c = (struct cur){ .bad = true };
		return INT64_MIN;
	}
	return der_time(d.tag, d.body);
}

/*
 * RFC 5280 4.1: the part that is signed. Extensions may be broken without harm to the
 * rest: they only help to find issuers, so their cursors are not asked.
 */
static bool
read_tbs(struct bytes tbs, struct x509 *x)
{
	struct cur c = cur_at(tbs, 0);
	struct bytes version = der_maybe(&c, DER_EXPLICIT + 0);
	struct cur validity;
	struct der spki = { 0 };

	/* v3 is written as 2; the sum is unsigned, for any number may stand there */
	x->version =
	    version.p ? (int64_t)(der_number(der_open(version, DER_INTEGER)) + 1) : 1;
	x->serial = der_take(&c, DER_INTEGER);
	der_take(&c, DER_SEQUENCE); /* algorithm, once more outside */
	x->issuer = der_take(&c, DER_SEQUENCE);
	validity = cur_at(der_take(&c, DER_SEQUENCE), 0);
	x->not_before = read_time(&validity);
	x->not_after = read_time(&validity);
	x->subject = der_take(&c, DER_SEQUENCE);
	if (!der_next(&c, &spki) || spki.tag != DER_SEQUENCE)
		return false;
	x->spki = spki.whole;
	der_maybe(&c, DER_CONTEXT + 1); /* unique identifiers */
	der_maybe(&c, DER_CONTEXT + 2);
	read_extensions(der_maybe(&c, DER_EXPLICIT + 3), x);
	return cur_ok(&c) && cur_ok(&validity);
}

enum err
x509_parse(struct bytes der, struct arena *a, struct x509 *out)
{
	struct cur c = cur_at(der_open(der, DER_SEQUENCE), 0);
	struct bytes tbs = der_take(&c, DER_SEQUENCE);
	struct bytes algorithm = der_take(&c, DER_SEQUENCE);
	struct x509 x = { .whole = der };
	struct cur alg = cur_at(algorithm, 0);

	der_take(&c, DER_BITS);
	x.algorithm = der_take(&alg, DER_OID);
	if (!cur_ok(&c) || !cur_ok(&alg) || !read_tbs(tbs, &x))
		return ERR_FORMAT;
	x.issuer_same = x509_name_same(x.issuer, a);
	x.subject_same = x509_name_same(x.subject, a);
	if (x.issuer_same.p == NULL || x.subject_same.p == NULL)
		return ERR_LIMIT;
	*out = x;
	return OK;
}

/*
 * RFC 5280 4.2.1.1 and 6.1.3: a name must agree, key identifier and serial only where
 * both sides have them. It says who may have signed; nobody checks here who did.
 */
bool
x509_issued(const struct x509 *issuer, const struct x509 *subject)
{
	if (!bytes_eq(issuer->subject_same, subject->issuer_same))
		return false;
	if (subject->issuer_key_id.p != NULL && issuer->key_id.p != NULL &&
	    !bytes_eq(subject->issuer_key_id, issuer->key_id))
		return false;
	return subject->issuer_serial.p == NULL ||
	       bytes_eq(subject->issuer_serial, issuer->serial);
}

/*
 * Marks the certificate and its copies: a chain has each once, so it ends, also when
 * certificates issue each other in a ring. Marking when one is taken, rather than
 * looking through the chain for each candidate, keeps the search a square: a file
 * with 256 certificates of two names made it a cube.
 */
static void
mark(const struct x509 *certs, size_t n, size_t i, bool *taken)
{
	for (size_t k = 0; k < n; k++)
		if (k == i || bytes_eq(certs[k].whole, certs[i].whole))
			taken[k] = true;
}

/* The issuer that is valid longest, of those not in the chain yet; n: none. */
static size_t
find_issuer(const struct x509 *certs, size_t n, const struct x509 *subject, bool *taken)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++)
		if (!taken[i] && x509_issued(&certs[i], subject) &&
		    (best == n || certs[i].not_after > certs[best].not_after))
			best = i;
	return best;
}

size_t
x509_chain(const struct x509 *certs, size_t n, size_t leaf, uint32_t out[X509_CERTS_MOST])
{
	bool taken[X509_CERTS_MOST] = { false };
	size_t have = 0;

	n = n < X509_CERTS_MOST ? n : X509_CERTS_MOST;
	while (leaf < n) { /* each turn takes one: n turns at most */
		out[have++] = (uint32_t)leaf;
		if (x509_issued(&certs[leaf], &certs[leaf])) /* a root */
			break;
		mark(certs, n, leaf, taken);
		leaf = find_issuer(certs, n, &certs[leaf], taken);
	}
	return have;
}
