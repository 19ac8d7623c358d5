/*
 * facts.h - small files of ours: a head line, then "key value" lines, one fact each.
 *
 * What candor remembers between two updates is text that a person can read. It is our own
 * and in a folder that only we write, and read as strictly as if it were not: a file that
 * a bad disk changed must not pass for another.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

/* A reader; views of the text, nothing to end. */
struct facts {
	struct bytes rest;
	struct bytes key, value; /* of the line that was read last */
};

/* ERR_FORMAT: the first line is another one, or the last has no newline. */
MUST_USE enum err facts_open(struct facts *f, struct bytes text, const char *head);
/* The next line. ERR_END: there is none. ERR_FORMAT: it is no "key value". */
MUST_USE enum err facts_next(struct facts *f);
bool facts_is(const struct facts *f, const char *key);

/*
 * Cuts value at blanks into exactly n words; false: it has another number of them. A word
 * is read by text_number or hash_unhex, which take one spelling only.
 */
bool facts_words(struct bytes value, struct bytes *words, size_t n);

/* In lower-case hex, appended. */
void facts_put_digest(struct buf *b, const uint8_t digest[32]);
