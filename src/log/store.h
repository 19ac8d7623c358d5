/*
 * store.h - the writer of a log: entries in, files that any web server can show out.
 *
 * DIR is what is served: the checkpoint, and the tiles and bundles of tile.h. Beside it
 * lies DIR.private, which nobody else may read: the key, the settings, a lock, and head,
 * the tree that is safely on disk. An addition goes through these steps, and may be cut
 * after any of them without a loss:
 *
 *	1. new bundles and tiles under temporary names; everything synced
 *	2. renamed to their names: nothing that a published checkpoint covers changes,
 *	   for a full tile begins with all that the partial ones had
 *	3. head is replaced: from here on the entries are in the log
 *	4. store_publish: the checkpoint is replaced, last of all
 *
 * Between 3 and 4 a checkpoint may be held: signed, for witnesses to see, and not yet
 * shown to others (DIR.private/held). A client that wants cosignatures refuses a
 * checkpoint without them, so the old one stays up until the new one has enough.
 *
 * What was begun and not finished is written over by the next addition. One writer at a
 * time (a lock); readers need none. Memory: some 100 kB and the entries of one bundle.
 */
#pragma once

#include "log/checkpoint.h"
#include "log/tile.h"

struct store;

/*
 * Makes DIR and DIR.private and publishes the empty log. key: a private key whose name is
 * the origin, which stays where it is; NULL: one is made. FAULT_IO: also when there is a
 * log already; what a killed one left behind is taken up.
 */
MUST_USE enum err store_init(
    const char *dir, const char *origin, const char *key, struct fault *f);

/*
 * Opens for writing. FAULT_BUSY: another one does; FAULT_STATE: head and tiles do not
 * belong together. The caller closes: what was not synced is forgotten.
 */
MUST_USE enum err store_open(const char *dir, struct store **out, struct fault *f);
/*
 * Also after a failure, and of NULL. Nothing is synced: what was added since the last
 * store_sync is forgotten, its files are overwritten by the next writer.
 */
void store_close(struct store *s);

/*
 * Appends an entry of at most TILE_ENTRY_MOST bytes; it is copied. *index is its place,
 * and is final once store_sync says OK. After any fault but FAULT_TOO_LARGE the store
 * is good for closing only; the log on disk is as it was at the last sync.
 */
MUST_USE enum err store_add(
    struct store *s, struct bytes entry, uint64_t *index, struct fault *f);

/* Returns when all entries added are on disk, and counted in head. */
MUST_USE enum err store_sync(struct store *s, struct fault *f);

/* The tree as of the last sync; the origin is a view of s. */
void store_head(const struct store *s, struct checkpoint *out);

/*
 * Signs the tree as of the last sync and puts it up for everybody. Then partial tiles
 * that are full by now are removed. The signer's name must be the origin (FAULT_KEY).
 */
MUST_USE enum err store_publish(
    struct store *s, const struct note_signer *signer, struct fault *f);

/*
 * Signs the tree as of the last sync and keeps it back, in place of what was held before.
 * A tree that is published already is not held. FAULT_KEY.
 */
MUST_USE enum err store_hold(
    struct store *s, const struct note_signer *signer, struct fault *f);

/* What is held: the note, appended; the log need not be open. ERR_END: nothing is. */
MUST_USE enum err store_held(const char *dir, struct buf *out, struct fault *f);

/* Puts up what is held, as it is. FAULT_STATE: nothing is. */
MUST_USE enum err store_unhold(struct store *s, struct fault *f);

/*
 * Takes a note with more signatures (what witnesses gave) for the tree that is published
 * or held already. FAULT_STATE: its text is that of neither.
 */
MUST_USE enum err store_countersign(struct store *s, struct bytes note, struct fault *f);

/* The served folder, for reading what is in it. */
struct log_source store_source(struct store *s);

/* "DIR.private", where the writer keeps what is nobody else's; malloced. */
char *store_private(const char *dir);

/* What a log was made with; to be had without opening it for writing. */
struct store_settings {
	struct buf text;
	struct note_key key; /* public; its name, a view of text, is the origin */
	char *key_file;      /* the path of the private one */
};

/* FAULT_IO: no log was made here. Ended by store_settings_done. */
MUST_USE enum err store_settings_read(
    const char *dir, struct store_settings *out, struct fault *f);
void store_settings_done(struct store_settings *s);
