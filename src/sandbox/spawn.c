/*
 * spawn.c - see spawn.h.
 *
 * fork and exec, not a zygote: every worker has its own address layout, so what a
 * file learns about one is worth nothing in the next. Costs about a millisecond,
 * spread over ten thousand files.
 */
#include "sandbox/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "sandbox/confine.h"
#include "sandbox/filter.h"

#define PROGRAM "candor-worker"

char *
spawn_find(const char *installed)
{
	return spawn_find_named(PROGRAM, installed);
}

char *
spawn_find_named(const char *name, const char *installed)
{
	char *dir = sys_exe_dir();
	char *tries[] = {
		dir ? xprintf("%s/%s", dir, name) : NULL,
		dir ? xprintf("%s/../libexec/candor/%s", dir, name) : NULL,
		xprintf("%s/%s", installed, name),
	};

	free(dir);
	return sys_first(tries, COUNT(tries), X_OK);
}

/* Whom a worker of root becomes: asked here, as the worker can open no files. */
static void
unprivileged(char *out, size_t n)
{
	const struct passwd *p = geteuid() == 0 ? getpwnam("_candor") : NULL;

	snprintf(out, n, "%u:%u", p ? p->pw_uid : CONFINE_NOBODY,
	    p ? p->pw_gid : CONFINE_NOBODY);
}

/* In the child: only async-signal-safe calls. Exit code 127: could not start. */
_Noreturn static void
become(const char *program, int sock, uint64_t data_limit, char *who, const char *also)
{
	const char *slash = strrchr(program, '/');
	char *argv[] = { (char *)(uintptr_t)(slash ? slash + 1 : program), who,
		(char *)(uintptr_t)also, NULL };
	char *envp[] = { NULL };
	sigset_t none;
	int null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, 10);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid(); /* a terminal's signals are for the parent */
	if (data_limit != 0) {
		struct rlimit r = { data_limit, data_limit };

		if (setrlimit(RLIMIT_DATA, &r) != 0)
			_exit(127);
	}
	/* sock and null are above 3, or dup2 would close what it copies */
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
	    dup2(sock, WORKER_CHANNEL) < 0)
		_exit(127);
	/* not ours only: whoever called us may have left descriptors open */
	if (syscall(SYS_close_range, WORKER_CHANNEL + 1, ~0u, 0) != 0)
		_exit(127);
	execve(program, argv, envp);
	_exit(127);
}

static enum err
make_channel(int sv[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) != 0)
		return ERR_IO;
	/* the child's end out of the way of descriptors 0 to 3 */
	int high = fcntl(sv[1], F_DUPFD_CLOEXEC, 10);

	close(sv[1]);
	sv[1] = high;
	if (high >= 0)
		return OK;
	close(sv[0]);
	return ERR_IO;
}

enum err
child_start(const char *program, uint64_t data_limit, const char *also, struct child *out)
{
	char who[32];
	int sv[2];
	pid_t pid;

	TRY(make_channel(sv));
	unprivileged(who, sizeof(who));
	pid = fork();
	if (pid == 0)
		become(program, sv[1], data_limit, who, also);
	close(sv[1]);
	if (pid < 0) {
		close(sv[0]);
		return ERR_IO;
	}
	*out = (struct child){ pid, sv[0] };
	return OK;
}

/* In the words of a report: it stands behind "the worker". */
static const char *
signal_word(int sig)
{
	static const struct {
		int sig;
		const char *word;
	} words[] = { { SIGSEGV, "crashed (SIGSEGV)" }, { SIGBUS, "crashed (SIGBUS)" },
		{ SIGILL, "crashed (SIGILL)" }, { SIGFPE, "crashed (SIGFPE)" },
		{ SIGTRAP, "crashed (SIGTRAP)" }, { SIGABRT, "crashed (SIGABRT)" },
		{ SIGSYS, "made a forbidden system call" },
		{ SIGXCPU, "used too much time" }, { SIGKILL, "was killed" } };

	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i].sig == sig)
			return words[i].word;
	return "was ended by a signal";
}

static void
describe(int status, char why[CHILD_WHY])
{
	if (WIFSIGNALED(status))
		snprintf(why, CHILD_WHY, "%s", signal_word(WTERMSIG(status)));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		snprintf(why, CHILD_WHY, "could not be started");
	else
		snprintf(
		    why, CHILD_WHY, "ended by itself (code %d)", WEXITSTATUS(status));
}

/* A process in an uninterruptible wait cannot be buried: we go on without it. */
static bool
bury(pid_t pid, int ms, int *status)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { fd, POLLIN, 0 };
	bool gone;

	if (fd >= 0 && ms > 0)
		poll(&p, 1, ms);
	gone = waitpid(pid, status, WNOHANG) == pid;
	/* no descriptor left to wait with: look again and again */
	for (; fd < 0 && !gone && ms > 0; ms--) {
		poll(NULL, 0, 1);
		gone = waitpid(pid, status, WNOHANG) == pid;
	}
	fd_closep(&fd);
	return gone;
}

void
child_end(struct child *c, char why[CHILD_WHY])
{
	int status = 0;

	why[0] = '\0';
	if (c->pid == 0)
		return;
	close(c->sock);
	/*
	 * A dying process shuts its socket before it can be waited for, so give it a
	 * moment: the signal it died of is the better reason.
	 */
	if (bury(c->pid, 0, &status))
		describe(status, why);
	else {
		kill(c->pid, SIGKILL);
		if (bury(c->pid, 2000, &status) &&
		    !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
			describe(status, why);
	}
	*c = (struct child){ .sock = -1 };
}
