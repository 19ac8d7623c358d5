/*
 * reform.h - rule files whose text a worker writes anew: candor fmt, candor check --fix.
 *
 * Each file is handed to a worker of its own; what comes back is compared with what was
 * there, shown, and put in the file's place in one step: nobody sees half of it, the
 * file keeps its mode (and owner, where that is allowed), a link stays a link. A file
 * with errors is left alone. Names as sources.h has them, but archives cannot be
 * written; "-" is stdin, and its new text goes to stdout.
 */
#pragma once

#include "cli/show.h"

enum reform_how {
	REFORM_WRITE, /* into the file */
	REFORM_LIST,  /* only the names of files that would change */
	REFORM_DIFF,  /* only what would change */
};

struct reform {
	const char *program; /* the worker */
	const char *const *rules;
	size_t nrules;
	struct wire_compile opts; /* WIRE_FORMAT or WIRE_FIX; memory 0: the default */
	uint32_t timeout_ms;
	enum reform_how how;
	bool loud; /* REFORM_WRITE: the names of changed files are told on stdout */
	struct show *show;
	unsigned changed; /* files that are, or would be, other than they were */
	unsigned wrong;   /* left alone for the errors in them */
	unsigned failed;  /* could not be read or written: told on stderr */
};

/*
 * All files of r->rules, one after the other; counts in r what became of them. One that
 * fails does not end it: it is told on stderr and counted.
 */
void reform_run(struct reform *r);
