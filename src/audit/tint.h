/*
 * tint.h - the source of rules in pieces that a reader sees in colours, and their names.
 *
 * Not a compiler: it never says that a text is wrong, and what it takes for a rule is
 * for people to read, never for deciding. It runs over what a publisher wrote, in the
 * trusted half; so it allocates nothing, goes once over the text, and every byte of it
 * is in exactly one piece, in order.
 */
#pragma once

#include "base/bytes.h"

enum tint_kind {
	TINT_PLAIN,
	TINT_COMMENT,
	TINT_STRING,
	TINT_REGEX,
	TINT_HEX,      /* a hex string with its braces */
	TINT_WORD,     /* a keyword */
	TINT_VARIABLE, /* $a #a @a !a */
	TINT_NUMBER,
	TINT_RULE, /* the name of a rule, where it is declared */
	TINT_KINDS,
};

/*
 * A reader of pieces: made by tint_init, moved on by tint_next, nothing to end. All
 * views are of text, which is the caller's.
 */
struct tint {
	struct bytes text;
	size_t at;
	unsigned depth; /* of braces */
	bool named;     /* "rule" was just read */
	bool value;     /* "=" was just read */
	/* The rule that the next piece is in; no bytes: none. Stays for its last brace.
	 */
	struct bytes rule;
	bool ending;
};

struct tint_piece {
	enum tint_kind kind;
	struct bytes text;
	struct bytes rule; /* that it is in or begins; no bytes: none */
};

static inline void
tint_init(struct tint *t, struct bytes text)
{
	*t = (struct tint){ .text = text };
}

/* False: the text is at its end. */
bool tint_next(struct tint *t, struct tint_piece *out);
