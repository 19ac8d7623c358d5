/*
 * A release that is published when each call that writes fails in turn, and when it is
 * killed there: clients are shown the old one or the new one, the next try finishes what
 * was begun, and nothing stands in the log twice.
 */
#include "publish/rig.h"
#include "tests/fail.h"

/* As whoever publishes: first what is pending, then the next one, if it is not there. */
static bool
second(void *arg)
{
	struct world *w = arg;
	struct statement s = { .type = STATEMENT_RULES,
		.channel = BYTES_LIT("stable"),
		.date = 1002,
		.rules = 1,
		.added = 1 };
	struct publish_done done;
	struct chain last = { 0 };
	enum err e = publish_resume(&w->p, STATEMENT_RULES, s.channel, &done, NULL);

	if (e != OK)
		return false;
	e = publish_last(&w->p, STATEMENT_RULES, s.channel, &last, NULL);
	if (e == OK && last.last.is_release && last.last.statement.sequence == 2) {
		chain_done(&last);
		return true;
	}
	if (e == OK)
		e = tree_put_blob(&w->p.tree, BYTES_LIT("archive 2"), &s.archive, NULL);
	s.diff = s.archive;
	if (e == OK) {
		chain_next(&last, &s);
		e = publish_statement(&w->p, &last, &s, &w->publisher, 1, &done, NULL);
	}
	chain_done(&last);
	return e == OK;
}

static void
look(struct world *w, bool ok)
{
	uint64_t latest = shown(w, "rules/stable/latest");

	CHECK(latest == 2 || (!ok && latest == 1));
	CHECK(latest < 2 || shown(w, "rules/stable/2") == 2);
	publish_close(&w->p); /* another day, another process */
	open_world(w, false);
	CHECK(second(w));
	EQ_U(shown(w, "rules/stable/latest"), 2);
	EQ_U(shown(w, "rules/stable/1"), 1);
	EQ_U(shown(w, "rules/stable/2"), 2);
	EQ_U(log_size(w), 2);
	CHECK(!pending(w));
}

static void
all_calls(enum fail_how how)
{
	bool more = true, ok = false;

	for (unsigned n = 1; more && CHECK(n < 500); n++) {
		struct fault f = { 0 };
		struct publish_done done;
		struct world w;

		world_init(&w, false);
		rig_ok(publish(&w, "archive 1", 1001, &done, &f), &f);
		ROW("how %d, call %u", (int)how, n);
		more = fail_run(n, how, second, &w, &ok);
		CHECK(more || ok);
		look(&w, ok);
		world_done(&w);
	}
}

TEST(every_call_fails_in_every_way)
{
	for (enum fail_how how = FAIL_ONCE; how < FAIL_HOWS; how++)
		all_calls(how);
}
