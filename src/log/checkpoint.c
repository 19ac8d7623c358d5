/*
 * checkpoint.c - a checkpoint's text (c2sp.org/tlog-checkpoint): three lines and what
 * extensions follow.
 *
 * One head has one text: sizes and roots have a single spelling, so what was parsed and
 * printed again is what was signed. Everything is a view of the text.
 */
#include "log/checkpoint.h"

#include <inttypes.h>

#include "base/b64.h"
#include "base/text.h"

/* The next line, without its newline; no bytes: none, or one that does not end. */
static struct bytes
next_line(struct bytes *rest)
{
	uint64_t nl = bytes_find(*rest, 0, BYTES_LIT("\n"));
	struct bytes line = bytes_sub(*rest, 0, nl);

	*rest = bytes_from(*rest, num_add(nl, 1));
	return line;
}

enum err
checkpoint_parse(struct bytes text, struct checkpoint *out, struct fault *f)
{
	struct bytes rest = text;
	struct checkpoint c = { .origin = next_line(&rest) };
	struct bytes size = next_line(&rest), root = next_line(&rest);

	if (c.origin.n == 0)
		return fault_set(f, FAULT_CHECKPOINT,
		    "the checkpoint does not begin with the name of a log");
	if (!text_number(size, &c.head.size))
		return fault_set(f, FAULT_CHECKPOINT,
		    "the checkpoint's second line is not the size of a log: '%s'",
		    fault_quote(size));
	if (b64_exact(root, c.head.root.b, MERKLE_HASH) != OK)
		return fault_set(f, FAULT_CHECKPOINT,
		    "the checkpoint's third line is not a root in base64: '%s'",
		    fault_quote(root));
	c.extensions = rest;
	while (rest.n > 0)
		if (next_line(&rest).n == 0)
			return fault_set(f, FAULT_CHECKPOINT,
			    "the checkpoint has an empty line, or one without an end");
	*out = c;
	return OK;
}

void
checkpoint_print(const struct checkpoint *c, struct buf *out)
{
	buf_put(out, c->origin.p, c->origin.n);
	buf_printf(out, "\n%" PRIu64 "\n", c->head.size);
	b64_put(out, (struct bytes){ c->head.root.b, MERKLE_HASH });
	buf_u8(out, '\n');
	buf_put(out, c->extensions.p, c->extensions.n);
}

enum err
checkpoint_open(struct bytes input, const struct note_key *log, struct note *note,
    struct checkpoint *out, struct fault *f)
{
	struct note_seen seen;
	struct checkpoint c;

	TRY(note_parse(input, note, f));
	TRY(note_verify(note, log, 1, &seen, f));
	TRY(checkpoint_parse(note->text, &c, f));
	if (!bytes_eq(c.origin, log->name))
		return fault_set(f, FAULT_ORIGIN,
		    "the checkpoint is of the log '%s', not of '%s'",
		    fault_quote(c.origin), fault_quote(log->name));
	*out = c;
	return OK;
}
