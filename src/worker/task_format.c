/*
 * task_format.c - COMPILE with WIRE_FORMAT or WIRE_FIX: one source in, its text laid out
 * afresh, or mended.
 *
 * Only what a compiler calls a syntax error stops it: what a rule needs of externals,
 * includes and other files is not known here, and no matter of layout.
 */
#include <string.h>

#include "rules/fix.h"
#include "rules/format.h"
#include "rules/ir.h"
#include "worker/task.h"

/* Whatever is included is empty here. */
static enum err
no_include(void *arg, const char *from, struct bytes path, struct rules_source *out)
{
	(void)arg;
	(void)from;
	*out = (struct rules_source){ .file = "include", .text = { path.p, 0 } };
	return OK;
}

/* The first syntax error among what the compiler says, if there is one. */
static bool
is_syntax(const struct diag *d)
{
	static const char *const begins[] = { "syntax error", "illegal escape",
		"unterminated ", "non-ascii", "integer overflow", "identifier too long" };

	for (size_t i = 0; i < COUNT(begins); i++)
		if (strncmp(d->text, begins[i], strlen(begins[i])) == 0)
			return d->kind == DIAG_ERROR;
	return false;
}

/* What it needs it gives back: of a large file that is ten times its size. */
static enum err
parse(const struct rules_env *env, const struct rules_source *s, struct diags *out)
{
	struct arena own;
	struct diags all = { .arena = &own };
	struct rules_env quiet = *env;
	struct ir ir;
	enum err e;

	arena_init(&own, env->arena->budget - env->arena->used);
	quiet.arena = &own;
	quiet.diags = &all;
	quiet.include = no_include;
	e = rules_to_ir(&quiet, s, 1, &ir);
	if (e == ERR_SYNTAX)
		e = OK;
	for (const struct diag *d = all.first; e == OK && d != NULL; d = d->next) {
		if (!is_syntax(d))
			continue;
		diag_add(out, d);
		e = ERR_SYNTAX;
	}
	env->arena->spent |= own.spent;
	arena_done(&own);
	return e;
}

enum err
task_format(
    const struct rules_env *env, const struct rules_source *s, size_t n, struct buf *out)
{
	if (n != 1)
		return ERR_LIMIT;
	TRY(parse(env, s, env->diags));
	return rules_format(s->text, s->file, env->arena, env->diags, out);
}

enum err
task_fix(
    const struct rules_env *env, const struct rules_source *s, size_t n, struct buf *out)
{
	struct rules_env alone = *env;

	alone.include = no_include;
	return n == 1 ? rules_fix(&alone, s, out) : ERR_LIMIT;
}
