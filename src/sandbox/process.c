/*
 * process.c - see process.h: mapping by mapping into a copy that no longer changes. What
 * the process unmaps meanwhile is passed over.
 */
#include "sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/sys.h"
#include "result/image.h"
#include "sandbox/maps.h"

#define PAGE       4096u
#define MAPS_MAX   ((size_t)64 << 20)   /* bytes of the list: 65,536 long names */
#define BLOCK      (1u << 20)           /* copied at once */
#define PAGES      (BLOCK / PAGE)       /* whose state is asked at once */
#define LOOK_MAX   (UINT64_C(64) << 30) /* of one mapping, page by page */
#define HOLE_PAGES 16u                  /* untouched: so many do not part a region */

struct copying {
	int mem, pagemap; /* of the process; pagemap -1: not there */
	int raw;          /* what was read, before the table is known */
	uint64_t left;    /* bytes that may be read yet */
	struct process *p;
	size_t cap;
	uint8_t *block;
	bool stopped; /* no more is read */
};

/* --- regions -------------------------------------------------------------- */

static void
stop(struct copying *k, const char *why)
{
	k->stopped = true;
	k->p->limit = why;
}

/* Makes [from, from + n) of the copy part of the last region, or of a new one. */
static void
add(struct copying *k, const struct mapping *m, uint64_t from, uint64_t n, bool joined)
{
	struct process *p = k->p;

	if (joined) {
		p->region[p->n - 1].n += n;
		return;
	}
	if (p->n == IMAGE_REGIONS_MAX) {
		stop(k, "it has more than 65,536 regions of memory");
		return;
	}
	p->region = xgrow(p->region, &k->cap, p->n + 1u, sizeof(*p->region));
	p->region[p->n++] = (struct process_region){ from, n,
		xprintf("%.*s", (int)(m->name.n < 4096 ? m->name.n : 4096),
		    (const char *)m->name.p) };
}

/* Copies [from, to). The end of what can be read ends it, and is no error. */
static enum err
copy_range(
    struct copying *k, const struct mapping *m, uint64_t from, uint64_t to, bool joined)
{
	while (from < to && !k->stopped) {
		uint64_t most = to - from < k->left ? to - from : k->left;
		size_t n = most < BLOCK ? (size_t)most : BLOCK, got = 0;

		if (n == 0) {
			stop(k, "it has more memory than may be read");
			return OK;
		}
		if (sys_pread(k->mem, k->block, n, from, &got) != OK || got == 0)
			return OK;
		k->left -= got;
		add(k, m, from, got, joined);
		if (k->stopped)
			return OK;
		TRY(sys_write_all(k->raw, k->block, got));
		joined = true;
		from += got;
	}
	return OK;
}

/* PAGEMAP_SCAN of Linux 6.7 (admin-guide/mm/pagemap), which Debian's headers lack. */
struct scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t inverted, mask, any_of, give;
};
struct scan_run {
	uint64_t start, end, what;
};
#define SCAN_CALL    _IOWR('f', 16, struct scan_arg)
#define SCAN_PRESENT (1u << 3)
#define SCAN_SWAPPED (1u << 4)

/* Finds the next pages that are there, in [at, to). ERR_IO: this kernel cannot. */
static enum err
scan_pages(const struct copying *k, uint64_t at, uint64_t to, struct scan_run *out)
{
	struct scan_arg a = { .size = sizeof(a),
		.start = at,
		.end = to,
		.vec = (uintptr_t)out,
		.vec_len = 1,
		.any_of = SCAN_PRESENT | SCAN_SWAPPED,
		.give = SCAN_PRESENT | SCAN_SWAPPED };
	int n = ioctl(k->pagemap, SCAN_CALL, &a);

	return n < 0 ? ERR_IO : n == 0 ? ERR_END : OK;
}

#define PAGE_THERE (UINT64_C(3) << 62) /* proc(5), pagemap: swapped or present */

/*
 * The same by looking at every page, 8 bytes each. A reservation of terabytes would take
 * minutes: what lies behind LOOK_MAX of it is not looked at, and that is said.
 */
static enum err
look_at_pages(struct copying *k, uint64_t at, uint64_t to, struct scan_run *out)
{
	uint64_t word[PAGES], first = at;
	bool in = false;

	for (; at < to; at += PAGE) {
		size_t i = (at - first) / PAGE % PAGES, got = 0;

		if (i == 0 && (sys_pread(k->pagemap, word, sizeof(word), at / PAGE * 8,
				   &got) != OK ||
				  got != sizeof(word)))
			break;
		if (at - first > LOOK_MAX && !in) {
			k->p->limit = "it has more memory than can be looked at";
			return ERR_END;
		}
		if (((word[i] & PAGE_THERE) != 0) == in)
			continue;
		if (in)
			break;
		out->start = at;
		in = true;
	}
	out->end = at;
	return in ? OK : ERR_END;
}

/* The next run of pages that were touched. Where the kernel does not tell, all were. */
static bool
next_run(struct copying *k, uint64_t at, uint64_t to, struct scan_run *out)
{
	enum err e = k->pagemap < 0 ? OK : scan_pages(k, at, to, out);

	if (at >= to || k->stopped)
		return false;
	if (e == ERR_IO)
		e = look_at_pages(k, at, to, out);
	else if (k->pagemap < 0)
		*out = (struct scan_run){ at, to, 0 };
	return e == OK;
}

