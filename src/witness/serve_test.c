#include "witness/serve.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

/* Says what was asked: "POST /path 12". */
static void
echo(void *arg, const struct serve_request *q, struct serve_answer *a)
{
	unsigned *count = arg;

	a->status = 200 + *count;
	a->type = "text/x.echo";
	buf_printf(&a->body, "%s %s %zu\n", q->method == SERVE_POST ? "POST" : "GET",
	    q->path, q->body.n);
}

struct server {
	pid_t pid;
	int stop;
	uint16_t port;
};

/* In a process of its own, as in life. It ends when the pipe is closed. */
static bool
server_start(struct server *v, unsigned seconds)
{
	static unsigned none;
	const struct serve_opts o = { "127.0.0.1:0", 1000, 4, 3, seconds, echo, &none };
	char why[SERVE_WHY] = "";
	struct serve *s = NULL;
	int pipes[2] = { -1, -1 };

	if (!EQ_U(serve_open(&o, &s, why), OK) || !CHECK(pipe(pipes) == 0))
		return false;
	v->port = (uint16_t)strtoul(strrchr(serve_address(s), ':') + 1, NULL, 10);
	v->stop = pipes[1];
	v->pid = fork();
	if (v->pid == 0) {
		close(pipes[1]);
		enum err e = serve_run(s, pipes[0]);

		serve_close(s);
		_exit(e == OK ? 0 : 1);
	}
	close(pipes[0]);
	serve_close(s);
	return CHECK(v->pid > 0);
}

static void
server_stop(struct server *v)
{
	int status = -1;

	close(v->stop);
	CHECK(waitpid(v->pid, &status, 0) == v->pid);
	EQ_I(status, 0);
}

static int
reach(const struct server *v)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(v->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	return fd;
}

/* Up to the end of the connection, or to the marker. */
static size_t
hear(int fd, char *out, size_t cap, const char *marker)
{
	size_t n = 0, got = 1;

	out[0] = '\0';
	while (n + 1 < cap && got > 0 && (marker == NULL || !strstr(out, marker))) {
		if (sys_read_some(fd, out + n, cap - n - 1, &got) != OK)
			break;
		n += got;
		out[n] = '\0';
	}
	return n;
}

#define HOST "Host: h\r\n"
#define END  "Connection: close\r\n\r\n"

/* clang-format off */
static const struct {
	const char *name, *request, *status, *body;
} rows[] = {
	{ "get",           "GET /a/b?c HTTP/1.1\r\n" HOST END, "HTTP/1.1 200 ", "GET /a/b 0\n" },
	{ "head",          "HEAD /a HTTP/1.1\r\n" HOST END, "HTTP/1.1 200 ", "" },
	{ "post",          "POST /add HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" END "abc", "HTTP/1.1 200 ", "POST /add 3\n" },
	{ "empty post",    "POST /add HTTP/1.1\r\n" HOST "Content-Length: 0\r\n" END, "HTTP/1.1 200 ", "POST /add 0\n" },
	{ "chunks",        "POST /add HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" END "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "HTTP/1.1 200 ", "POST /add 5\n" },
	{ "HTTP/1.0",      "GET / HTTP/1.0\r\n\r\n", "HTTP/1.", "GET / 0\n" },
	{ "told too much", "POST /add HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n" END, "HTTP/1.1 413 ", NULL },
	{ "another verb",  "DELETE /add HTTP/1.1\r\n" HOST END, "HTTP/1.1 405 ", NULL },
	{ "no host",       "GET / HTTP/1.1\r\n" END, "HTTP/1.1 400 ", NULL },
	{ "no HTTP",       "hello\r\n\r\n", "", NULL },
};
/* clang-format on */

TEST(requests)
{
	struct server v;
	char text[4096];

	if (!server_start(&v, 20))
		return;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int fd = reach(&v);
		const char *body;

		ROW("%s", rows[i].name);
		CHECK(sys_write_all(fd, rows[i].request, strlen(rows[i].request)) == OK);
		hear(fd, text, sizeof(text), NULL);
		CHECK(strncmp(text, rows[i].status, strlen(rows[i].status)) == 0);
		body = strstr(text, "\r\n\r\n");
		if (rows[i].body != NULL && CHECK(body != NULL))
			EQ_S(body + 4, rows[i].body);
		close(fd);
	}
	server_stop(&v);
}

