/*
 * guard.c - see guard.h.
 *
 * A straight line of "is it this call? then that answer". The kernel remembers which
 * calls are always permitted (since 5.11) and does not run it for those.
 */
#include "rebuild/guard.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

#if defined(__x86_64__)
#define GUARD_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define GUARD_ARCH AUDIT_ARCH_AARCH64
#else
#error "no system call filter for this architecture"
#endif

#define X32_BIT 0x40000000u

/* CLONE_NEWTIME is among the bits of the exit signal, and so refused by clone itself. */
#define NEW_NAMESPACES                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	    CLONE_NEWPID | CLONE_NEWNET)

struct row {
	uint32_t nr, action;
	bool clock;
};

/* clang-format off */
#define DENY(call, code, why) { SYS_##call, SECCOMP_RET_ERRNO | (code), false },
#define WATCH(call, kind)     { SYS_##call, SECCOMP_RET_TRACE | (kind), false },
#define CLOCK(call, kind)     { SYS_##call, SECCOMP_RET_TRACE | (kind), true },
static const struct row rows[] = {
#include "rebuild/guard.def"
};
/* clang-format on */

/* What sockets there may be: the room has no network, but some families have no rooms. */
static const uint32_t families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

struct program {
	struct sock_filter *p;
	size_t n;
};

static void
emit(struct program *g, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	if (g->n == GUARD_MAX)
		bug("guard.def needs a larger GUARD_MAX");
	g->p[g->n++] = (struct sock_filter){ code, yes, no, k };
}

static void
load(struct program *g, size_t offset)
{
	emit(g, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
give(struct program *g, uint32_t action)
{
	emit(g, BPF_RET | BPF_K, action, 0, 0);
}

static size_t
argument(unsigned n)
{
	return offsetof(struct seccomp_data, args) + 8u * n; /* its lower half */
}

/* Refuses the call when its argument has one of the bits. The number is loaded. */
static void
deny_bits(struct program *g, uint32_t nr, unsigned arg, uint32_t bits)
{
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 4);
	load(g, argument(arg));
	emit(g, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	give(g, SECCOMP_RET_ERRNO | EPERM);
	give(g, SECCOMP_RET_ALLOW);
}

static void
deny_value(struct program *g, uint32_t nr, unsigned arg, uint32_t value)
{
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 4);
	load(g, argument(arg));
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	give(g, SECCOMP_RET_ERRNO | EINVAL);
	give(g, SECCOMP_RET_ALLOW);
}

static void
only_families(struct program *g)
{
	uint8_t n = COUNT(families);

	emit(g, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, (uint8_t)(n + 3));
	load(g, argument(0));
	for (uint8_t i = 0; i < n; i++)
		emit(g, BPF_JMP | BPF_JEQ | BPF_K, families[i], (uint8_t)(n - i), 0);
	give(g, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
	give(g, SECCOMP_RET_ALLOW);
}

size_t
guard_make(bool clocks, struct sock_filter out[GUARD_MAX])
{
	struct program g = { out, 0 };

	load(&g, offsetof(struct seccomp_data, arch));
	emit(&g, BPF_JMP | BPF_JEQ | BPF_K, GUARD_ARCH, 1, 0);
	give(&g, SECCOMP_RET_ERRNO | ENOSYS);
	load(&g, offsetof(struct seccomp_data, nr));
	emit(&g, BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 0, 1);
	give(&g, SECCOMP_RET_ERRNO | ENOSYS);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].clock && !clocks)
			continue;
		emit(&g, BPF_JMP | BPF_JEQ | BPF_K, rows[i].nr, 0, 1);
		give(&g, rows[i].action);
	}
	deny_bits(&g, SYS_clone, 0, NEW_NAMESPACES);
	deny_value(&g, SYS_prctl, 0, PR_SET_SECCOMP);
	only_families(&g);
	give(&g, SECCOMP_RET_ALLOW);
	return g.n;
}

int
guard_install(bool clocks)
{
	struct sock_filter p[GUARD_MAX];
	struct sock_fprog prog = { (unsigned short)guard_make(clocks, p), p };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}
