#include "worker/rulelist.h"

#include "rules/compile.h"
#include "tests/tap.h"

#define RULE(body) "rule a { strings: $a = " body " condition: $a }"

/* Pairs with the same digest, and pairs with different ones. */
/* clang-format off */
static const struct {
	const char *name, *one, *two;
	bool same;
} pairs[] = {
	{ "itself", RULE("\"x\""), RULE("\"x\""), true },
	{ "layout", RULE("\"x\""), "rule a{\n\tstrings:\n\t\t$a = \"x\"\r\n condition:$a}", true },
	{ "comments", RULE("\"x\""), "rule a { /* { */ strings: $a = \"x\" // y\ncondition: $a }", true },
	{ "hex layout", RULE("{ 4D 5a [2-4] (?? | 41) }"), RULE("{4d5A[2-4](??|41)}"), true },
	{ "hex comments", RULE("{ 4D 5A }"), RULE("{ 4D /* 41 */ 5A // 42\n }"), true },
	{ "a number's base", "rule a { condition: 16 }", "rule a { condition: 0x10 }", true },
	{ "an escape", RULE("\"A\""), RULE("\"\\x41\""), true },
	{ "a letter", RULE("\"x\""), RULE("\"y\""), false },
	{ "a space in a text", RULE("\"x y\""), RULE("\"x  y\""), false },
	{ "a modifier", RULE("\"x\""), RULE("\"x\" nocase"), false },
	{ "a digit", RULE("{ 4D 5A }"), RULE("{ 4D 5B }"), false },
	{ "a wildcard", RULE("{ 4D 5A }"), RULE("{ 4D ?? }"), false },
	{ "text and regex", RULE("\"abc\""), RULE("/abc/"), false },
	{ "regex flags", RULE("/abc/i"), RULE("/abc/s"), false },
	{ "its name", "rule a { condition: true }", "rule b { condition: true }", false },
	{ "private", "rule a { condition: true }", "private rule a { condition: true }", false },
	{ "a tag", "rule a { condition: true }", "rule a : t { condition: true }", false },
	{ "a meta", "rule a { meta: m = 1 condition: true }", "rule a { meta: m = 2 condition: true }", false },
	{ "true and 1", "rule a { meta: m = 1 condition: true }", "rule a { meta: m = true condition: true }", false },
	{ "and, or", "rule a { condition: true and false }", "rule a { condition: true or false }", false },
	{ "two texts in one", RULE("\"ab\""), RULE("\"a\" $b = \"b\""), false },
};
/* clang-format on */

static enum err
digest(const char *text, uint8_t out[RULELIST_DIGEST])
{
	struct arena a;
	enum err e;

	arena_init(&a, 1 << 20);
	e = rulelist_digest(test_copy(bytes_of(text)), &a, out);
	arena_done(&a);
	return e;
}

TEST(digests)
{
	for (size_t i = 0; i < COUNT(pairs); i++) {
		uint8_t one[RULELIST_DIGEST] = { 0 }, two[RULELIST_DIGEST] = { 1 };

		ROW("%s", pairs[i].name);
		EQ_U(digest(pairs[i].one, one), OK);
		EQ_U(digest(pairs[i].two, two), OK);
		EQ_U(memcmp(one, two, RULELIST_DIGEST) == 0, pairs[i].same);
	}
}

TEST(not_whole)
{
	uint8_t d[RULELIST_DIGEST];

	EQ_U(digest("rule a { include \"x\" condition: true }", d), ERR_FORMAT);
}

/* --- lists --- */

struct rig {
	struct arena arena, got;
	struct diags diags;
	struct rulelist list;
	struct buf seen;
};

/* Includes are the rest of the path, as text. */
static enum err
include(void *arg, const char *from, struct bytes path, struct rules_source *out)
{
	struct rig *g = arg;

	(void)from;
	*out = (struct rules_source){ .file = "7", .text = arena_bytes(&g->arena, path) };
	return rulelist_add(&g->list, BYTES_LIT("7"), out->text);
}

/* "source:off+len ns:rule" for each frame, a line each. */
static void
collect(struct rig *g, struct wire_out *out)
{
	struct wire_in in;
	struct wire_frame f;

	wire_in_init(&in, -1);
	EQ_U(wire_feed(&in, buf_bytes(&out->msg)), OK);
	while (wire_next(&in, &f) == OK) {
		struct wire_rule r;

		EQ_U(f.type, WIRE_RULE);
		if (!EQ_U(wire_get_rule(f.payload, &g->got, &r), OK))
			break;
		buf_printf(&g->seen, "%u:%llu+%llu %.*s %u/%u %x\n", r.source,
		    (unsigned long long)r.off, (unsigned long long)r.len, (int)r.rule.n,
		    (const char *)r.rule.p, r.ntags, r.nmetas, r.flags);
	}
	wire_in_done(&in);
}

/* The list of two sources, 4 and 5; what it says of itself, or the first message. */
static const char *
list_of(struct rig *g, const char *one, const char *two)
{
	struct rules_source src[] = { { "4", NULL, test_copy(bytes_of(one)) },
		{ "5", NULL, test_copy(bytes_of(two)) } };
	struct rules_env env = { .arena = &g->arena,
		.diags = &g->diags,
		.include = include,
		.include_arg = g };
	struct wire_out out = { .fd = -1 };
	struct ir ir;
	enum err e;

	*g = (struct rig){ .diags.arena = &g->arena, .list.arena = &g->arena };
	arena_init(&g->arena, 1 << 20);
	arena_init(&g->got, 1 << 20);
	EQ_U(rulelist_add(&g->list, BYTES_LIT("4"), src[0].text), OK);
	EQ_U(rulelist_add(&g->list, BYTES_LIT("5"), src[1].text), OK);
	e = rules_to_ir(&env, src, 2, &ir);
	if (e == OK)
		e = rulelist_send(&g->list, &ir, &g->diags, &out);
	collect(g, &out);
	wire_out_done(&out);
	return e == OK ? buf_cstr(&g->seen) : g->diags.first->text;
}

static void
rig_done(struct rig *g)
{
	buf_done(&g->seen);
	arena_done(&g->arena);
	arena_done(&g->got);
}

#define TRUE "{condition:true}"
#define GOES_ON                                                                          \
	"the rule goes on in an included file: it has no text of its own to publish or " \
	"compare"

/* clang-format off */
static const struct {
	const char *name, *one, *two, *want;
} lists[] = {
	{ "none", "", "/* x */", "" },
	{ "two", "rule a " TRUE, " private global rule b : x y {meta: m = 1.5 condition: true}",
	  "4:0+23 a 0/0 0\n5:1+59 b 2/1 3\n" },
	{ "several in one", "rule a " TRUE "rule b " TRUE, "", "4:0+23 a 0/0 0\n4:23+23 b 0/0 0\n" },
	{ "included", "include \"rule c {condition:true}\" rule a " TRUE, "",
	  "7:0+23 c 0/0 0\n4:34+23 a 0/0 0\n" },
	{ "an include right behind it", "rule a " TRUE "include \"rule c {condition:true}\"", "",
	  "4:0+23 a 0/0 0\n7:0+23 c 0/0 0\n" },
	{ "an include that ends it", "rule a {condition: include \"true}\"", "", GOES_ON },
	{ "an include that names it", "rule include \"a {condition:true}\"", "", GOES_ON },
};
/* clang-format on */

TEST(lists)
{
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct rig g;

		ROW("%s", lists[i].name);
		EQ_S(list_of(&g, lists[i].one, lists[i].two), lists[i].want);
		rig_done(&g);
	}
}
