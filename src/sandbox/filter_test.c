#include "sandbox/filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/err.h"
#include "tests/tap.h"

/* The few BPF instructions that the filter consists of, run over one call. */
static uint32_t
run(const struct sock_filter *p, size_t n, const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < n; pc++) {
		switch (p[pc].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)d + p[pc].k, 4);
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == p[pc].k ? p[pc].jt : p[pc].jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += a & p[pc].k ? p[pc].jt : p[pc].jf;
			break;
		case BPF_RET | BPF_K: return p[pc].k;
		default: return 1;
		}
	}
	return 1;
}

#define ARCH AUDIT_ARCH_X86_64
#define HIGH (1ull << 32)

/* clang-format off */
static const struct {
	const char *name;
	struct seccomp_data d;
	bool allowed;
} rows[] = {
	{ "read a file",             { SYS_pread64, ARCH, 0, { 5 } }, true },
	{ "another architecture",    { SYS_pread64, AUDIT_ARCH_I386, 0, { 5 } }, false },
	{ "x32",                     { SYS_pread64 | 0x40000000, ARCH, 0, { 5 } }, false },
	{ "talk",                    { SYS_sendmsg, ARCH, 0, { 3 } }, true },
	{ "talk elsewhere",          { SYS_sendmsg, ARCH, 0, { 4 } }, false },
	{ "talk, upper half",        { SYS_sendmsg, ARCH, 0, { 3 | HIGH } }, false },
	{ "private memory",          { SYS_mmap, ARCH, 0, { 0, 9, 3, MAP_PRIVATE | MAP_ANONYMOUS } }, true },
	{ "executable memory",       { SYS_mmap, ARCH, 0, { 0, 9, 7, MAP_PRIVATE | MAP_ANONYMOUS } }, false },
	{ "fixed address",           { SYS_mmap, ARCH, 0, { 0, 9, 3, MAP_PRIVATE | MAP_FIXED } }, false },
	{ "a file, read",            { SYS_mmap, ARCH, 0, { 0, 9, 1, MAP_SHARED, 4 } }, true },
	{ "a file, written",         { SYS_mmap, ARCH, 0, { 0, 9, 3, MAP_SHARED, 4 } }, false },
	{ "a file, prot upper half", { SYS_mmap, ARCH, 0, { 0, 9, 1 | HIGH, MAP_SHARED, 4 } }, false },
	{ "grow",                    { SYS_mremap, ARCH, 0, { 0, 9, 9, MREMAP_MAYMOVE } }, true },
	{ "grow to a fixed place",   { SYS_mremap, ARCH, 0, { 0, 9, 9, MREMAP_MAYMOVE | MREMAP_FIXED } }, false },
	{ "monotonic clock",         { SYS_clock_gettime, ARCH, 0, { 1 } }, true },
	{ "wall clock",              { SYS_clock_gettime, ARCH, 0, { 0 } }, true },
	{ "somebody's cpu clock",    { SYS_clock_gettime, ARCH, 0, { 6 } }, false },
	{ "make executable",         { SYS_mprotect, ARCH, 0, { 0 } }, false },
	{ "end",                     { SYS_exit_group, ARCH, 0, { 0 } }, true },
};
/* clang-format on */

TEST(calls)
{
	struct sock_filter p[FILTER_MAX];
	size_t n = filter_build(p, FILTER_MAX);

	CHECK(n > 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		EQ_U(run(p, n, &rows[i].d),
		    rows[i].allowed ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS);
	}
}

/* A number that has no row is killed, whatever it is. */
TEST(every_other_number)
{
	struct sock_filter p[FILTER_MAX];
	size_t n = filter_build(p, FILTER_MAX);

	for (uint32_t nr = 0; nr < 2048; nr++) {
		struct seccomp_data d = { (int)nr, ARCH, 0, { 3 } };
		bool named = false;

		for (size_t i = 0; i < filter_nrows; i++)
			named |= filter_rows[i].nr == nr;
		ROW("%u", nr);
		CHECK(named || run(p, n, &d) == SECCOMP_RET_KILL_PROCESS);
	}
}

TEST(too_small)
{
	struct sock_filter p[4];

	EQ_U(filter_build(p, 4), 0);
}
