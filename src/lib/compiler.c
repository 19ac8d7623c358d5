#include "lib/compiler.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "lib/why.h"
#include "modules/modules.h"
#include "rules/compile.h"

#define FLAGS          (CANDOR_CONFINED | CANDOR_STRICT_ESCAPE | CANDOR_YARA_ONLY | CANDOR_YARAX)
#define MEMORY_DEFAULT (1ull << 30)
#define SOURCE_MAX     ((size_t)512 << 20)
#define SOURCES_MAX    100000u /* includes too: a source that includes for ever ends */

/* One question of the compiler, while the caller answers it. */
struct candor_include {
	struct candor_compiler *c;
	unsigned from, number;
	bool given;
};

struct candor_compiler *
candor_compiler_new(uint32_t flags)
{
	struct candor_compiler *c;

	if (flags & ~(uint32_t)FLAGS) {
		why_fail(CANDOR_ERR_ARG, "a compiler has no such flag: %#x",
		    flags & ~(uint32_t)FLAGS);
		return NULL;
	}
	why_init();
	c = xcalloc(1, sizeof(*c));
	c->flags = flags;
	c->memory = MEMORY_DEFAULT;
	return c;
}

/* Forgets all sources from number n on. */
static void
drop_sources(struct candor_compiler *c, size_t n)
{
	while (c->n > n) {
		struct compiler_source *s = &c->source[--c->n];

		free(s->name);
		free(s->ns);
		buf_done(&s->text);
	}
}

void
candor_compiler_free(struct candor_compiler *c)
{
	if (c == NULL)
		return;
	drop_sources(c, 0);
	free(c->source);
	exts_done(&c->exts);
	free(c);
}

int
candor_compiler_limit(
    struct candor_compiler *c, enum candor_compiler_limit which, uint64_t value)
{
	switch (which) {
	case CANDOR_COMPILE_MEMORY: c->memory = value ? value : MEMORY_DEFAULT; break;
	case CANDOR_COMPILE_TIMEOUT_MS: c->timeout_ms = value; break;
	case CANDOR_COMPILE_STRINGS_PER_RULE: c->strings = value; break;
	default:
		return why_fail(
		    CANDOR_ERR_ARG, "a compiler has no such limit: %d", which);
	}
	return CANDOR_OK;
}

/* --- sources -------------------------------------------------------------- */

/* Takes text. */
static int
add_source(struct candor_compiler *c, const char *ns, const char *name, struct buf *text,
    unsigned from)
{
	if (c->n >= SOURCES_MAX || text->n > SOURCE_MAX) {
		buf_done(text);
		return why_fail(
		    CANDOR_ERR_LIMIT, "'%s': too many sources, or a large one", name);
	}
	c->source = xgrow(c->source, &c->cap, c->n + 1, sizeof(*c->source));
	c->source[c->n++] = (struct compiler_source){
		.name = xstrdup(name),
		.ns = ns ? xstrdup(ns) : NULL,
		.text = *text,
		.from = from,
	};
	return CANDOR_OK;
}

int
candor_compiler_add_text(struct candor_compiler *c, const char *ns, const char *name,
    const void *text, size_t n)
{
	struct buf copy = { 0 };

	buf_put(&copy, text, n);
	return add_source(c, ns, name ? name : "rules", &copy, 0);
}

/* A regular file, whole. CANDOR_OK, or candor_error() tells. */
static int
read_file(const char *path, struct buf *out)
{
	CLEAN(fd_closep) int fd = -1;
	struct stat st;
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	if (e == OK)
		e = sys_stat(fd, &st);
	if (e == OK && !S_ISREG(st.st_mode))
		return why_fail(CANDOR_ERR_ACCESS, "cannot read the rules in '%s': %s",
		    path, sys_kind(st.st_mode));
	if (e == OK)
		e = sys_read_all(fd, out, SOURCE_MAX);
	if (e == ERR_LIMIT)
		return why_fail(CANDOR_ERR_LIMIT,
		    "cannot read the rules in '%s': larger than 512 MB", path);
	return e == OK ? CANDOR_OK : why_system(e, "read the rules in", path);
}

