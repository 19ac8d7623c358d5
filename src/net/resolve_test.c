#include "net/resolve.h"

#include <arpa/inet.h>

#include "tests/tap.h"

/* BYTES_LIT for tables. */
#define BYTES_INIT(s)                               \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}

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

#define A50  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A250 A50 A50 A50 A50 A50

/* clang-format off */
static const struct {
	const char *name;
	struct bytes lines;
	enum err want;
	size_t hosts; /* that are in the list then */
} lists[] = {
	{ "empty",               BYTES_INIT(""), OK, 0 },
	{ "a name",              BYTES_INIT("a:80\n"), OK, 1 },
	{ "the port of http",    BYTES_INIT("a\n"), OK, 1 },
	{ "twice, in any case",  BYTES_INIT("a.Example:80\nA.eXAMPLE:80\n"), OK, 1 },
	{ "two ports",           BYTES_INIT("a:80\na:81\n"), OK, 2 },
	{ "the last port",       BYTES_INIT("a:65535\n"), OK, 1 },
	{ "the longest name",    BYTES_INIT(A250 "aaa:65535\n"), OK, 1 },
	{ "a longer one",        BYTES_INIT(A250 "aaaa:1\n"), ERR_PROTO, 0 },
	{ "longer than is read", BYTES_INIT(A250 A250 ":80\n"), ERR_PROTO, 0 },
	{ "cut to a good one",   BYTES_INIT(A250 ":8" A50 "\n"), ERR_PROTO, 0 },
	{ "no end",              BYTES_INIT("a:80"), ERR_PROTO, 0 },
	{ "the second has none", BYTES_INIT("a:80\nb:80"), ERR_PROTO, 1 },
	{ "a path",              BYTES_INIT("a/x:80\n"), ERR_PROTO, 0 },
	{ "a slash",             BYTES_INIT("a:80/\n"), ERR_PROTO, 0 },
	{ "an empty line",       BYTES_INIT("\n"), ERR_PROTO, 0 },
	{ "a user",              BYTES_INIT("u@a:80\n"), ERR_PROTO, 0 },
	{ "no port",             BYTES_INIT("a:\n"), ERR_PROTO, 0 },
	{ "port 0",              BYTES_INIT("a:0\n"), ERR_PROTO, 0 },
	{ "a port beyond",       BYTES_INIT("a:99999\n"), ERR_PROTO, 0 },
	{ "a blank",             BYTES_INIT("a b:80\n"), ERR_PROTO, 0 },
	{ "a NUL",               BYTES_INIT("a\0:80\n"), ERR_PROTO, 0 },
	{ "a NUL behind",        BYTES_INIT("a:80\0\n"), ERR_PROTO, 0 },
	{ "a return",            BYTES_INIT("a:80\r\n"), ERR_PROTO, 0 },
	{ "an escape",           BYTES_INIT("a%2eb:80\n"), ERR_PROTO, 0 },
	{ "no ASCII",            BYTES_INIT("\xc3\xa9:80\n"), ERR_PROTO, 0 },
	{ "an option to curl",   BYTES_INIT("-a:80\n"), ERR_PROTO, 0 },
	{ "a star, as curl has", BYTES_INIT("*:80\n"), ERR_PROTO, 0 },
	{ "removed, as curl has", BYTES_INIT("-a:80:1.2.3.4\n"), ERR_PROTO, 0 },
	{ "more addresses",      BYTES_INIT("a:80:1.2.3.4\n"), ERR_PROTO, 0 },
	{ "brackets left open",  BYTES_INIT("[::1:80\n"), ERR_PROTO, 0 },
	{ "an interface",        BYTES_INIT("[fe80::1%eth0]:80\n"), ERR_PROTO, 0 },
};
/* clang-format on */

TEST(lists_of_hosts)
{
	for (size_t i = 0; i < COUNT(lists); i++) {
		ROW("%s", lists[i].name);
		r = (struct resolve){ 0 };
		EQ_U(resolve_hosts(&r, test_copy(lists[i].lines)), lists[i].want);
		EQ_U(r.n, lists[i].hosts);
	}
}

