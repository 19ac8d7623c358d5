/*
 * yara_opts.c - yara's command line by a table: its options, its errors and its help, as
 * scripts know them.
 */
#include "cli/yara_opts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

struct row {
	char letter;
	const char *name;
	enum opt_type type;
	const char *help;
	size_t at;
	bool both; /* yarac has it, too */
};

/* clang-format off */
#define AT(field) offsetof(struct yara_opts, field)
static const struct row rows[] = {
	{ 0, "atom-quality-table=FILE", OPT_STR, "path to a file with the atom quality table", AT(atom_table), true },
	{ 'C', "compiled-rules", OPT_FLAG, "load compiled rules", AT(compiled) },
	{ 'c', "count", OPT_FLAG, "print only number of matches", AT(count) },
	{ 'E', "strict-escape", OPT_FLAG, "warn on unknown escape sequences", AT(strict), true },
	{ 'd', "define=VAR=VALUE", OPT_LIST, "define external variable", AT(defs), true },
	{ 'q', "disable-console-logs", OPT_FLAG, "disable printing console log messages", AT(no_logs) },
	{ 0, "fail-on-warnings", OPT_FLAG, "fail on warnings", AT(fail_on_warnings), true },
	{ 'f', "fast-scan", OPT_FLAG, "fast matching mode", AT(fast) },
	{ 'h', "help", OPT_FLAG, "show this help and exit", AT(help), true },
	{ 'i', "identifier=IDENTIFIER", OPT_LIST, "print only rules named IDENTIFIER", AT(rules) },
	{ 0, "max-process-memory-chunk=NUMBER", OPT_NUM, "set maximum chunk size while reading process memory (default=1073741824)", AT(unused) },
	{ 'l', "max-rules=NUMBER", OPT_NUM, "abort scanning after matching a NUMBER of rules", AT(limit) },
	{ 0, "max-strings-per-rule=NUMBER", OPT_NUM, "set maximum number of strings per rule (default=10000)", AT(max_strings), true },
	{ 'x', "module-data=MODULE=FILE", OPT_LIST, "pass FILE's content as extra data to MODULE", AT(module_data) },
	{ 'n', "negate", OPT_FLAG, "print only not satisfied rules (negate)", AT(negate) },
	{ 'N', "no-follow-symlinks", OPT_FLAG, "do not follow symlinks when scanning", AT(no_follow) },
	{ 'w', "no-warnings", OPT_FLAG, "disable warnings", AT(no_warnings), true },
	{ 'm', "print-meta", OPT_FLAG, "print metadata", AT(metas) },
	{ 'D', "print-module-data", OPT_FLAG, "print module data", AT(module_dump) },
	{ 'M', "module-names", OPT_FLAG, "show module names", AT(module_names) },
	{ 'e', "print-namespace", OPT_FLAG, "print rules' namespace", AT(ns) },
	{ 'S', "print-stats", OPT_FLAG, "print rules' statistics", AT(stats) },
	{ 's', "print-strings", OPT_FLAG, "print matching strings", AT(strings) },
	{ 'L', "print-string-length", OPT_FLAG, "print length of matched strings", AT(lengths) },
	{ 'X', "print-xor-key", OPT_FLAG, "print xor key and plaintext of matched strings", AT(xor_key) },
	{ 'g', "print-tags", OPT_FLAG, "print tags", AT(tags_shown) },
	{ 'r', "recursive", OPT_FLAG, "recursively search directories", AT(recursive) },
	{ 0, "scan-list", OPT_FLAG, "scan files listed in FILE, one per line", AT(scan_list) },
	{ 'z', "skip-larger=NUMBER", OPT_NUM, "skip files larger than the given size when scanning a directory", AT(skip_larger) },
	{ 'k', "stack-size=SLOTS", OPT_NUM, "set maximum stack size (default=16384)", AT(stack) },
	{ 't', "tag=TAG", OPT_LIST, "print only rules tagged as TAG", AT(tags) },
	{ 'p', "threads=NUMBER", OPT_NUM, "use the specified NUMBER of threads to scan a directory", AT(threads) },
	{ 'a', "timeout=SECONDS", OPT_NUM, "abort scanning after the given number of SECONDS", AT(timeout) },
	{ 'v', "version", OPT_FLAG, "show version information", AT(version), true },
	{ 0, "yara-only", OPT_FLAG, "refuse what YARA refuses (candor's own option)", AT(yara_only), true },
};
#undef AT
/* clang-format on */

/*
 * An integer as strtol reads it: sign, 0x, 0, and nothing behind. A negative one counts
 * as 0, but for a limit, which it is below.
 */
