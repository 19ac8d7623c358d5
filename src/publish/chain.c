/*
 * chain.c - which of a log's entries are this publisher's, of this channel: looked for
 * from the end, as far as is needed to know what comes next.
 */
#include "publish/chain.h"

#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"

#define MEMORY (4u << 20) /* of one statement, with 200 artefacts */

/* Keeps a copy, as the bundle is read over. */
static void
keep(struct chain *c, uint64_t index, struct bytes raw)
{
	buf_clear(&c->raw);
	buf_put(&c->raw, raw.p, raw.n);
	arena_reset(&c->arena);
	entry_read(index, buf_bytes(&c->raw), &c->arena, &c->last);
}

/*
 * An entry that looks like a statement and is signed by nobody counts, too: who may
 * write to the log is its owner's business, and clients look at signatures.
 */
static bool
is_of(const struct entry *e, enum statement_type type, struct bytes channel)
{
	return e->is_release && e->statement.type == type &&
	       bytes_eq(e->statement.channel, channel);
}

/* The last one in a bundle; false: it has none. */
static bool
find_in(struct chain *c, const struct tile_bundle *b, enum statement_type type,
    struct bytes channel)
{
	for (unsigned i = b->n; i-- > 0;) {
		keep(c, b->first + i, b->entry[i]);
		if (is_of(&c->last, type, channel))
			return true;
	}
	return false;
}

/*
 * From the end, so the usual case reads one bundle; a channel that is not there costs the
 * whole log, once, when it begins.
 */
enum err
chain_find(struct tile_reader *r, enum statement_type type, struct bytes channel,
    struct chain *out, struct fault *f)
{
	uint64_t size = tile_reader_size(r);
	struct tile_bundle *b = xcalloc(1, sizeof(*b));
	bool found = false;
	enum err e = OK;

	*out = (struct chain){ 0 };
	arena_init(&out->arena, MEMORY);
	for (uint64_t n = (size + TILE_WIDTH - 1) / TILE_WIDTH;
	     e == OK && !found && n > 0; n--) {
		e = tile_read_bundle(r, n - 1, b, f);
		found = e == OK && find_in(out, b, type, channel);
	}
	if (!found)
		out->last = (struct entry){ 0 };
	buf_done(&b->raw);
	free(b);
	return e;
}

void
chain_done(struct chain *c)
{
	arena_done(&c->arena);
	buf_done(&c->raw);
	c->last = (struct entry){ 0 };
}

void
chain_next(const struct chain *c, struct statement *s)
{
	s->sequence = 1;
	memset(s->previous, 0, sizeof(s->previous));
	if (!c->last.is_release)
		return;
	s->sequence = c->last.statement.sequence + 1;
	hash_of(HASH_SHA256, c->last.note.text, s->previous);
}

const char *
chain_follows(const struct chain *c, const struct statement *next)
{
	bool any = c->last.is_release;

	return statement_follows(
	    any ? &c->last.statement : NULL, c->last.note.text, next);
}
