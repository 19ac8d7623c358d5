/*
 * damaged.h - statements of which nobody can tell what they said.
 *
 * A statement that was damaged on the way counts for nothing; but it may have been an
 * objection, so it must not be missing without a trace, also where everything else is
 * well. Strangers may send any number: the first are named, all are counted.
 */
#pragma once

#include "base/buf.h"
#include "base/json.h"

enum { DAMAGED_MOST = 16, DAMAGED_WHO = 64 };

struct damaged_one {
	uint8_t envelope[32];  /* SHA-256 of what came */
	char who[DAMAGED_WHO]; /* whose it says it is, escaped */
};

/* No pointers: it crosses from one process to another. */
struct damaged {
	uint32_t n, named; /* all of them, and those that are in one */
	struct damaged_one one[DAMAGED_MOST];
};

/* One more; named while there is room. */
void damaged_add(struct damaged *d, const uint8_t envelope[32], const char *who);

/* Whatever process wrote it: strings end, and the counts fit. false: they do not. */
MUST_USE bool damaged_check(struct damaged *d);

/* A line for people, without its newline; nothing when n is 0. */
void damaged_say(const struct damaged *d, struct buf *out);
/* "damaged": { "count", "statements": [ { "statement", "by" } ] }; nothing likewise. */
void damaged_json(const struct damaged *d, struct json *j);
