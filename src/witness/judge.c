/* judge.c - see judge.h. */
#include "witness/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/b64.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "log/cosig.h"

/* Cut at 511 bytes: what is quoted of a request was cut by fault_quote before. */
void
judge_say(struct judge_answer *a, unsigned status, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	a->status = status;
	a->type = "text/plain; charset=utf-8";
	buf_clear(&a->body);
	buf_printf(&a->body, "%s\n", text);
}

void
judge_name(struct bytes origin, char out[2 * MERKLE_HASH + 1])
{
	uint8_t digest[MERKLE_HASH];

	hash_of(HASH_SHA256, origin, digest);
	hash_hex(digest, sizeof(digest), out);
}

/* The next line without its newline, and what is behind it. ERR_FORMAT: no newline. */
static enum err
take_line(struct bytes *rest, struct bytes *line)
{
	uint64_t nl = bytes_find(*rest, 0, BYTES_LIT("\n"));

	if (nl == UINT64_MAX)
		return ERR_FORMAT;
	*line = bytes_sub(*rest, 0, nl);
	*rest = bytes_from(*rest, nl + 1);
	return OK;
}

/* "old 3": the size that the proof starts from. */
static enum err
read_old(struct bytes line, uint64_t *old)
{
	if (!bytes_eq(bytes_clip(line, 0, 4), BYTES_LIT("old ")) ||
	    !text_number(bytes_from(line, 4), old))
		return ERR_FORMAT;
	return OK;
}

/*
 * Everything up to the note, which is what rest becomes. The proof's lines are counted
 * before they are decoded: JUDGE_PROOF is below MERKLE_PATH, the places of the array.
 */
static enum err
read_head(struct bytes *rest, struct judge_case *c, struct judge_answer *a)
{
	struct bytes line;

	if (take_line(rest, &line) != OK || read_old(line, &c->old) != OK) {
		judge_say(a, 400, "the first line is not 'old' and a size");
		return ERR_FORMAT;
	}
	c->proof.n = 0;
	for (;;) {
		if (take_line(rest, &line) != OK) {
			judge_say(a, 400, "the request ends before its checkpoint");
			return ERR_FORMAT;
		}
		if (line.n == 0)
			return OK;
		if (c->proof.n == JUDGE_PROOF) {
			judge_say(a, 400, "a proof has at most %d hashes", JUDGE_PROOF);
			return ERR_FORMAT;
		}
		if (b64_exact(line, c->proof.hash[c->proof.n].b, MERKLE_HASH) != OK) {
			judge_say(
			    a, 400, "hash %zu of the proof is not one", c->proof.n + 1);
			return ERR_FORMAT;
		}
		c->proof.n++;
	}
}

/* The keys of this log, next to each other. */
static size_t
keys_of(const struct judge *j, struct bytes origin, struct note_key out[NOTE_SIGS])
{
	size_t n = 0;

	for (size_t i = 0; i < j->nlogs && n < NOTE_SIGS; i++)
		if (bytes_eq(j->logs[i].name, origin))
			out[n++] = j->logs[i];
	return n;
}

enum err
judge_hear(const struct judge *j, struct bytes request, struct judge_case *c,
    struct judge_answer *a)
{
	struct note_key keys[NOTE_SIGS];
	struct note_seen seen[NOTE_SIGS];
	struct fault f = { 0 };
	size_t n;

	if (request.n > JUDGE_REQUEST_MOST) {
		judge_say(
		    a, 400, "the request is larger than %d bytes", JUDGE_REQUEST_MOST);
		return ERR_FORMAT;
	}
	TRY(read_head(&request, c, a));
	if (note_parse(request, &c->note, &f) != OK ||
	    checkpoint_parse(c->note.text, &c->head, &f) != OK) {
		judge_say(a, 400, "%s", f.text);
		return ERR_FORMAT;
	}
	n = keys_of(j, c->head.origin, keys);
	if (n == 0) {
		judge_say(a, 404, "this witness does not know the log '%s'",
		    fault_quote(c->head.origin));
		return ERR_FORMAT;
	}
	if (note_verify(&c->note, keys, n, seen, &f) != OK) {
		judge_say(a, 403, "%s", f.text);
		return ERR_FORMAT;
	}
	return OK;
}