TEST(keeps_alive)
{
	static const char first[] = "GET /1 HTTP/1.1\r\n" HOST "\r\n",
			  second[] = "GET /2 HTTP/1.1\r\n" HOST END;
	struct server v;
	char text[4096];
	int fd;

	if (!server_start(&v, 20))
		return;
	fd = reach(&v);
	CHECK(sys_write_all(fd, first, strlen(first)) == OK);
	hear(fd, text, sizeof(text), "GET /1 0\n");
	CHECK(strstr(text, "text/x.echo") != NULL);
	CHECK(sys_write_all(fd, second, strlen(second)) == OK);
	hear(fd, text, sizeof(text), NULL);
	CHECK(strstr(text, "GET /2 0\n") != NULL);
	close(fd);
	server_stop(&v);
}

/* Chunks that never end, and more than the limit: cut off, nothing is answered. */
TEST(endless)
{
	static const char head[] =
	    "POST /add HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n";
	struct server v;
	char text[4096] = "", chunk[600];
	int fd;

	if (!server_start(&v, 20))
		return;
	signal(SIGPIPE, SIG_IGN);
	snprintf(chunk, sizeof(chunk), "200\r\n%0512d\r\n", 0);
	fd = reach(&v);
	CHECK(sys_write_all(fd, head, strlen(head)) == OK);
	for (int i = 0; i < 1000; i++)
		if (sys_write_all(fd, chunk, strlen(chunk)) != OK)
			break;
	hear(fd, text, sizeof(text), NULL);
	CHECK(strstr(text, "200") == NULL);
	close(fd);
	server_stop(&v);
}

/* Who never finishes is cut off, though bytes keep coming. */
TEST(slow)
{
	struct server v;
	char text[4096];
	bool cut = false;
	int fd;

	if (!server_start(&v, 0))
		return;
	signal(SIGPIPE, SIG_IGN);
	fd = reach(&v);
	CHECK(sys_write_all(fd, "GET / HTT", 9) == OK);
	/* each byte wakes the server; one of them comes after the limit of no time */
	for (int i = 0; i < 5000 && !cut; i++) {
		cut = sys_write_all(fd, "P", 1) != OK;
		usleep(200);
	}
	CHECK(cut);
	CHECK(strstr((hear(fd, text, sizeof(text), NULL), text), "200") == NULL);
	close(fd);
	server_stop(&v);
}

/* More connections of one address than allowed are not answered; the others are. */
TEST(crowd)
{
	static const char get[] = "GET /1 HTTP/1.1\r\n" HOST "\r\n";
	struct server v;
	char text[4096];
	int fd[4], served = 0;

	if (!server_start(&v, 20))
		return;
	for (size_t i = 0; i < COUNT(fd); i++) {
		fd[i] = reach(&v);
		CHECK(send(fd[i], get, strlen(get), MSG_NOSIGNAL) > 0);
		hear(fd[i], text, sizeof(text), "GET /1 0\n");
		served += strstr(text, "GET /1") != NULL;
	}
	EQ_I(served, 3);
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	server_stop(&v);
}

TEST(addresses)
{
	/* clang-format off */
	static const struct { const char *text; enum err want; } at[] = {
		{ "127.0.0.1:0", OK }, { "[::1]:0", OK }, { "localhost:80", ERR_SYNTAX },
		{ "127.0.0.1", ERR_SYNTAX }, { ":80", ERR_SYNTAX }, { "127.0.0.1:", ERR_SYNTAX },
		{ "127.0.0.1:65536", ERR_SYNTAX }, { "127.0.0.1:99999999999", ERR_SYNTAX },
		{ "127.0.0.1:8x", ERR_SYNTAX }, { "::1:80", ERR_SYNTAX }, { "[]:80", ERR_SYNTAX },
		{ "192.0.2.1:80", ERR_IO }, { "", ERR_SYNTAX },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(at); i++) {
		const struct serve_opts o = { at[i].text, 9, 4, 3, 9, echo, NULL };
		char why[SERVE_WHY] = "";
		struct serve *s = NULL;

		ROW("%s", at[i].text);
		EQ_U(serve_open(&o, &s, why), at[i].want);
		CHECK((why[0] == '\0') == (at[i].want == OK));
		serve_close(s);
	}
}
