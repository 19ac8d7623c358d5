/* secret.c - see secret.h. */
#include "handover/secret.h"

#include "base/err.h"
#include "base/text.h"
#include "handover/secret_form.h"

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

static struct bytes
last_part(struct bytes name)
{
	size_t from = name.n;

	while (from > 0 && name.p[from - 1] != '/')
		from--;
	return bytes_from(name, from);
}

const char *
secret_name(struct bytes name)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (text_glob(names[i].pattern, last_part(name)))
			return names[i].what;
	return NULL;
}

/* Where a line NAME=value is meant for a program's eyes: elsewhere it is program text. */
static bool
holds_settings(struct bytes name)
{
	static const char *const patterns[] = { ".env", ".env.*", "*.env", ".envrc",
		".pypirc", ".my.cnf", ".npmrc", ".yarnrc*", ".s3cfg", "credentials" };

	for (size_t i = 0; i < COUNT(patterns); i++)
		if (text_glob(patterns[i], last_part(name)))
			return true;
	return false;
}

void
secret_begin(struct secret_scan *s, struct bytes name)
{
	s->found = NULL;
	s->at = s->base = 0;
	s->n = s->looked = s->narrow = 0;
	s->wide = SECRET_BYTES;
	s->settings = holds_settings(name);
}

/* --- by content ----------------------------------------------------------------- */

/*
 * What a secret begins with, and what must follow: a count of letters, or a function that
 * looks closer. The beginnings are cut in two so that this source is no finding.
 */
static const struct mark {
	const char *begin;
	enum secret_letters set;
	size_t n;
	bool (*closer)(struct secret_place s);
	const char *what;
} marks[] = {
	{ "-----BEGIN ", WORD, 0, secret_armour, "a private key" },
	{ "PRIVATE"
	  "+KEY+",
	    WORD, 0, secret_note_key, "a private key of signed notes" },
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
	{ "AKIA", UPPER, 16, secret_aws_id, "an access key of AWS" },
	{ "ASIA", UPPER, 16, secret_aws_id, "a temporary access key of AWS" },
	{ "aws_secret_access_key", WORD, 0, secret_aws, "a secret key of AWS" },
	{ "AWS_SECRET_ACCESS_KEY", WORD, 0, secret_aws, "a secret key of AWS" },
	{ "SecretAccessKey", WORD, 0, secret_aws, "a secret key of AWS" },
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
	{ "_auth=", WORD, 0, secret_npm, "a password of npm" },
	{ "_password=", WORD, 0, secret_npm, "a password of npm" },
	{ "://", WORD, 0, secret_url, "a URL with a password" },
	{ "machine ", WORD, 0, secret_netrc, "a stored password" },
	{ "\"auth\"", WORD, 0, secret_docker, "a stored password of Docker" },
	{ ":$", WORD, 0, secret_crypt, "a password hash" },
};

/* A token is no part of a longer word: else base64 would be full of them. */
static bool
stands_alone(struct bytes b, size_t at)
{
	return at == 0 || b.p[at - 1] == '=' || !secret_is_letter(BASE64, b.p[at - 1]) ||
	       !secret_is_letter(BASE64, b.p[at]);
}

/* What marks begin with: a bit for each two bytes, since most places end there. */
struct pairs {
	uint64_t bit[65536 / 64];
	uint16_t of[COUNT(marks)];
};

static void
pairs_of_marks(struct pairs *p)
{
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < COUNT(marks); i++) {
		p->of[i] = le16((const uint8_t *)marks[i].begin);
		p->bit[p->of[i] / 64] |= UINT64_C(1) << p->of[i] % 64;
	}
}

