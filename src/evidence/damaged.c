/* damaged.c - see damaged.h. */
#include "evidence/damaged.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"

void
damaged_add(struct damaged *d, const uint8_t envelope[32], const char *who)
{
	d->n++;
	if (d->named == DAMAGED_MOST)
		return;
	memcpy(d->one[d->named].envelope, envelope, 32);
	snprintf(d->one[d->named].who, DAMAGED_WHO, "%s", who);
	d->named++;
}

bool
damaged_check(struct damaged *d)
{
	for (size_t i = 0; i < DAMAGED_MOST; i++)
		d->one[i].who[DAMAGED_WHO - 1] = '\0';
	return d->named <= DAMAGED_MOST && d->named <= d->n;
}

void
damaged_say(const struct damaged *d, struct buf *out)
{
	if (d->n == 0)
		return;
	buf_printf(out,
	    "%" PRIu32 " statement%s of examiners %s damaged and count%s for nothing, "
	    "which may have been an objection; get %s again from who published %s: ",
	    d->n, d->n == 1 ? "" : "s", d->n == 1 ? "is" : "are", d->n == 1 ? "s" : "",
	    d->n == 1 ? "it" : "them", d->n == 1 ? "it" : "them");
	for (uint32_t i = 0; i < d->named; i++) {
		char hex[17];

		hash_hex(d->one[i].envelope, 8, hex);
		buf_printf(out, "%s%s... of '%s'", i > 0 ? ", " : "", hex, d->one[i].who);
	}
	if (d->n > d->named)
		buf_printf(out, ", and %" PRIu32 " more", d->n - d->named);
}

void
damaged_json(const struct damaged *d, struct json *j)
{
	if (d->n == 0)
		return;
	json_open(j, "damaged", '{');
	json_uint(j, "count", d->n);
	json_open(j, "statements", '[');
	for (uint32_t i = 0; i < d->named; i++) {
		json_open(j, NULL, '{');
		json_hex(j, "statement", (struct bytes){ d->one[i].envelope, 32 });
		json_bytes(j, "by", bytes_of(d->one[i].who));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}
