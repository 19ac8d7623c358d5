/* secret.c - see secret.h. */
#include "handover/secret.h"

#include "base/err.h"
#include "base/text.h"

/* --- by name -------------------------------------------------------------------- */

static const struct {
	const char *pattern, *what;
} names[] = {
	{ ".git-credentials", "git's stored passwords" },
	{ ".netrc", "stored passwords" },
	{ "_netrc", "stored passwords" },
	{ ".pgpass", "stored passwords" },
	{ ".htpasswd", "password hashes" },
	{ "id_rsa", "a private key of SSH" },
	{ "id_dsa", "a private key of SSH" },
	{ "id_ecdsa", "a private key of SSH" },
	{ "id_ed25519", "a private key of SSH" },
	{ "*.p12", "a store of private keys" },
	{ "*.pfx", "a store of private keys" },
	{ "*.jks", "a store of private keys" },
	{ "*.keystore", "a store of private keys" },
	{ "*.kdbx", "a store of passwords" },
	{ "*.ppk", "a private key of PuTTY" },
	{ "secring.gpg", "private keys of GnuPG" },
};

const char *
secret_name(struct bytes name)
{
	size_t from = name.n;

	while (from > 0 && name.p[from - 1] != '/')
		from--;
	for (size_t i = 0; i < COUNT(names); i++)
		if (text_glob(names[i].pattern, bytes_from(name, from)))
			return names[i].what;
	return NULL;
}

/* --- by content ----------------------------------------------------------------- */

enum letters {
	WORD,   /* letters, digits, _ and - */
	BASE64, /* letters, digits, + / and = */
	UPPER,  /* capitals and digits */
};

static bool
is_letter(enum letters set, uint8_t c)
{
	bool upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';

	if (upper || digit)
		return true;
	if (set == UPPER)
		return false;
	if (c >= 'a' && c <= 'z')
		return true;
	return set == WORD ? c == '_' || c == '-' : c == '+' || c == '/' || c == '=';
}

/* At least n letters of the set, from off on? */
static bool
letters_at(struct bytes b, size_t off, enum letters set, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (off + i >= b.n || !is_letter(set, b.p[off + i]))
			return false;
	return true;
}

/* The end of a line, as such or as it stands in a string of a program. */
static size_t
line_end(struct bytes b, size_t at)
{
	while (at < b.n && (b.p[at] == '\r' || b.p[at] == '\n'))
		at++;
	if (at + 1 < b.n && b.p[at] == '\\' && b.p[at + 1] == 'n')
		at += 2;
	return at;
}

/*
 * "-----BEGIN EC PRIVATE KEY-----", and a line of base64 behind it (RFC 7468), or the
 * headers that older forms have. The words alone stand in many programs.
 */
static bool
armour(struct bytes b, size_t off)
{
	uint64_t mark =
	    bytes_find(bytes_clip(b, 0, off + 40), off, BYTES_LIT("PRIVATE KEY"));
	size_t at;

	if (mark == UINT64_MAX)
		return false;
	at = (size_t)mark + strlen("PRIVATE KEY");
	if (bytes_eq(bytes_sub(b, at, 6), BYTES_LIT(" BLOCK")))
		at += 6;
	if (!bytes_eq(bytes_sub(b, at, 5), BYTES_LIT("-----")))
		return false;
	at = line_end(b, at + 5);
	if (bytes_eq(bytes_sub(b, at, 10), BYTES_LIT("Proc-Type:")) ||
	    bytes_eq(bytes_sub(b, at, 8), BYTES_LIT("Version:")) ||
	    bytes_eq(bytes_sub(b, at, 8), BYTES_LIT("Comment:")))
		return true;
	return letters_at(b, at, BASE64, 24);
}

/* PRIVATE+KEY+name+0123abcd+base64: a signed note's key, as candor's are. */
static bool
note_key(struct bytes b, size_t off)
{
	size_t at = off;

	while (at < b.n && at < off + 256 && b.p[at] > ' ' && b.p[at] != '+')
		at++;
	if (at >= b.n || b.p[at] != '+')
		return false;
	for (size_t i = 1; i <= 8; i++)
		if (at + i >= b.n || text_hex(b.p[at + i]) < 0)
			return false;
	return at + 9 < b.n && b.p[at + 9] == '+' && letters_at(b, at + 10, BASE64, 44);
}