static bool
integer(const char *s, bool negative, uint64_t *out)
{
	char *end;
	long v = strtol(s, &end, 0);

	*out = v > 0 || negative ? (uint64_t)v : 0;
	return *s != '\0' && *end == '\0';
}

/* Only what makes a list may be given several times. */
static bool
given_before(struct yara_opts *o, const struct row *r)
{
	uint64_t bit = 1ULL << (r - rows);
	bool before = o->given & bit;

	o->given |= bit;
	return before && r->type != OPT_LIST;
}

static enum err
complain(const char *word, const char *what)
{
	fprintf(stderr, "option `%s` requires %s argument\n", word, what);
	return ERR_SYNTAX;
}

/* word is the argument as given, for the message; arg NULL: there is none. */
static enum err
set(struct yara_opts *o, const struct row *r, const char *word, const char *arg)
{
	void *to = (char *)o + r->at;

	if (given_before(o, r)) {
		fprintf(stderr, "too many `%s` options\n", word);
		return ERR_SYNTAX;
	}
	switch (r->type) {
	case OPT_FLAG: *(bool *)to = true; return OK;
	case OPT_NUM:
		return arg && integer(arg, to == &o->limit, to)
			   ? OK
			   : complain(word, "an integer");
	case OPT_LIST:
		if (arg == NULL)
			return complain(word, "a string");
		opt_push(to, arg);
		return OK;
	default:
		if (arg == NULL)
			return complain(word, "a string");
		*(const char **)to = arg;
		return OK;
	}
}

static enum err
unknown(const char *word)
{
	fprintf(stderr, "unknown option `%s`\n", word);
	return ERR_SYNTAX;
}

static bool
known(const struct yara_opts *o, const struct row *r)
{
	return r->both || !o->compiler;
}

static enum err
long_option(struct yara_opts *o, const char *word)
{
	size_t n = strcspn(word + 2, "=");

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *eq = word[2 + n] == '=' ? word + 3 + n : NULL;
		size_t len = strcspn(rows[i].name, "=");

		if (len == n && known(o, &rows[i]) &&
		    strncmp(rows[i].name, word + 2, n) == 0)
			return set(o, &rows[i], word, eq);
	}
	return unknown(word);
}

/* Letters together; the last may have a value, which is the next argument. */
static enum err
short_options(struct yara_opts *o, const char *word, const char *next, bool *used)
{
	for (const char *c = word + 1; *c != '\0'; c++) {
		const struct row *r = NULL;

		for (size_t i = 0; i < COUNT(rows) && r == NULL; i++)
			if (rows[i].letter == *c && known(o, &rows[i]))
				r = &rows[i];
		if (r == NULL)
			return unknown(word);
		*used = r->type != OPT_FLAG && c[1] == '\0' && next != NULL;
		TRY(set(o, r, word, *used ? next : NULL));
	}
	return OK;
}

enum err
yara_opts_parse(int argc, char **argv, struct yara_opts *out, struct opt_list *rest)
{
	out->stack = 16384;
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		bool used = false;

		if (word[0] != '-' || word[1] == '\0' || strcmp(word, "--") == 0)
			opt_push(rest, word);
		else if (word[1] == '-')
			TRY(long_option(out, word));
		else
			TRY(short_options(
			    out, word, i + 1 < argc ? argv[i + 1] : NULL, &used));
		i += used;
	}
	return OK;
}

void
yara_opts_done(struct yara_opts *o)
{
	free(o->defs.p);
	free(o->tags.p);
	free(o->rules.p);
	free(o->module_data.p);
}

static void
help_line(const struct row *r, int width)
{
	char left[48];

	snprintf(left, sizeof(left), "  -%c,  --%s", r->letter, r->name);
	if (r->letter == 0)
		snprintf(left, sizeof(left), "       --%s", r->name);
	printf("%-*s%s\n", width, left, r->help);
}

void
yara_opts_help(const struct yara_opts *o)
{
	if (o->compiler)
		printf("Usage: yarac [OPTION]... [NAMESPACE:]SOURCE_FILE... "
		       "OUTPUT_FILE\n\n");
	else
		printf("YARA %s, the pattern matching swiss army knife.\n"
		       "Usage: yara [OPTION]... [NAMESPACE:]RULES_FILE... FILE | DIR | "
		       "PID\n\n"
		       "Mandatory arguments to long options are mandatory for short "
		       "options too.\n\n",
		    YARA_VERSION);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (known(o, &rows[i]))
			help_line(&rows[i], o->compiler ? 40 : 43);
	printf("\nThis is candor, which takes YARA's place; 'candor help' tells the "
	       "rest.\n");
}
