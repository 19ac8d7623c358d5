#include "sandbox/process.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "result/image.h"
#include "tests/tap.h"

#define HUGE_SIZE (UINT64_C(1) << 40)

/* What the child has where; the parent has the same, as it was forked from it. */
struct world {
	uint8_t
	    *touched;  /* 64 pages, of which the first, second, 4th and 60th were used */
	uint8_t *file; /* one page of a memfd, filled with 'F' */
	uint8_t *hidden; /* a page that may not be read any more */
	uint8_t *huge;   /* a terabyte, reserved; one page of it used */
	pid_t child;
};

static uint8_t *
anonymous(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (!CHECK(p != MAP_FAILED))
		abort();
	return p;
}

static void
world_begin(struct world *w)
{
	static const size_t used[] = { 0, 1, 3, 59 };
	int fd = memfd_create("behind it", MFD_CLOEXEC);

	w->touched = anonymous(64 * 4096);
	madvise(w->touched, 64 * 4096, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < COUNT(used); i++)
		memset(w->touched + used[i] * 4096, 'a' + (int)i, 4096);
	CHECK(fd >= 0 && ftruncate(fd, 4096) == 0);
	w->file = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(w->file, 'F', 4096);
	close(fd);
	w->hidden = anonymous(3 * 4096) + 4096;
	memset(w->hidden, 'H', 4096);
	mprotect(w->hidden, 4096, PROT_NONE);
	w->huge = anonymous(HUGE_SIZE);
	madvise(w->huge, HUGE_SIZE, MADV_NOHUGEPAGE);
	memset(w->huge + HUGE_SIZE / 1024, 'T', 4096);
	w->child = fork();
	if (w->child == 0)
		for (;;)
			pause();
}

static void
world_end(struct world *w)
{
	kill(w->child, SIGKILL);
	waitpid(w->child, NULL, 0);
	munmap(w->touched, 64 * 4096);
	munmap(w->file, 4096);
	munmap(w->hidden - 4096, 3 * 4096);
	munmap(w->huge, HUGE_SIZE);
}

/* The copy of a process, opened as a worker does. */
struct copy {
	struct process p;
	struct region *region;
	struct regions all;
	void *map;
};

static bool
copy_open(struct copy *c, pid_t pid, uint64_t most)
{
	char why[PROCESS_WHY] = "";

	if (!EQ_U(process_copy(pid, most, &c->p, why), OK))
		return false;
	c->map = mmap(NULL, c->p.size, PROT_READ, MAP_SHARED, c->p.fd, 0);
	c->region = calloc(c->p.n, sizeof(*c->region));
	EQ_U(image_get((struct bytes){ c->map, c->p.size }, c->p.n, c->region), OK);
	c->all = (struct regions){ c->region, c->p.n };
	return true;
}

static void
copy_close(struct copy *c)
{
	munmap(c->map, c->p.size);
	free(c->region);
	process_done(&c->p);
}

static int
byte_at(const struct copy *c, const uint8_t *p)
{
	struct bytes b = region_from(&c->all, (uintptr_t)p);

	return b.n > 0 ? b.p[0] : -1;
}

