/*
 * resolve.h - the hosts that candor-fetch may reach, and their addresses.
 *
 * Looked up once, before anything else: curl is handed the addresses and never asks a
 * name server, and a connection to any other address is refused, whatever curl thinks.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

#define RESOLVE_HOSTS_MAX 64
#define RESOLVE_ADDRS_MAX 8

struct resolve_host {
	char name[256]; /* without brackets */
	bool v6;
	uint16_t port; /* host order */
	struct sockaddr_storage addr[RESOLVE_ADDRS_MAX];
	size_t naddrs;   /* 0: it has none */
	char entry[640]; /* for CURLOPT_RESOLVE: "name:port:address,address" */
};

struct resolve {
	struct resolve_host host[RESOLVE_HOSTS_MAX];
	size_t n;
};

/* Lines as in talk.h; the same one twice counts once. ERR_PROTO: no such list. */
MUST_USE enum err resolve_hosts(struct resolve *r, struct bytes lines);
/* Asks for all of them; who has no address keeps naddrs 0. */
void resolve_all(struct resolve *r);

/* Is this one of the addresses and ports that may be connected to? */
bool resolve_permits(const struct resolve *r, const struct sockaddr *a, size_t size);

/* NULL: not one of them. Case does not count in names. */
const struct resolve_host *resolve_find(
    const struct resolve *r, struct bytes name, uint16_t port);
