/*
 * checkpoint.h - the head of a log (c2sp.org/tlog-checkpoint): the text of its note.
 *
 * Three lines: the log's origin, how many entries there are, and their root. Further
 * lines are extensions, which nobody recommends; they are kept and not understood.
 */
#pragma once

#include "log/merkle.h"
#include "log/note.h"

struct checkpoint {
	struct bytes origin; /* a view */
	struct merkle_head head;
	struct bytes extensions; /* lines with their newlines */
};

/*
 * The text of a note. FAULT_CHECKPOINT, and out is not touched. Views of text, which must
 * outlive them. Nothing of it may be believed before the note's signatures were
 * (checkpoint_open does both).
 */
MUST_USE enum err checkpoint_parse(
    struct bytes text, struct checkpoint *out, struct fault *f);
/*
 * Appends the text that was parsed: extensions as they stood, numbers in their one
 * spelling.
 */
void checkpoint_print(const struct checkpoint *c, struct buf *out);

/*
 * A note that this log signed, in one step: note, signature, text, and that the origin is
 * the key's name (tlog-policy asks for that). FAULT_ORIGIN, and those of the parts. note
 * is large (NOTE_SIGS signatures) and belongs to the caller; out has views of input.
 */
MUST_USE enum err checkpoint_open(struct bytes input, const struct note_key *log,
    struct note *note, struct checkpoint *out, struct fault *f);
