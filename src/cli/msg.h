/*
 * msg.h - what candor says about itself, on stderr: one escaped line each.
 */
#pragma once

#include <stdbool.h>

/*
 * One line on stderr: "candor: ...", and what to do about it below, indented as far.
 * Bytes that are no text are escaped, so names of strangers may go in.
 */
void msg_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void msg_hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * The same of a fault's text (log/fault.h), in which names are escaped already: their
 * backslashes are not doubled. kind, in brackets behind it: NULL for none.
 */
void msg_refusal(const char *text, const char *kind);

/*
 * A terminal that understands escape sequences (TERM is set, and not "dumb"): for a line
 * that is redrawn.
 */
bool msg_terminal(int fd);

/* May colours be sent to this descriptor? A terminal, and NO_COLOR is not set. */
bool msg_colour(int fd);
