/*
 * chain.h - what was published last on a channel, as the log itself says.
 *
 * No file remembers the sequence: the log is the only truth, so a writer that was killed
 * or moved to another machine goes on where everybody saw it stop.
 */
#pragma once

#include "audit/entry.h"
#include "log/tile.h"

struct chain {
	struct arena arena;
	struct buf raw;    /* the entry */
	struct entry last; /* views of both; is_release false: there is none yet */
};

/*
 * The last statement of that type on the channel, searched from the log's end. The faults
 * of tiles. Ended by chain_done, also when it failed.
 */
MUST_USE enum err chain_find(struct tile_reader *r, enum statement_type type,
    struct bytes channel, struct chain *out, struct fault *f);
void chain_done(struct chain *c);

/*
 * Fills what follows from the last one: sequence and previous; of a chain that is empty,
 * 1 and zeros. The rest of s stays as it is.
 */
void chain_next(const struct chain *c, struct statement *s);

/* As statement_follows: NULL, or what is wrong, a static text. */
const char *chain_follows(const struct chain *c, const struct statement *next);
