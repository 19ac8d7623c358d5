#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

static char *home;

static void
enter_home(void)
{
	char name[] = "/tmp/candor-sys-XXXXXX";

	CHECK(mkdtemp(name) != NULL && chdir(name) == 0);
	home = xstrdup(name);
}

static void
leave_home(void)
{
	CHECK(chdir("/") == 0);
	test_remove(home);
	free(home);
}

static struct buf
content(const char *path)
{
	struct buf b = { 0 };
	int fd;

	if (CHECK(sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) == OK)) {
		CHECK(sys_read_all(fd, &b, 1 << 20) == OK);
		close(fd);
	}
	return b;
}

static unsigned
files_here(void)
{
	DIR *d = opendir(".");
	unsigned n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2; /* . and .. */
}

/* A file appears whole or not at all, and nothing else is left behind. */
TEST(atomic)
{
	struct sys_atomic a;
	struct stat st;
	struct buf b;

	enter_home();
	umask(022);
	CHECK(sys_atomic_open(&a, "f") == OK);
	CHECK(sys_write_all(a.fd, "one", 3) == OK);
	CHECK(access("f", F_OK) != 0);
	CHECK(sys_atomic_commit(&a) == OK);
	CHECK(stat("f", &st) == 0);
	EQ_U(st.st_mode & 0777, 0644);

	/* what appears meanwhile stays, also a link to nothing */
	CHECK(symlink("nowhere", "link") == 0);
	for (unsigned k = 0; k < 2; k++) {
		CHECK(sys_atomic_open(&a, k ? "link" : "f") == OK);
		CHECK(sys_atomic_commit_new(&a) != OK);
		EQ_I(errno, EEXIST);
	}
	CHECK(stat("nowhere", &st) != 0 && stat("link", &st) != 0);
	CHECK(unlink("link") == 0);
	CHECK(sys_atomic_open(&a, "fresh") == OK);
	CHECK(sys_atomic_commit_new(&a) == OK);
	CHECK(stat("fresh", &st) == 0 && unlink("fresh") == 0);

	umask(077); /* it is the kernel that applies it, not we */
	CHECK(sys_atomic_open(&a, "private") == OK);
	CHECK(fstat(a.fd, &st) == 0);
	EQ_U(st.st_mode & 0777, 0600);
	sys_atomic_drop(&a);
	umask(022);
	CHECK(sys_atomic_open(&a, "nowhere/f") == ERR_ACCESS);

	CHECK(sys_atomic_open(&a, "f") == OK);
	CHECK(sys_write_all(a.fd, "other", 5) == OK);
	sys_atomic_drop(&a);
	sys_atomic_drop(&a); /* twice does no harm */
	b = content("f");
	EQ_B(buf_bytes(&b), BYTES_LIT("one"));
	buf_done(&b);
	EQ_U(files_here(), 1);
	leave_home();
}

TEST(atomic_failures)
{
	struct sys_atomic a;

	enter_home();
	CHECK(sys_atomic_open(&a, "none/f") == ERR_ACCESS);
	EQ_S(sys_why(), "no such file or directory");
	sys_atomic_drop(&a);
	CHECK(mkdir("d", 0700) == 0);
	CHECK(sys_atomic_open(&a, "d") == ERR_IO);
	EQ_S(sys_why(), "is a directory");
	EQ_U(files_here(), 1);
	/* a device is written to, never replaced */
	CHECK(sys_atomic_open(&a, "/dev/null") == OK);
	CHECK(a.tmp == NULL && sys_write_all(a.fd, "x", 1) == OK);
	CHECK(sys_atomic_commit(&a) == OK);
	leave_home();
}

/* clang-format off */
static const struct {
	const char *name;
	unsigned flags;
	enum err want;
} opens[] = {
	{ "file",         0,                     OK },
	{ "link",         0,                     ERR_ACCESS },
	{ "link",         SYS_FOLLOW,            OK },
	{ "link",         SYS_PATH,              OK },
	{ "folder",       SYS_DIR,               OK },
	{ "file",         SYS_DIR,               ERR_ACCESS },
	{ "none",         0,                     ERR_ACCESS },
	{ "loop",         SYS_FOLLOW,            ERR_ACCESS },
	{ "fifo",         0,                     OK }, /* and does not wait */
	{ "/proc/self/fd/0",   SYS_FOLLOW,       ERR_ACCESS }, /* a magic link */
	{ "/proc/self/root/tmp", SYS_FOLLOW | SYS_DIR, ERR_ACCESS },
};
/* clang-format on */

