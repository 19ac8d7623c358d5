#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

	if (confine(&(struct confine){ 1, 1, 8, NULL }, &step) == OK)
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
		const struct confine c = { CONFINE_NOBODY, CONFINE_NOBODY, 16, NULL };
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
		_exit(confine(&(struct confine){ 0, 0, 16, NULL }, &step) == ERR_ACCESS &&
			      step[0] == 'b'
			  ? 0
			  : 1);
	CHECK(waitpid(child, &status, 0) == child);
	EQ_I(status, 0);
}

/* A service keeps a folder and the calls of its own table; all else is gone. */
static const struct filter_row service_rows[] = { FILTER_ROW(openat, "opens")
	    FILTER_ROW(unlinkat, "removes") FILTER_ROW(unlink, "removes")
		FILTER_ROW(close, "closes") FILTER_ROW(exit_group, "ends") };

static char inside[64];

static void
use_folder(void)
{
	int fd = open(inside, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || close(fd) != 0 || unlink(inside) != 0)
		_exit(9);
}

/* Exit code 7: the kernel has no Landlock, so only the filter guards files. */
static void
leave_folder(void)
{
	if (open("/etc/passwd", O_RDONLY) >= 0)
		_exit(7);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*deed)(void);
	int signal, code;
} services[] = {
	{ "in its folder", use_folder,   0,      0 },
	{ "outside of it", leave_folder, 0,      0 },
	{ "fork",          new_process,  SIGSYS, 0 },
	{ "socket",        network,      SIGSYS, 0 },
};
/* clang-format on */

static bool
has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
}

TEST(service)
{
	char folder[] = "/tmp/candor-confine-XXXXXX";
	const struct confine_service keeps = { service_rows, COUNT(service_rows), folder,
		4096 };
	const struct confine c = { 0, 0, 16, &keeps };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	snprintf(inside, sizeof(inside), "%s/x", folder);
	for (size_t i = 0; i < COUNT(services); i++) {
		const char *step = "";
		int status = -1;
		pid_t child = fork();

		ROW("%s", services[i].name);
		if (child == 0) {
			if (confine(&c, &step) != OK)
				_exit(8);
			services[i].deed();
			_exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child);
		EQ_I(WIFSIGNALED(status) ? WTERMSIG(status) : 0, services[i].signal);
		if (services[i].signal == 0 &&
		    (has_landlock() || WEXITSTATUS(status) != 7))
			EQ_I(status, services[i].code);
	}
	test_remove(folder);
}
