/*
 * compile_test.c - hostile sources: an answer in bounded time, memory and stack.
 *
 * What valid and wrong rules give stands in tests/golden/rules.
 */
#include "rules/compile.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/ir_print.h"
#include "tests/tap.h"

#define BUDGET ((size_t)256 << 20)

static enum err
include_self(void *arg, const char *from, struct bytes path, struct rules_source *out)
{
	unsigned *n = arg;

	(void)from;
	(void)path;
	if (++*n > 100)
		return ERR_ACCESS;
	*out = (struct rules_source){ .file = "again",
		.text = BYTES_LIT("include \"x\"\n") };
	return OK;
}

/* Compiles the text; *first is the first message, or "". */
static enum err
compile(struct bytes text, size_t budget, char *first, size_t n)
{
	struct arena a, da;
	struct diags ds = { .arena = &da };
	unsigned includes = 0;
	struct rules_env env = { .arena = &a,
		.diags = &ds,
		.include = include_self,
		.include_arg = &includes };
	struct rules_source src = { .file = "t", .text = text };
	struct buf b = { 0 };
	struct ir ir;
	enum err e;

	arena_init(&a, budget);
	arena_init(&da, BUDGET);
	e = rules_to_ir(&env, &src, 1, &ir);
	if (e == OK)
		ir_print(&b, &ir);
	CHECK((e == ERR_SYNTAX) == (ds.errors > 0) || e == ERR_LIMIT);
	snprintf(first, n, "%s", ds.first ? ds.first->text : "");
	buf_done(&b);
	arena_done(&a);
	arena_done(&da);
	return e;
}

/* head, then n times body, then tail. */
struct row {
	const char *head, *body, *tail;
	size_t n;
	enum err want;
	const char *text;
};

#define DEEP "expression is nested too deeply"

/* clang-format off */
static const struct row rows[] = {
	{ "rule a { condition: ", "(", "", 50000, ERR_SYNTAX, DEEP },
	{ "rule a { condition: ", "not ", "true }", 50000, ERR_SYNTAX, DEEP },
	{ "rule a { condition: ", "-", "1 }", 50000, ERR_SYNTAX, DEEP },
	{ "rule a { condition: 1", " + 1", "}", 50000, ERR_SYNTAX, DEEP },
	{ "rule a { condition: 1", " + 1", " == 1 }", 900, OK, "" },
	{ "rule a { condition: true", " and true", "}", 30000, OK, "" },
	{ "rule a { condition: true", " or true and false", "}", 60000, OK, "" },
	{ "rule a { condition: ", "uint8(", "1", 100000, ERR_SYNTAX, DEEP },
	{ "rule a { condition: ", "for any i in (1..2) : (", "true", 100000, ERR_SYNTAX, DEEP },
	{ "rule a { condition: ", "with x = 1 : (", "true", 100000, ERR_SYNTAX, DEEP },
	{ "rule a { condition: with y = 1", ", x = 1", " : (true) }", 3000, ERR_SYNTAX, DEEP },
	{ "rule a { condition: ", "any of (1 == ", "1", 100000, ERR_SYNTAX,
	    "syntax error, unexpected <any>" },
	{ "rule a { strings: $a = \"abc\" condition: #a == @a", "[@a", "", 100000, ERR_SYNTAX, DEEP },
	{ "rule a { strings: $a = \"abcd\" condition: any of ($a", ",$a*", ") }", 50000, OK, "" },
	{ "rule a : ", "x ", "{ condition: true }", 2, ERR_SYNTAX, "duplicated tag identifier \"x\"" },
	{ "rule ", "a", " { condition: true }", 200000, OK, "" },
	{ "rule a { strings: $a = \"", "a", "\" condition: $a }", 200000, OK, "" },
	{ "rule a { strings: $a = { ", "41 ", "} condition: $a }", 10000, OK, "" },
	{ "/*", "*", "", 200000, OK, "" },
	{ "", "{ 41 // ", "", 50000, ERR_SYNTAX, "syntax error, unexpected '{'" },
	{ "", "{ 41 /* */ ", "", 60000, ERR_SYNTAX, "syntax error, unexpected '{'" },
	{ "", "rule a { condition: x }\n", "", 50000, ERR_SYNTAX, "undefined identifier \"x\"" },
	{ "", "}", "", 300000, ERR_SYNTAX, "syntax error, unexpected '}'" },
	{ "", "include \"x\"\n", "", 3, ERR_SYNTAX, "includes circular reference" },
	{ "rule a { condition: 1", "0", " }", 50000, ERR_SYNTAX, NULL },
	{ "rule a { condition: 1.", "0", " == 1 }", 50000, OK, "" },
	{ "rule a { meta:", " a = 1", " condition: true }", 60000, OK, "" },
};
/* clang-format on */

