/*
 * yara_rules.h - the rules of a command line of YARA's: what yara and yarac share.
 *
 * Messages, their order and what counts as a failure are YARA's; all
 * of them go to stderr.
 */
#pragma once

#include "cli/job.h"
#include "cli/yara_opts.h"

struct yara_rules {
	struct yara_opts *o;
	struct opt_list operands; /* rule files, and last what they are for */
	struct wire_exts exts;
	char *program; /* the worker */
	struct job_db db;
	unsigned warnings;
};

/* Makes exts of -d. Any err was told. */
MUST_USE enum err yara_rules_externals(struct yara_rules *r);
/* Compiles all operands but the last, into db. Any err was told. */
MUST_USE enum err yara_rules_load(struct yara_rules *r);
void yara_rules_done(struct yara_rules *r);
