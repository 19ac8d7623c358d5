/* server.c - see server.h. One connection at a time, one request each: it is a test. */
#include "selftest/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"

#define REQUEST_MAX 8192

static bool
say(int fd, const char *text)
{
	return sys_write_all(fd, text, strlen(text)) == OK;
}

/*
 * The path of a GET, below folder; NULL: no such request. ".." anywhere is refused: the
 * lab's site is beside the lab's keys.
 */
static char *
path_of(const char *folder, const char *request)
{
	const char *end = strchr(request, ' ');

	end = end ? strchr(end + 1, ' ') : NULL;
	if (strncmp(request, "GET /", 5) != 0 || end == NULL ||
	    strstr(request, "..") != NULL)
		return NULL;
	return xprintf("%s/%.*s", folder, (int)(end - request - 5), request + 5);
}

/*
 * Whole files in memory: the lab's own are small. The endless ones are beyond the limit,
 * which is a 404.
 */
static void
serve_file(int fd, const char *path)
{
	struct buf b = { 0 };
	int file = -1;

	if (sys_open(AT_FDCWD, path, SYS_FOLLOW, &file) != OK ||
	    sys_read_all(file, &b, 1u << 30) != OK)
		say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n"
			"Connection: close\r\n\r\n");
	else {
		char *head = xprintf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
				     "Connection: close\r\n\r\n",
		    b.n);

		if (say(fd, head) && sys_write_all(fd, b.p, b.n) != OK)
			buf_clear(&b);
		free(head);
	}
	fd_closep(&file);
	buf_done(&b);
}

static void
misbehave(int fd, enum server_mood mood)
{
	static const char block[65536];

	switch (mood) {
	case SERVER_ENDLESS:
	case SERVER_ENDLESS_BLOB:
		say(fd, "HTTP/1.1 200 OK\r\n\r\n");
		while (sys_write_all(fd, block, sizeof(block)) == OK)
			continue;
		break;
	case SERVER_SLOW:
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
		while (say(fd, "x"))
			poll(NULL, 0, 200);
		break;
	case SERVER_SILENT: poll(NULL, 0, 60000); break;
	case SERVER_REDIRECT:
		say(fd, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/evil\r\n"
			"Content-Length: 0\r\nConnection: close\r\n\r\n");
		break;
	default: say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhalf"); break;
	}
}

static void
answer(int fd, const char *folder, enum server_mood mood)
{
	char request[REQUEST_MAX + 1];
	size_t n = 0, got = 1;
	char *path;

	do {
		if (sys_read_some(fd, request + n, REQUEST_MAX - n, &got) != OK)
			return;
		n += got;
		request[n] = '\0';
	} while (got > 0 && n < REQUEST_MAX && strstr(request, "\r\n\r\n") == NULL);
	path = path_of(folder, request);
	if (path == NULL)
		return;
	if (mood == SERVER_HONEST ||
	    (mood == SERVER_ENDLESS_BLOB && strstr(path, "/blob/") == NULL))
		serve_file(fd, path);
	else
		misbehave(fd, mood);
	free(path);
}

_Noreturn static void
serve(int sock, const char *folder, enum server_mood mood)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(sock, NULL, NULL);

		/* a child each: an endless answer must not keep the next one waiting */
		if (fd >= 0 && fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			answer(fd, folder, mood);
			shutdown(fd, SHUT_WR);
			_exit(0);
		}
		fd_closep(&fd);
	}
}

void
server_start(struct server *s, const char *folder, enum server_mood mood)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (sock < 0 || bind(sock, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(sock, 64) != 0 || getsockname(sock, (struct sockaddr *)&a, &n) != 0)
		bug("the lab's server cannot listen");
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u", ntohs(a.sin_port));
	s->pid = fork();
	if (s->pid == 0)
		serve(sock, folder, mood);
	close(sock);
	if (s->pid < 0)
		bug("the lab's server cannot start");
}

void
server_end(struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
}
