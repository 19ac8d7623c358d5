/*
 * layout.h - where a token of a rule file belongs: on a new line, or behind a blank.
 *
 * Private to format.c and fix.c. A file is a list of imports, includes and rules; a rule
 * is a head and sections. That much is followed here, by the tokens alone; whether a
 * condition makes sense is the compiler's business.
 */
#pragma once

#include "rules/token.h"

enum layout_part {
	LAYOUT_TOP,  /* between rules */
	LAYOUT_HEAD, /* modifiers, name, tags */
	LAYOUT_BODY, /* behind the brace or a section's keyword, before its content */
	LAYOUT_META,
	LAYOUT_STRINGS,
	LAYOUT_CONDITION,
};

enum layout_break {
	LAYOUT_SAME,  /* on the line of the token before */
	LAYOUT_KEEP,  /* on a new line when its author put it there */
	LAYOUT_LINE,  /* on a new line */
	LAYOUT_BLANK, /* behind a blank line */
};

struct layout {
	enum layout_part part;
	enum tok section;  /* of LAYOUT_BODY: the keyword, until its colon is read */
	unsigned depth;    /* of open parentheses and brackets */
	bool first;        /* the next token is the first of its part */
	enum tok last_top; /* of the statement before: IMPORT, INCLUDE, RULE; or EOF */
};

/* How a token is set. */
struct layout_place {
	enum layout_break brk;
	unsigned level;   /* of indentation, when it begins a line of its own making */
	unsigned comment; /* the level of comments on lines of their own before it */
	bool space;       /* behind a blank, when it does not begin a line */
};

/*
 * All tokens of text, n and the one that ends it (TOK_EOF or TOK_ERROR), with empty ones
 * around them for layout_next. No text is not NULL here. ERR_LIMIT: the arena.
 */
MUST_USE enum err layout_tokens(
    struct arena *a, struct bytes text, struct token **out, size_t *n);

/*
 * The same, a few at a time, for those that need no more: a large file has millions. The
 * token at hand is at[LAYOUT_PAD].
 */
#define LAYOUT_PAD 2u /* empty tokens before the first; one is behind the last */

/* A lexer and the tokens around the one at hand. */
struct layout_window {
	struct lexer lex;
	struct token at[LAYOUT_PAD + 2];
};

/* a: for texts with escapes. Text as above. */
MUST_USE enum err layout_first(
    struct layout_window *w, struct arena *a, struct bytes text);
/* To the next token; behind the one that ends the text it stays. */
MUST_USE enum err layout_go_on(struct layout_window *w);

/*
 * Where t[0] goes: t[-1] and t[1] are looked at too, and must be there. False: a token
 * that cannot stand here.
 */
bool layout_next(struct layout *l, const struct token *t, struct layout_place *out);
