/*
 * filter.c - the literal filter alone: how fast, and how many pass each stage.
 *
 *	bench_filter NEEDLES LIST...
 *
 * NEEDLES has a literal a line, in hex, behind a letter: s as it is, i nocase,
 * x xor with any key. A LIST names files, which are read into memory first (at most
 * 200 MB). All literals are triggers; afterwards the first 1, 10, 100 and 1000 are
 * searched on demand. The figure is the median of five runs, in CPU time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "match/filter.h"
#include "rules/lit_build.h"

#define NEEDLES_MAX 1000000
#define FILES_MAX   20000
#define BYTES_MAX   (200u << 20)

struct files {
	struct bytes file[FILES_MAX];
	size_t n, bytes;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static FILE *
open_or_exit(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	return f;
}

static size_t
unhex(const char *s, uint8_t *out)
{
	size_t n = 0;
	unsigned v;

	for (; sscanf(s, "%2x", &v) == 1; s += 2)
		out[n++] = (uint8_t)v;
	return n;
}

static size_t
read_needles(const char *path, struct lit_in *in)
{
	FILE *f = open_or_exit(path);
	char line[4096];
	size_t n = 0;

	while (n < NEEDLES_MAX && fgets(line, sizeof(line), f)) {
		uint8_t *lit = malloc(sizeof(line) / 2);
		size_t len = unhex(line + 1, lit);

		if (len == 0)
			continue;
		in[n] = (struct lit_in){ { lit, len }, (uint32_t)n, 0, 0, LIT_TRIGGER, 0,
			255 };
		if (line[0] == 'i')
			in[n].flags |= LIT_NOCASE;
		if (line[0] == 'x')
			in[n].flags |= LIT_XOR;
		n++;
	}
	fclose(f);
	return n;
}

static void
read_file(const char *path, struct files *out)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p;
	long n;

	if (f == NULL)
		return;
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	p = malloc(n > 0 ? (size_t)n : 1);
	if (n > 0 && p != NULL && out->bytes + (size_t)n <= BYTES_MAX) {
		out->file[out->n++] = (struct bytes){ p, fread(p, 1, (size_t)n, f) };
		out->bytes += (size_t)n;
	}
	fclose(f);
}

static void
read_files(const char *list, struct files *out)
{
	FILE *f = open_or_exit(list);
	char line[4096];

	while (out->n < FILES_MAX && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		read_file(line, out);
	}
	fclose(f);
}

/* What the scanner does with a hit in its first pass: this part is done. */
struct seen {
	uint32_t *done;
	uint32_t generation;
};

static bool
on_hits(void *arg, const struct filter_hit *h, size_t n)
{
	struct seen *s = arg;

	for (size_t i = 0; i < n; i++)
		s->done[h[i].needle] = s->generation;
	return true;
}

struct run {
	const struct filter *f;
	const struct files *files;
	struct filter_scratch *scratch;
	struct seen seen;
	size_t nparts;
	size_t ndyn; /* 0: filter_scan */
	const uint32_t *list;
};

