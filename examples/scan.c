/*
 * scan.c - a small scanner with libcandor: rules, and files to judge with them.
 *
 *	cc -o scan scan.c $(pkg-config --cflags --libs candor)
 *	./scan rules.yar file...
 *
 * The files are read by a confined worker, so that a hostile one can do no harm. Exit
 * codes: 0 nothing found, 1 something found, 2 not everything could be scanned.
 */
#include <candor.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Messages of the compiler, as compilers write them. */
static void
on_diag(void *arg, const struct candor_diag *d)
{
	static const char *const severity[] = { "error", "warning", "hint" };

	(void)arg;
	fprintf(stderr, "%s:%u: %s: %s\n", d->source, (unsigned)d->line,
	    d->severity < 3 ? severity[d->severity] : "note", d->text);
}

static struct candor_rules *
compile(const char *path)
{
	struct candor_compiler *c = candor_compiler_new(CANDOR_CONFINED);
	struct candor_rules *rules = NULL;

	candor_compiler_on_diag(c, on_diag, NULL);
	candor_compiler_on_include(c, candor_include_files, NULL);
	if (candor_compiler_add_file(c, NULL, path) != CANDOR_OK ||
	    candor_compiler_build(c, &rules) != CANDOR_OK)
		fprintf(stderr, "scan: %s\n", candor_error());
	candor_compiler_free(c);
	return rules;
}

/* What was found in one file. Returns how many rules matched. */
static int
print(const struct candor_scanner *s, const char *path)
{
	int matched = 0;

	for (size_t i = 0; i < candor_count(s); i++) {
		const struct candor_finding *f = candor_finding(s, i);

		if (f->kind != CANDOR_RULE)
			continue;
		matched++;
		printf("%s: %s\n", path, f->rule->name);
		for (size_t k = 0; k < f->nmatches; k++)
			printf("  %s at %" PRIu64 ", %" PRIu64 " bytes\n",
			    f->matches[k].string, f->matches[k].offset,
			    f->matches[k].length);
	}
	return matched;
}

int
main(int argc, char **argv)
{
	struct candor_rules *rules;
	struct candor_scanner *s;
	int code = 0;

	/* a worker that is not installed, for those who build candor themselves */
	if (argc > 2 && strncmp(argv[1], "--worker=", 9) == 0) {
		if (candor_worker(argv[1] + 9) != CANDOR_OK) {
			fprintf(stderr, "scan: %s\n", candor_error());
			return 2;
		}
		argv++, argc--;
	}
	if (argc < 3) {
		fprintf(stderr, "usage: scan [--worker=PROGRAM] RULES FILE...\n");
		return 2;
	}
	rules = compile(argv[1]);
	if (rules == NULL)
		return 2;
	s = candor_scanner_new(rules, CANDOR_CONFINED);
	candor_rules_free(rules); /* the scanner keeps them */
	candor_scanner_limit(s, CANDOR_TIMEOUT_MS, 60000);
	for (int i = 2; i < argc; i++) {
		if (candor_scan_file(s, argv[i]) != CANDOR_OK) {
			fprintf(stderr, "scan: '%s': %s\n", argv[i], candor_error());
			code = 2;
		}
		if (print(s, argv[i]) > 0 && code == 0)
			code = 1;
	}
	candor_scanner_free(s);
	return code;
}
