/*
 * diff.c - see diff.h.
 *
 * The order in diff_main is the security argument: make the libraries ready (no
 * stranger's byte yet), read the job from candor, lock in for good, and only then look at
 * the files.
 */
#include "diff/diff.h"

#include <link.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/sys.h"
#include "diff/kind.h"
#include "diff/members.h"
#include "diff/tree.h"
#include "objdiff/objdiff.h"
#include "result/named.h"
#include "result/wire.h"
#include "sandbox/confine.h"
#include "sandbox/filter.h"

#define ONLY(arg, bits) FILTER_ARG(FILTER_ONLY, arg, bits)
#define IS(arg, value)  FILTER_ARG(FILTER_IS, arg, value)
#define ALLOW           FILTER_ROW

const struct filter_row diff_rows[] = {
#include "diff/policy.def"
};
const size_t diff_nrows = COUNT(diff_rows);

#define NOFILE         16
#define FILES          4 /* enum wire_compare_file */
#define MEMBERS_MAX    1000000
#define STATEMENTS_MAX 20000
#define SUFFIX_MAX     16

struct diff {
	struct wire_in in;
	struct wire_out out;
	struct wire_compare job;
	char name[WIRE_NAME_MAX + 8];
	uint8_t name_a[WIRE_NAME_MAX], name_b[WIRE_NAME_MAX];
	int fd[FILES];
	unsigned nfds;
	bool begun, go;
};

/* --- the job -------------------------------------------------------------- */

static struct bytes
copied(uint8_t to[WIRE_NAME_MAX], struct bytes from)
{
	if (from.n > 0)
		memcpy(to, from.p, from.n);
	return (struct bytes){ to, from.n };
}

/* What the pair is called: their name, or "file" with what both names end in. */
static void
name_both(struct diff *d)
{
	struct bytes a = named_base(d->job.name_a), b = named_base(d->job.name_b);
	size_t n = 0;

	if (a.n > 0 && bytes_eq(a, b)) {
		snprintf(d->name, sizeof(d->name), "%.*s", (int)a.n, (const char *)a.p);
		return;
	}
	while (n < a.n && n < b.n && n < SUFFIX_MAX &&
	       a.p[a.n - n - 1] == b.p[b.n - n - 1] && a.p[a.n - n - 1] != '.')
		n++;
	if (n == a.n || n == b.n || a.p[a.n - n - 1] != '.' || b.p[b.n - n - 1] != '.')
		n = 0;
	else
		n++;
	snprintf(d->name, sizeof(d->name), "file%.*s", (int)n,
	    n ? (const char *)a.p + a.n - n : "");
}

static enum err
on_compare(struct diff *d, struct bytes payload)
{
	if (d->begun)
		return ERR_PROTO;
	d->begun = true;
	TRY(wire_get_compare(payload, &d->job));
	if (d->job.name_a.n > WIRE_NAME_MAX || d->job.name_b.n > WIRE_NAME_MAX ||
	    d->job.lines > DIFF_LINES_MAX)
		return ERR_PROTO;
	/* the frame's bytes end with the next message, the job does not */
	d->job.name_a = copied(d->name_a, d->job.name_a);
	d->job.name_b = copied(d->name_b, d->job.name_b);
	name_both(d);
	return OK;
}

static enum err
on_file(struct diff *d, struct bytes payload)
{
	struct wire_file f;
	int fd = wire_take_fd(&d->in);

	TRY(wire_get_file(payload, &f));
	if (!d->begun || fd < 0 || d->nfds == FILES || f.id != d->nfds)
		return ERR_PROTO;
	d->fd[d->nfds++] = fd;
	return OK;
}

static enum err
on_go(struct diff *d, struct bytes payload)
{
	d->go = true;
	return payload.n == 0 && (d->nfds == 2 || d->nfds == FILES) ? OK : ERR_PROTO;
}

static enum err
read_job(struct diff *d)
{
	static const struct {
		enum wire_type type;
		enum err (*fn)(struct diff *d, struct bytes payload);
	} permitted[] = {
		{ WIRE_COMPARE, on_compare },
		{ WIRE_FILE, on_file },
		{ WIRE_GO, on_go },
	};

	while (!d->go) {
		struct wire_frame f;
		enum err e = wire_read(&d->in);

		while (e == OK && (e = wire_next(&d->in, &f)) == OK) {
			e = ERR_PROTO;
			for (size_t i = 0; i < COUNT(permitted) && !d->go; i++)
				if (permitted[i].type == f.type)
					e = permitted[i].fn(d, f.payload);
			if (e != OK)
				return e;
		}
		if (e != ERR_END || d->in.n == 0)
			return e;
	}
	return OK;
}

/* --- the answer ----------------------------------------------------------- */

static enum err
put(void *arg, const struct difference *x)
{
	struct diff *d = arg;

	wire_put_difference(wire_begin(&d->out), x);
	wire_send(&d->out, WIRE_DIFFERENCE);
	return d->out.err;
}

