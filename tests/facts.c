/*
 * facts.c - prints what a format's parser knows of files: for golden tests and
 * for comparisons with other programs. `candor dump` shows the same, confined.
 *
 *	facts [-c] [-f] [-j] [-m MODULE] FILE...
 *	facts -s -m MODULE
 *
 * -c shows instead the children: digest, size and name of each; -f what the functions
 * without arguments return; -s what fields there
 * are: "type path", and for constants their value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "format/dump.h"
#include "format/identify.h"

static struct bytes
read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b = { 0 };
	uint8_t piece[65536];
	size_t n;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(&b, piece, n);
	fclose(f);
	return buf_bytes(&b);
}

/* The format by name, or by the file's look. */
static const struct format *
choose(const char *name, struct bytes file)
{
	if (name == NULL)
		return identify(file);
	for (const struct format *const *f = formats; *f != NULL; f++)
		if (strcmp((*f)->name, name) == 0)
			return *f;
	return NULL;
}

static bool
charge_nothing(void *host, uint64_t n)
{
	(void)host;
	(void)n;
	return true;
}

static void
show_functions(const struct format *m, const struct parse *p)
{
	for (const struct fact *f = m->facts; f->type != FACT_END; f++) {
		struct fact_call c = { .self = p->facts,
			.file = p->file,
			.arena = p->arena,
			.charge = charge_nothing };

		if (f->type != FACT_FN || f->sig[0] != ':')
			continue;
		(void)!fact_ready(f, p->facts);
		if (f->sig[1] == 'i')
			c.ret.i = FACT_UNDEF;
		f->fn(&c);
		if (f->sig[1] == 'i' && c.ret.i != FACT_UNDEF)
			printf("%s %lld\n", f->name, (long long)c.ret.i);
		else if (f->sig[1] == 's' && c.ret.s.p != NULL)
			printf("%s %.*s\n", f->name, (int)c.ret.s.n,
			    (const char *)c.ret.s.p);
	}
}

/* The rows of a table, and of those below it; path has the names above, and a dot. */
static void
show_schema(const struct fact *table, const char *path)
{
	static const char *const types[] = { [FACT_INT] = "int",
		[FACT_FLOAT] = "float",
		[FACT_STR] = "str",
		[FACT_STRUCT] = "struct",
		[FACT_ARRAY] = "array",
		[FACT_DICT] = "dict",
		[FACT_FN] = "function" };

	for (const struct fact *f = table; f->type != FACT_END; f++) {
		bool list = f->type == FACT_ARRAY || f->type == FACT_DICT;
		char below[256];

		if (f->flags & FACT_DIALECT)
			continue;
		if (f->flags & FACT_CONST && f->type == FACT_INT)
			printf("const %s%s %lld\n", path, f->name, (long long)f->value);
		else if (!(f->flags & FACT_CONST))
			printf("%s %s%s%s%s\n", types[f->type], path, f->name,
			    f->sig ? " " : "", f->sig ? f->sig : "");
		snprintf(
		    below, sizeof(below), "%s%s%s.", path, f->name, list ? "[]" : "");
		if (f->sub != NULL && f->type != FACT_FN && f->sub->name[0] != '\0')
			show_schema(f->sub, below);
	}
}

static void
show_children(const struct format *m, struct parse *p)
{
	struct child child;

	while (m->next != NULL && m->next(p, &child) == OK) {
		uint8_t digest[HASH_MAX];
		char hex[2 * HASH_MAX + 1];

		hash_of(HASH_SHA256, child.data, digest);
		hash_hex(digest, hash_size(HASH_SHA256), hex);
		printf("%s %zu %.*s\n", hex, child.data.n, (int)child.name.n,
		    (const char *)child.name.p);
	}
}

enum form { TEXT, JSON, FUNCTIONS, CHILDREN };

static void
show(const struct format *m, struct bytes file, enum form form)
{
	struct arena arena;
	struct parse parse = { .file = file, .arena = &arena };
	struct buf out = { 0 };

	arena_init(&arena, (size_t)1 << 30);
	parse.facts = calloc(1, m->facts_size);
	if (parse.facts == NULL)
		abort();
	fact_clear(m->facts, parse.facts);
	(void)!m->open(&parse);
	if (form == CHILDREN) {
		show_children(m, &parse);
	} else if (form == FUNCTIONS) {
		show_functions(m, &parse);
	} else if (form == JSON) {
		dump_json(m, parse.facts, &out);
		buf_u8(&out, '\n');
	} else {
		dump_text(m, parse.facts, &out);
	}
	if (parse.notes)
		fprintf(stderr, "notes %llx\n", (unsigned long long)parse.notes);
	fwrite(out.p, 1, out.n, stdout);
	buf_done(&out);
	free(parse.facts);
	arena_done(&arena);
}

int
main(int argc, char **argv)
{
	const char *module = NULL;
	enum form form = TEXT;
	bool schema = false;
	int c, bad = 0;

	while ((c = getopt(argc, argv, "cfjm:s")) != -1) {
		if (c == 'c')
			form = CHILDREN;
		else if (c == 'f')
			form = FUNCTIONS;
		else if (c == 'j')
			form = JSON;
		else if (c == 'm')
			module = optarg;
		else if (c == 's')
			schema = true;
		else
			return 2;
	}
	crypto_init();
	if (schema && module != NULL) {
		const struct format *m = choose(module, (struct bytes){ 0 });

		if (m != NULL)
			show_schema(m->facts, "");
	}
	for (int i = optind; i < argc; i++) {
		struct bytes file = read_file(argv[i]);
		const struct format *m = choose(module, file);

		if (m != NULL)
			show(m, file, form);
		else
			bad = 1;
		free((void *)(uintptr_t)file.p);
	}
	return bad;
}
