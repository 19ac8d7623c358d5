/*
 * fail.c - see fail.h. The linker sends calls of fsync to __wrap_fsync, and this one's of
 * __real_fsync to libc (ld --wrap); so what is tested is the code that ships.
 */
#include "tests/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned armed, calls;
static enum fail_how mode;

/* The n-th call from here on. */
static void
arm(unsigned n, enum fail_how how)
{
	armed = n;
	calls = 0;
	mode = how;
}

static bool
fails(void)
{
	calls++;
	if (armed == 0 || calls < armed || (mode == FAIL_ONCE && calls > armed))
		return false;
	if (mode == FAIL_DIES)
		_exit(0);
	errno = mode == FAIL_ONCE ? EIO : ENOSPC;
	return true;
}

bool
fail_run(unsigned n, enum fail_how how, bool (*work)(void *arg), void *arg, bool *ok)
{
	int status = 0;
	pid_t pid;

	if (how != FAIL_DIES) {
		arm(n, how);
		*ok = work(arg);
		armed = 0;
		return calls >= n;
	}
	pid = fork();
	if (pid == 0) {
		arm(n, how);
		_exit(work(arg) ? 1 : 2);
	}
	*ok = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	      WEXITSTATUS(status) == 1;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
fail_folder(char folder[sizeof(FAIL_FOLDER)])
{
	snprintf(folder, sizeof(FAIL_FOLDER), "%s",
	    access("/dev/shm", W_OK) == 0 ? FAIL_FOLDER : "/tmp/candor-fail-XXXXXX");
	return mkdtemp(folder) != NULL;
}

/* --- the calls ---------------------------------------------------------------------- */

#define WRAP(name, params, args)           \
	int __real_##name params;          \
	int __wrap_##name params;          \
	int __wrap_##name params           \
	{                                  \
		if (fails())               \
			return -1;         \
		return __real_##name args; \
	}

WRAP(fsync, (int fd), (fd))
WRAP(syncfs, (int fd), (fd))
WRAP(rename, (const char *from, const char *to), (from, to))
WRAP(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(mkdir, (const char *path, mode_t mode_), (path, mode_))
WRAP(mkdirat, (int dir, const char *path, mode_t mode_), (dir, path, mode_))
WRAP(symlinkat, (const char *to, int dir, const char *path), (to, dir, path))

ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);

ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	if (!fails())
		return __real_write(fd, p, n);
	return mode == FAIL_SHORT && calls == armed && n > 1 ? __real_write(fd, p, n / 2)
							     : -1;
}

/* Opening counts where it may make a file. */
#define OPEN(name, params, args)                          \
	int __real_##name params;                         \
	int __wrap_##name params;                         \
	int __wrap_##name params                          \
	{                                                 \
		va_list ap;                               \
		mode_t bits = 0;                          \
                                                          \
		va_start(ap, flags);                      \
		if ((flags & (O_CREAT | O_TMPFILE)) != 0) \
			bits = va_arg(ap, mode_t);        \
		va_end(ap);                               \
		if ((flags & O_CREAT) != 0 && fails())    \
			return -1;                        \
		return __real_##name args;                \
	}

OPEN(open, (const char *path, int flags, ...), (path, flags, bits))
OPEN(open64, (const char *path, int flags, ...), (path, flags, bits))
OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, bits))
OPEN(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, bits))
