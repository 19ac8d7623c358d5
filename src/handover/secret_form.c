/* secret_form.c - see secret_form.h. */
#include "handover/secret_form.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/text.h"
#include "handover/secret_value.h"

/* --- letters -------------------------------------------------------------------- */

bool
secret_is_letter(enum secret_letters set, uint8_t c)
{
	static const char *const more[] = { "_-", "+/=", "", "./$=," };
	bool upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';

	if (upper || digit)
		return true;
	if (c >= 'a' && c <= 'z')
		return set != UPPER;
	return c != '\0' && strchr(more[set], c) != NULL;
}

bool
secret_letters_at(struct bytes b, size_t off, enum secret_letters set, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (off + i >= b.n || !secret_is_letter(set, b.p[off + i]))
			return false;
	return true;
}

/* As many as there are, up to most. */
static struct bytes
letters_from(struct bytes b, size_t off, enum secret_letters set, size_t most)
{
	size_t n = 0;

	while (n < most && off + n < b.n && secret_is_letter(set, b.p[off + n]))
		n++;
	return bytes_clip(b, off, n);
}

/* Up to a blank, a quote or the end of the line. */
static struct bytes
word_from(struct bytes b, size_t off, size_t most)
{
	size_t n = 0;

	while (n < most && off + n < b.n && b.p[off + n] > ' ' && b.p[off + n] != '"' &&
	       b.p[off + n] != '\'' && b.p[off + n] != 0x7f)
		n++;
	return bytes_clip(b, off, n);
}

/* Past the blanks, quotes and signs that stand between a name and its value. */
static size_t
to_value(struct bytes b, size_t at)
{
	for (size_t i = 0; i < 16 && at < b.n && b.p[at] != '\0' &&
			   strchr(" \t\"':=>,", b.p[at]) != NULL;
	     i++)
		at++;
	return at;
}

/* --- keys ----------------------------------------------------------------------- */

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
bool
secret_armour(struct secret_place s)
{
	size_t off = s.at + s.n, at;
	struct bytes b = s.b;
	uint64_t mark =
	    bytes_find(bytes_clip(b, 0, off + 40), off, BYTES_LIT("PRIVATE KEY"));

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
	return secret_letters_at(b, at, BASE64, 24);
}

/* PRIVATE+KEY+name+0123abcd+base64 */
bool
secret_note_key(struct secret_place s)
{
	size_t off = s.at + s.n, at = off;
	struct bytes b = s.b;

	while (at < b.n && at < off + 256 && b.p[at] > ' ' && b.p[at] != '+')
		at++;
	if (at >= b.n || b.p[at] != '+')
		return false;
	for (size_t i = 1; i <= 8; i++)
		if (at + i >= b.n || text_hex(b.p[at + i]) < 0)
			return false;
	return at + 9 < b.n && b.p[at + 9] == '+' &&
	       secret_letters_at(b, at + 10, BASE64, 44);
}

/* --- passwords ------------------------------------------------------------------ */

/* What RFC 3986 allows in the name and password of an authority, as it is. */
static size_t
userinfo(struct bytes b, size_t at, size_t most)
{
	size_t n = 0;

	while (n < most && at + n < b.n && b.p[at + n] != '\0' &&
	       (secret_is_letter(WORD, b.p[at + n]) ||
		   strchr(".~!&+=%^", b.p[at + n]) != NULL))
		n++;
	return n;
}

static struct bytes
host_at(struct bytes b, size_t at)
{
	size_t n = 0;

	while (n < 253 && at + n < b.n &&
	       (secret_is_letter(WORD, b.p[at + n]) || b.p[at + n] == '.'))
		n++;
	while (n > 0 && b.p[at + n - 1] == '.')
		n--;
	return bytes_clip(b, at, n);
}

/* scheme://name:password@host; the name may be empty. Long ones are generated. */
bool
secret_url(struct secret_place s)
{
	size_t name = s.at + s.n, colon, at;
	struct bytes b = s.b, user, value, host;

	if (s.at == 0 || !secret_is_letter(WORD, b.p[s.at - 1]))
		return false;
	colon = name + userinfo(b, name, 64);
	if (colon >= b.n || b.p[colon] != ':')
		return false;
	at = colon + 1 + userinfo(b, colon + 1, 128);
	if (at >= b.n || b.p[at] != '@')
		return false;
	user = bytes_clip(b, name, colon - name);
	value = bytes_clip(b, colon + 1, at - colon - 1);
	host = host_at(b, at + 1);
	return host.n > 1 && secret_value(value, 6) && !bytes_eq(value, user) &&
	       (value.n > 16 || !secret_host_is_example(host));
}

/* 40 letters of base64, no more and no fewer. */
bool
secret_aws(struct secret_place s)
{
	size_t at = to_value(s.b, s.at + s.n);
	struct bytes value = letters_from(s.b, at, BASE64, 41);

	return at > s.at + s.n && value.n == 40 && secret_value(value, 40);
}

bool
secret_aws_id(struct secret_place s)
{
	struct bytes value = letters_from(s.b, s.at + s.n, UPPER, 17);

	return value.n >= 16 && secret_value(value, 16);
}

