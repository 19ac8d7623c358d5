/*
 * dsse.c - a stranger's envelope: read, held against a key, and a statement in it.
 *
 * What verifies is one of the envelopes that were made here; whatever is read is views of
 * memory that is there (ASan looks), and a payload that was decoded is encoded again to
 * base64 that decodes to it.
 */
#include "evidence/dsse.h"

#include <stdlib.h>

#include "base/b64.h"
#include "evidence/attest.h"
#include "evidence/jsonin.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The key that signed the seeds: 21 x 32. */
static struct note_signer
signer(void)
{
	struct note_signer s;
	uint8_t seed[SIGN_SEED];

	memset(seed, 0x21, sizeof(seed));
	note_signer_of(BYTES_LIT("examiner.example/a"), NOTE_ED25519, seed, &s);
	return s;
}

static void
check_again(const struct dsse *d, struct arena *a)
{
	struct note_signer s = signer();
	struct buf b = { 0 };
	struct dsse again;
	bool by = false;

	dsse_make(d->type, d->payload, &s, 1, &b);
	/* a type that is not UTF-8 cannot come out of JSON, so this always reads */
	if (dsse_parse(buf_bytes(&b), a, &again, NULL) != OK ||
	    !bytes_eq(again.payload, d->payload) || !bytes_eq(again.type, d->type) ||
	    dsse_verify(&again, &s.key, 1, 1, &by, NULL) != OK || !by)
		abort();
	buf_done(&b);
}

static void
read_statement(struct bytes payload, struct arena *a)
{
	struct intoto s;
	struct attest t;
	struct fault f = { 0 };

	if (intoto_parse(payload, a, &s, &f) == OK) {
		if (s.nsubject == 0 || !intoto_about(&s, s.subject[0].sha256))
			abort();
		if (attest_read(&s, &t, &f) == OK)
			(void)attest_about(&s, &t, s.subject[0].sha256);
	} else if (f.kind == FAULT_NONE)
		abort(); /* refused without a sentence */
	intoto_done(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct note_signer s = signer();
	struct fault f = { 0 };
	struct arena a;
	struct dsse d;

	arena_init(&a, 1 << 20);
	if (dsse_parse((struct bytes){ p, n }, &a, &d, &f) == OK) {
		if (dsse_verify(&d, &s.key, 1, 1, NULL, &f) == OK && f.kind != FAULT_NONE)
			abort();
		if (n < 65536)
			check_again(&d, &a);
		read_statement(d.payload, &a);
	} else if (f.kind == FAULT_NONE)
		abort();
	arena_done(&a);
	return 0;
}
