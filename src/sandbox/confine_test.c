#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/tap.h"

/*
 * Each deed is done in a child, locked in. tests/sandbox tries every call there is;
 * this shows that confine() alone, without a worker around it, is what stops them.
 */
static void
nothing(void)
{
}

static void
open_file(void)
{
	open("/etc/passwd", O_RDONLY);
}

static void
new_process(void)
{
	fork();
}

static void
network(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void
write_somewhere(void)
{
	if (write(2, "x", 1) == 1)
		_exit(9);
}

static void
kill_parent(void)
{
	kill(getppid(), 0);
}

static void
become_root(void)
{
	if (setuid(0) == 0)
		_exit(9);
}

static void
lock_in_again(void)
{
	const char *step;

	if (confine(&(struct confine){ 1, 1, 8 }, &step) == OK)
		_exit(9);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*deed)(void);
	int signal; /* it ends of; 0: exit code 0 */
} rows[] = {
	{ "nothing",       nothing,         0 },
	{ "open",          open_file,       SIGSYS },
	{ "fork",          new_process,     SIGSYS },
	{ "socket",        network,         SIGSYS },
	{ "write",         write_somewhere, SIGSYS },
	{ "kill",          kill_parent,     SIGSYS },
	{ "setuid",        become_root,     SIGSYS },
	{ "confine again", lock_in_again,   SIGSYS },
};
/* clang-format on */

TEST(deeds)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct confine c = { CONFINE_NOBODY, CONFINE_NOBODY, 16 };
		const char *step = "";
		int status = -1;
		pid_t child = fork();

		ROW("%s", rows[i].name);
		if (child == 0) {
			if (confine(&c, &step) != OK)
				_exit(8);
			rows[i].deed();
			_exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child);
		EQ_I(WIFSIGNALED(status) ? WTERMSIG(status) : 0, rows[i].signal);
		if (rows[i].signal == 0)
			EQ_I(status, 0);
	}
}

/* Root must become somebody: a worker that would stay root does not start. */
TEST(never_root)
{
	const char *step = "";
	int status = -1;
	pid_t child;

	if (geteuid() != 0)
		return;
	child = fork();
	if (child == 0)
		_exit(confine(&(struct confine){ 0, 0, 16 }, &step) == ERR_ACCESS &&
			      step[0] == 'b'
			  ? 0
			  : 1);
	CHECK(waitpid(child, &status, 0) == child);
	EQ_I(status, 0);
}
