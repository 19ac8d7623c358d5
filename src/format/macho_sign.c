/*
 * macho_sign.c - a code signature's entitlements and certificates. Only YARA-X shows
 * them; nothing is verified.
 *
 * Apple's cs_blobs.h: a blob of blobs, numbers with the high byte first. Entitlements are
 * a property list in XML, certificates come in a CMS SignedData (RFC 5652), in BER.
 */
#include "base/text.h"
#include "format/macho.h"
#include "format/utf.h"
#include "format/x509.h"

#define ENTITLEMENTS 0xfade7171
#define CMS          0xfade0b01
#define BLOB_HEAD    8 /* magic and length */
#define BLOBS_MOST   64
#define CERTS_MOST   256
#define BER_DEPTH    16
#define INDEFINITE   0x80
#define ENTITY_MOST  10 /* bytes of "&#1114111;" */

/* --- property lists --- */

struct plist {
	struct macho *m;
	struct bytes left;
	struct macho_list out;
	size_t array_at; /* where the texts of the outermost open array begin in out */
	unsigned arrays;
	bool key;
};

/* What an entity stands for, its bytes to out; 0: it is none. */
static size_t
entity(struct bytes name, uint8_t *out)
{
	static const struct {
		const char *name;
		uint8_t c;
	} known[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' },
		{ "apos", '\'' } };
	bool hex = name.n > 1 && name.p[1] == 'x';
	uint32_t code = 0;

	for (size_t k = 0; k < COUNT(known); k++)
		if (bytes_eq(name, bytes_of(known[k].name))) {
			out[0] = known[k].c;
			return 1;
		}
	if (name.n < 2 || name.n > 9 || name.p[0] != '#')
		return 0;
	for (size_t k = hex ? 2 : 1; k < name.n; k++) {
		int d = text_hex(name.p[k]);

		if (d < 0 || (!hex && d > 9))
			return 0;
		code = code * (hex ? 16 : 10) + (uint32_t)d;
	}
	return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0
								    : utf_put(out, code);
}

/* Where an entity that begins at at ends; UINT64_MAX: none does. */
static uint64_t
entity_end(struct bytes s, size_t at)
{
	uint64_t end = UINT64_MAX;

	if (s.p[at] == '&')
		end = bytes_find(bytes_clip(s, at, ENTITY_MOST), 0, BYTES_LIT(";"));
	return end == UINT64_MAX ? end : at + end;
}

/*
 * Text with its entities replaced, each of which is longer than what it stands for: what
 * is written stays behind what is read (n <= at), and the last code has four bytes of
 * room.
 */
static struct bytes
plain(struct macho *m, struct bytes s)
{
	uint8_t *out;
	size_t n = 0;

	if (s.n == 0 || memchr(s.p, '&', s.n) == NULL)
		return s;
	out = arena_alloc(m->parse->arena, s.n + 4);
	for (size_t at = 0; out != NULL && at < s.n; at++) {
		uint64_t end = entity_end(s, at);
		size_t used = end == UINT64_MAX
				  ? 0
				  : entity(bytes_sub(s, at + 1, end - at - 1), out + n);

		if (used == 0)
			out[n++] = s.p[at];
		else
			at = (size_t)end;
		n += used;
	}
	return (struct bytes){ out, out ? n : 0 };
}

static bool
is_blank(struct bytes s)
{
	for (size_t k = 0; k < s.n; k++)
		if (s.p[k] != ' ' && (s.p[k] < '\t' || s.p[k] > '\r'))
			return false;
	return true;
}

/* In an array each text counts once. */
static bool
is_known(struct plist *x, struct bytes s)
{
	for (size_t k = x->array_at; k < x->out.n; k++) {
		if (!macho_spend(x->m, 1 + (x->out.p[k].n == s.n ? s.n / 16 : 0)) ||
		    bytes_eq(x->out.p[k], s))
			return true;
	}
	return false;
}

