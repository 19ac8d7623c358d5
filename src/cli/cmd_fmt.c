/* cmd_fmt.c - candor fmt: rule files in one form. */
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/job.h"
#include "cli/msg.h"
#include "cli/reform.h"

struct fmt_args {
	bool check, diff, quiet;
};

/* clang-format off */
#define AT(field) offsetof(struct fmt_args, field)
static const struct opt fmt_opts[] = {
	{ 0, "check", OPT_FLAG, NULL, "write nothing; name the files that would change, and exit with 1 then", AT(check) },
	{ 0, "diff", OPT_FLAG, NULL, "write nothing; show what would change", AT(diff) },
	{ 'q', "quiet", OPT_FLAG, NULL, "do not name the files that were changed", AT(quiet) },
	OPT_LAST,
};
/* clang-format on */

static int
fmt(const struct fmt_args *a, const struct opt_list *rest, const char *program)
{
	struct show show = { .colour = msg_colour(STDERR_FILENO) };
	struct reform r = {
		.program = program,
		.rules = rest->p,
		.nrules = rest->n,
		.opts = { .flags = WIRE_FORMAT },
		.timeout_ms = 120000,
		.how = a->diff    ? REFORM_DIFF
		       : a->check ? REFORM_LIST
				  : REFORM_WRITE,
		.loud = !a->quiet,
		.show = &show,
	};

	reform_run(&r);
	if (r.failed > 0 || show.broken)
		return 2;
	return r.wrong > 0 || (a->check && r.changed > 0);
}

static int
run_fmt(int argc, char **argv, const struct verb *v)
{
	struct fmt_args a = { 0 };
	struct opt_list rest = { 0 };
	enum err e = opt_parse(v, argc, argv, &a, &rest);
	int code = e == ERR_END ? 0 : OPT_EXIT_USAGE;
	char *program = NULL;

	if (e == OK && rest.n == 0) {
		msg_error("fmt: no rules given");
		msg_hint("try 'candor help fmt'");
	} else if (e == OK) {
		program = job_worker();
		code = program ? fmt(&a, &rest, program) : 2;
	}
	free(program);
	free(rest.p);
	return code;
}

const struct verb verb_fmt = {
	"fmt",
	"RULES... | -",
	"lay out rule files in one form",
	fmt_opts,
	run_fmt,
};
