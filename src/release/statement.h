/*
 * statement.h - what a publisher says about a release: the text that goes into the log.
 *
 * A set of rules or a program is too large for a log (65,535 bytes an entry), so what is
 * logged is this text, with digests of everything it speaks of, signed by the publisher
 * as a note (C2SP signed-note). One fact a line, in a fixed order, one spelling for every
 * value: so a text that was parsed is printed again to the same bytes, two publishers
 * cannot say the same in two ways, and a person reads it without a tool.
 *
 *	candor statement 1
 *	type rules
 *	channel stable
 *	sequence 7
 *	previous 9b1c...
 *	date 2026-11-23T04:05:06Z
 *	not-after none
 *	archive 5f2a... 48128
 *	diff 07de... 911
 *	rules 214
 *	added 12
 *	changed 3
 *	removed 0
 *
 * docs/release.md is the specification; decisions/0010 says why the publisher signs.
 *
 * A *chain* is the statements of one type on one channel: sequence 1, 2, 3 ..., each with
 * the SHA-256 of the text before it (the text alone, so that who signed does not matter).
 * A parsed statement borrows from its text, and keeps lists in the arena.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

#define STATEMENT_MAX       57344 /* bytes of text: its signatures fit behind it */
#define STATEMENT_HASH      32    /* SHA-256 */
#define STATEMENT_CHANNEL   32    /* bytes of a channel's name, at most */
#define STATEMENT_NAME      128   /* of a file's, product's or version's name */
#define STATEMENT_KEY       4096  /* of a verifier key */
#define STATEMENT_ARTEFACTS 200

enum statement_type {
	STATEMENT_RULES,   /* a set of rules */
	STATEMENT_RELEASE, /* a program: artefacts, their source and recipe */
	STATEMENT_KEYS,    /* the publisher's key becomes another; signed by both */
	STATEMENT_TYPES,
};

/* Something that is no part of the log, by digest and size. */
struct statement_file {
	uint8_t sha256[STATEMENT_HASH];
	uint64_t size;     /* bytes */
	struct bytes name; /* of type release; else empty */
};

struct statement {
	enum statement_type type;
	struct bytes channel;             /* a-z 0-9 and, inside, - */
	uint64_t sequence;                /* from 1, without holes */
	uint8_t previous[STATEMENT_HASH]; /* of the text before; zeros when the first */
	int64_t date;      /* seconds since 1970: when the publisher says it was made */
	int64_t not_after; /* a client takes it no more after this; 0: none is said */

	/* STATEMENT_RULES */
	struct statement_file archive; /* the sources, canonical ustar (base/ustar.h) */
	struct statement_file diff;    /* against the release before, as text */
	uint64_t rules;                /* in this release */
	uint64_t added, changed, removed; /* rules, against the one before */

	/* STATEMENT_RELEASE */
	struct bytes name, version;            /* of the program */
	struct statement_file source, recipe;  /* the bundle, and how it is built */
	const struct statement_file *artefact; /* one or more, sorted by name */
	size_t nartefacts;

	/* STATEMENT_KEYS: verifier keys, as in a trust file: name+hash+base64 */
	struct bytes old_key, new_key;
};

/*
 * "rules", "release", "keys": as in the text, and the folder where clients look. Static.
 */
const char *statement_type_name(enum statement_type t);

/* Where a text is wrong. what is never NULL after a failure. */
struct statement_fault {
	unsigned line; /* from 1; 0: the text as a whole */
	const char *what;
};

/*
 * ERR_FORMAT: not exactly such a text; fault (or NULL) tells. ERR_LIMIT: the arena.
 * Everything is strict: an unknown line, another order, a leading zero, a missing last
 * newline are refused, in this version of the text and until another version says so.
 */
MUST_USE enum err statement_parse(struct bytes text, struct arena *a,
    struct statement *out, struct statement_fault *fault);

/*
 * The text, appended to out. ERR_FORMAT: s holds what no text may (a channel in upper
 * case, artefacts out of order ...); fault tells, its line is the one that would be.
 * What it prints, statement_parse reads.
 */
MUST_USE enum err statement_print(
    const struct statement *s, struct buf *out, struct statement_fault *fault);

/*
 * May next come right after last (with text last_text)? NULL last: as the first of its
 * chain. NULL: yes; else what is wrong, a static text: another chain, a sequence that is
 * not the next one, a previous that is another text, an earlier date, another product.
 * Signatures are not its business.
 */
const char *statement_follows(
    const struct statement *last, struct bytes last_text, const struct statement *next);

/*
 * May it be a channel's name? It is a folder's and a part of a URL, too: so letters,
 * digits and hyphens inside, 32 at most, and never "." or "..".
 */
bool statement_channel_ok(struct bytes name);
/* May it be a file's name, or a product's or a version's: letters, digits, . _ + ~ - */
bool statement_name_ok(struct bytes name);