static enum err
compare(struct diff *d)
{
	const struct diff_sink sink = { d, put };
	const struct wire_compare *j = &d->job;
	struct bytes name = bytes_of(d->name);
	bool scratch = d->nfds == FILES && j->scratch > 0;
	struct tree_object a = { { d->fd[WIRE_FILE_A], 0, j->size_a }, j->name_a,
		j->mode_a, name };
	struct tree_object b = { { d->fd[WIRE_FILE_B], 0, j->size_b }, j->name_b,
		j->mode_b, name };
	struct run r = {
		.sink = &sink,
		.limit = { .unpack = j->unpack,
		    .members = MEMBERS_MAX,
		    .statements = STATEMENTS_MAX,
		    .lines = j->lines,
		    .deadline = j->timeout_ms ? sys_clock_ms() + j->timeout_ms : 0 },
		.scratch = { { scratch ? d->fd[WIRE_SCRATCH_A] : -1, 0, j->scratch },
		    { scratch ? d->fd[WIRE_SCRATCH_B] : -1, 0, j->scratch } },
		.windows = xcalloc(1, sizeof(*r.windows)),
	};

	tree_run(&r, &a, &b, (j->flags & WIRE_COMPARE_MEMBERS) != 0);
	free(r.windows);
	return r.failed;
}

static enum err
tell(struct diff *d, enum wire_type type, const char *text)
{
	buf_str(wire_begin(&d->out), text);
	wire_send(&d->out, type);
	return wire_flush(&d->out);
}

static enum err
work(struct diff *d, const struct confine_service *policy, uid_t uid, gid_t gid)
{
	struct confine_service keeps = *policy;
	const char *step = NULL;

	TRY(read_job(d));
	keeps.file_max = d->nfds == FILES ? d->job.scratch : 0;
	if (confine(&(struct confine){ uid, gid, NOFILE, &keeps }, &step) != OK) {
		char why[128];

		snprintf(why, sizeof(why), "it cannot be confined: %s failed", step);
		return tell(d, WIRE_REFUSED, why);
	}
	TRY(tell(d, WIRE_READY, ""));
	TRY(compare(d));
	buf_le32(wire_begin(&d->out), OK);
	wire_send(&d->out, WIRE_COMPARED);
	return wire_flush(&d->out);
}

static int
compare_bytes(const void *x, const void *y)
{
	return *(const uint8_t *)x - *(const uint8_t *)y;
}

/*
 * glibc moves its thresholds up when a large block is freed: after the first dictionary
 * of xz it would keep 16 MB of heap for good. Fixed, large blocks are maps of their own.
 */
static void
tame_malloc(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, 256 << 10);
	(void)mallopt(M_TRIM_THRESHOLD, 256 << 10);
}

/* What libraries do at first use may need calls that are forbidden later. */
static void
warm_up(void)
{
	struct timespec t;
	uint8_t some[2048] = { 1 };

	/* Capstone sorts with libc, which asks once how much memory there is
	 * (base/sort.h) */
	qsort(some, sizeof(some), 1, compare_bytes);

	setvbuf(stderr, malloc(BUFSIZ), _IOFBF, BUFSIZ);
	clock_gettime(CLOCK_MONOTONIC, &t);
	members_init();
}

/* Were its read-only pages changed when it was loaded? Then they are not the file's. */
static bool
has_textrel(const struct dl_phdr_info *lib)
{
	for (unsigned i = 0; i < lib->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &lib->dlpi_phdr[i];
		const ElfW(Dyn) *d = (const ElfW(Dyn) *)(lib->dlpi_addr + p->p_vaddr);

		for (; p->p_type == PT_DYNAMIC && d->d_tag != DT_NULL; d++)
			if (d->d_tag == DT_TEXTREL ||
			    (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL)))
				return true;
	}
	return false;
}

static int
give_back(struct dl_phdr_info *lib, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (unsigned i = 0; i < lib->dlpi_phnum && !has_textrel(lib); i++) {
		const ElfW(Phdr) *p = &lib->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
			span_passed((struct bytes){
			    (const uint8_t *)(lib->dlpi_addr + p->p_vaddr), p->p_memsz });
	}
	return 0;
}

/*
 * The dynamic linker read the symbols and relocations of every library, some 4 MB that
 * nobody reads again. They are the files' own pages and come back when they are needed.
 */
static void
give_libraries_back(void)
{
	dl_iterate_phdr(give_back, NULL);
}

int
diff_serve(const struct filter_row *rows, size_t n, int argc, char **argv)
{
	const struct confine_service policy = {
		.rows = rows, .nrows = n, .mortal = true
	};
	struct diff *d = xcalloc(1, sizeof(*d));
	uid_t uid;
	gid_t gid;
	enum err e;

	tame_malloc();
	confine_whom(argc > 1 ? argv[1] : NULL, &uid, &gid);
	warm_up();
	give_libraries_back();
	wire_in_init(&d->in, WORKER_CHANNEL);
	d->in.fds_allowed = true;
	d->out.fd = WORKER_CHANNEL;
	e = work(d, &policy, uid, gid);
	/* no destructors, no atexit: nothing of libc that may need the system */
	_exit(e == OK || e == ERR_END ? 0 : 3);
}

int
diff_main(int argc, char **argv)
{
	return diff_serve(diff_rows, diff_nrows, argc, argv);
}
