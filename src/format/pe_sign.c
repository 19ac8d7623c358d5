/*
 * pe_sign.c - who signed: Authenticode, as views and names.
 *
 * The certificate table holds a PKCS #7 SignedData; more signatures are nested in
 * attributes that the first does not cover, time stamps too. Whether any of it is
 * true is pe_verify.c's.
 */
#include "crypto/hash.h"
#include "crypto/oid.h"
#include "format/pe.h"
#include "format/pe_auth.h"

#define NESTED_MOST     16 /* values of one attribute, as YARA */
#define DEPTH_MOST      8  /* ours; real ones have 1 */
#define SIGNATURES_MOST 64 /* ours */
#define ENTRIES_MOST    16 /* ours, of the table; one is the rule, shim has two */
#define TYPE_PKCS       2  /* WIN_CERT_TYPE_PKCS_SIGNED_DATA */

/* clang-format off */
#define OID_INDIRECT_DATA BYTES_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x04")
#define OID_OPUS_INFO     BYTES_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0c")
#define OID_NESTED        BYTES_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x04\x01")
#define OID_MS_STAMP      BYTES_LIT("\x2b\x06\x01\x04\x01\x82\x37\x03\x03\x01")
#define OID_MESSAGE       BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_TIME  BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define OID_COUNTER       BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x06")
#define OID_TST_INFO      BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")
/* clang-format on */

/* What YARA makes of a time that is none: the first of January of 1900, less a day. */
#define NO_TIME (-2209075200)

/* A set of certificates, parsed and shown. */
struct certs {
	struct x509 x[X509_CERTS_MOST];
	size_t n;
};

/* Everything found, in YARA's order: a signature, then those nested in it. */
struct found {
	struct pe *pe;
	struct arena *arena;
	struct pe_signature *list;
	struct pe_auth *auths;
	size_t n;
};

/*
 * Bytes as hex. b is a view of the file, so b.n * 3 is far from wrapping; a digest of
 * many megabytes is refused by the arena, and load() in pe.c hears of that.
 */
static struct bytes
hex_of(struct arena *a, struct bytes b, const char *between)
{
	size_t step = 2 + strlen(between);
	char *s = arena_alloc(a, b.n * step + 1);

	if (s == NULL)
		return (struct bytes){ 0 };
	for (size_t i = 0; i < b.n; i++) {
		hash_hex(b.p + i, 1, s + i * step);
		if (i + 1 < b.n)
			memcpy(s + i * step + 2, between, strlen(between) + 1);
	}
	return bytes_of(s);
}

/* Hex of a digest; undefined when it is empty. */
static struct bytes
digest_text(struct arena *a, struct bytes digest)
{
	return digest.n > 0 ? hex_of(a, digest, "") : (struct bytes){ 0 };
}

static int64_t
time_shown(int64_t t)
{
	return t == INT64_MIN ? NO_TIME : t;
}

/* What showing a certificate costs beside its bytes: its names, mostly. */
#define SHOW_STEPS 64

/*
 * A certificate as rules see it. It is hashed anew for each chain that it is in, and
 * a file may put a large one into two thousand chains, so that is charged.
 */
static void
show_cert(struct found *f, const struct x509 *x, struct pe_cert *out)
{
	const char *algorithm = oid_long(x->algorithm);
	struct arena *a = f->arena;
	uint8_t sha1[HASH_MAX];
	char *dotted;

	if (!pe_spend(f->pe, SHOW_STEPS + x->whole.n / 4))
		return; /* the rest is ERR_LIMIT anyway; see load() in pe.c */
	dotted = arena_alloc(a, OID_TEXT_MAX);

	hash_of(HASH_SHA1, x->whole, sha1);
	out->thumbprint = hex_of(a, (struct bytes){ sha1, 20 }, "");
	out->issuer = x509_oneline(x->issuer, a);
	out->subject = x509_oneline(x->subject, a);
	out->algorithm = bytes_of(algorithm);
	if (dotted != NULL) { /* OpenSSL prints no number of what it does not know */
		if (strcmp(algorithm, "undefined") != 0)
			oid_text(x->algorithm, dotted);
		out->algorithm_oid = bytes_of(dotted);
	}
	/* RFC 5280 4.1.2.2: 20 octets at most */
	if (x->serial.n >= 1 && x->serial.n <= 20)
		out->serial = hex_of(a, x->serial, ":");
	else
		out->serial = (struct bytes){ 0 };
	out->version = x->version;
	out->not_before = time_shown(x->not_before);
	out->not_after = time_shown(x->not_after);
}

