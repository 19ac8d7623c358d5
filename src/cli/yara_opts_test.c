#include "cli/yara_opts.h"

#include <stdlib.h>

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *argv[6];
	enum err want;
	struct yara_opts o;
	size_t ndefs, nrest;
} rows[] = {
	{ { "r", "f" },                    OK, { .unused = 0 }, 0, 2 },
	{ { "-rs", "r", "f" },             OK, { .recursive = true, .strings = true }, 0, 2 },
	{ { "r", "f", "-w" },              OK, { .no_warnings = true }, 0, 2 },
	{ { "-p", "4", "r" },              OK, { .threads = 4 }, 0, 1 },
	{ { "--threads=0x10", "r" },       OK, { .threads = 16 }, 0, 1 },
	{ { "-a", "-5" },                  OK, { .timeout = 0 }, 0, 0 },
	{ { "-l", "-5" },                  OK, { .limit = (uint64_t)-5 }, 0, 0 },
	{ { "-k", "0", "--yara-only" },    OK, { .stack = 0, .yara_only = true }, 0, 0 },
	{ { "-k", "5" },                   OK, { .stack = 5 }, 0, 0 },
	{ { "-d", "a=1", "-d", "b=2" },    OK, { .unused = 0 }, 2, 0 },
	{ { "--define=a=1" },              OK, { .unused = 0 }, 1, 0 },
	{ { "--scan-list", "-" },          OK, { .scan_list = true }, 0, 1 },
	{ { "--", "-s" },                  OK, { .strings = true }, 0, 1 },
	{ { "-p4" },                       ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "-p", "x" },                   ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "-p" },                        ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "--threads" },                 ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "--threads=" },                ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "--define" },                  ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "-d" },                        ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "--thread=1" },                ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "--nonsense" },                ERR_SYNTAX, { .unused = 0 }, 0, 0 },
	{ { "-rQ" },                       ERR_SYNTAX, { .unused = 0 }, 0, 0 },
};
/* clang-format on */

TEST(parse)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct yara_opts o = { 0 };
		struct opt_list rest = { 0 };
		int argc = 0;

		while (argc < 6 && rows[i].argv[argc] != NULL)
			argc++;
		ROW("%s %s", rows[i].argv[0], argc > 1 ? rows[i].argv[1] : "");
		EQ_U(yara_opts_parse(argc, (char **)(uintptr_t)rows[i].argv, &o, &rest),
		    rows[i].want);
		if (rows[i].want == OK) {
			EQ_U(o.recursive, rows[i].o.recursive);
			EQ_U(o.strings, rows[i].o.strings);
			EQ_U(o.no_warnings, rows[i].o.no_warnings);
			EQ_U(o.scan_list, rows[i].o.scan_list);
			EQ_U(o.threads, rows[i].o.threads);
			EQ_U(o.timeout, rows[i].o.timeout);
			EQ_U(o.limit, rows[i].o.limit);
			EQ_U(o.yara_only, rows[i].o.yara_only);
			if (argc > 0 && strcmp(rows[i].argv[0], "-k") == 0)
				EQ_U(o.stack, rows[i].o.stack);
			EQ_U(o.defs.n, rows[i].ndefs);
			EQ_U(rest.n, rows[i].nrest);
		}
		yara_opts_done(&o);
		free(rest.p);
	}
}
