/*
 * filter.c - see filter.h.
 *
 * The program is a straight line: head (architecture, x32), then for each row of
 * policy.def a comparison of the number, its checks, and RET ALLOW; a row that does
 * not fit falls through to the next, and behind the last is the kill. Classic BPF
 * jumps forwards only, so a row knows how many instructions it has left.
 */
#include "sandbox/filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#else
#error "no system call filter for this architecture"
#endif

#define X32_BIT 0x40000000u

#define ONLY(arg, bits) FILTER_ARG(FILTER_ONLY, arg, bits)
#define IS(arg, value)  FILTER_ARG(FILTER_IS, arg, value)
#define ALLOW           FILTER_ROW

const struct filter_row filter_rows[] = {
#include "sandbox/policy.def"
};
const size_t filter_nrows = sizeof(filter_rows) / sizeof(filter_rows[0]);

struct program {
	struct sock_filter *p;
	size_t n, cap;
};

static void
emit(struct program *g, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	if (g->n < g->cap)
		g->p[g->n] = (struct sock_filter){ code, yes, no, k };
	g->n++;
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

/*
 * Four instructions; a check that fails leaves the row: left is how many
 * instructions of the row come behind this check. The upper half of an argument
 * must be zero, little-endian as all architectures here are.
 */
static void
emit_check(struct program *g, const struct filter_check *c, uint8_t left)
{
	size_t arg = offsetof(struct seccomp_data, args) + 8u * c->arg;

	load(g, arg + 4);
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, (uint8_t)(left + 2));
	load(g, arg);
	if (c->op == FILTER_ONLY)
		emit(g, BPF_JMP | BPF_JSET | BPF_K, ~c->value, left, 0);
	else
		emit(g, BPF_JMP | BPF_JEQ | BPF_K, c->value, 0, left);
}

static void
emit_row(struct program *g, const struct filter_row *r)
{
	uint8_t checks = 0;

	while (r->check[checks].op != FILTER_END)
		checks++;
	load(g, offsetof(struct seccomp_data, nr));
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, r->nr, 0, (uint8_t)(4 * checks + 1));
	for (uint8_t i = 0; i < checks; i++)
		emit_check(g, &r->check[i], (uint8_t)(4 * (checks - i - 1) + 1));
	give(g, SECCOMP_RET_ALLOW);
}

size_t
filter_make(const struct filter_row *rows, size_t n, struct sock_filter *out, size_t cap)
{
	struct program g = { out, 0, cap };

	/* int 0x80 and its kin come with another arch: their numbers mean other calls */
	load(&g, offsetof(struct seccomp_data, arch));
	emit(&g, BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0);
	give(&g, SECCOMP_RET_KILL_PROCESS);
	load(&g, offsetof(struct seccomp_data, nr));
	emit(&g, BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 0, 1);
	give(&g, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < n; i++)
		emit_row(&g, &rows[i]);
	give(&g, SECCOMP_RET_KILL_PROCESS);
	return g.n <= cap ? g.n : 0;
}

size_t
filter_build(struct sock_filter *out, size_t cap)
{
	return filter_make(filter_rows, filter_nrows, out, cap);
}
