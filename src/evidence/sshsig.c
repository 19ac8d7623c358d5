/* sshsig.c - see sshsig.h. PROTOCOL.sshsig is OpenSSH's description of the form. */
#include "evidence/sshsig.h"

#include "base/b64.h"

#define BEGIN   "-----BEGIN SSH SIGNATURE-----\n"
#define END     "-----END SSH SIGNATURE-----"
#define MAGIC   "SSHSIG"
#define KEYTYPE "ssh-ed25519"
#define COLUMNS 70 /* letters of base64 in a line, as ssh-keygen writes them */

/* --- making --------------------------------------------------------------------- */

static void
put_u32(struct buf *b, size_t v)
{
	uint8_t p[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
		(uint8_t)v };

	buf_put(b, p, sizeof(p));
}

/* RFC 4251 5: a string is its length and its bytes. */
static void
put_string(struct buf *b, struct bytes s)
{
	put_u32(b, s.n);
	buf_put(b, s.p, s.n);
}

/* The key type and then a key or a signature: RFC 8709 4 and 6. */
static void
put_typed(struct buf *b, struct bytes value)
{
	put_string(b, BYTES_LIT(KEYTYPE));
	put_string(b, value);
}

static void
put_key(struct buf *b, const uint8_t public[SIGN_PUBLIC])
{
	struct buf key = { 0 };

	put_typed(&key, (struct bytes){ public, SIGN_PUBLIC });
	put_string(b, buf_bytes(&key));
	buf_done(&key);
}

/* PROTOCOL.sshsig 3, what is signed: magic, namespace, reserved, hash, digest. */
static void
put_signed(struct buf *b, struct bytes namespace, enum hash_kind k, const uint8_t *digest)
{
	buf_str(b, MAGIC);
	put_string(b, namespace);
	put_string(b, (struct bytes){ 0 });
	put_string(b, k == HASH_SHA256 ? BYTES_LIT("sha256") : BYTES_LIT("sha512"));
	put_string(b, (struct bytes){ digest, hash_size(k) });
}

/* PROTOCOL.sshsig 2: the blob. */
static void
put_blob(struct buf *b, const struct sshsig *s)
{
	struct buf typed = { 0 };

	buf_str(b, MAGIC);
	put_u32(b, 1);
	put_key(b, s->public);
	put_string(b, (struct bytes){ s->namespace, s->namespace_n });
	put_string(b, (struct bytes){ 0 });
	put_string(b, s->hash == HASH_SHA256 ? BYTES_LIT("sha256") : BYTES_LIT("sha512"));
	put_typed(&typed, (struct bytes){ s->signature, SIGN_BYTES });
	put_string(b, buf_bytes(&typed));
	buf_done(&typed);
}

void
sshsig_print(const struct sshsig *s, struct buf *out)
{
	struct buf blob = { 0 }, text = { 0 };

	put_blob(&blob, s);
	b64_put(&text, buf_bytes(&blob));
	buf_str(out, BEGIN);
	for (size_t at = 0; at < text.n; at += COLUMNS) {
		struct bytes line = bytes_clip(buf_bytes(&text), at, COLUMNS);

		buf_put(out, line.p, line.n);
		buf_u8(out, '\n');
	}
	buf_str(out, END "\n");
	buf_done(&text);
	buf_done(&blob);
}

void
sshsig_make(const uint8_t seed[SIGN_SEED], const char *namespace,
    const uint8_t sha512[64], struct buf *out)
{
	struct bytes name = bytes_clip(bytes_of(namespace), 0, SSHSIG_NAMESPACE);
	struct sshsig s = { .namespace_n = name.n, .hash = HASH_SHA512 };
	struct buf signed_text = { 0 };

	memcpy(s.namespace, name.p, name.n);
	put_signed(&signed_text, name, HASH_SHA512, sha512);
	sign_make(seed, buf_bytes(&signed_text), s.signature);
	sign_public(seed, s.public);
	buf_done(&signed_text);
	sshsig_print(&s, out);
}

static void
put_public(const uint8_t public[SIGN_PUBLIC], struct buf *out)
{
	struct buf key = { 0 };

	put_typed(&key, (struct bytes){ public, SIGN_PUBLIC });
	buf_str(out, KEYTYPE " ");
	b64_put(out, buf_bytes(&key));
	buf_done(&key);
}

void
sshsig_public(const uint8_t public[SIGN_PUBLIC], const char *comment, struct buf *out)
{
	put_public(public, out);
	buf_printf(out, " %s\n", comment);
}

void
sshsig_signer(const uint8_t public[SIGN_PUBLIC], struct bytes name, const char *namespace,
    struct buf *out)
{
	buf_put(out, name.p, name.n);
	buf_printf(out, " namespaces=\"%s\" ", namespace);
	put_public(public, out);
	buf_u8(out, '\n');
}

/* --- reading -------------------------------------------------------------------- */

static struct bytes
get_string(struct cur *c)
{
	uint32_t n = cur_be32(c);

	return cur_take(c, n);
}