int
candor_compiler_add_file(struct candor_compiler *c, const char *ns, const char *path)
{
	struct buf text = { 0 };
	int e = read_file(path, &text);

	if (e == CANDOR_OK)
		return add_source(c, ns, path, &text, 0);
	buf_done(&text);
	return e;
}

/* --- external variables --------------------------------------------------- */

static int
define(struct candor_compiler *c, const char *name, struct ext v)
{
	v.name = bytes_of(name);
	return exts_put(&c->exts, &v)
		   ? CANDOR_OK
		   : why_fail(CANDOR_ERR_ARG, "'%s' is no name of a variable", name);
}

int
candor_compiler_define_int(struct candor_compiler *c, const char *name, int64_t value)
{
	return define(c, name, (struct ext){ .type = EXT_INT, .i = value });
}

int
candor_compiler_define_bool(struct candor_compiler *c, const char *name, int value)
{
	return define(c, name, (struct ext){ .type = EXT_BOOL, .i = value != 0 });
}

int
candor_compiler_define_float(struct candor_compiler *c, const char *name, double value)
{
	return define(c, name, (struct ext){ .type = EXT_FLOAT, .f = value });
}

int
candor_compiler_define_string(
    struct candor_compiler *c, const char *name, const char *value)
{
	return define(c, name, (struct ext){ .type = EXT_STR, .s = bytes_of(value) });
}

/* --- messages ------------------------------------------------------------- */

void
candor_compiler_on_diag(struct candor_compiler *c,
    void (*fn)(void *arg, const struct candor_diag *d), void *arg)
{
	c->diag = fn;
	c->diag_arg = arg;
}

void
compiler_tell(struct candor_compiler *c, const struct diag *d, const char *source)
{
	static const uint32_t severities[] = {
		[DIAG_ERROR] = CANDOR_ERROR,
		[DIAG_WARNING] = CANDOR_WARNING,
		[DIAG_HINT] = CANDOR_HINT,
	};
	struct candor_diag out = { .severity = severities[d->kind],
		.line = d->line,
		.column = d->col,
		.width = d->width,
		.source = source,
		.rule = d->rule,
		.text = d->text,
		.quote = d->source };

	if (d->kind == DIAG_ERROR && !c->told) {
		c->told = true;
		why_fail(CANDOR_ERR_SYNTAX, "%s(%u): %s", source, d->line, d->text);
	}
	if (c->diag != NULL)
		c->diag(c->diag_arg, &out);
}

/* --- includes ------------------------------------------------------------- */

void
candor_compiler_on_include(struct candor_compiler *c,
    int (*fn)(void *arg, const char *from, const char *path, struct candor_include *i),
    void *arg)
{
	c->include = fn;
	c->include_arg = arg;
}

/* Takes text. What includes itself is the source that there is: the compiler says so. */
static int
give(struct candor_include *i, const char *name, struct buf *text)
{
	struct candor_compiler *c = i->c;
	int e;

	for (unsigned n = i->from + 1; n != 0; n = c->source[n - 1].from)
		if (strcmp(c->source[n - 1].name, name) == 0) {
			i->number = n - 1;
			i->given = true;
			buf_done(text);
			return CANDOR_OK;
		}
	e = add_source(c, c->source[i->from].ns, name, text, i->from + 1);
	if (e == CANDOR_OK) {
		i->number = (unsigned)c->n - 1;
		i->given = true;
	}
	return e;
}

int
candor_include_text(
    struct candor_include *i, const char *name, const void *text, size_t n)
{
	struct buf copy = { 0 };

	if (i->given)
		return why_fail(CANDOR_ERR_ARG, "an include was answered twice");
	buf_put(&copy, text, n);
	return give(i, name, &copy);
}

int
candor_include_file(struct candor_include *i, const char *path)
{
	struct buf text = { 0 };
	int e;

	if (i->given)
		return why_fail(CANDOR_ERR_ARG, "an include was answered twice");
	e = read_file(path, &text);
	if (e == CANDOR_OK)
		return give(i, path, &text);
	buf_done(&text);
	return e;
}

const char *
candor_include_namespace(const struct candor_include *i)
{
	const char *ns = i->c->source[i->from].ns;

	return ns ? ns : "default";
}

