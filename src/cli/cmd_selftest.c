/* cmd_selftest.c - candor selftest: is what is promised so, on this machine? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"
#include "cli/msg.h"
#include "sandbox/spawn.h"

struct selftest_args {
	bool http;
};

static const struct opt selftest_opts[] = {
	{ 0, "http", OPT_FLAG, NULL,
	    "attack by a web server on loopback, not by a folder",
	    offsetof(struct selftest_args, http) },
	OPT_LAST,
};

/* It takes the place of this program: what it says and how it ends is the answer. */
static int
become(const char *what, bool http)
{
	char *program = spawn_find_named("candor-selftest", CANDOR_LIBEXECDIR);
	char *dir = sys_exe_dir(), *self = xprintf("%s/candor", dir ? dir : ".");
	char *argv[] = { program, xstrdup(what), self, http ? xstrdup("--http") : NULL,
		NULL };

	free(dir);
	if (program != NULL)
		execv(program, argv);
	msg_error("candor-selftest, the program that attacks, cannot be started%s%s",
	    program ? ": " : ": it is not installed", program ? sys_why() : "");
	for (size_t i = 0; i < 4; i++)
		free(argv[i]);
	return 2;
}

static int
run_selftest(int argc, char **argv, const struct verb *v)
{
	struct selftest_args a = { 0 };
	struct opt_list rest = { 0 };
	enum err e = opt_parse(v, argc, argv, &a, &rest);
	int code = e == ERR_END ? 0 : OPT_EXIT_USAGE;

	if (e == OK && (rest.n != 1 || strcmp(rest.p[0], "update-attacks") != 0)) {
		msg_error("selftest: what is to be tested? There is: update-attacks");
		e = ERR_SYNTAX;
	}
	if (e == OK)
		code = become(rest.p[0], a.http);
	free(rest.p);
	return code;
}

const struct verb verb_selftest = {
	"selftest",
	"update-attacks",
	"attack the installed candor, and tell how it stood",
	selftest_opts,
	run_selftest,
};
