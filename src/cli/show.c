/*
 * show.c - messages about rules as verbs show them: for people, as GCC writes, or as
 * JSON (docs/json.md); and the exit code they come to.
 */
#include "cli/show.h"

#include <unistd.h>

#include "base/json.h"
#include "base/sys.h"
#include "cli/msg.h"
#include "report/diag.h"

void
show_stdout(struct show *s, struct buf *b)
{
	if (!s->broken && sys_write_all(STDOUT_FILENO, b->p, b->n) != OK) {
		msg_error("cannot write to standard output: %s", sys_why());
		s->broken = true;
	}
	buf_done(b);
}

static void
put(struct show *s, struct buf *b)
{
	if (s->to_stdout) {
		show_stdout(s, b);
		return;
	}
	if (sys_write_all(STDERR_FILENO, b->p, b->n) != OK)
		buf_clear(b); /* there is nobody left to tell */
	buf_done(b);
}

/* docs/json.md, "candor check". */
static void
json_diag(struct buf *b, const struct diag *d, const char *file)
{
	static const char *const kind[] = {
		[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_HINT] = "hint"
	};
	struct json j = { b, false };

	json_open(&j, NULL, '{');
	json_str(&j, "type", kind[d->kind]);
	json_bytes(&j, "path", bytes_of(file ? file : d->file));
	if (d->line > 0)
		json_uint(&j, "line", d->line);
	if (d->col > 0)
		json_uint(&j, "column", d->col);
	if (d->rule != NULL)
		json_bytes(&j, "rule", bytes_of(d->rule));
	json_bytes(&j, "text", bytes_of(d->text));
	json_close(&j, '}');
	buf_u8(b, '\n');
}

void
show_diag(void *arg, const struct diag *d, const char *file)
{
	struct show *s = arg;
	struct buf b = { 0 };

	s->errors += d->kind == DIAG_ERROR;
	s->warnings += d->kind == DIAG_WARNING;
	s->hints += d->kind == DIAG_HINT;
	if (s->quiet && d->kind != DIAG_ERROR)
		return;
	if (s->json)
		json_diag(&b, d, file);
	else
		report_diag(&b, d, file, s->colour);
	put(s, &b);
}

static void
json_counts(const struct show *s, struct buf *b)
{
	struct json j = { b, false };

	json_open(&j, NULL, '{');
	json_str(&j, "type", "summary");
	json_uint(&j, "errors", s->errors);
	json_uint(&j, "warnings", s->warnings);
	json_uint(&j, "hints", s->hints);
	json_close(&j, '}');
	buf_u8(b, '\n');
}

void
show_counts(struct show *s)
{
	struct buf b = { 0 };

	if (s->json)
		json_counts(s, &b);
	else if (s->errors + s->warnings > 0)
		buf_printf(&b, "%u error%s, %u warning%s\n", s->errors,
		    s->errors == 1 ? "" : "s", s->warnings, s->warnings == 1 ? "" : "s");
	put(s, &b);
}

int
show_exit(const struct show *s, enum err e)
{
	if (s->broken)
		return 2;
	return e == OK ? 0 : e == ERR_SYNTAX ? 1 : 2;
}
