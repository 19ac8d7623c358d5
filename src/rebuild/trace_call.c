/*
 * trace_call.c - see trace_call.h.
 *
 * Names are read after the kernel's answer, from the descriptor that it gave: so links,
 * relative names and races are the kernel's business. Only a rename leaves no descriptor;
 * its names are resolved before it.
 */
#include "rebuild/trace_call.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <time.h>

#include "base/sys.h"
#include "rebuild/tracee.h"

/* --- files ------------------------------------------------------------------------- */

/* What the kernel makes up as it is read, or swallows: nothing goes from one to another.
 */
static bool
is_kernels(const char *name)
{
	return strncmp(name, "/proc/", 6) == 0 || strncmp(name, "/sys/", 5) == 0 ||
	       (strncmp(name, "/dev/", 5) == 0 && strncmp(name, "/dev/shm/", 9) != 0);
}

static uint64_t
open_flags(const struct trace_task *t, pid_t pid)
{
	uint64_t flags;

	switch (t->kind) {
	case GUARD_OPEN: return t->arg[1];
	case GUARD_CREAT: return O_WRONLY | O_CREAT | O_TRUNC;
	case GUARD_OPENAT2:
		/* struct open_how begins with them; unreadable: take it for both */
		return tracee_read(pid, t->arg[2], &flags, sizeof(flags)) ? flags
									  : O_RDWR;
	default: return t->arg[2];
	}
}

static void
opened(struct trace_calls *c, const struct trace_task *t, pid_t pid, int fd)
{
	uint64_t flags = open_flags(t, pid), mode = flags & O_ACCMODE;
	char name[TRACEE_PATH];

	if ((flags & (O_PATH | O_DIRECTORY)) != 0 && (flags & O_TMPFILE) != O_TMPFILE)
		return;
	c->opened++;
	if (!tracee_fd(pid, fd, name)) {
		flow_lose(c->flow); /* closed by another thread already */
		return;
	}
	if (is_kernels(name))
		return;
	if (mode != O_WRONLY)
		flow_read(c->flow, t->proc, name);
	if (mode != O_RDONLY)
		flow_write(c->flow, t->proc, name);
}

/* --- names -------------------------------------------------------------------------- */

static char *
path_of(struct trace_calls *c, pid_t pid, int dirfd, uint64_t addr)
{
	char given[TRACEE_PATH], path[TRACEE_PATH];
	char *end;

	/* linkat of a file that never had a name (open(2), O_TMPFILE) */
	if (tracee_text(pid, addr, given) && strncmp(given, "/proc/self/fd/", 14) == 0) {
		long fd = strtol(given + 14, &end, 10);

		return *end == '\0' && tracee_fd(pid, (int)fd, path) ? xstrdup(path)
								     : NULL;
	}
	if (tracee_path(pid, dirfd, addr, path))
		return xstrdup(path);
	(void)c; /* the call will fail, too; when it does not, trace_call_end tells */
	return NULL;
}

static void
keep_names(struct trace_calls *c, struct trace_task *t, pid_t pid)
{
	bool at = t->kind == GUARD_RENAMEAT || t->kind == GUARD_LINKAT;
	int from = at ? (int)t->arg[0] : AT_FDCWD, to = at ? (int)t->arg[2] : AT_FDCWD;

	free(t->from);
	free(t->to);
	t->from = path_of(c, pid, from, t->arg[at ? 1 : 0]);
	t->to = path_of(c, pid, to, t->arg[at ? 3 : 1]);
}

static void
moved(struct trace_calls *c, struct trace_task *t, pid_t pid)
{
	char *there = xprintf("/proc/%d/root%s", (int)pid, t->to ? t->to : "");
	struct stat st;

	if (t->from == NULL || t->to == NULL)
		flow_lose(c->flow);
	else
		flow_move(c->flow, t->from, t->to,
		    lstat(there, &st) == 0 && S_ISDIR(st.st_mode));
	free(there);
}