TEST(regions)
{
	struct world w;
	struct copy c;
	const struct region *r;

	world_begin(&w);
	if (copy_open(&c, w.child, 1u << 30)) {
		EQ_I(byte_at(&c, w.touched), 'a');
		EQ_I(byte_at(&c, w.touched + 4096 * 2 - 1), 'b');
		EQ_I(byte_at(&c, w.touched + 4096 * 2), 0); /* a short hole */
		EQ_I(byte_at(&c, w.touched + 4096 * 3), 'c');
		EQ_I(byte_at(&c, w.touched + 4096 * 40), -1); /* a long one */
		EQ_I(byte_at(&c, w.touched + 4096 * 59), 'd');
		EQ_I(byte_at(&c, w.file), 'F');
		EQ_I(byte_at(&c, w.huge + HUGE_SIZE / 1024), 'T');
		EQ_I(byte_at(&c, w.huge), -1);
		/* whoever takes a page's rights away does not hide it */
		EQ_I(byte_at(&c, w.hidden), 'H');
		r = region_before(&c.all, (uintptr_t)w.touched + 4096 * 3);
		CHECK(r != NULL && r->base <= (uintptr_t)w.touched);
		EQ_B(process_name_at(&c.p, (uintptr_t)w.file),
		    BYTES_LIT("/memfd:behind it (deleted)"));
		EQ_B(process_name_at(&c.p, (uintptr_t)&w), BYTES_LIT("[stack]"));
		EQ_U(process_name_at(&c.p, 1).n, 0);
		EQ_U(process_name_at(&c.p, UINT64_MAX).n, 0);
		EQ_U(process_name_at(&c.p, (uintptr_t)w.touched + 4096 * 40).n, 0);
		CHECK(c.p.limit == NULL);
		copy_close(&c);
	}
	world_end(&w);
}

/* This and what comes after it on a kernel without PAGEMAP_SCAN: no ioctl is known. */
static void
forbid_ioctl(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTTY),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { COUNT(code), code };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0);
}

TEST(limit)
{
	struct world w;
	struct copy c;
	uint64_t sum = 0;

	world_begin(&w);
	if (copy_open(&c, w.child, 64 << 10)) {
		for (uint32_t i = 0; i < c.p.n; i++)
			sum += c.p.region[i].n;
		CHECK(sum > 0 && sum <= 64 << 10);
		CHECK(c.p.limit != NULL);
		copy_close(&c);
	}
	world_end(&w);
}

TEST(matches)
{
	struct process_region r[] = { { 0x1000, 0x10, (char[]){ "/bin/x" } },
		{ 0x2000, 0x10, (char[]){ "" } } };
	const struct process p = { .region = r, .n = 2 };
	const struct finding_match m[] = { { .off = 0x100f }, { .off = 0x2000 },
		{ .off = 0x1010 } };
	struct finding f = { .matches = m, .nmatches = 3 };
	struct finding_match *named = process_matches(&p, &f);

	EQ_B(named[0].region, BYTES_LIT("/bin/x"));
	EQ_B(named[1].region, BYTES_LIT("anonymous"));
	EQ_U(named[2].region.n, 0);
	free(named);
	f.nmatches = 0;
	CHECK(process_matches(&p, &f) == NULL);
}

TEST(refused)
{
	struct process p;
	char why[PROCESS_WHY] = "";
	pid_t gone = fork();

	if (gone == 0)
		_exit(0);
	siginfo_t info;
	CHECK(waitid(P_PID, (id_t)gone, &info, WEXITED | WNOWAIT) == 0);
	EQ_U(process_copy(gone, 1 << 20, &p, why), ERR_ACCESS); /* a zombie */
	CHECK(strstr(why, " has no memory of its own") != NULL && p.fd < 0);
	waitpid(gone, NULL, 0);
	EQ_U(process_copy(gone, 1 << 20, &p, why), ERR_ACCESS);
	CHECK(strncmp(why, "there is no process ", 20) == 0);
}

/* Page by page: the same answers, but that a terabyte is looked at in part. */
TEST(without_scan)
{
	struct world w;
	struct copy c;

	world_begin(&w);
	forbid_ioctl();
	if (copy_open(&c, w.child, 1u << 30)) {
		EQ_I(byte_at(&c, w.touched + 4096 * 2 - 1), 'b');
		EQ_I(byte_at(&c, w.touched + 4096 * 2), 0);
		EQ_I(byte_at(&c, w.touched + 4096 * 40), -1);
		EQ_I(byte_at(&c, w.touched + 4096 * 59), 'd');
		EQ_I(byte_at(&c, w.file), 'F');
		EQ_I(byte_at(&c, w.huge + HUGE_SIZE / 1024), 'T');
		EQ_S(c.p.limit, "it has more memory than can be looked at");
		copy_close(&c);
	}
	world_end(&w);
}
