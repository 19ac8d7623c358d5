/*
 * fmt.c - fuzzes the layout of rule files (rules/format.h).
 *
 * Properties: what was laid out is not changed by a second time; the compiler takes both,
 * or neither, and makes the same database of them.
 */
#include <stdint.h>

#include "rules/compile.h"
#include "rules/format.h"

#define BUDGET ((size_t)64 << 20)

static void
check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static enum err
format(struct bytes text, struct buf *out)
{
	struct arena a;
	struct diags ds = { .arena = &a };
	enum err e;

	arena_init(&a, BUDGET);
	e = rules_format(text, "fuzz", &a, &ds, out);
	check(e == OK || e == ERR_LIMIT || (e == ERR_SYNTAX && ds.errors > 0));
	arena_done(&a);
	return e;
}

static enum err
compile(struct bytes text, struct buf *db)
{
	struct rules_source src = { .file = "fuzz", .text = text };
	struct arena a;
	struct diags ds = { .arena = &a };
	struct rules_env env = { .arena = &a, .diags = &ds, .flags = RULES_NO_INCLUDES };
	enum err e;

	arena_init(&a, BUDGET);
	e = rules_compile(&env, &src, 1, db);
	arena_done(&a);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf once = { 0 }, twice = { 0 }, before = { 0 }, after = { 0 };
	struct bytes text = { p, n };

	if (format(text, &once) == OK) {
		enum err e = format(buf_bytes(&once), &twice);

		check(e == OK || e == ERR_LIMIT);
		check(e != OK || bytes_eq(buf_bytes(&once), buf_bytes(&twice)));
		e = compile(text, &before);
		check(compile(buf_bytes(&once), &after) == e || e == ERR_LIMIT);
		check(e != OK || bytes_eq(buf_bytes(&before), buf_bytes(&after)));
	}
	buf_done(&once);
	buf_done(&twice);
	buf_done(&before);
	buf_done(&after);
	return 0;
}