/* clang-format off */
static const struct {
	const char *line, *entry; /* NULL: it has no address */
} literals[] = {
	{ "127.0.0.1:80\n",        "127.0.0.1:80:127.0.0.1" },
	{ "0.0.0.0:80\n",          "0.0.0.0:80:0.0.0.0" },
	{ "[::]:80\n",             "[::]:80:[::]" },
	{ "[0:0:0:0:0:0:0:1]:81\n", "[0:0:0:0:0:0:0:1]:81:[::1]" },
	{ "[::ffff:1.2.3.4]:80\n", "[::ffff:1.2.3.4]:80:[::ffff:1.2.3.4]" },
	{ "[fe80::1]:80\n",        "[fe80::1]:80:[fe80::1]" },
	{ "[1.2.3.4]:80\n",        NULL },
	{ "[abc]:80\n",            NULL },
	{ "[1:2:3:4:5:6:7:8:9]:80\n", NULL },
};
/* clang-format on */

/* Addresses need nobody who knows names; what is none in brackets is not looked up. */
TEST(literal_addresses)
{
	for (size_t i = 0; i < COUNT(literals); i++) {
		ROW("%s", literals[i].line);
		r = (struct resolve){ 0 };
		EQ_U(resolve_hosts(&r, bytes_of(literals[i].line)), OK);
		resolve_all(&r);
		EQ_U(r.host[0].naddrs, literals[i].entry != NULL);
		if (literals[i].entry != NULL)
			EQ_S(r.host[0].entry, literals[i].entry);
	}
}

/* Only the same family, address and port: nothing that some system takes for the same. */
TEST(permitted)
{
	static const struct {
		const char *address;
		uint16_t port;
		bool may;
	} asked[] = {
		{ "10.0.0.1", 443, true },
		{ "10.0.0.1", 80, false },
		{ "10.0.0.1", 0, false },
		{ "10.0.0.2", 443, false },
		{ "0.0.0.0", 443, false },
		{ "::ffff:10.0.0.1", 443, false },
		{ "::10.0.0.1", 443, false },
		{ "2001:db8::1", 80, true },
		{ "2001:db8::1", 443, false },
		{ "2001:db8::2", 80, false },
		{ "127.0.0.1", 443, false },
		{ "::1", 80, false },
		{ "169.254.169.254", 80, false },
	};
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	struct sockaddr other = { .sa_family = AF_UNIX };

	r = (struct resolve){ 0 };
	EQ_U(resolve_hosts(&r, BYTES_LIT("10.0.0.1:443\n[2001:db8::1]:80\n")), OK);
	resolve_all(&r);
	for (size_t i = 0; i < COUNT(asked); i++) {
		ROW("%s %u", asked[i].address, asked[i].port);
		EQ_U(permits(asked[i].address, asked[i].port), asked[i].may);
	}
	/* sizes that do not hold such an address, and kinds that are none */
	inet_pton(AF_INET, "10.0.0.1", &in.sin_addr);
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	CHECK(resolve_permits(&r, (const void *)&in, sizeof(in)));
	CHECK(!resolve_permits(&r, (const void *)&in, sizeof(in) - 1));
	CHECK(!resolve_permits(&r, (const void *)&in6, sizeof(in)));
	CHECK(!resolve_permits(&r, &other, sizeof(other)));
	in.sin_family = AF_UNSPEC; /* connect() would break the connection off */
	CHECK(!resolve_permits(&r, (const void *)&in, sizeof(in)));
}

/* What a system's own list of names says counts like any other answer. */
TEST(a_name_of_this_machine)
{
	r = (struct resolve){ 0 };
	EQ_U(resolve_hosts(&r, BYTES_LIT("localhost:8\n")), OK);
	resolve_all(&r);
	CHECK(r.host[0].naddrs > 0 && r.host[0].naddrs <= RESOLVE_ADDRS_MAX);
	CHECK(permits("127.0.0.1", 8) || permits("::1", 8));
	CHECK(!permits("127.0.0.1", 9) && !permits("::1", 9));
	EQ_U(strncmp(r.host[0].entry, "localhost:8:", 12), 0);
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
