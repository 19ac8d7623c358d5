/*
 * yara_opts.h - the command lines of YARA 4.5, told from strings to a struct.
 *
 * Scripts call `yara` and read its messages, so options, their errors and --help
 * are YARA's own, not candor's: opt.h is not used here.
 */
#pragma once

#include "cli/opt.h"

struct yara_opts {
	bool compiler;  /* set before parsing: only the options of yarac are known */
	uint64_t given; /* bit by bit, the options that were */
	struct opt_list defs, tags, rules, module_data; /* -d -t -i -x */
	uint64_t limit, skip_larger, threads, timeout, max_strings, unused;
	uint64_t stack; /* slots; 0: -k said none, else at least 1 */
	const char *atom_table;
	bool compiled, count, strict, no_logs, fail_on_warnings, fast, help, negate;
	bool no_follow, no_warnings, metas, module_dump, module_names, ns, stats, strings;
	bool lengths, xor_key, tags_shown, recursive, scan_list, version;
	bool yara_only; /* an option of candor's own */
};

/* ERR_SYNTAX: it was told on stderr, as YARA tells it. */
MUST_USE enum err yara_opts_parse(
    int argc, char **argv, struct yara_opts *out, struct opt_list *rest);
void yara_opts_done(struct yara_opts *o);
void yara_opts_help(const struct yara_opts *o); /* of yarac, with o->compiler */

#define YARA_VERSION "4.5.8"