int
candor_include_files(
    void *arg, const char *from, const char *path, struct candor_include *i)
{
	const char *slash = path[0] == '/' ? NULL : strrchr(from, '/');
	char *full = xprintf("%.*s%s", slash ? (int)(slash - from) + 1 : 0, from, path);
	int e = candor_include_file(i, full);

	(void)arg;
	free(full);
	return e;
}

enum err
compiler_include(
    struct candor_compiler *c, unsigned from, struct bytes path, unsigned *number)
{
	struct candor_include i = { .c = c, .from = from };
	char *name;
	int e;

	if (c->include == NULL || path.n == 0 || path.n > 4096 ||
	    memchr(path.p, '\0', path.n) != NULL)
		return ERR_ACCESS;
	name = xprintf("%.*s", (int)path.n, (const char *)path.p);
	e = c->include(c->include_arg, c->source[from].name, name, &i);
	free(name);
	if (e != CANDOR_OK || !i.given)
		return ERR_ACCESS;
	*number = i.number;
	return OK;
}

/* --- building in this process --------------------------------------------- */

static struct rules_source
source_of(const struct candor_compiler *c, unsigned number)
{
	const struct compiler_source *s = &c->source[number];

	return (struct rules_source){ .file = s->name,
		.ns = s->ns ? s->ns : "default",
		.text = buf_bytes(&s->text) };
}

/* The compiler knows sources by name; of two with one name, the last was read last. */
static enum err
on_include(void *arg, const char *from, struct bytes path, struct rules_source *out)
{
	struct candor_compiler *c = arg;
	unsigned number = (unsigned)c->n;

	while (number > 0 && strcmp(c->source[number - 1].name, from) != 0)
		number--;
	if (number == 0)
		return ERR_ACCESS;
	TRY(compiler_include(c, number - 1, path, &number));
	*out = source_of(c, number);
	return OK;
}

/* Sources, diags and everything between live in a; the database in db. */
static enum err
compile(struct candor_compiler *c, struct arena *a, struct diags *diags, struct buf *db)
{
	size_t n = c->n;
	struct rules_source *src = ARENA_ARRAY(a, n + 1, struct rules_source);
	struct rules_env env = { .arena = a,
		.diags = diags,
		.exts = c->exts.p,
		.nexts = c->exts.n,
		.strings_per_rule = (uint32_t)c->strings,
		.include = c->include ? on_include : NULL,
		.include_arg = c };

	env.modules = modules_tables(a, &env.nmodules);
	if (src == NULL || env.modules == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < n; i++)
		src[i] = source_of(c, (unsigned)i);
	env.flags = (c->flags & CANDOR_STRICT_ESCAPE ? RULES_STRICT_ESCAPE : 0) |
		    (c->flags & CANDOR_YARA_ONLY ? RULES_YARA_ONLY : 0) |
		    (c->flags & CANDOR_YARAX ? RULES_YARAX : 0) |
		    (c->include == NULL ? RULES_NO_INCLUDES : 0);
	return rules_compile(&env, src, n, db);
}

static int
build_here(struct candor_compiler *c, struct candor_rules **out)
{
	struct arena a;
	struct diags diags = { .arena = &a };
	struct buf db = { 0 };
	enum err e;
	int said;

	arena_init(&a, (size_t)c->memory);
	e = compile(c, &a, &diags, &db);
	for (const struct diag *d = diags.first; d != NULL; d = d->next)
		compiler_tell(c, d, d->file);
	if (e == OK)
		said = rules_copy(buf_bytes(&db), RULES_OURS, out);
	else if (e == ERR_SYNTAX && c->told)
		said = CANDOR_ERR_SYNTAX;
	else
		said = why_fail(CANDOR_ERR_LIMIT,
		    "the rules need more memory than is allowed: %llu bytes",
		    (unsigned long long)c->memory);
	buf_done(&db);
	arena_done(&a);
	return said;
}

int
candor_compiler_build(struct candor_compiler *c, struct candor_rules **out)
{
	size_t added = c->n;
	int e;

	c->told = false;
	e = c->flags & CANDOR_CONFINED ? compiler_confined(c, out) : build_here(c, out);
	drop_sources(c, added);
	return e;
}