static enum err
plist_text(struct plist *x, struct bytes raw)
{
	struct bytes s;

	if ((!x->key && x->arrays == 0) || raw.n == 0 || (!x->key && is_blank(raw)))
		return OK;
	s = plain(x->m, raw);
	if (s.p == NULL)
		return ERR_LIMIT;
	return x->arrays > 0 && is_known(x, s) ? OK : macho_list_add(x->m, &x->out, s);
}

/* A tag without its brackets: only keys and arrays count. */
static void
plist_tag(struct plist *x, struct bytes tag)
{
	bool closed = tag.n > 0 && tag.p[tag.n - 1] == '/';

	x->key = bytes_eq(tag, BYTES_LIT("key"));
	if (bytes_eq(tag, BYTES_LIT("array"))) {
		if (x->arrays++ == 0)
			x->array_at = x->out.n;
	} else if (bytes_eq(tag, BYTES_LIT("/array")) && x->arrays > 0 && !closed) {
		x->arrays--;
	}
}

/* Text, a tag, text, a tag ...; comments and declarations are tags of no use. */
static enum err
read_plist(struct macho *m, struct bytes xml, struct macho_list *out)
{
	struct plist x = { .m = m, .left = xml, .out = *out };
	enum err e = text_is_utf8(xml) ? OK : ERR_END;

	while (e == OK && x.left.n > 0 && macho_spend(m, 1)) {
		uint64_t open = bytes_find(x.left, 0, BYTES_LIT("<")), close;
		bool comment = bytes_eq(bytes_sub(x.left, open, 4), BYTES_LIT("<!--"));

		if (open == UINT64_MAX)
			break;
		close =
		    bytes_find(x.left, open, comment ? BYTES_LIT("-->") : BYTES_LIT(">"));
		if (close == UINT64_MAX)
			break;
		e = plist_text(&x, bytes_sub(x.left, 0, open));
		if (!comment)
			plist_tag(&x, bytes_sub(x.left, open + 1, close - open - 1));
		x.left = bytes_from(x.left, close + (comment ? 3 : 1));
	}
	*out = x.out;
	return e == ERR_END ? OK : e;
}

/* --- certificates --- */

/* X.690 8.1.3: a tag and a length. The length may be open: up to two zeros. */
static bool
ber_head(struct cur *c, uint8_t *tag, uint64_t *size)
{
	unsigned more;

	*tag = cur_u8(c);
	*size = cur_u8(c);
	if (*size <= INDEFINITE)
		return !c->bad && (*tag & 0x1f) != 0x1f;
	more = *size & 0x7f;
	for (*size = 0; more > 0 && *size <= UINT32_MAX && !c->bad; more--)
		*size = *size << 8 | cur_u8(c);
	return !c->bad && more == 0;
}

/*
 * The content of the next element, which must have this tag: its own end is not met, so
 * what reads on meets two zeros there, which are no element of any wanted tag. c->p[1] is
 * there: ber_head read it.
 */
static struct cur
ber_enter(struct cur *c, uint8_t wanted)
{
	struct cur head = *c;
	uint64_t size;
	uint8_t tag;

	if (c->bad || !ber_head(&head, &tag, &size) || tag != wanted)
		return (struct cur){ .bad = true };
	if (c->p[1] != INDEFINITE)
		head = cur_at(cur_take(&head, size), 0);
	return head;
}

/*
 * X.690 8.1.3.6: an element of open length ends with two zeros, behind elements of its
 * own. This recurses, depth deep at most: a stack is what an attacker would fill here.
 */
static void
ber_skip(struct cur *c, unsigned depth)
{
	bool open = cur_left(c) >= 2 && c->p[1] == INDEFINITE;
	uint64_t size;
	uint8_t tag;

	if (depth == 0 || !ber_head(c, &tag, &size)) {
		c->bad = true;
		return;
	}
	if (!open) {
		cur_take(c, size);
		return;
	}
	while (!c->bad && !(cur_left(c) >= 2 && c->p[0] == 0 && c->p[1] == 0))
		ber_skip(c, depth - 1);
	cur_take(c, 2);
}