static struct bytes
repeat(const struct row *r)
{
	size_t head = strlen(r->head), body = strlen(r->body), tail = strlen(r->tail);
	struct bytes out = { NULL, head + body * r->n + tail };
	uint8_t *p = malloc(out.n + 1), *q = p;

	memcpy(q, r->head, head);
	q += head;
	for (size_t i = 0; i < r->n; i++, q += body)
		memcpy(q, r->body, body);
	memcpy(q, r->tail, tail);
	out.p = p;
	return out;
}

TEST(hostile)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes text = repeat(&rows[i]);
		char first[2048];

		ROW("%s%s... x %zu", rows[i].head, rows[i].body, rows[i].n);
		EQ_U(compile(text, BUDGET, first, sizeof(first)), rows[i].want);
		if (rows[i].text != NULL)
			EQ_S(first, rows[i].text);
		free((void *)(uintptr_t)text.p);
	}
}

/* Numbered lines: fmt takes the number. */
static struct bytes
numbered(const char *head, const char *fmt, unsigned n, const char *tail)
{
	struct buf b = { 0 };

	buf_str(&b, head);
	for (unsigned i = 0; i < n; i++) {
		const char *mark = strchr(fmt, '%');

		buf_put(&b, fmt, (size_t)(mark - fmt));
		buf_printf(&b, "%u%s", i, mark + 1);
	}
	buf_str(&b, tail);
	return (struct bytes){ b.p, b.n };
}

