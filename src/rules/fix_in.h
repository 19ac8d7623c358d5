/*
 * fix_in.h - what the files of rules/fix share. Private to them.
 *
 * fix.c goes over the tokens of a file and writes it anew; what is to be mended in a
 * condition is in fix_cond.c.
 */
#pragma once

#include "rules/fix.h"
#include "rules/layout.h"

/* One file that is being mended. */
struct fix {
	const struct rules_env *env;
	struct diags said;   /* what was mended: told when it is worth it */
	struct diags unsure; /* what was not, for there are two ways: always told */
	struct diags twins;  /* the same, of strings with one name */
	const char *file;
	struct bytes text;
	size_t at; /* of text; what is before it was written */
	struct buf *out;
	struct token *tok;
	size_t first;   /* token of the rule at hand */
	uint64_t steps; /* tokens looked at again; see FIX_STEPS */
	struct layout layout;
	bool includes;
	bool broken; /* the text as it is does not compile */
};

/* A hint at the place of a token, without a text. */
struct diag fix_hint(const struct fix *f, const struct token *t);

/* Keeps, as a hint, what was mended at t. */
void fix_say(struct fix *f, const struct token *t, const char *what);

/* Writes what stands up to `to`, a place in the text. */
void fix_copy(struct fix *f, const uint8_t *to);

/* Writes with instead of the token, and says what that is. */
void fix_instead(
    struct fix *f, const struct token *t, const char *with, const char *what);

/* --- fix_cond.c ----------------------------------------------------------- */

/* Does the condition at t ask for the string, by its name or among others? */
bool fix_is_asked(struct fix *f, const struct token *t, struct bytes name);

/*
 * Is there a string of that name in the rule, before end; hidden: of that name behind an
 * underscore?
 */
bool fix_is_declared(
    struct fix *f, const struct token *end, struct bytes name, bool hidden);

/* Is the string meant by a name in the condition at t that lacks its $? */
bool fix_is_meant(struct fix *f, const struct token *t, struct bytes name);

/* Mends the token t of a condition; false: it is left. */
bool fix_condition(struct fix *f, const struct token *t);
