/*
 * What a server may answer, and what the trusted half hears of it. The server is a thread
 * of this program on loopback, that says a row's bytes to whoever asks; the parent is the
 * other end of a channel.
 */
#include "net/transfer.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

#define CAP 1000 /* bytes of an answer, in every row */

/* --- the server ---------------------------------------------------------------- */

struct server {
	int fd;
	uint16_t port;
	pthread_t thread;
	struct bytes says;
	unsigned asked;  /* requests so far */
	char head[4096]; /* of the last one */
};

/* One request, up to the empty line; false: the client is gone. */
static bool
hear(struct server *s, int fd)
{
	size_t n = 0;

	while (n < sizeof(s->head) - 1) {
		ssize_t got = read(fd, s->head + n, sizeof(s->head) - 1 - n);

		if (got <= 0)
			return false;
		n += (size_t)got;
		s->head[n] = '\0';
		if (strstr(s->head, "\r\n\r\n") != NULL)
			return true;
	}
	return false;
}

/* Ends when its socket is shut down. */
static void *
serve(void *arg)
{
	struct server *s = arg;
	int fd;

	while ((fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		if (hear(s, fd)) {
			s->asked++;
			(void)!write(fd, s->says.p, s->says.n);
		}
		/* so that it reads what was said before it sees the end */
		shutdown(fd, SHUT_WR);
		while (read(fd, s->head + sizeof(s->head) - 1, 1) > 0)
			;
		close(fd);
	}
	return NULL;
}

static bool
server_begin(struct server *s, struct bytes says)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	*s = (struct server){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
		.says = says };
	if (!CHECK(bind(s->fd, (void *)&a, sizeof(a)) == 0 && listen(s->fd, 8) == 0 &&
		   getsockname(s->fd, (void *)&a, &n) == 0))
		return false;
	s->port = ntohs(a.sin_port);
	return CHECK(pthread_create(&s->thread, NULL, serve, s) == 0);
}

static void
server_end(struct server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

/* --- the parent ------------------------------------------------------------------ */

struct heard {
	struct buf sent, body;
	struct talk_answer answer;
	char type[200], why[FETCH_WHY];
	unsigned answers;
};

static void
listen_to(struct wire_in *in, struct heard *h)
{
	struct wire_frame f;
	struct talk_part p;

	while (wire_read(in) == OK)
		while (wire_next(in, &f) == OK) {
			if (f.type == WIRE_ANSWER) {
				h->answers++;
				CHECK(talk_get_answer(f.payload, &h->answer) == OK);
				snprintf(h->type, sizeof(h->type), "%.*s",
				    (int)h->answer.type.n,
				    (const char *)h->answer.type.p);
				snprintf(h->why, sizeof(h->why), "%.*s",
				    (int)h->answer.why.n, (const char *)h->answer.why.p);
				continue;
			}
			EQ_U(h->answers, 0); /* nothing comes behind the answer */
			if (CHECK(talk_get_part(f.payload, &p) == OK))
				buf_put(f.type == WIRE_SENT ? &h->sent : &h->body,
				    p.data.p, p.data.n);
		}
}

static void
heard_done(struct heard *h)
{
	buf_done(&h->sent);
	buf_done(&h->body);
}

/* url asked of hosts, with what is said of it. */
static void
ask(const char *hosts, const char *url, bool post, struct heard *h)
{
	struct talk_request q = { .post = post,
		.cap = CAP,
		.url = bytes_of(url),
		.type = BYTES_LIT("text/x.test"),
		.body = BYTES_LIT("a body") };
	struct resolve *r = xcalloc(1, sizeof(*r));
	struct wire_out out = { .patience_ms = 1000 };
	struct transfer_job j = { .reach = { .deadline_ms = 60000,
				      .connect_ms = 60000,
				      .slow_s = 60,
				      .min_speed = 1 },
		.request = &q,
		.n = 1,
		.hosts = r,
		.out = &out };
	struct wire_in in;
	int sv[2];

	*h = (struct heard){ 0 };
	if (CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == 0)) {
		out.fd = sv[0];
		wire_in_init(&in, sv[1]);
		in.nowait = true;
		EQ_U(resolve_hosts(r, bytes_of(hosts)), OK);
		resolve_all(r);
		EQ_U(transfer_run(&j), OK);
		listen_to(&in, h);
		EQ_U(h->answers, 1);
		wire_in_done(&in);
		close(sv[0]);
		close(sv[1]);
	}
	wire_out_done(&out);
	free(r);
}

