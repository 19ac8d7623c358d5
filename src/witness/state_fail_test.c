/*
 * What a witness remembers when each call that writes fails in turn, and when it is
 * killed there. To forget a checkpoint is to sign a second history, so: the old one or
 * the new.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fail.h"
#include "tests/tap.h"
#include "witness/state.h"

#define NAME "c4e7523df5536b74f854d80187e0d5ac464281dce48ea91c75a78e7637fc6f58"
#define OLD  "the first checkpoint"
#define NEW  "the second, which is longer"

static bool
store(void *arg)
{
	const struct state *s = arg;

	return state_store(s, NAME, BYTES_LIT(NEW)) == OK;
}

static void
look(const struct state *s, bool ok)
{
	struct buf b = { 0 };

	CHECK(state_load(s, NAME, 100, &b) == OK);
	CHECK(bytes_eq(buf_bytes(&b), BYTES_LIT(NEW)) ||
	      (!ok && bytes_eq(buf_bytes(&b), BYTES_LIT(OLD))));
	buf_clear(&b);
	CHECK(store((void *)(uintptr_t)s));
	CHECK(state_load(s, NAME, 100, &b) == OK);
	EQ_B(buf_bytes(&b), BYTES_LIT(NEW));
	buf_done(&b);
}

TEST(never_forgets)
{
	for (enum fail_how how = FAIL_ONCE; how < FAIL_HOWS; how++) {
		bool more = true, ok = false;

		for (unsigned n = 1; more && CHECK(n < 100); n++) {
			char folder[] = FAIL_FOLDER;
			struct state s = { -1 };
			bool fresh;

			ROW("how %d, call %u", (int)how, n);
			if (!CHECK(fail_folder(folder)) ||
			    !CHECK(state_open(folder, &s, &fresh) == OK))
				return;
			EQ_U(state_store(&s, NAME, BYTES_LIT(OLD)), OK);
			more = fail_run(n, how, store, &s, &ok);
			CHECK(more || ok);
			look(&s, ok);
			state_close(&s);
			test_remove(folder);
		}
	}
}

/* The folder itself: one that could not be made is no witness that remembers nothing. */
static bool
open_new(void *arg)
{
	struct state s = { -1 };
	bool fresh = false, ok = state_open(arg, &s, &fresh) == OK;

	if (ok)
		state_close(&s);
	return ok && fresh;
}

TEST(a_folder_that_was_not_made)
{
	for (enum fail_how how = FAIL_ONCE; how < FAIL_DIES; how++) {
		bool more = true, ok = false;

		for (unsigned n = 1; more && CHECK(n < 100); n++) {
			char folder[] = FAIL_FOLDER, below[64];
			struct state s = { -1 };
			bool fresh;

			ROW("how %d, call %u", (int)how, n);
			if (!CHECK(fail_folder(folder)))
				return;
			snprintf(below, sizeof(below), "%s/state", folder);
			more = fail_run(n, how, open_new, below, &ok);
			CHECK(more || ok);
			if (CHECK(state_open(below, &s, &fresh) == OK))
				state_close(&s);
			test_remove(folder);
		}
	}
}