/* The key type and then just n bytes, and nothing behind. */
static bool
get_typed(struct bytes from, uint8_t *to, size_t n)
{
	struct cur c = cur_at(from, 0);
	struct bytes type = get_string(&c), value = get_string(&c);

	if (!cur_ok(&c) || cur_left(&c) > 0 || value.n != n ||
	    !bytes_eq(type, BYTES_LIT(KEYTYPE)))
		return false;
	memcpy(to, value.p, n);
	return true;
}

static const char *
parse_blob(struct bytes blob, struct sshsig *s)
{
	CHECKED struct cur c = cur_at(blob, 0);
	struct bytes magic = cur_take(&c, sizeof(MAGIC) - 1);
	uint32_t version = cur_be32(&c);
	struct bytes key = get_string(&c), namespace = get_string(&c);
	struct bytes reserved = get_string(&c), hash = get_string(&c);
	struct bytes sig = get_string(&c);

	(void)reserved; /* PROTOCOL.sshsig 2: to be passed over */
	if (!cur_ok(&c) || cur_left(&c) > 0 || !bytes_eq(magic, BYTES_LIT(MAGIC)))
		return "it is cut, or something else";
	if (version != 1)
		return "it is of another version than 1";
	if (!get_typed(key, s->public, SIGN_PUBLIC) ||
	    !get_typed(sig, s->signature, SIGN_BYTES))
		return "it is not of an Ed25519 key";
	if (namespace.n == 0 || namespace.n > SSHSIG_NAMESPACE)
		return "it has no namespace, or too long a one";
	memcpy(s->namespace, namespace.p, namespace.n);
	s->namespace_n = namespace.n;
	if (bytes_eq(hash, BYTES_LIT("sha256")))
		s->hash = HASH_SHA256;
	else if (bytes_eq(hash, BYTES_LIT("sha512")))
		s->hash = HASH_SHA512;
	else
		return "it is of another digest than SHA-256 and SHA-512";
	return NULL;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct bytes
trim(struct bytes t)
{
	while (t.n > 0 && is_blank(t.p[0]))
		t = bytes_from(t, 1);
	while (t.n > 0 && is_blank(t.p[t.n - 1]))
		t = bytes_clip(t, 0, t.n - 1);
	return t;
}

/* The letters between the two lines, without line ends. */
static const char *
unarmor(struct bytes text, struct buf *out)
{
	struct bytes t = trim(text), first = BYTES_LIT("-----BEGIN SSH SIGNATURE-----");
	struct bytes last = BYTES_LIT(END);

	if (t.n < first.n + last.n || !bytes_eq(bytes_clip(t, 0, first.n), first) ||
	    !bytes_eq(bytes_from(t, t.n - last.n), last))
		return "it does not stand between its BEGIN and END lines";
	t = bytes_sub(t, first.n, t.n - first.n - last.n);
	for (size_t i = 0; i < t.n; i++)
		if (!is_blank(t.p[i]))
			buf_u8(out, t.p[i]);
	return NULL;
}

static const char *
parse(struct bytes text, struct sshsig *s)
{
	struct buf letters = { 0 };
	uint8_t blob[SSHSIG_TEXT];
	const char *why =
	    text.n > SSHSIG_TEXT ? "it is too long" : unarmor(text, &letters);
	size_t n = 0;

	if (why == NULL && b64_get(buf_bytes(&letters), blob, sizeof(blob), &n) != OK)
		why = "it is no base64";
	buf_done(&letters);
	return why ? why : parse_blob((struct bytes){ blob, n }, s);
}

enum err
sshsig_parse(struct bytes text, struct sshsig *out, struct fault *f)
{
	struct sshsig s = { 0 };
	const char *why = parse(text, &s);

	if (why != NULL)
		return fault_set(f, FAULT_ENVELOPE, "this is no SSH signature: %s", why);
	*out = s;
	return OK;
}

enum err
sshsig_holds(const struct sshsig *s, const uint8_t public[SIGN_PUBLIC],
    const char *namespace, const uint8_t *digest, struct fault *f)
{
	struct bytes ns = { s->namespace, s->namespace_n };
	struct buf b = { 0 };
	bool ok;

	if (memcmp(s->public, public, SIGN_PUBLIC) != 0)
		return fault_set(
		    f, FAULT_SIGNATURE, "the SSH signature is of another key");
	if (!bytes_eq(ns, bytes_of(namespace)))
		return fault_set(f, FAULT_SIGNATURE,
		    "the SSH signature was made for '%s', not for '%s'", fault_quote(ns),
		    namespace);
	put_signed(&b, ns, s->hash, digest);
	ok =
	    sign_holds(public, buf_bytes(&b), (struct bytes){ s->signature, SIGN_BYTES });
	buf_done(&b);
	return ok ? OK
		  : fault_set(f, FAULT_SIGNATURE,
			"the SSH signature does not hold: the file was changed");
}
