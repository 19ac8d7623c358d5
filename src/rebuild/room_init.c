/*
 * room_init.c - a room's first process, and the build that it starts.
 *
 * It is a copy of candor with all rights inside its namespaces, so it does as little as
 * possible: makes the room, starts the build as somebody without rights, buries the dead,
 * kills what the build left behind and says how it ended. It never reads what the build
 * wrote.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "rebuild/guard.h"
#include "rebuild/room_in.h"

#define KEPT 10 /* the channel; below are the standard descriptors */

#define OUTPUT "/candor/output"

/* --- the build, before it is one ---------------------------------------------------- */

static bool
set_limits(const struct room_limits *l)
{
	const struct {
		int what;
		rlim_t max;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NPROC, l->tasks },
		{ RLIMIT_NOFILE, 4096 },
		{ RLIMIT_FSIZE, l->space },
		{ RLIMIT_AS, l->memory },
		{ RLIMIT_CPU, l->seconds },
		{ RLIMIT_MEMLOCK, 1u << 20 },
		{ RLIMIT_MSGQUEUE, 1u << 20 },
		{ RLIMIT_RTPRIO, 0 },
	};

	for (size_t i = 0; i < COUNT(limits); i++) {
		struct rlimit now, r = { limits[i].max, limits[i].max };

		/* what the host allows less of stays less */
		if (getrlimit((__rlimit_resource_t)limits[i].what, &now) == 0 &&
		    now.rlim_max < r.rlim_max)
			r.rlim_cur = r.rlim_max = now.rlim_max;
		if (setrlimit((__rlimit_resource_t)limits[i].what, &r) != 0)
			return false;
	}
	return true;
}

/* The first n of the processors that we have. */
static bool
set_processors(unsigned n)
{
	cpu_set_t have, want;

	CPU_ZERO(&want);
	if (sched_getaffinity(0, sizeof(have), &have) != 0)
		return false;
	for (size_t i = 0; i < CPU_SETSIZE && n > 0; i++)
		if (CPU_ISSET(i, &have)) {
			CPU_SET(i, &want);
			n--;
		}
	return sched_setaffinity(0, sizeof(want), &want) == 0;
}

/* The kernel should take the build, not the host's programs, when memory ends. */
static void
be_first_to_go(void)
{
	CLEAN(fd_closep) int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!write(fd, "1000", 4);
}

static bool
drop_caps(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { 0 };

	for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0)
			return false;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) == 0;
}

static char **
make_env(const struct room_plan *p)
{
	const struct vary_world *w = p->world;
	char **env = xcalloc(64, sizeof(*env)), **e = env;

	*e++ = xprintf("PATH=/usr/bin:/bin:/usr/sbin:/sbin%s",
	    w->extra ? ":/usr/games:/nonexistent" : "");
	*e++ = xprintf("SOURCE=%s/source", w->base);
	*e++ = xprintf("RECIPE=%s/recipe", w->base);
	*e++ = xprintf("WORK=%s/work", w->base);
	*e++ = xprintf("OUT=%s/out", w->base);
	*e++ = xprintf("HOME=%s/home", w->base);
	*e++ = xprintf("TMPDIR=/tmp");
	*e++ = xprintf("USER=%s", w->user);
	*e++ = xprintf("LOGNAME=%s", w->user);
	*e++ = xprintf("SHELL=/bin/sh");
	*e++ = xprintf("LANG=%s", w->locale);
	*e++ = xprintf("LC_ALL=%s", w->locale);
	*e++ = xprintf("TZ=%s", w->zone);
	*e++ = xprintf("SOURCE_DATE_EPOCH=%lld", (long long)p->source->time);
	for (const char *const *v = vary_extra; w->extra && *v != NULL; v++)
		*e++ = xstrdup(*v);
	for (const char *const *v = p->vars; v != NULL && *v != NULL && e < env + 63; v++)
		*e++ = xstrdup(*v);
	return env;
}

/* As a login would have it: init blocks what it does not wait for, and that is inherited.
 */
static void
reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Writes what stopped it where its output goes, and ends as a shell would. */
_Noreturn static void
give_up(const char *step)
{
	dprintf(
	    2, "candor: the build could not be started: %s: %s\n", step, strerror(errno));
	_exit(126);
}

/*
 * gate: init writes a byte when it has mapped our ids. The order is that of need: what
 * takes a right comes before the rights go.
 */
