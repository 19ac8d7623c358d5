/* jail.c - see jail.h. */
#include "sandbox/jail.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys.h"
#include "result/wire.h"
#include "sandbox/confine.h"
#include "sandbox/filter.h"
#include "sandbox/spawn.h"

#define PATIENCE_MS 120000

/*
 * A sanitizer's run time makes calls that a locked-in process may not: there the child
 * is a child only. The programs that are installed have none.
 */
#if defined(__SANITIZE_ADDRESS__)
#define JAIL_LOCKED false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define JAIL_LOCKED false
#endif
#endif
#ifndef JAIL_LOCKED
#define JAIL_LOCKED true
#endif

/* In the child: it ends here. */
_Noreturn static void
inside(int sock, void (*work)(void *arg, struct buf *out), void *arg)
{
	const struct confine c = {
		.uid = CONFINE_NOBODY, .gid = CONFINE_NOBODY, .nofile = 8
	};
	struct wire_out w = { .fd = WORKER_CHANNEL };
	const char *step;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (dup2(sock, WORKER_CHANNEL) < 0 ||
	    syscall(SYS_close_range, WORKER_CHANNEL + 1, ~0u, 0) != 0)
		_exit(4);
	if (JAIL_LOCKED && confine(&c, &step) != OK)
		_exit(5);
	work(arg, wire_begin(&w));
	wire_send(&w, WIRE_CONTENT);
	_exit(wire_flush(&w) == OK ? 0 : 6);
}

static enum err
listen_to(int sock, size_t limit, struct buf *out)
{
	uint64_t deadline = sys_clock_ms() + PATIENCE_MS;
	struct wire_frame w;
	struct wire_in in;
	enum err e = OK;
	bool got = false;

	wire_in_init(&in, sock);
	in.nowait = true;
	while (e == OK && !got) {
		uint64_t now = sys_clock_ms();

		if (now >= deadline) {
			e = ERR_LIMIT;
			break;
		}
		poll(&(struct pollfd){ sock, POLLIN, 0 }, 1, (int)(deadline - now));
		e = wire_read(&in);
		while (e == OK && !got && (e = wire_next(&in, &w)) == OK) {
			got = w.type == WIRE_CONTENT && w.payload.n <= limit;
			if (!got)
				e = ERR_PROTO;
			else
				buf_put(out, w.payload.p, w.payload.n);
		}
		/* nothing there yet, or a piece of something that goes on */
		if (e == ERR_LIMIT || (e == ERR_END && in.n > 0))
			e = OK;
	}
	wire_in_done(&in);
	return e;
}

static enum err
failed(enum err e, char why[JAIL_WHY], const char *what)
{
	snprintf(why, JAIL_WHY, "%s", what);
	return e;
}

enum err
jail_run(void (*work)(void *arg, struct buf *out), void *arg, size_t limit,
    struct buf *out, char why[JAIL_WHY])
{
	struct child child = { .sock = -1 };
	char died[CHILD_WHY];
	enum err e;
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) != 0)
		return failed(ERR_IO, why, "cannot get a channel");
	child.pid = fork();
	if (child.pid == 0)
		inside(sv[1], work, arg);
	close(sv[1]);
	child.sock = sv[0];
	if (child.pid < 0) {
		close(sv[0]);
		return failed(ERR_IO, why, "cannot be started");
	}
	e = listen_to(sv[0], limit, out);
	child_end(&child, died);
	if (e == OK)
		return OK;
	return failed(ERR_PROTO, why,
	    e == ERR_LIMIT ? "took too long"
	    : died[0]      ? died
			   : "broke the protocol");
}
