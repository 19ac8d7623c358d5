/*
 * entry.h - what an entry of a log says, as far as candor understands it.
 *
 * A log may hold anything. An entry that is a signed note of a statement is a release;
 * everything else is shown as bytes, escaped. Who signed the note is told and not
 * checked: a monitor wants to see also what no client would take.
 */
#pragma once

#include "base/arena.h"
#include "log/note.h"
#include "release/statement.h"

struct entry {
	uint64_t index;             /* in the log */
	struct bytes raw;           /* its bytes, borrowed */
	bool is_release;            /* what follows is set */
	struct note note;           /* views of raw; nothing of it is verified */
	struct statement statement; /* borrows from raw and the arena */
};

/*
 * Never fails: what is not understood is no release, nor is a statement for which the
 * arena has no room. out borrows from raw and the arena.
 */
void entry_read(uint64_t index, struct bytes raw, struct arena *a, struct entry *out);

/*
 * One line, for a person, appended: "rules stable 7, 2026-11-23T04:05:06Z, 214 rules (+12
 * ~3 -0)". Escaped where it is not one of our words, at most 200 bytes of an entry that
 * is not understood.
 */
void entry_tell(const struct entry *e, struct buf *out);
