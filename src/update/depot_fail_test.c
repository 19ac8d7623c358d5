/*
 * The folder of releases when each call that writes fails in turn, and when it is killed
 * there: whoever reads finds the old release or the new one, whole, and what was seen is
 * never taken back.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fail.h"
#include "tests/tap.h"
#include "update/depot.h"

static bool
install(const struct depot *s, uint64_t sequence)
{
	struct about a = {
		.channel = "stable", .sequence = sequence, .origin = "log", .built = "0"
	};
	struct seen seen = { .sequence = sequence };
	struct depot_stage g = { .dir = -1 };
	char name[DEPOT_NAME];
	enum err e;

	memset(a.statement, (int)sequence, sizeof(a.statement));
	depot_sweep(s);
	e = depot_put_seen(s, &seen, NULL);
	if (e == OK)
		e = depot_begin(s, &g, NULL);
	if (e != OK)
		return false;
	e = depot_put(&g, DEPOT_PROOF, BYTES_LIT("proof"), NULL);
	if (e == OK)
		e = depot_put(&g, DEPOT_ARCHIVE, BYTES_LIT("archive"), NULL);
	if (e == OK)
		e = depot_finish(s, &g, &a, name, NULL);
	if (e != OK) {
		depot_drop(s, &g);
		return false;
	}
	return depot_switch(s, name, NULL) == OK;
}

static bool
second(void *arg)
{
	return install(arg, 2);
}

/* A release that is shown has all its files; its number is given back. */
static uint64_t
whole(const struct depot *s)
{
	struct depot_release r;
	struct buf b = { 0 };
	uint64_t n;

	if (!CHECK(depot_current(s, &r, NULL) == OK))
		return 0;
	n = r.about.sequence;
	CHECK(depot_read(&r, DEPOT_PROOF, 100, &b, NULL) == OK);
	EQ_S(buf_cstr(&b), "proof");
	buf_clear(&b);
	CHECK(depot_read(&r, DEPOT_ARCHIVE, 100, &b, NULL) == OK);
	EQ_S(buf_cstr(&b), "archive");
	buf_done(&b);
	depot_release_close(&r);
	return n;
}

static void
look(const struct depot *s, bool ok)
{
	struct seen seen;
	uint64_t n = whole(s);

	CHECK(n == 2 || (!ok && n == 1));
	if (CHECK(depot_get_seen(s, &seen, NULL) == OK))
		CHECK(seen.sequence >= n && seen.sequence <= 2);
	CHECK(install(s, 3));
	EQ_U(whole(s), 3);
}

TEST(old_or_new)
{
	for (enum fail_how how = FAIL_ONCE; how < FAIL_HOWS; how++) {
		bool more = true, ok = false;

		for (unsigned n = 1; more && CHECK(n < 200); n++) {
			char folder[] = FAIL_FOLDER;
			struct depot s;

			ROW("how %d, call %u", (int)how, n);
			if (!CHECK(fail_folder(folder)) ||
			    !CHECK(depot_open(folder, "stable", true, &s, NULL) == OK))
				return;
			CHECK(install(&s, 1));
			more = fail_run(n, how, second, &s, &ok);
			CHECK(more || ok);
			look(&s, ok);
			depot_close(&s);
			test_remove(folder);
		}
	}
}
