/*
 * guard_test.c - the filter of a build, on a child and by reading it.
 *
 * The child makes raw calls only; a watched call without a tracer gives ENOSYS
 * (seccomp(2), SECCOMP_RET_TRACE), which shows that it is watched.
 */
#include "rebuild/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/tap.h"

struct ask {
	const char *name;
	long nr, arg[3];
	int want; /* errno; 0: it works */
};

static const struct ask asks[] = {
	{ "getpid", SYS_getpid, { 0 }, 0 },
	{ "mount", SYS_mount, { 0 }, EPERM },
	{ "unshare", SYS_unshare, { 0 }, EPERM },
	{ "ptrace", SYS_ptrace, { 0 }, EPERM },
	{ "seccomp", SYS_seccomp, { 0 }, EINVAL },
	{ "io_uring", SYS_io_uring_setup, { 8, 0, 0 }, ENOSYS },
	{ "clone3", SYS_clone3, { 0 }, ENOSYS },
	{ "keyctl", SYS_keyctl, { 0 }, ENOSYS },
	{ "bpf", SYS_bpf, { 0 }, EPERM },
	{ "settimeofday", SYS_settimeofday, { 0 }, EPERM },
	{ "a user namespace by clone", SYS_clone, { CLONE_NEWUSER, 0, 0 }, EPERM },
	{ "a network by clone", SYS_clone, { CLONE_NEWNET, 0, 0 }, EPERM },
	{ "a filter by prctl", SYS_prctl, { PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0 },
	    EINVAL },
	{ "another prctl", SYS_prctl, { PR_GET_NO_NEW_PRIVS, 0, 0 }, 0 },
	{ "socket unix", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 }, 0 },
	{ "socket inet", SYS_socket, { AF_INET, SOCK_STREAM, 0 }, 0 },
	{ "socket packet", SYS_socket, { AF_PACKET, SOCK_RAW, 0 }, EAFNOSUPPORT },
	{ "socket vsock", SYS_socket, { AF_VSOCK, SOCK_STREAM, 0 }, EAFNOSUPPORT },
	{ "openat is watched", SYS_openat, { AT_FDCWD, 0, 0 }, ENOSYS },
	{ "renameat2 is watched", SYS_renameat2, { 0 }, ENOSYS },
	{ "linkat is watched", SYS_linkat, { 0 }, ENOSYS },
	{ "connect is watched", SYS_connect, { -1, 0, 0 }, ENOSYS },
	{ "mkdirat is not", SYS_mkdirat, { AT_FDCWD, 0, 0 }, EFAULT },
};

static int
ask_in_child(bool clocks, const struct ask *a)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		long r;

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    guard_install(clocks) != 0)
			_exit(255);
		r = syscall(a->nr, a->arg[0], a->arg[1], a->arg[2], 0, 0, 0);
		_exit(r >= 0 ? 0 : errno);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(calls)
{
	for (size_t i = 0; i < COUNT(asks); i++) {
		ROW("%s", asks[i].name);
		EQ_I(ask_in_child(false, &asks[i]), asks[i].want);
	}
}

TEST(clocks_when_asked)
{
	const struct ask clock = { "clock_gettime", SYS_clock_gettime, { 99, 0, 0 }, 0 };
	const struct ask stat = { "fstat", SYS_fstat, { -1, 0, 0 }, 0 };

	EQ_I(ask_in_child(false, &clock), EINVAL);
	EQ_I(ask_in_child(true, &clock), ENOSYS);
	EQ_I(ask_in_child(false, &stat), EBADF);
	EQ_I(ask_in_child(true, &stat), ENOSYS);
}

/* Every jump lands inside, and the last instruction is an answer (the kernel insists). */
TEST(form)
{
	struct sock_filter p[GUARD_MAX];

	for (unsigned clocks = 0; clocks < 2; clocks++) {
		size_t n = guard_make(clocks, p);

		CHECK(n > 50 && n <= GUARD_MAX);
		EQ_U(p[n - 1].code, BPF_RET | BPF_K);
		for (size_t i = 0; i < n; i++)
			if (BPF_CLASS(p[i].code) == BPF_JMP)
				CHECK(i + 1 + p[i].jt < n && i + 1 + p[i].jf < n);
	}
}