/* Adds the certificates of a SET to a list. ERR_FORMAT: one of them is none. */
static enum err
add_certs(struct arena *a, struct bytes set, struct certs *to)
{
	struct cur c = cur_at(set, 0);
	struct der d;

	while (der_next(&c, &d)) {
		if (d.tag != DER_SEQUENCE) /* RFC 5652 10.2.2: other kinds */
			continue;
		if (to->n == X509_CERTS_MOST)
			return ERR_LIMIT;
		TRY(x509_parse(d.whole, a, &to->x[to->n]));
		to->n++;
	}
	return cur_ok(&c) ? OK : ERR_FORMAT;
}

static enum err
show_certs(struct found *f, const struct certs *certs, struct fact_array *out)
{
	struct pe_cert *list = ARENA_ARRAY(f->arena, certs->n, struct pe_cert);

	if (list == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < certs->n; i++)
		show_cert(f, &certs->x[i], &list[i]);
	*out = (struct fact_array){ list, (uint32_t)certs->n };
	return OK;
}

/* The chain upwards from a certificate, shown. */
static enum err
show_chain(
    struct found *f, const struct certs *certs, size_t leaf, struct fact_array *out)
{
	uint32_t index[X509_CERTS_MOST];
	struct pe_cert *list;
	size_t n;

	if (!pe_spend(f->pe, certs->n * certs->n / 4)) /* the square of 256 at most */
		return ERR_LIMIT;
	n = x509_chain(certs->x, certs->n, leaf, index);
	list = ARENA_ARRAY(f->arena, n, struct pe_cert);
	if (list == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < n; i++)
		show_cert(f, &certs->x[index[i]], &list[i]);
	*out = (struct fact_array){ list, (uint32_t)n };
	return OK;
}

/* The certificate of a signer, by its comparable name; ERR_FORMAT: not there. */
static enum err
find_signer(
    struct found *f, const struct cms_signer *s, const struct certs *certs, size_t *out)
{
	struct bytes same;
	size_t i;

	if (!pe_spend(f->pe, 1 + certs->n)) /* signers are many, each compares with all */
		return ERR_LIMIT;
	same = x509_name_same(s->issuer, f->arena);
	if (same.p == NULL)
		return ERR_LIMIT;
	i = cms_signer_cert(s, same, certs->x, certs->n);
	if (i == certs->n)
		return ERR_FORMAT;
	*out = i;
	return OK;
}

/* The content of an attribute's first value, when it has that tag. */
static struct bytes
attribute(struct bytes attrs, struct bytes oid, uint8_t tag)
{
	return der_open(cms_attribute(attrs, oid), tag);
}

/* SpcSpOpusInfo: [0] { [0] UTF-16 or [1] ASCII }, optional at each level. */
static struct bytes
program_name(struct arena *a, struct bytes attrs)
{
	struct cur info = cur_at(attribute(attrs, OID_OPUS_INFO, DER_SEQUENCE), 0);
	struct cur c = cur_at(der_maybe(&info, DER_EXPLICIT + 0), 0);
	struct der name;

	if (!der_next(&c, &name))
		return (struct bytes){ 0 };
	name.tag = name.tag == DER_CONTEXT + 0 ? DER_BMP : DER_IA5;
	return x509_text(&name, a);
}

/* The same structure's [1]: a link, of which YARA-X shows the kind that is an URL, [0].
 */
static struct bytes
more_info(struct arena *a, struct bytes attrs)
{
	struct cur info = cur_at(attribute(attrs, OID_OPUS_INFO, DER_SEQUENCE), 0), c;
	struct der url;

	der_maybe(&info, DER_EXPLICIT + 0);
	c = cur_at(der_maybe(&info, DER_EXPLICIT + 1), 0);
	if (!der_next(&c, &url) || url.tag != DER_CONTEXT + 0)
		return (struct bytes){ 0 };
	url.tag = DER_IA5;
	return x509_text(&url, a);
}

/* SpcIndirectDataContent: { what is signed, { { digest algorithm }, digest } } */
static void
read_content(const struct cms *m, struct pe_auth *auth)
{
	struct cur c = cur_at(m->content.body, 0), info, alg;

	/* PKCS #7 signs what is inside of the SEQUENCE, CMS all of it. */
	auth->content = m->version == 1 ? m->content.body : m->content.whole;
	der_take(&c, DER_SEQUENCE);
	info = cur_at(der_take(&c, DER_SEQUENCE), 0);
	alg = cur_at(der_take(&info, DER_SEQUENCE), 0);
	auth->digest_alg = der_take(&alg, DER_OID);
	auth->digest = der_take(&info, DER_OCTETS);
}