_Noreturn static void
become_build(const struct room_plan *p, int log, int ready, int gate)
{
	char *work = xprintf("%s/work", p->world->base);
	char *script = xprintf("%s/recipe/%s", p->world->base, p->script);
	char sh[] = "sh", *argv[] = { sh, script, NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char byte;

	if (null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(126);
	be_first_to_go();
	if (!set_processors(p->world->cpus))
		give_up("sched_setaffinity");
	if (unshare(CLONE_NEWUSER) != 0)
		give_up("a user namespace of its own");
	if (write(ready, "", 1) != 1 || read(gate, &byte, 1) != 1)
		give_up("the mapping of its ids");
	if (syscall(SYS_close_range, 3, ~0u, 0) != 0)
		give_up("close_range");
	if (!drop_caps())
		give_up("capset");
	if (!set_limits(&p->limits))
		give_up("setrlimit");
	setsid();
	reset_signals();
	umask(p->world->umask);
	if (chdir(work) != 0)
		give_up(work);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		give_up("no_new_privs");
	if (guard_install(vary_clock(p->world)) != 0)
		give_up("seccomp");
	execve("/bin/sh", argv, make_env(p));
	give_up("/bin/sh");
}

/* --- init ---------------------------------------------------------------- */

_Noreturn static void
fail(int channel, const struct room_step *s)
{
	struct room_msg m = { .word = ROOM_FAILED, .value = errno };

	snprintf(m.text, sizeof(m.text), "%.190s: %s", s->what, sys_why());
	room_send(channel, &m, NULL, 0);
	_exit(1);
}

static bool
write_file(const char *path, const char *text)
{
	CLEAN(fd_closep) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* The build's user is the room's root by another name: files made by one are the other's.
 */
static bool
map_build(pid_t pid, const struct vary_world *w)
{
	char *map = xprintf("%u 0 1\n", (unsigned)w->uid);
	char *users = xprintf("/proc/%d/uid_map", (int)pid);
	char *groups = xprintf("/proc/%d/gid_map", (int)pid);
	char *setgroups = xprintf("/proc/%d/setgroups", (int)pid);
	bool ok = write_file(setgroups, "deny") && write_file(users, map) &&
		  write_file(groups, map);

	free(map);
	free(users);
	free(groups);
	free(setgroups);
	return ok;
}

static pid_t
start_build(const struct room_plan *p, int log)
{
	int ready[2], gate[2];
	char byte = 0;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) != 0 || pipe2(gate, O_CLOEXEC) != 0)
		return -1;
	/* who changed its user is not dumpable, and its maps are not ours to write */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		close(gate[1]);
		become_build(p, log, ready[1], gate[0]);
	}
	close(ready[1]);
	close(gate[0]);
	/* when it failed it sees the gate close */
	if (pid > 0 && read(ready[0], &byte, 1) == 1 && map_build(pid, p->world))
		(void)!write(gate[1], &byte, 1);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	close(ready[0]);
	close(gate[1]);
	return pid;
}

/*
 * Waits for the build, burying all that die; then ends the others, so nothing moves. One
 * kill is enough: a fork that is under way fails when its parent is to die (kill(2)).
 */
static int
wait_for(pid_t build)
{
	int status = 126 << 8, s;
	pid_t pid;

	do {
		pid = waitpid(-1, &s, 0);
		if (pid == build && pid > 0)
			status = s;
	} while (pid != build && (pid > 0 || errno == EINTR));
	kill(-1, SIGKILL);
	while (waitpid(-1, &s, 0) > 0 || errno == EINTR)
		;
	return status;
}

static void
tidy_up(int channel)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, ROOM_OVER);
	sigprocmask(SIG_SETMASK, &all, NULL);
	dup3(channel, KEPT, O_CLOEXEC);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	prctl(PR_SET_NAME, "candor-room");
}

static bool
become_root(const struct vary_world *w, struct room_step *s)
{
	/* refused where setgroups is denied: then there are no other groups to drop */
	(void)setgroups(0, NULL);
	if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
		return room_fails(s, "become the room's root");
	umask(022);
	return sethostname(w->host, strlen(w->host)) == 0 ||
	       room_fails(s, "set the host's name");
}

static bool
open_ends(const struct room_plan *p, int fds[3], struct room_step *s)
{
	char *out = xprintf("%s/out", p->world->base);

	fds[0] = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fds[1] = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[2] = open(OUTPUT, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	free(out);
	return (fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0) ||
	       room_fails(s, "open the room's folders");
}

/*
 * The root's folder once more, by its name: what is bound must be of our own mounts, and
 * the descriptor is of the old ones. Before we are nobody, who may not pass everywhere.
 */
static bool
reopen_root(struct room_plan *p, struct room_step *s)
{
	char link[64], path[4096];
	ssize_t n;

	if (p->root < 0 || p->made != NULL)
		return true;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", p->root);
	n = readlink(link, path, sizeof(path) - 1);
	if (n > 0) {
		path[n] = '\0';
		p->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return (n > 0 && p->root >= 0) || room_fails(s, "open the root's folder");
}

void
room_init(const struct room_plan *given, int channel)
{
	struct room_plan plan = *given, *p = &plan;
	struct room_step step;
	struct room_msg m = { 0 };
	int fds[3];

	tidy_up(channel);
	if (!room_recv(channel, &m, NULL, 0))
		_exit(1);
	if (!reopen_root(p, &step) || !become_root(p->world, &step) ||
	    !room_mount(p, &step) || !open_ends(p, fds, &step))
		fail(channel, &step);
	m = (struct room_msg){ .word = ROOM_READY };
	if (!room_send(channel, &m, fds, 3) || !room_recv(channel, &m, NULL, 0))
		_exit(1);
	m.value = wait_for(start_build(p, fds[2]));
	m.word = ROOM_ENDED;
	room_send(channel, &m, NULL, 0);
	raise(ROOM_OVER); /* the tracer sees it, and leaves us stopped */
	_exit(0);
}
