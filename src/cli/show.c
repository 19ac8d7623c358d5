#include "cli/show.h"

#include <unistd.h>

#include "base/sys.h"
#include "cli/msg.h"
#include "report/diag.h"

static void
put(const struct show *s, struct buf *b)
{
	int fd = s->to_stdout ? STDOUT_FILENO : STDERR_FILENO;

	if (sys_write_all(fd, b->p, b->n) != OK)
		buf_clear(b); /* there is nobody left to tell */
	buf_done(b);
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
	report_diag(&b, d, file, s->colour);
	put(s, &b);
}

void
show_counts(const struct show *s)
{
	struct buf b = { 0 };

	if (s->errors + s->warnings == 0)
		return;
	buf_printf(&b, "%u error%s, %u warning%s\n", s->errors, s->errors == 1 ? "" : "s",
	    s->warnings, s->warnings == 1 ? "" : "s");
	put(s, &b);
}

int
show_exit(enum err e)
{
	return e == OK ? 0 : e == ERR_SYNTAX ? 1 : 2;
}
