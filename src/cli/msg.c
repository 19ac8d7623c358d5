/*
 * msg.c - what is said to a person on stderr. Names of strangers may be in it:
 * everything is escaped on its way out.
 */
#include "cli/msg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"

static void
say(const char *head, const char *fmt, va_list ap)
{
	struct buf line = { 0 };
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		bug("out of memory");
	buf_str(&line, head);
	text_escape(&line, bytes_of(s));
	buf_u8(&line, '\n');
	free(s);
	/* nobody can be told that stderr is gone */
	if (sys_write_all(STDERR_FILENO, line.p, line.n) != OK)
		line.n = 0;
	buf_done(&line);
}

void
msg_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("candor: ", fmt, ap);
	va_end(ap);
}

void
msg_hint(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("        ", fmt, ap);
	va_end(ap);
}

void
msg_refusal(const char *text, const char *kind)
{
	struct buf twice = { 0 }, once = { 0 };

	text_escape(&twice, bytes_of(text));
	buf_str(&once, "candor: ");
	for (size_t i = 0; i < twice.n; i++) {
		buf_u8(&once, twice.p[i]);
		i += i + 1 < twice.n && twice.p[i] == '\\' && twice.p[i + 1] == '\\';
	}
	if (kind != NULL)
		buf_printf(&once, " (%s)", kind);
	buf_u8(&once, '\n');
	/* as above: nobody can be told */
	if (sys_write_all(STDERR_FILENO, once.p, once.n) != OK)
		once.n = 0;
	buf_done(&twice);
	buf_done(&once);
}

bool
msg_terminal(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

bool
msg_colour(int fd)
{
	const char *no = getenv("NO_COLOR"); /* no-color.org: empty counts as not set */

	return msg_terminal(fd) && (no == NULL || *no == '\0');
}
