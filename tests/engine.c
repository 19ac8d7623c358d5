/*
 * engine.c - the engine without its house: compiles rules and scans files in this
 * process, for differential tests and for a debugger. Prints as `yara -s -L` does.
 *
 *	engine [-s] [-n] [-v] [-d NAME=TEXT]... RULES FILE...
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "modules/modules.h"
#include "rules/compile.h"
#include "scan/run.h"

static struct ext exts[64];
static size_t nexts;
static bool verbose;

static struct bytes
map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = (void *)(uintptr_t) "";

	if (fd < 0 || fstat(fd, &st) != 0) {
		perror(path);
		exit(2);
	}
	if (st.st_size > 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return (struct bytes){ p, (size_t)st.st_size };
}

static enum err
include(void *arg, const char *from, struct bytes path, struct rules_source *out)
{
	char name[4096];
	const char *slash = strrchr(from, '/');
	int dir = slash ? (int)(slash - from) + 1 : 0;

	snprintf(
	    name, sizeof(name), "%.*s%.*s", dir, from, (int)path.n, (const char *)path.p);
	if (access(name, R_OK) != 0)
		return ERR_ACCESS;
	out->text = map(name);
	out->file = arena_str(arg, bytes_of(name));
	return OK;
}

static void
print_diag(const struct diag *d)
{
	const char *kind = d->kind == DIAG_ERROR ? "error" : "warning";

	if (d->rule != NULL)
		fprintf(stderr, "%s: rule \"%s\" in %s(%u): %s\n", kind, d->rule, d->file,
		    d->line, d->text);
	else
		fprintf(stderr, "%s(%u): %s: %s\n", d->file, d->line, kind, d->text);
}

static struct bytes
compile(const char *path)
{
	struct diags diags = { 0 };
	struct arena a;
	struct buf db = { 0 };
	struct rules_source src = { .file = path, .ns = "default", .text = map(path) };
	struct rules_env env = { .arena = &a,
		.diags = &diags,
		.exts = exts,
		.nexts = nexts,
		.include = include,
		.include_arg = &a };
	enum err e;

	arena_init(&a, (size_t)4 << 30);
	diags.arena = &a;
	env.modules = modules_tables(&a, &env.nmodules);
	e = rules_compile(&env, &src, 1, &db);
	for (const struct diag *d = diags.first; d != NULL; d = d->next)
		if (verbose || d->kind == DIAG_ERROR)
			print_diag(d);
	if (e != OK) {
		fprintf(stderr, "%s: %s\n", path, err_name(e));
		exit(1);
	}
	if (verbose)
		fprintf(stderr, "compile: %zu bytes of arena, %zu of database\n", a.used,
		    db.n);
	arena_done(&a);
	void *p =
	    mmap(NULL, db.n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct bytes mapped = { p, db.n };
	memcpy(p, db.p, db.n);
	buf_done(&db);
	return mapped;
}

static enum err
print_finding(void *arg, const struct finding *f)
{
	const char *path = arg;

	if (f->kind == FINDING_LOG)
		printf("%.*s\n", (int)f->text.n, (const char *)f->text.p);
	else if (f->kind != FINDING_RULE && f->kind != FINDING_UNMATCHED)
		fprintf(stderr, "%s: %.*s: %.*s\n", path, (int)f->rule.n,
		    (const char *)f->rule.p, (int)f->text.n, (const char *)f->text.p);
	else
		printf("%.*s %s\n", (int)f->rule.n, (const char *)f->rule.p, path);
	for (uint32_t i = 0; i < f->nmatches; i++) {
		const struct finding_match *m = &f->matches[i];

		printf("0x%llx:%llu:%.*s\n", (unsigned long long)m->off,
		    (unsigned long long)m->len, (int)m->id.n, (const char *)m->id.p);
	}
	return OK;
}

static void
scan_path(struct scan *s, char *path)
{
	struct bytes file = map(path);
	struct sink sink = { .arg = path, .finding = print_finding };

	if (scan_file(s, file, &sink) != OK)
		exit(2);
	if (file.n > 0)
		munmap((void *)(uintptr_t)file.p, file.n);
}

static void
print_stats(const struct scan *s)
{
	const struct scan_stats *st = scan_stats(s);

	fprintf(stderr,
	    "objects %llu bytes %llu candidates %llu verified %llu live %llu run %llu "
	    "passes %llu steps %llu\n",
	    (unsigned long long)st->objects, (unsigned long long)st->bytes,
	    (unsigned long long)st->candidates, (unsigned long long)st->verified,
	    (unsigned long long)st->rules_live, (unsigned long long)st->rules_run,
	    (unsigned long long)st->passes, (unsigned long long)st->steps);
}

int
main(int argc, char **argv)
{
	struct scan_opts o = { 0 };
	struct scan *s;
	int opt;

	while ((opt = getopt(argc, argv, "snvd:")) != -1) {
		if (opt == 's') {
			o.flags |= SCAN_MATCHES;
		} else if (opt == 'n') {
			o.flags |= SCAN_UNMATCHED;
		} else if (opt == 'v') {
			verbose = true;
		} else if (opt == 'd' && nexts < COUNT(exts) && strchr(optarg, '=')) {
			char *eq = strchr(optarg, '=');

			*eq = '\0';
			exts[nexts++] = (struct ext){ .name = bytes_of(optarg),
				.type = EXT_STR,
				.s = bytes_of(eq + 1) };
		} else {
			return 2;
		}
	}
	if (optind + 1 > argc || scan_new(compile(argv[optind]), &o, &s) != OK) {
		fputs("cannot open the database\n", stderr);
		return 2;
	}
	for (int i = optind + 1; i < argc; i++)
		scan_path(s, argv[i]);
	if (verbose)
		print_stats(s);
	scan_free(s);
	return 0;
}
