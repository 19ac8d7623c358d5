#include "evidence/examiners.h"

#include "evidence/rig.h"

/* What is wrong with the lines behind those of n examiners. */
static enum fault_kind
parse(int n, const char *more, struct examiners *out, struct arena *a, struct buf *text)
{
	struct fault f = { 0 };
	enum err e;

	rig_examiners(text, n, more);
	e = examiners_parse(buf_bytes(text), a, out, &f);
	CHECK((e == OK) == (f.kind == FAULT_NONE));
	return f.kind;
}

/* clang-format off */
static const struct row {
	const char *more;
	enum fault_kind want;
} rows[] = {
	{ "", FAULT_NONE }, { "# a comment\n\n   \t\n", FAULT_NONE },
	{ "examiners 2-of-3\n", FAULT_NONE }, { "examiners 2-of-3", FAULT_NONE },
	{ "\texaminers  1-of-2 a\tc \n", FAULT_NONE },
	{ "package openssl* 2-of-2 a b\nproduct candor 3-of-3\n", FAULT_NONE },
	{ "examiners 2-of-2\n", FAULT_EXAMINERS },       /* there are three */
	{ "examiners 2-of-4\n", FAULT_EXAMINERS },
	{ "examiners 1-of-2 a\n", FAULT_EXAMINERS },
	{ "examiners 0-of-3\n", FAULT_EXAMINERS }, { "examiners 4-of-3\n", FAULT_EXAMINERS },
	{ "examiners 02-of-3\n", FAULT_EXAMINERS }, { "examiners 2of3\n", FAULT_EXAMINERS },
	{ "examiners -of-3\n", FAULT_EXAMINERS }, { "examiners 2-of-\n", FAULT_EXAMINERS },
	{ "examiners 100-of-100\n", FAULT_EXAMINERS }, { "examiners\n", FAULT_EXAMINERS },
	{ "examiners 1-of-1 d\n", FAULT_EXAMINERS },     /* not defined */
	{ "examiners 2-of-2 a a\n", FAULT_EXAMINERS },
	{ "examiners 1-of-3\nexaminers 1-of-3\n", FAULT_EXAMINERS },
	{ "package\n", FAULT_EXAMINERS }, { "package x\n", FAULT_EXAMINERS },
	{ "examiner d\n", FAULT_EXAMINERS }, { "examiner a+b x\n", FAULT_EXAMINERS },
	{ "Examiners 2-of-3\n", FAULT_EXAMINERS }, { "log x\n", FAULT_EXAMINERS },
	{ "examiners 2-of-3\r\n", FAULT_EXAMINERS }, { "# \x01\n", FAULT_EXAMINERS },
	{ "examiner w " VECTOR_W1 "\n", FAULT_EXAMINERS }, /* a cosigner's key */
	{ "examiner e " VECTOR_LOG "\nexaminer f " VECTOR_LOG "\n", FAULT_EXAMINERS },
	{ "examiner a " VECTOR_LOG "\n", FAULT_EXAMINERS },
	{ "examiner e " VECTOR_LOG " more\n", FAULT_EXAMINERS },
};
/* clang-format on */

TEST(lines)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct examiners e;
		struct arena a;
		struct buf text = { 0 };

		arena_init(&a, 1 << 20);
		ROW("%s", rows[i].more);
		EQ_U(parse(3, rows[i].more, &e, &a, &text), rows[i].want);
		arena_done(&a);
		buf_done(&text);
	}
}

static unsigned
count(const struct examiners *e, enum examiners_scope scope, const char *name,
    unsigned *line)
{
	const struct examiners_rule *r;
	uint32_t at = 0;
	unsigned n = 0;

	while ((r = examiners_next(e, scope, bytes_of(name), &at)) != NULL) {
		*line = r->line;
		n++;
	}
	return n;
}

TEST(which_rules)
{
	struct examiners e;
	struct arena a;
	struct buf text = { 0 };
	unsigned line = 0;

	arena_init(&a, 1 << 20);
	EQ_U(parse(3,
		 "examiners 2-of-3\nproduct candor 3-of-3\npackage lib* 1-of-3\n"
		 "package libssl3 2-of-2 a b\n",
		 &e, &a, &text),
	    FAULT_NONE);
	EQ_U(count(&e, EXAMINERS_PRODUCT, "other", &line), 1);
	EQ_U(line, 4); /* behind the three examiners */
	EQ_U(count(&e, EXAMINERS_PRODUCT, "candor", &line), 1);
	EQ_U(line, 5);
	EQ_U(count(&e, EXAMINERS_PACKAGE, "libc6", &line), 1);
	EQ_U(count(&e, EXAMINERS_PACKAGE, "libssl3", &line), 2);
	EQ_U(count(&e, EXAMINERS_PACKAGE, "candor", &line), 0);
	EQ_U(count(&e, EXAMINERS_ALL, "", &line), 1);
	arena_done(&a);
	buf_done(&text);
}

TEST(too_many)
{
	struct buf text = { 0 };
	struct examiners e;
	struct arena a;

	for (int i = 0; i <= EXAMINERS_RULES; i++)
		buf_printf(&text, "package p%d 1-of-1\n", i);
	arena_init(&a, 4 << 20);
	struct buf all = { 0 };
	EQ_U(parse(1, buf_cstr(&text), &e, &a, &all), FAULT_EXAMINERS);
	buf_done(&text);
	buf_done(&all);
	arena_done(&a);
}

TEST(spent_arena)
{
	struct examiners e;
	struct arena a;

	arena_init(&a, 100);
	EQ_U(examiners_parse(BYTES_LIT("# x\n"), &a, &e, NULL), ERR_LIMIT);
	arena_done(&a);
}
