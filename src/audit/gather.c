/* gather.c - see gather.h. */
#include "audit/gather.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/sys.h"
#include "base/text.h"

/* The lines above the checkpoint: the size, the proof, and an empty line. */
static void
put_head(uint64_t old, const struct merkle_proof *p, struct buf *out)
{
	buf_printf(out, "old %" PRIu64 "\n", old);
	for (size_t i = 0; i < p->n; i++) {
		b64_put(out, (struct bytes){ p->hash[i].b, MERKLE_HASH });
		buf_u8(out, '\n');
	}
	buf_u8(out, '\n');
}

enum err
gather_request(const struct gather *g, const struct gather_witness *w, struct buf *out,
    struct fault *f)
{
	struct merkle_reader hashes = tile_hashes(g->tiles, f);
	struct merkle_proof proof = { 0 };

	if (w->old > 0 && w->old < g->head.size)
		TRY(merkle_prove_growth(&hashes, w->old, g->head.size, &proof));
	put_head(w->old, &proof, out);
	buf_put(out, g->note.p, g->note.n);
	return OK;
}

static void __attribute__((format(printf, 3, 4)))
end(struct gather_witness *w, enum gather_state state, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, args);
	va_end(args);
	w->state = state;
}

void
gather_silence(struct gather_witness *w, const char *why)
{
	end(w, GATHER_FAILED, "does not answer: %s", fault_quote(bytes_of(why)));
}

/* 200: the body is signature lines, of which one must be this witness's and hold. */
static void
take_line(const struct gather *g, struct gather_witness *w, struct bytes body)
{
	struct buf b = { 0 };
	struct note *note = NULL;
	struct note_seen seen;
	struct fault f = { 0 };

	buf_put(&b, g->text.p, g->text.n);
	buf_u8(&b, '\n');
	buf_put(&b, body.p, body.n);
	note = xcalloc(1, sizeof(*note));
	if (note_parse(buf_bytes(&b), note, &f) != OK ||
	    note_verify(note, &w->key, 1, &seen, &f) != OK)
		end(w, GATHER_FAILED, "gave no signature that counts: %.200s", f.text);
	/* an answer with an empty line in it would have moved where the text ends */
	else if (!bytes_eq(note->text, g->text) || seen.time == 0)
		end(w, GATHER_FAILED, "gave a signature of something else");
	else {
		buf_clear(&w->line);
		buf_put(&w->line, seen.line.p, seen.line.n);
		w->state = GATHER_GIVEN;
	}
	free(note);
	buf_done(&b);
}

/* "12\n" */
static bool
read_size(struct bytes body, uint64_t *out)
{
	return body.n > 1 && body.p[body.n - 1] == '\n' &&
	       text_number(bytes_sub(body, 0, body.n - 1), out);
}

/*
 * 409: it remembers another size, and says which. Some (omniwitness) also say 409, and
 * no size, when the size is the same and the root is not.
 */
static void
conflict(const struct gather *g, struct gather_witness *w, struct bytes body)
{
	uint64_t size;

	if (!read_size(body, &size))
		end(w, w->rounds > 1 ? GATHER_ACCUSED : GATHER_FAILED,
		    "saw another tree than this one");
	else if (size > g->head.size)
		end(w, GATHER_ACCUSED,
		    "has seen %" PRIu64 " entries of this log, which has only %" PRIu64,
		    size, g->head.size);
	else if (size == w->old)
		end(w, GATHER_FAILED,
		    "contradicts itself: it saw %" PRIu64 " entries, and did not", size);
	else
		w->old = size; /* and it is asked again */
}

void
gather_answer(
    const struct gather *g, struct gather_witness *w, unsigned status, struct bytes body)
{
	w->rounds++;
	switch (status) {
	case 200: take_line(g, w, body); break;
	case 409: conflict(g, w, body); break;
	case 422:
		end(w, GATHER_ACCUSED,
		    "says that the first %" PRIu64
		    " entries are not those that it saw: %s",
		    w->old, fault_quote(bytes_clip(body, 0, 100)));
		break;
	case 403: /* litewitness says so also when it does not know the log */
	case 404: end(w, GATHER_FAILED, "does not know this log or its key"); break;
	default:
		end(w, GATHER_FAILED, "answers %u: %s", status,
		    fault_quote(bytes_clip(body, 0, 100)));
		break;
	}
	if (w->state == GATHER_ASK && w->rounds >= GATHER_ROUNDS)
		end(w, GATHER_FAILED, "says another size each time");
}

/* Has the one who signed this line given a new one? */
static bool
replaced(const struct note_sig *s, const struct gather_witness *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (w[i].state == GATHER_GIVEN && w[i].key.id == s->id &&
		    bytes_eq(w[i].key.name, s->name))
			return true;
	return false;
}

void
gather_merge(
    const struct note *note, const struct gather_witness *w, size_t n, struct buf *out)
{
	buf_put(out, note->text.p, note->text.n);
	buf_u8(out, '\n');
	for (size_t i = 0; i < note->nsig; i++)
		if (!replaced(&note->sig[i], w, n))
			buf_put(out, note->sig[i].line.p, note->sig[i].line.n);
	for (size_t i = 0; i < n; i++)
		if (w[i].state == GATHER_GIVEN)
			buf_put(out, w[i].line.p, w[i].line.n);
}
