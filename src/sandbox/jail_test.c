/* What a jailed child may do (compute, and say so), and what becomes of all else. */
#include "sandbox/jail.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/tap.h"

static int touched;

static void
says(void *arg, struct buf *out)
{
	touched = 1; /* of the child's memory only */
	buf_str(out, arg);
}

TEST(gives_bytes_back)
{
	struct buf out = { 0 };
	char why[JAIL_WHY];

	buf_str(&out, "before, ");
	EQ_U(jail_run(says, (void *)(uintptr_t) "and behind", 10, &out, why), OK);
	EQ_S(buf_cstr(&out), "before, and behind");
	EQ_U(jail_run(says, (void *)(uintptr_t) "", 0, &out, why), OK);
	EQ_U(out.n, 18);
	EQ_U(touched, 0);
	buf_done(&out);
}

static void
says_much(void *arg, struct buf *out)
{
	size_t n = *(const size_t *)arg;
	void *room = buf_room(out, n);

	if (room != NULL)
		memset(room, 'x', n);
}

/* The bound is the caller's, to the byte, whatever the child wants to say. */
TEST(bounded)
{
	static const size_t limits[] = { 0, 1, 4096, 100000, 1000000 };

	for (size_t i = 0; i < COUNT(limits); i++) {
		struct buf out = { 0 };
		char why[JAIL_WHY] = "";
		size_t n = limits[i];

		ROW("%zu", n);
		EQ_U(jail_run(says_much, &n, limits[i], &out, why), OK);
		EQ_U(out.n, limits[i]);
		n++;
		EQ_U(jail_run(says_much, &n, limits[i], &out, why), ERR_PROTO);
		EQ_U(out.n, limits[i]); /* nothing of it was taken */
		CHECK(why[0] != '\0');
		buf_done(&out);
	}
}

/* --- what is not allowed ends it -------------------------------------------------------
 */

static void
opens(void *arg, struct buf *out)
{
	(void)arg;
	buf_str(out, open("/etc/passwd", O_RDONLY) < 0 ? "refused" : "opened");
}

static void
connects(void *arg, struct buf *out)
{
	(void)arg;
	buf_str(out, socket(AF_INET, SOCK_STREAM, 0) < 0 ? "refused" : "a socket");
}

static void
forks(void *arg, struct buf *out)
{
	(void)arg;
	buf_str(out, fork() < 0 ? "refused" : "two");
}

static void
kills(void *arg, struct buf *out)
{
	(void)arg;
	buf_str(out, kill(getppid(), SIGTERM) < 0 ? "refused" : "killed");
}

static void
aborts(void *arg, struct buf *out)
{
	(void)arg, (void)out;
	abort();
}

static void
crashes(void *arg, struct buf *out)
{
	(void)arg, (void)out;
	raise(SIGSEGV);
}

static void
leaves(void *arg, struct buf *out)
{
	(void)arg, (void)out;
	_exit(0); /* well, but without a word */
}

TEST(what_ends_it)
{
	/* clang-format off */
	static const struct {
		const char *name;
		void (*work)(void *arg, struct buf *out);
	} rows[] = {
		{ "a file", opens },    { "the network", connects }, { "a process", forks },
		{ "a signal", kills },  { "abort", aborts },         { "a crash", crashes },
		{ "no word", leaves },
	};
	/* clang-format on */
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out = { 0 };
		char why[JAIL_WHY] = "";

		ROW("%s", rows[i].name);
		EQ_U(jail_run(rows[i].work, NULL, 100, &out, why), ERR_PROTO);
		EQ_U(out.n, 0);
		CHECK(why[0] != '\0');
		buf_done(&out);
	}
}
