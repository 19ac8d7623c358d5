/*
 * sys.c - see sys.h.
 *
 * openat2 and not openat: RESOLVE_NO_MAGICLINKS keeps us out of /proc/PID/fd and its
 * kin, where a link leads past every permission. EAGAIN of openat2 means that the
 * kernel saw a rename race and wants to be asked again.
 */
#include "base/sys.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void
fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int
sys_code(void)
{
	return errno;
}

const char *
sys_reason(int code)
{
	static _Thread_local char text[128];

	snprintf(text, sizeof(text), "%s", strerror(code));
	text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

const char *
sys_why(void)
{
	return sys_reason(errno);
}

enum err
sys_failed(void)
{
	return errno == EACCES || errno == EPERM || errno == ENOENT || errno == ELOOP ||
		       errno == ENOTDIR || errno == EEXIST || errno == EXDEV
		   ? ERR_ACCESS
		   : ERR_IO;
}

enum err
sys_failed_as(int code)
{
	errno = code;
	return sys_failed();
}

enum err
sys_open(int dir, const char *name, unsigned flags, int *fd)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_NO_MAGICLINKS,
	};
	long r;

	if (!(flags & SYS_FOLLOW))
		how.flags |= O_NOFOLLOW;
	if (flags & SYS_DIR)
		how.flags |= O_DIRECTORY;
	if (flags & SYS_PATH)
		how.flags = (how.flags & (O_NOFOLLOW | O_CLOEXEC)) | O_PATH;
	do
		r = syscall(SYS_openat2, dir, name, &how, sizeof(how));
	while (r < 0 && (errno == EINTR || errno == EAGAIN));
	if (r < 0)
		return sys_failed();
	*fd = (int)r;
	return OK;
}

enum err
sys_stat(int fd, struct stat *st)
{
	return fstat(fd, st) == 0 ? OK : sys_failed();
}

const char *
sys_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFIFO: return "fifo";
	case S_IFCHR:
	case S_IFBLK: return "device";
	case S_IFSOCK: return "socket";
	case S_IFLNK: return "symbolic link";
	case S_IFDIR: return "folder";
	default: return "file";
	}
}

enum err
sys_memfd(const char *name, int *fd)
{
	int r = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (r < 0)
		return sys_failed();
	*fd = r;
	return OK;
}

enum err
sys_seal(int fd)
{
	int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

	return fcntl(fd, F_ADD_SEALS, seals) == 0 ? OK : sys_failed();
}

enum err
sys_write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t r = write(fd, at, n);

		if (r < 0 && errno == EINTR)
			continue;
		/* somebody else who has this pipe made it non-blocking: wait for room */
		if (r < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){ fd, POLLOUT, 0 }, 1, -1);
			continue;
		}
		if (r < 0)
			return sys_failed();
		at += r;
		n -= (size_t)r;
	}
	return OK;
}

enum err
sys_read_some(int fd, void *p, size_t n, size_t *got)
{
	ssize_t r;

	do
		r = read(fd, p, n);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return sys_failed();
	*got = (size_t)r;
	return OK;
}

enum err
sys_pread(int fd, void *p, size_t n, uint64_t off, size_t *got)
{
	ssize_t r;

	do
		r = pread(fd, p, n, (off_t)off);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return sys_failed();
	*got = (size_t)r;
	return OK;
}

enum err
sys_copy(int from, int to, uint64_t n, uint64_t *copied)
{
	uint64_t done = 0;
	ssize_t r = 1;

	/* one call copies 2 GB at most */
	while (done < n && r != 0) {
		r = sendfile(to, from, NULL, n - done < 1 << 30 ? n - done : 1 << 30);
		if (r < 0 && errno != EINTR)
			return sys_failed();
		done += r > 0 ? (uint64_t)r : 0;
	}
	*copied = done;
	return OK;
}

enum err
sys_wait(int fd)
{
	return poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, -1) < 0 ? sys_failed() : OK;
}

void
sys_hold_std(void)
{
	/* ascending, so open() gives just the number that is free */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			bug("no descriptor for a standard stream");
}