static const char *
mark_at(const struct pairs *p, struct bytes b, size_t at)
{
	uint16_t pair = le16(b.p + at);

	if (!(p->bit[pair / 64] >> pair % 64 & 1))
		return NULL;
	for (size_t i = 0; i < COUNT(marks); i++) {
		const struct mark *m = &marks[i];
		struct bytes begin = bytes_of(m->begin);

		if (p->of[i] != pair || !bytes_eq(bytes_sub(b, at, begin.n), begin) ||
		    !stands_alone(b, at))
			continue;
		if (m->closer ? m->closer((struct secret_place){ b, at, begin.n })
			      : secret_letters_at(b, at + begin.n, m->set, m->n))
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

/* --- UTF-16 --------------------------------------------------------------------- */

/* A mark at its beginning (RFC 2781), or sixteen letters of ASCII as it writes them. */
static enum secret_wide
width(struct bytes b)
{
	size_t low[2] = { 0 }, zero[2] = { 0 };

	if (bytes_eq(bytes_clip(b, 0, 2), BYTES_LIT("\xff\xfe")))
		return SECRET_LE;
	if (bytes_eq(bytes_clip(b, 0, 2), BYTES_LIT("\xfe\xff")))
		return SECRET_BE;
	for (size_t i = 0; i < 32 && i < b.n; i++) {
		low[i % 2] += (b.p[i] >= ' ' && b.p[i] <= '~') || b.p[i] == '\n' ||
			      b.p[i] == '\r' || b.p[i] == '\t';
		zero[i % 2] += b.p[i] == 0;
	}
	if (low[0] == 16 && zero[1] == 16)
		return SECRET_LE;
	return low[1] == 16 && zero[0] == 16 ? SECRET_BE : SECRET_BYTES;
}

/* What came since the last time, with a byte for each unit: all marks are ASCII. */
static void
make_narrow(struct secret_scan *s)
{
	size_t high = s->wide == SECRET_LE ? 1 : 0, to = s->narrow, from = s->narrow;

	for (; from + 1 < s->n; from += 2)
		s->hold[to++] =
		    s->hold[from + high] == 0 ? s->hold[from + 1 - high] : 0x80;
	s->narrow = to;
	if (from < s->n)
		s->hold[to++] = s->hold[from]; /* half of a unit */
	s->n = to;
}

/* --- all of it ------------------------------------------------------------------ */

/* What the file begins with, once so much is there. */
static void
look_at_head(struct secret_scan *s)
{
	struct bytes b = { s->hold, s->n };

	if (der_key(b))
		s->found = "a private key in DER";
	else if (pgp_key(b))
		s->found = "a private key of OpenPGP";
	else
		s->wide = width(b);
}

static bool
line_begins(const struct secret_scan *s, size_t i)
{
	return i == 0 ? s->base == 0 : s->hold[i - 1] == '\n';
}

/* Looks at every place of hold before stop that was not looked at before. */
static void
look_at_places(struct secret_scan *s, size_t stop)
{
	struct bytes b = { s->hold, s->n };
	struct pairs pairs;
	size_t i = s->looked;

	pairs_of_marks(&pairs);
	for (; s->found == NULL && i < stop && i + 1 < b.n; i++) {
		s->found = mark_at(&pairs, b, i);
		if (s->settings && s->found == NULL && line_begins(s, i) &&
		    secret_setting((struct secret_place){ b, i, 0 }))
			s->found = "a password or a token";
		if (s->found != NULL)
			s->at = (s->base + i) * (s->wide == SECRET_BYTES ? 1 : 2);
	}
	s->looked = i;
}

/* Looks at what is there, but for the last keep bytes. */
static void
look(struct secret_scan *s, size_t keep)
{
	if (s->base == 0 && s->looked == 0)
		look_at_head(s);
	if (s->wide != SECRET_BYTES)
		make_narrow(s);
	if (s->found == NULL && s->n > keep)
		look_at_places(s, s->n - keep);
}

/* Makes room: what was looked at goes, but for what may be looked back at. */
static void
forget(struct secret_scan *s)
{
	size_t gone = s->looked > SECRET_BACK ? s->looked - SECRET_BACK : 0;

	memmove(s->hold, s->hold + gone, s->n - gone);
	s->base += gone;
	s->n -= gone;
	s->looked -= gone;
	s->narrow -= s->wide == SECRET_BYTES ? 0 : gone;
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
			look(s, SECRET_REACH);
			forget(s);
		}
	}
}

void
secret_end(struct secret_scan *s)
{
	if (s->found == NULL)
		look(s, 0);
}
