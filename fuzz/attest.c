/*
 * attest.c - the JSON and texts that statements are made of: the first byte chooses.
 *
 * 's' a statement; 'r' a rebuild's result; 'p' a comparison's; 'v' a review; 'c' claims;
 * 'd' an archive of statements; 'o' which archive is offered. What came in well is
 * written to the same again.
 */
#include "evidence/attest.h"

#include <stdlib.h>

#include "evidence/compared.h"
#include "evidence/docket_make.h"
#include "evidence/jsonin.h"
#include "evidence/opinion.h"
#include "evidence/result.h"
#include "update/offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
try_statement(struct bytes b)
{
	struct arena a;
	struct intoto s;
	struct attest t;
	struct fault f = { 0 };
	uint8_t none[32] = { 0 };

	arena_init(&a, 1 << 20);
	if (intoto_parse(b, &a, &s, &f) == OK && attest_read(&s, &t, &f) == OK) {
		for (size_t i = 0; i < s.nsubject; i++)
			(void)attest_about(&s, &t, s.subject[i].sha256);
		(void)attest_withdraws(&t, none);
	}
	intoto_done(&s);
	arena_done(&a);
}

static void
try_result(struct bytes b)
{
	struct buf out = { 0 };
	struct result_artefact x;
	struct cur c;
	struct result_head head;
	enum err e;

	if (result_read(b, &out, NULL) == OK) {
		c = cur_at(buf_bytes(&out), 0);
		if (!result_head_read(&c, &head))
			abort();
		while ((e = result_next(&c, &x)) == OK)
			continue;
		if (e != ERR_END)
			abort();
	}
	buf_done(&out);
	/* and records that a broken jail would give */
	c = cur_at(b, 0);
	while (result_next(&c, &x) == OK)
		continue;
}

/* What it is about it has. */
static void
try_compared(struct bytes b)
{
	struct compared c;

	if (compared_read(b, &c, NULL) == OK &&
	    !(compared_has(&c, c.a) && compared_has(&c, c.b)))
		abort();
}

/* What is written is JSON that is read back. */
static void
try_opinion(struct bytes b,
    enum err (*fn)(struct bytes, struct json *, enum attest_result *, struct fault *))
{
	CLEAN(jsonin_freep) struct json_t *root = NULL;
	struct buf out = { 0 };
	struct json j = { &out, false };
	enum attest_result r;
	char why[JSONIN_WHY];

	json_open(&j, NULL, '{');
	if (fn(b, &j, &r, NULL) == OK) {
		json_close(&j, '}');
		if (jsonin_read(buf_bytes(&out), &root, why) != OK)
			abort();
	}
	buf_done(&out);
}

static void
try_docket(struct bytes b)
{
	struct docket_list l = { 0 }, again = { 0 };
	struct buf one = { 0 }, two = { 0 };

	if (docket_add_all(&l, b, NULL) == OK) {
		if (docket_print(&l, &one, NULL) != OK ||
		    docket_add_all(&again, buf_bytes(&one), NULL) != OK ||
		    docket_print(&again, &two, NULL) != OK ||
		    !bytes_eq(buf_bytes(&one), buf_bytes(&two)))
			abort();
	}
	docket_list_done(&l);
	docket_list_done(&again);
	buf_done(&one);
	buf_done(&two);
}

static void
try_offer(struct bytes b)
{
	struct buf out = { 0 };
	struct offer o;

	if (offer_parse(b, &o, NULL) == OK) {
		offer_print(&o, &out);
		if (!bytes_eq(buf_bytes(&out), b))
			abort();
	}
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes b = bytes_from((struct bytes){ p, n }, 1);

	switch (n > 0 ? p[0] : 0) {
	case 's': try_statement(b); break;
	case 'r': try_result(b); break;
	case 'p': try_compared(b); break;
	case 'v': try_opinion(b, opinion_review); break;
	case 'c': try_opinion(b, opinion_claims); break;
	case 'd': try_docket(b); break;
	case 'o': try_offer(b); break;
	}
	return 0;
}
