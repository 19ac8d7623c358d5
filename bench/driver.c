#include "bench/driver.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TINY_SIZE 64
#define PATH_CAP  8192

struct file {
	char *path;
	uint8_t *p;
	size_t n;
};

struct clocks {
	double cpu, wall;
};

const char *const driver_externals[] = { "filename", "filepath", "extension", "filetype",
	"owner", "md5", "fullpath", NULL };

static FILE *results;
static const char *current;
static uint64_t matches;

static double
seconds(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct clocks
clocks_since(struct clocks from)
{
	return (struct clocks){ seconds(CLOCK_PROCESS_CPUTIME_ID) - from.cpu,
		seconds(CLOCK_MONOTONIC) - from.wall };
}

static struct clocks
clocks_now(void)
{
	return clocks_since((struct clocks){ 0 });
}

/* A line of /proc/self/status, in kB: what is resident and not a file, or the peak. */
static long
status_kb(const char *key)
{
	FILE *f = fopen("/proc/self/status", "r");
	size_t n = strlen(key);
	char line[256];
	long kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, n) == 0 && line[n] == ':')
			kb = strtol(line + n + 1, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

void
driver_rule(const char *name, size_t n)
{
	matches++;
	if (results)
		fprintf(results, "%.*s\t%s\n", (int)n, name, current);
}

/* Mapped and touched, so that no engine pays for the page cache. */
static bool
file_map(const char *path, struct file *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE,
		    fd, 0);
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return false;
	*out = (struct file){ strdup(path), p, (size_t)st.st_size };
	return true;
}

static size_t
list_load(const char *list, struct file **out)
{
	FILE *f = fopen(list, "r");
	struct file *all = NULL;
	char path[PATH_CAP];
	size_t n = 0;

	while (f && fgets(path, sizeof(path), f)) {
		path[strcspn(path, "\n")] = '\0';
		all = realloc(all, (n + 1) * sizeof(*all));
		if (all == NULL)
			abort();
		n += file_map(path, &all[n]);
	}
	if (f)
		fclose(f);
	*out = all;
	return n;
}

static int
do_compile(const char *rules, const char *out)
{
	struct clocks t = clocks_now();

	if (engine_compile(rules, out) != 0)
		return 1;
	t = clocks_since(t);
	printf("{\"cpu\": %.6f, \"wall\": %.6f, \"peak_kb\": %ld}\n", t.cpu, t.wall,
	    status_kb("VmHWM"));
	return 0;
}

/* Until the first object is through: what is put off to the first scan counts, too. */
static int
do_open(const char *db)
{
	static const uint8_t nothing[TINY_SIZE];
	long anon = status_kb("RssAnon");
	struct clocks t = clocks_now();

	if (engine_open(db) != 0 || engine_scan(nothing, sizeof(nothing)) != 0)
		return 1;
	t = clocks_since(t);
	printf("{\"cpu\": %.6f, \"wall\": %.6f, \"anon_kb\": %ld}\n", t.cpu, t.wall,
	    status_kb("RssAnon") - anon);
	return 0;
}

static int
do_scan(const char *db, const char *list, const char *to)
{
	struct file *files;
	size_t n = list_load(list, &files), bytes = 0, bad = 0;
	long anon = status_kb("RssAnon");
	struct clocks t;

	if (n == 0 || engine_open(db) != 0)
		return 1;
	engine_scan(files[0].p, files[0].n);
	matches = 0;
	t = clocks_now();
	for (size_t i = 0; i < n; i++) {
		bytes += files[i].n;
		bad += engine_scan(files[i].p, files[i].n) != 0;
	}
	t = clocks_since(t);
	printf("{\"files\": %zu, \"bytes\": %zu, \"cpu\": %.6f, \"wall\": %.6f, "
	       "\"anon_kb\": %ld, \"matches\": %" PRIu64 ", \"errors\": %zu}\n",
	    n, bytes, t.cpu, t.wall, status_kb("RssAnon") - anon, matches, bad);
	results = fopen(to, "w");
	for (size_t i = 0; results && i < n; i++) {
		current = files[i].path;
		engine_scan(files[i].p, files[i].n);
	}
	return results == NULL || fclose(results) != 0;
}

static int
do_tiny(const char *db, unsigned times)
{
	uint8_t tiny[TINY_SIZE];
	struct clocks t;

	if (engine_open(db) != 0)
		return 1;
	memset(tiny, 'x', sizeof(tiny));
	engine_scan(tiny, sizeof(tiny));
	t = clocks_now();
	for (unsigned i = 0; i < times; i++) {
		tiny[0] = (uint8_t)i;
		engine_scan(tiny, sizeof(tiny));
	}
	t = clocks_since(t);
	printf("{\"us\": %.3f}\n", t.cpu * 1e6 / times);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "compile") == 0)
		return do_compile(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "open") == 0)
		return do_open(argv[2]);
	if (argc == 5 && strcmp(argv[1], "scan") == 0)
		return do_scan(argv[2], argv[3], argv[4]);
	if (argc == 4 && strcmp(argv[1], "tiny") == 0)
		return do_tiny(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
	fprintf(stderr, "usage: compile RULES DB | open DB | scan DB LIST RESULTS | "
			"tiny DB TIMES\n");
	return 2;
}
