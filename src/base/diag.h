/*
 * diag.h - messages about a source text: errors and warnings with a place.
 *
 * Whoever compiles appends; whoever shows decides on the form (YARA's one line,
 * or the source line with a caret). The list and its texts live in an arena.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

/* Errors stop a rule from being compiled; warnings and hints do not. */
enum diag_kind { DIAG_ERROR, DIAG_WARNING, DIAG_HINT };

/* One message. Texts are the diags' arena's once it was added. */
struct diag {
	enum diag_kind kind;
	const char *file;   /* as the user named it; never NULL */
	const char *rule;   /* the rule it is in, or NULL outside of rules */
	unsigned line;      /* from 1; 0: the file as a whole */
	unsigned col;       /* from 1, in bytes; 0: unknown */
	unsigned width;     /* bytes to underline; 0: just the caret */
	const char *text;   /* YARA's words where YARA has them */
	const char *source; /* the source line, or NULL; may hold any byte but NUL */
	struct diag *next;
	unsigned source_line; /* its number: YARA may name a later line; 0: line */
};

/*
 * All messages of a compilation, in the order they were told; starts zeroed but for
 * arena.
 */
struct diags {
	struct arena *arena;
	struct diag *first, *last;
	unsigned errors, warnings;
	unsigned dropped; /* beyond the cap or the arena */
};

#define DIAGS_MAX 10000 /* a hostile source cannot make us keep more */

/* Appends a copy of d (its strings too). */
void diag_add(struct diags *ds, const struct diag *d);

/* Same, with the text formatted; d->text is ignored. */
void diag_addf(struct diags *ds, const struct diag *d, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