static void
ask_server(struct server *s, bool post, struct heard *h)
{
	char *hosts = xprintf("127.0.0.1:%u\n", s->port);
	char *url = xprintf("http://127.0.0.1:%u/log/checkpoint", s->port);

	ask(hosts, url, post, h);
	free(hosts);
	free(url);
}

/* --- what servers say -------------------------------------------------------------- */

#define OK_    "HTTP/1.1 200 OK\r\n"
#define LEN(n) "Content-Length: " n "\r\n"
#define K                                                                        \
	"0123456789012345678901234567890123456789012345678901234567890123456789" \
	"012345678901234567890123456789"
#define K10 K K K K K K K K K K

/* clang-format off */
static const struct {
	const char *name, *says;
	enum fetch_fault fault;
	unsigned status;
	const char *body; /* NULL: not told here */
} rows[] = {
	{ "an answer",               OK_ LEN("2") "\r\nok", FETCH_OK, 200, "ok" },
	{ "of no length",            OK_ "\r\nto the end", FETCH_OK, 200, "to the end" },
	{ "of length 0",             OK_ LEN("0") "\r\n", FETCH_OK, 200, "" },
	{ "chunks",                  OK_ "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", FETCH_OK, 200, "abcde" },
	{ "chunks with a trailer",   OK_ "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n", FETCH_OK, 200, "a" },
	{ "more than was said",      OK_ LEN("2") "\r\nokHTTP/1.1 200 OK\r\n\r\nsecond", FETCH_OK, 200, "ok" },
	{ "less than was said",      OK_ LEN("9") "\r\nok", FETCH_CUT, 200, "ok" },
	{ "as much as is allowed",   OK_ LEN("1000") "\r\n" K10, FETCH_OK, 200, K10 },
	{ "one byte more",           OK_ LEN("1001") "\r\n" K10 "x", FETCH_LARGE, 200, "" },
	{ "more, and not said",      OK_ "\r\n" K10 "x", FETCH_LARGE, 200, NULL },
	{ "more, in chunks",         OK_ "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" K10 "\r\n1\r\nx\r\n0\r\n\r\n", FETCH_LARGE, 200, NULL },
	{ "a length beyond all",     OK_ LEN("9223372036854775807") "\r\nx", FETCH_LARGE, 200, "" },
	{ "a length beyond 2^63",    OK_ LEN("99999999999999999999") "\r\nx", FETCH_LARGE, 200, "" },
	{ "a length below 0",        OK_ LEN("-1") "\r\nx", FETCH_CUT, 200, "" },
	{ "a chunk beyond 2^64",     OK_ "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\nx", FETCH_CUT, 200, "" },
	{ "a chunk that is cut",     OK_ "Transfer-Encoding: chunked\r\n\r\n9\r\nabc", FETCH_CUT, 200, "abc" },
	{ "a chunk of no number",    OK_ "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", FETCH_CUT, 200, "" },
	{ "chunks without an end",   OK_ "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n", FETCH_CUT, 200, "a" },
	{ "compressed, not undone",  OK_ "Content-Encoding: gzip\r\n" LEN("4") "\r\n\x1f\x8b\x08x", FETCH_OK, 200, "\x1f\x8b\x08x" },
	{ "go on first",             "HTTP/1.1 100 Continue\r\n\r\n" OK_ LEN("1") "\r\nx", FETCH_OK, 200, "x" },
	{ "hints first",             "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" OK_ LEN("1") "\r\nx", FETCH_OK, 200, "x" },
	{ "nothing",                 "HTTP/1.1 204 No Content\r\n\r\n", FETCH_OK, 204, "" },
	{ "not changed",             "HTTP/1.1 304 Not Modified\r\n\r\n", FETCH_OK, 304, "" },
	{ "not found",               "HTTP/1.1 404 Not Found\r\n" LEN("2") "\r\nno", FETCH_OK, 404, "no" },
	{ "who are you",             "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\n" LEN("0") "\r\n", FETCH_OK, 401, "" },
	{ "broken",                  "HTTP/1.1 503 x\r\nRetry-After: 1\r\n" LEN("0") "\r\n", FETCH_OK, 503, "" },
	{ "moved to a file",         "HTTP/1.1 301 x\r\nLocation: file:///etc/passwd\r\n" LEN("0") "\r\n", FETCH_OK, 301, "" },
	{ "moved to another host",   "HTTP/1.1 302 x\r\nLocation: http://127.0.0.2/\r\n" LEN("0") "\r\n", FETCH_OK, 302, "" },
	{ "moved to itself",         "HTTP/1.1 307 x\r\nLocation: /log/checkpoint\r\n" LEN("0") "\r\n", FETCH_OK, 307, "" },
	{ "refresh",                 OK_ "Refresh: 0; url=http://127.0.0.2/\r\n" LEN("0") "\r\n", FETCH_OK, 200, "" },
	{ "HTTP/1.0",                "HTTP/1.0 200 OK\r\n\r\nold", FETCH_OK, 200, "old" },
	{ "no head at all",          "just text\n", FETCH_CUT, 0, "" },
	{ "another protocol",        "SSH-2.0-OpenSSH_9.2\r\n", FETCH_CUT, 0, "" },
	{ "a version that is none",  "HTTP/9.9 200 OK\r\n\r\nx", FETCH_CUT, 0, "" },
	{ "nothing, and the end",    "", FETCH_CUT, 0, "" },
	{ "a head that is cut",      OK_ "Content-Le", FETCH_CUT, 200, "" },
	{ "cut behind a line",       OK_ "X: y\r\n", FETCH_CUT, 200, "" },
	{ "cut in the first line",   "HTTP/1.1 200 OK", FETCH_CUT, 0, "" },
	{ "cut behind an interim",   "HTTP/1.1 100 Continue\r\n\r\n" OK_ "X: y\r\n", FETCH_CUT, 200, "" },
	{ "only an interim",         "HTTP/1.1 100 Continue\r\n\r\n", FETCH_CUT, 100, "" },
	{ "lines that end bare",     "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", FETCH_OK, 200, "x" },
	{ "an encoding unheard of",  OK_ "Transfer-Encoding: rot13\r\n" LEN("1") "\r\nx", FETCH_CUT, 200, "" },
};
/* clang-format on */

