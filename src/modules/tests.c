/*
 * tests.c - the module `tests`: facts of every shape, the same for every file.
 *
 * Only in builds with tests that are no releases, and in no list of modules there: rules
 * over it show what structs, arrays, dictionaries, functions and undefined values mean,
 * through compiler, database, worker and report as a user has them
 * (tests/cli/conform.sh). Its names are those of YARA's module of that name, which no
 * release of YARA has; the values are ours. module_data is what -x tests=FILE gives.
 */
#include <stdlib.h>

#include "format/format.h"

struct pair {
	int64_t i;
	struct bytes s;
};

struct keyed_int {
	struct bytes key;
	int64_t i;
};

struct keyed_str {
	struct bytes key, s;
};

struct keyed_pair {
	struct bytes key;
	struct pair in;
};

struct lists {
	struct fact_array struct_array, struct_dict;
};

struct tests {
	struct {
		int64_t i;
		double f;
	} undefined;
	struct bytes module_data;
	struct fact_array integer_array, string_array, struct_array;
	struct fact_array integer_dict, string_dict, struct_dict;
	struct fact_array empty_struct_array, empty_struct_dict;
};

#define TEXT(literal)                                           \
	{                                                       \
		(const uint8_t *)(literal), sizeof(literal) - 1 \
	}

/* clang-format off */
static const int64_t integers[] = { 0, 1, 2, FACT_UNDEF, -7, INT64_MAX, INT64_MIN };
static const struct bytes strings[] = { TEXT("foo"), TEXT("bar"), TEXT(""), { 0 }, TEXT("foo\0bar") };
static const struct pair pairs[] = {
	{ 1, TEXT("one") },
	{ FACT_UNDEF, { 0 } },
	{ 3, { 0 } },
};
static const struct keyed_int keyed_ints[] = {
	{ TEXT("foo"), 1 },
	{ TEXT("bar"), 2 },
	{ TEXT("nothing"), FACT_UNDEF },
};
static const struct keyed_str keyed_strings[] = {
	{ TEXT("foo"), TEXT("foo") },
	{ TEXT("bar"), TEXT("") },
};
static const struct keyed_pair keyed_pairs[] = {
	{ TEXT("foo"), { 1, TEXT("foo") } },
	{ TEXT(""), { 2, TEXT("an empty key") } },
};
/* clang-format on */

static void
tests_match(struct fact_call *c)
{
	c->ret.i = c->re_match(c->host, c->arg[0].re, c->arg[1].s);
}

static void
tests_isum2(struct fact_call *c)
{
	c->ret.i = (int64_t)((uint64_t)c->arg[0].i + (uint64_t)c->arg[1].i);
}

static void
tests_isum3(struct fact_call *c)
{
	tests_isum2(c);
	c->ret.i = (int64_t)((uint64_t)c->ret.i + (uint64_t)c->arg[2].i);
}

static void
tests_fsum2(struct fact_call *c)
{
	c->ret.f = c->arg[0].f + c->arg[1].f;
}

static void
tests_fsum3(struct fact_call *c)
{
	c->ret.f = c->arg[0].f + c->arg[1].f + c->arg[2].f;
}

static void
tests_length(struct fact_call *c)
{
	c->ret.i = (int64_t)c->arg[0].s.n;
}

static void
tests_empty(struct fact_call *c)
{
	c->ret.s = BYTES_LIT("");
}

/* Undefined for a number that is none of three. */
static void
tests_foobar(struct fact_call *c)
{
	static const struct bytes words[] = { TEXT("oops"), TEXT("foo"), TEXT("bar") };

	if (c->arg[0].i >= 0 && c->arg[0].i < (int64_t)COUNT(words))
		c->ret.s = words[c->arg[0].i];
}