/* Two that speak through a socket may have told each other anything. */
static void
socket_named(struct trace_calls *c, const struct trace_task *t, pid_t pid)
{
	struct sockaddr_un a = { 0 };
	size_t n = t->arg[2] < sizeof(a) ? (size_t)t->arg[2] : sizeof(a);
	char *name;

	if (n <= offsetof(struct sockaddr_un, sun_path) ||
	    !tracee_read(pid, t->arg[1], &a, n) || a.sun_family != AF_UNIX)
		return;
	name = xprintf("socket:%.*s", (int)(sizeof(a.sun_path) - 1),
	    a.sun_path[0] ? a.sun_path : a.sun_path + 1);
	flow_read(c->flow, t->proc, name);
	flow_write(c->flow, t->proc, name);
	free(name);
}

/* --- clocks ------------------------------------------------------------------------- */

#define SECOND INT64_C(1000000000)
#define SLOW   1000 /* times slower, when it is slow */

/* What the build's clock shows when the kernel's shows t (both ns since 1970). */
static int64_t
map_time(const struct trace_calls *c, int64_t t)
{
	const struct vary_world *w = c->world;

	if (w->slow_from != 0)
		t = w->slow_from * SECOND + (t - c->start) / SLOW;
	return t + w->shift * SECOND;
}

/* A struct timespec (part 1) or timeval (part 1000), as 64-bit systems have them. */
static void
move_clock(const struct trace_calls *c, pid_t pid, uint64_t addr, int64_t part)
{
	int64_t t[2];

	if (addr == 0 || !tracee_read(pid, addr, t, sizeof(t)))
		return;
	int64_t ns = map_time(c, t[0] * SECOND + t[1] * part);

	t[0] = ns / SECOND;
	t[1] = ns % SECOND / part;
	(void)tracee_write(pid, addr, t, sizeof(t));
}

/*
 * The time of a file, in place. Only what lies between the begin of the build and now can
 * have come from the kernel's clock; what the build set by itself was right already.
 */
static bool
move_file_time(const struct trace_calls *c, int64_t *s, int64_t *ns)
{
	struct timespec now;
	int64_t t;

	clock_gettime(CLOCK_REALTIME, &now);
	if (*s < c->start / SECOND || *s > now.tv_sec)
		return false;
	t = map_time(c, *s * SECOND + *ns);
	*s = t / SECOND;
	*ns = t % SECOND;
	return true;
}

static void
move_stat(const struct trace_calls *c, pid_t pid, uint64_t addr)
{
	struct stat st;
	struct timespec *time[] = { &st.st_atim, &st.st_mtim, &st.st_ctim };
	bool moved = false;

	if (!tracee_read(pid, addr, &st, sizeof(st)))
		return;
	for (size_t i = 0; i < COUNT(time); i++) {
		int64_t s = time[i]->tv_sec, ns = time[i]->tv_nsec;

		if (move_file_time(c, &s, &ns)) {
			*time[i] = (struct timespec){ s, ns };
			moved = true;
		}
	}
	if (moved)
		(void)tracee_write(pid, addr, &st, sizeof(st));
}

static void
move_statx(const struct trace_calls *c, pid_t pid, uint64_t addr)
{
	struct statx st;
	struct statx_timestamp *time[] = { &st.stx_atime, &st.stx_btime, &st.stx_ctime,
		&st.stx_mtime };
	bool moved = false;

	if (!tracee_read(pid, addr, &st, sizeof(st)))
		return;
	for (size_t i = 0; i < COUNT(time); i++) {
		int64_t s = time[i]->tv_sec, ns = time[i]->tv_nsec;

		if (move_file_time(c, &s, &ns)) {
			time[i]->tv_sec = s;
			time[i]->tv_nsec = (uint32_t)ns;
			moved = true;
		}
	}
	if (moved)
		(void)tracee_write(pid, addr, &st, sizeof(st));
}

static bool
is_wall_clock(uint64_t id)
{
	return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE || id == CLOCK_TAI;
}

/* What the call gave, in another value: the register that the answer is in. */
#ifdef __x86_64__
static void
set_answer(pid_t pid, int64_t answer)
{
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), answer);
}
#else
static void
set_answer(pid_t pid, int64_t answer)
{
	struct user_regs_struct r;
	struct iovec v = { &r, sizeof(r) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v) != 0)
		return;
	r.regs[0] = (uint64_t)answer;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v);
}
#endif

