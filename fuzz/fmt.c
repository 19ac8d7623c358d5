/*
 * fmt.c - fuzzes the layout of rule files (rules/format.h), and their mending
 * (rules/fix.h).
 *
 * Properties: what was laid out is not changed by a second time; the compiler takes both,
 * or neither, and makes the same database of them. What compiled before it was mended
 * does so after.
 */
#include <stdint.h>

#include "rules/compile.h"
#include "rules/fix.h"
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

static void
mend(struct bytes text)
{
	struct rules_source src = { .file = "fuzz", .text = text };
	struct arena a;
	struct diags ds = { .arena = &a };
	struct rules_env env = { .arena = &a, .diags = &ds, .flags = RULES_NO_INCLUDES };
	struct buf made = { 0 }, before = { 0 }, after = { 0 };

	arena_init(&a, BUDGET);
	if (rules_fix(&env, &src, &made) == OK && compile(text, &before) == OK) {
		enum err e = compile(buf_bytes(&made), &after);

		check(e == OK || e == ERR_LIMIT);
	}
	arena_done(&a);
	buf_done(&made);
	buf_done(&before);
	buf_done(&after);
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
	mend(text);
	buf_done(&once);
	buf_done(&twice);
	buf_done(&before);
	buf_done(&after);
	return 0;
}
