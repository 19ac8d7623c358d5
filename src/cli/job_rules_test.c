#include "cli/job.h"

#include <stdlib.h>

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *def;
	enum err want;
	enum ext_type type;
	int64_t i;
	double f;
} rows[] = {
	{ "a=true",      OK, EXT_BOOL,  1, 0 },
	{ "a=false",     OK, EXT_BOOL,  0, 0 },
	{ "a=TRUE",      OK, EXT_STR,   0, 0 },
	{ "a=0",         OK, EXT_INT,   0, 0 },
	{ "a=-17",       OK, EXT_INT, -17, 0 },
	{ "a=010",       OK, EXT_INT,  10, 0 }, /* decimal, as YARA's */
	{ "a=0x10",      OK, EXT_STR,   0, 0 },
	{ "a=1.5",       OK, EXT_FLOAT, 1, 1.5 },
	{ "a=-1.5",      OK, EXT_FLOAT, -1, -1.5 },
	{ "a=1.",        OK, EXT_FLOAT, 1, 1 },
	{ "a=1.5.2",     OK, EXT_STR,   1, 0 },
	{ "a=1e3",       OK, EXT_STR,   1, 0 },
	{ "a=.5",        OK, EXT_STR,   0, 0 },
	{ "a=-",         OK, EXT_STR,   0, 0 },
	{ "a=",          OK, EXT_STR,   0, 0 },
	{ "a=b=c",       OK, EXT_STR,   0, 0 },
	{ "a",           ERR_SYNTAX, 0, 0, 0 },
	{ "=1",          ERR_SYNTAX, 0, 0, 0 },
	{ "",            ERR_SYNTAX, 0, 0, 0 },
};
/* clang-format on */

TEST(externals)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ext e;

		ROW("%s", rows[i].def);
		EQ_U(job_external(rows[i].def, &e), rows[i].want);
		if (rows[i].want != OK)
			continue;
		EQ_B(e.name, BYTES_LIT("a"));
		EQ_U(e.type, rows[i].type);
		EQ_B(e.s, bytes_of(rows[i].def + 2));
		if (e.type != EXT_STR)
			EQ_I(e.i, rows[i].i);
		CHECK(e.f == rows[i].f);
	}
}

TEST(several_externals)
{
	struct opt_list l = { 0 };
	struct wire_exts out = { 0 };

	CHECK(job_externals(&l, &out) == OK);
	EQ_U(out.n, 0);
	free((void *)(uintptr_t)out.p);
	opt_push(&l, "x=1");
	opt_push(&l, "y=two");
	CHECK(job_externals(&l, &out) == OK);
	EQ_U(out.n, 2);
	EQ_B(out.p[1].s, BYTES_LIT("two"));
	free((void *)(uintptr_t)out.p);
	opt_push(&l, "z");
	CHECK(job_externals(&l, &out) == ERR_SYNTAX);
	free(l.p);
}