/* time(2) gives its answer twice. */
static void
move_answer(
    const struct trace_calls *c, const struct trace_task *t, pid_t pid, int64_t answer)
{
	int64_t s = map_time(c, answer * SECOND) / SECOND;

	set_answer(pid, s);
	if (t->arg[0] != 0)
		(void)tracee_write(pid, t->arg[0], &s, sizeof(s));
}

/* --- begin and end ------------------------------------------------------- */

bool
trace_call_begin(struct trace_calls *c, struct trace_task *t, pid_t pid,
    enum guard_kind kind, const uint64_t arg[6])
{
	t->kind = kind;
	memcpy(t->arg, arg, sizeof(t->arg));
	switch (kind) {
	case GUARD_RENAME:
	case GUARD_RENAMEAT:
	case GUARD_LINK:
	case GUARD_LINKAT: keep_names(c, t, pid); return true;
	case GUARD_SOCKET: socket_named(c, t, pid); return false;
	case GUARD_CLOCK: return is_wall_clock(arg[0]);
	default: return true;
	}
}

void
trace_call_end(struct trace_calls *c, struct trace_task *t, pid_t pid, int64_t answer)
{
	if (t->kind == GUARD_CHOWN &&
	    (answer == -EINVAL || (c->owners && answer == -EPERM)))
		set_answer(pid, c->owners ? 0 : -EPERM);
	if (answer < 0)
		return;
	switch (t->kind) {
	case GUARD_OPEN:
	case GUARD_CREAT:
	case GUARD_OPENAT:
	case GUARD_OPENAT2: opened(c, t, pid, (int)answer); break;
	case GUARD_RENAME:
	case GUARD_RENAMEAT:
	case GUARD_LINK:
	case GUARD_LINKAT: moved(c, t, pid); break;
	case GUARD_CLOCK: move_clock(c, pid, t->arg[1], 1); break;
	case GUARD_TIMEOFDAY: move_clock(c, pid, t->arg[0], 1000); break;
	case GUARD_TIME: move_answer(c, t, pid, answer); break;
	case GUARD_STAT: move_stat(c, pid, t->arg[1]); break;
	case GUARD_STATAT: move_stat(c, pid, t->arg[2]); break;
	case GUARD_STATX: move_statx(c, pid, t->arg[4]); break;
	case GUARD_CHOWN:
	case GUARD_SOCKET:
	case GUARD_OTHER: break;
	}
}

/* --- programs ------------------------------------------------------------ */

/*
 * Right after exec nothing is mapped but the program and its loader, both by the kernel,
 * which opened them without a call. Lines of maps end with the name, from column 73 on.
 */
static void
read_maps(struct trace_calls *c, const struct trace_task *t, pid_t pid)
{
	char path[64], line[TRACEE_PATH + 128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	if (f == NULL) {
		flow_lose(c->flow);
		return;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		char *name = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		if (name != NULL)
			flow_read(c->flow, t->proc, name);
	}
	fclose(f);
}

/* Can whoever has that descriptor read it, write it? From fdinfo's flags (octal). */
static bool
fd_mode(pid_t pid, int fd, int *mode)
{
	char path[64], line[128];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)pid, fd);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "flags:", 6) == 0) {
			*mode = (int)(strtol(line + 6, NULL, 8) & O_ACCMODE);
			found = true;
		}
	fclose(f);
	return found;
}

/*
 * Descriptors 0 to 2, as a shell gives them: pipes and files that it opened before.
 * Make's job server has higher ones, and tells nothing but "you may".
 */
void
trace_call_exec(struct trace_calls *c, const struct trace_task *t, pid_t pid)
{
	char name[TRACEE_PATH];
	int mode;

	read_maps(c, t, pid);
	for (int fd = 0; fd <= 2; fd++) {
		if (!tracee_fd(pid, fd, name) || !fd_mode(pid, fd, &mode) ||
		    is_kernels(name) || strncmp(name, "/candor/", 8) == 0)
			continue;
		if (mode != O_WRONLY)
			flow_read(c->flow, t->proc, name);
		if (mode != O_RDONLY)
			flow_write(c->flow, t->proc, name);
	}
}
