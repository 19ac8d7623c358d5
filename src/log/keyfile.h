/*
 * keyfile.h - private keys on disk: one line of text, for their owner's eyes only.
 *
 * The text is x/mod's (note_signer_parse), so other programs can use the key. A key that
 * others may read is refused: it may be theirs by now.
 */
#pragma once

#include "log/note.h"

/*
 * The key's name is a view of hold; keyfile_wipe ends both. FAULT_KEY: no key, or one
 * that group or others may read; FAULT_IO.
 */
MUST_USE enum err keyfile_read(
    const char *path, struct buf *hold, struct note_signer *out, struct fault *f);

/* Makes the file, with mode 0600, and waits until it is on disk. It must not exist. */
MUST_USE enum err keyfile_write(
    const char *path, const struct note_signer *s, struct fault *f);

/* Overwrites what was secret, and frees. */
void keyfile_wipe(struct buf *hold, struct note_signer *s);
