/* body_test.c - what is kept of a pattern's body, and that a spent arena is no syntax
 * error. */
#include "rules/body.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	enum ir_pattern_kind kind;
	const char *text;
	uint32_t mods;
	bool literal, dot_star, slow;
	unsigned flags; /* of RE_GREEDY, RE_LAZY, RE_HEX, RE_NOCASE */
} rows[] = {
	{ IR_TEXT, "evil",                0,         true,  false, false, 0 },
	{ IR_TEXT, "ab",                  0,         true,  false, false, 0 },
	{ IR_TEXT, "a",                   0,         true,  false, true,  0 },
	{ IR_TEXT, "This program",        IR_BASE64, false, false, false, 0 },
	{ IR_HEX,  "6a 40 68 00 30",  0,         true,  false, false, RE_HEX },
	{ IR_HEX,  "6a 4? 68 00 30",  0,         false, false, false, RE_HEX },
	{ IR_HEX,  "6a (40) 68 00",   0,         true,  false, false, RE_HEX },
	{ IR_HEX,  "6a 40 68 [300-400] 6a ??", 0, true, false, true, RE_HEX },
	{ IR_HEX,  "6a ??",           0,         false, false, true,  RE_HEX },
	{ IR_RE,   "https?:",             0,         false, false, false, RE_GREEDY },
	{ IR_RE,   "http",                0,         true,  false, false, 0 },
	{ IR_RE,   "http",                IR_NOCASE, true,  false, false, RE_NOCASE },
	{ IR_RE,   "http.*evil",          0,         false, true,  false, RE_GREEDY },
	{ IR_RE,   "http.{2,}?evil",      0,         true,  true,  false, RE_LAZY },
	{ IR_RE,   "(http.*)evil",        0,         false, true,  false, RE_GREEDY },
	{ IR_RE,   "(http.*|ftp)evil",    0,         false, false, false, RE_GREEDY },
	{ IR_RE,   "[a-z]+[0-9]+",        0,         false, false, true,  RE_GREEDY },
};
/* clang-format on */

TEST(learns)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ir_pattern w = { .kind = rows[i].kind,
			.mods = rows[i].mods | IR_ASCII,
			.text = bytes_of(rows[i].text) };
		struct re_fail why = { 0 };
		struct re_ast ast;
		struct arena a;

		ROW("%s", rows[i].text);
		arena_init(&a, 1 << 20);
		if (w.kind == IR_TEXT || EQ_U(body_parse(&a, &w, &ast, &why), OK)) {
			EQ_U(body_learn(&a, &w, w.kind == IR_TEXT ? NULL : &ast), OK);
			EQ_U(w.literal, rows[i].literal);
			EQ_U(w.dot_star, rows[i].dot_star);
			EQ_U(w.slow, rows[i].slow);
			EQ_U(w.re_flags & (RE_GREEDY | RE_LAZY | RE_HEX | RE_NOCASE),
			    rows[i].flags);
		}
		arena_done(&a);
	}
}

TEST(refuses)
{
	struct ir_pattern w = { .kind = IR_RE, .text = BYTES_LIT("a(b") };
	struct re_fail why = { 0 };
	struct re_ast ast;
	struct arena a;

	arena_init(&a, 1 << 20);
	EQ_U(body_parse(&a, &w, &ast, &why), ERR_SYNTAX);
	CHECK(why.text != NULL);
	w = (struct ir_pattern){ .kind = IR_HEX, .text = BYTES_LIT("6a [4-2] 6b") };
	why = (struct re_fail){ 0 };
	EQ_U(body_parse(&a, &w, &ast, &why), ERR_SYNTAX);
	CHECK(why.text != NULL);
	arena_done(&a);
}

/* Whatever the budget, the answer is that it was spent or the right one: never an error.
 */
TEST(spent)
{
	struct ir_pattern w = { .kind = IR_RE,
		.text = BYTES_LIT("(abc|de+f){2,5}[a-z]+") };
	unsigned good = 0;

	for (size_t budget = 0; budget < 8192; budget += 64) {
		struct re_fail why = { 0 };
		struct re_ast ast;
		struct arena a;
		enum err e;

		ROW("%zu bytes", budget);
		arena_init(&a, budget);
		e = body_parse(&a, &w, &ast, &why);
		if (e == OK)
			e = body_learn(&a, &w, &ast);
		if (e != OK)
			EQ_U(e, ERR_LIMIT);
		CHECK(why.text == NULL);
		good += e == OK;
		arena_done(&a);
	}
	CHECK(good > 0);
}
