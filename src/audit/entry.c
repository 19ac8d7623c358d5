/* entry.c - see entry.h. */
#include "audit/entry.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/utc.h"

#define TELL_BYTES 200 /* of an entry that is not understood */

void
entry_read(uint64_t index, struct bytes raw, struct arena *a, struct entry *out)
{
	*out = (struct entry){ .index = index, .raw = raw };
	out->is_release = note_parse(raw, &out->note, NULL) == OK &&
			  statement_parse(out->note.text, a, &out->statement, NULL) == OK;
}

static void
tell_release(const struct statement *s, struct buf *out)
{
	char date[UTC_SIZE];

	utc_print(s->date, date);
	buf_printf(out, "%s %.*s %" PRIu64 ", %s", statement_type_name(s->type),
	    (int)s->channel.n, (const char *)s->channel.p, s->sequence, date);
	switch (s->type) {
	case STATEMENT_RULES:
		buf_printf(out,
		    ", %" PRIu64 " rules (+%" PRIu64 " ~%" PRIu64 " -%" PRIu64 ")",
		    s->rules, s->added, s->changed, s->removed);
		break;
	case STATEMENT_RELEASE:
		buf_printf(out, ", %.*s %.*s, %zu artefact%s", (int)s->name.n,
		    (const char *)s->name.p, (int)s->version.n,
		    (const char *)s->version.p, s->nartefacts,
		    s->nartefacts == 1 ? "" : "s");
		break;
	case STATEMENT_KEYS:
		buf_str(out, ", the publisher's key becomes ");
		text_escape(out, s->new_key);
		break;
	default: break;
	}
}

void
entry_tell(const struct entry *e, struct buf *out)
{
	if (e->is_release) {
		tell_release(&e->statement, out);
		return;
	}
	buf_printf(out, "%zu bytes: ", e->raw.n);
	text_escape(out, bytes_clip(e->raw, 0, TELL_BYTES));
	if (e->raw.n > TELL_BYTES)
		buf_str(out, "...");
}