/* A URL with a name and a password in it, in a file where git keeps such. */
static bool
stored_url(struct bytes b, size_t off)
{
	size_t colon = 0;

	for (size_t at = off; at < b.n && at < off + 200 && b.p[at] > ' '; at++) {
		if (b.p[at] == '@')
			return colon > 0 && at - colon > 16;
		if (b.p[at] == '/' || b.p[at] == '"' || b.p[at] == '\'' ||
		    b.p[at] == '<' || b.p[at] == '$' || b.p[at] == '{')
			return false;
		if (b.p[at] == ':' && colon == 0)
			colon = at;
	}
	return false;
}

/*
 * What a secret begins with, and what must follow: a count of letters, or a function that
 * looks closer. The beginnings are cut in two so that this source is no finding.
 */
static const struct mark {
	const char *begin;
	enum letters set;
	size_t n;
	bool (*closer)(struct bytes b, size_t off);
	const char *what;
} marks[] = {
	{ "-----BEGIN ", WORD, 0, armour, "a private key" },
	{ "PRIVATE"
	  "+KEY+",
	    WORD, 0, note_key, "a private key of signed notes" },
	{ "PuTTY-User-Key"
	  "-File-",
	    WORD, 1, NULL, "a private key of PuTTY" },
	{ "AGE-SECRET"
	  "-KEY-1",
	    UPPER, 50, NULL, "a private key of age" },
	{ "untrusted comment: minisign"
	  " encrypted secret key",
	    WORD, 0, NULL, "a private key of minisign" },
	{ "untrusted comment: signify"
	  " secret key",
	    WORD, 0, NULL, "a private key of signify" },
	{ "AKIA", UPPER, 16, NULL, "an access key of AWS" },
	{ "ASIA", UPPER, 16, NULL, "a temporary access key of AWS" },
	{ "hf_", WORD, 34, NULL, "a token of Hugging Face" },
	{ "sk-"
	  "proj-",
	    WORD, 40, NULL, "a key of OpenAI" },
	{ "AIza", WORD, 35, NULL, "an API key of Google" },
	{ "ghp_", WORD, 36, NULL, "a token of GitHub" },
	{ "gho_", WORD, 36, NULL, "a token of GitHub" },
	{ "ghs_", WORD, 36, NULL, "a token of GitHub" },
	{ "ghu_", WORD, 36, NULL, "a token of GitHub" },
	{ "ghr_", WORD, 36, NULL, "a token of GitHub" },
	{ "github_pat_", WORD, 40, NULL, "a token of GitHub" },
	{ "glpat-", WORD, 20, NULL, "a token of GitLab" },
	{ "xoxb-", WORD, 24, NULL, "a token of Slack" },
	{ "xoxp-", WORD, 24, NULL, "a token of Slack" },
	{ "npm_", WORD, 36, NULL, "a token of npm" },
	{ "pypi-AgEI", WORD, 50, NULL, "a token of PyPI" },
	{ "sk_live_", WORD, 24, NULL, "a key of Stripe" },
	{ "dckr_pat_", WORD, 20, NULL, "a token of Docker" },
	{ "_authToken=", WORD, 16, NULL, "a token of npm" },
	{ "https://", WORD, 0, stored_url, "a URL with a password" },
};

/* A token is no part of a longer word: else base64 would be full of them. */
static bool
stands_alone(struct bytes b, size_t at)
{
	return at == 0 || b.p[at - 1] == '=' || !is_letter(BASE64, b.p[at - 1]) ||
	       !is_letter(BASE64, b.p[at]);
}

static const char *
mark_at(struct bytes b, size_t at)
{
	for (size_t i = 0; i < COUNT(marks); i++) {
		const struct mark *m = &marks[i];
		struct bytes begin = bytes_of(m->begin);

		if (!bytes_eq(bytes_sub(b, at, begin.n), begin) || !stands_alone(b, at))
			continue;
		if (m->closer ? m->closer(b, at + begin.n)
			      : letters_at(b, at + begin.n, m->set, m->n))
			return m->what;
	}
	return NULL;
}

/* ECPrivateKey (RFC 5915): version 1, then the key itself, of 32, 48 or 66 bytes. */
static bool
sec1_key(struct bytes b, size_t at)
{
	static const uint8_t head[] = { 0x02, 0x01, 0x01, 0x04 };
	struct bytes n = bytes_sub(b, at + 4, 1);

	return bytes_eq(bytes_sub(b, at, 4), (struct bytes){ head, 4 }) && n.p != NULL &&
	       (n.p[0] == 32 || n.p[0] == 48 || n.p[0] == 66);
}

