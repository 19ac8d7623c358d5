/* offer.c - see offer.h. */
#include "update/offer.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "update/facts.h"

#define HEAD "candor statements 1"

enum err
offer_parse(struct bytes text, struct offer *out, struct fault *f)
{
	struct facts t;
	struct bytes word[2];
	struct offer o;

	if (facts_open(&t, text, HEAD) == OK && facts_next(&t) == OK &&
	    facts_is(&t, "archive") && facts_words(t.value, word, 2) &&
	    hash_unhex(word[0], o.sha256, 32) && text_number(word[1], &o.size) &&
	    facts_next(&t) == ERR_END) {
		*out = o;
		return OK;
	}
	return fault_set(
	    f, FAULT_EVIDENCE, "'" OFFER_LATEST "' is not in the form that it must have");
}

void
offer_print(const struct offer *o, struct buf *out)
{
	buf_str(out, HEAD "\narchive ");
	facts_put_digest(out, o->sha256);
	buf_printf(out, " %" PRIu64 "\n", o->size);
}

void
offer_path(const struct offer *o, char *out)
{
	memcpy(out, "blob/", 5);
	hash_hex(o->sha256, 32, out + 5);
}
