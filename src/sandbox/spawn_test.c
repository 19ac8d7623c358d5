#include "sandbox/spawn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "sandbox/filter.h"
#include "tests/tap.h"

/* Run as the worker of this test: what argv[0] and the descriptors look like there. */
static void
script(const char *path, const char *text)
{
	struct sys_atomic a;

	CHECK(sys_atomic_open(&a, path) == OK);
	CHECK(sys_write_all(a.fd, text, strlen(text)) == OK);
	CHECK(sys_atomic_commit(&a) == OK && chmod(path, 0700) == 0);
}

/* clang-format off */
static const struct {
	const char *text, *why;
} rows[] = {
	{ "#!/bin/sh\nexit 7\n",          "ended by itself (code 7)" },
	{ "#!/bin/sh\nexit 127\n",        "could not be started" },
	{ "#!/bin/sh\nkill -SEGV $$\n",   "crashed (SIGSEGV)" },
	{ "#!/bin/sh\nkill -SYS $$\n",    "made a forbidden system call" },
	{ "#!/bin/sh\nkill -KILL $$\n",   "was killed" },
	{ "#!/bin/sh\nkill -USR1 $$\n",   "was ended by a signal" },
	/* an empty environment, a socket as 3, and nothing above (/dev/null below) */
	{ "#!/bin/sh\ntest -S /proc/$$/fd/3 || exit 1\n"
	  "for n in 0 1 2; do test /proc/$$/fd/$n -ef /dev/null || exit 2; done\n"
	  "for n in 4 5 6 7 8 9 11 12; do test -e /proc/$$/fd/$n && exit 3; done\n"
	  "test -z \"$HOME$USER$CANDOR_TEST\" || exit 4\n"
	  "test \"$1\" = \"${1%%:*}:${1##*:}\" || exit 5\nexit 42\n", "ended by itself (code 42)" },
};
/* clang-format on */

/* The peer's end closes when it dies; so we know when to look. */
static void
wait_for_end(int sock)
{
	char byte;
	size_t n;

	if (sys_read_some(sock, &byte, 1, &n) != OK)
		return;
}

TEST(ends)
{
	char path[] = "/tmp/candor-spawn-XXXXXX";
	int leak = dup(0);

	close(mkstemp(path));
	setenv("CANDOR_TEST", "x", 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct child c = { 0 };
		char why[CHILD_WHY];

		ROW("%s", rows[i].why);
		script(path, rows[i].text);
		if (!CHECK(child_start(path, 0, NULL, &c) == OK))
			continue;
		wait_for_end(c.sock);
		child_end(&c, why);
		/* killed while it still ran is what KILL itself looks like */
		if (strcmp(rows[i].why, "was killed") != 0 || why[0] != '\0')
			EQ_S(why, rows[i].why);
		EQ_I(c.pid, 0);
		child_end(&c, why); /* there is none any more */
		EQ_S(why, "");
	}
	unlink(path);
	close(leak);
}

/* The word reaches the program, behind whom it shall become; without one there is none.
 */
TEST(word)
{
	char path[] = "/tmp/candor-spawn-XXXXXX", why[CHILD_WHY];
	struct child c = { 0 };

	close(mkstemp(path));
	script(path,
	    "#!/bin/sh\n[ $# = 2 ] && [ \"$2\" = word ] && exit 7\nexit $(($# + 1))\n");
	CHECK(child_start(path, 0, "word", &c) == OK);
	wait_for_end(c.sock);
	child_end(&c, why);
	EQ_S(why, "ended by itself (code 7)");
	CHECK(child_start(path, 0, NULL, &c) == OK);
	wait_for_end(c.sock);
	child_end(&c, why);
	EQ_S(why, "ended by itself (code 2)");
	unlink(path);
}

/* One that still runs is killed, and that is no fault of it. */
TEST(alive)
{
	struct child c = { 0 };
	char path[] = "/tmp/candor-spawn-XXXXXX", why[CHILD_WHY];

	close(mkstemp(path));
	script(path, "#!/bin/sh\nread x <&3; read x\nwhile :; do :; done\n");
	CHECK(child_start(path, 0, NULL, &c) == OK);
	child_end(&c, why);
	EQ_S(why, "");
	unlink(path);
}

TEST(no_program)
{
	struct child c = { 0 };
	char why[CHILD_WHY];

	CHECK(child_start("/nonexistent/worker", 0, NULL, &c) == OK);
	wait_for_end(c.sock);
	child_end(&c, why);
	EQ_S(why, "could not be started");
	CHECK(spawn_find("/nonexistent") == NULL);
}
