/* docket_make.c - see docket_make.h. */
#include "evidence/docket_make.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"

static void
set(struct buf *b, struct bytes to)
{
	buf_clear(b);
	buf_put(b, to.p, to.n);
}

void
docket_add(struct docket_list *l, struct bytes envelope, struct bytes proof)
{
	struct docket_entry *e;
	uint8_t digest[32];

	hash_of(HASH_SHA256, envelope, digest);
	for (size_t i = 0; i < l->n; i++)
		if (memcmp(l->one[i].digest, digest, 32) == 0) {
			if (proof.n > 0)
				set(&l->one[i].proof, proof);
			return;
		}
	l->one = xgrow(l->one, &l->cap, l->n + 1, sizeof(*l->one));
	e = &l->one[l->n++];
	*e = (struct docket_entry){ 0 };
	memcpy(e->digest, digest, 32);
	set(&e->envelope, envelope);
	set(&e->proof, proof);
}

enum err
docket_add_all(struct docket_list *l, struct bytes archive, struct fault *f)
{
	struct docket *d = xcalloc(1, sizeof(*d));
	struct docket_item item;
	enum err e;

	docket_open(d, archive);
	while ((e = docket_next(d, &item, f)) == OK)
		docket_add(l, item.envelope, item.proof);
	free(d);
	return e == ERR_END ? OK : e;
}

void
docket_list_done(struct docket_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		buf_done(&l->one[i].envelope);
		buf_done(&l->one[i].proof);
	}
	free(l->one);
	*l = (struct docket_list){ 0 };
}

static int
by_digest(const void *a, const void *b)
{
	const struct docket_entry *x = a, *y = b;

	return memcmp(x->digest, y->digest, 32);
}

static enum err
put(void *arg, struct bytes b)
{
	buf_put(arg, b.p, b.n);
	return OK;
}

static enum err
put_member(struct ustar_out *o, const uint8_t digest[32], const char *end, struct bytes b)
{
	char hex[65], name[96];
	struct ustar_member m = { .size = b.n };

	if (b.n == 0)
		return OK;
	hash_hex(digest, 32, hex);
	snprintf(name, sizeof(name), "%s%s", hex, end);
	m.name = bytes_of(name);
	TRY(ustar_begin(o, &m));
	return ustar_put(o, b);
}

enum err
docket_print(struct docket_list *l, struct buf *out, struct fault *f)
{
	struct ustar_out o = { .arg = out, .put = put };
	size_t before = out->n;
	enum err e = OK;

	if (l->n > 0)
		qsort(l->one, l->n, sizeof(*l->one), by_digest);
	for (size_t i = 0; i < l->n && e == OK; i++) {
		const struct docket_entry *x = &l->one[i];

		e = put_member(
		    &o, x->digest, DOCKET_ENVELOPE_END, buf_bytes(&x->envelope));
		if (e == OK)
			e = put_member(
			    &o, x->digest, DOCKET_PROOF_END, buf_bytes(&x->proof));
	}
	if (e == OK)
		e = ustar_end(&o);
	if (e == OK && out->n - before <= DOCKET_BYTES && 2 * l->n <= DOCKET_MEMBERS)
		return OK;
	return fault_set(
	    f, FAULT_TOO_LARGE, "there are more statements than an archive holds");
}
