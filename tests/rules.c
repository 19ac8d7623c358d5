/*
 * rules.c - reads rule files and says what the compiler's front half makes of them.
 *
 * rules [-x] [-l] [-p] [-t] [-d NAME=VALUE]... FILE...
 * Errors and warnings in YARA's form. -x takes what only YARA-X takes, -l prints
 * the tokens, -p the trees, -t tells counts and the time.
 *
 * rules -c [-x] [-p] CASES
 * Many small sources in one file: SOURCE, a line "===", the output, a line "---".
 * Prints the file as it should be; tests/golden compares.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "modules/modules.h"
#include "rules/ir_print.h"

#define BUDGET ((size_t)8 << 30)

struct options {
	struct ext ext[32];
	size_t nexts;
	bool x, tokens, print, tell, cases;
};

static bool
read_file(struct arena *a, const char *path, struct bytes *out)
{
	FILE *f = fopen(path, "rb");
	long n;
	uint8_t *p;

	if (f == NULL)
		return false;
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p != NULL)
		*out = (struct bytes){ p, fread(p, 1, (size_t)n, f) };
	fclose(f);
	return p != NULL;
}

/* As the yara command does: relative to the folder of the including file. */
static enum err
include(void *arg, const char *from, struct bytes path, struct rules_source *out)
{
	struct arena *a = arg;
	const char *slash = strrchr(from, '/');
	int folder = slash && path.p[0] != '/' ? (int)(slash - from + 1) : 0;

	out->file = arena_printf(a, "%.*s%.*s", folder, from, (int)path.n, path.p);
	return out->file && read_file(a, out->file, &out->text) ? OK : ERR_ACCESS;
}

static void
print_diag(const struct diag *d)
{
	const char *kind = d->kind == DIAG_ERROR ? "error" : "warning";

	if (d->kind == DIAG_HINT)
		return; /* YARA gives none */
	if (d->rule != NULL)
		printf("%s: rule \"%s\" in %s(%u): %s\n", kind, d->rule, d->file, d->line,
		    d->text);
	else
		printf("%s(%u): %s: %s\n", d->file, d->line, kind, d->text);
}

static int
options(int argc, char **argv, struct options *o)
{
	for (int c; (c = getopt(argc, argv, "xlptcd:")) != -1;) {
		char *eq = optarg ? strchr(optarg, '=') : NULL;

		o->x |= c == 'x';
		o->print |= c == 'p';
		o->tokens |= c == 'l';
		o->tell |= c == 't';
		o->cases |= c == 'c';
		if (c == '?' || (c == 'd' && (eq == NULL || o->nexts == COUNT(o->ext))))
			return -1;
		if (c != 'd')
			continue;
		*eq = 0;
		o->ext[o->nexts++] = (struct ext){ .name = bytes_of(optarg),
			.type = eq[1] >= '0' && eq[1] <= '9' ? EXT_INT : EXT_STR,
			.i = atoll(eq + 1),
			.s = bytes_of(eq + 1) };
	}
	return optind;
}

static void
tell(const struct ir *ir, const struct arena *a, struct timespec from)
{
	struct timespec to;
	uint64_t strings = 0;

	clock_gettime(CLOCK_MONOTONIC, &to);
	for (uint32_t i = 0; i < ir->nrules; i++)
		strings += ir->rules[i]->nstrings;
	printf("%u rules, %" PRIu64 " strings, %u patterns, %zu MB, %.1f ms\n",
	    ir->nrules, strings, ir->npatterns, a->used >> 20,
	    (double)(to.tv_sec - from.tv_sec) * 1e3 +
		(double)(to.tv_nsec - from.tv_nsec) / 1e6);
}

/* The sources into trees, and what there is to say of them. */
static bool
run(struct arena *a, const struct options *o, const struct rules_source *src, size_t n)
{
	struct diags ds = { .arena = a };
	struct rules_env env = { .arena = a,
		.diags = &ds,
		.exts = o->ext,
		.nexts = o->nexts,
		.flags = RULES_FIRST_ERROR | (o->x ? 0 : RULES_YARA_ONLY),
		.include = include,
		.include_arg = a };
	struct buf text = { 0 };
	struct timespec from;
	struct ir ir;
	enum err e;

	env.modules = modules_tables(a, &env.nmodules);
	clock_gettime(CLOCK_MONOTONIC, &from);
	e = rules_to_ir(&env, src, n, &ir);
	if (o->tell)
		tell(&ir, a, from);
	for (const struct diag *d = ds.first; d != NULL; d = d->next)
		print_diag(d);
	for (uint32_t i = 0; e == OK && o->tokens && i < ir.nrules; i++)
		ir_print_tokens(&text, ir.rules[i]);
	if (e == OK && o->print)
		ir_print(&text, &ir);
	fwrite(text.p, 1, text.n, stdout);
	buf_done(&text);
	if (e == ERR_LIMIT)
		printf("limit\n");
	return e == OK;
}

/* Cuts the file of cases up to the next mark; *at moves behind it. */
static struct bytes
cut(struct bytes file, uint64_t *at, const char *mark)
{
	uint64_t end = bytes_find(file, *at, bytes_of(mark));
	struct bytes part = bytes_sub(file, *at, (end < file.n ? end : file.n) - *at);

	*at = end < file.n ? end + strlen(mark) : file.n;
	return part;
}

static void
run_cases(const struct options *o, struct bytes file)
{
	for (uint64_t at = 0; at < file.n;) {
		struct arena a;
		struct rules_source src = { .file = "rules", .ns = "default" };

		arena_init(&a, BUDGET);
		src.text = cut(file, &at, "\n===\n");
		(void)cut(file, &at, "---\n");
		printf("%.*s\n===\n", (int)src.text.n, (const char *)src.text.p);
		(void)run(&a, o, &src, 1);
		printf("---\n");
		arena_done(&a);
	}
}

int
main(int argc, char **argv)
{
	static struct options o;
	struct rules_source src[16];
	struct arena a;
	size_t n = 0;
	int first = options(argc, argv, &o);

	if (first < 0 || argc - first > (int)COUNT(src))
		return 2;
	arena_init(&a, BUDGET);
	for (int i = first; i < argc; i++, n++) {
		src[n] = (struct rules_source){ .file = argv[i], .ns = "default" };
		if (!read_file(&a, argv[i], &src[n].text)) {
			perror(argv[i]);
			return 2;
		}
	}
	if (!o.cases)
		return run(&a, &o, src, n) ? 0 : 1;
	if (n == 1)
		run_cases(&o, src[0].text);
	return n != 1;
}
