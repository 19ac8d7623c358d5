/*
 * cli.c - see cli.h. Verbs come from verbs.def; the two smallest live here.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "cli/msg.h"

#define VERB(name) extern const struct verb verb_##name;
#include "cli/verbs.def"
#undef VERB

const struct verb *const cli_verbs[] = {
#define VERB(name) &verb_##name,
#include "cli/verbs.def"
#undef VERB
	NULL,
};

const struct verb *
cli_verb(const char *name)
{
	for (const struct verb *const *v = cli_verbs; *v != NULL; v++)
		if (strcmp((*v)->name, name) == 0)
			return *v;
	return NULL;
}

const struct verb *
cli_sub(const struct verb *v, const char *name)
{
	size_t n = strlen(v->name) + 1; /* with the space between */

	for (const struct verb *const *s = v->subs; s != NULL && *s != NULL; s++)
		if (strcmp((*s)->name + n, name) == 0)
			return *s;
	return NULL;
}

int
cli_run_sub(const struct verb *v, int argc, char **argv)
{
	const char *name = argc > 0 ? argv[0] : "--help";
	const struct verb *sub = cli_sub(v, name);

	if (sub != NULL)
		return sub->run(argc - 1, argv + 1, sub);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		opt_help(v);
		return argc > 0 ? 0 : OPT_EXIT_USAGE;
	}
	msg_error("there is no '%s %s'", v->name, name);
	msg_hint("try 'candor help %s'", v->name);
	return OPT_EXIT_USAGE;
}

enum err
cli_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return OK;
	msg_error("cannot write to standard output: %s", sys_why());
	clearerr(stdout); /* told once */
	return ERR_IO;
}

static void
overview(void)
{
	printf("usage: candor VERB [OPTION]... [ARGUMENT]...\n\n");
	for (const struct verb *const *v = cli_verbs; *v != NULL; v++)
		printf("  %-9s %s\n", (*v)->name, (*v)->summary);
	printf("\n'candor help VERB' tells more.\n");
}

struct help_args {
	bool options;
};

static const struct opt help_opts[] = {
	{ 0, "options", OPT_FLAG, NULL, "all options as a table, for programs",
	    offsetof(struct help_args, options) },
	OPT_LAST,
};
static const struct opt no_opts[] = { OPT_LAST };

static int
help(const struct help_args *a, const struct opt_list *which)
{
	const struct verb *v = which->n > 0 ? cli_verb(which->p[0]) : NULL;

	if (v != NULL && which->n > 1)
		v = cli_sub(v, which->p[1]);
	if (which->n > 0 && v == NULL) {
		msg_error("there is no verb '%s%s%s'", which->p[0],
		    which->n > 1 ? " " : "", which->n > 1 ? which->p[1] : "");
		msg_hint("try 'candor help'");
		return OPT_EXIT_USAGE;
	}
	if (a->options)
		for (const struct verb *const *all = cli_verbs; *all != NULL; all++)
			opt_table(*all);
	else if (v != NULL)
		opt_help(v);
	else
		overview();
	return 0;
}

static int
run_help(int argc, char **argv, const struct verb *self)
{
	struct help_args a = { 0 };
	struct opt_list which = { 0 };
	enum err e = opt_parse(self, argc, argv, &a, &which);
	int code = e == OK ? help(&a, &which) : e == ERR_END ? 0 : OPT_EXIT_USAGE;

	free(which.p);
	return code;
}

static int
run_version(int argc, char **argv, const struct verb *self)
{
	struct opt_list none = { 0 };
	enum err e = opt_parse(self, argc, argv, NULL, &none);

	free(none.p);
	if (e != OK)
		return e == ERR_END ? 0 : OPT_EXIT_USAGE;
	printf("candor %s\n", CANDOR_VERSION);
	return 0;
}

const struct verb verb_help = {
	"help",
	"[VERB]",
	"tell what the verbs do, or the options of one",
	help_opts,
	run_help,
};
const struct verb verb_version = {
	"version",
	"",
	"tell the version",
	no_opts,
	run_version,
};

/* What stdio still holds may fail to leave (a full disk): then 0 would be a lie. */
static int
run_verb(const struct verb *v, int argc, char **argv)
{
	int code = v->run(argc, argv, v);

	return cli_flush() != OK && code == 0 ? 2 : code;
}

static const struct verb *
named_for(const char *program)
{
	if (strcmp(program, "yara") == 0)
		return &verb_yara;
	return strcmp(program, "yarac") == 0 ? &verb_yarac : NULL;
}

int
cli_main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct verb *v;

	sys_hold_std();
	/* installed as yara, it is yara */
	v = argc > 0 ? named_for(basename(argv[0])) : NULL;
	if (v != NULL)
		return v->run(argc - 1, argv + 1, v);
	if (name == NULL) {
		overview();
		return OPT_EXIT_USAGE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	v = cli_verb(name);
	if (v == NULL) {
		msg_error("there is no verb '%s'", name);
		msg_hint("try 'candor help'");
		return OPT_EXIT_USAGE;
	}
	return run_verb(v, argc - 2, argv + 2);
}
