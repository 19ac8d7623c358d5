/*
 * serve.c - see serve.h.
 *
 * libmicrohttpd runs inside our loop (no thread of its own): its epoll descriptor
 * becomes readable, MHD_run does what there is. Its own time limit counts idleness only,
 * so a client that sends a byte now and then would live for ever; hence the list of
 * peers, each with the moment from which it has so many seconds.
 */
#include "witness/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sys.h"

/*
 * With 256 connections 4 MB of headers and, before the next body is refused, 64 MB and
 * one piece of bodies: what strangers can make this process hold.
 */
#define CONNECTION_MEMORY (16u << 10) /* headers and what MHD buffers, each */
#define HELD_MAX          (64u << 20) /* bytes of all bodies that are under way */

struct peer {
	int fd;
	uint64_t since_ms;
	struct peer *next, **at; /* at: what points to us */
};

/* One request that is under way; made when its headers are whole. */
struct exchange {
	struct buf body;
	unsigned refused; /* a status, decided before the body came; 0: none */
};

struct serve {
	struct serve_opts o;
	struct MHD_Daemon *mhd;
	struct peer *peers;
	size_t held;
	char address[INET6_ADDRSTRLEN + 10];
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/*
 * A decimal port behind the last colon; ERR_SYNTAX: there is none. n > 65535 ends the
 * loop before n * 10 could wrap.
 */
static enum err
parse_port(const char *s, in_port_t *out)
{
	unsigned n = 0;

	if (*s == '\0')
		return ERR_SYNTAX;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > 65535)
			return ERR_SYNTAX;
		n = n * 10 + (unsigned)(*s - '0');
	}
	if (n > 65535)
		return ERR_SYNTAX;
	*out = htons((uint16_t)n);
	return OK;
}

/* Numbers only: a name would have to be asked for. */
static enum err
parse_address(const char *text, union address *out, socklen_t *len)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	char host[INET6_ADDRSTRLEN];
	bool v6 = n > 2 && text[0] == '[' && text[n - 1] == ']';
	in_port_t port;

	if (v6) {
		text++;
		n -= 2;
	}
	if (colon == NULL || n == 0 || n >= sizeof(host))
		return ERR_SYNTAX;
	memcpy(host, text, n);
	host[n] = '\0';
	TRY(parse_port(colon + 1, &port));
	*out = (union address){ 0 };
	if (v6) {
		out->v6 =
		    (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = port };
		*len = sizeof(out->v6);
		return inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1 ? OK
									  : ERR_SYNTAX;
	}
	out->v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port };
	*len = sizeof(out->v4);
	return inet_pton(AF_INET, host, &out->v4.sin_addr) == 1 ? OK : ERR_SYNTAX;
}

/* What the socket is bound to, in the form of the option. */
static void
tell_address(struct serve *s, int fd)
{
	union address a = { 0 };
	socklen_t len = sizeof(a);
	char host[INET6_ADDRSTRLEN] = "?";

	if (getsockname(fd, &a.any, &len) != 0)
		return;
	if (a.any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof(host));
		snprintf(s->address, sizeof(s->address), "[%s]:%u", host,
		    ntohs(a.v6.sin6_port));
	} else {
		inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof(host));
		snprintf(
		    s->address, sizeof(s->address), "%s:%u", host, ntohs(a.v4.sin_port));
	}
}

static enum err
listen_at(const char *text, int *out, char why[SERVE_WHY])
{
	CLEAN(fd_closep) int fd = -1;
	union address a;
	socklen_t len;

	if (parse_address(text, &a, &len) != OK) {
		snprintf(why, SERVE_WHY,
		    "'%.60s' is no address like 127.0.0.1:7380 or [::1]:7380", text);
		return ERR_SYNTAX;
	}
	fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) ||
	    bind(fd, &a.any, len) != 0 || listen(fd, SOMAXCONN) != 0) {
		snprintf(why, SERVE_WHY, "cannot listen at '%.60s': %s", text, sys_why());
		return ERR_IO;
	}
	*out = fd;
	fd = -1;
	return OK;
}

static void
peer_come(struct serve *s, struct MHD_Connection *c, void **mine)
{
	const union MHD_ConnectionInfo *i =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct peer *p = xcalloc(1, sizeof(*p));

	*p = (struct peer){ i ? i->connect_fd : -1, sys_clock_ms(), s->peers, &s->peers };
	if (p->next != NULL)
		p->next->at = &p->next;
	s->peers = p;
	*mine = p;
}

static void
on_connection(void *arg, struct MHD_Connection *c, void **mine,
    enum MHD_ConnectionNotificationCode code)
{
	struct peer *p = *mine;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		peer_come(arg, c, mine);
		return;
	}
	if (p == NULL)
		return;
	*p->at = p->next;
	if (p->next != NULL)
		p->next->at = p->at;
	free(p);
	*mine = NULL;
}

/* Cuts off who took too long; MHD sees the end and forgets the connection. */
static void
cut_slow(struct serve *s)
{
	uint64_t now = sys_clock_ms();

	for (struct peer *p = s->peers; p != NULL; p = p->next)
		if (p->fd >= 0 && now - p->since_ms > s->o.seconds * 1000ull)
			shutdown(p->fd, SHUT_RDWR);
}

static enum MHD_Result
reply(struct MHD_Connection *c, struct serve_answer *a)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(a->body.n,
	    a->body.p ? (void *)a->body.p : (void *)(uintptr_t) "",
	    MHD_RESPMEM_MUST_COPY);
	enum MHD_Result sent;

	buf_done(&a->body);
	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (a->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST");
	sent = MHD_queue_response(c, a->status, r);
	MHD_destroy_response(r);
	return sent;
}

