/*
 * cmd_publish_release.c - candor publish release: a program, its source and its recipe.
 *
 * What is logged are the digests: of each artefact that people run, of the source that it
 * is made of, and of the recipe by which anybody makes it again.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "base/sys.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "cli/publish_cmd.h"

#define FILE_MAX ((size_t)2 << 30) /* bytes of an artefact: it is held in memory */

struct release_args {
	struct publish_args common;
	const char *name, *version, *source, *recipe;
};

/* clang-format off */
static const struct opt release_opts[] = {
	PUBLISH_NEW_OPTS(struct release_args),
	{ 0, "not-after", OPT_STR, "TIME", "clients take it no more from then on: a day, or 90d from now", offsetof(struct release_args, common.not_after) },
	{ 0, "name", OPT_STR, "NAME", "of the program (candor)", offsetof(struct release_args, name) },
	{ 0, "version", OPT_STR, "VERSION", "of the program", offsetof(struct release_args, version) },
	{ 0, "source", OPT_STR, "FILE", "the archive of its source", offsetof(struct release_args, source) },
	{ 0, "recipe", OPT_STR, "FILE", "how it is built from that, to the same bytes", offsetof(struct release_args, recipe) },
	OPT_LAST,
};
/* clang-format on */

struct releasing {
	const struct release_args *args;
	struct publish_cmd cmd;
	struct statement_file *artefact;
	size_t n;
	struct statement s;
};

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Into the tree, and what the statement says of it. The name is a view of path. */
static enum err
put_file(struct releasing *r, const char *path, struct statement_file *out)
{
	struct buf b = { 0 };
	enum err e;

	out->name = bytes_of(last_part(path));
	if (!statement_name_ok(out->name))
		return fault_set(&r->cmd.fault, FAULT_STATEMENT,
		    "'%s' cannot be the name of a published file: letters, digits, . _ + "
		    "~ -, "
		    "at most 128, no . or - at the front",
		    fault_quote(out->name));
	e = log_read_file(path, FILE_MAX, &b, &r->cmd.fault);
	if (e == OK)
		e = tree_put_blob(&r->cmd.p.tree, buf_bytes(&b), out, &r->cmd.fault);
	buf_done(&b);
	return e;
}

/* Byte by byte, as the statement wants it, whatever the locale says. */
static int
by_name(const void *a, const void *b)
{
	const struct statement_file *x = a, *y = b;
	size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
	int c = memcmp(x->name.p, y->name.p, n);

	return c != 0 ? c : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

static enum err
put_files(struct releasing *r, const struct opt_list *files)
{
	for (size_t i = 0; i < files->n; i++)
		TRY(put_file(r, files->p[i], &r->artefact[r->n++]));
	sort(r->artefact, r->n, sizeof(*r->artefact), by_name);
	for (size_t i = 1; i < r->n; i++)
		if (bytes_eq(r->artefact[i].name, r->artefact[i - 1].name))
			return fault_set(&r->cmd.fault, FAULT_STATEMENT,
			    "there are two files '%s': published names are without "
			    "folders",
			    fault_quote(r->artefact[i].name));
	TRY(put_file(r, r->args->source, &r->s.source));
	return put_file(r, r->args->recipe, &r->s.recipe);
}

static bool
same_file(const struct statement_file *a, const struct statement_file *b)
{
	return a->size == b->size && bytes_eq(a->name, b->name) &&
	       memcmp(a->sha256, b->sha256, STATEMENT_HASH) == 0;
}

/* Dates and sequence aside: would the statement say anything new? */
static bool
is_same(const struct releasing *r)
{
	const struct statement *a = &r->cmd.last.last.statement, *b = &r->s;
	bool same = r->cmd.last.last.is_release && a->nartefacts == b->nartefacts &&
		    bytes_eq(a->name, b->name) && bytes_eq(a->version, b->version) &&
		    same_file(&a->source, &b->source) &&
		    same_file(&a->recipe, &b->recipe);

	for (size_t i = 0; same && i < b->nartefacts; i++)
		same = same_file(&a->artefact[i], &b->artefact[i]);
	return same;
}

static enum err
make(struct releasing *r, const struct opt_list *files)
{
	struct statement *s = &r->s;
	char *more;
	enum err e;

	s->type = STATEMENT_RELEASE;
	s->name = bytes_of(r->args->name);
	s->version = bytes_of(r->args->version);
	TRY(publish_cmd_begin(&r->cmd, STATEMENT_RELEASE));
	TRY(put_files(r, files));
	s->artefact = r->artefact;
	s->nartefacts = r->n;
	if (is_same(r)) {
		publish_cmd_same(&r->cmd);
		return OK;
	}
	TRY(publish_cmd_fill(&r->cmd, s));
	more = xprintf("%s %s, %zu artefact%s", r->args->name, r->args->version, r->n,
	    r->n == 1 ? "" : "s");
	e = publish_cmd_finish(&r->cmd, s, &r->cmd.signer, 1, more);
	free(more);
	return e;
}

static const char *
lacking(const struct release_args *a)
{
	return a->version == NULL  ? "no --version given"
	       : a->source == NULL ? "no --source FILE given"
	       : a->recipe == NULL ? "no --recipe FILE given"
				   : NULL;
}

static int
run_release(int argc, char **argv, const struct verb *v)
{
	struct release_args a = { .common.channel = "stable", .name = "candor" };
	struct releasing *r = xcalloc(1, sizeof(*r));
	struct opt_list rest = { 0 };
	int code = log_parse(
	    &(struct log_line){ v, 1, STATEMENT_ARTEFACTS }, argc, argv, &a, &rest);

	if (code < 0 && lacking(&a) != NULL) {
		msg_error("publish release: %s", lacking(&a));
		msg_hint("try 'candor help publish release'");
		code = OPT_EXIT_USAGE;
	}
	if (code < 0) {
		r->args = &a;
		r->artefact = xcalloc(rest.n, sizeof(*r->artefact));
		code = publish_cmd_open(&r->cmd, &a.common, v->name, true);
		if (code < 0)
			code = make(r, &rest) == OK ? 0 : publish_cmd_refused(&r->cmd);
		publish_cmd_close(&r->cmd);
		free(r->artefact);
	}
	free(r);
	free(rest.p);
	return code;
}

const struct verb verb_publish_release = {
	"publish release",
	"FILE... --version VERSION --source FILE --recipe FILE --log DIR",
	"publish a program: its files, source and recipe",
	release_opts,
	run_release,
};
