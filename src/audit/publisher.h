/*
 * publisher.h - did the publisher sign what stands in a log?
 *
 * The keys come from whoever looks, not from the log; then statements about keys are
 * followed, channel by channel, as clients follow them. Entries must be shown in the
 * log's order.
 */
#pragma once

#include "audit/entry.h"

#define PUBLISHER_KEYS 256 /* given and followed; further ones are not */

enum publisher_said {
	PUBLISHER_NOT_ASKED, /* no key was given */
	PUBLISHER_SIGNED,
	PUBLISHER_REPLACED, /* only by a key that had been replaced before */
	PUBLISHER_STRANGER, /* by none of the keys */
	PUBLISHER_BROKEN,   /* one that claims to be of his key does not hold */
};

struct publisher_key {
	struct note_key key;
	struct bytes channel; /* it is for; empty: for all */
	bool replaced;
};

struct publisher {
	struct arena *arena; /* the caller's: names of keys and channels live there */
	struct publisher_key key[PUBLISHER_KEYS];
	size_t n;
};

/*
 * A verifier key, copied to the arena. FAULT_KEY; also when there are too many, or no
 * room.
 */
MUST_USE enum err publisher_add(struct publisher *p, struct bytes vkey, struct fault *f);

/*
 * Of a release; a good statement about keys changes what counts from the next one on. So
 * entries come in the log's order, each once. Costs two
 * verifications a key at most.
 */
enum publisher_said publisher_check(struct publisher *p, const struct entry *e);

/* "signed by the publisher, whose signature holds": behind "the statement, ". */
const char *publisher_words(enum publisher_said s);
