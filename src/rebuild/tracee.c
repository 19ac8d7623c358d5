/* tracee.c - see tracee.h. */
#include "rebuild/tracee.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/sys.h"

#define PAGE      4096u
#define WORDS_MAX 65536u /* of arguments and environment on a stack, looked through */

bool
tracee_read(pid_t pid, uint64_t addr, void *p, size_t n)
{
	struct iovec to = { p, n }, from = { (void *)(uintptr_t)addr, n };

	return process_vm_readv(pid, &to, 1, &from, 1, 0) == (ssize_t)n;
}

bool
tracee_write(pid_t pid, uint64_t addr, const void *p, size_t n)
{
	struct iovec from = { (void *)(uintptr_t)p, n },
		     to = { (void *)(uintptr_t)addr, n };

	return process_vm_writev(pid, &from, 1, &to, 1, 0) == (ssize_t)n;
}

/* Up to the end of each page at a time: the one behind the text may not be there. */
bool
tracee_text(pid_t pid, uint64_t addr, char out[TRACEE_PATH])
{
	size_t n = 0;

	while (n < TRACEE_PATH) {
		size_t want = PAGE - (size_t)((addr + n) % PAGE);

		if (want > TRACEE_PATH - n)
			want = TRACEE_PATH - n;
		if (!tracee_read(pid, addr + n, out + n, want))
			return false;
		if (memchr(out + n, '\0', want) != NULL)
			return true;
		n += want;
	}
	return false;
}

static bool
read_link(const char *path, char out[TRACEE_PATH])
{
	ssize_t n = readlink(path, out, TRACEE_PATH - 1);

	if (n <= 0 || n == TRACEE_PATH - 1)
		return false;
	out[n] = '\0';
	return true;
}

bool
tracee_fd(pid_t pid, int fd, char out[TRACEE_PATH])
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	return read_link(path, out);
}

bool
tracee_is_folder(pid_t pid, int fd)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "cwd", "root" or "fd/7" of the process, as a folder of ours to start from. */
static int
open_own(pid_t pid, const char *what)
{
	char path[96];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	return open(path, O_PATH | O_CLOEXEC);
}

/* Where the process is: an absolute name in its room. */
static bool
start_of(pid_t pid, int dirfd, char out[TRACEE_PATH])
{
	char path[64];

	if (dirfd != AT_FDCWD)
		return tracee_fd(pid, dirfd, out);
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
	return read_link(path, out);
}

/* Follows the links of a folder's name, below the process's root and never out of it. */
static bool
resolve(pid_t pid, const char *folder, char out[TRACEE_PATH])
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | O_DIRECTORY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	CLEAN(fd_closep) int root = open_own(pid, "root");
	CLEAN(fd_closep) int fd = -1;
	char path[64];

	if (root < 0)
		return false;
	fd = (int)syscall(SYS_openat2, root, folder, &how, sizeof(how));
	if (fd < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return read_link(path, out);
}

/* Takes "folder/name" apart; the name is where the last link is not followed. */
bool
tracee_path(pid_t pid, int dirfd, uint64_t addr, char out[TRACEE_PATH])
{
	char given[TRACEE_PATH], at[TRACEE_PATH] = "", folder[TRACEE_PATH];
	const char *name;
	char *whole, *slash;
	bool ok;

	if (!tracee_text(pid, addr, given) ||
	    (given[0] != '/' && !start_of(pid, dirfd, at)))
		return false;
	/* an empty path with AT_EMPTY_PATH is the descriptor itself */
	if (given[0] == '\0')
		return memcpy(out, at, TRACEE_PATH) != NULL;
	whole = given[0] == '/' ? xstrdup(given) : xprintf("%s/%s", at, given);
	for (size_t n = strlen(whole); n > 1 && whole[n - 1] == '/'; n--)
		whole[n - 1] = '\0';
	slash = strrchr(whole, '/');
	name = slash + 1;
	*slash = '\0';
	ok = resolve(pid, whole[0] ? whole : "/", folder) &&
	     snprintf(out, TRACEE_PATH, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder,
		 name) < TRACEE_PATH;
	free(whole);
	return ok;
}

/*
 * On a new program's stack (System V ABI, 3.4.1) are argc, the arguments, NULL, the
 * environment, NULL, and pairs of words that tell about the kernel. AT_SYSINFO_EHDR,
 * where the vDSO is, becomes AT_IGNORE: libc then makes system calls.
 */
void
tracee_drop_vdso(pid_t pid)
{
	struct __ptrace_syscall_info info;
	const uint64_t ignore = AT_IGNORE;
	uint64_t word[2];
	unsigned nulls = 0;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return;
	uint64_t at = info.stack_pointer + 8;

	for (size_t i = 0; i < WORDS_MAX && nulls < 2; i++, at += 8) {
		if (!tracee_read(pid, at, word, 8))
			return;
		nulls += word[0] == 0;
	}
	for (size_t i = 0; i < 64; i++, at += 16) {
		if (!tracee_read(pid, at, word, 16) || word[0] == AT_NULL)
			return;
		if (word[0] == AT_SYSINFO_EHDR)
			tracee_write(pid, at, &ignore, sizeof(ignore));
	}
}