enum err
sys_read_all(int fd, struct buf *to, size_t limit)
{
	for (;;) {
		size_t had = to->n, got = 0;
		void *p = buf_room(to, 65536);

		if (p == NULL)
			return ERR_LIMIT;
		TRY(sys_read_some(fd, p, 65536, &got));
		to->n = had + got;
		if (got == 0)
			return OK;
		if (to->n > limit)
			return ERR_LIMIT;
	}
}

/* What is there and no regular file is written to: a rename would replace /dev/null. */
static enum err
open_special(struct sys_atomic *a, const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return sys_failed();
	*a = (struct sys_atomic){ NULL, NULL, fd };
	return OK;
}

#define NAME_TRIES 100

/*
 * A new file beside path, with the mode that the umask leaves of 0666. mkstemp gives
 * 0600, and to ask for the umask is to change it, for other threads too. *name is set
 * only when it is there; else errno tells.
 */
static int
open_beside(const char *path, char **name)
{
	for (unsigned i = 0; i < NAME_TRIES; i++) {
		uint32_t r;
		int fd = -1;

		if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
			return -1;
		*name = xprintf("%s.%08x", path, r);
		fd = open(*name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0)
			return fd;

		int code = errno;

		free(*name);
		*name = NULL;
		errno = code;
		if (code != EEXIST)
			return -1;
	}
	return -1;
}

enum err
sys_atomic_open(struct sys_atomic *a, const char *path)
{
	struct stat st;

	*a = (struct sys_atomic){ .fd = -1 };
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return open_special(a, path);
	*a = (struct sys_atomic){ NULL, xstrdup(path), -1 };
	a->fd = open_beside(path, &a->tmp);
	if (a->fd >= 0)
		return OK;

	int code = errno;

	sys_atomic_drop(a);
	errno = code;
	return sys_failed();
}

/* The folder is synced too: else a power cut may leave the name without content. */
static void
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0)
		fsync(fd);
	fd_closep(&fd);
	free(dir);
}

static enum err
commit(struct sys_atomic *a, unsigned how)
{
	enum err e = OK;

	if (a->tmp != NULL && (fsync(a->fd) != 0 || (how ? renameat2(AT_FDCWD, a->tmp,
							       AT_FDCWD, a->path, how)
							 : rename(a->tmp, a->path)) != 0))
		e = sys_failed();
	if (e == OK && a->tmp != NULL) {
		sync_folder_of(a->path);
		free(a->tmp);
		a->tmp = NULL;
	}

	int code = errno;

	sys_atomic_drop(a);
	errno = code;
	return e;
}

enum err
sys_atomic_commit(struct sys_atomic *a)
{
	return commit(a, 0);
}

enum err
sys_atomic_commit_new(struct sys_atomic *a)
{
	return commit(a, RENAME_NOREPLACE);
}

void
sys_atomic_drop(struct sys_atomic *a)
{
	if (a->tmp != NULL)
		unlink(a->tmp);
	fd_closep(&a->fd);
	free(a->tmp);
	free(a->path);
	*a = (struct sys_atomic){ .fd = -1 };
}

uint64_t
sys_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t
sys_clock_ms(void)
{
	return sys_clock_ns() / 1000000;
}

int64_t
sys_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

char *
sys_first(char **path, size_t n, int mode)
{
	char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (found == NULL && path[i] != NULL && access(path[i], mode) == 0)
			found = path[i];
		else
			free(path[i]);
	}
	return found;
}

char *
sys_exe_dir(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0 || n == sizeof(path) - 1)
		return NULL; /* not told, or cut */
	path[n] = '\0';

	char *slash = strrchr(path, '/');

	if (slash == NULL)
		return NULL;
	*slash = '\0';
	return xstrdup(path);
}

unsigned
sys_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
	return 1;
}

unsigned
sys_raise_nofile(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return 1024;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0)
		getrlimit(RLIMIT_NOFILE, &r);
	return r.rlim_cur > 1 << 20 ? 1 << 20 : (unsigned)r.rlim_cur;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (p == NULL)
		bug("out of memory");
	return p;
}

char *
xstrdup(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		bug("out of memory");
	return p;
}

char *
xprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		bug("out of memory");
	return s;
}

void *
xgrow(void *old, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap ? *cap : 16;

	if (need <= *cap)
		return old;
	while (want < need)
		want *= 2;
	old = reallocarray(old, want, size);
	if (old == NULL)
		bug("out of memory");
	*cap = want;
	return old;
}
