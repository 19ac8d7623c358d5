/*
 * seen.h - what a client remembers of the past, so that nobody can take it back.
 *
 * A signature never ages, so somebody who can answer for the server could always show
 * last year's release, or another log. What was seen once is the floor: the sequence of a
 * channel never falls, a log only grows, a key that was replaced signs no more.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"
#include "log/merkle.h"

#define SEEN_LOGS    16
#define SEEN_ROTATED 64
#define SEEN_KEY     512 /* bytes of a verifier key */
#define SEEN_ORIGIN  256
#define SEEN_TEXT    262144

/* The largest tree that was seen of a log. */
struct seen_log {
	char origin[SEEN_ORIGIN];
	struct merkle_head head;
};

struct seen_rotated {
	char old_key[SEEN_KEY], new_key[SEEN_KEY];
	uint64_t index; /* the log entry that says so */
};

struct seen {
	uint64_t sequence;     /* the highest; 0: none yet */
	uint8_t statement[32]; /* SHA-256 of its text */
	int64_t date;          /* the publisher's, of that statement */
	struct seen_log log[SEEN_LOGS];
	size_t nlogs;
	struct seen_rotated rotated[SEEN_ROTATED]; /* the keys' statements 1, 2, ... */
	size_t nrotated;
	uint8_t keys_statement[32]; /* SHA-256 of the last one's text */
};

/* ERR_FORMAT: not such a text (FAULT_STATE). */
MUST_USE enum err seen_parse(struct bytes text, struct seen *out, struct fault *f);
void seen_print(const struct seen *s, struct buf *out);

/* NULL: nothing was seen of this log. */
struct seen_log *seen_find(struct seen *s, struct bytes origin);
/* Remembers it. FAULT_STATE: there are too many logs. */
MUST_USE enum err seen_grow(
    struct seen *s, struct bytes origin, const struct merkle_head *head, struct fault *f);
