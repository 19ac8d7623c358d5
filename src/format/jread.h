/*
 * jread.h - reads JSON (RFC 8259) out of a file, value by value.
 *
 * What a parser wants of a JSON file is a few members; there is no tree. The reader goes
 * once over the text and checks its grammar, also of what is skipped. It fails once and
 * stays failed, like a cursor: ask jread_done() at the end. Strings are made in the arena
 * when they have escapes, else they are views. Nothing recurses.
 *
 * Why not jansson, which the worker has for module cuckoo (docs/decisions/0001): a
 * manifest is read once an object, on the object's own budget, and counts as a whole or
 * not at all by YARA-X's measure, which a tree cannot tell. What is only skipped may have
 * there what jansson refuses (half a surrogate pair, a number no double holds, what is no
 * UTF-8), and a member that is there twice matters where it is read, and there alone.
 *
 * The caller's: text and arena, both of which must outlive what is handed out.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

/* Arrays and objects in each other, at most; more is a failure. */
#define JREAD_DEPTH 4096

struct jread {
	struct bytes text;
	size_t at;           /* what of text was read, in bytes */
	struct arena *arena; /* for strings with escapes; full: the reader has failed */
	unsigned depth;      /* brackets that are open */
	bool bad, first;     /* first: nothing was read yet of the innermost bracket */
};

/* A reader at the start of text. Nothing to end. */
static inline struct jread
jread_of(struct bytes text, struct arena *a)
{
	return (struct jread){ .text = text, .arena = a };
}

/* What comes next: '{' '[' '"' 't' 'f' 'n' or '0' for a number; 0: nothing that is JSON.
 */
char jread_next(struct jread *j);

/*
 * jread_open('{'); while (jread_member(&j, &key)) one value; and the same for '[' with
 * jread_element. Each value in there must be read, or skipped.
 */
void jread_open(struct jread *j, char bracket);
bool jread_member(struct jread *j, struct bytes *key);
bool jread_element(struct jread *j);

/* The next value, which must be a string: as UTF-8, never NULL but after a failure. */
struct bytes jread_string(struct jread *j);
/* Any value: its grammar is checked, but not what its strings and numbers mean. */
void jread_skip(struct jread *j);

/* Was all of it JSON, and read to its end? */
bool jread_done(struct jread *j);