TEST(many)
{
	/* clang-format off */
	static const struct {
		const char *head, *fmt, *tail;
		unsigned n;
		enum err want;
		const char *text;
	} many[] = {
		{ "", "rule r% { condition: true }\n", "", 60000, OK, "" },
		{ "rule a { strings:", " $s% = \"abcd\"", " condition: any of them }", 10000, OK, "" },
		{ "rule a { strings:", " $s% = \"abcd\"", " condition: any of them }", 30000,
		    ERR_SYNTAX, "too many strings in rule \"a\" (limit: 10000)" },
		{ "rule a : ", "t% ", "{ condition: true }", 50000, OK, "" },
		{ "", "rule r% { condition: any of (r*) }\n", "", 2, ERR_SYNTAX,
		    "rule identifier \"r1\" matches previously used wildcard rule set" },
		{ "rule x { condition: true }\n", "rule r% { condition: any of (x*) }\n", "",
		    20000, OK, "" },
		{ "rule a { condition: true ", "and % == 1 ", "}", 30000, OK, "" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(many); i++) {
		struct bytes text =
		    numbered(many[i].head, many[i].fmt, many[i].n, many[i].tail);
		char first[2048];

		ROW("%s x %u", many[i].fmt, many[i].n);
		EQ_U(compile(text, BUDGET, first, sizeof(first)), many[i].want);
		EQ_S(first, many[i].text);
		free((void *)(uintptr_t)text.p);
	}
}

#define SAMPLE                                                                           \
	"global private rule a : t { meta: m = \"x\" n = -1 strings: $a = \"a\\x41\" "   \
	"xor(1-2) "                                                                      \
	"$b = /a[b-c]*?d{1,2}/is wide $c = { 41 ?4 [1-2] ( 42 | 43 ) } $ = \"abcd\" "    \
	"base64 "                                                                        \
	"condition: for any i in (1..#a) : (@a[i] + 1.5 > uint16be(i) and not $b at i) " \
	"or "                                                                            \
	"2 of ($a, $c*) in (0..10) or \"x\" contains \"y\" or with q = 1 : (q == 50 % "  \
	"3) or "                                                                         \
	"any of (1 == 1, defined filesize) and 50% of them and for all of them : ($) "   \
	"}\n"                                                                            \
	"include \"x\" import \"pe\" rule b { condition: a and any of (a*) and b }"

/* Whatever byte is cut or flipped: an answer, and nothing read behind the end. */
TEST(sweep)
{
	struct bytes whole = BYTES_LIT(SAMPLE);
	char first[64];

	for (size_t n = 0; n <= whole.n; n++)
		(void)compile(
		    test_copy(bytes_sub(whole, 0, n)), 1 << 20, first, sizeof(first));
	for (size_t bit = 0; bit < whole.n * 8; bit++) {
		struct bytes b = test_copy(whole);

		((uint8_t *)(uintptr_t)b.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		(void)compile(b, 1 << 20, first, sizeof(first));
	}
}

/* An arena of any size gives ERR_LIMIT or the result, never a crash. */
TEST(budgets)
{
	char first[64];

	for (size_t budget = 0; budget < 60000; budget += 97)
		(void)compile(BYTES_LIT(SAMPLE), budget, first, sizeof(first));
}

#define ALL_KINDS                                                                        \
	"rule a { strings: $t = \"some words\" nocase wide ascii fullword $x = "         \
	"\"keyed\" "                                                                     \
	"xor(1-5) $b = \"encoded text\" base64 base64wide $h = { 4d 5a [4-300] ( 50 45 " \
	"| "                                                                             \
	"?1 ~62 63 ) } $r = /ab+c(de|fg){2,5}[0-9]*/i condition: #t > 2 and (@x[1] < "   \
	"100 "                                                                           \
	"or !r[1] == 5) and any of ($b, $h) }\n"                                         \
	"private rule b : tag { meta: m = \"text\" condition: for any i in (1..3) : "    \
	"(uint16(i) == 0x5a4d) and filesize < 1MB and \"abc\" matches /b.d/ }\n"         \
	"rule c { strings: $s = \"short\" condition: $s at 0 and (a or b) }\n"

/* To the database with so much memory; no bytes unless OK. */
static enum err
compile_db(struct bytes text, size_t budget, struct buf *db)
{
	struct arena a, da;
	struct diags ds = { .arena = &da };
	struct rules_env env = { .arena = &a, .diags = &ds };
	struct rules_source src = { .file = "t", .text = text };
	enum err e;

	arena_init(&a, budget);
	arena_init(&da, BUDGET);
	e = rules_compile(&env, &src, 1, db);
	EQ_U(ds.errors, 0);
	arena_done(&a);
	arena_done(&da);
	return e;
}

/*
 * Every allocation of the compiler fails once: the budget grows in small steps until it
 * is enough. Each time the answer is ERR_LIMIT, not half a database; with enough memory
 * it is always the same one.
 */
TEST(whole_budgets)
{
	struct buf want = { 0 }, db = { 0 };
	size_t budget = 0, limits = 0;
	enum err e = ERR_LIMIT;

	EQ_U(compile_db(BYTES_LIT(ALL_KINDS), BUDGET, &want), OK);
	for (; e == ERR_LIMIT && budget < BUDGET; budget += 64 + budget / 200) {
		buf_clear(&db);
		e = compile_db(BYTES_LIT(ALL_KINDS), budget, &db);
		limits += e == ERR_LIMIT;
	}
	EQ_U(e, OK);
	CHECK(limits > 100);
	CHECK(bytes_eq(buf_bytes(&db), buf_bytes(&want)));
	buf_done(&db);
	buf_done(&want);
}

#define LEAN_RULES 300
#define LEAN_BYTES 1000

/*
 * What a pattern needs while it is compiled is dropped before the next one: the trees of
 * all these bytes together would take 40 MB.
 */
TEST(lean)
{
	struct buf text = { 0 }, db = { 0 };
	uint64_t seed = 1;

	for (unsigned r = 0; r < LEAN_RULES; r++) {
		buf_printf(&text, "rule r%u { strings: $a = {", r);
		for (unsigned i = 0; i < LEAN_BYTES; i++)
			buf_printf(&text, " %02x", (unsigned)(test_random(&seed) & 0xff));
		buf_str(&text, " ?? 01 } condition: $a }\n");
	}
	EQ_U(compile_db(buf_bytes(&text), (size_t)4 << 20, &db), OK);
	CHECK(db.n > LEAN_RULES * LEAN_BYTES);
	buf_done(&text);
	buf_done(&db);
}
