/* url.c - see url.h. The grammar is the part of RFC 3986 that is needed. */
#include "fetch/url.h"

#include <stdlib.h>
#include <strings.h>

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_host_char(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '.' || c == '-';
}

static bool
is_v6_char(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
	       c == ':' || c == '.';
}

/* How many bytes from at on satisfy is. */
static size_t
span(struct bytes b, size_t at, bool (*is)(uint8_t c))
{
	size_t n = 0;

	while (at + n < b.n && is(b.p[at + n]))
		n++;
	return n;
}

static bool
starts(struct bytes b, const char *word)
{
	struct bytes w = bytes_of(word);

	return bytes_eq(bytes_sub(b, 0, w.n), w);
}

/* RFC 3986 3.2.3; 1 to 65535, without leading zeros. */
static enum err
get_port(struct bytes b, size_t *at, uint16_t *out)
{
	size_t n = span(b, *at, is_digit);
	uint32_t v = 0;

	if (n == 0 || n > 5 || b.p[*at] == '0')
		return ERR_FORMAT;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (b.p[*at + i] - '0');
	if (v > 65535)
		return ERR_FORMAT;
	*at += n;
	*out = (uint16_t)v;
	return OK;
}

static enum err
get_host(struct bytes b, size_t *at, struct url *u)
{
	u->v6 = *at < b.n && b.p[*at] == '[';
	*at += u->v6;

	size_t n = span(b, *at, u->v6 ? is_v6_char : is_host_char);

	u->host = bytes_sub(b, *at, n);
	*at += n;
	if (n == 0 || n > 253 || u->host.p[0] == '-')
		return ERR_FORMAT;
	if (!u->v6)
		return OK;
	return *at < b.n && b.p[(*at)++] == ']' ? OK : ERR_FORMAT;
}

enum err
url_parse(struct bytes text, struct url *out)
{
	struct url u = { .tls = starts(text, "https://") };
	size_t at = u.tls ? 8 : 7;

	if (text.n > URL_MAX || (!u.tls && !starts(text, "http://")))
		return ERR_FORMAT;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f || text.p[i] == '#' ||
		    text.p[i] == '\\' || text.p[i] == '"')
			return ERR_FORMAT;
	TRY(get_host(text, &at, &u));
	u.port = u.tls ? 443 : 80;
	if (at < text.n && text.p[at] == ':') {
		at++;
		TRY(get_port(text, &at, &u.port));
	}
	if (at < text.n && text.p[at] != '/')
		return ERR_FORMAT;
	u.path = bytes_from(text, at);
	*out = u;
	return OK;
}

bool
url_looks(const char *s)
{
	return strstr(s, "://") != NULL;
}

bool
url_same_host(const struct url *a, const struct url *b)
{
	return a->tls == b->tls && a->port == b->port && a->host.n == b->host.n &&
	       strncasecmp((const char *)a->host.p, (const char *)b->host.p, a->host.n) ==
		   0;
}

void
url_join(struct buf *out, const char *base, const char *name)
{
	size_t n = strcspn(base, "?");

	while (n > 0 && base[n - 1] == '/')
		n--;
	buf_put(out, base, n);
	buf_u8(out, '/');
	buf_str(out, name + (name[0] == '/'));
}
