#include "cli/opt.h"

#include <stdlib.h>

#include "tests/tap.h"

struct values {
	bool a, b;
	const char *s;
	struct opt_list l;
	uint64_t n, size;
	uint32_t ms;
};

static const struct opt opts[] = {
	{ 'a', "aa", OPT_FLAG, NULL, "", offsetof(struct values, a) },
	{ 'b', "bb", OPT_FLAG, NULL, "", offsetof(struct values, b) },
	{ 's', "str", OPT_STR, "S", "", offsetof(struct values, s) },
	{ 'l', "list", OPT_LIST, "L", "", offsetof(struct values, l) },
	{ 'n', "num", OPT_NUM, "N", "", offsetof(struct values, n) },
	{ 0, "size", OPT_SIZE, "SIZE", "", offsetof(struct values, size) },
	{ 't', "time", OPT_TIME, "SEC", "", offsetof(struct values, ms) },
	OPT_LAST,
};
static const struct verb verb = { "v", "", "", opts, NULL };

/* clang-format off */
static const struct {
	const char *argv[6];
	enum err want;
	struct values v;
	size_t nlist, nrest;
} rows[] = {
	{ { "-ab", "x" }, OK, { .a = true, .b = true }, 0, 1 },
	{ { "-as", "x" }, OK, { .a = true, .s = "x" }, 0, 0 },
	{ { "-sx", "--bb" }, OK, { .b = true, .s = "x" }, 0, 0 },
	{ { "--str=x=y" }, OK, { .s = "x=y" }, 0, 0 },
	{ { "--str", "-x" }, OK, { .s = "-x" }, 0, 0 },
	{ { "-l1", "-l", "2", "--list", "3" }, OK, { 0 }, 3, 0 },
	{ { "-n", "12", "--size", "3M", "-t0.25" }, OK, { .n = 12, .size = 3 << 20, .ms = 250 }, 0, 0 },
	{ { "x", "--", "-a" }, OK, { 0 }, 0, 2 },
	{ { "-" }, OK, { 0 }, 0, 1 },
	{ { "-z" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "--zz" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "--st", "x" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "--aa=1" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "-s" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "-n", "-1" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "-n", "99999999999999999999" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "--size", "16777216T" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "--size", "1X" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "-t", "0.0001" }, OK, { .ms = 1 }, 0, 0 },
	{ { "-t", "0.000" }, OK, { 0 }, 0, 0 },
	{ { "-t", "4294967.295" }, OK, { .ms = UINT32_MAX }, 0, 0 },
	{ { "-t", "4294967.296" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "-t", "4294968" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "-t", "" }, ERR_SYNTAX, { 0 }, 0, 0 },
	{ { "-t", "1.5x" }, ERR_SYNTAX, { 0 }, 0, 0 },
};
/* clang-format on */

TEST(parse)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct values v = { 0 };
		struct opt_list rest = { 0 };
		int argc = 0;

		while (argc < 6 && rows[i].argv[argc] != NULL)
			argc++;
		ROW("%s %s", rows[i].argv[0], argc > 1 ? rows[i].argv[1] : "");
		EQ_U(opt_parse(&verb, argc, (char **)(uintptr_t)rows[i].argv, &v, &rest),
		    rows[i].want);
		if (rows[i].want != OK)
			continue;
		EQ_U(v.a, rows[i].v.a);
		EQ_U(v.b, rows[i].v.b);
		EQ_S(v.s, rows[i].v.s);
		EQ_U(v.n, rows[i].v.n);
		EQ_U(v.size, rows[i].v.size);
		EQ_U(v.ms, rows[i].v.ms);
		EQ_U(v.l.n, rows[i].nlist);
		EQ_U(rest.n, rows[i].nrest);
		free(v.l.p);
		free(rest.p);
	}
}
