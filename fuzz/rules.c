/*
 * rules.c - fuzzes the rule compiler: source to trees, and on to the database.
 *
 * Properties: what YARA takes is taken with YARA-X's additions too, and means the
 * same; trees are as shallow as promised; what is compiled opens.
 */
#include <stdint.h>

#include "db/db.h"
#include "rules/ir_print.h"

#define BUDGET ((size_t)64 << 20)

struct thing {
	int64_t i;
	double f;
	struct bytes s;
	struct fact_array list, dict;
};

struct item {
	struct bytes key;
	int64_t i;
	struct bytes s;
};

static const struct fact item_facts[] = {
	FACT_I(struct item, i),
	FACT_S(struct item, s),
	FACT_LAST,
};

static const struct fact word_facts[] = {
	{ .name = "", .type = FACT_STR, .at = offsetof(struct item, s) },
	FACT_LAST,
};

static void
nothing(struct fact_call *c)
{
	(void)c;
}

static const struct fact thing_facts[] = {
	FACT_I(struct thing, i),
	FACT_F(struct thing, f),
	FACT_S(struct thing, s),
	FACT_A(struct thing, list, struct item, item_facts),
	FACT_D(struct thing, dict, struct item, word_facts),
	FACT_K("K", 7),
	FACT_FUN("fn", "i:i", nothing),
	FACT_FUN("fn", "ss:s", nothing),
	FACT_FUN("fn", "r:f", nothing),
	FACT_LAST,
};

static const struct fact_module list[] = {
	{ .name = "t", .facts = thing_facts, .facts_size = sizeof(struct thing) }
};
static const struct ext exts[] = { { .name = BYTES_LIT("x"), .type = EXT_INT, .i = 3 },
	{ .name = BYTES_LIT("y"), .type = EXT_STR, .s = BYTES_LIT("abc") } };

static enum err
include(void *arg, const char *from, struct bytes path, struct rules_source *out)
{
	(void)arg;
	(void)from;
	*out = (struct rules_source){ .file = path.n % 2 ? "odd" : "even",
		.text = BYTES_LIT("rule inc { condition: true }\ninclude \"ab\"") };
	return path.n > 3 ? ERR_ACCESS : OK;
}

static void
check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static unsigned
depth_of(const struct ir_node *n)
{
	unsigned most = 0;

	for (uint32_t i = 0; i < n->nkids; i++) {
		unsigned d = n->kid[i] ? depth_of(n->kid[i]) : 0;
		most = d > most ? d : most;
	}
	return most + 1;
}

static void
env_init(struct rules_env *env, struct diags *ds, struct arena *a, uint32_t flags)
{
	arena_init(a, BUDGET);
	*ds = (struct diags){ .arena = a };
	*env = (struct rules_env){ .arena = a,
		.diags = ds,
		.modules = list,
		.nmodules = 1,
		.exts = exts,
		.nexts = 2,
		.flags = flags,
		.include = include };
}

/* The trees as text; false when there are errors. */
static bool
trees(const struct rules_source *src, uint32_t flags, struct buf *out)
{
	struct arena a;
	struct diags ds;
	struct rules_env env;
	struct ir ir;
	enum err e;

	env_init(&env, &ds, &a, flags);
	e = rules_to_ir(&env, src, 1, &ir);
	check(e == OK || e == ERR_SYNTAX || e == ERR_LIMIT);
	check(e != ERR_SYNTAX || ds.errors > 0);
	for (uint32_t i = 0; e == OK && i < ir.nrules; i++)
		check(depth_of(ir.rules[i]->cond) <= IR_DEPTH_MAX);
	if (e == OK)
		ir_print(out, &ir);
	arena_done(&a);
	return e == OK;
}

static void
whole(const struct rules_source *src)
{
	struct arena a;
	struct diags ds;
	struct rules_env env;
	struct buf db = { 0 };

	env_init(&env, &ds, &a, 0);
	(void)!rules_compile(&env, src, 1, &db);
	buf_done(&db);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct rules_source src = { .file = "fuzz", .text = { p, n } };
	struct buf yara = { 0 }, x = { 0 };

	if (trees(&src, RULES_YARA_ONLY, &yara)) {
		check(trees(&src, 0, &x));
		check(bytes_eq(buf_bytes(&yara), buf_bytes(&x)));
	}
	whole(&src);
	buf_done(&yara);
	buf_done(&x);
	return 0;
}