static enum err
add_cert(struct macho *m, struct bytes der, struct macho_cert *out, size_t *n)
{
	struct arena *a = m->parse->arena;
	struct x509 x;
	enum err e;

	if (!macho_spend(m, 1 + der.n / 16))
		return ERR_LIMIT;
	e = x509_parse(der, a, &x);
	if (e == OK)
		out[(*n)++] = (struct macho_cert){ x509_listed(x.issuer, a),
			x509_listed(x.subject, a), bytes_eq(x.issuer, x.subject) };
	return e == ERR_LIMIT ? e : OK;
}

/* RFC 5652 5.1: ContentInfo, SignedData, and there the certificates. */
static enum err
read_certs(struct macho *m, struct bytes cms, struct macho_cert *out, size_t *n)
{
	struct cur c = cur_at(cms, 0);
	enum err e = OK;

	c = ber_enter(&c, DER_SEQUENCE);
	ber_skip(&c, BER_DEPTH); /* its type */
	c = ber_enter(&c, DER_EXPLICIT + 0);
	c = ber_enter(&c, DER_SEQUENCE);
	for (unsigned k = 0; k < 3; k++) /* version, digest algorithms, content */
		ber_skip(&c, BER_DEPTH);
	c = ber_enter(&c, DER_EXPLICIT + 0);
	while (e == OK && *n < CERTS_MOST && !c.bad && cur_left(&c) > 0) {
		struct cur start = c;

		ber_skip(&c, BER_DEPTH);
		if (!c.bad)
			e = add_cert(m,
			    (struct bytes){ start.p, (size_t)(c.p - start.p) }, out, n);
	}
	return e;
}

/* --- the signature --- */

static enum err
read_blob(struct macho *m, struct bytes b, struct macho_list *entitlements,
    struct macho_cert *certs, size_t *ncerts)
{
	CHECKED struct cur c = cur_at(b, 0);
	uint32_t magic = cur_be32(&c), size = cur_be32(&c);
	struct bytes body;

	if (!cur_ok(&c) || size < BLOB_HEAD)
		return OK;
	/* Any number of blobs may be the same bytes. */
	body = bytes_sub(b, BLOB_HEAD, size - BLOB_HEAD);
	if (!macho_spend(m, 1 + body.n / 16))
		return ERR_LIMIT;
	if (magic == ENTITLEMENTS)
		return read_plist(m, body, entitlements);
	return magic == CMS ? read_certs(m, body, certs, ncerts) : OK;
}

enum err
macho_read_signature(struct macho *m, struct macho_image *i)
{
	const struct macho_linkedit *where = &i->more.code_signature_data;
	struct bytes all =
	    where->dataoff == FACT_UNDEF
		? (struct bytes){ 0 }
		: bytes_sub(i->file, (uint64_t)where->dataoff, (uint64_t)where->datasize);
	struct cur c = cur_at(all, BLOB_HEAD);
	uint32_t n = cur_be32(&c);
	struct macho_list entitlements = { 0 };
	struct macho_cert *certs;
	size_t ncerts = 0;
	enum err e = OK;

	if (c.bad || n > cur_left(&c) / 8)
		return OK;
	if (n > BLOBS_MOST)
		return ERR_LIMIT;
	certs = ARENA_ARRAY(m->parse->arena, CERTS_MOST, struct macho_cert);
	if (certs == NULL)
		return ERR_LIMIT;
	for (; n > 0 && e == OK && macho_spend(m, 1); n--) {
		cur_take(&c, 4); /* its type, which its magic tells, too */
		e = read_blob(
		    m, bytes_from(all, cur_be32(&c)), &entitlements, certs, &ncerts);
	}
	i->more.entitlements =
	    (struct fact_array){ entitlements.p, (uint32_t)entitlements.n };
	i->more.certificates = (struct fact_array){ certs, (uint32_t)ncerts };
	return e;
}
