/* resolve.c - see resolve.h. */
#include "net/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <strings.h>

#include "fetch/url.h"

#define SCHEME        "http://"
#define LINE_MAX_SEEN 290

const struct resolve_host *
resolve_find(const struct resolve *r, struct bytes name, uint16_t port)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct resolve_host *h = &r->host[i];

		if (h->port == port && strlen(h->name) == name.n &&
		    strncasecmp(h->name, (const char *)name.p, name.n) == 0)
			return h;
	}
	return NULL;
}

/*
 * A line is what stands between "http://" and the path of a URL, so it is read as one:
 * the list and the requests cannot differ in what a host is. LINE_MAX_SEEN is more than
 * the longest host with brackets and port takes (2 + 253 + 6), so a line that is cut
 * there ends in something else than a port and is refused.
 */
static enum err
add_host(struct resolve *r, struct bytes line)
{
	uint8_t text[sizeof(SCHEME) + LINE_MAX_SEEN];
	struct bytes seen = bytes_clip(line, 0, LINE_MAX_SEEN);
	size_t head = sizeof(SCHEME) - 1;
	struct url u;

	memcpy(text, SCHEME, head);
	memcpy(text + head, seen.p, seen.n);
	if (url_parse((struct bytes){ text, head + seen.n }, &u) != OK || u.path.n > 0 ||
	    u.host.n >= sizeof(r->host[0].name))
		return ERR_PROTO;
	if (resolve_find(r, u.host, u.port) != NULL)
		return OK;
	if (r->n == RESOLVE_HOSTS_MAX)
		return ERR_PROTO;

	struct resolve_host *h = &r->host[r->n++];

	memcpy(h->name, u.host.p, u.host.n);
	h->v6 = u.v6;
	h->port = u.port;
	return OK;
}

enum err
resolve_hosts(struct resolve *r, struct bytes lines)
{
	for (size_t at = 0; at < lines.n;) {
		uint64_t nl = bytes_find(lines, at, BYTES_LIT("\n"));

		if (nl == UINT64_MAX)
			return ERR_PROTO;
		TRY(add_host(r, bytes_sub(lines, at, nl - at)));
		at = (size_t)nl + 1;
	}
	return OK;
}

/*
 * The bound is the array's: further ones are left out, as eight are enough to find one
 * that answers.
 */
static void
add_address(struct resolve_host *h, const struct sockaddr *a)
{
	struct sockaddr_storage *s = &h->addr[h->naddrs];
	size_t size = a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					       : sizeof(struct sockaddr_in);

	if (h->naddrs == RESOLVE_ADDRS_MAX ||
	    (a->sa_family != AF_INET && a->sa_family != AF_INET6))
		return;
	memcpy(s, a, size);
	/* sin_port and sin6_port lie at the same place */
	((struct sockaddr_in *)(void *)s)->sin_port = htons(h->port);
	h->naddrs++;
}

static void
look_up(struct resolve_host *h)
{
	const struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct addrinfo *all = NULL;

	/* an address needs no name server, nor its files */
	if (!h->v6 && inet_pton(AF_INET, h->name, &in.sin_addr) == 1)
		add_address(h, (const struct sockaddr *)(const void *)&in);
	else if (h->v6 && inet_pton(AF_INET6, h->name, &in6.sin6_addr) == 1)
		add_address(h, (const struct sockaddr *)(const void *)&in6);
	else if (!h->v6 && getaddrinfo(h->name, NULL, &hints, &all) == 0) {
		for (const struct addrinfo *a = all; a != NULL; a = a->ai_next)
			add_address(h, a->ai_addr);
		freeaddrinfo(all);
	}
}

/*
 * curl's form has colons between its parts, so addresses of IPv6 need brackets, and the
 * name does. sizeof(text) + 4: the longest address with brackets, a comma and the NUL;
 * where that does not fit any more the rest is left out.
 */
static void
write_entry(struct resolve_host *h)
{
	size_t n = (size_t)snprintf(h->entry, sizeof(h->entry),
	    "%s%s%s:%u:", h->v6 ? "[" : "", h->name, h->v6 ? "]" : "", h->port);

	for (size_t i = 0; i < h->naddrs; i++) {
		char text[INET6_ADDRSTRLEN] = "";
		const struct sockaddr_storage *s = &h->addr[i];
		bool v6 = s->ss_family == AF_INET6;

		inet_ntop(s->ss_family,
		    v6 ? (const void *)&((const struct sockaddr_in6 *)s)->sin6_addr
		       : (const void *)&((const struct sockaddr_in *)s)->sin_addr,
		    text, sizeof(text));
		if (n + sizeof(text) + 4 < sizeof(h->entry))
			n += (size_t)snprintf(h->entry + n, sizeof(h->entry) - n,
			    v6 ? "%s[%s]" : "%s%s", i ? "," : "", text);
	}
}

void
resolve_all(struct resolve *r)
{
	for (size_t i = 0; i < r->n; i++) {
		look_up(&r->host[i]);
		write_entry(&r->host[i]);
	}
}

static bool
same_address(const struct sockaddr_storage *s, const struct sockaddr *a, size_t size)
{
	if (s->ss_family != a->sa_family)
		return false;
	if (a->sa_family == AF_INET6) {
		const struct sockaddr_in6 *x = (const void *)s, *y = (const void *)a;

		return size >= sizeof(*y) && x->sin6_port == y->sin6_port &&
		       memcmp(&x->sin6_addr, &y->sin6_addr, sizeof(x->sin6_addr)) == 0;
	}

	const struct sockaddr_in *x = (const void *)s, *y = (const void *)a;

	return size >= sizeof(*y) && x->sin_port == y->sin_port &&
	       x->sin_addr.s_addr == y->sin_addr.s_addr;
}

bool
resolve_permits(const struct resolve *r, const struct sockaddr *a, size_t size)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->host[i].naddrs; k++)
			if (same_address(&r->host[i].addr[k], a, size))
				return true;
	return false;
}
