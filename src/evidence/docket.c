/* docket.c - see docket.h. */
#include "evidence/docket.h"

#include "crypto/hash.h"

void
docket_open(struct docket *d, struct bytes archive)
{
	*d = (struct docket){ .archive = archive };
	d->cur = cur_at(archive, 0);
	d->cur.asked = true; /* ustar_next tells what was wrong */
	d->in = (struct ustar_in){ .arg = &d->cur,
		.get = ustar_get_cur,
		.limits = { DOCKET_MEMBERS, DOCKET_BYTES, 0 } };
	d->ended = archive.n == 0;
}

static bool
ends_with(struct bytes name, struct bytes end)
{
	return name.n > end.n && bytes_eq(bytes_from(name, name.n - end.n), end);
}

static void
remember(struct docket *d, struct bytes name, struct bytes content)
{
	size_t n = name.n - (sizeof(DOCKET_ENVELOPE_END) - 1);

	d->waiting = content;
	memcpy(d->stem, name.p, n);
	d->stem[n] = '\0';
}

/* Is the member the proof of the envelope that waits? */
static bool
belongs(const struct docket *d, struct bytes name)
{
	size_t n = strlen(d->stem);

	return d->waiting.p != NULL && name.n > n && memcmp(name.p, d->stem, n) == 0 &&
	       bytes_eq(bytes_from(name, n), BYTES_LIT(DOCKET_PROOF_END));
}

static struct docket_item
take_waiting(struct docket *d, struct bytes proof)
{
	struct docket_item item = { .envelope = d->waiting, .proof = proof };
	char hex[65];

	hash_of(HASH_SHA256, item.envelope, item.sha256);
	hash_hex(item.sha256, 32, hex);
	item.intact = strcmp(hex, d->stem) == 0;
	d->waiting = (struct bytes){ 0 };
	return item;
}

/* One member. true: *out is complete. */
static bool
take_member(struct docket *d, const struct ustar_member *m, struct docket_item *out)
{
	struct bytes content = bytes_sub(d->archive, d->in.at, m->size);
	struct bytes end = BYTES_LIT(DOCKET_ENVELOPE_END);
	bool full = d->waiting.p != NULL;

	if (belongs(d, m->name)) {
		*out = take_waiting(d, content);
		return true;
	}
	if (full)
		*out = take_waiting(d, (struct bytes){ 0 });
	if (ends_with(m->name, end) && m->name.n - end.n < sizeof(d->stem))
		remember(d, m->name, content);
	return full;
}

enum err
docket_next(struct docket *d, struct docket_item *out, struct fault *f)
{
	struct ustar_member m;

	while (!d->ended) {
		enum err e = ustar_next(&d->in, &m);

		if (e == OK && take_member(d, &m, out))
			return OK;
		if (e != OK)
			d->ended = true;
		if (e != OK && e != ERR_END)
			return fault_set(f, FAULT_EVIDENCE,
			    "the statements are no archive of the one form: %s",
			    d->in.why ? d->in.why : "?");
	}
	if (d->waiting.p == NULL)
		return ERR_END;
	*out = take_waiting(d, (struct bytes){ 0 });
	return OK;
}