/* RFC 2985 6.6: a SignerInfo over the signature; certificates are the signature's. */
static enum err
read_pkcs9(struct found *f, struct bytes value, struct certs *certs,
    struct pe_countersignature *out, struct pe_counter *keep)
{
	struct cur c = cur_at(value, 0), when;
	struct der time;
	size_t leaf;

	if (!cms_signer_next(&c, &keep->signer))
		return ERR_FORMAT;
	out->digest_alg = bytes_of(oid_long(keep->signer.digest));
	when = cur_at(cms_attribute(keep->signer.signed_attrs, OID_SIGNING_TIME), 0);
	if (!der_next(&when, &time))
		return ERR_FORMAT;
	out->sign_time = time_shown(der_time(time.tag, time.body));
	TRY(find_signer(f, &keep->signer, certs, &leaf));
	TRY(show_chain(f, certs, leaf, &out->chain));
	keep->spki = certs->x[leaf].spki;
	keep->imprint_alg = keep->signer.digest;
	keep->imprint = attribute(keep->signer.signed_attrs, OID_MESSAGE, DER_OCTETS);
	out->digest = digest_text(f->arena, keep->imprint);
	keep->whole = keep->imprint.n > 0;
	return OK;
}

/* RFC 3161 2.4.2: { version, policy, { { algorithm }, digest }, serial, time ... } */
static enum err
read_tst_info(const struct cms *m, struct pe_counter *keep, int64_t *when)
{
	struct cur c = cur_at(der_open(m->content.body, DER_SEQUENCE), 0), imprint, alg;

	if (!bytes_eq(m->type, OID_TST_INFO) || m->content.tag != DER_OCTETS)
		return ERR_FORMAT;
	der_take(&c, DER_INTEGER);
	der_take(&c, DER_OID);
	imprint = cur_at(der_take(&c, DER_SEQUENCE), 0);
	der_take(&c, DER_INTEGER);
	*when = time_shown(der_time(DER_GENERAL_TIME, der_take(&c, DER_GENERAL_TIME)));
	alg = cur_at(der_take(&imprint, DER_SEQUENCE), 0);
	keep->imprint_alg = der_take(&alg, DER_OID);
	keep->imprint = der_take(&imprint, DER_OCTETS);
	keep->content = m->content.body;
	return cur_ok(&c) && cur_ok(&imprint) && cur_ok(&alg) ? OK : ERR_FORMAT;
}

/*
 * Microsoft's way to carry RFC 3161: a SignedData of its own, whose certificates
 * YARA also counts among the signature's.
 */
static enum err
read_stamp(struct found *f, struct bytes value, struct certs *all,
    struct pe_countersignature *out, struct pe_counter *keep)
{
	struct certs *own = ARENA_NEW(f->arena, struct certs);
	struct cms m;
	struct cur signers;
	size_t leaf;
	int64_t when;

	if (own == NULL)
		return ERR_LIMIT;
	keep->stamp = true;
	TRY(cms_open(value, &m));
	TRY(add_certs(f->arena, m.certs, own));
	TRY(read_tst_info(&m, keep, &when));
	out->sign_time = when;
	signers = cur_at(m.signers, 0);
	if (!cms_signer_next(&signers, &keep->signer))
		return ERR_FORMAT;
	TRY(find_signer(f, &keep->signer, own, &leaf));
	TRY(add_certs(f->arena, m.certs, all));
	TRY(show_chain(f, own, leaf, &out->chain));
	keep->spki = own->x[leaf].spki;
	out->digest_alg = bytes_of(oid_long(keep->imprint_alg));
	out->digest = digest_text(f->arena, keep->imprint);
	keep->whole = keep->imprint.n > 0;
	return OK;
}

/* What countersigns a signature; a broken one counts, with little in it. */
struct counters {
	struct pe_countersignature shown[2 * NESTED_MOST];
	struct pe_counter kept[2 * NESTED_MOST];
	size_t n;
};

typedef enum err read_counter(struct found *f, struct bytes value, struct certs *certs,
    struct pe_countersignature *shown, struct pe_counter *keep);

/* All countersignatures of one kind: the values of its attribute. */
static enum err
read_counters(struct found *f, struct bytes values, read_counter *read,
    struct certs *certs, struct counters *out)
{
	struct cur c = cur_at(values, 0);
	struct der d;

