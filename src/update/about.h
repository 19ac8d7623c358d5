/*
 * about.h - which release of rules is installed: the facts that every report names.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

#define ABOUT_CHANNEL 33
#define ABOUT_ORIGIN  256
#define ABOUT_BUILT   32
#define ABOUT_TEXT    65536

struct about {
	char channel[ABOUT_CHANNEL]; /* "stable" */
	uint64_t sequence;
	uint64_t index;               /* of its entry in the log */
	char origin[ABOUT_ORIGIN];    /* of the log */
	uint8_t statement[32];        /* SHA-256 of its text */
	uint8_t archive[32];          /* SHA-256 */
	uint64_t archive_size, rules; /* bytes; how many rules */
	int64_t date;                 /* the publisher's */
	int64_t not_after;            /* 0: none */
	int64_t sealed;    /* the freshest quorum of cosignatures that was seen with it */
	int64_t installed; /* when, by this machine's clock */
	char built[ABOUT_BUILT]; /* the version of candor that made the database */
};

/*
 * The text of a file "about", both ways: what print writes, parse takes back to the
 * same. Parse is strict; FAULT_STATE: it is no such text, or damaged.
 */
MUST_USE enum err about_parse(struct bytes text, struct about *out, struct fault *f);
void about_print(const struct about *a, struct buf *out);

/* "stable 7 (log.example/candor 12)", for people; the origin escaped. */
void about_name(const struct about *a, struct buf *out);
