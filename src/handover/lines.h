/*
 * lines.h - the flat texts of a bundle, a line at a time.
 *
 * All of them are read the same way: UTF-8, every line ended by a newline, no control
 * character but those the caller asks for. A text with any other byte is refused as a
 * whole, so two texts that look alike on a terminal are alike.
 */
#pragma once

#include "base/bytes.h"
#include "log/fault.h"

struct lines {
	const char *name;   /* of the member, for sentences */
	enum fault_kind as; /* the fault of a text that is not in order */
	struct bytes rest;
	unsigned long n;   /* of the line that was read last, from 1 */
	struct bytes line; /* without its newline */
};

/* name: a member's, which must outlive it. */
static inline struct lines
lines_of(const char *name, struct bytes text)
{
	return (struct lines){ .name = name, .as = FAULT_TEXT, .rest = text };
}

/* ERR_END: there is none any more. FAULT_TEXT (or l->as): the text is not in order. */
MUST_USE enum err lines_next(struct lines *l, struct fault *f);

/* The fault of the line that was read last: "claims, line 3: what". */
enum err lines_fault(const struct lines *l, struct fault *f, const char *what);

/* Takes "word " off the line; false: it begins otherwise. */
bool lines_word(struct bytes line, const char *word, struct bytes *out);

/* Cuts s at the first c; false: there is none. */
bool lines_split(struct bytes s, char c, struct bytes *before, struct bytes *after);