/* clang-format off */
static const struct fact constant_facts[] = {
	FACT_K("one", 1),
	FACT_K("two", 2),
	{ .name = "foo", .type = FACT_STR, .flags = FACT_CONST, .text = "foo" },
	{ .name = "empty", .type = FACT_STR, .flags = FACT_CONST, .text = "" },
	FACT_LAST,
};
static const struct fact undefined_facts[] = {
	{ .name = "i", .type = FACT_INT, .at = 0 },
	{ .name = "f", .type = FACT_FLOAT, .at = sizeof(int64_t) },
	FACT_LAST,
};
static const struct fact int_facts[] = { { .name = "", .type = FACT_INT, .at = 0 }, FACT_LAST };
static const struct fact str_facts[] = { { .name = "", .type = FACT_STR, .at = 0 }, FACT_LAST };
static const struct fact pair_facts[] = {
	FACT_I(struct pair, i),
	FACT_S(struct pair, s),
	FACT_LAST,
};
static const struct fact int_of_key[] = {
	{ .name = "", .type = FACT_INT, .at = offsetof(struct keyed_int, i) },
	FACT_LAST,
};
static const struct fact str_of_key[] = {
	{ .name = "", .type = FACT_STR, .at = offsetof(struct keyed_str, s) },
	FACT_LAST,
};
static const struct fact pair_of_key[] = {
	{ .name = "i", .type = FACT_INT, .at = offsetof(struct keyed_pair, in.i) },
	{ .name = "s", .type = FACT_STR, .at = offsetof(struct keyed_pair, in.s) },
	FACT_LAST,
};
static const struct fact unused_facts[] = {
	{ .name = "unused", .type = FACT_STR, .at = 0 },
	FACT_LAST,
};
static const struct fact unused_of_key[] = {
	{ .name = "unused", .type = FACT_INT, .at = offsetof(struct keyed_int, i) },
	FACT_LAST,
};
static const struct fact unused_str_of_key[] = {
	{ .name = "unused", .type = FACT_STR, .at = offsetof(struct keyed_str, s) },
	FACT_LAST,
};
static const struct fact lists_facts[] = {
	FACT_A(struct lists, struct_array, struct bytes, unused_facts),
	FACT_D(struct lists, struct_dict, struct keyed_str, unused_str_of_key),
	FACT_LAST,
};

static const struct fact tests_facts[] = {
	{ .name = "constants", .type = FACT_STRUCT, .at = 0, .sub = constant_facts },
	FACT_T(struct tests, undefined, undefined_facts),
	FACT_S(struct tests, module_data),
	FACT_A(struct tests, integer_array, int64_t, int_facts),
	FACT_A(struct tests, string_array, struct bytes, str_facts),
	FACT_D(struct tests, integer_dict, struct keyed_int, int_of_key),
	FACT_D(struct tests, string_dict, struct keyed_str, str_of_key),
	FACT_A(struct tests, struct_array, struct pair, pair_facts),
	FACT_D(struct tests, struct_dict, struct keyed_pair, pair_of_key),
	FACT_A(struct tests, empty_struct_array, struct lists, lists_facts),
	FACT_D(struct tests, empty_struct_dict, struct keyed_int, unused_of_key),
	FACT_FUN("match", "rs:i", tests_match),
	FACT_FUN("isum", "ii:i", tests_isum2),
	FACT_FUN("isum", "iii:i", tests_isum3),
	FACT_FUN("fsum", "ff:f", tests_fsum2),
	FACT_FUN("fsum", "fff:f", tests_fsum3),
	FACT_FUN("length", "s:i", tests_length),
	FACT_FUN("empty", ":s", tests_empty),
	FACT_FUN("foobar", "i:s", tests_foobar),
	FACT_LAST,
};
/* clang-format on */

#define LIST(rows)                \
	(struct fact_array)       \
	{                         \
		rows, COUNT(rows) \
	}

static enum err
tests_open(struct parse *p)
{
	struct tests *t = p->facts;
	const struct bytes *data = p->given;

	t->integer_array = LIST(integers);
	t->string_array = LIST(strings);
	t->struct_array = LIST(pairs);
	t->integer_dict = LIST(keyed_ints);
	t->string_dict = LIST(keyed_strings);
	t->struct_dict = LIST(keyed_pairs);
	if (data != NULL)
		t->module_data = *data;
	return OK;
}

static enum err
tests_take(struct bytes data, void **given, const char **why)
{
	struct bytes *view = malloc(sizeof(*view));

	*why = "there is no memory";
	if (view == NULL)
		return ERR_LIMIT;
	*view = data;
	*given = view;
	return OK;
}

const struct format module_tests = {
	.name = "tests",
	.facts = tests_facts,
	.facts_size = sizeof(struct tests),
	.unlisted = true,
	.open = tests_open,
	.take = tests_take,
	.leave = free,
};
