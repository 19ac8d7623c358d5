/* secret_value.c - see secret_value.h. */
#include "handover/secret_value.h"

#include "base/err.h"

#define LOOKED_AT 256 /* bytes of a value: enough to tell */

/* clang-format off */

/* All that is left of a value when digits and signs are taken away. */
static const char *const words[] = {
	"admin", "adminpass", "bar", "baz", "correcthorsebatterystaple", "credential", "credentials",
	"default", "empty", "false", "foo", "foobar", "guest", "hidden", "hunter", "key", "login", "me",
	"mypass", "mypassword", "mypasswd", "mysecret", "mytoken", "name", "nobody", "none", "null", "pass",
	"passwd", "password", "passwort", "passphrase", "postgres", "proxypass", "proxypassword", "pw", "pwd", "root", "secret",
	"secretkey", "secretpassword", "secrettoken", "string", "supersecret", "test", "testing", "testpass",
	"testpassword", "thepassword", "token", "topsecret", "true", "undefined", "user", "username",
	"userpass", "userpassword", "value",
};

/* And what makes a placeholder of whatever it is a part of. */
static const char *const parts[] = {
	"changeme", "change_me", "change-me", "dummy", "example", "fake", "insert", "placeholder", "redacted",
	"replace", "sample", "todo", "xxxx", "your", "....", "****", "----", "____", "${", "$(", "{{", "%(", "{self",
	"<", "@@",
};
/* clang-format on */

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool
one_of_words(struct bytes letters)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_eq(letters, bytes_of(words[i])))
			return true;
	return false;
}

static bool
has_part(struct bytes text)
{
	for (size_t i = 0; i < COUNT(parts); i++)
		if (bytes_find(text, 0, bytes_of(parts[i])) != UINT64_MAX)
			return true;
	return false;
}

/* "1234", "abcdef", "aaaa": each letter the one before, or the next in a short row. */
static bool
is_row(struct bytes text)
{
	if (text.n > 10 && text.p[0] != text.p[text.n - 1])
		return false;
	for (size_t i = 1; i < text.n; i++) {
		uint8_t step = (uint8_t)(text.p[i] - text.p[i - 1]);

		if (step > 1 && !(text.p[i] == '0' && text.p[i - 1] == '9'))
			return false;
	}
	return true;
}

static bool
is_placeholder(struct bytes value)
{
	uint8_t text[LOOKED_AT], letters[LOOKED_AT];
	size_t n = value.n < LOOKED_AT ? value.n : LOOKED_AT, k = 0;

	for (size_t i = 0; i < n; i++) {
		text[i] = lower(value.p[i]);
		if (text[i] >= 'a' && text[i] <= 'z')
			letters[k++] = text[i];
	}
	return value.p[0] == '$' || value.p[0] == '%' ||
	       has_part((struct bytes){ text, n }) || is_row((struct bytes){ text, n }) ||
	       one_of_words((struct bytes){ letters, k });
}

bool
secret_value(struct bytes value, size_t least)
{
	return value.n > 0 && value.n >= least && !is_placeholder(value);
}

static bool
ends_in(struct bytes host, const char *end)
{
	size_t n = strlen(end);

	return host.n >= n && bytes_eq(bytes_from(host, host.n - n), bytes_of(end)) &&
	       (host.n == n || host.p[host.n - n - 1] == '.');
}

bool
secret_host_is_example(struct bytes host)
{
	static const char *const ends[] = { "example", "example.com", "example.net",
		"example.org", "test", "invalid", "host", "hostname", "server", "domain",
		"foo", "bar", "foo.com", "bar.com", "host.com", "domain.com",
		"site.com" };

	for (size_t i = 0; i < COUNT(ends); i++)
		if (ends_in(host, ends[i]))
			return true;
	return false;
}
