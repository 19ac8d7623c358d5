#include "rules/re_build.h"

#include "db/re.h"
#include "rules/hex_parse.h"
#include "rules/re_parse.h"
#include "tests/tap.h"

static struct arena arena;
static struct re_form form;

/* Every byte more makes a literal rarer; folding costs a bit a letter. */
static double
cost(void *ctx, struct bytes lit, bool nocase)
{
	double p = 1;

	(void)ctx;
	for (size_t i = 0; i < lit.n; i++)
		p *= nocase ? 1.0 / 32 : 1.0 / 64;
	return p;
}

static bool
lower(const char *text, unsigned flags)
{
	struct re_fail fail;
	struct re_ast ast;
	enum err e;

	arena_done(&arena);
	arena_init(&arena, 64 << 20);
	if (text[0] == '{')
		e = hex_parse(
		    &arena, bytes_sub(bytes_of(text), 1, strlen(text) - 2), &ast, &fail);
	else
		e = re_parse(&arena, bytes_of(text), flags & RE_NOCASE, &ast, &fail);
	return CHECK(e == OK) &&
	       CHECK(re_lower(&arena, &ast, flags & RE_WIDE, &form, &fail) == OK);
}

/* clang-format off */
static const struct {
	const char *text;
	unsigned flags;
	const char *atoms; /* in hex, folded ones with an i before them */
	bool literal;
} rows[] = {
	{ "abcd",            0, "61626364 ", true },
	{ "AbCd1",           RE_NOCASE, "i6162636431 ", true },
	{ "ab",              RE_WIDE, "61006200 ", true },
	{ "(ab)c",           0, "616263 ", true },
	{ "a{3}b",           0, "61616162 ", true },
	{ "[Aa]bc",          0, "i616263 ", false },
	{ "a.cde",           0, "636465 ", false },
	{ "abc[0-9]+def",    0, "61626330 61626331 61626332 61626333 61626334 61626335 "
	                        "61626336 61626337 61626338 61626339 ", false },
	{ "(abc|def)ghi",    0, "616263676869 646566676869 ", false },
	{ "abc(d|e)?fghi",   0, "66676869 ", false },
	{ "x+abc",           0, "616263 ", false },
	{ "(foo.*)+",        0, "666f6f ", false },
	{ "(foo.*)*",        0, "", false },
	{ "\\bfoo\\b",       0, "666f6f ", false },
	{ "foo.*|b.*",       0, "666f6f 62 ", false },
	{ "foo.*|.*",        0, "", false },
	{ ".",               0, "", false },
	{ "[a-z]+",          0, "", false },
	{ "{ 61 62 ?? 63 }", 0, "6162 ", false },
	{ "{ 61 [2-4] 62 63 64 (65|66) }", 0, "62636465 62636466 ", false },
	{ "{ ?? ?? }",       0, "", false },
	{ "a[^x]b",          RE_WIDE, "006200 ", false },
};
/* clang-format on */

static void
atoms_text(const struct re_atoms *atoms, struct buf *out)
{
	for (size_t i = 0; i < atoms->n; i++) {
		const struct re_atom *a = &atoms->at[i];

		buf_str(out, a->nocase ? "i" : "");
		for (size_t k = 0; k < a->lit.n; k++)
			buf_printf(out, "%02x", a->lit.p[k]);
		buf_str(out, " ");
	}
}

TEST(atoms)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct re_atoms atoms = { 0 };
		struct bytes lit;
		struct buf out = { 0 };
		bool nocase;

		ROW("%s", rows[i].text);
		if (!lower(rows[i].text, rows[i].flags))
			continue;
		EQ_U(re_atoms_pick(&arena, &form, (struct re_cost){ cost, NULL }, &atoms),
		    OK);
		atoms_text(&atoms, &out);
		EQ_S(buf_cstr(&out), rows[i].atoms);
		EQ_U(re_literal(&arena, &form, &lit, &nocase), rows[i].literal);
		buf_done(&out);
	}
}

/* Patterns that would be huge are refused, quickly. */
TEST(size_is_bounded)
{
	static const char *const text[] = { "((a{1000}){1000})b",
		("((((((((((a{9}){9}){9}){9}){"
		 "9}){9}){9}){9}){9}){9})"),
		"((((((?i)){32767}){32767}){32767}){32767}){32767}" };

	for (size_t i = 0; i < COUNT(text); i++) {
		struct re_atoms none = { 0 };
		struct buf out = { 0 };
		struct re_fail fail = { 0 };
		uint32_t at;

		ROW("%s", text[i]);
		if (!lower(text[i], 0))
			continue;
		EQ_U(re_build(&arena, &form, &none, &out, &at, &fail), ERR_SYNTAX);
		EQ_S(fail.text, "regular expression is too large");
		EQ_U(out.n, 0);
		buf_done(&out);
	}
}

TEST(kinds)
{
	static const struct {
		const char *text;
		unsigned flags, kind, min, max;
	} kinds[] = {
		{ "{ 61 ?? 6? }", 0, RE_FIXED, 3, 3 },
		{ "{ 61 [3] 62 }", 0, RE_FIXED, 5, 5 },
		{ "{ 61 [1-3] 62 }", 0, RE_NFA, 3, 5 },
		{ "{ 61 ~62 }", 0, RE_NFA, 2, 2 },
		{ "abc", RE_NOCASE | RE_WIDE, RE_FIXED, 6, 6 },
		{ "a(b|cd)e*", 0, RE_NFA, 2, RE_LEN_INF },
	};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct re_atoms none = { 0 };
		struct buf out = { 0 };
		struct re_fail fail;
		uint32_t at = 0;

		ROW("%s", kinds[i].text);
		buf_u8(&out, 1); /* so that it has to align */
		if (!lower(kinds[i].text, kinds[i].flags) ||
		    !CHECK(re_build(&arena, &form, &none, &out, &at, &fail) == OK))
			continue;
		EQ_U(at, RE_ALIGN);
		EQ_U(re_verify(buf_bytes(&out), at), OK);
		EQ_U(re_prog_at(buf_bytes(&out), at)->kind, kinds[i].kind);
		EQ_U(re_prog_at(buf_bytes(&out), at)->min_len, kinds[i].min);
		EQ_U(re_prog_at(buf_bytes(&out), at)->max_len, kinds[i].max);
		for (size_t n = 0; n < out.n; n++)
			EQ_U(re_verify((struct bytes){ out.p, n }, at), ERR_FORMAT);
		buf_done(&out);
	}
	arena_done(&arena);
}
