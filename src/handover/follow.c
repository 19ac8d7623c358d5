/* follow.c - see follow.h. */
#include "handover/follow.h"

#include "crypto/hash.h"
#include "handover/layout.h"

/* The chain: a digest of everything that was handed over then. */
static enum err
check_label(const struct bundle *b, const struct bundle *earlier, struct fault *f)
{
	char hex[2 * LABEL_DIGEST + 1];

	if (!b->label.follows)
		return fault_set(f, FAULT_PREVIOUS, "it names no handover before it");
	hash_hex(b->label.previous, LABEL_DIGEST, hex);
	if (memcmp(b->label.previous, earlier->digest, LABEL_DIGEST) != 0)
		return fault_set(f, FAULT_PREVIOUS,
		    "the handover before it is another one, whose MANIFEST is %s", hex);
	if (!bytes_eq(b->label.product, earlier->label.product))
		return fault_set(f, FAULT_PREVIOUS,
		    "the handover before it is of another product: '%s'",
		    fault_quote(earlier->label.product));
	if (b->label.date < earlier->label.date)
		return fault_set(f, FAULT_PREVIOUS,
		    "it has an earlier date than the handover before it");
	return OK;
}

static enum err
check_updates(const struct bundle *b, const struct bundle *earlier, struct follow *out,
    struct fault *f)
{
	size_t n;
	const struct bundle_member *m = bundle_folder(b, LAYOUT_UPDATES, &n);

	for (size_t i = 0; i < n; i++) {
		const struct bundle_member *old = bundle_find_bytes(earlier, m[i].name);

		if (old != NULL && memcmp(old->digest, m[i].digest, LABEL_DIGEST) == 0)
			return fault_set(f, FAULT_PREVIOUS,
			    "'%s' was in the handover before it already",
			    fault_quote(m[i].name));
		out->added++;
		out->changed += old != NULL;
	}
	return OK;
}

enum err
follow_check(const struct bundle *b, const struct bundle *earlier, struct follow *out,
    struct fault *f)
{
	*out = (struct follow){ 0 };
	TRY(check_label(b, earlier, f));
	return check_updates(b, earlier, out, f);
}
