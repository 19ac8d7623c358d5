/* cmd_yarac.c - candor yarac, also called as yarac: YARA 4.5's compiler's command line.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/yara_rules.h"

static enum err
check_options(const struct yara_opts *o)
{
	if (o->atom_table == NULL || access(o->atom_table, R_OK) == 0)
		return OK;
	fprintf(stderr, "error loading atom quality table\n");
	return ERR_ACCESS;
}

/* A database of ours is no source, though candor's own verbs take it for one. */
static enum err
check_sources(const struct yara_rules *r)
{
	for (size_t i = 0; i + 1 < r->operands.n; i++) {
		if (!job_is_database(r->operands.p[i]))
			continue;
		fprintf(stderr, "error: %s is compiled already\n", r->operands.p[i]);
		return ERR_FORMAT;
	}
	return OK;
}

static int
compile(struct yara_rules *r)
{
	if (r->operands.n < 2) {
		fprintf(stderr, "yarac: wrong number of arguments\n"
				"Usage: yarac [OPTION]... [NAMESPACE:]SOURCE_FILE... "
				"OUTPUT_FILE\n\n"
				"Try `--help` for more options\n");
		return 1;
	}
	r->program = job_worker();
	if (r->program == NULL || check_options(r->o) != OK ||
	    yara_rules_externals(r) != OK || check_sources(r) != OK ||
	    yara_rules_load(r) != OK)
		return 1;
	return job_db_save(&r->db, r->operands.p[r->operands.n - 1]) != OK;
}

static int
run_yarac(int argc, char **argv, const struct verb *v)
{
	struct yara_opts o = { .compiler = true };
	struct yara_rules r = { .o = &o, .db.fd = -1 };
	int code = 1;

	(void)v;
	if (yara_opts_parse(argc, argv, &o, &r.operands) == OK) {
		if (o.help)
			yara_opts_help(&o);
		else if (o.version)
			printf("%s\n", YARA_VERSION);
		code = o.help || o.version ? cli_flush() != OK : compile(&r);
	}
	yara_rules_done(&r);
	yara_opts_done(&o);
	return code;
}

static const struct opt no_opts[] = { OPT_LAST };

const struct verb verb_yarac = {
	"yarac",
	"[OPTION]... [NAMESPACE:]SOURCE_FILE... OUTPUT_FILE",
	"compile as YARA 4.5 does, with its options ('candor yarac --help')",
	no_opts,
	run_yarac,
};