/*
 * A secret-key packet (RFC 9580, 5.5.3), which is the first of an exported key: tag 5 in
 * the old or the new form, its length, version 4, four bytes of time, an algorithm.
 */
static bool
pgp_key(struct bytes b)
{
	static const uint8_t known[] = { 1, 16, 17, 19, 22, 25, 27 };
	size_t at;

	if (b.n < 12)
		return false;
	if (b.p[0] == 0xc5)
		at = b.p[1] < 192 ? 2 : 3;
	else if (b.p[0] == 0x94 || b.p[0] == 0x95)
		at = b.p[0] == 0x94 ? 2 : 3;
	else
		return false;
	return b.p[at] == 4 && memchr(known, b.p[at + 5], sizeof(known)) != NULL;
}

/* PrivateKeyInfo (RFC 5208) and RSAPrivateKey (RFC 8017) in DER, which have no armour. */
static bool
der_key(struct bytes b)
{
	static const uint8_t version[] = { 0x02, 0x01, 0x00 };
	static const uint8_t rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86 };
	static const uint8_t ed[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65 };
	static const uint8_t ec[] = { 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce };

	if (b.n < 16 || b.p[0] != 0x30)
		return false;

	size_t at = b.p[1] == 0x82 ? 4 : b.p[1] == 0x81 ? 3 : 2;
	struct bytes next = bytes_sub(b, at + 3, 8);

	if (sec1_key(b, at))
		return true;
	if (!bytes_eq(bytes_sub(b, at, 3), (struct bytes){ version, 3 }))
		return false;
	return bytes_eq(bytes_clip(next, 0, 6), (struct bytes){ ed, 6 }) ||
	       bytes_eq(next, (struct bytes){ rsa, 8 }) ||
	       bytes_eq(next, (struct bytes){ ec, 8 }) ||
	       (b.p[1] == 0x82 && next.p != NULL && next.p[0] == 0x02 &&
		   next.p[1] == 0x82); /* a modulus: a version of 0 is of a private key */
}

/* One bit for each two bytes that a mark may begin with: most places end here. */
struct pairs {
	uint64_t bit[65536 / 64];
};

static void
pairs_of_marks(struct pairs *p)
{
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < COUNT(marks); i++) {
		uint16_t pair = le16((const uint8_t *)marks[i].begin);

		p->bit[pair / 64] |= UINT64_C(1) << pair % 64;
	}
}

/* Looks at every place of hold before stop that was not looked at before. */
static void
look(struct secret_scan *s, size_t stop)
{
	struct bytes b = { s->hold, s->n };
	struct pairs pairs;
	size_t i = s->looked;

	if (s->base == 0 && i == 0 && der_key(b))
		s->found = "a private key in DER";
	else if (s->base == 0 && i == 0 && pgp_key(b))
		s->found = "a private key of OpenPGP";
	pairs_of_marks(&pairs);
	for (; s->found == NULL && i < stop && i + 1 < b.n; i++) {
		uint16_t pair = le16(b.p + i);

		if (!(pairs.bit[pair / 64] >> pair % 64 & 1))
			continue;
		s->found = mark_at(b, i);
		s->at = s->base + i;
	}
	s->looked = i;
}

/* Makes room: what was looked at goes, but for the byte before the next place. */
static void
forget(struct secret_scan *s)
{
	size_t gone = s->looked > 0 ? s->looked - 1 : 0;

	memmove(s->hold, s->hold + gone, s->n - gone);
	s->base += gone;
	s->n -= gone;
	s->looked -= gone;
}

void
secret_feed(struct secret_scan *s, struct bytes piece)
{
	while (piece.n > 0 && s->found == NULL) {
		size_t room = sizeof(s->hold) - s->n;
		size_t n = piece.n < room ? piece.n : room;

		memcpy(s->hold + s->n, piece.p, n);
		s->n += n;
		piece = bytes_from(piece, n);
		if (s->n == sizeof(s->hold)) {
			look(s, s->n - SECRET_REACH);
			forget(s);
		}
	}
}

void
secret_end(struct secret_scan *s)
{
	if (s->found == NULL)
		look(s, s->n);
}