/* Anonymous memory that was touched, with short holes, which read as zeros. */
static enum err
copy_anonymous(struct copying *k, const struct mapping *m)
{
	const struct process *p = k->p;
	struct scan_run run = { .end = m->from };
	uint64_t last = 0; /* where the copy of this mapping ends so far */

	while (next_run(k, run.end, m->to, &run)) {
		bool near = last != 0 && run.start - last <= HOLE_PAGES * PAGE;
		uint32_t before = p->n;

		TRY(copy_range(k, m, near ? last : run.start, run.end, near));
		if (near || p->n > before)
			last = p->region[p->n - 1].base + p->region[p->n - 1].n;
	}
	return OK;
}

static enum err
copy_all(struct copying *k, struct bytes maps)
{
	CHECKED struct cur c = cur_at(maps, 0);

	struct mapping m;

	while (!k->stopped && maps_next(&c, &m))
		TRY(m.anonymous ? copy_anonymous(k, &m)
				: copy_range(k, &m, m.from, m.to, false));
	return cur_ok(&c) ? OK : ERR_IO;
}

/* --- the image ------------------------------------------------------------ */

/* The table is known at the end only, and stands before: so it is written anew. */
static enum err
seal_image(struct copying *k)
{
	struct process *p = k->p;
	struct buf table = { 0 };
	uint64_t copied = 0;
	enum err e;

	for (uint32_t i = 0; i < p->n; i++)
		image_put(&table, p->region[i].base, p->region[i].n);
	e = sys_memfd("candor-process", &p->fd);
	if (e == OK)
		e = sys_write_all(p->fd, table.p, table.n);
	if (e == OK && lseek(k->raw, 0, SEEK_SET) != 0)
		e = ERR_IO;
	if (e == OK)
		e = sys_copy(k->raw, p->fd, UINT64_MAX >> 1, &copied);
	if (e == OK)
		e = sys_seal(p->fd);
	p->size = table.n + copied;
	buf_done(&table);
	return e;
}

static int
open_of(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A kernel thread, or one that has ended and nobody waited for: no program is there. */
static bool
is_bare(pid_t pid)
{
	char path[32], exe[1];

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	return readlink(path, exe, sizeof(exe)) < 0 && errno == ENOENT;
}

static enum err
refuse(pid_t pid, char why[PROCESS_WHY])
{
	char path[32];
	const char *form;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	if (access(path, F_OK) != 0)
		form = "there is no process %d";
	else if (is_bare(pid))
		form = "process %d has no memory of its own: it is a thread of the "
		       "kernel, or has ended";
	else
		form = "cannot read the memory of process %d: be root or its owner; "
		       "kernel.yama.ptrace_scope must be 0 for the latter (sysctl(8))";
	snprintf(why, PROCESS_WHY, form, (int)pid);
	return ERR_ACCESS;
}

/* With all that it opens closed again, however it ends. */
static enum err
copy_process(pid_t pid, struct copying *k, char why[PROCESS_WHY])
{
	CLEAN(fd_closep) int mem = open_of(pid, "mem");
	CLEAN(fd_closep) int pagemap = open_of(pid, "pagemap");
	CLEAN(fd_closep) int list = open_of(pid, "maps");
	CLEAN(fd_closep) int raw = -1;
	struct buf maps = { 0 };
	enum err e;

	if (mem < 0 || list < 0 || sys_read_all(list, &maps, MAPS_MAX) != OK) {
		buf_done(&maps);
		return refuse(pid, why);
	}
	e = sys_memfd("candor-process", &raw);
	k->mem = mem;
	k->pagemap = pagemap;
	k->raw = raw;
	k->block = xcalloc(1, BLOCK);
	if (e == OK)
		e = copy_all(k, buf_bytes(&maps));
	if (e == OK)
		e = seal_image(k);
	if (e != OK)
		snprintf(why, PROCESS_WHY, "cannot copy the memory of process %d: %s",
		    (int)pid, sys_why());
	free(k->block);
	buf_done(&maps);
	return e == OK ? OK : ERR_IO;
}

enum err
process_copy(pid_t pid, uint64_t most, struct process *out, char why[PROCESS_WHY])
{
	struct copying k = { .left = most, .p = out };
	enum err e;

	*out = (struct process){ .fd = -1 };
	e = copy_process(pid, &k, why);
	/* a kernel thread, or one that is a zombie: nothing was scanned, and it is said
	 */
	if (e == OK && out->n == 0) {
		snprintf(why, PROCESS_WHY, "process %d has no memory", (int)pid);
		e = ERR_ACCESS;
	}
	if (e != OK)
		process_done(out);
	return e;
}

void
process_done(struct process *p)
{
	fd_closep(&p->fd);
	for (uint32_t i = 0; i < p->n; i++)
		free(p->region[i].name);
	free(p->region);
	*p = (struct process){ .fd = -1 };
}

/* --- names ---------------------------------------------------------------- */

struct bytes
process_name_at(const struct process *p, uint64_t address)
{
	size_t lo;

	SORT_FIRST(lo, p->n, p->region[lo].base > address);
	if (lo == 0 || address - p->region[lo - 1].base >= p->region[lo - 1].n)
		return (struct bytes){ 0 };
	return p->region[lo - 1].name[0] ? bytes_of(p->region[lo - 1].name)
					 : BYTES_LIT("anonymous");
}

struct finding_match *
process_matches(const struct process *p, const struct finding *f)
{
	struct finding_match *m;

	if (f->nmatches == 0)
		return NULL;
	m = xcalloc(f->nmatches, sizeof(*m));
	for (uint32_t i = 0; i < f->nmatches; i++) {
		m[i] = f->matches[i];
		m[i].region = process_name_at(p, m[i].off);
	}
	return m;
}