/* machine HOST login NAME password VALUE, in any order behind the host, on any lines. */
bool
secret_netrc(struct secret_place s)
{
	size_t at = s.at + s.n, end = at + 256 < s.b.n ? at + 256 : s.b.n;
	struct bytes host = host_at(s.b, at), word = { 0 };

	if (host.n == 0 || secret_host_is_example(host) ||
	    (s.at > 0 && secret_is_letter(WORD, s.b.p[s.at - 1])) ||
	    (s.at > 1 && s.b.p[s.at - 1] == ' ' && s.b.p[s.at - 2] != '\n'))
		return false;
	at += host.n;
	for (size_t pairs = 0; pairs < 3; pairs++) {
		bool password;

		while (
		    at < end && (s.b.p[at] == ' ' || (s.b.p[at] >= 9 && s.b.p[at] <= 13)))
			at++;
		word = word_from(s.b, at, 16);
		password = bytes_eq(word, BYTES_LIT("password"));
		if (!password && !bytes_eq(word, BYTES_LIT("login")) &&
		    !bytes_eq(word, BYTES_LIT("account")))
			return false;
		at = to_value(s.b, at + word.n);
		word = word_from(s.b, at, 128);
		if (password)
			return secret_value(word, 6);
		at += word.n;
	}
	return false;
}

/* base64 of name:password. */
static bool
is_basic(struct bytes text)
{
	uint8_t plain[192];
	uint64_t colon;
	struct bytes p;
	size_t n;

	if (b64_get(text, plain, sizeof(plain), &n) != OK)
		return false;
	p = (struct bytes){ plain, n };
	colon = bytes_find(p, 0, BYTES_LIT(":"));
	for (size_t i = 0; i < n; i++)
		if (plain[i] < ' ' || plain[i] > '~')
			return false;
	return colon > 0 && colon < n && secret_value(bytes_from(p, colon + 1), 6) &&
	       !bytes_eq(bytes_clip(p, 0, colon), bytes_from(p, colon + 1));
}

bool
secret_docker(struct secret_place s)
{
	size_t at = to_value(s.b, s.at + s.n);

	return at >= s.at + s.n + 2 && is_basic(letters_from(s.b, at, BASE64, 256));
}

/* "//registry/:_auth=" or at the beginning of a line. */
bool
secret_npm(struct secret_place s)
{
	struct bytes value;
	size_t at = s.at + s.n;

	if (s.at > 0 && s.b.p[s.at - 1] != ':' && s.b.p[s.at - 1] != '\n')
		return false;
	if (at < s.b.n && s.b.p[at] == '"')
		at++;
	value = letters_from(s.b, at, BASE64, 256);
	return secret_value(value, 8) && value.n % 4 == 0 &&
	       (is_basic(value) || s.b.p[s.at + 1] == 'p');
}

/* Where the line of at begins, as far as is looked back; at: it begins farther off. */
static size_t
line_begin(struct bytes b, size_t at)
{
	size_t from = at;

	while (from > 0 && at - from < SECRET_BACK && b.p[from - 1] != '\n')
		from--;
	return from == 0 || b.p[from - 1] == '\n' ? from : at;
}

/*
 * name:$id$salt$hash, where the hash is one of crypt(5) or Apache's. The shortest are 22
 * letters behind a salt. Test vectors of crypt itself stand behind no name.
 */
bool
secret_crypt(struct secret_place s)
{
	static const char *const ids[] = { "1$", "2a$", "2b$", "2y$", "5$", "6$", "7$",
		"y$", "gy$", "apr1$" };
	size_t from = line_begin(s.b, s.at), at = s.at + s.n;
	struct bytes name = bytes_clip(s.b, from, s.at - from);

	if (name.n == 0 || userinfo(name, 0, name.n) < name.n)
		return false;
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct bytes id = bytes_of(ids[i]), hash;

		if (!bytes_eq(bytes_sub(s.b, at, id.n), id))
			continue;
		hash = letters_from(s.b, at + id.n, HASH, 200);
		return hash.n >= 24 && secret_value(hash, 24);
	}
	return false;
}

/* --- settings ------------------------------------------------------------------- */

static bool
ends_in(struct bytes name, const char *end)
{
	size_t n = strlen(end);

	if (name.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((name.p[name.n - n + i] & 0xdf) != (uint8_t)end[i])
			return false;
	/* a part of its own: MONKEY is no key */
	return name.n == n || !secret_is_letter(BASE64, name.p[name.n - n - 1]);
}

/* Bytes that a value of that name has at least; 0: it is no name of a secret. */
static size_t
least_of(struct bytes name)
{
	static const struct {
		const char *end;
		size_t least;
	} ends[] = { { "PASSWORD", 6 }, { "PASSWD", 6 }, { "PASSPHRASE", 6 },
		{ "PASS", 6 }, { "PWD", 6 }, { "SECRET", 8 }, { "TOKEN", 12 },
		{ "KEY", 16 }, { "CREDENTIALS", 8 } };

	for (size_t i = 0; i < COUNT(ends); i++)
		if (ends_in(name, ends[i].end))
			return ends[i].least;
	return 0;
}

bool
secret_setting(struct secret_place s)
{
	struct bytes b = s.b, name, value;
	size_t at = s.at, least;

	if (bytes_eq(bytes_sub(b, at, 7), BYTES_LIT("export ")))
		at += 7;
	name = letters_from(b, at, WORD, 100);
	least = least_of(name);
	at += name.n;
	while (at < b.n && (b.p[at] == ' ' || b.p[at] == '\t'))
		at++;
	if (least == 0 || at >= b.n || (b.p[at] != '=' && b.p[at] != ':'))
		return false;
	for (at++; at < b.n && (b.p[at] == ' ' || b.p[at] == '\t' || b.p[at] == '"' ||
				   b.p[at] == '\'');)
		at++;
	value = word_from(b, at, 256);
	/* a path leads to a secret, and is none; nor is a URL */
	return secret_value(value, least) && value.p[0] != '/' && value.p[0] != '.' &&
	       bytes_find(value, 0, BYTES_LIT("://")) == UINT64_MAX;
}
