/*
 * rulelist.h - what rules there are in sources, for who compares or publishes them.
 *
 * The trusted half reads no rules. It is told, for each, what the rule says of itself,
 * where its text lies, and a digest of its tokens: two rules with the same digest differ
 * in layout and comments at most.
 */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "result/wire.h"
#include "rules/ir.h"

#define RULELIST_DIGEST 32 /* bytes of SHA-256 */

/* The sources as they were sent; some several times, when they are included so. */
struct rulelist {
	struct arena *arena;
	struct rulelist_text *text;
	size_t n, cap;
	size_t at; /* where the last rule was found: the next one is not far */
};

/* A source under the number that the parent gave it. ERR_LIMIT: the arena. */
MUST_USE enum err rulelist_add(
    struct rulelist *l, struct bytes number, struct bytes text);

/*
 * Sends every rule of ir. ERR_SYNTAX: one whose text is not all in one file, which has
 * been told to diags; ERR_LIMIT: the arena.
 */
MUST_USE enum err rulelist_send(
    struct rulelist *l, const struct ir *ir, struct diags *diags, struct wire_out *out);

/*
 * The digest of a rule's tokens. scratch is reset. ERR_FORMAT: not all of the rule is in
 * this text (an include); ERR_LIMIT: scratch.
 */
MUST_USE enum err rulelist_digest(
    struct bytes rule, struct arena *scratch, uint8_t out[RULELIST_DIGEST]);
