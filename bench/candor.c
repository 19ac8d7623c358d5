/* candor.c - the engine itself, without worker and sandbox, as an engine of the bench. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/driver.h"
#include "modules/modules.h"
#include "rules/compile.h"
#include "scan/run.h"

#define COMPILE_BUDGET ((size_t)4 << 30)
#define TIMEOUT_MS     60000
#define TABLE_MAX      64

static struct scan *scan;

static struct bytes
map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct bytes b = { 0 };
	struct stat st;
	void *p;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0) {
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (p != MAP_FAILED)
			b = (struct bytes){ p, (size_t)st.st_size };
	}
	if (fd >= 0)
		close(fd);
	return b;
}

static int
write_file(const char *path, struct bytes b)
{
	FILE *f = fopen(path, "wb");
	bool good = f && fwrite(b.p, 1, b.n, f) == b.n;

	return (f && fclose(f) != 0) || !good;
}

static size_t
list_externals(struct ext out[TABLE_MAX])
{
	size_t n = 0;

	for (; driver_externals[n] != NULL && n < TABLE_MAX; n++)
		out[n] = (struct ext){ .name = bytes_of(driver_externals[n]),
			.type = EXT_STR,
			.s = BYTES_LIT("") };
	return n;
}

int
engine_compile(const char *path, const char *out)
{
	struct ext exts[TABLE_MAX];
	struct rules_source src = {
		.file = path, .ns = "default", .text = map_file(path)
	};
	struct arena arena;
	struct buf db = { 0 };
	struct diags diags = { .arena = &arena };
	struct rules_env env = { .arena = &arena,
		.diags = &diags,
		.exts = exts,
		.nexts = list_externals(exts) };
	enum err e;
	int bad;

	arena_init(&arena, COMPILE_BUDGET);
	env.modules = modules_tables(&arena, &env.nmodules);
	e = rules_compile(&env, &src, 1, &db);
	for (const struct diag *d = diags.first; d && e != OK; d = d->next)
		if (d->kind == DIAG_ERROR)
			fprintf(stderr, "%s(%u): %s\n", d->file, d->line, d->text);
	bad = e != OK || write_file(out, buf_bytes(&db)) != 0;
	buf_done(&db);
	arena_done(&arena);
	return bad;
}

static uint64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int
engine_open(const char *path)
{
	struct scan_opts o = { .timeout_ms = TIMEOUT_MS, .clock_ms = clock_ms };

	return scan_new(map_file(path), &o, &scan) != OK;
}

/* A file that a limit stopped counts as an error, as it does for the peers. */
static enum err
on_finding(void *arg, const struct finding *f)
{
	int *bad = arg;

	if (f->kind == FINDING_RULE && !(f->flags & FINDING_PRIVATE))
		driver_rule((const char *)f->rule.p, f->rule.n);
	if (f->kind == FINDING_LIMIT || f->kind == FINDING_FAILED)
		*bad = 1;
	return OK;
}

int
engine_scan(const uint8_t *p, size_t n)
{
	int bad = 0;
	struct sink sink = { &bad, on_finding };

	if (scan_file(scan, (struct bytes){ p, n }, &sink) != OK)
		return 1;
	return bad;
}
