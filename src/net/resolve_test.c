#include "net/resolve.h"

#include <arpa/inet.h>

#include "tests/tap.h"

static struct resolve r;

static bool
permits(const char *address, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (inet_pton(AF_INET, address, &in.sin_addr) == 1)
		return resolve_permits(&r, (const void *)&in, sizeof(in));
	inet_pton(AF_INET6, address, &in6.sin6_addr);
	return resolve_permits(&r, (const void *)&in6, sizeof(in6));
}

TEST(addresses)
{
	r = (struct resolve){ 0 };
	EQ_U(resolve_hosts(&r, BYTES_LIT("127.0.0.1:80\n127.0.0.1:80\n[::1]:81\n")), OK);
	resolve_all(&r);
	EQ_U(r.n, 2);
	EQ_S(r.host[0].entry, "127.0.0.1:80:127.0.0.1");
	EQ_S(r.host[1].entry, "[::1]:81:[::1]");
	CHECK(permits("127.0.0.1", 80));
	CHECK(!permits("127.0.0.1", 81));
	CHECK(!permits("127.0.0.2", 80));
	CHECK(permits("::1", 81));
	CHECK(!permits("::1", 80));
	CHECK(!permits("::2", 81));
	CHECK(resolve_find(&r, BYTES_LIT("127.0.0.1"), 80) == &r.host[0]);
	CHECK(resolve_find(&r, BYTES_LIT("127.0.0"), 80) == NULL);
}

TEST(no_list)
{
	static const char *const bad[] = { "a:80", "a/x:80\n", "a:80/\n", "\n",
		"u@a:80\n", "a:99999\n" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		ROW("%s", bad[i]);
		r = (struct resolve){ 0 };
		EQ_U(resolve_hosts(&r, bytes_of(bad[i])), ERR_PROTO);
	}
}

TEST(too_many)
{
	struct buf b = { 0 };

	r = (struct resolve){ 0 };
	for (int i = 1; i <= RESOLVE_HOSTS_MAX; i++)
		buf_printf(&b, "a:%d\n", i);
	EQ_U(resolve_hosts(&r, buf_bytes(&b)), OK);
	EQ_U(resolve_hosts(&r, BYTES_LIT("b:1\n")), ERR_PROTO);
	buf_done(&b);
}
