/*
 * room.c - see room.h: the half that stays outside.
 *
 * The order matters: clone, then map the ids (only the parent can), then seize, so that
 * ptrace sees every process from its birth, and only then "go". Until then the child
 * does nothing but wait.
 */
#include "rebuild/room.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "rebuild/room_in.h"

#define NOBODY 65534u

const struct room_limits room_default = {
	.space = UINT64_C(4) << 30,
	.memory = UINT64_C(16) << 30,
	.output = UINT64_C(64) << 20,
	.tasks = 512,
	.seconds = 3600,
};

#define NAMESPACES                                                                  \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | \
	    CLONE_NEWUTS | CLONE_NEWCGROUP)

#define TRACE_OPTIONS                                                        \
	(PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |    \
	    PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | \
	    PTRACE_O_TRACESECCOMP)

bool
room_send(int channel, const struct room_msg *m, const int *fds, size_t n)
{
	union {
		char room[CMSG_SPACE(3 * sizeof(int))];
		struct cmsghdr align;
	} c = { { 0 } };
	struct iovec v = { (void *)(uintptr_t)m, sizeof(*m) };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1 };

	if (n > 0) {
		h.msg_control = &c;
		h.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c.align.cmsg_level = SOL_SOCKET;
		c.align.cmsg_type = SCM_RIGHTS;
		c.align.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&c.align), fds, n * sizeof(int));
	}
	return sendmsg(channel, &h, MSG_NOSIGNAL) == (ssize_t)sizeof(*m);
}

bool
room_recv(int channel, struct room_msg *m, int *fds, size_t n)
{
	union {
		char room[CMSG_SPACE(3 * sizeof(int))];
		struct cmsghdr align;
	} c = { { 0 } };
	struct iovec v = { m, sizeof(*m) };
	struct msghdr h = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	const struct cmsghdr *got;
	ssize_t r;

	do
		r = recvmsg(channel, &h, MSG_CMSG_CLOEXEC);
	while (r < 0 && errno == EINTR);
	if (r != (ssize_t)sizeof(*m))
		return false;
	m->text[sizeof(m->text) - 1] = '\0';
	got = CMSG_FIRSTHDR(&h);
	for (size_t i = 0; i < n; i++)
		fds[i] = -1;
	if (got != NULL && got->cmsg_type == SCM_RIGHTS &&
	    got->cmsg_len == CMSG_LEN(n * sizeof(int)))
		memcpy(fds, CMSG_DATA(got), n * sizeof(int));
	return true;
}

static bool
write_proc(pid_t pid, const char *file, const char *text)
{
	char *path = xprintf("/proc/%d/%s", (int)pid, file);
	CLEAN(fd_closep) int fd = open(path, O_WRONLY | O_CLOEXEC);

	free(path);
	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/*
 * The room's root is nobody outside when we are root, so that even who gets out of it is
 * nobody; else it is we ourselves, as the kernel permits no other mapping.
 */
static bool
map_ids(pid_t pid)
{
	bool root = geteuid() == 0;
	char *users = xprintf("0 %u 1\n", root ? NOBODY : (unsigned)geteuid());
	char *groups = xprintf("0 %u 1\n", root ? NOBODY : (unsigned)getegid());
	bool ok = (root || write_proc(pid, "setgroups", "deny")) &&
		  write_proc(pid, "uid_map", users) && write_proc(pid, "gid_map", groups);

	free(users);
	free(groups);
	return ok;
}

static enum err
refuse(struct room *r, struct fault *f, const char *what)
{
	int code = errno;

	room_close(r);
	return fault_set(f, FAULT_IO, "cannot make a room to build in: %s: %s", what,
	    sys_reason(code));
}

/* Descriptor tables are shared by nobody: what the child does not need it closes. */
static enum err
start_init(const struct room_plan *p, struct room *r, struct fault *f)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) != 0)
		return refuse(r, f, "socketpair");
	fflush(NULL); /* or both of us print what is still in stdio's buffers */
	r->init = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, 0, 0, 0, 0);
	if (r->init == 0) {
		close(sv[0]);
		room_init(p, sv[1]);
	}
	close(sv[1]);
	if (r->init < 0) {
		r->init = 0;
		close(sv[0]);
		return refuse(r, f,
		    "namespaces (clone; see kernel.unprivileged_userns_clone "
		    "and user.max_user_namespaces, or run as root)");
	}
	r->channel = sv[0];
	return OK;
}

/* Two of the errors are fill.c's own words for what happened to the bundle. */
static enum err
not_ready(const struct room_msg *m, struct fault *f)
{
	bool failed = m->word == ROOM_FAILED;

	if (failed && m->value == EBADMSG)
		return fault_set(f, FAULT_ALTERED,
		    "the bundle was changed while it was read: cannot %s", m->text);
	if (failed && m->value == ENODATA)
		return fault_set(f, FAULT_BUNDLE,
		    "the bundle became shorter while it was read: cannot %s", m->text);
	return fault_set(f, FAULT_IO, "cannot make a room to build in: %s",
	    failed ? m->text : "it does not answer");
}

enum err
room_open(const struct room_plan *p, struct room *r, struct fault *f)
{
	struct room_msg m = { .word = ROOM_GO };
	int fds[3];

	*r = (struct room){ 0, -1, -1, -1, -1 };
	TRY(start_init(p, r, f));
	if (!map_ids(r->init))
		return refuse(r, f, "uid_map");
	if (ptrace(PTRACE_SEIZE, r->init, 0, TRACE_OPTIONS) != 0)
		return refuse(r, f, "ptrace");
	if (!room_send(r->channel, &m, NULL, 0) || !room_recv(r->channel, &m, fds, 3))
		return refuse(r, f, "its first process died");
	if (m.word != ROOM_READY) {
		room_close(r);
		return not_ready(&m, f);
	}
	r->root = fds[0];
	r->out = fds[1];
	r->log = fds[2];
	return OK;
}

enum err
room_start(struct room *r, struct fault *f)
{
	const struct room_msg m = { .word = ROOM_START };

	return room_send(r->channel, &m, NULL, 0) ? OK : refuse(r, f, "start");
}

enum err
room_ended(struct room *r, int *status)
{
	struct room_msg m = { 0 };

	if (!room_recv(r->channel, &m, NULL, 0) || m.word != ROOM_ENDED)
		return ERR_PROTO;
	*status = m.value;
	return OK;
}

/* Killing the first process of a pid namespace kills all of it (pid_namespaces(7)). */
void
room_close(struct room *r)
{
	int *fds[] = { &r->channel, &r->root, &r->out, &r->log };
	int st;

	if (r->init > 0) {
		kill(r->init, SIGKILL);
		/* the dead of the room are ours to bury first: we trace them */
		while (waitpid(-1, &st, __WALL) > 0 || errno == EINTR)
			;
	}
	r->init = 0;
	for (size_t i = 0; i < COUNT(fds); i++)
		fd_closep(fds[i]);
}

const char *
room_refused(void)
{
	static char why[400];
	const struct fill_tree none = { .bundle = -1 };
	struct vary_world w;
	struct room_plan p = { .world = &w,
		.source = &none,
		.recipe = &none,
		.script = "none",
		.limits = room_default,
		.root = -1 };
	struct fault f = { 0 };
	struct room r;

	vary_make(VARY_NONE, &(struct vary_host){ 1, NULL }, &w);
	if (room_open(&p, &r, &f) == OK) {
		room_close(&r);
		return NULL;
	}
	snprintf(why, sizeof(why), "%s", f.text);
	return why;
}
