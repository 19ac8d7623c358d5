/*
 * ask PROGRAM [-d MS] [-s SECONDS] [-c CA] [-r URL]... [-m CAP] [-p BODY] [-b] URL... -
 * fetch_run from a command line, for tests/fetch/run.py.
 *
 * A line for each URL: fault, status, size, type, why; with -b the request's bytes
 * behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "fetch/fetch.h"

#define URLS 300

static const char *const names[FETCH_FAULTS] = { "OK", "URL", "RESOLVE", "CONNECT", "TLS",
	"SLOW", "LARGE", "CUT" };

struct ask {
	struct fetch_opts o;
	const char *reach[8];
	const char *body;
	uint64_t cap;
	bool sent;
};

static int
options(struct ask *a, int argc, char **argv)
{
	int c;

	a->cap = 1 << 20;
	while ((c = getopt(argc, argv, "d:s:c:r:m:p:b")) != -1) {
		switch (c) {
		case 'd': a->o.deadline_ms = (uint32_t)strtoul(optarg, NULL, 10); break;
		case 's': a->o.slow_s = (uint32_t)strtoul(optarg, NULL, 10); break;
		case 'c': a->o.ca_file = optarg; break;
		case 'r':
			if (a->o.nreach == COUNT(a->reach))
				return -1;
			a->reach[a->o.nreach++] = optarg;
			a->o.reach = a->reach;
			break;
		case 'm': a->cap = strtoull(optarg, NULL, 10); break;
		case 'p': a->body = optarg; break;
		case 'b': a->sent = true; break;
		default: return -1;
		}
	}
	return optind;
}

static void
show(const struct ask *a, struct fetch_result *r)
{
	printf("%s\t%u\t%zu\t%s\t%s\n", names[r->fault], r->status, r->body.n, r->type,
	    r->why);
	if (a->sent)
		printf("%s", buf_cstr(&r->sent));
}

int
main(int argc, char **argv)
{
	static struct fetch_result results[URLS];
	static struct fetch_job jobs[URLS];
	struct ask a = { .o.program = argc > 1 ? argv[1] : "" };
	int at = options(&a, argc - 1, argv + 1) + 1;
	char why[FETCH_WHY];
	size_t n = 0;

	for (; at > 0 && at < argc && n < URLS; at++)
		jobs[n++] = (struct fetch_job){ argv[at], a.body != NULL,
			bytes_of(a.body), "text/x.test", a.cap };

	enum err e = fetch_run(&a.o, jobs, n, results, why);

	for (size_t i = 0; i < n; i++)
		show(&a, &results[i]);
	fetch_results_done(results, n);
	if (e != OK)
		printf("%s: %s\n", err_name(e), why);
	return e != OK;
}