	for (unsigned i = 0; i < NESTED_MOST && der_next(&c, &d); i++) {
		struct pe_countersignature *shown = &out->shown[out->n];

		*shown = (struct pe_countersignature){ .sign_time = FACT_UNDEF };
		if (read(f, d.whole, certs, shown, &out->kept[out->n]) == ERR_LIMIT)
			return ERR_LIMIT;
		shown->length_of_chain = shown->chain.n;
		out->n++;
	}
	return OK;
}

/* Shows and keeps the countersignatures of a signature. */
static enum err
add_counters(
    struct found *f, struct certs *certs, struct pe_signature *sig, struct pe_auth *auth)
{
	struct bytes attrs = auth->signer.unsigned_attrs;
	struct counters *all = ARENA_NEW(f->arena, struct counters);

	if (all == NULL)
		return ERR_LIMIT;
	TRY(read_counters(f, cms_attribute(attrs, OID_COUNTER), read_pkcs9, certs, all));
	TRY(read_counters(f, cms_attribute(attrs, OID_MS_STAMP), read_stamp, certs, all));
	sig->countersignatures = (struct fact_array){ all->shown, (uint32_t)all->n };
	sig->number_of_countersignatures = (int64_t)all->n;
	auth->counters = all->kept;
	return OK;
}

/*
 * What the signer says of itself. ERR_FORMAT: its certificate is missing, or the
 * digest that it signed; what was found by then stays.
 */
static enum err
read_signer(struct found *f, const struct certs *certs, struct pe_signature *sig,
    struct pe_auth *auth)
{
	const struct cms_signer *s = &auth->signer;
	struct pe_signer *shown = &sig->signer_info;
	struct bytes message;
	size_t leaf;

	TRY(find_signer(f, s, certs, &leaf));
	TRY(show_chain(f, certs, leaf, &shown->chain));
	shown->length_of_chain = shown->chain.n;
	sig->cert = *(const struct pe_cert *)shown->chain.p; /* the leaf comes first */
	auth->spki = certs->x[leaf].spki;
	message = attribute(s->signed_attrs, OID_MESSAGE, DER_OCTETS);
	if (message.p == NULL)
		return ERR_FORMAT;
	shown->digest_alg = bytes_of(oid_long(s->digest));
	shown->digest = digest_text(f->arena, message);
	shown->program_name = program_name(f->arena, s->signed_attrs);
	shown->more_info = more_info(f->arena, s->signed_attrs);
	auth->whole = true;
	return OK;
}

/* Every signer must be known for the first to count: so OpenSSL has it. */
static enum err
check_signers(struct found *f, struct bytes signers, const struct certs *certs)
{
	struct cur c = cur_at(signers, 0);
	struct cms_signer s;
	size_t leaf;

	while (cms_signer_next(&c, &s))
		TRY(find_signer(f, &s, certs, &leaf));
	return OK;
}

/*
 * YARA passes over a signature without a signer, unless the file's digest is not
 * the signed one: then that is the error it keeps.
 */
static enum err
no_signer(struct found *f, const struct pe_auth *auth)
{
	return pe_digest_differs(f->pe, auth) ? ERR_FORMAT : ERR_END;
}

/* The certificates, as they are now: time stamps bring more along. */
static enum err
show_all_certs(struct found *f, const struct certs *certs, struct pe_signature *sig)
{
	TRY(show_certs(f, certs, &sig->certificates));
	sig->number_of_certificates = sig->certificates.n;
	return OK;
}

/* From the first signer on. */
static enum err
read_signers(struct found *f, const struct cms *m, struct certs *certs,
    struct pe_signature *sig, struct pe_auth *auth)
{
	struct cur signers = cur_at(m->signers, 0);
	enum err e;

	sig->signer_info.length_of_chain = 0;
	if (!cms_signer_next(&signers, &auth->signer))
		return no_signer(f, auth);
	TRY(add_counters(f, certs, sig, auth));
	TRY(show_all_certs(f, certs, sig));
	e = check_signers(f, m->signers, certs);
	if (e == ERR_FORMAT)
		return no_signer(f, auth);
	return e == OK ? read_signer(f, certs, sig, auth) : e;
}

/*
 * One SignedData, without what is nested. ERR_FORMAT: broken, but shown; ERR_END:
 * not even that.
 */
static enum err
read_signed_data(
    struct found *f, const struct cms *m, struct pe_signature *sig, struct pe_auth *auth)
{
	struct certs *certs = m->certs.p ? ARENA_NEW(f->arena, struct certs) : NULL;
	enum err e;

