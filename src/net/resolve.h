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

/*
 * addr: with the port in them, as connect() wants them; naddrs of them. entry may name
 * fewer, when they do not fit: curl then knows fewer, and may reach no more.
 */
struct resolve_host {
	char name[256]; /* without brackets */
	bool v6;
	uint16_t port; /* host order */
	struct sockaddr_storage addr[RESOLVE_ADDRS_MAX];
	size_t naddrs;   /* 0: it has none */
	char entry[640]; /* for CURLOPT_RESOLVE: "name:port:address,address" */
};

/* Some 100 kB: on the heap. Starts zeroed. */
struct resolve {
	struct resolve_host host[RESOLVE_HOSTS_MAX];
	size_t n;
};

/*
 * Adds the lines, in the form of talk.h; the same host and port twice counts once, in
 * whatever case. ERR_PROTO: no such list, or more than RESOLVE_HOSTS_MAX; hosts before
 * the bad line are in. Looks nothing up.
 */
MUST_USE enum err resolve_hosts(struct resolve *r, struct bytes lines);
/*
 * Asks for all of them, one after the other, by libc; who has no address keeps naddrs 0.
 * An address that is local counts like any other: who may be asked is for the list to
 * say, and a name of the list is the administrator's choice. Waits as long as libc does:
 * the parent has the deadline.
 */
void resolve_all(struct resolve *r);

/*
 * Is this one of the addresses and ports that may be connected to? By bytes: 10.0.0.1
 * mapped into IPv6 is not 10.0.0.1. size: of what a points to; a shorter one is no
 * address.
 */
bool resolve_permits(const struct resolve *r, const struct sockaddr *a, size_t size);

/* NULL: not one of them. Case does not count in names. */
const struct resolve_host *resolve_find(
    const struct resolve *r, struct bytes name, uint16_t port);