static enum MHD_Result
refuse(struct MHD_Connection *c, unsigned status)
{
	struct serve_answer a = { .status = status, .type = "text/plain; charset=utf-8" };

	buf_printf(&a.body, "%s\n", MHD_get_reason_phrase_for(status));
	return reply(c, &a);
}

/* The client says how much will come: refused before it sends that. */
static bool
told_too_large(const struct serve *s, struct MHD_Connection *c)
{
	const char *n = MHD_lookup_connection_value(
	    c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return n != NULL && strtoull(n, NULL, 10) > s->o.body_max;
}

static unsigned
refusal(const struct serve *s, struct MHD_Connection *c, const char *method)
{
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_POST) != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	if (told_too_large(s, c))
		return MHD_HTTP_CONTENT_TOO_LARGE;
	return s->held > HELD_MAX ? MHD_HTTP_SERVICE_UNAVAILABLE : 0;
}

/*
 * More than was told, or told nothing and much: the connection ends. body.n never exceeds
 * body_max, so the difference does not wrap; held is the sum over all exchanges, given
 * back in on_completed, which MHD calls for each, answered or not.
 */
static enum MHD_Result
take_body(struct serve *s, struct exchange *x, const char *p, size_t n)
{
	if (n > s->o.body_max - x->body.n || s->held > HELD_MAX)
		return MHD_NO;
	buf_put(&x->body, p, n);
	s->held += n;
	return MHD_YES;
}

static enum MHD_Result
answer(struct serve *s, struct MHD_Connection *c, const char *path, const char *method,
    struct exchange *x)
{
	struct serve_request q = {
		strcmp(method, MHD_HTTP_METHOD_POST) == 0 ? SERVE_POST : SERVE_GET,
		path,
		buf_bytes(&x->body),
	};
	struct serve_answer a = { 0 };

	s->o.answer(s->o.arg, &q, &a);
	return reply(c, &a);
}

/*
 * MHD calls this when the headers are whole (*mine is NULL), for each piece of the body,
 * and when all is there. The signature is MHD's.
 */
static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *path, const char *method,
    const char *version, const char *piece, size_t *n, void **mine)
{
	struct serve *s = arg;
	struct exchange *x = *mine;

	(void)version;
	if (x == NULL) {
		x = xcalloc(1, sizeof(*x));
		x->refused = refusal(s, c, method);
		*mine = x;
		/* answered now, MHD does not read the body at all, and closes */
		return x->refused ? refuse(c, x->refused) : MHD_YES;
	}
	if (x->refused)
		return MHD_NO;
	if (*n == 0)
		return answer(s, c, path, method, x);

	size_t all = *n;

	*n = 0;
	return take_body(s, x, piece, all);
}

/* Answered or broken off. The next request of the connection has its own time. */
static void
on_completed(void *arg, struct MHD_Connection *c, void **mine,
    enum MHD_RequestTerminationCode code)
{
	const union MHD_ConnectionInfo *i =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct peer *p = i ? i->socket_context : NULL;
	struct serve *s = arg;
	struct exchange *x = *mine;

	(void)code;
	if (p != NULL)
		p->since_ms = sys_clock_ms();
	if (x != NULL) {
		s->held -= x->body.n;
		buf_done(&x->body);
		free(x);
	}
	*mine = NULL;
}

static struct MHD_Daemon *
start(struct serve *s, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, s,
	    MHD_OPTION_LISTEN_SOCKET, fd,                         /* MHD's from now on */
	    MHD_OPTION_CONNECTION_LIMIT, s->o.connections,        /**/
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, s->o.per_address, /**/
	    MHD_OPTION_CONNECTION_TIMEOUT, s->o.seconds,          /**/
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, /**/
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,                               /**/
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,                /**/
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_END);
}

enum err
serve_open(const struct serve_opts *o, struct serve **out, char why[SERVE_WHY])
{
	struct serve *s;
	int fd = -1;

	TRY(listen_at(o->listen, &fd, why));
	s = xcalloc(1, sizeof(*s));
	s->o = *o;
	tell_address(s, fd);
	s->mhd = start(s, fd);
	if (s->mhd == NULL) {
		snprintf(why, SERVE_WHY, "libmicrohttpd does not start: %s", sys_why());
		close(fd);
		free(s);
		return ERR_IO;
	}
	*out = s;
	return OK;
}

void
serve_close(struct serve *s)
{
	if (s == NULL)
		return;
	MHD_stop_daemon(s->mhd);
	free(s);
}

const char *
serve_address(const struct serve *s)
{
	return s->address;
}

/* Milliseconds until MHD or we have something to do without being asked. */
static int
patience(struct serve *s)
{
	MHD_UNSIGNED_LONG_LONG ms = 1000;

	if (MHD_get_timeout(s->mhd, &ms) != MHD_YES || ms > 1000)
		ms = 1000;
	/* nobody is there: nothing to watch over */
	return s->peers == NULL && ms == 1000 ? -1 : (int)ms;
}

enum err
serve_run(struct serve *s, int stop)
{
	const union MHD_DaemonInfo *i =
	    MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd p[2] = { { i ? i->epoll_fd : -1, POLLIN, 0 }, { stop, POLLIN, 0 } };

	for (;;) {
		if (poll(p, 2, patience(s)) < 0 && sys_code() != EINTR)
			return ERR_IO;
		if (p[1].revents != 0)
			return OK;
		if (MHD_run(s->mhd) != MHD_YES)
			return ERR_IO;
		cut_slow(s);
	}
}