enum err
judge_recall(const struct judge *j, struct bytes origin, struct bytes kept,
    struct judge_memory *m, struct judge_answer *a)
{
	struct note note;
	struct note_seen seen;
	struct checkpoint head;
	struct fault f = { 0 };

	if (kept.p == NULL) {
		*m = (struct judge_memory){ 0 };
		merkle_empty(&m->head.root);
		return OK;
	}
	/* not believed only because it lies in our folder: it must carry our signature */
	if (note_parse(kept, &note, &f) != OK ||
	    note_verify(&note, &j->witness.key, 1, &seen, &f) != OK ||
	    checkpoint_parse(note.text, &head, &f) != OK ||
	    !bytes_eq(head.origin, origin)) {
		judge_say(a, 500, "what this witness remembers of the log is damaged");
		return ERR_FORMAT;
	}
	*m = (struct judge_memory){ head.head, seen.time };
	return OK;
}

/*
 * A cosignature says "as of t the largest that I saw", so a later one must not have an
 * earlier time. 0: the clock is too far behind, or unset.
 */
static uint64_t
time_to_say(int64_t now, uint64_t last)
{
	if (now <= 0)
		return 0;
	if ((uint64_t)now >= last)
		return (uint64_t)now;
	return last - (uint64_t)now <= JUDGE_CLOCK_BACK ? last : 0;
}

/*
 * The note as we keep and show it: the log's own signatures and ours. Others that came
 * along are of nobody we know, and may be a megabyte.
 */
static void
keep_note(const struct judge *j, const struct judge_case *c, struct bytes cosignature,
    struct buf *keep)
{
	struct note_key keys[NOTE_SIGS];
	struct note_seen seen[NOTE_SIGS];
	size_t n = keys_of(j, c->head.origin, keys);

	buf_put(keep, c->note.text.p, c->note.text.n);
	buf_u8(keep, '\n');
	if (note_verify(&c->note, keys, n, seen, NULL) != OK)
		bug("a note that held does not");
	for (size_t i = 0; i < n; i++)
		if (seen[i].line.n > 0)
			buf_put(keep, seen[i].line.p, seen[i].line.n);
	buf_put(keep, cosignature.p, cosignature.n);
}

static void
cosign(const struct judge *j, const struct judge_case *c, uint64_t time,
    struct judge_answer *a, struct buf *keep)
{
	a->status = 200;
	a->type = "text/plain; charset=utf-8";
	buf_clear(&a->body);
	cosig_sign(&j->witness, c->note.text, time, &a->body);
	buf_clear(keep);
	keep_note(j, c, buf_bytes(&a->body), keep);
	/* judge_recall must be able to read it, and our line has made it longer */
	if (keep->n > NOTE_MOST) {
		buf_clear(keep);
		judge_say(a, 400,
		    "the checkpoint and a signature would have more than %d bytes",
		    NOTE_MOST);
	}
}

void
judge_decide(const struct judge *j, const struct judge_case *c,
    const struct judge_memory *m, int64_t now, struct judge_answer *a, struct buf *keep)
{
	uint64_t time = time_to_say(now, m->time);

	if (c->old > c->head.head.size)
		judge_say(a, 400,
		    "old is %" PRIu64 ", and the checkpoint has only %" PRIu64, c->old,
		    c->head.head.size);
	else if (c->old != m->head.size) {
		judge_say(a, 409, "%" PRIu64, m->head.size);
		a->type = "text/x.tlog.size";
	} else if (!merkle_consistent(&m->head, &c->head.head, &c->proof))
		judge_say(a, 422,
		    "the proof does not lead from the tree of %" PRIu64
		    " entries that this witness saw to this one",
		    m->head.size);
	else if (time == 0)
		judge_say(a, 500, "the clock of this witness is wrong");
	else
		cosign(j, c, time, a, keep);
}

bool
judge_is_fork(const struct judge_case *c, const struct judge_memory *m)
{
	return m->time != 0 && c->head.head.size == m->head.size &&
	       !merkle_same(&c->head.head.root, &m->head.root);
}