TEST(answers)
{
	transfer_init();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct server s;
		struct heard h;

		ROW("%s", rows[i].name);
		if (!server_begin(&s, bytes_of(rows[i].says)))
			return;
		ask_server(&s, false, &h);
		server_end(&s);
		EQ_U(h.answer.fault, rows[i].fault);
		EQ_U(h.answer.status, rows[i].status);
		if (rows[i].body != NULL)
			EQ_B(buf_bytes(&h.body), bytes_of(rows[i].body));
		CHECK(h.body.n <= CAP);
		CHECK((h.why[0] != '\0') == (rows[i].fault != FETCH_OK));
		/* whatever it said: asked once, and nobody else */
		EQ_U(s.asked, 1);
		heard_done(&h);
	}
}

/* A type is what the server says it is, cut; the parent makes it printable. */
TEST(types)
{
	/* clang-format off */
	static const struct { const char *head, *want; } types[] = {
		{ "", "" },
		{ "Content-Type: text/plain\r\n", "text/plain" },
		{ "Content-Type: text/plain; charset=utf-8\r\n", "text/plain; charset=utf-8" },
		{ "content-TYPE:a/b\r\n", "a/b" },
		{ "Content-Type: \x1b[2Jx\r\n", "\x1b[2Jx" },
		{ "Content-Type: " K "\r\n", "01234567890123456789012345678901234567890123456789012345678901234567890123456789" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(types); i++) {
		struct buf says = { 0 };
		struct server s;
		struct heard h;

		ROW("%zu", i);
		buf_printf(&says, "%s%s%s", OK_ LEN("0"), types[i].head, "\r\n");
		if (!server_begin(&s, buf_bytes(&says)))
			return;
		ask_server(&s, false, &h);
		server_end(&s);
		EQ_S(h.type, types[i].want);
		CHECK(h.answer.type.n <= FETCH_TYPE);
		buf_done(&says);
		heard_done(&h);
	}
}

/* What leaves is what is told to leave, whatever a server gave before: no cookie. */
TEST(requests)
{
	for (int post = 0; post < 2; post++) {
		struct server s;
		struct heard h;
		struct buf want = { 0 };

		ROW("%s", post ? "POST" : "GET");
		if (!server_begin(&s, BYTES_LIT(OK_ "Set-Cookie: who=me\r\nAlt-Svc: "
						    "h2=\":1\"\r\n" LEN("0") "\r\n")))
			return;
		for (int again = 0; again < 2; again++) {
			ask_server(&s, post, &h);
			buf_clear(&want);
			buf_printf(&want,
			    "%s /log/checkpoint HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
			    "User-Agent: candor\r\nAccept: */*\r\n%s\r\n",
			    post ? "POST" : "GET", s.port,
			    post ? "Content-Type: text/x.test\r\nContent-Length: 6\r\n"
				 : "");
			EQ_B(buf_bytes(&h.sent), buf_bytes(&want));
			heard_done(&h);
		}
		server_end(&s);
		EQ_U(s.asked, 2);
		buf_done(&want);
	}
}

/* --- whom it asks at all -------------------------------------------------------- */

/* pattern with port in place of its %u, which not all have. */
static void
fill(const char *pattern, const char *port, char out[64])
{
	const char *mark = strstr(pattern, "%u");

	if (mark == NULL)
		snprintf(out, 64, "%s", pattern);
	else
		snprintf(
		    out, 64, "%.*s%s%s", (int)(mark - pattern), pattern, port, mark + 2);
}

/* A URL of no host in the list is refused before anything is opened. */
TEST(strangers)
{
	/* clang-format off */
	static const struct { const char *name, *hosts, *url; enum fetch_fault want; } asked[] = {
		{ "another port",      "127.0.0.1:%u\n", "http://127.0.0.1:1/", FETCH_URL },
		{ "another spelling",  "127.0.0.1:%u\n", "http://127.1:%u/", FETCH_URL },
		{ "as a number",       "127.0.0.1:%u\n", "http://2130706433:%u/", FETCH_URL },
		{ "mapped into IPv6",  "127.0.0.1:%u\n", "http://[::ffff:127.0.0.1]:%u/", FETCH_URL },
		{ "with a user",       "127.0.0.1:%u\n", "http://u@127.0.0.1:%u/", FETCH_URL },
		{ "a dot behind",      "127.0.0.1:%u\n", "http://127.0.0.1.:%u/", FETCH_URL },
		{ "a file",            "127.0.0.1:%u\n", "file://127.0.0.1:%u/etc/passwd", FETCH_URL },
		{ "no address",        "[1.2.3]:%u\n",   "http://[1.2.3]:%u/", FETCH_RESOLVE },
		{ "brackets around v4", "[127.0.0.1]:%u\n", "http://[127.0.0.1]:%u/", FETCH_RESOLVE },
	};
	/* clang-format on */
	struct server s;

	if (!server_begin(&s, BYTES_LIT(OK_ LEN("0") "\r\n")))
		return;
	for (size_t i = 0; i < COUNT(asked); i++) {
		char port[8], hosts[64], url[64];
		struct heard h;

		ROW("%s", asked[i].name);
		snprintf(port, sizeof(port), "%u", s.port);
		fill(asked[i].hosts, port, hosts);
		fill(asked[i].url, port, url);
		ask(hosts, url, false, &h);
		EQ_U(h.answer.fault, asked[i].want);
		EQ_U(h.answer.status, 0);
		EQ_U(h.sent.n + h.body.n, 0);
		CHECK(h.why[0] != '\0');
		heard_done(&h);
	}
	server_end(&s);
	EQ_U(s.asked, 0);
}

/* A name that means this machine is asked there, at the port of the list only. */
TEST(local_name)
{
	struct server s;
	struct heard h;
	char *hosts, *url;

	if (!server_begin(&s, BYTES_LIT(OK_ LEN("1") "\r\nx")))
		return;
	hosts = xprintf("LocalHost:%u\n", s.port);
	url = xprintf("http://localhost:%u/", s.port);
	ask(hosts, url, false, &h);
	server_end(&s);
	EQ_U(h.answer.fault, FETCH_OK);
	EQ_U(h.body.n, 1);
	free(hosts);
	free(url);
	heard_done(&h);
}

/* The parent that goes away ends everything: there is nobody to tell. */
TEST(parent_gone)
{
	struct talk_request q[2] = { { .cap = CAP }, { .cap = CAP } };
	struct resolve *r = xcalloc(1, sizeof(*r));
	struct wire_out out = { .patience_ms = 1000 };
	struct transfer_job j = { .reach = { 60000, 60000, 60, 1, { 0 }, { 0 } },
		.request = q,
		.n = 2,
		.hosts = r,
		.out = &out };
	struct server s;
	char *hosts, *url;
	int sv[2];

	if (!server_begin(&s, BYTES_LIT(OK_ LEN("1") "\r\nx")) ||
	    !CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == 0))
		return;
	hosts = xprintf("127.0.0.1:%u\n", s.port);
	url = xprintf("http://127.0.0.1:%u/", s.port);
	q[0].url = q[1].url = bytes_of(url);
	out.fd = sv[0];
	close(sv[1]);
	CHECK(resolve_hosts(r, bytes_of(hosts)) == OK);
	resolve_all(r);
	EQ_U(transfer_run(&j), ERR_IO);
	server_end(&s);
	wire_out_done(&out);
	close(sv[0]);
	free(hosts);
	free(url);
	free(r);
}
