/*
 * yara_rules.c - the rules of a command line of yara's, opened and compiled in yara's
 * order, so that of several mistakes the same one is told.
 */
#include "cli/yara_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/msg.h"

#define DUPLICATED_EXTERNAL 56 /* YARA has no words for it */
#define STDIN_MAX           (512u << 20)

static void
on_diag(void *arg, const struct diag *d, const char *file)
{
	static const char *const kind[] = { "error", "warning", "hint" };
	struct yara_rules *r = arg;

	if (d->kind == DIAG_HINT || (d->kind == DIAG_WARNING && r->o->no_warnings))
		return;
	r->warnings += d->kind == DIAG_WARNING;
	if (d->rule != NULL)
		fprintf(stderr, "%s: rule \"%s\" in %s(%u): %s\n", kind[d->kind], d->rule,
		    file, d->line, d->text);
	else if (r->o->compiler)
		fprintf(
		    stderr, "%s: %s(%u): %s\n", kind[d->kind], file, d->line, d->text);
	else
		fprintf(
		    stderr, "%s(%u): %s: %s\n", file, d->line, kind[d->kind], d->text);
}

/* The rule file that an argument names, without its namespace. */
static const char *
rules_file(const char *arg)
{
	const char *colon = strchr(arg, ':');

	return colon ? colon + 1 : arg;
}

/* "-" is standard input, where it is the first. */
static bool
is_stdin(const struct yara_rules *r)
{
	return r->operands.n > 1 && strcmp(rules_file(r->operands.p[0]), "-") == 0;
}

/* How many of the rule files are there: YARA opens each when the ones before are read. */
static size_t
count_files(const struct yara_rules *r)
{
	size_t n = is_stdin(r) ? 1 : 0;

	while (n + 1 < r->operands.n && access(rules_file(r->operands.p[n]), R_OK) == 0)
		n++;
	return n;
}

static bool
same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return n == strcspn(b, "=") && strncmp(a, b, n) == 0;
}

/* Given twice: in sources an error (of which yarac says nothing); else the last counts.
 */
static enum err
only_once(struct yara_rules *r)
{
	struct opt_list *d = &r->o->defs;
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		bool again = false;

		for (size_t k = i + 1; k < d->n && !again; k++)
			again = same_name(d->p[i], d->p[k]);
		if (!again) {
			d->p[n++] = d->p[i];
		} else if (!r->o->compiled) {
			if (!r->o->compiler)
				fprintf(stderr, "error: %d\n", DUPLICATED_EXTERNAL);
			return ERR_SYNTAX;
		}
	}
	d->n = n;
	return OK;
}

/* What is no definition is told and left out; one without a name nobody can use. */
enum err
yara_rules_externals(struct yara_rules *r)
{
	struct opt_list *d = &r->o->defs;
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		if (strchr(d->p[i], '=') == NULL)
			fprintf(stderr, "error: wrong syntax for `-d` option.\n");
		else if (d->p[i][0] != '=' || r->o->compiled)
			d->p[n++] = d->p[i];
	}
	d->n = n;
	TRY(only_once(r));
	return job_externals(d, &r->exts);
}

static enum err
read_stdin(struct buf *text)
{
	enum err e = sys_read_all(STDIN_FILENO, text, STDIN_MAX);

	if (e != OK)
		msg_error("cannot read standard input: %s",
		    e == ERR_LIMIT ? "larger than 512 MB" : sys_why());
	return e;
}

static enum err
compile(struct yara_rules *r, size_t n)
{
	struct buf text = { 0 };
	struct job_source source = { "-", { 0 } };
	struct job_rules j = {
		.program = r->program,
		.rules = r->operands.p,
		.nrules = n,
		.opts = { .flags = (r->o->strict ? WIRE_STRICT_ESCAPE : 0) |
				   (r->o->yara_only ? WIRE_YARA_ONLY : 0) |
				   WIRE_FIRST_ERROR,
		    .strings_per_rule = (uint32_t)r->o->max_strings,
		    .exts = r->exts },
		.arg = r,
		.diag = on_diag,
	};
	enum err e = OK;

	if (is_stdin(r)) {
		e = read_stdin(&text);
		source.text = buf_bytes(&text);
		j.held = &source;
		j.nheld = 1;
		j.rules++;
		j.nrules--;
	}
	if (e == OK)
		e = job_rules_load(&j, &r->db);
	buf_done(&text);
	return e;
}

/* How many of n rule files come before the first that is a folder. */
static size_t
before_folder(const struct yara_rules *r, size_t n)
{
	size_t i = is_stdin(r) ? 1 : 0;
	struct stat st;

	while (i < n &&
	       (stat(rules_file(r->operands.p[i]), &st) != 0 || !S_ISDIR(st.st_mode)))
		i++;
	return i;
}

/* YARA opens a folder like a file, and its lexer cannot read it. */
static enum err
refuse_folder(const struct yara_rules *r, const char *name)
{
	fprintf(stderr,
	    r->o->compiler ? "error: %s(1): input in flex scanner failed\n"
			   : "%s(1): error: input in flex scanner failed\n",
	    name);
	return ERR_SYNTAX;
}

enum err
yara_rules_load(struct yara_rules *r)
{
	size_t n = count_files(r), good = before_folder(r, n);

	if (good > 0)
		TRY(compile(r, good));
	if (good < n)
		return refuse_folder(r, rules_file(r->operands.p[good]));
	if (n + 1 < r->operands.n) {
		fprintf(stderr, "error: could not open file: %s\n",
		    rules_file(r->operands.p[n]));
		return ERR_ACCESS;
	}
	return r->o->fail_on_warnings && r->warnings > 0 ? ERR_SYNTAX : OK;
}

void
yara_rules_done(struct yara_rules *r)
{
	job_db_close(&r->db);
	free(r->operands.p);
	free(r->program);
	free((void *)(uintptr_t)r->exts.p);
}