static void
run_files(struct run *r, struct filter_ctx *c)
{
	*c = (struct filter_ctx){ .scratch = r->scratch,
		.hits = on_hits,
		.arg = &r->seen,
		.done = r->seen.done,
		.ndone = (uint32_t)r->nparts };
	for (size_t i = 0; i < r->files->n; i++) {
		enum err e;

		c->generation = ++r->seen.generation;
		e = r->ndyn ? filter_dyn(r->f, r->list, r->ndyn, r->files->file[i], c)
			    : filter_scan(r->f, r->files->file[i], c);
		if (e != OK)
			bug("a scan without a limit ended");
	}
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
measure(struct run *r, const char *what)
{
	double t[5], mb = (double)r->files->bytes / 1e6;
	struct filter_ctx c;

	for (int i = 0; i < 5; i++) {
		double from = now();

		run_files(r, &c);
		t[i] = now() - from;
	}
	qsort(t, 5, sizeof(t[0]), by_value);
	printf(
	    "  %-12s %6.0f MB/s (best %6.0f)  %4.1f %% anchors  a MB: %8.1f candidates "
	    "%7.1f keys %7.1f compares %7.1f hits\n",
	    what, mb / t[2], mb / t[0], (double)c.anchors / mb / 1e4,
	    (double)c.candidates / mb, (double)c.keys / mb, (double)c.compares / mb,
	    (double)c.found / mb);
}

/* What a scan costs that has nothing to do. */
static void
measure_tiny(struct run *r)
{
	static const uint8_t data[64];
	static struct files tiny = { .n = 1, .bytes = 64, .file = { { data, 64 } } };
	struct filter_ctx c;

	r->files = &tiny;
	for (r->ndyn = 0; r->ndyn <= r->nparts && r->ndyn <= 100;
	     r->ndyn = r->ndyn ? r->ndyn * 10 : 1) {
		double t = now();

		for (int i = 0; i < 10000; i++)
			run_files(r, &c);
		printf("64 bytes, %s %zu: %.2f us\n", r->ndyn ? "dyn" : "scan", r->ndyn,
		    (now() - t) * 1e2);
	}
}

static void
measure_list(struct run *r, struct filter *f, const char *list, size_t n)
{
	static const struct {
		unsigned cpu;
		const char *name;
	} variants[] = { { FILTER_SCALAR, "scalar" }, { FILTER_AVX2, "avx2" },
		{ FILTER_AVX512, "avx512" } };
	static struct files files;
	char what[32];

	files.n = files.bytes = 0;
	read_files(list, &files);
	printf("%s: %zu files, %.0f MB\n", list, files.n, (double)files.bytes / 1e6);
	r->files = &files;
	for (size_t v = 0; v < COUNT(variants); v++) {
		if (!(filter_cpus() & variants[v].cpu))
			continue;
		filter_choose(f, variants[v].cpu);
		r->ndyn = 0;
		measure(r, variants[v].name);
	}
	for (r->ndyn = 1; r->ndyn <= n && r->ndyn <= 1000; r->ndyn *= 10) {
		snprintf(what, sizeof(what), "dyn %zu", r->ndyn);
		measure(r, what);
	}
	for (size_t i = 0; i < files.n; i++)
		free((void *)(uintptr_t)files.file[i].p);
}

int
main(int argc, char **argv)
{
	static struct lit_in in[NEEDLES_MAX];
	static uint32_t list[NEEDLES_MAX], done[NEEDLES_MAX];
	struct buf filter = { 0 }, needles = { 0 }, literals = { 0 };
	struct lit_out out = { &filter, &needles, &literals };
	struct arena a;
	struct filter f;
	struct run r = { .f = &f, .list = list, .seen.done = done };
	size_t n;
	double t;

	if (argc < 3)
		return fputs("usage: bench_filter NEEDLES LIST...\n", stderr), 2;
	n = read_needles(argv[1], in);
	for (uint32_t i = 0; i < n; i++)
		list[i] = i;
	arena_init(&a, (size_t)4 << 30);
	t = now();
	if (lit_build(&a, in, n, &(struct lit_opts){ 0 }, &out) != OK ||
	    filter_open(
		buf_bytes(&filter), buf_bytes(&needles), buf_bytes(&literals), &f) != OK)
		return fputs("cannot build the filter\n", stderr), 2;
	printf(
	    "%zu needles: %u triggers, %u deferred, %u windows, %u keys, %.0f candidates "
	    "a MB expected\n%u groups, bitmap %u KB, all %zu KB, built in %.1f ms\n",
	    n, out.ntriggers, out.ndeferred, out.nwindows, out.nkeys, out.cost * 1e6,
	    f.groups, 1u << (f.bits - 13), filter.n >> 10, (now() - t) * 1e3);
	r.nparts = n;
	r.scratch = filter_scratch_new(&a);
	measure_tiny(&r);
	for (int i = 2; i < argc; i++)
		measure_list(&r, &f, argv[i], n);
	return 0;
}
