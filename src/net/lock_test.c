#include "net/lock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

#define NOBODY 65534
#define PORT   9

/* Each deed is done in a child that is locked in; 0: it did it, 7: it was refused. */
static void
read_file(void)
{
	_exit(open("/etc/passwd", O_RDONLY) < 0 ? 7 : 0);
}

static void
read_resolv(void)
{
	_exit(open("/etc/hosts", O_RDONLY) < 0 ? 7 : 0);
}

static void
write_file(void)
{
	_exit(open("/tmp/candor-lock-test", O_WRONLY | O_CREAT, 0600) < 0 ? 7 : 0);
}

static void
new_process(void)
{
	_exit(fork() < 0 ? 7 : 0);
}

static void
run_program(void)
{
	execl("/bin/true", "true", NULL);
	_exit(7);
}

static void
udp(void)
{
	_exit(socket(AF_INET, SOCK_DGRAM, 0) < 0 ? 7 : 0);
}

static void
raw(void)
{
	_exit(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 ? 7 : 0);
}

static void
unix_socket(void)
{
	_exit(socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 7 : 0);
}

static void
tcp(void)
{
	_exit(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP) < 0 ? 7 : 0);
}

static void
serve(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

	_exit(listen(fd, 1) != 0 ? 7 : 0);
}

static void
code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	_exit(p == MAP_FAILED ? 7 : 0);
}

static void
signals(void)
{
	_exit(kill(getppid(), 0) != 0 ? 7 : 0);
}

/* Nobody listens at either: refused by the kernel's rules is another errno. */
static void
try_port(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
		_exit(0);
	_exit(errno == EACCES ? 7 : 0);
}

static void
its_port(void)
{
	try_port(PORT);
}

static void
another_port(void)
{
	try_port(PORT + 1);
}

enum { DONE, REFUSED, KILLED };

/* clang-format off */
static const struct {
	const char *name;
	void (*deed)(void);
	int names, servers; /* what comes of it behind the first lock, and the second */
	int abi;            /* of Landlock that this needs; else it may be done */
} rows[] = {
	{ "any file",           read_file,    REFUSED, KILLED,  1 },
	{ "a resolver's file",  read_resolv,  DONE,    KILLED,  0 },
	{ "writing",            write_file,   KILLED,  KILLED,  0 },
	{ "a process",          new_process,  KILLED,  KILLED,  0 },
	{ "a program",          run_program,  KILLED,  KILLED,  0 },
	{ "UDP",                udp,          DONE,    KILLED,  0 },
	{ "a unix socket",      unix_socket,  DONE,    KILLED,  0 },
	{ "raw",                raw,          REFUSED, KILLED,  0 },
	{ "TCP",                tcp,          DONE,    DONE,    0 },
	{ "a server",           serve,        KILLED,  KILLED,  0 },
	{ "new code",           code,         DONE,    KILLED,  0 },
	{ "a signal",           signals,      KILLED,  KILLED,  0 },
	{ "the job's port",     its_port,     DONE,    DONE,    0 },
	{ "another port",       another_port, DONE,    REFUSED, 4 },
};
/* clang-format on */

static int
outcome(void (*deed)(void), bool servers)
{
	static const uint16_t ports[] = { PORT };
	const char *step;
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (lock_for_names(NOBODY, NOBODY, &step) != OK)
			_exit(9);
		if (servers && lock_for_servers(ports, 1, &step) != OK)
			_exit(9);
		deed();
	}
	if (!CHECK(waitpid(child, &status, 0) == child))
		return -1;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : -1;
	return WEXITSTATUS(status) == 0 ? DONE : WEXITSTATUS(status) == 7 ? REFUSED : -1;
}

TEST(deeds)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		if (abi >= rows[i].abi || rows[i].names != REFUSED)
			EQ_I(outcome(rows[i].deed, false), rows[i].names);
		if (abi >= rows[i].abi || rows[i].servers != REFUSED)
			EQ_I(outcome(rows[i].deed, true), rows[i].servers);
	}
}
