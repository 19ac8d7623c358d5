#include "rules/re_prefer.h"

#include "base/buf.h"
#include "rules/re_parse.h"
#include "tests/tap.h"

/* The bytes of a branch; * for what is none. */
static void
put_branch(struct buf *b, const struct re_node *n)
{
	if (n->kind == RE_BYTE)
		buf_u8(b, n->value);
	else if (n->kind != RE_CAT)
		buf_u8(b, '*');
	for (uint32_t i = 0; n->kind == RE_CAT && i < n->n; i++)
		put_branch(b, n->kid[i]);
}

/* clang-format off */
static const struct {
	const char *re, *want; /* the first alternative's branches, in order */
	bool branches;
} rows[] = {
	{ "abcd(efgh|ef)",    "efgh ef ",        false }, /* behind the atom: as written */
	{ "abcd(ef|efgh)",    "ef efgh ",        false },
	{ "a(bc|b)",          "b bc ",           true },  /* its own atoms are as good */
	{ "(foobar|foo)",     "foo foobar ",     true },
	{ "(abcdef|abcd)",    "abcdef abcd ",    true },  /* the same atom */
	{ "(oobarbaz|ooba)",  "ooba oobarbaz ",  true },  /* "obar" is the better one */
	{ "f(ox jumps|ox )",  "ox  ox jumps ",   true },
	{ "fo(abc|a|a)bc",    "abc a a ",        false },
	{ "(abc|a)xyzw",      "a abc ",          true },  /* before it: the shorter one */
	{ "a(b|bb)+",         "b bb ",           false }, /* lengths are the quantifier's */
	{ "(a|)",             "a * ",            false }, /* no atom */
	{ "(a[0-9]b|a(c|d))", "a*b a* ",         false }, /* nested: left alone */
};
/* clang-format on */

TEST(order)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct re_node *alt = NULL;
		struct re_fail fail = { 0 };
		struct re_ast ast;
		struct buf b = { 0 };
		struct arena a;

		ROW("%s", rows[i].re);
		arena_init(&a, 1 << 20);
		if (!EQ_U(re_parse(&a, bytes_of(rows[i].re), 0, &ast, &fail), OK))
			continue;
		re_prefer(&ast);
		for (uint32_t k = 0; k < ast.root->n && alt == NULL; k++) {
			alt = ast.root->kid[k];
			if (alt->kind == RE_REPEAT)
				alt = alt->kid[0];
			alt = alt->kind == RE_ALT ? alt : NULL;
		}
		for (uint32_t k = 0; alt != NULL && k < alt->n; k++) {
			put_branch(&b, alt->kid[k]);
			buf_u8(&b, ' ');
		}
		EQ_S(buf_cstr(&b), rows[i].want);
		EQ_U((ast.flags & RE_BRANCHES) != 0, rows[i].branches);
		buf_done(&b);
		arena_done(&a);
	}
}
