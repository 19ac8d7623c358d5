/*
 * trace.c - see trace.h: the loop around waitpid, and who is whose child.
 *
 * PTRACE_SEIZE, not ATTACH: no SIGSTOP is mixed into the build's own. A new process may
 * stop before its parent's event tells of it; it is left stopped until then, as only
 * then it is known who it is.
 */
#include "rebuild/trace.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "base/sys.h"
#include "rebuild/room_in.h"
#include "rebuild/trace_call.h"
#include "rebuild/tracee.h"

#define PIDS    (4u << 20) /* PID_MAX_LIMIT of 64-bit kernels */
#define TICK_US 200000

struct tracer {
	const struct trace_plan *plan;
	const struct room *room;
	struct trace_calls calls;
	struct trace_task **task; /* by pid; mostly pages that are never touched */
	struct trace_count *count;
	uint64_t start, limit; /* ms */
	bool late;
};

static struct trace_task *
task_of(struct tracer *t, pid_t pid)
{
	struct trace_task **p = &t->task[(unsigned)pid % PIDS];

	if (*p == NULL)
		*p = xcalloc(1, sizeof(**p));
	return *p;
}

static void
forget(struct tracer *t, pid_t pid)
{
	struct trace_task **p = &t->task[(unsigned)pid % PIDS];

	if (*p != NULL) {
		free((*p)->from);
		free((*p)->to);
	}
	free(*p);
	*p = NULL;
}

/* A failure means that it died meanwhile: waitpid will tell. */
static void
go_on(pid_t pid, int request, int sig)
{
	(void)ptrace((enum __ptrace_request)request, pid, 0, sig);
}

static void
born(struct tracer *t, pid_t parent, int event)
{
	struct trace_task *p = task_of(t, parent), *child;
	unsigned long message = 0;

	if (ptrace(PTRACE_GETEVENTMSG, parent, 0, &message) != 0 || message == 0)
		return;
	child = task_of(t, (pid_t)message);
	/* clone with another signal than SIGCHLD: a thread, or close enough to one */
	child->proc =
	    event == PTRACE_EVENT_CLONE ? p->proc : flow_proc(t->calls.flow, p->proc);
	child->known = true;
	t->count->started += event != PTRACE_EVENT_CLONE;
	if (child->waiting) {
		child->waiting = false;
		go_on((pid_t)message, PTRACE_CONT, 0);
	}
}

/* A thread that is not the first may exec: it gets the first one's number. */
static void
became(struct tracer *t, pid_t pid)
{
	unsigned long before = 0;

	if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &before) == 0 && before != 0 &&
	    (pid_t)before != pid) {
		uint32_t proc = task_of(t, (pid_t)before)->proc;

		forget(t, (pid_t)before);
		task_of(t, pid)->proc = proc;
		task_of(t, pid)->known = true;
	}
	trace_call_exec(&t->calls, task_of(t, pid), pid);
	if (vary_clock(t->plan->world))
		tracee_drop_vdso(pid);
}

static int
before_call(struct tracer *t, pid_t pid)
{
	struct __ptrace_syscall_info i;
	uint64_t arg[6];

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), &i) <= 0 ||
	    i.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return PTRACE_CONT;
	memcpy(arg, i.seccomp.args, sizeof(arg));
	return trace_call_begin(&t->calls, task_of(t, pid), pid,
		   (enum guard_kind)i.seccomp.ret_data, arg)
		   ? PTRACE_SYSCALL
		   : PTRACE_CONT;
}

static void
after_call(struct tracer *t, pid_t pid)
{
	struct __ptrace_syscall_info i;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), &i) > 0 &&
	    i.op == PTRACE_SYSCALL_INFO_EXIT)
		trace_call_end(&t->calls, task_of(t, pid), pid, i.exit.rval);
}

/* A stop that is no signal. */
static void
on_event(struct tracer *t, pid_t pid, int event, int sig)
{
	int request = PTRACE_CONT;

	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE: born(t, pid, event); break;
	case PTRACE_EVENT_EXEC: became(t, pid); break;
	case PTRACE_EVENT_SECCOMP: request = before_call(t, pid); break;
	case PTRACE_EVENT_STOP:
		if (!task_of(t, pid)->known) {
			task_of(t, pid)->waiting = true;
			return;
		}
		if (sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU)
			request = PTRACE_LISTEN; /* stopped, as it wants to be */
		break;
	default: break;
	}
	go_on(pid, request, 0);
}

/* true: the build is over, and init is left as it stopped. */
static bool
on_stop(struct tracer *t, pid_t pid, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	t->count->stops++;
	if (event != 0)
		on_event(t, pid, event, sig);
	else if (sig == (SIGTRAP | 0x80)) {
		after_call(t, pid);
		go_on(pid, PTRACE_CONT, 0);
	} else if (pid == t->room->init && sig == ROOM_OVER)
		return true;
	else
		go_on(pid, PTRACE_CONT, sig);
	return false;
}

static void
on_tick(struct tracer *t)
{
	if (t->plan->tick != NULL)
		t->plan->tick(t->plan->arg, t->calls.opened);
	if (t->late || sys_clock_ms() < t->limit)
		return;
	t->late = true;
	kill(t->room->init, SIGKILL); /* and with it the room */
}

static enum trace_end
loop(struct tracer *t)
{
	uint64_t next = 0;

	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		/* a build that stops often still ends in time */
		if (sys_clock_ms() >= next) {
			on_tick(t);
			next = sys_clock_ms() + TICK_US / 1000;
		}
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return t->late ? TRACE_LATE : TRACE_DIED;
		if (WIFSTOPPED(status)) {
			if (on_stop(t, pid, status))
				return TRACE_ENDED;
			continue;
		}
		forget(t, pid);
		if (pid == t->room->init)
			return t->late ? TRACE_LATE : TRACE_DIED;
	}
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void
wake(int sig)
{
	(void)sig; /* it only interrupts waitpid */
}

enum trace_end
trace_run(const struct trace_plan *p, const struct room *r, struct flow *flow,
    struct trace_count *count)
{
	struct itimerval every = { { 0, TICK_US }, { 0, TICK_US } }, before_timer;
	struct sigaction act = { .sa_handler = wake }, before;
	struct tracer t = { .plan = p,
		.room = r,
		.calls = { flow, p->world, p->owners, now_ns(), 0 },
		.count = count,
		.start = sys_clock_ms() };
	enum trace_end end;

	*count = (struct trace_count){ 0 };
	t.limit = t.start + UINT64_C(1000) * p->seconds;
	t.task = xcalloc(PIDS, sizeof(struct trace_task *));
	task_of(&t, r->init)->known = true;
	task_of(&t, r->init)->proc = flow_proc(flow, FLOW_NONE);
	sigaction(SIGALRM, &act, &before);
	setitimer(ITIMER_REAL, &every, &before_timer);
	end = loop(&t);
	setitimer(ITIMER_REAL, &before_timer, NULL);
	sigaction(SIGALRM, &before, NULL);
	for (pid_t i = 0; i < (pid_t)PIDS; i++)
		if (t.task[i] != NULL)
			forget(&t, i);
	free(t.task);
	count->opened = t.calls.opened;
	count->ms = sys_clock_ms() - t.start;
	return end;
}
