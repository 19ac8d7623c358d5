/*
 * session.h - one update at work: what was fetched and judged so far. Inside of this
 * layer.
 *
 * Rules (update.c) and programs (program.c) take the same way up to here: ask for the
 * newest statement, judge it and the log that it is in, and know then what it names.
 */
#pragma once

#include "release/statement.h"
#include "update/judge.h"
#include "update/place.h"
#include "update/update.h"

#define SESSION_ENTRIES       16384 /* of a log that are read for statements: the newest */
#define SESSION_ENTRIES_BYTES (256u << 20)

struct session {
	const struct update *u;
	struct update_said *said;
	struct fault *f;
	struct arena arena;
	struct depot depot;
	struct place place;
	struct seen seen;
	enum statement_type type;
	struct judge_ask ask;
	struct judge_said verdict;
	struct buf leaves; /* hashes of all of the log's entries, when it has grown */
	struct buf archive, members;
	struct bytes keys[JUDGE_KEYS_MAX];
	struct place_file *key_file;
	size_t nkeys;
};

/* Ended by session_done, which takes everything with it. */
struct session *session_new(
    const struct update *u, struct update_said *out, struct fault *f);
void session_done(struct session *r);

/* Fills r->ask for a proof, which must stay. FAULT_CONF, FAULT_IO. */
MUST_USE enum err session_ask(struct session *r, struct bytes proof);
/* In the jail: what comes back is of our own making, but of who read a stranger's bytes.
 */
MUST_USE enum err session_judge(
    struct judge_ask *ask, struct judge_said *out, struct fault *f);

/* TYPE/CHANNEL/latest and the publisher's keys, fetched and judged, and the log's growth.
 */
MUST_USE enum err session_fetch(struct session *r, enum statement_type type);

/*
 * The log's newest entries, as many as SESSION_ENTRIES and what is in a bundle with them;
 * which those are follows from the log's size alone. Appends each bundle behind its size
 * (le32); *first: the index of the first entry. Nothing is judged. FAULT_MISSING,
 * FAULT_TOO_LARGE.
 */
MUST_USE enum err session_entries(struct session *r, struct buf *out, uint64_t *first);
