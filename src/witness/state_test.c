#include "witness/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

#define NAME "c4e7523df5536b74f854d80187e0d5ac464281dce48ea91c75a78e7637fc6f58"

static char folder[64], below[80];

static bool
make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/candor-state-XXXXXX");
	if (!CHECK(mkdtemp(folder) != NULL))
		return false;
	snprintf(below, sizeof(below), "%s/state", folder);
	return true;
}

static bool
kept(const struct state *s, const char *want)
{
	struct buf b = { 0 };
	bool same = CHECK(state_load(s, NAME, 100, &b) == OK) &&
		    EQ_B(buf_bytes(&b), bytes_of(want));

	buf_done(&b);
	return same;
}

TEST(keeps)
{
	struct state s = { -1 };
	struct buf b = { 0 };
	bool fresh = false;

	if (!make_folder())
		return;
	if (CHECK(state_open(below, &s, &fresh) == OK)) {
		CHECK(fresh);
		EQ_U(state_load(&s, NAME, 100, &b), ERR_END);
		EQ_U(state_store(&s, NAME, BYTES_LIT("first")), OK);
		kept(&s, "first");
		EQ_U(state_store(&s, NAME, BYTES_LIT("second")), OK);
		kept(&s, "second");
		EQ_U(state_load(&s, NAME, 5, &b), ERR_LIMIT);
		state_close(&s);
	}
	if (CHECK(state_open(below, &s, &fresh) == OK)) {
		CHECK(!fresh);
		kept(&s, "second");
		state_close(&s);
	}
	buf_done(&b);
	test_remove(folder);
}

TEST(locked)
{
	struct state one = { -1 }, two = { -1 };
	bool fresh;

	if (!make_folder())
		return;
	CHECK(state_open(below, &one, &fresh) == OK);
	EQ_U(state_open(below, &two, &fresh), ERR_PROTO);
	EQ_I(two.dir, -1);
	state_close(&one);
	CHECK(state_open(below, &two, &fresh) == OK);
	state_close(&two);
	test_remove(folder);
}

/* What a crash left half written is no obstacle, and was never the state. */
TEST(left_over)
{
	struct state s = { -1 };
	bool fresh;
	int fd;

	if (!make_folder())
		return;
	CHECK(state_open(below, &s, &fresh) == OK);
	CHECK(state_store(&s, NAME, BYTES_LIT("first")) == OK);
	fd = openat(s.dir, "new", O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && write(fd, "half", 4) == 4);
	close(fd);
	kept(&s, "first");
	CHECK(state_store(&s, NAME, BYTES_LIT("second")) == OK);
	kept(&s, "second");
	state_close(&s);
	test_remove(folder);
}

/* No room: the old one stays, and nothing else. A limit on files stands for the disk. */
TEST(no_room)
{
	struct state s = { -1 };
	bool fresh;
	int status = -1;
	pid_t child;

	if (!make_folder())
		return;
	CHECK(state_open(below, &s, &fresh) == OK);
	CHECK(state_store(&s, NAME, BYTES_LIT("first")) == OK);
	child = fork();
	if (child == 0) {
		struct rlimit r = { 4, 4 };

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &r);
		_exit(state_store(&s, NAME, BYTES_LIT("too much")) == ERR_IO ? 0 : 1);
	}
	CHECK(waitpid(child, &status, 0) == child);
	EQ_I(status, 0);
	kept(&s, "first");
	CHECK(faccessat(s.dir, "new", F_OK, 0) != 0);
	state_close(&s);
	test_remove(folder);
}

TEST(cannot)
{
	struct state s = { -1 };
	bool fresh;

	CHECK(state_open("/proc/none/such", &s, &fresh) != OK);
	CHECK(state_open("/dev/null", &s, &fresh) != OK);
	EQ_I(s.dir, -1);
}