	if (m->certs.p != NULL && certs == NULL)
		return ERR_LIMIT;
	e = m->certs.p ? add_certs(f->arena, m->certs, certs) : ERR_END;
	if (e != OK)
		return e == ERR_LIMIT ? e : ERR_END;
	TRY(show_all_certs(f, certs, sig));
	if (!bytes_eq(m->type, OID_INDIRECT_DATA))
		return ERR_FORMAT;
	read_content(m, auth);
	sig->digest_alg = bytes_of(oid_long(auth->digest_alg));
	sig->digest = digest_text(f->arena, auth->digest);
	return read_signers(f, m, certs, sig, auth);
}

static void
signature_clear(struct pe_signature *s)
{
	*s = (struct pe_signature){
		.cert = { .version = FACT_UNDEF,
		    .not_before = FACT_UNDEF,
		    .not_after = FACT_UNDEF },
		.verified = FACT_UNDEF,
		.signer_info.length_of_chain = FACT_UNDEF,
	};
}

/*
 * A signature and those nested in it, each nested one in its turn with its own.
 * depth bounds the recursion.
 */
static enum err
read_signature(struct found *f, struct bytes der, unsigned depth)
{
	struct pe_auth *auth = &f->auths[f->n];
	struct bytes nested;
	struct cms m;
	struct cur c;
	struct der d;
	enum err e;

	if (f->n == SIGNATURES_MOST || depth == DEPTH_MOST || !pe_spend(f->pe, der.n))
		return ERR_LIMIT;
	signature_clear(&f->list[f->n]);
	*auth = (struct pe_auth){ 0 };
	e = cms_open(der, &m) == OK ? read_signed_data(f, &m, &f->list[f->n], auth)
				    : ERR_END;
	if (e == ERR_LIMIT)
		return e;
	if (e != OK)
		f->pe->parse->notes |= PE_NOTE_SIGNATURE;
	nested = cms_attribute(auth->signer.unsigned_attrs, OID_NESTED);
	if (e != ERR_END)
		f->n++;
	c = cur_at(nested, 0);
	for (unsigned n = 0; n < NESTED_MOST && der_next(&c, &d); n++)
		TRY(read_signature(f, d.whole, depth + 1));
	return OK;
}

/* The certificate table (PE 5.7), whose offset is the file's; p NULL: none. */
static struct bytes
certificate_table(const struct pe *pe)
{
	struct bytes dir = pe_directory(pe, PE_DIR_SECURITY);
	uint32_t at = rec_le32(dir, 0), size = rec_le32(dir, 4);

	if (at == 0 || size < 8 || size > pe->file.n ||
	    (uint32_t)(at + size) > pe->file.n)
		return (struct bytes){ 0 };
	/* The last entry may be longer than the table says: all that is there counts. */
	return bytes_from(pe->file, at);
}

/*
 * One entry after the other: length, revision, type, PKCS #7, aligned to 8. The
 * first is taken whatever its type.
 */
static enum err
read_table(struct found *f, struct bytes table, uint32_t size)
{
	uint64_t at = 0;

	for (unsigned i = 0; i < ENTRIES_MOST && at + 8 <= size; i++) {
		uint32_t length = rec_le32(table, at);
		struct bytes entry = bytes_sub(table, at, length);

		if (length <= 8 || length > INT32_MAX || entry.p == NULL)
			break;
		if (i == 0 || rec_le16(entry, 6) == TYPE_PKCS)
			TRY(read_signature(f, bytes_from(entry, 8), 0));
		at += (length + 7ULL) & ~7ULL;
	}
	return OK;
}

enum err
pe_read_signatures(struct pe *pe)
{
	struct bytes data = pe->signed_data, table = certificate_table(pe);
	struct found f = { .pe = pe, .arena = pe->parse->arena };
	enum err e;

	pe->number_of_signatures = 0;
	if (table.p == NULL && data.p == NULL)
		return OK;
	f.list = ARENA_ARRAY(f.arena, SIGNATURES_MOST + 1, struct pe_signature);
	f.auths = ARENA_ARRAY(f.arena, SIGNATURES_MOST + 1, struct pe_auth);
	if (f.list == NULL || f.auths == NULL)
		return ERR_LIMIT;
	e = data.p
		? read_signature(&f, data, 0)
		: read_table(&f, table, rec_le32(pe_directory(pe, PE_DIR_SECURITY), 4));
	pe->auths = f.auths;
	pe->signatures = (struct fact_array){ f.list, (uint32_t)f.n };
	pe->number_of_signatures = (int64_t)f.n;
	return e;
}
