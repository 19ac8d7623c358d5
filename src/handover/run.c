/* run.c - see run.h. */
#include "handover/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"

_Noreturn static void
become(const char *const *argv, unsigned flags, int in, int out)
{
	int null = open("/dev/null", O_RDWR);

	/* stderr stays, mostly: git's own sentence is the best explanation there is */
	if (dup2(in >= 0 ? in : null, 0) < 0 || dup2(out, 1) < 0 ||
	    ((flags & RUN_QUIET) && dup2(null, 2) < 0))
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
	setenv("GIT_NO_REPLACE_OBJECTS", "1", 1);
	setenv("GIT_OPTIONAL_LOCKS", "0", 1);
	setenv("GIT_ALLOW_PROTOCOL", "", 1); /* a partial clone fetches what it lacks */
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

enum err
run_start(const char *const *argv, unsigned flags, struct run *r)
{
	int to[2] = { -1, -1 }, from[2];

	*r = (struct run){ .in = -1, .out = -1 };
	if (pipe2(from, O_CLOEXEC) != 0)
		return ERR_IO;
	if ((flags & RUN_TALK) && pipe2(to, O_CLOEXEC) != 0) {
		close(from[0]);
		close(from[1]);
		return ERR_IO;
	}
	r->pid = fork();
	if (r->pid == 0)
		become(argv, flags, to[0], from[1]);
	close(from[1]);
	fd_closep(&to[0]);
	r->in = to[1];
	r->out = from[0];
	if (r->pid > 0)
		return OK;
	(void)run_end(r);
	return ERR_IO;
}

int
run_end(struct run *r)
{
	int status = -1;

	fd_closep(&r->in);
	fd_closep(&r->out);
	if (r->pid > 0)
		while (waitpid(r->pid, &status, 0) < 0 && sys_code() == EINTR)
			;
	*r = (struct run){ .in = -1, .out = -1 };
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

enum err
run_text(const char *const *argv, size_t limit, struct buf *out)
{
	struct run r;
	enum err e;
	int code;

	TRY(run_start(argv, 0, &r));
	e = sys_read_all(r.out, out, limit);
	code = run_end(&r);
	return e != OK ? e : code == 0 ? OK : ERR_FORMAT;
}