TEST(open)
{
	enter_home();
	CHECK(mkdir("folder", 0700) == 0 && symlink("file", "link") == 0);
	CHECK(symlink("loop", "loop") == 0 && mkfifo("fifo", 0600) == 0);
	close(open("file", O_CREAT | O_WRONLY, 0600));
	for (size_t i = 0; i < COUNT(opens); i++) {
		int fd = -1;

		ROW("%s %u", opens[i].name, opens[i].flags);
		EQ_U(sys_open(AT_FDCWD, opens[i].name, opens[i].flags, &fd),
		    opens[i].want);
		EQ_U(fd >= 0, opens[i].want == OK);
		if (fd >= 0)
			EQ_I(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		fd_closep(&fd);
	}
	leave_home();
}

TEST(kinds)
{
	EQ_S(sys_kind(S_IFIFO), "fifo");
	EQ_S(sys_kind(S_IFCHR), "device");
	EQ_S(sys_kind(S_IFBLK), "device");
	EQ_S(sys_kind(S_IFSOCK), "socket");
	EQ_S(sys_kind(S_IFLNK), "symbolic link");
	EQ_S(sys_kind(S_IFDIR), "folder");
	EQ_S(sys_kind(S_IFREG), "file");
}

/* What is sealed cannot change any more, and stays readable. */
TEST(seal)
{
	char got[8] = "";
	size_t n = 0;
	int fd;

	CHECK(sys_memfd("test", &fd) == OK && sys_write_all(fd, "abc", 3) == OK);
	CHECK(sys_seal(fd) == OK);
	CHECK(sys_write_all(fd, "d", 1) != OK);
	CHECK(ftruncate(fd, 0) != 0);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(sys_read_some(fd, got, sizeof(got), &n) == OK);
	EQ_U(n, 3);
	close(fd);
}

/* A pipe that is full and non-blocking: everything arrives all the same. */
TEST(slow_reader)
{
	static const uint8_t data[1 << 18] = { 0 };
	struct buf b = { 0 };
	int fds[2], status;
	pid_t child;

	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	CHECK(fcntl(fds[1], F_SETFL, O_NONBLOCK) == 0);
	child = fork();
	if (child == 0)
		_exit(sys_write_all(fds[1], data, sizeof(data)) != OK);
	close(fds[1]);
	CHECK(sys_read_all(fds[0], &b, sizeof(data)) == OK);
	EQ_U(b.n, sizeof(data));
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	close(fds[0]);
	buf_done(&b);
}

TEST(read_limit)
{
	struct buf b = { 0 };
	int fd;

	CHECK(sys_memfd("test", &fd) == OK && sys_write_all(fd, "0123456789", 10) == OK);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && sys_read_all(fd, &b, 9) == ERR_LIMIT);
	buf_clear(&b);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && sys_read_all(fd, &b, 10) == OK);
	EQ_U(b.n, 10);
	close(fd);
	buf_done(&b);
}

/* In a child, as the streams of the test are wanted. */
TEST(closed_streams)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		int next;

		close(0);
		close(1);
		close(2);
		sys_hold_std();
		next = open("/dev/null", O_RDONLY);
		_exit(next < 3 || write(1, "x", 1) == 1 || write(2, "x", 1) == 1 ||
		      read(0, &next, 1) >= 0);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

TEST(small_things)
{
	size_t cap = 0;
	int *v = xgrow(NULL, &cap, 1, sizeof(*v)), *same;
	char *dir = sys_exe_dir();

	EQ_U(cap, 16);
	same = xgrow(v, &cap, 16, sizeof(*v));
	CHECK(same == v);
	v = xgrow(same, &cap, 17, sizeof(*v));
	EQ_U(cap, 32);
	free(v);
	CHECK(dir != NULL && dir[0] == '/');
	free(dir);
	CHECK(sys_cores() >= 1 && sys_raise_nofile() >= 64);
	EQ_S(sys_reason(2), "no such file or directory");
	CHECK(sys_clock_ms() <= sys_clock_ns() / 1000000 + 1);
}

/* As much as there is and as was asked for, behind what the file holds already. */
TEST(copies)
{
	static const struct {
		uint64_t n;
		const char *want;
	} rows[] = { { 0, "<" }, { 4, "<0123" }, { 10, "<0123456789" },
		{ UINT64_MAX, "<0123456789" } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		int from = -1, to = -1;
		uint64_t got = 99;
		char have[16] = "";

		ROW("%s", rows[i].want);
		CHECK(sys_memfd("a", &from) == OK && sys_memfd("b", &to) == OK);
		CHECK(sys_write_all(from, "0123456789", 10) == OK &&
		      lseek(from, 0, SEEK_SET) == 0);
		CHECK(sys_write_all(to, "<", 1) == OK);
		EQ_U(sys_copy(from, to, rows[i].n, &got), OK);
		CHECK(pread(to, have, sizeof(have) - 1, 0) >= 0);
		EQ_S(have, rows[i].want);
		EQ_U(got, strlen(have) - 1);
		/* one that cannot be written to says so */
		if (rows[i].n > 0) {
			CHECK(sys_seal(to) == OK && lseek(from, 0, SEEK_SET) == 0);
			EQ_U(sys_copy(from, to, rows[i].n, &got), ERR_ACCESS);
		}
		fd_closep(&from);
		fd_closep(&to);
	}
}

/* The first that is there and permitted; the others are freed (ASan looks on). */
TEST(first)
{
	static const struct {
		const char *path[3];
		int mode;
		const char *want;
	} list[] = {
		{ { "/", "/proc", "/dev" }, R_OK, "/" },
		{ { "/none", NULL, "/proc" }, R_OK, "/proc" },
		{ { NULL, "/proc/self/status", "/proc/self/exe" }, X_OK,
		    "/proc/self/exe" },
		{ { "/none", "", NULL }, R_OK, NULL },
	};

	for (size_t i = 0; i < COUNT(list); i++) {
		char *path[3] = { NULL, NULL, NULL }, *have;

		ROW("%zu", i);
		for (size_t k = 0; k < 3; k++)
			if (list[i].path[k] != NULL)
				path[k] = xstrdup(list[i].path[k]);
		have = sys_first(path, 3, list[i].mode);
		if (list[i].want == NULL)
			CHECK(have == NULL);
		else
			EQ_S(have, list[i].want);
		free(have);
	}
}
