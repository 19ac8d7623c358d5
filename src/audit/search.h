/*
 * search.h - which lines of rules fit a regular expression, and whose rule they are in.
 *
 * The expression is the reader's (POSIX extended), the text is a publisher's. So the time
 * that a line takes is bounded: it is looked at in pieces of at most SEARCH_LINE bytes,
 * which overlap, so that nothing hides behind a long line.
 */
#pragma once

#include <regex.h>

#include "base/bytes.h"
#include "base/err.h"

#define SEARCH_LINE    65536
#define SEARCH_OVERLAP 4096

struct search_hit {
	unsigned line;     /* from 1 */
	struct bytes text; /* the line */
	struct bytes rule; /* no bytes: outside of rules */
};

/*
 * Calls hit for each line that fits, in order; its err ends it and is handed up. h and
 * its views are valid during the call. Lines are those of the text: a rule may have any
 * number. When regexec itself fails, for want of
 * memory, the line does not fit.
 */
MUST_USE enum err search_rules(const regex_t *re, struct bytes text,
    enum err (*hit)(void *arg, const struct search_hit *h), void *arg);
